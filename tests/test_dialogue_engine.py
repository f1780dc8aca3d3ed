"""What the dialogue makes of a conversation's messages, and what no words of a caller may do."""

import json
from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.services.embedded.dialogue import Reply, Script, respond
from tests.test_dialogue_conversations import (
    APPOINTMENTS,
    GUESTS,
    NOW,
    Caller,
    Messages,
    called,
    tool_result,
)


def test_without_a_greeting_the_script_opens() -> None:
    assert (
        respond(APPOINTMENTS, [{"role": "system", "content": "…"}], now=NOW).text == APPOINTMENTS.opening[0]
    )


def test_messages_of_one_turn_count_as_one() -> None:
    messages = [
        {"role": "user", "content": "I'd like Tuesday"},
        {"role": "user", "content": "at half past two."},
    ]
    assert "name" in respond(APPOINTMENTS, messages, now=NOW).text


def test_a_turn_in_parts_is_read() -> None:
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Tuesday at ten"}, {"type": "image_url"}]}
    ]
    assert "name" in respond(APPOINTMENTS, messages, now=NOW).text


def test_a_running_tool_is_waited_for() -> None:
    messages: Messages = [{"role": "user", "content": "Tuesday"}]
    called(messages, "get_available_time_slots", {"date": "2026-03-03"}, "IN_PROGRESS")
    assert respond(APPOINTMENTS, messages, now=NOW) == Reply(APPOINTMENTS.wait[0])


def test_a_cancelled_tool_is_called_again_when_the_caller_goes_on() -> None:
    messages: Messages = [{"role": "user", "content": "Tuesday"}]
    called(messages, "get_available_time_slots", {"date": "2026-03-03"}, "CANCELLED")
    messages.append({"role": "user", "content": "no wait, Wednesday"})
    reply = respond(APPOINTMENTS, messages, now=NOW)
    assert [call.arguments for call in reply.tool_calls] == [{"date": "2026-03-04"}]


def test_a_change_while_booking_is_confirmed_before_it_is_booked() -> None:
    caller = Caller(APPOINTMENTS)
    caller.say("Tuesday at ten for Sarah Miller")
    caller.messages.append({"role": "user", "content": "yes"})
    called(caller.messages, "book_appointment", {}, "CANCELLED")
    assert "11 AM for Sarah Miller" in caller.say("wait, make it eleven")[0]


def test_while_a_booking_runs_nothing_else_is_booked_and_its_late_result_is_told() -> None:
    caller = Caller(APPOINTMENTS)
    caller.say("Tuesday at ten for Sarah Miller")
    caller.messages.append({"role": "user", "content": "yes"})
    running = {"type": "async_tool", "status": "running", "tool_call_id": f"call_{len(caller.messages)}"}
    called(caller.messages, "book_appointment", {}, json.dumps(running))
    assert caller.say("or make it eleven") == [APPOINTMENTS.wait[0]]
    result = json.dumps({"booked": True, "date": "2026-03-03", "time": "10:00"})
    late = {**running, "status": "finished", "result": result}
    caller.messages.append({"role": "developer", "content": json.dumps(late)})
    assert "booked for Tuesday, March 3rd at 10 AM" in respond(APPOINTMENTS, caller.messages, now=NOW).text
    assert "end_call" in caller.say("No, that's all.")[0]


def test_a_full_day_brings_the_next_free_times() -> None:
    messages: Messages = [{"role": "user", "content": "Tuesday"}]
    result = {"slots": [], "next_free": ["2026-03-05T11:00"]}
    called(messages, "get_available_time_slots", {"date": "2026-03-03"}, json.dumps(result))
    reply = respond(APPOINTMENTS, messages, now=NOW)
    assert "Thursday, March 5th at eleven o'clock" in reply.text
    messages += [
        {"role": "assistant", "content": reply.text},
        {"role": "user", "content": "Yes, for Sarah Miller."},
    ]
    assert "Thursday, March 5th at 11 AM for Sarah Miller" in respond(APPOINTMENTS, messages, now=NOW).text


def test_a_tool_that_failed_is_told_to_the_caller() -> None:
    messages: Messages = [{"role": "user", "content": "Tuesday"}]
    called(
        messages, "get_available_time_slots", {}, json.dumps("The function failed and returned no result.")
    )
    assert "Which other day" in respond(APPOINTMENTS, messages, now=NOW).text


def test_an_answer_that_nobody_heard_is_said_again() -> None:
    messages: Messages = [{"role": "user", "content": "Tuesday"}]
    called(
        messages,
        "get_available_time_slots",
        {},
        json.dumps(tool_result("get_available_time_slots", {"date": "2026-03-03"})),
    )
    messages.append({"role": "user", "content": "hmm"})
    assert "ten o'clock, ten thirty and two" in respond(APPOINTMENTS, messages, now=NOW).text


def test_after_a_prompt_of_somebody_else_the_question_is_asked_again() -> None:
    caller = Caller(APPOINTMENTS)
    caller.say("I need an appointment")
    caller.messages.append({"role": "assistant", "content": "Are you still there?"})
    assert caller.say("Yes.") == ["What day would suit you?"]


def test_the_same_messages_always_give_the_same_reply() -> None:
    caller = Caller(APPOINTMENTS)
    caller.say("Tuesday at ten for Sarah Miller")
    replies = {respond(APPOINTMENTS, caller.messages, now=NOW).text for _ in range(3)}
    assert len(replies) == 1


PHRASES = [
    "yes",
    "no",
    "Tuesday",
    "next Friday at ten",
    "two thirty",
    "half past two",
    "my name is Sarah Miller",
    "Sarah",
    "none of these",
    "the second one",
    "what did you say?",
    "are you a robot",
    "never mind",
    "goodbye",
    "book",
    "555 123 4567",
    "in the afternoon",
    "hmm",
    "make that Wednesday",
    "the name",
    "it was cold",
    "asap",
    "",
]
RESULTS = st.one_of(
    st.sampled_from(
        [
            "IN_PROGRESS",
            "CANCELLED",
            "COMPLETED",
            "{",
            '{"slots": 3}',
            '{"slots": ["2026-03-03T10:00", 7]}',
            '{"booked": true}',
            '{"alternatives": ["x"]}',
            '{"type": "async_tool", "status": "finished"}',
        ]
    ),
    st.text(max_size=20),
)
TURNS = st.one_of(
    st.tuples(st.just("user"), st.one_of(st.sampled_from(PHRASES), st.text(max_size=60))),
    st.tuples(st.just("assistant"), st.text(max_size=40)),
    st.tuples(st.sampled_from(["get_available_time_slots", "book_appointment", "end_call"]), RESULTS),
)


def written(turns: Iterable[tuple[str, str]]) -> Messages:
    messages: Messages = []
    for role, text in turns:
        if role in ("user", "assistant"):
            messages.append({"role": role, "content": text})
        else:
            called(messages, role, {}, text)
    return messages


@settings(max_examples=150, deadline=None)
@given(turns=st.lists(TURNS, max_size=10), script=st.sampled_from([APPOINTMENTS, GUESTS]))
def test_whatever_happens_there_is_an_answer(turns: list[tuple[str, str]], script: Script) -> None:
    reply = respond(script, written(turns), now=NOW)
    assert reply.text.strip() or reply.tool_calls
    assert all(call.name in script.tools for call in reply.tool_calls)
    json.dumps([call.arguments for call in reply.tool_calls])


@settings(max_examples=100, deadline=None)
@given(
    said=st.lists(st.sampled_from(PHRASES), min_size=1, max_size=12),
    script=st.sampled_from([APPOINTMENTS, GUESTS]),
)
def test_a_booking_was_always_confirmed(said: list[str], script: Script) -> None:
    caller = Caller(script)
    for text in said:
        if not text:
            continue
        asked = str(caller.messages[-1].get("content"))
        for answer in caller.say(text):
            if answer.startswith("book_appointment"):
                assert text == "yes" and ("right?" in asked or "book" in asked)
