"""HTTP and WebSocket routes of a config.yaml, which are Frontdesk's own on Pipecat Cloud."""

from typing import Annotated, Literal

from pydantic import Field

from frontdesk.agent.later import NotActiveYet
from frontdesk.agent.services import Section
from frontdesk.agent.types import Name

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
UrlPath = Annotated[str, Field(pattern=r"^(/[^\s?#]*)?$", max_length=200)]


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
