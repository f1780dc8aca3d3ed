"""The kinds of value an agent file holds, each with a message for what is wrong with it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from frontdesk.agent.problems import suggestion
from frontdesk.agent.prompts import CALL_FACTS, unknown_placeholders


@dataclass(frozen=True)
class Known:
    """The names that a file may use; None where the one who loads it does not say.

    `vendors` is kind (stt, llm, tts) → names; `inputs` is the file's own agent_inputs.
    """

    tools: Collection[str] | None = None
    vendors: Mapping[str, Collection[str]] = field(default_factory=dict)
    inputs: Collection[str] | None = None


def _agent_id(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", value):
        raise ValueError("must be 1 to 64 letters, digits, '_' or '-', and begin with a letter or digit")
    return value


def _e164(value: str) -> str:
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", value):
        raise ValueError("must be an E.164 number: '+', country code, 7 to 15 digits in all, nothing else")
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError):
        near = suggestion(value, available_timezones(), listed=False)
        raise ValueError(f"must be an IANA name such as Europe/Berlin{near}") from None
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"(https?|wss?)://[^\s/?#]+\S*", value):
        raise ValueError("must begin with http://, https://, ws:// or wss:// and a host")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise ValueError("must be a language code such as en, es or pt-BR")
    return value


def _number(value: Any) -> Any:
    # pydantic would take true for 1.
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError("must be a time of day such as 09:00 or 17:30")
    hours, minutes = value.split(":")
    return time(int(hours), int(minutes))


def _input(value: Any) -> Any:
    if not isinstance(value, str | bool | int | float):
        raise ValueError("must be text, a number, true or false")
    return value


def _input_name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", value):
        raise ValueError("an input's name is letters, digits and '_', and begins with no digit")
    if value in CALL_FACTS:
        raise ValueError("every call fills this input itself; choose another name")
    return value


def _text(value: str, info: ValidationInfo) -> str:
    known = info.context.inputs if isinstance(info.context, Known) else None
    if known is None:
        return value
    names = (*known, *CALL_FACTS, "language_code")
    unknown = unknown_placeholders(value, names)
    if unknown:
        found = "; ".join(f"{{{name}}} is filled by nothing{suggestion(name, names)}" for name in unknown)
        raise ValueError(f"{found}; write {{{{{unknown[0]}}}}} where braces are meant")
    return value


def _tool(value: str, info: ValidationInfo) -> str:
    known = info.context.tools if isinstance(info.context, Known) else None
    if known is not None and value not in known:
        raise ValueError(f"unknown tool{suggestion(value, known)}")
    return value


def vendor_of(kind: str) -> Any:
    """The type of a vendor's name for one kind of service: stt, llm or tts."""

    def check(value: str, info: ValidationInfo) -> str:
        known = info.context.vendors.get(kind) if isinstance(info.context, Known) else None
        if known is not None and value not in known:
            raise ValueError(f"unknown vendor{suggestion(value, known)}")
        return value

    return AfterValidator(check)


AgentId = Annotated[str, AfterValidator(_agent_id)]
E164 = Annotated[str, AfterValidator(_e164)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Url = Annotated[str, AfterValidator(_url)]
Language = Annotated[str, AfterValidator(_language)]
Clock = Annotated[time, BeforeValidator(_clock)]
Number = Annotated[float, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_number)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
InputName = Annotated[str, AfterValidator(_input_name)]
Input = Annotated[str | bool | int | float, BeforeValidator(_input)]
Text = Annotated[str, Field(min_length=1, max_length=100_000), AfterValidator(_text)]
ToolName = Annotated[str, AfterValidator(_tool)]
