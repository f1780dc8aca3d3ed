"""The agent file's keys: what each is, its unit, its default and its bounds."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from frontdesk.agent.conduct import CalendarConfig, IdleConfig, PipelineConfig, TurnsConfig, VADConfig
from frontdesk.agent.flow_path import FlowPath
from frontdesk.agent.inputs import Generated, Inputs
from frontdesk.agent.later import NotActiveYet
from frontdesk.agent.prompts import CALL_FACTS, Text, Value, call_facts, in_language, spoken, tamed
from frontdesk.agent.routes import RoutesConfig
from frontdesk.agent.services import LLMConfig, Section, STTConfig, TTSConfig
from frontdesk.agent.storage import EmbeddingConfig, Recording, Sink, VectorDBConfig
from frontdesk.agent.texts import MAX_MESSAGES, AnyStartMessage, Message, Prompts, StartMessage, words_in
from frontdesk.agent.tool_use import Tools
from frontdesk.agent.tools import MCPServerConfig
from frontdesk.agent.types import E164, AgentId, Template, Timezone, language_code, number
from frontdesk.call import Call, Direction


class AgentConfig(Section):
    """One agent: the content of `agents/<agent_id>.yaml`."""

    agent_id: AgentId = Field(
        "agent", description="Its name. Default: the file's name without .yaml and underscores before it."
    )
    default: bool = Field(False, description="Answers what no other agent claims. Default: false.")
    numbers: list[E164] = Field(
        default_factory=list,
        max_length=1000,
        description="Our E.164 numbers whose calls are this agent's. Default: none.",
    )
    timezone: Timezone = Field("UTC", description="IANA timezone of dates and times. Default: UTC.")
    realtime: bool = Field(
        False,
        description="Speech to speech: `llm.main` hears and speaks itself; `stt` and `tts` are not used."
        " Default: false.",
    )
    llm: LLMConfig = Field(
        default_factory=LLMConfig, validate_default=True, description="The language models."
    )
    stt: STTConfig = Field(default_factory=STTConfig, description="Speech to text.")
    tts: TTSConfig = Field(default_factory=TTSConfig, description="Text to speech.")
    start_message: AnyStartMessage | None = Field(
        None,
        description="The first words: one text, one per language, or `inbound` and `outbound`."
        " Default: none; the other side speaks first.",
    )
    prompts: Prompts = Field(default_factory=Prompts, description="The prompts, each by language.")
    initial_messages: list[Message] = Field(
        default_factory=list,
        max_length=MAX_MESSAGES,
        description="Messages that the conversation begins with. Default: none.",
    )
    agent_inputs: Inputs = Field(
        default_factory=dict,
        description="Values for `{name}` in prompts and start messages, up to 200: text, a number, true or"
        " false, or {generator: name}. Default: none.",
    )
    tools: Tools = Field(
        default_factory=dict,
        max_length=100,
        description="What the agent can do: a function's name → its constants or nothing, or any other name"
        " → an HTTP tool. Default: none.",
    )
    mcp: list[MCPServerConfig] = Field(
        default_factory=list, max_length=10, description="Servers of further tools. Default: none."
    )
    flow: FlowPath | None = Field(
        None,
        description="The flow that leads the conversation: a file beside this one, such as"
        " booking.flow.yaml. Default: none.",
    )
    calendar: CalendarConfig = Field(default_factory=CalendarConfig, description="Opening hours.")
    call_max_duration: Annotated[float, Field(ge=0, le=86_400), BeforeValidator(number)] | None = Field(
        None, description="Seconds until the call is ended; 0: no limit. Default: no limit."
    )
    use_idle_processor: IdleConfig = Field(default_factory=IdleConfig, description="Silence of the caller.")
    vad_params: VADConfig = Field(default_factory=VADConfig, description="Voice activity detection.")
    pipeline_settings: PipelineConfig = Field(
        default_factory=PipelineConfig, description="Audio and measuring."
    )
    turns: TurnsConfig = Field(default_factory=TurnsConfig, description="When the agent takes its turn.")
    recording: Annotated[Recording, NotActiveYet(nothing=("off",))] = Field(
        "off", description="Record the call: off, mono, or stereo (caller left, agent right). Default: off."
    )
    sinks: Annotated[list[Sink], NotActiveYet()] = Field(
        default_factory=list,
        max_length=20,
        description="Where the record of a call is brought to. Default: none.",
    )
    use_connexity_observer: Annotated[bool, NotActiveYet()] = Field(
        False, description="Send measures of each call to Connexity. Default: false."
    )
    vector_db: VectorDBConfig = Field(default_factory=VectorDBConfig, description="Long-term memory.")
    embedding: EmbeddingConfig = Field(default_factory=EmbeddingConfig, description="Vectors of texts.")
    routes: RoutesConfig = Field(default_factory=RoutesConfig, description="Routes of one's own.")
    instructions: SkipJsonSchema[Template | None] = Field(
        None, exclude=True, description="From Python: `prompts.agent` in `language_code`; no key of the file."
    )
    greeting: SkipJsonSchema[Template | None] = Field(
        None, exclude=True, description="From Python: `start_message`; no key of the file."
    )
    script: SkipJsonSchema[Path | None] = Field(
        None, exclude=True, description="The dialogue script beside the file; no key of the file."
    )
    source: SkipJsonSchema[Path | None] = Field(
        None, exclude=True, description="The file it came from; no key of the file."
    )

    @field_validator("llm")
    @classmethod
    def _is_no_text_model(cls, llm: LLMConfig, info: ValidationInfo) -> LLMConfig:
        """The default model of a text conversation is none of a spoken one."""
        if not info.data.get("realtime") or "model" in llm.main.model_fields_set:
            return llm
        return llm.model_copy(update={"main": llm.main.model_copy(update={"model": None})})

    @field_validator("stt", "tts")
    @classmethod
    def _is_used(cls, service: Section, info: ValidationInfo) -> Section:
        if info.data.get("realtime"):
            raise ValueError("is not used with `realtime: true`: `llm.main` hears and speaks itself")
        return service

    @field_validator("flow")
    @classmethod
    def _leads_by_words(cls, flow: Path | None, info: ValidationInfo) -> Path | None:
        if flow is not None and info.data.get("realtime"):
            raise ValueError("cannot lead a call with `realtime: true`: it needs a language model of text")
        return flow

    @model_validator(mode="after")
    def _said_once(self) -> Self:
        if self.instructions is not None and self.prompts.agent:
            raise ValueError("`instructions` and `prompts.agent` are the same; give one of them")
        if self.greeting is not None and self.start_message is not None:
            raise ValueError("`greeting` and `start_message` are the same; give one of them")
        return self

    def language(self, call: Call) -> str:
        """The language code of a call: the session's `language`, its `language_code`, or the agent's own."""
        asked = (call.session.language, call.session.agent_inputs.get("language_code"))
        codes = (language_code(spoken(code)) for code in asked if code is not None)
        return next((code for code in codes if code), self.own_language)

    @property
    def own_language(self) -> str:
        """The language code of its calls where the session names no other."""
        return str(self.agent_inputs.get("language_code", "en"))

    def now(self) -> datetime:
        """The time where the agent is."""
        return datetime.now(ZoneInfo(self.timezone))

    def generated(self, call: Call) -> dict[str, Generated]:
        """The inputs that are to be computed for a call: those that the session does not replace."""
        given = self._from_session(call)
        inputs = self.agent_inputs.items()
        return {name: value for name, value in inputs if isinstance(value, Generated) and name not in given}

    def inputs(self, call: Call, generated: Mapping[str, str] | None = None) -> dict[str, Value]:
        """What fills the placeholders in a call: the call's facts, the agent's inputs, the session's.

        `language_code` is the call's, however it came to it. `generated` are the computed values that are
        known by now; what it lacks has its fallback.
        """
        start = call.started_at.astimezone(ZoneInfo(self.timezone))
        facts, known = call_facts(call, start), generated or {}
        own = {
            name: known.get(name, value.stand_in(facts.get(name))) if isinstance(value, Generated) else value
            for name, value in self.agent_inputs.items()
        }
        given = facts | own | self._from_session(call)
        return given | {"language_code": self.language(call)}

    def _from_session(self, call: Call) -> dict[str, Value]:
        """The session's inputs; a fact of the call is one only where the agent has made it an input."""
        return {
            name: tamed(value)
            for name, value in call.session.agent_inputs.items()
            if value is not None and (name in self.agent_inputs or name not in CALL_FACTS)
        }

    def first_words(self, call: Call) -> Text:
        """What the agent says first in a call, unfilled; none where it waits for the other side."""
        message = self.start_message or self.greeting
        if isinstance(message, StartMessage):
            message = message.outbound if call.direction is Direction.OUTBOUND else message.inbound
        return words_in(message, self.language(call)) if message else Text()

    def system_prompt(self, call: Call) -> Text:
        """What the LLM is told of its part in a call, unfilled; none where the file has no prompt."""
        texts = {self.own_language: self.instructions} if self.instructions else self.prompts.agent
        if call.direction is Direction.OUTBOUND and self.prompts.outbound:
            texts = self.prompts.outbound
        return in_language(texts, self.language(call))
