"""What an agent says and is told: start messages, prompts, initial messages."""

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from frontdesk.agent.later import NotActiveYet
from frontdesk.agent.prompts import Text, in_language
from frontdesk.agent.services import Section
from frontdesk.agent.types import LANGUAGE, Language, Template, Wording

MAX_MESSAGES = 100

ByLanguage = dict[Language, Template]


def _form(value: Any) -> str | None:
    """Which form a text has; None for what is neither."""
    if isinstance(value, dict):
        return "by language"
    return "text" if isinstance(value, str) else None


def _start_form(value: Any) -> str | None:
    if isinstance(value, StartMessage):
        return "by direction"
    if isinstance(value, dict):
        codes = [re.fullmatch(LANGUAGE, str(key)) for key in value]
        return "by language" if codes and all(codes) else "by direction"
    return _form(value)


def _or_error(form: Any, message: str) -> Discriminator:
    return Discriminator(form, custom_error_type="text_form", custom_error_message=message)


Words = Annotated[
    Annotated[Template, Tag("text")] | Annotated[ByLanguage, Tag("by language")],
    _or_error(_form, "must be a text, or texts by language"),
]


class StartMessage(Section):
    """The first words, by direction; without them the agent waits for the other side to speak."""

    inbound: Words | None = Field(
        None, description="Said to who calls us: a text, or one per language. Default: none."
    )
    outbound: Words | None = Field(
        None, description="Said to whom we called: a text, or one per language. Default: none."
    )


AnyStartMessage = Annotated[
    Annotated[Template, Tag("text")]
    | Annotated[ByLanguage, Tag("by language")]
    | Annotated[StartMessage, Tag("by direction")],
    _or_error(_start_form, "must be a text, texts by language, or `inbound` and `outbound`"),
]


def words_in(words: str | dict[str, str] | None, language: str) -> Text:
    """The words of a start message for a language; a text that stands alone is for every language."""
    return in_language(words, language) if isinstance(words, dict) else Text(words)


class Prompts(Section):
    """The prompts, each by language."""

    agent: ByLanguage = Field(
        default_factory=dict, description="Who the agent is: the LLM's system prompt. Default: none."
    )
    outbound: ByLanguage = Field(
        default_factory=dict, description="The same for calls that we placed. Default: `agent`."
    )
    quick_response: ByLanguage = Field(
        default_factory=dict,
        description="How to make what is said while a tool runs: told to `llm.utils`. Default: none; fixed"
        " words.",
    )
    post_analysis: Annotated[dict[Language, Wording], NotActiveYet()] = Field(
        default_factory=dict, description="What to tell of a call that has ended. Default: none."
    )


def _role(value: Any) -> Any:
    # In the middle of a conversation pipecat's name for the operator's own words is developer.
    return "developer" if value == "system" else value


class Message(Section):
    """A message that the conversation begins with, before anyone has spoken."""

    role: Annotated[
        Literal["user", "assistant", "developer"],
        BeforeValidator(_role, json_schema_input_type=Literal["user", "assistant", "developer", "system"]),
    ] = Field(
        description="Whose words: user (the caller), assistant (the agent), developer or system (yours)."
    )
    content: Template = Field(description="The words; placeholders are filled.")
