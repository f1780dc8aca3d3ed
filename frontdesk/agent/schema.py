"""The agent file's keys: what each is, its unit, its default and its bounds."""

from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from frontdesk.agent.prompts import Value, call_facts, fill, in_language, spoken, tamed
from frontdesk.agent.services import LLMConfig, Section, STTConfig, TTSConfig
from frontdesk.agent.types import (
    E164,
    AgentId,
    Clock,
    Input,
    InputName,
    Language,
    Number,
    Text,
    Timezone,
    ToolName,
    Whole,
)
from frontdesk.call import Call, Direction

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class StartMessage(Section):
    """The first words, by direction; without them the agent waits for the other side to speak."""

    inbound: Text | None = Field(None, description="Said to who calls us.")
    outbound: Text | None = Field(None, description="Said to whom we called.")


def _same_for_both(value: Any) -> Any:
    return {"inbound": value, "outbound": value} if isinstance(value, str) else value


class Prompts(Section):
    """The system prompts, by language."""

    agent: dict[Language, Text] = Field(default_factory=dict, description="Who the agent is: code → text.")
    outbound: dict[Language, Text] = Field(
        default_factory=dict, description="The same for calls that we placed. Default: `agent`."
    )


class CalendarConfig(Section):
    """When appointments can be booked, in the agent's timezone."""

    days: list[Weekday] = Field(
        default_factory=lambda: list(WEEKDAYS[:5]), min_length=1, description="Open days."
    )
    opens: Clock = Field(time(9), description="Start of a day's first slot, HH:MM. Default: 09:00.")
    closes: Clock = Field(time(17), description="End of a day's last slot, HH:MM. Default: 17:00.")
    slot_minutes: Whole = Field(30, ge=5, le=480, description="Length of a slot in minutes, 5 to 480.")
    horizon_days: Whole = Field(14, ge=1, le=366, description="How many days ahead can be booked, 1 to 366.")
    lead_minutes: Whole = Field(
        60, ge=0, le=10_080, description="The least time from now to a slot in minutes, 0 to 10080."
    )

    @model_validator(mode="after")
    def _closes_later(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("`closes` must be later than `opens`")
        return self


class IdleConfig(Section):
    """What happens when the caller falls silent."""

    is_on: bool = Field(
        True, description="End the call when the caller stays silent; if not, 300 s do. Default: true."
    )
    timeout: Number = Field(
        10.0,
        gt=0,
        le=3600,
        description="Seconds of silence that end a call, up to 3600; halfway we ask. Default: 10.",
    )


class VADConfig(Section):
    """Voice activity detection."""

    confidence: Number = Field(0.7, ge=0, le=1, description="How sure it must be, 0 to 1. Default: 0.7.")
    min_volume: Number = Field(0.3, ge=0, le=1, description="Least loudness, 0 to 1. Default: 0.3.")
    start_secs: Number = Field(0.2, gt=0, le=10, description="Seconds of speech to start. Default: 0.2.")
    stop_secs: Number = Field(0.4, gt=0, le=10, description="Seconds of silence to stop. Default: 0.4.")


class AgentConfig(Section):
    """One agent: the content of `agents/<agent_id>.yaml`."""

    agent_id: AgentId = Field("agent", description="Its name. Default: the file's name without .yaml.")
    default: bool = Field(False, description="Answers what no other agent claims. Default: false.")
    numbers: list[E164] = Field(
        default_factory=list, max_length=1000, description="Our E.164 numbers whose calls are this agent's."
    )
    timezone: Timezone = Field("UTC", description="IANA timezone of dates and times. Default: UTC.")
    llm: LLMConfig = Field(default_factory=LLMConfig, description="The language models.")
    stt: STTConfig = Field(default_factory=STTConfig, description="Speech to text.")
    tts: TTSConfig = Field(default_factory=TTSConfig, description="Text to speech.")
    start_message: Annotated[
        StartMessage | None, BeforeValidator(_same_for_both, json_schema_input_type=str | StartMessage | None)
    ] = Field(None, description="The first words, one text or one per direction. Default: none.")
    prompts: Prompts = Field(default_factory=Prompts, description="The system prompts.")
    agent_inputs: dict[InputName, Input] = Field(
        default_factory=dict,
        max_length=200,
        description="Values for `{name}` in prompts and start messages; `language_code` is en by default.",
    )
    tools: dict[ToolName, dict[str, Any] | None] = Field(
        default_factory=dict, description="What the agent can do: tool → its constants, or nothing."
    )
    calendar: CalendarConfig = Field(default_factory=CalendarConfig, description="Opening hours.")
    call_max_duration: Number | None = Field(
        None, ge=0, le=86_400, description="Seconds until the call is ended; 0 or nothing: no limit."
    )
    use_idle_processor: IdleConfig = Field(default_factory=IdleConfig, description="Silence of the caller.")
    vad_params: VADConfig = Field(default_factory=VADConfig, description="Voice activity detection.")
    script: SkipJsonSchema[Path | None] = Field(
        None, exclude=True, description="The dialogue script beside the file; no key of the file."
    )
    source: SkipJsonSchema[Path | None] = Field(
        None, exclude=True, description="The file it came from; no key of the file."
    )

    def language(self, call: Call) -> str:
        """The language of a call: the session's, else the inputs' `language_code`."""
        return call.session.language or spoken(self.inputs(call)["language_code"])

    def inputs(self, call: Call) -> dict[str, Value]:
        """What fills the placeholders in a call: the agent's inputs, the session's, the call's facts."""
        given = {name: tamed(value) for name, value in call.session.agent_inputs.items() if value is not None}
        start = call.started_at.astimezone(ZoneInfo(self.timezone))
        return {"language_code": "en"} | self.agent_inputs | given | call_facts(call, start)

    def greeting(self, call: Call) -> str | None:
        """The first words of a call in its direction; None when the agent waits for the other side."""
        message = self.start_message or StartMessage()
        text = message.outbound if call.direction is Direction.OUTBOUND else message.inbound
        return None if text is None else fill(text, self.inputs(call))

    def instructions(self, call: Call) -> str:
        """The system prompt of a call in its direction and language; empty when the file has none."""
        texts = self.prompts.agent
        if call.direction is Direction.OUTBOUND and self.prompts.outbound:
            texts = self.prompts.outbound
        return fill(in_language(texts, self.language(call)) or "", self.inputs(call))
