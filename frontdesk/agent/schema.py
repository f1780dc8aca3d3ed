"""The agent file's keys: what each is, its unit, its default and its bounds."""

from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from frontdesk.agent.prompts import Value, call_facts, fill, in_language, spoken, tamed
from frontdesk.agent.types import (
    E164,
    AgentId,
    Clock,
    Input,
    InputName,
    Language,
    Name,
    Number,
    Text,
    Timezone,
    ToolName,
    Url,
    Whole,
    vendor_of,
)
from frontdesk.call import Call, Direction

DEFAULT_LLM_MODEL = "gpt-4.1-mini"
DEFAULT_STT_MODEL = "flux-general-en"
DEFAULT_VOICE = "71a7ad14-091c-4e8e-a314-022ece01c121"

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Section(BaseModel):
    """A mapping in the agent file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Service(Section):
    """A vendor's service. Keys beyond the named ones are settings of that service, checked against it."""

    model_config = ConfigDict(extra="allow")

    base_url: Url | None = Field(
        None, description="Another host that speaks the vendor's protocol. Default: the vendor's own."
    )

    @property
    def settings(self) -> dict[str, Any]:
        """Every further setting of the file, by its name."""
        return dict(self.model_extra or {})


class LLMModel(Service):
    """A language model."""

    vendor: Annotated[str, vendor_of("llm")] = Field("openai", description="Whose model. Default: openai.")
    model: Name | None = Field(
        None, description="The model's name. Default: gpt-4.1-mini at openai, elsewhere the vendor's default."
    )
    temperature: Number | None = Field(
        None, ge=0, le=2, description="How freely it words things, 0 to 2. Default: the vendor's."
    )

    @model_validator(mode="before")
    @classmethod
    def _openai_model(cls, data: Any) -> Any:
        return _with_default(data, "openai", "model", DEFAULT_LLM_MODEL)


class LLMConfig(Section):
    """The language models."""

    main: LLMModel = Field(default_factory=LLMModel, description="Holds the conversation.")
    utils: LLMModel | None = Field(None, description="Does side jobs, such as summaries. Default: none.")


class STTConfig(Service):
    """Speech to text."""

    vendor: Annotated[str, vendor_of("stt")] = Field("deepgram", description="Whose. Default: deepgram.")
    model: Name | None = Field(
        None, description="The model. Default: flux-general-en at deepgram, elsewhere the vendor's default."
    )
    keyterms: list[Name] = Field(
        default_factory=list, max_length=100, description="Up to 100 words to listen for, such as names."
    )

    @model_validator(mode="before")
    @classmethod
    def _deepgram_model(cls, data: Any) -> Any:
        return _with_default(data, "deepgram", "model", DEFAULT_STT_MODEL)


class TTSConfig(Service):
    """Text to speech. `voice_provider` and `voice_id` are other names of `vendor` and `voice`."""

    vendor: Annotated[str, vendor_of("tts")] = Field(
        "cartesia",
        validation_alias=AliasChoices("vendor", "voice_provider"),
        description="Whose. Default: cartesia.",
    )
    voice: Name | None = Field(
        None,
        validation_alias=AliasChoices("voice", "voice_id"),
        description="The vendor's id of the voice. Default: an English one at cartesia, else the vendor's.",
    )
    model: Name | None = Field(None, description="The model. Default: the vendor's.")

    @model_validator(mode="before")
    @classmethod
    def _cartesia_voice(cls, data: Any) -> Any:
        if isinstance(data, dict) and "voice_id" in data:
            return data
        return _with_default(data, "cartesia", "voice", DEFAULT_VOICE)


def _with_default(data: Any, vendor: str, key: str, default: str) -> Any:
    """The mapping with a default for one key that holds at one vendor only, the kind's default vendor."""
    if not isinstance(data, dict):
        return data
    chosen = data.get("vendor", data.get("voice_provider", vendor))
    return {key: default} | data if chosen == vendor else data


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

    is_on: bool = Field(True, description="End the call when the caller stays silent. Default: true.")
    timeout: Number = Field(10.0, gt=0, le=3600, description="Seconds of silence, up to 3600. Default: 10.")


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
