"""What must hold between the parts of a flow, and between a flow and its agent."""

import re
from collections.abc import Collection, Iterator, Sequence

from frontdesk.agent.document import KeyPath
from frontdesk.agent.flow_keys import FlowFunction, FlowKeys
from frontdesk.agent.flow_text import flow_placeholders
from frontdesk.agent.problems import suggestion
from frontdesk.agent.prompts import placeholders
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.tool_use import TOOL_NAME
from frontdesk.agent.types import ALWAYS_FILLED

# A place in a flow file, and what is to be said of it.
Found = Iterator[tuple[KeyPath, str]]

METADATA = "metadata"


def faults(flow: FlowKeys, agent: AgentConfig, listable: Collection[str] = ()) -> Found:
    """Everything that would keep the flow from leading a call; any agent may list the tools `listable`."""
    if flow.initial_node not in flow.nodes:
        yield ("initial_node",), _no_node(flow.initial_node, flow)
    tools = _tools(agent)
    for path, function in flow.functions():
        yield from _function(path, function, agent, tools, listable)
        for at, node in function.targets():
            if node not in flow.nodes:
                yield (*path, *at), _no_node(node, flow)
    yield from _repeated(flow)
    for path, text in flow.texts():
        yield from ((path, message) for message in _unfilled(text, agent, tools))


def oddities(flow: FlowKeys, agent: AgentConfig) -> Found:
    """Nodes that no way leads to, and tools of the agent that no node offers."""
    reached = _reached(flow)
    for name in flow.nodes:
        if name not in reached:
            yield ("nodes", name), "is never reached: no function leads here"
    offered = {function.name for _, function in flow.functions()}
    for name in agent.tools:
        if name not in offered:
            yield (), f"offers the tool {name} nowhere, though {agent.agent_id} has it"


def _tools(agent: AgentConfig) -> Collection[str] | None:
    """The names of the agent's tools; None where a server of tools says only later what it has."""
    if any(server.tools is None for server in agent.mcp):
        return None
    return [*agent.tools, *(name for server in agent.mcp for name in server.tools or ())]


def _function(
    path: KeyPath,
    function: FlowFunction,
    agent: AgentConfig,
    tools: Collection[str] | None,
    listable: Collection[str],
) -> Found:
    here = (*path, "name")
    if not function.transition_only:
        if tools is not None and function.name not in tools:
            to_do = suggestion(function.name, tools)
            if function.name in listable:
                to_do = "; list it under `tools` of the agent"
            yield here, f"{function.name!r} is no tool of {agent.agent_id}{to_do}"
    elif function.name in (tools or agent.tools):
        yield here, f"{function.name!r} is a tool of {agent.agent_id}; a way to a node needs another name"
    elif not re.fullmatch(TOOL_NAME, function.name):
        yield here, f"{function.name!r} must be 1 to 64 letters, digits, '_' or '-', and no digit first"


def _no_node(name: str, flow: FlowKeys) -> str:
    return f"{name!r} is no node{suggestion(name, flow.nodes)}"


def _repeated(flow: FlowKeys) -> Found:
    everywhere = [function.name for function in flow.global_functions]
    yield from _twice(("global_functions",), everywhere, ())
    for name, node in flow.nodes.items():
        names = [function.name for function in node.functions]
        yield from _twice(("nodes", name, "functions"), names, everywhere)


def _twice(path: KeyPath, names: Sequence[str], everywhere: Collection[str]) -> Found:
    for at, name in enumerate(names):
        if name in names[:at]:
            yield (*path, at, "name"), f"{name!r} is given twice"
        elif name in everywhere:
            yield (*path, at, "name"), f"{name!r} is a global function too; it is offered at every node"


def _unfilled(text: str, agent: AgentConfig, tools: Collection[str] | None) -> Iterator[str]:
    """What to say of the placeholders of a text that nothing fills."""
    facts = (*agent.agent_inputs, *ALWAYS_FILLED)
    trees = (METADATA, *(tools or ()))
    for name in flow_placeholders(text):
        first, dot, _ = name.partition(".")
        if dot and first in facts and first not in trees:
            yield f"{{{{ {name} }}}} has no parts; write {{{{ {first} }}}}"
        elif tools is not None and first not in (*facts, *trees):
            yield f"{{{{ {name} }}}} is filled by nothing{suggestion(first, (*facts, *trees))}"
    for name in placeholders(text):
        if name in facts:
            yield f"{{{name}}} is not filled in a flow; write {{{{ {name} }}}}"


def _reached(flow: FlowKeys) -> set[str]:
    everywhere = {node for function in flow.global_functions for _, node in function.targets()}
    reached: set[str] = set()
    waiting = {flow.initial_node, *everywhere}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        functions = flow.nodes[name].functions if name in flow.nodes else []
        waiting |= {node for function in functions for _, node in function.targets()} - reached
    return reached
