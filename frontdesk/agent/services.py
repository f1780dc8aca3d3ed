"""The services of an agent: whose language model, ears and voice."""

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from frontdesk.agent.types import Name, Number, Url, vendor_of

DEFAULT_LLM_MODEL = "gpt-4.1-mini"
DEFAULT_STT_MODEL = "flux-general-en"
DEFAULT_VOICE = "71a7ad14-091c-4e8e-a314-022ece01c121"


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
