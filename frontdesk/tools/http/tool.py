"""An HTTP tool: a section of the agent file as a Tool."""

from collections.abc import Mapping
from typing import Any

from frontdesk.agent import HTTPToolConfig
from frontdesk.errors import ToolError, Unsure
from frontdesk.record.plain import plain
from frontdesk.tools.checking import check_of
from frontdesk.tools.context import FrontdeskContext
from frontdesk.tools.http.pick import picker
from frontdesk.tools.http.request import request_of
from frontdesk.tools.http.result import Reading
from frontdesk.tools.http.template import Values
from frontdesk.tools.options import ToolOptions
from frontdesk.tools.schema import inlined
from frontdesk.tools.tool import Check, Tool


def http_tool(name: str, config: HTTPToolConfig) -> Tool:
    """The tool that a section with `url` describes."""
    parameters = inlined(config.parameters)
    return Tool(
        name=name,
        description=config.description.strip(),
        parameters=parameters,
        check=_check(config.parameters, parameters),
        run=_Run(name, config),
        options=ToolOptions(
            changes_world=config.changes_world,
            time_limit=config.timeout,
            say_while_waiting=config.say_while_waiting,
        ),
        acts=True,
    )


class _Run:
    """The request of one tool."""

    def __init__(self, name: str, config: HTTPToolConfig):
        self._name = name
        self._config = config
        self._reading = Reading(config, picker(config.result))

    async def __call__(self, ctx: Any, checked: dict[str, Any]) -> dict[str, Any]:
        from frontdesk.tools.http.send import send  # aiohttp takes long to import, and checking needs none

        config = self._config
        request = request_of(config, _values(ctx, checked), ctx.idempotency_key)
        try:
            answer = await send(self._name, request, config.allow_private, config.timeout)
            return self._reading.told(answer)
        except Unsure as error:
            if config.changes_world:
                raise
            raise ToolError(str(error)) from None


def _values(ctx: FrontdeskContext, checked: Mapping[str, Any]) -> Values:
    """What fills the placeholders: the arguments, else what fills those of prompts."""
    values: dict[str, Any] = plain({**ctx.inputs(), **checked})
    return values


def _check(schema: Mapping[str, Any], parameters: Mapping[str, Any]) -> Check:
    check = check_of(schema)
    properties: Mapping[str, Any] = parameters["properties"]
    defaults = {
        name: each["default"]
        for name, each in properties.items()
        if isinstance(each, dict) and each.get("default") is not None
    }

    def checked(given: Mapping[str, Any]) -> dict[str, Any]:
        # With the defaults, so that the same is the same whether it was said or not.
        return {**defaults, **check(given)}

    return checked
