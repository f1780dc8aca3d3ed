"""The tools of an agent: functions with their constants, HTTP requests, and MCP servers."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator
from pydantic.json_schema import SkipJsonSchema

from frontdesk.agent.headers import HeaderName, HTTPUrl, PlainValue, VariableName
from frontdesk.agent.parameters import Parameters
from frontdesk.agent.problems import suggestion
from frontdesk.agent.request import Body, Pick, RequestUrl, RequestValue
from frontdesk.agent.secrets import Secrets, secret_values
from frontdesk.agent.services import Section
from frontdesk.agent.types import Name, Wording, number

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

# Methods that change nothing, by RFC 9110.
SAFE = ("GET", "HEAD")

DEFAULT_TIMEOUT_S = 10.0
MAX_TIMEOUT_S = 120

TimeLimit = Annotated[float, Field(gt=0, le=MAX_TIMEOUT_S), BeforeValidator(number)]


def _several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _can_be_said(value: str) -> str:
    if not value.strip():
        raise ValueError("has no words to say")
    return value


# What the caller hears while a tool runs, in turn.
WaitingWords = Annotated[
    tuple[Annotated[Wording, Field(max_length=500), AfterValidator(_can_be_said)], ...],
    Field(max_length=20),
    BeforeValidator(_several, json_schema_input_type=str | list[str]),
]


class HTTPToolConfig(Section):
    """A tool that is an HTTP request: a mapping with `url` under a name that no function has.

    `{name}` in `url`, `headers` and `body` is an argument, or what fills the placeholders of prompts.
    """

    description: Wording = Field(description="What it does and when to use it: the LLM reads this.")
    parameters: Parameters = Field(
        default_factory=lambda: {"type": "object", "properties": {}},
        description="Its arguments: the JSON Schema of an object. Default: none.",
    )
    url: RequestUrl = Field(description="Where the request goes; no `{name}` in scheme and host.")
    headers: dict[HeaderName, RequestValue] = Field(
        repr=False,
        default_factory=dict,
        max_length=50,
        description="Header fields of the request. Default: none.",
    )
    body: Body | None = Field(
        None,
        description="What is sent: keys or a list as JSON, or as a form where Content-Type says so; a text as"
        " it is. Default: none.",
    )
    method: Method = Field(
        default_factory=lambda given: "GET" if given["body"] is None else "POST",
        description="HTTP method. Default: GET; POST where there is a `body`.",
    )
    timeout: TimeLimit = Field(DEFAULT_TIMEOUT_S, description="Seconds that it may take. Default: 10.")
    result: Pick | None = Field(
        None, description="What the LLM gets of a JSON answer: a JMESPath expression. Default: all of it."
    )
    say_while_waiting: WaitingWords = Field(
        (),
        description="Said while it takes long: a text, or several in turn. Default: Frontdesk's own words.",
    )
    changes_world: bool = Field(
        default_factory=lambda given: given["method"] not in SAFE,
        description="It changes something: run once for the same arguments, and not broken off by barge-in."
        " Default: false for GET and HEAD, true for other methods.",
    )
    allow_private: bool = Field(
        False, description="The address may be one of a private network. Default: false."
    )
    secrets: SkipJsonSchema[Secrets] = Field(
        default_factory=lambda given: secret_values((), given["headers"]),
        exclude=True,
        repr=False,
        description="Values that no result, error or log line may hold; no key of the file.",
    )


def _is_allowed(name: str, info: ValidationInfo) -> str:
    allowed = info.data.get("tools")
    if allowed is not None and name not in allowed:
        raise ValueError(f"is none of `tools`{suggestion(name, allowed)}")
    return name


class MCPServerConfig(Section):
    """A server of tools that speaks the Model Context Protocol: at a `url`, or started by a `command`."""

    url: HTTPUrl | None = Field(None, description="Where it is reached by streamable HTTP. Default: none.")
    command: Name | None = Field(
        None, description="What starts it, to be spoken to through its standard input. Default: none."
    )
    headers: dict[HeaderName, PlainValue] = Field(
        repr=False, default_factory=dict, max_length=50, description="Header fields for `url`. Default: none."
    )
    env: dict[VariableName, PlainValue] = Field(
        repr=False,
        default_factory=dict,
        max_length=100,
        description="Environment variables for `command`. Default: none.",
    )
    tools: list[Name] | None = Field(
        None, max_length=100, description="Names of its tools that the agent may use. Default: all."
    )
    changes_world: list[Annotated[Name, AfterValidator(_is_allowed)]] = Field(
        default_factory=list,
        max_length=100,
        description="Names of its tools that change something: each is run once for the same arguments, and"
        " not broken off by barge-in. Default: none.",
    )
    timeout: TimeLimit = Field(DEFAULT_TIMEOUT_S, description="Seconds that a tool may take. Default: 10.")
    say_while_waiting: WaitingWords = Field(
        (), description="Said while a tool takes long: a text, or several in turn. Default: Frontdesk's own."
    )
    secrets: SkipJsonSchema[Secrets] = Field(
        default_factory=lambda given: secret_values((), {**given["headers"], **given["env"]}),
        exclude=True,
        repr=False,
        description="Values that no result, error or log line may hold; no key of the file.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.url is None) == (self.command is None):
            raise ValueError("must have one of `url` and `command`")
        if self.url is None and self.headers:
            raise ValueError("`headers` belong to a `url`")
        if self.command is None and self.env:
            raise ValueError("`env` belongs to a `command`")
        return self
