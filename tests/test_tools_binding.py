"""Tools as pipecat calls them for an LLM."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

import pytest

from frontdesk.errors import ToolError
from frontdesk.tools import TOOLS, ToolContext, tool
from frontdesk.tools.table import load_tool
from tests.desk import Desk, desk_of


@pytest.fixture
def desk() -> Desk:
    return desk_of(dict.fromkeys(TOOLS))


@pytest.fixture
def try_tool() -> Callable[[Callable[..., Awaitable[Any]]], Desk]:
    """A desk whose only tool is the given function."""
    return lambda function: desk_of({"trial": function})


@pytest.mark.parametrize("name", TOOLS)
def test_every_tool_tells_the_llm_what_it_and_its_arguments_are(name: str) -> None:
    [schema] = desk_of({name: None}).toolbox.schemas()
    assert load_tool(name).__name__ == schema.name == name
    assert len(schema.description) > 20
    assert all(argument["description"] and len(argument) > 1 for argument in schema.properties.values())
    assert "ctx" not in schema.properties


def test_the_schema_of_a_booking_is_what_the_script_and_the_llm_expect() -> None:
    [schema] = desk_of({"book_appointment": None}).toolbox.schemas()
    assert list(schema.properties) == ["name", "date", "time", "reason", "email", "phone_number"]
    assert schema.required == ["name", "date", "time"]
    assert {argument["type"] for argument in schema.properties.values()} == {"string"}


async def test_slots_are_told_in_local_time(desk: Desk) -> None:
    slots = (await desk.use("get_available_time_slots", date="2026-03-03"))["slots"]
    assert (len(slots), slots[0], slots[-1]) == (16, "2026-03-03T09:00", "2026-03-03T16:30")


@pytest.mark.parametrize("arguments", [{}, {"date": None}, {"date": ""}])
async def test_without_a_day_the_next_free_slots_are_told(desk: Desk, arguments: dict[str, Any]) -> None:
    result = await desk.use("get_available_time_slots", **arguments)
    assert result["slots"][0] == "2026-03-02T10:00" and len(result["slots"]) == 16


async def test_a_day_without_slots_comes_with_the_next_free_ones(desk: Desk) -> None:
    result = await desk.use("get_available_time_slots", date="2026-03-08")
    assert result == {"slots": [], "next_free": ["2026-03-02T10:00", "2026-03-02T10:30", "2026-03-02T11:00"]}


async def test_a_booking_is_kept_and_told(desk: Desk) -> None:
    arguments = {"name": " Ann Lee ", "date": "2026-03-03", "time": "14:30", "reason": "checkup"}
    booked = {"booked": True, "name": "Ann Lee", "date": "2026-03-03", "time": "14:30"}
    assert await desk.use("book_appointment", **arguments) == booked
    assert (await desk.use("book_appointment", **arguments)).items() > booked.items()
    assert "2026-03-03T14:30" not in (await desk.use("get_available_time_slots", date="2026-03-03"))["slots"]


async def test_a_taken_slot_comes_with_the_nearest_free_ones(desk: Desk) -> None:
    await desk.calendar.book(datetime(2026, 3, 3, 10, tzinfo=desk.calendar.zone), "Ann", None, "other")
    result = await desk.use("book_appointment", name="Bob", date="2026-03-03", time="10:00")
    assert result["error"] == "that time is taken"
    assert result["alternatives"] == ["2026-03-03T09:00", "2026-03-03T09:30", "2026-03-03T10:30"]


async def test_a_closed_day_comes_with_the_next_free_slots(desk: Desk) -> None:
    result = await desk.use("book_appointment", name="Bob", date="2026-03-07", time="10:00")
    assert result["error"].startswith("closed on that day")
    assert result["alternatives"] == ["2026-03-02T10:00", "2026-03-02T10:30", "2026-03-02T11:00"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({}, "name: Field required; date: Field required; time: Field required"),
        ({"name": "  "}, "name: String should have at least 1 character"),
        ({"name": 5}, "name: Input should be a valid string"),
        ({"name": "x" * 121}, "name: String should have at most 120 characters"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"date": "next tuesday"}, "date must be a day as YYYY-MM-DD"),
        ({"date": "2026-02-30"}, "date must be a day as YYYY-MM-DD"),
        ({"time": "2:30 pm"}, "time must be HH:MM in 24 hours"),
        ({"time": "25:00"}, "time must be HH:MM in 24 hours"),
    ],
)
async def test_wrong_arguments_come_back_with_the_reason(
    desk: Desk, arguments: dict[str, Any], reason: str
) -> None:
    right = {"name": "Ann", "date": "2026-03-03", "time": "14:30"} if arguments else {}
    assert reason in (await desk.use("book_appointment", **right | arguments))["error"]
    assert len(await desk.calendar.free_slots(date(2026, 3, 3))) == 16


async def test_ending_the_call_gives_the_llm_no_further_turn(desk: Desk) -> None:
    ended = await desk.answer("end_call", {"goodbye": " Goodbye! "})
    assert (ended.result, desk.goodbyes) == ({"ended": True}, ["Goodbye!"])
    assert not ended.has_turn
    assert not (await desk.answer("get_available_time_slots", {})).has_turn


async def test_before_the_end_the_llm_has_the_next_turn(desk: Desk) -> None:
    assert (await desk.answer("get_available_time_slots", {})).has_turn


async def test_a_goodbye_may_be_left_out(desk: Desk) -> None:
    await desk.use("end_call")
    assert desk.goodbyes == [None]


async def test_a_long_goodbye_is_cut(desk: Desk) -> None:
    assert await desk.use("end_call", goodbye="Bye. " * 200) == {"ended": True}
    assert [len(goodbye or "") for goodbye in desk.goodbyes] == [500]


def test_barge_in_cancels_a_look_but_neither_a_booking_nor_the_end() -> None:
    desk = desk_of(dict.fromkeys(("book_appointment", "end_call", "get_available_time_slots")))
    cancelled = {
        schema.name: schema.handler._pipecat_cancel_on_interruption for schema in desk.toolbox.schemas()
    }
    assert cancelled == {"book_appointment": False, "end_call": False, "get_available_time_slots": True}


async def test_a_function_of_ones_own_takes_the_place_of_a_tool_of_that_name() -> None:
    async def end_call(ctx: ToolContext, goodbye: str = "") -> dict[str, Any]:
        """Say no."""
        return {"ended": False}

    assert await desk_of({"end_call": end_call}).use("end_call") == {"ended": False}


TryTool = Callable[[Callable[..., Awaitable[Any]]], Desk]


async def test_an_exception_of_a_tool_becomes_an_error_for_the_llm(try_tool: TryTool) -> None:
    async def trial(ctx: ToolContext) -> dict[str, Any]:
        raise KeyError("secret")

    assert await try_tool(trial).use("trial") == {"error": "trial failed for a technical reason"}


async def test_what_a_tool_refuses_is_told_to_the_llm(try_tool: TryTool) -> None:
    async def trial(ctx: ToolContext) -> dict[str, Any]:
        raise ToolError("not on Sundays")

    assert await try_tool(trial).use("trial") == {"error": "not on Sundays"}


async def test_a_slow_tool_is_stopped(try_tool: TryTool) -> None:
    stopped = asyncio.Event()

    @tool(time_limit=0.01)
    async def trial(ctx: ToolContext) -> dict[str, Any]:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()
        return {}

    assert "took too long" in (await try_tool(trial).use("trial"))["error"]
    assert stopped.is_set()


async def test_an_end_that_failed_leaves_the_llm_its_turn(try_tool: TryTool) -> None:
    @tool(ends_call=True)
    async def trial(ctx: ToolContext) -> dict[str, Any]:
        raise ToolError("no line")

    ended = await try_tool(trial).answer("trial", {})
    assert (ended.result, ended.has_turn) == ({"error": "no line"}, True)


@pytest.mark.parametrize("returned", [None, {}])
async def test_an_empty_result_still_gives_the_llm_something_to_answer(
    try_tool: TryTool, returned: object
) -> None:
    async def trial(ctx: ToolContext) -> Any:
        return returned

    assert await try_tool(trial).use("trial") == {"done": True}


@pytest.mark.parametrize("result", [False, 0, [], "", 5, "no"])
async def test_what_is_no_mapping_is_told_as_it_is(try_tool: TryTool, result: object) -> None:
    @tool(ends_call=True)
    async def trial(ctx: ToolContext) -> Any:
        return result

    assert await try_tool(trial).use("trial") == {"result": result}


async def test_results_become_json(try_tool: TryTool) -> None:
    async def trial(ctx: ToolContext, when: date, odd: bool = False) -> dict[str, Any]:
        return {"when": when, "odd": object() if odd else None}

    desk = try_tool(trial)
    assert await desk.use("trial", when="2026-03-03") == {"when": "2026-03-03", "odd": None}
    assert await desk.use("trial", when="2026-03-03", odd=True) == {
        "error": "trial failed for a technical reason"
    }
