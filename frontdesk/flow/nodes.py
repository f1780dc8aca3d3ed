"""The nodes of a flow, with the tools of a call as their functions."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from pipecat.flows import Flow, FlowConfig, FlowManager, FlowsFunctionSchema, NodeConfig
from pipecat.flows.config import case_key

from frontdesk.flow.actions import own_actions
from frontdesk.tools.binding import GRACE_S
from frontdesk.tools.tool import Tool

# Does what a function of the flow says, with the LLM's arguments: the result, and what pipecat does next.
Use = Callable[[FlowConfig.Function, Mapping[str, Any]], Awaitable[tuple[Any, Any]]]


class Nodes:
    """What each node of a flow offers in one call; a tool that the call does not have is left out."""

    def __init__(self, config: FlowConfig, tools: Mapping[str, Tool], use: Use):
        self._tools = tools
        self._use = use
        entries = [
            *config.global_functions,
            *(each for node in config.nodes.values() for each in node.functions),
        ]
        flow = Flow(config, handlers={each.name: _stand_in for each in entries if not each.transition_only})
        self._nodes = {name: own_actions(flow.node(name)) for name in config.nodes}
        for name, node in config.nodes.items():
            self._nodes[name]["functions"] = self._functions(node.functions)
        self.everywhere = self._functions(config.global_functions)

    def node(self, name: str, *, responds: bool) -> NodeConfig:
        """A node to enter; the LLM answers at once only where it `responds`, and the flow lets it."""
        node = self._nodes[name]
        return {**node, "respond_immediately": responds and node.get("respond_immediately", True)}

    async def drop(self, name: str) -> None:
        """Offer a tool no more."""
        for functions in (self.everywhere, *(node["functions"] for node in self._nodes.values())):
            functions[:] = [each for each in functions if each.name != name]

    def _functions(self, entries: Iterable[FlowConfig.Function]) -> list[Any]:
        return [self._function(each) for each in entries if each.transition_only or each.name in self._tools]

    def _function(self, entry: FlowConfig.Function) -> FlowsFunctionSchema:
        async def handler(arguments: dict[str, Any], _: FlowManager) -> tuple[Any, Any]:
            return await self._use(entry, arguments)

        if entry.transition_only:
            return FlowsFunctionSchema(
                entry.name, entry.description or "", {}, [], handler, cancel_on_interruption=True
            )
        tool = self._tools[entry.name]
        return FlowsFunctionSchema(
            name=entry.name,
            description=tool.description,
            properties=dict(tool.parameters.get("properties", {})),
            required=list(tool.parameters.get("required", [])),
            handler=handler,
            cancel_on_interruption=not tool.options.changes_world,
            timeout_secs=tool.options.time_limit + GRACE_S,
        )


def destination(entry: FlowConfig.Function, result: Mapping[str, Any]) -> str | None:
    """The node that a function leads to with this result; None to stay."""
    target = entry.transition_to
    if isinstance(target, FlowConfig.Branch):
        found = case_key(result[target.field]) if target.field in result else ""
        return target.cases.get(found, target.default)
    return target


async def _stand_in(flow_manager: FlowManager) -> tuple[Any, Any]:
    """Stands for every tool while pipecat builds the flow."""
    raise AssertionError("tools are used by their own handlers")
