"""Tools used at once in a flow: who comes last says how the conversation goes on."""

from frontdesk.flow.steps import SILENT, Step, Steps

STAY = Step()


def test_one_alone_does_what_it_wants() -> None:
    steps = Steps()
    assert steps.end(steps.begin(), Step("offer")) == Step("offer")
    assert steps.end(steps.begin(), STAY) == STAY


def test_of_two_the_last_answers_for_both() -> None:
    steps = Steps()
    first, second = steps.begin(), steps.begin()
    assert steps.end(first, Step("booked")) == SILENT
    assert steps.end(second, STAY) == Step("booked")
    assert steps.end(steps.begin(), STAY) == STAY


def test_where_two_want_to_go_the_last_one_leads() -> None:
    steps = Steps()
    first, second = steps.begin(), steps.begin()
    steps.end(first, Step("offer"))
    assert steps.end(second, Step("booked")) == Step("booked")


def test_what_the_caller_wants_meanwhile_is_answered_before_the_slow_one_is_done() -> None:
    steps = Steps()
    slow = steps.begin()
    steps.turn += 1
    assert steps.end(steps.begin(), STAY) == STAY
    assert steps.end(slow, Step("booked")) == Step("booked")


def test_a_way_waits_for_what_still_runs_of_a_later_turn() -> None:
    steps = Steps()
    slow = steps.begin()
    steps.turn += 1
    later = steps.begin()
    assert steps.end(slow, Step("booked")) == SILENT
    assert steps.end(later, STAY) == Step("booked")


def test_after_the_goodbye_nothing_follows() -> None:
    steps = Steps()
    first, second = steps.begin(), steps.begin()
    assert steps.end(first, Step("booked")) == SILENT
    assert steps.end(second, Step(answers=False)) == SILENT


def test_a_way_is_not_lost_where_the_last_one_is_broken_off() -> None:
    steps = Steps()
    done, looked_up, booking = steps.begin(), steps.begin(), steps.begin()
    steps.end(done, Step("booked"))
    assert steps.cancel(looked_up) is None
    assert steps.cancel(booking) == "booked"
    assert steps.cancel(steps.begin()) is None
