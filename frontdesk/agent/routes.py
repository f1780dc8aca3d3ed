"""HTTP and WebSocket routes of a config.yaml, which are Frontdesk's own on Pipecat Cloud."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from frontdesk.agent.later import NotActiveYet
from frontdesk.agent.services import Section
from frontdesk.agent.types import Name, like

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def _url_path(value: str) -> str:
    if not re.fullmatch(URL_PATH, value):
        raise ValueError("must begin with '/' and hold no blank, '?' or '#'")
    return value


URL_PATH = r"(/[^\s?#]*)?"

UrlPath = Annotated[str, Field(max_length=200), AfterValidator(_url_path), like(URL_PATH)]


class Route(Section):
    """One URL path and what answers it."""

    path: UrlPath = Field(description="URL path below the prefix; begins with a slash.")
    methods: list[Method] = Field(min_length=1, max_length=7, description="HTTP verbs.")
    handler: Name = Field(description="Name of the function that answers.")


class WebSocketRoute(Section):
    """One WebSocket path and what answers it."""

    path: UrlPath = Field(description="URL path below the prefix; begins with a slash.")
    handler: Name = Field(description="Name of the function that answers.")


class Router(Section):
    """HTTP routes under one prefix."""

    prefix: UrlPath = Field("", description="URL path before those of the routes. Default: none.")
    routes: list[Route] = Field(
        default_factory=list, max_length=100, description="The routes. Default: none."
    )


class WebSocketRouter(Section):
    """WebSocket routes under one prefix."""

    prefix: UrlPath = Field("", description="URL path before those of the routes. Default: none.")
    routes: list[WebSocketRoute] = Field(
        default_factory=list, max_length=100, description="The routes. Default: none."
    )


class RoutesConfig(Section):
    """Routes of one's own."""

    routers: Annotated[list[Router], NotActiveYet()] = Field(
        default_factory=list, max_length=100, description="HTTP routes. Default: none."
    )
    websockets: Annotated[list[WebSocketRouter], NotActiveYet()] = Field(
        default_factory=list, max_length=100, description="WebSocket routes. Default: none."
    )
