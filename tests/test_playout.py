"""Marks: named one after the other, reached in any order, waited for with a bound."""

import asyncio

from frontdesk.playout import Playout


def mark_message(name: str) -> dict[str, str]:
    return {"mark": name}


async def test_without_marks_everything_counts_as_heard() -> None:
    playout = Playout()
    assert playout.mark() is None
    assert await playout.heard(0)


async def test_a_mark_is_a_message_that_no_interruption_removes() -> None:
    mark = Playout(mark_message).mark()
    assert mark is not None and not mark.interruptible
    assert mark.message == {"mark": "heard-0"}


async def test_each_mark_has_a_name_of_its_own() -> None:
    playout = Playout(mark_message)
    marks = [playout.mark() for _ in range(3)]
    assert len({mark.message["mark"] for mark in marks if mark}) == 3


async def test_it_is_heard_when_every_mark_was_reached() -> None:
    playout = Playout(mark_message)
    playout.mark(), playout.mark()
    waiting = asyncio.create_task(playout.heard(60))
    playout.reached("heard-1")
    await asyncio.sleep(0)
    assert not waiting.done()
    playout.reached("heard-0")
    assert await waiting


async def test_a_mark_reached_before_anyone_waits_is_remembered() -> None:
    playout = Playout(mark_message)
    playout.mark()
    playout.reached("heard-0")
    assert await playout.heard(60)


async def test_marks_of_others_are_ignored() -> None:
    playout = Playout(mark_message)
    playout.mark()
    for name in ("heard-1", "", "None", "somebody else's"):
        playout.reached(name)
    assert not await playout.heard(0)


async def test_the_wait_for_a_mark_has_a_bound() -> None:
    playout = Playout(mark_message)
    playout.mark()
    assert not await playout.heard(0.01)
