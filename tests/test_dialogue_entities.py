"""Days, times, names and numbers in the words of callers and of the speech recogniser."""

from datetime import date, datetime, time

import pytest

from frontdesk.services.embedded.dialogue import answers, dates, names, phones, speech, times, words
from frontdesk.services.embedded.dialogue.span import blank, preferred

MONDAY = date(2026, 3, 2)


def day_in(text: str, today: date = MONDAY) -> str | None:
    plain = dates.spelled(words.normalise(text))
    found = preferred(dates.find(plain, today), plain)
    return found.isoformat() if found else None


def time_in(text: str, *, loose: bool = False) -> str | None:
    plain = dates.spelled(words.normalise(text))
    rest = blank(plain, dates.find(plain, MONDAY))
    found = preferred(times.find(rest, loose=loose, earliest=7), rest)
    return found.strftime("%H:%M") if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tuesday.", "2026-03-03"),
        ("on Tuesday, please", "2026-03-03"),
        ("this Tuesday", "2026-03-03"),
        ("Monday", "2026-03-09"),
        ("this coming Monday", "2026-03-09"),
        ("next Tuesday", "2026-03-10"),
        ("Tuesday next week", "2026-03-10"),
        ("next week Thursday", "2026-03-12"),
        ("a week from Wednesday", "2026-03-11"),
        ("two weeks from today", "2026-03-16"),
        ("week on Friday", "2026-03-13"),
        ("Saturday week", "2026-03-14"),
        ("today", "2026-03-02"),
        ("this afternoon", "2026-03-02"),
        ("tomorrow afternoon", "2026-03-03"),
        ("the day after tomorrow", "2026-03-04"),
        ("The day after to-morrow.", "2026-03-04"),
        ("in three days", "2026-03-05"),
        ("in a couple of days", "2026-03-04"),
        ("in two weeks", "2026-03-16"),
        ("ten days from now", "2026-03-12"),
        ("March 3rd", "2026-03-03"),
        ("March the third", "2026-03-03"),
        ("March third.", "2026-03-03"),
        ("the third of March", "2026-03-03"),
        ("3 March", "2026-03-03"),
        ("Tuesday, March 3rd", "2026-03-03"),
        ("Tuesday the third", "2026-03-03"),
        ("march the twenty first", "2026-03-21"),
        ("the twenty-first of April", "2026-04-21"),
        ("March third, twenty twenty seven", "2027-03-03"),
        ("April 5th, two thousand twenty six", "2026-04-05"),
        ("March 1st", "2027-03-01"),
        ("the 29th of February", "2028-02-29"),
        ("on the fifth", "2026-03-05"),
        ("the 1st", "2026-04-01"),
        ("3/5", "2026-03-05"),
        ("03/05/2026", "2026-03-05"),
        ("2026-03-05", "2026-03-05"),
        ("wensday at ten", "2026-03-04"),
        ("Wendsday", "2026-03-04"),
        ("Choose day at three", "2026-03-03"),
        ("no, make that Wednesday", "2026-03-04"),
        ("Tuesday, no, Wednesday", "2026-03-04"),
        ("not Tuesday, Wednesday", "2026-03-04"),
        ("Wednesday, not Tuesday", "2026-03-04"),
        ("change it from Tuesday to Friday", "2026-03-06"),
        ("Friday or Monday", "2026-03-06"),
        ("March 3rd 2:30", "2026-03-03"),
        ("not Tuesday", None),
        ("February 30", None),
        ("my birthday", None),
        ("may I ask something", None),
        ("in 999 days", None),
        ("one second please", None),
    ],
)
def test_a_day_is_understood(text: str, expected: str | None) -> None:
    assert day_in(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2:30", "14:30"),
        ("2:30 p.m.", "14:30"),
        ("2.30 PM", "14:30"),
        ("at 2:30pm.", "14:30"),
        ("two thirty", "14:30"),
        ("half past two", "14:30"),
        ("half two", "14:30"),
        ("Have passed too.", "14:30"),
        ("quarter to for", "15:45"),
        ("quarter to three", "14:45"),
        ("a quarter past three", "15:15"),
        ("ten to nine", "08:50"),
        ("twenty past four", "16:20"),
        ("five minutes to ten", "09:55"),
        ("fourteen hundred", "14:00"),
        ("fourteen hundred hours", "14:00"),
        ("oh nine hundred", "09:00"),
        ("16:45", "16:45"),
        ("seventeen thirty", "17:30"),
        ("at ten", "10:00"),
        ("at one", "13:00"),
        ("around three", "15:00"),
        ("ten o'clock", "10:00"),
        ("10 a.m", "10:00"),
        ("three p m", "15:00"),
        ("8 o'clock at night", "20:00"),
        ("five in the afternoon", "17:00"),
        ("seven in the evening", "19:00"),
        ("noon", "12:00"),
        ("midday", "12:00"),
        ("midnight", "00:00"),
        ("12 a.m.", "00:00"),
        ("twelve thirty", "12:30"),
        ("two oh five", "14:05"),
        ("nine forty-five", "09:45"),
        ("Tuesday at 230", "14:30"),
        ("at 1030", "10:30"),
        ("Tuesday at to 30", "14:30"),
        ("Tuesday at for 30", "16:30"),
        ("to thirty pm", "14:30"),
        ("tomorrow morning at 9", "09:00"),
        ("for two people at six", "18:00"),
        ("actually three o'clock", "15:00"),
        ("make that four", "16:00"),
        ("from ten to eleven fifteen", "11:15"),
        ("March 3rd", None),
        ("in the morning", None),
        ("three", None),
        ("in two weeks", None),
        ("I have 2 kids", None),
    ],
)
def test_a_time_is_understood(text: str, expected: str | None) -> None:
    assert time_in(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ten.", "10:00"),
        ("three would be fine", "15:00"),
        ("ten thirty please", "10:30"),
        ("to 30", "14:30"),
        ("that one", None),
        ("one moment", None),
        ("the third one", None),
        ("forty", None),
    ],
)
def test_a_bare_number_is_a_time_when_one_was_asked_for(text: str, expected: str | None) -> None:
    assert time_in(text, loose=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow morning", "morning"),
        ("in the afternoon", "afternoon"),
        ("tonight", "evening"),
        ("after work", "evening"),
        ("Good morning, Emma", None),
    ],
)
def test_a_part_of_the_day_is_understood(text: str, expected: str | None) -> None:
    found = times.find_daypart(words.normalise(text))
    assert (found.value if found else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi, I'd like Tuesday at 2:30, my name is Sarah Miller", "Sarah Miller"),
        ("My name's Jean-Luc Picard, and I need help", "Jean-Luc Picard"),
        ("Yes, this is John Smith speaking", "John Smith"),
        ("I'm Bob and I need an appointment", "Bob"),
        ("an appointment for Anna O'Neil on Tuesday", "Anna O'Neil"),
        ("My name is april may", "April May"),
        ("I'm looking for a dentist", None),
        ("This is ridiculous", None),
        ("an appointment for Tuesday", None),
    ],
)
def test_a_name_is_understood_anywhere(text: str, expected: str | None) -> None:
    assert names.find(text, loose=False) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sarah Miller.", "Sarah Miller"),
        ("it's sarah miller", "Sarah Miller"),
        ("uh, José García", "José García"),
        ("Sarah Miller, M-I-L-L-E-R", "Sarah Miller"),
        ("Miller, M I L L E R.", "Miller"),
        ("You can put it under Johnson.", "Johnson"),
        ("Tuesday", None),
        ("I don't want that", None),
        ("what do you mean", None),
        ("no", None),
    ],
)
def test_a_name_may_stand_alone_when_it_was_asked_for(text: str, expected: str | None) -> None:
    assert names.find(text, loose=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("555-123-4567", "5551234567"),
        ("five five five oh one two three four", "55501234"),
        ("plus one, eight hundred, five five five, one two three four", "+18005551234"),
        ("double five six seven eight nine ten", "55678910"),
        ("five five five", None),
    ],
)
def test_a_phone_number_is_understood(text: str, expected: str | None) -> None:
    assert phones.find(words.normalise(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes.", True),
        ("yeah, that's right", True),
        ("sounds good", True),
        ("Yes, no problem", True),
        ("No, thank you.", False),
        ("that's not right", False),
        ("I don't think so", False),
        ("banana", None),
    ],
)
def test_yes_and_no_are_understood(text: str, expected: bool | None) -> None:
    assert answers.find(words.normalise(text)) is expected


def test_days_and_times_are_said_as_a_person_says_them() -> None:
    ten, half, two = (datetime(2026, 3, 3, *clock) for clock in ((10, 0), (10, 30), (14, 0)))
    tomorrow = datetime(2026, 3, 4, 9, 0)
    assert speech.fill("{day|day} at {at|clock}", {"day": ten.date(), "at": time(14, 30)}) == (
        "Tuesday, March 3rd at 2:30 PM"
    )
    assert speech.times([ten, half, two]) == "ten o'clock, ten thirty and two"
    assert speech.slots([ten, half, tomorrow]) == (
        "Tuesday, March 3rd at ten o'clock and ten thirty, and Wednesday, March 4th at nine o'clock"
    )
    assert speech.digits("+15551234567") == "plus 1, 5 5 5, 1 2 3, 4 5 6 7"
    assert speech.fill("At {none|clock} .", {}) == "At."
