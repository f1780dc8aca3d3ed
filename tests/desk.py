"""One call's tools without the call: used as an LLM uses them, and what they did with the call."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from pipecat.frames.frames import Frame, TTSSpeakFrame
from pipecat.pipeline.worker import PipelineParams

from frontdesk.agent import AgentConfig, load_agents
from frontdesk.calendar import Booking, Calendar, calendar_of
from frontdesk.call import Call
from frontdesk.environment import agents_dir
from frontdesk.record.recorder import Recorder
from frontdesk.toolbox import Toolbox
from frontdesk.tools.assembly import tools_of
from frontdesk.tools.runner import Outcome
from frontdesk.tools.tool import Tool

# A Monday, when the shipped calendar is open.
NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


@dataclass
class Desk:
    """A toolbox whose call is not there; `goodbyes` and `said` are what the caller would have heard."""

    agent: AgentConfig
    recorder: Recorder
    toolbox: Toolbox
    goodbyes: list[str | None]
    frames: list[Frame] = field(default_factory=list)
    params: PipelineParams = field(default_factory=PipelineParams)

    async def queue_frame(self, frame: Frame, *_: object) -> None:
        """What a pipeline's worker does with a frame."""
        self.frames.append(frame)

    @property
    def said(self) -> list[str]:
        """What the tools had the caller hear."""
        return [frame.text for frame in self.frames if isinstance(frame, TTSSpeakFrame)]

    @property
    def calendar(self) -> Calendar:
        """The agent's calendar."""
        return calendar_of(self.agent)

    async def use(self, name: str, /, **arguments: Any) -> dict[str, Any]:
        """Use a tool; what the LLM is told, which JSON can hold."""
        return (await self.answer(name, arguments)).result

    async def answer(self, name: str, arguments: Mapping[str, Any]) -> Outcome:
        """The same with whether the LLM has a turn."""
        outcome = await self.toolbox.runner.use(name, arguments)
        json.dumps(outcome.result)
        return outcome


class _HangUp:
    """Takes the place of hanging up."""

    def __init__(self) -> None:
        self.goodbyes: list[str | None] = []

    async def begin(self, goodbye: str | None, reason: object) -> None:
        self.goodbyes.append(goodbye)


def shipped_agent(tools: Mapping[str, Any] | None = None) -> AgentConfig:
    """The agent `appointments`, with these tools in place of its own; for it, it is NOW."""
    agent = load_agents(agents_dir(), {}).by_id["appointments"]
    agent = agent.model_copy(update={"tools": dict(tools)} if tools is not None else {})
    vars(agent)["now"] = lambda: NOW
    return agent


def desk_of(
    tools: Mapping[str, Any] | list[Tool] | None = None, call: Call | None = None, **keys: Any
) -> Desk:
    """A desk of the shipped agent with these tools; `keys` replace other keys of the agent's."""
    named = None if isinstance(tools, list) else tools
    agent = shipped_agent(named).model_copy(update=keys)
    call, hang_up = call or Call("c1", "twilio"), _HangUp()
    recorder = Recorder(call)
    built = tools if isinstance(tools, list) else tools_of(agent)
    inputs = partial(agent.inputs, call)
    toolbox = Toolbox(built, call, agent, hang_up, recorder, inputs)  # type: ignore[arg-type]
    desk = Desk(agent, recorder, toolbox, hang_up.goodbyes)
    toolbox.attach(desk)  # type: ignore[arg-type]
    return desk


class SlowBooking:
    """Takes the place of Calendar.book: a booking waits to be let through; `tried` counts them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch):
        self.begun, self.let_through, self.tried = asyncio.Event(), asyncio.Event(), 0
        book = Calendar.book

        async def slow(calendar: Calendar, *arguments: Any) -> Booking:
            self.tried += 1
            self.begun.set()
            await self.let_through.wait()
            return await book(calendar, *arguments)

        monkeypatch.setattr(Calendar, "book", slow)


async def free_slots(agent: AgentConfig, day: date = date(2026, 3, 3)) -> int:
    """How many slots of a day are free."""
    return len(await calendar_of(agent).free_slots(day))
