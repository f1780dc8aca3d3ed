"""The lead that a flow has in one call."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipecat.flows import NO_RESPONSE, FlowConfig, FlowManager, NodeConfig
from pipecat.processors.aggregators.llm_response_universal import LLMAssistantAggregator, LLMUserAggregator

from frontdesk.agent.flow_text import flow_state
from frontdesk.briefing import Briefing
from frontdesk.flow.actions import register_actions
from frontdesk.flow.load import Plan
from frontdesk.flow.nodes import Nodes, destination
from frontdesk.flow.steps import Step, Steps
from frontdesk.hangup import HangUp
from frontdesk.pipeline import Conversation
from frontdesk.record.notes import Notes
from frontdesk.tools.binding import others_begun
from frontdesk.tools.runner import ToolRunner


@dataclass(frozen=True)
class _Pair:
    """The aggregators of a conversation, as pipecat's flows ask for them."""

    conversation: Conversation

    def user(self) -> LLMUserAggregator:
        return self.conversation.user

    def assistant(self) -> LLMAssistantAggregator:
        return self.conversation.assistant


class Lead:
    """Leads one call through the nodes of a flow; the tools of the call are its functions.

    After a result that is an error the call stays at its node, whatever the flow says. The nodes that were
    entered stand in the record's notes, under `flow`.
    """

    def __init__(self, plan: Plan, runner: ToolRunner, briefing: Briefing, hang_up: HangUp, notes: Notes):
        self._plan = plan
        self._runner = runner
        self._briefing = briefing
        self._hang_up = hang_up
        self._notes = notes
        self._nodes = Nodes(plan.config, runner.tools, self._use)
        self._steps = Steps()
        self._results: dict[str, Any] = {}
        self._way: list[str] = []
        self._caller_speaks = False
        self._manager: FlowManager | None = None
        runner.on_retired.append(self._nodes.drop)

    def attach(self, conversation: Conversation) -> None:
        """The conversation to lead; it is built after its tools."""

        async def turn_started(*_: object) -> None:
            self._steps.turn += 1
            self._caller_speaks = True

        async def turn_stopped(*_: object) -> None:
            self._caller_speaks = False

        conversation.user.add_event_handler("on_user_turn_started", turn_started)
        conversation.user.add_event_handler("on_user_turn_stopped", turn_stopped)
        self._manager = FlowManager(
            llm=conversation.llm,  # type: ignore[arg-type]
            context_aggregator=_Pair(conversation),
            worker=conversation.worker,
            global_functions=self._nodes.everywhere,
        )
        register_actions(self._manager, self._briefing, self._hang_up)

    async def begin(self, *, responds: bool) -> None:
        """Enter the first node, once; the LLM has the first word where it `responds`."""
        if self._manager and not self._way:
            await self._manager.initialize(self._entered(self._plan.config.initial_node, responds=responds))

    async def _use(self, entry: FlowConfig.Function, arguments: Mapping[str, Any]) -> tuple[Any, Any]:
        begun = self._steps.begin()
        try:
            await others_begun()
            result, wanted = await self._done(entry, arguments)
        except asyncio.CancelledError:
            self._go(self._steps.cancel(begun))
            raise
        step = self._steps.end(begun, wanted)
        if step.to:
            return result, self._entered(step.to, responds=not self._caller_speaks)
        return result, None if step.answers else NO_RESPONSE

    async def _done(self, entry: FlowConfig.Function, arguments: Mapping[str, Any]) -> tuple[Any, Step]:
        """Do what a function says: the result for the LLM, and the step that it wants."""
        if entry.transition_only:
            return None, Step(destination(entry, {}))
        outcome = await self._runner.use(entry.name, arguments)
        if "error" in outcome.result:
            return outcome.result, Step(answers=outcome.has_turn)
        self._results[entry.name] = outcome.result
        return outcome.result, Step(destination(entry, outcome.result), outcome.has_turn)

    def _go(self, name: str | None) -> None:
        """Enter a node without a tool that has come to its end; who interrupted it is about to speak."""
        if name and self._manager:
            node = self._entered(name, responds=False)
            self._manager.worker.create_task(self._manager.set_node_from_config(node), "flow_node")

    def _entered(self, name: str, *, responds: bool) -> NodeConfig:
        """A node that is about to be entered, with all that its texts need."""
        assert self._manager is not None
        known = {**self._briefing.inputs(), **self._results}
        self._manager.state.clear()
        self._manager.state.update(flow_state(known, self._plan.placeholders))
        self._way.append(name)
        self._notes.note("flow", self._way)
        return self._nodes.node(name, responds=responds)
