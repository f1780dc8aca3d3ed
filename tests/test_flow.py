"""A flow leads a conversation: what the LLM is told and offered at each node, on OpenAI's stand-in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pipecat.frames.frames import (
    InterruptionFrame,
    TTSSpeakFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.observers.base_observer import BaseObserver, FramePushed
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from frontdesk.briefing import Briefing
from frontdesk.call import Call
from frontdesk.environment import agents_dir
from frontdesk.errors import ToolError
from frontdesk.flow import Lead, load_flow
from frontdesk.pipeline import Conversation
from frontdesk.record.notes import Notes
from frontdesk.tools import ToolContext
from frontdesk.translate import Translator
from frontdesk.witness import watch_pipeline
from tests.desk import Desk, SlowBooking, desk_of
from tests.fakes import FakeOpenAI, Reply, ToolCall
from tests.thinking import BOUND_S, Ear, Thinking, openai_llm

SHIPPED = agents_dir() / "appointments_flow.flow.yaml"
LOOK_UP = ToolCall("get_available_time_slots", {"date": "2026-03-03"})
BOOK = ToolCall("book_appointment", {"name": "Ann Lee", "date": "2026-03-03", "time": "14:30"})


class Heard(BaseObserver):
    """What is said without the LLM."""

    def __init__(self) -> None:
        super().__init__(observe_every_push=False)
        self.words: list[str] = []

    async def on_push_frame(self, data: FramePushed) -> None:
        if isinstance(data.frame, TTSSpeakFrame):
            self.words.append(data.frame.text)


class HangUp:
    """Takes the place of hanging up."""

    def __init__(self) -> None:
        self.goodbyes: list[str | None] = []

    async def begin(self, goodbye: str | None, reason: object) -> None:
        self.goodbyes.append(goodbye)


class Led(Thinking):
    """A conversation that a flow leads."""

    def __init__(self, desk: Desk, fake: FakeOpenAI, flow: Path):
        self.desk, self.fake, self.ear, self.heard, self.hang_up = desk, fake, Ear(), Heard(), HangUp()
        llm = openai_llm(desk.agent, fake)
        params = LLMUserAggregatorParams(user_turn_strategies=ExternalUserTurnStrategies())
        self.context = LLMContext([], tools=[])
        pair = LLMContextAggregatorPair(self.context, user_params=params)
        user, assistant = pair.user(), pair.assistant()
        desk.toolbox.offer(llm, self.context)
        self.worker = PipelineWorker(
            Pipeline([user, llm, self.ear, assistant]),
            enable_rtvi=False,
            observers=[*watch_pipeline(desk.recorder), self.heard],
        )
        desk.toolbox.attach(self.worker)
        call, translator = Call("c1", "twilio"), Translator(lambda: None)
        self.briefing = Briefing(desk.agent, call, translator, desk.recorder.went_wrong)
        hang_up: Any = self.hang_up
        self.lead = Lead(load_flow(flow), desk.toolbox.runner, self.briefing, hang_up, Notes(desk.recorder))
        self.lead.attach(Conversation(self.worker, user, assistant, None, llm, None))

    @property
    def way(self) -> Any:
        """The nodes that were entered, as the record has them."""
        return self.desk.recorder.record.notes.get("flow")

    async def entered(self, node: str) -> None:
        """Wait until a node has been entered, and its texts have arrived."""
        async with asyncio.timeout(BOUND_S):
            while self.way[-1] != node:
                await asyncio.sleep(0.01)
        await self.settle()


@asynccontextmanager
async def led(
    flow: Path, *replies: Reply | str, desk: Desk | None = None, responds: bool = True
) -> AsyncIterator[Led]:
    """A conversation whose flow has just begun."""
    desk = desk or desk_of()
    async with FakeOpenAI(replies=replies) as fake:
        conversation = Led(desk, fake, flow)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(conversation.worker)
        running = asyncio.create_task(runner.run())
        try:
            await conversation.lead.begin(responds=responds)
            yield conversation
        finally:
            await conversation.worker.cancel()
            await asyncio.wait_for(running, BOUND_S)
            await desk.toolbox.close()


def a_flow(folder: Path, nodes: str, everywhere: str = "[]") -> Path:
    """A flow that begins at the node `one`."""
    path = folder / "x.flow.yaml"
    path.write_text(f"initial_node: one\nglobal_functions: {everywhere}\nnodes:\n{nodes}")
    return path


def a_node(name: str, functions: str = "[]", task: str = "", **more: str) -> str:
    """One node of a flow file; its task is its name where there is no other."""
    lines = [f"  {name}:", f'    task_messages: [{{role: developer, content: "{task or name}"}}]']
    return (
        "\n".join([*lines, f"    functions: {functions}", *(f"    {k}: {v}" for k, v in more.items())]) + "\n"
    )


def uses(*calls: ToolCall) -> Reply:
    """The LLM asks for tools."""
    return Reply(tool_calls=calls)


def system_of(call: Led, count: int) -> str:
    """The instructions of the `count`th completion."""
    return str(call.fake.completions[count - 1].body["messages"][0]["content"]).partition("\n")[0]


async def test_the_shipped_flow_offers_at_each_step_what_is_of_use_there() -> None:
    async with led(SHIPPED, uses(LOOK_UP), uses(BOOK), "It is booked.") as call:
        first, second, third = [await call.sent(count) for count in (1, 2, 3)]
        assert [call.offered(count) for count in (1, 2, 3)] == [
            ["end_call", "get_available_time_slots", "cancel_appointment"],
            ["end_call", "get_available_time_slots", "book_appointment"],
            ["end_call", "get_available_time_slots", "cancel_appointment"],
        ]
        assert first[-1]["role"] == "developer" and "what the appointment is for" in first[-1]["content"]
        assert "Offer two or three" in second[-1]["content"]
        assert "booked for Ann Lee, on 2026-03-03 at 14:30" in third[-1]["content"]
        assert system_of(call, 3) == "You are Emma."
        assert call.way == ["errand", "offer", "booked"]
    asked = [each for each in call.fake.completions[1].body["tools"] if "book" in each["function"]["name"]]
    tool = call.desk.toolbox.runner.tools["book_appointment"]
    assert asked[0]["function"]["description"] == tool.description
    assert asked[0]["function"]["parameters"]["properties"] == tool.parameters["properties"]


async def test_a_result_that_is_an_error_stays_at_its_node_and_is_told() -> None:
    async with led(SHIPPED, uses(LOOK_UP), uses(BOOK), "That time is taken.") as call:
        await call.desk.use("book_appointment", **{**dict(BOOK.arguments), "name": "Bob"})  # type: ignore[arg-type]
        told = json.loads((await call.sent(3))[-1]["content"])
        assert told["alternatives"] and "taken" in told["error"]
        assert call.way == ["errand", "offer"] and "book_appointment" in call.offered(3)


async def test_with_a_greeting_the_first_node_waits_for_the_caller() -> None:
    async with led(SHIPPED, "Hello.", responds=False) as call:
        await call.settle()
        assert call.fake.completions == []
        assert "what the appointment is for" in str(call.context.get_messages())


async def test_a_field_of_the_result_decides_where_to_go(tmp_path: Path) -> None:
    async def weigh(ctx: ToolContext, kilos: float) -> dict[str, Any]:
        """Weigh it."""
        return {"heavy": kilos > 5}

    leads = "{field: heavy, cases: {true: heavy, false: light}}"
    nodes = a_node("one", f"[{{name: weigh, transition_to: {leads}}}]") + a_node("heavy") + a_node("light")
    replies = uses(ToolCall("weigh", {"kilos": 9})), "Heavy."
    async with led(a_flow(tmp_path, nodes), *replies, desk=desk_of({"weigh": weigh})) as call:
        await call.sent(2)
        assert call.way == ["one", "heavy"]


async def test_a_part_played_at_a_node_stays_until_another_takes_its_place(tmp_path: Path) -> None:
    ways = "[{name: on, transition_only: true, description: Go on., transition_to: two}]"
    role = '"You are a pirate named {{ agent_name }}, {{ get_available_time_slots.next_free }}."'
    nodes = a_node("one", ways, role_message=role) + a_node("two", task="Call {{ caller_number }}.")
    async with led(a_flow(tmp_path, nodes), uses(ToolCall("on")), "Arr.") as call:
        told = await call.sent(2)
        assert [system_of(call, count) for count in (1, 2)] == ["You are a pirate named Emma, unknown."] * 2
        assert told[-1]["content"] == "Call unknown."
        assert json.loads(told[-2]["content"]) == {"status": "acknowledged"}
    # What becomes known of the inputs meanwhile changes the prompt, not the part.
    assert call.briefing.instructions().startswith("You are a pirate")


async def test_tools_used_at_once_give_one_answer_at_the_node_that_one_of_them_leads_to() -> None:
    async with led(SHIPPED, uses(LOOK_UP), uses(BOOK, LOOK_UP), "Booked.", "too many") as call:
        told = await call.sent(3)
        await call.settle()
        assert len(call.fake.completions) == 3 and call.way == ["errand", "offer", "booked"]
        assert "booked for Ann Lee" in told[-1]["content"]
        assert "IN_PROGRESS" not in str(told)


async def test_a_booking_goes_on_where_the_caller_talks_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    booking = SlowBooking(monkeypatch)
    async with led(SHIPPED, uses(LOOK_UP), uses(BOOK), "It is booked.") as call:
        await asyncio.wait_for(booking.begun.wait(), BOUND_S)
        await call.worker.queue_frame(UserStartedSpeakingFrame())
        await call.worker.queue_frame(InterruptionFrame())
        await call.settle()
        booking.let_through.set()
        await call.entered("booked")
        # The caller has the floor: nobody answers until they have finished.
        assert len(call.fake.completions) == 2 and booking.tried == 1
        await call.worker.queue_frame(UserStoppedSpeakingFrame())
        await call.settle()
        assert "booked for Ann Lee" in str(call.context.get_messages())


async def test_after_the_goodbye_the_flow_goes_nowhere() -> None:
    async with led(SHIPPED, uses(LOOK_UP), uses(BOOK, ToolCall("end_call", {"goodbye": "Bye!"}))) as call:
        await call.sent(2)
        await call.told_in_context("ended")
        assert call.desk.goodbyes == ["Bye!"] and len(call.fake.completions) == 2


async def test_a_tool_that_keeps_failing_is_offered_at_no_later_node(tmp_path: Path) -> None:
    async def look(ctx: ToolContext) -> str:
        """Look."""
        raise ToolError("cannot see")

    on = "{name: on, transition_only: true, description: Go on., transition_to: two}"
    nodes = a_node("one", f"[{{name: look}}, {on}]") + a_node("two", "[{name: look}]")
    replies: list[Reply | str] = [*[uses(ToolCall("look"))] * 3, uses(ToolCall("on")), "I cannot see."]
    async with led(a_flow(tmp_path, nodes), *replies, desk=desk_of({"look": look})) as call:
        assert "not available any more" in str((await call.sent(4))[-1])
        await call.sent(5)
        assert [call.offered(count) for count in (3, 4, 5)] == [["look", "on"], ["on"], []]


async def test_a_tool_that_the_call_does_not_have_is_left_out(tmp_path: Path) -> None:
    flow = a_flow(tmp_path, a_node("one", "[{name: of_a_server_that_is_down}]"))
    async with led(flow, "Hello.") as call:
        await call.sent(1)
        assert call.offered(1) == []


async def test_a_node_says_words_of_its_own_and_an_interruption_does_not_hold_it_up(tmp_path: Path) -> None:
    ways = "[{name: on, transition_only: true, description: Go on., transition_to: two}]"
    say = '[{type: tts_say, text: "One moment, {{ agent_name }} here."}]'
    nodes = a_node("one", ways, pre_actions=say) + a_node("two", pre_actions=say, post_actions=say)
    async with led(a_flow(tmp_path, nodes), uses(ToolCall("on")), "Done.") as call:
        await call.worker.queue_frame(InterruptionFrame())
        await call.entered("two")
        await call.sent(2)
        assert call.heard.words == ["One moment, Emma here."] * 3


async def test_a_node_that_ends_the_conversation_hangs_up_as_end_call_does(tmp_path: Path) -> None:
    end = '[{type: end_conversation, text: "Bye, {{ book_appointment.name }}!"}]'
    flow = a_flow(tmp_path, a_node("one", post_actions=end))
    async with led(flow, "Hello.") as call:
        await call.sent(1)
        assert call.hang_up.goodbyes == ["Bye, unknown!"]


async def test_a_new_beginning_forgets_what_was_said(tmp_path: Path) -> None:
    ways = "[{name: on, transition_only: true, description: Go on., transition_to: two}]"
    nodes = a_node("one", ways) + a_node("two", context_strategy="reset")
    async with led(a_flow(tmp_path, nodes), uses(ToolCall("on")), "Done.") as call:
        told = await call.sent(2)
        assert [message["content"] for message in told[1:]] == ["two"]
