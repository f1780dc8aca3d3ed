"""The kinds of value an agent file holds, each with a message for what is wrong with it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from frontdesk.agent.problems import suggestion
from frontdesk.agent.prompts import CALL_FACTS, METADATA, unknown_placeholders
from frontdesk.agent.timezones import nearest_zone

AGENT_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
CLOCK = r"([01]?[0-9]|2[0-3]):[0-5][0-9]"
E164_NUMBER = r"\+[1-9][0-9]{6,14}"
INPUT_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,63}"
URL = r"(https?|wss?)://[^\s/?#]+\S*"
LANGUAGE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*"

ALWAYS_FILLED = (*CALL_FACTS, "language_code")


@dataclass(frozen=True)
class Known:
    """The names that a file may use; None where the one who loads it does not say.

    `vendors` is kind (stt, llm, tts) → names; `gone` is kind → name of what pipecat no longer has → the
    nearest that it has; `inputs` is the file's own agent_inputs, `folder` the one that it stands in.
    """

    tools: Collection[str] | None = None
    vendors: Mapping[str, Collection[str]] = field(default_factory=dict)
    gone: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    generators: Collection[str] | None = None
    inputs: Collection[str] | None = None
    folder: Path | None = None


def _agent_id(value: str) -> str:
    if not re.fullmatch(AGENT_ID, value):
        raise ValueError("must be 1 to 64 letters, digits, '_' or '-', and begin with a letter or digit")
    return value


def _e164(value: str) -> str:
    if not re.fullmatch(E164_NUMBER, value):
        raise ValueError("must be an E.164 number: '+', country code, 7 to 15 digits in all, nothing else")
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError):
        near = nearest_zone(value)
        mean = f"; did you mean {near!r}?" if near else ""
        raise ValueError(f"must be an IANA name such as Europe/Berlin{mean}") from None
    return value


def _url(value: str) -> str:
    if not re.fullmatch(URL, value):
        raise ValueError("must begin with http://, https://, ws:// or wss:// and a host")
    return value


def _language(value: str) -> str:
    if not re.fullmatch(LANGUAGE, value):
        raise ValueError("must be a language code such as en, es or pt-BR")
    return value


def language_code(text: str) -> str | None:
    """A language code as agent files write it (`en`, `pt-BR`) from what a session gives; None for no code."""
    base, hyphen, region = text.strip().replace("_", "-").partition("-")
    code = base.lower() + hyphen + (region.upper() if len(region) == 2 else region)
    return code if re.fullmatch(LANGUAGE, code) else None


def number(value: Any) -> Any:
    """The check of a number: pydantic would take true for 1."""
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(CLOCK, value):
        raise ValueError("must be a time of day such as 09:00 or 17:30")
    hours, minutes = value.split(":")
    return time(int(hours), int(minutes))


def _input_name(value: str) -> str:
    if not re.fullmatch(INPUT_NAME, value):
        reason = "is no name of an input: 1 to 64 letters, digits and '_', and no digit first"
        meant = input_name(value)
        raise ValueError(f"{reason}; write {meant}" if meant else reason)
    return value


def input_name(text: str) -> str | None:
    """The name of an input that is meant by a key of agent_inputs; None where there is none near."""
    name = re.sub(r"[ .-]+", "_", text.strip())
    return name if re.fullmatch(INPUT_NAME, name) else None


def unfilled(text: str, inputs: Collection[str]) -> str | None:
    """What to say of the placeholders of a text that nothing fills; None when there are none."""
    names = (*inputs, *(name for name in ALWAYS_FILLED if name not in inputs))
    unknown = unknown_placeholders(text, names)
    if not unknown:
        return None
    said = [f"{{{name}}} is filled by nothing{suggestion(name, names, listed=False)}" for name in unknown]
    allowed = f"allowed: {', '.join(sorted((*names, f'{METADATA}*')))}"
    braces = f"write {{{{{unknown[0]}}}}} where braces are meant"
    return "; ".join([*said, allowed, braces]).replace("?; ", "? ")


def _template(value: str, info: ValidationInfo) -> str:
    known = info.context.inputs if isinstance(info.context, Known) else None
    problem = None if known is None else unfilled(value, known)
    if problem:
        raise ValueError(problem)
    return value


def _generator(value: str, info: ValidationInfo) -> str:
    known = info.context.generators if isinstance(info.context, Known) else None
    if known is not None and value not in known:
        raise ValueError(f"unknown generator{suggestion(value, known)}")
    return value


def vendor_of(kind: str) -> Any:
    """The type of a vendor's name for one kind of service: stt, llm or tts."""

    def check(value: str, info: ValidationInfo) -> str:
        context = info.context if isinstance(info.context, Known) else Known()
        known = context.vendors.get(kind)
        nearest = context.gone.get(kind, {}).get(value)
        if nearest and known is not None:
            allowed = ", ".join(sorted(known))
            raise ValueError(f"pipecat no longer has it; the nearest is {nearest!r}; allowed: {allowed}")
        if known is not None and value not in known:
            raise ValueError(f"unknown vendor{suggestion(value, known)}")
        return value

    return AfterValidator(check)


def like(pattern: str) -> WithJsonSchema:
    """How the JSON Schema shows a text that has to match a pattern, or comes from the environment."""
    return WithJsonSchema({"type": "string", "pattern": rf"^({pattern})$|\$\{{"})


AgentId = Annotated[str, AfterValidator(_agent_id), like(AGENT_ID)]
E164 = Annotated[str, AfterValidator(_e164), like(E164_NUMBER)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Url = Annotated[str, AfterValidator(_url), like(URL)]
Language = Annotated[str, AfterValidator(_language), like(LANGUAGE)]
Clock = Annotated[time, BeforeValidator(_clock), like(CLOCK)]
Number = Annotated[float, BeforeValidator(number)]
Whole = Annotated[int, BeforeValidator(number)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
InputName = Annotated[str, AfterValidator(_input_name), like(INPUT_NAME)]
Wording = Annotated[str, Field(min_length=1, max_length=100_000)]
Template = Annotated[Wording, AfterValidator(_template)]
GeneratorName = Annotated[str, AfterValidator(_generator)]
