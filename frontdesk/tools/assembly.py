"""The tools of one agent, from all that they may come from."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from frontdesk.agent import AgentConfig, HTTPToolConfig, suggestion
from frontdesk.agent.document import KeyPath
from frontdesk.tools.custom import NONE, Custom, of_function
from frontdesk.tools.custom_tool import CustomTool
from frontdesk.tools.function import with_options
from frontdesk.tools.mcp.command import command_warnings
from frontdesk.tools.patience import KEYS, patience, patience_problems
from frontdesk.tools.table import TOOLS, load_tool
from frontdesk.tools.tool import Tool


def tools_of(agent: AgentConfig, custom: Custom = NONE) -> Sequence[Tool]:
    """What an agent without `tool_problems` can do, in the order of its file.

    `custom` is what there is beside Frontdesk's own tools.
    """
    given = {**custom.constants, **{name: _given(agent, name, custom) for name in agent.tools}}
    constants = {name: _constants(values) for name, values in given.items()}
    return [
        _http_tool(name, use)
        if isinstance(use, HTTPToolConfig)
        else with_options(_found(name, use, custom).make(constants), **patience(given[name]))
        for name, use in agent.tools.items()
    ]


def tool_problems(agent: AgentConfig, custom: Custom = NONE) -> Iterator[tuple[KeyPath, str]]:
    """What is wrong with the constants of an agent's tools: where, and what.

    A name that belongs to no tool is passed over; the schema of the agent file tells of it.
    """
    for name, use in agent.tools.items():
        if isinstance(use, HTTPToolConfig):
            yield from _refused(name, use)
            continue
        if not (callable(use) or name in TOOLS or name in custom.tools):
            continue
        tool, given = _found(name, use, custom), _given(agent, name, custom)
        for key, message in (*patience_problems(given), *_unknown(tool, given)):
            yield ("tools", name, key), message
        yield from ((("tools", name), message) for message in _undoes_nothing(tool, agent, custom))
        for constant in sorted(tool.requires):
            if given.get(constant) in (None, ""):
                yield ("tools", name), f"needs the constant {constant}: tools.{name}.{constant}"


def tool_warnings(agent: AgentConfig, environ: Mapping[str, str]) -> Iterator[tuple[KeyPath, str]]:
    """What a tool of an agent needs of the environment and does not find there: where, and what."""
    yield from command_warnings(agent, environ)
    if not _is_ours("send_sms", agent):
        return
    from frontdesk.telephony.twilio import TwilioAccount  # only an agent with this tool needs it

    if TwilioAccount.of(environ) is None:
        message = "cannot send anything: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or an API key"
        yield ("tools", "send_sms"), message


def _is_ours(name: str, agent: AgentConfig) -> bool:
    """Whether an agent has this tool of Frontdesk's, and none of its own by that name."""
    return name in agent.tools and not callable(agent.tools[name])


def _http_tool(name: str, config: HTTPToolConfig) -> Tool:
    from frontdesk.tools.http import http_tool  # only an agent with such a tool needs it

    return http_tool(name, config)


def _found(name: str, use: Any, custom: Custom) -> CustomTool:
    if callable(use):
        return of_function(name, use)
    return custom.tools.get(name) or of_function(name, load_tool(name))


def _given(agent: AgentConfig, name: str, custom: Custom) -> Mapping[str, Any]:
    """A tool's constants with how it is waited for; what the agent file says comes first."""
    use = agent.tools[name]
    if callable(use) or isinstance(use, HTTPToolConfig):
        return {}
    return {**custom.constants.get(name, {}), **(use or {})}


def _unknown(tool: CustomTool, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Constants that the tool does not know, where it says which it knows; Frontdesk's own do. Of others
    those that are nearly one of KEYS."""
    known = {*tool.accepts, *tool.requires, *KEYS}
    says_which = bool(tool.accepts) or tool.name in TOOLS
    for key in given:
        if key not in known and (says_which or suggestion(key, KEYS, listed=False)):
            near = suggestion(key, known) if says_which else suggestion(key, KEYS, listed=False)
            yield key, f"unknown constant{near}"


def _undoes_nothing(tool: CustomTool, agent: AgentConfig, custom: Custom) -> Iterator[str]:
    """Names under `undoes` that no tool has; what a server has, or other Python code, is not known."""
    if agent.mcp or callable(agent.tools[tool.name]):
        return
    known = {*TOOLS, *custom.tools, *agent.tools}
    for name in sorted(tool.undoes - known):
        yield f"undoes {name!r}, which is no tool{suggestion(name, known, listed=False)}"


def _refused(name: str, config: HTTPToolConfig) -> Iterator[tuple[KeyPath, str]]:
    """An address that the guard of HTTP tools would always stand in the way of."""
    host = urlsplit(config.url).hostname or ""
    if not config.allow_private and _is_private(host):
        message = f"leads to {host}, which is not of the internet and would be refused"
        yield ("tools", name, "url"), f"{message}; `allow_private: true` allows it"


def _is_private(host: str) -> bool:
    from frontdesk.tools.http.guard import is_public  # only an agent with such a tool needs it

    try:
        return not is_public(host)
    except ValueError:
        return f".{host.lower().rstrip('.')}".endswith(".localhost")


def _constants(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a tool sees: those that have a value."""
    return {key: value for key, value in given.items() if key not in KEYS and value is not None}
