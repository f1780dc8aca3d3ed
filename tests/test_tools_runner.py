"""Using tools: once where they change the world, within their time, and not for ever where they fail."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from frontdesk.errors import ToolError, Unsure, WrongArguments
from frontdesk.record.call_record import ToolEnding
from frontdesk.tools import Tool, ToolContext, tool
from frontdesk.tools.context import FrontdeskContext
from frontdesk.tools.function import tool_of, with_options
from frontdesk.tools.options import ToolOptions
from frontdesk.tools.schema import HoldsItself, inlined
from frontdesk.tools.signature import problems
from tests.desk import Desk, desk_of

BOUND_S = 10.0

Behaviour = Callable[[ToolContext, dict[str, Any]], Awaitable[Any]]


@dataclass
class Act:
    """A tool that does what a test has it do; `runs` are the contexts of its runs."""

    behaviour: list[Any] = field(default_factory=list)
    runs: list[ToolContext] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    let_through: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, context: ToolContext, checked: dict[str, Any]) -> Any:
        self.runs.append(context)
        self.begun.set()
        does = self.behaviour.pop(0) if self.behaviour else {"did": checked}
        if does == "wait":
            await self.let_through.wait()
            return {"did": checked}
        if isinstance(does, BaseException):
            raise does
        return does

    def desk(self, **options: Any) -> Desk:
        """A desk whose only tool is this one, called `act`."""
        return desk_of([act_tool("act", self.run, **options)])


def act_tool(name: str, run: Behaviour, **options: Any) -> Tool:
    """A tool that takes any arguments but `bad`."""

    def check(given: Any) -> dict[str, Any]:
        if "bad" in given:
            raise WrongArguments("bad: is bad")
        return dict(given)

    return Tool(name, "Acts.", {"type": "object"}, check, run, ToolOptions(**options))


@pytest.fixture
def act() -> Act:
    return Act()


async def test_what_changes_the_world_runs_once_for_the_same_arguments(act: Act) -> None:
    desk = act.desk(changes_world=True)
    first = await desk.use("act", a=1, b=[2])
    again = await desk.use("act", b=[2], a=1)
    assert len(act.runs) == 1 and first == {"did": {"a": 1, "b": [2]}}
    assert again["did"] == first["did"] and "already done" in again["note"]
    assert "already done" not in str(await desk.use("act", a=2)) and len(act.runs) == 2


async def test_what_only_looks_runs_each_time(act: Act) -> None:
    desk = act.desk()
    assert await desk.use("act", a=1) == await desk.use("act", a=1) and len(act.runs) == 2


async def test_who_asks_while_it_runs_gets_the_same_result(act: Act) -> None:
    act.behaviour = ["wait"]
    desk = act.desk(changes_world=True)
    both = [asyncio.create_task(desk.use("act", a=1)) for _ in range(2)]
    await asyncio.wait_for(act.begun.wait(), BOUND_S)
    act.let_through.set()
    assert await asyncio.gather(*both) == [{"did": {"a": 1}}] * 2 and len(act.runs) == 1


@pytest.mark.parametrize("refused", [ToolError("no line"), {"error": "taken"}])
async def test_what_changed_nothing_may_be_tried_again(act: Act, refused: Any) -> None:
    act.behaviour = [refused]
    desk = act.desk(changes_world=True)
    assert "error" in await desk.use("act")
    assert await desk.use("act") == {"did": {}}
    assert len({run.idempotency_key for run in act.runs}) == 1 and len(act.runs) == 2


@pytest.mark.parametrize(
    "broke",
    [
        KeyError("x"),
        Unsure("the server answered 502"),
        "wait",
        object(),
        asyncio.CancelledError(),  # of a task of its own that was given up
        SystemExit(1),
    ],
)
async def test_what_may_have_changed_something_is_not_done_again(act: Act, broke: Any) -> None:
    act.behaviour = [broke]
    desk = act.desk(changes_world=True, time_limit=0.05)
    assert "not known whether it worked" in (await desk.use("act"))["error"]
    assert "not tried again" in (await desk.use("act"))["error"] and len(act.runs) == 1


async def test_what_was_undone_may_be_done_again(act: Act) -> None:
    undo = act_tool("undo", Act().run, changes_world=True, undoes=("act",))
    desk = desk_of([act_tool("act", act.run, changes_world=True), undo])
    await desk.use("act")
    await desk.use("undo")
    assert await desk.use("act") == {"did": {}}
    assert len({run.idempotency_key for run in act.runs}) == 2


@pytest.mark.parametrize(
    ("undone", "may_be_done_again"),
    [
        ({"name": "ann  LEE", "day": 3}, True),
        ({"day": 3, "why": "moved"}, True),
        ({"name": "Bob", "day": 3}, False),
        ({"name": "Ann Lee", "day": 4}, False),
    ],
)
async def test_only_what_was_undone_may_be_done_again(
    act: Act, undone: dict[str, Any], may_be_done_again: bool
) -> None:
    undo = act_tool("undo", Act().run, changes_world=True, undoes=("act",))
    desk = desk_of([act_tool("act", act.run, changes_world=True), undo])
    done = {"name": "Ann Lee", "day": 3, "reason": "checkup"}
    await desk.use("act", **done)
    await desk.use("undo", **undone)
    assert ("note" not in await desk.use("act", **done)) is may_be_done_again
    assert len(act.runs) == 1 + may_be_done_again


async def test_what_was_not_undone_after_all_is_not_done_again(act: Act) -> None:
    undo = act_tool("undo", Act([ToolError("no line")]).run, changes_world=True, undoes=("act",))
    desk = desk_of([act_tool("act", act.run, changes_world=True), undo])
    for name in ("act", "undo", "act"):
        await desk.use(name, day=3)
    assert len(act.runs) == 1


async def test_a_check_that_breaks_is_answered(act: Act) -> None:
    def check(given: Any) -> dict[str, Any]:
        raise LookupError("secret")

    desk = desk_of([Tool("act", "Acts.", {"type": "object"}, check, act.run)])
    assert "cannot be checked" in (told := await desk.use("act"))["error"] and "secret" not in str(told)
    [fault] = desk.recorder.record.errors
    assert "LookupError (test_tools_runner.py:" in fault.message and act.runs == []


async def test_a_long_result_is_told_as_far_as_it_is_bearable(act: Act) -> None:
    act.behaviour = [{"text": "long " * 10_000}, "x" * 16_000, ToolError("no " * 10_000)]
    desk = act.desk()
    long, text, error = [await desk.use("act") for _ in range(3)]
    assert len(long["result"]) == 16_000 and "beginning" in long["note"]
    assert text == {"result": "x" * 16_000} and len(error["error"]) == 16_000


async def test_a_result_that_json_cannot_hold_is_told_as_the_tools_own_fault() -> None:
    async def odd(ctx: ToolContext) -> object:
        """Return what nobody can send."""
        return {"shop": object()}

    desk = desk_of({"odd": odd})
    assert await desk.use("odd") == {"error": "odd failed for a technical reason"}
    [fault] = desk.recorder.record.errors
    line = odd.__code__.co_firstlineno
    assert fault.message.endswith(f"odd returned what JSON cannot hold (test_tools_runner.py:{line})")


async def test_what_is_told_can_be_sent_to_every_model(act: Act) -> None:
    act.behaviour = [{"half": "\ud83d", "rate": float("nan")}, ToolError("half \ud83d")]
    desk = act.desk()
    assert await desk.use("act") == {"half": "?", "rate": None}
    assert await desk.use("act") == {"error": "half ?"}


async def test_the_key_is_the_same_for_the_same_arguments_and_call_and_for_nothing_else(act: Act) -> None:
    desk = act.desk()
    for arguments in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}):
        await desk.use("act", **arguments)
    one, same, other = (run.idempotency_key for run in act.runs)
    assert one == same != other and len(one) >= 32


async def test_a_default_that_is_left_out_is_the_same_as_one_that_is_said() -> None:
    runs = []

    @tool(changes_world=True)
    async def trial(ctx: ToolContext, name: str, reason: str = "") -> None:
        """Try it."""
        runs.append(name)

    desk = desk_of({"trial": trial})
    await desk.use("trial", name="Ann")
    await desk.use("trial", name="Ann", reason="")
    assert runs == ["Ann"]


async def test_barge_in_ends_a_look_and_not_a_change(act: Act) -> None:
    for changes, outcome in ((False, 0), (True, 1)):
        act = Act(["wait"])
        desk = act.desk(changes_world=changes)
        asked = asyncio.create_task(desk.use("act"))
        await asyncio.wait_for(act.begun.wait(), BOUND_S)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        act.let_through.set()
        assert len(await desk.toolbox.runner.close()) == outcome


async def test_a_change_that_the_caller_did_not_wait_for_is_in_the_record(act: Act) -> None:
    act.behaviour = ["wait"]
    desk = act.desk(changes_world=True)
    desk.recorder.tool_started("t1", "act", {"a": 1})
    asked = asyncio.create_task(desk.use("act", a=1))
    await asyncio.wait_for(act.begun.wait(), BOUND_S)
    asked.cancel()
    closing = asyncio.create_task(desk.toolbox.close())
    await asyncio.sleep(0)
    act.let_through.set()
    await asyncio.wait_for(closing, BOUND_S)
    [call] = desk.recorder.record.tool_calls
    assert (call.outcome, call.result) == ("completed", {"did": {"a": 1}})


@pytest.mark.parametrize("did", [{"did": {"a": 1}}, {"error": "taken"}])
async def test_a_change_that_ended_before_the_call_was_put_away_is_in_the_record(
    act: Act, did: dict[str, Any]
) -> None:
    ended = asyncio.Event()

    async def change(context: ToolContext, checked: dict[str, Any]) -> dict[str, Any]:
        act.begun.set()
        await act.let_through.wait()
        ended.set()
        return did

    desk = desk_of([act_tool("act", change, changes_world=True)])
    desk.recorder.tool_started("t1", "act", {"a": 1})
    asked = asyncio.create_task(desk.use("act", a=1))
    await asyncio.wait_for(act.begun.wait(), BOUND_S)
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    act.let_through.set()
    await asyncio.wait_for(ended.wait(), BOUND_S)
    await desk.toolbox.close()
    [call] = desk.recorder.record.tool_calls
    assert (call.outcome, call.result) == ("completed", did)


async def test_a_change_that_does_not_end_holds_the_line_no_longer_than_its_limit(act: Act) -> None:
    async def stubborn(context: ToolContext, checked: dict[str, Any]) -> None:
        act.begun.set()
        while not act.let_through.is_set():
            try:
                await asyncio.wait_for(act.let_through.wait(), BOUND_S)
            except asyncio.CancelledError:
                continue

    desk = desk_of([act_tool("act", stubborn, changes_world=True, time_limit=0.01)])
    asked = asyncio.create_task(desk.use("act"))
    await asyncio.wait_for(act.begun.wait(), BOUND_S)
    asked.cancel()
    await asyncio.wait_for(desk.toolbox.close(), 5)
    act.let_through.set()


ENDINGS = [
    (ToolError("no line"), "failed", 0),
    (KeyError("secret"), "failed", 1),
    (Unsure("no answer"), "failed", 1),
    ("wait", "timed_out", 1),
    ({"error": "taken"}, "completed", 0),
]


@pytest.mark.parametrize(("does", "ending", "faults"), ENDINGS)
async def test_how_it_ended_is_told_for_the_record(
    act: Act, does: Any, ending: ToolEnding, faults: int, logged: list[str]
) -> None:
    act.behaviour = [does]
    desk = act.desk(time_limit=0.05)
    outcome = await desk.answer("act", {"name": "Ann Lee"})
    assert "error" in outcome.result and outcome.result.ending == ending
    errors = [fault.message for fault in desk.recorder.record.errors]
    assert len(errors) == faults and all("act" in error for error in errors)
    assert not any(word in f"{errors}{logged}" for word in ("secret", "Ann Lee"))


@pytest.mark.parametrize("fails", [ToolError("no"), KeyError("x"), "wait", None])
async def test_after_three_failures_in_a_row_a_tool_is_offered_no_more(act: Act, fails: Any) -> None:
    desk, retired = act.desk(time_limit=0.02), []

    async def on_retired(name: str) -> None:
        retired.append(name)

    desk.toolbox.runner.on_retired.append(on_retired)
    arguments = {"bad": 1} if fails is None else {}
    act.behaviour = [fails] * 2
    results = [await desk.use("act", **arguments) for _ in range(2)]
    assert not any("not available" in result["error"] for result in results) and not retired
    act.behaviour = [fails]
    assert "not available any more" in (await desk.use("act", **arguments))["error"]
    assert retired == ["act"] == [*desk.toolbox.runner.retired]
    assert "not available any more" in (await desk.use("act"))["error"]


async def test_what_ends_the_call_is_offered_however_often_it_fails(act: Act) -> None:
    desk = act.desk(ends_call=True)
    act.behaviour = [ToolError("no line")] * 5
    results = [await desk.use("act") for _ in range(6)]
    assert results[-1] == {"did": {}} and not desk.toolbox.runner.retired


async def test_who_asks_again_and_again_for_what_there_is_not_gets_no_further_turn(act: Act) -> None:
    desk = act.desk()
    for _ in range(4):
        assert (await desk.answer("order_pizza", {})).has_turn
    await desk.use("act")
    turns = [(await desk.answer("order_pizza", {})).has_turn for _ in range(6)]
    assert turns == [True] * 4 + [False] * 2
    again = "I'm sorry, something went wrong on my side. Could you say that again?"
    assert desk.said == [again], "tools that are wanted at once have it said once"


async def test_a_success_in_between_begins_the_count_anew(act: Act) -> None:
    desk = act.desk()
    act.behaviour = [
        ToolError("no"),
        ToolError("no"),
        {},
        ToolError("no"),
        ToolError("no"),
        {"error": "taken"},
    ]
    results = [await desk.use("act") for _ in range(7)]
    assert results[-1] == {"did": {}} and not desk.toolbox.runner.retired


async def test_a_tool_that_there_is_not_is_answered_with_those_that_there_are(act: Act) -> None:
    result = await act.desk().use("order_pizza")
    assert "order_pizza" in result["error"] and "act" in result["error"].split("are:")[1]


@pytest.mark.parametrize("given", [["a"], "a", 5, None, {"(not a JSON object)": '{"a": '}])
async def test_arguments_that_are_no_object_are_told_so(act: Act, given: Any) -> None:
    result = (await act.desk().answer("act", given)).result
    assert "not one JSON object" in result["error"] and not act.runs


async def test_only_frontdesks_own_tools_can_act_on_the_call() -> None:
    contexts: list[ToolContext] = []

    async def custom(ctx: ToolContext) -> None:
        """A custom one."""
        contexts.append(ctx)

    async def own(ctx: FrontdeskContext) -> None:
        """One of ours."""
        contexts.append(ctx)

    desk = desk_of({"custom": custom, "own": own})
    await desk.use("custom")
    await desk.use("own")
    assert [type(context) for context in contexts] == [ToolContext, FrontdeskContext]
    assert any("ToolContext" in problem for problem in problems(own)) and not [*problems(custom)]


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Pet(BaseModel):
    """An animal."""

    name: str = Field(description="What it is called.")
    title: str | None = None
    type: Literal["cat", "dog"] = "cat"


@dataclass
class Room:
    floor: int
    pets: list[Pet] = field(default_factory=list)


class Stay(TypedDict):
    nights: int


class Node(BaseModel):
    children: list["Node"] = []


async def trial(
    ctx: ToolContext,
    day: date,
    colour: Colour,
    kind: Literal["only"],
    room: Room,
    title: str | None,
    at: time | None = None,
    stays: list[Stay] = [],  # noqa: B006
    count: Annotated[int, Field(ge=1, description="How many.")] = 2,
) -> dict[str, Any]:
    """Try everything.

    Args:
        day: The day.
        count: How often.
        at: When.
    """
    return {"day": day, "colour": colour, "pet": type(room.pets[0]).__name__, "nights": stays[0]["nights"]}


def test_annotations_become_a_schema_without_references() -> None:
    made = tool_of(trial, "trial", {})
    properties = made.parameters["properties"]
    assert "$ref" not in str(made.parameters) and "$defs" not in made.parameters
    assert made.description == "Try everything."
    assert made.parameters["required"] == ["day", "colour", "kind", "room", "title"]
    assert properties["day"] == {"type": "string", "format": "date", "description": "The day."}
    assert properties["colour"] == {"type": "string", "enum": ["red", "blue"]}
    assert properties["kind"] == {"type": "string", "enum": ["only"]}
    assert properties["at"] == {"type": "string", "format": "time", "description": "When."}
    assert properties["title"] == {"anyOf": [{"type": "string"}, {"type": "null"}]}
    assert properties["count"] == {"type": "integer", "minimum": 1, "default": 2, "description": "How often."}
    assert properties["stays"]["items"]["properties"] == {"nights": {"type": "integer"}}
    pet = properties["room"]["properties"]["pets"]["items"]
    assert pet["properties"]["title"] == {"type": "string"}
    assert pet["properties"]["type"] == {"type": "string", "enum": ["cat", "dog"], "default": "cat"}


async def test_arguments_become_what_the_annotations_say() -> None:
    desk = desk_of({"trial": trial})
    room = {"floor": 1, "pets": [{"name": "Tom"}]}
    given = {"day": "2026-03-03", "colour": "red", "kind": "only", "room": room, "title": None}
    told = {"day": "2026-03-03", "colour": "red", "pet": "Pet", "nights": 3}
    assert await desk.use("trial", **given, stays=[{"nights": 3}]) == told
    wrong = (await desk.use("trial", **given | {"colour": "green", "room": {"floor": "x"}}))["error"]
    assert "colour:" in wrong and "room.floor:" in wrong


def test_a_type_that_holds_itself_is_a_problem() -> None:
    async def endless(ctx: ToolContext, node: Node) -> None:
        """Try it."""

    assert [*problems(endless)] == ["has a type that holds itself, Node, which an LLM cannot be told"]
    with pytest.raises(HoldsItself):
        inlined({"$defs": {"A": {"$ref": "#/$defs/A"}}, "properties": {"a": {"$ref": "#/$defs/A"}}})


def test_definitions_that_grow_without_end_are_not_put_in_place() -> None:
    definitions = {
        f"d{n}": {"properties": {key: {"$ref": f"#/$defs/d{n + 1}"} for key in "ab"}} for n in range(12)
    }
    parameters = {"$defs": definitions | {"d12": {}}, "properties": {"a": {"$ref": "#/$defs/d0"}}}
    with pytest.raises(ValueError, match="more than 1000 times"):
        inlined(parameters)


def test_options_can_be_replaced() -> None:
    made = with_options(tool_of(trial, "trial", {}), time_limit=3.0)
    assert (made.options.time_limit, made.options.changes_world) == (3.0, False)
