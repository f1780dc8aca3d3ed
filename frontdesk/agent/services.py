"""The services of an agent: whose language model, ears and voice."""

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from frontdesk.agent.types import Language, Name, Url, number, vendor_of

DEFAULT_LLM_MODEL = "gpt-4.1-mini"
DEFAULT_STT_MODEL = "flux-general-en"
DEFAULT_VOICE = "71a7ad14-091c-4e8e-a314-022ece01c121"

MAX_FALLBACKS = 5


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
        default_factory=lambda given: DEFAULT_LLM_MODEL if given["vendor"] == "openai" else None,
        description="The model's name. Default: gpt-4.1-mini at openai, elsewhere and where the model is"
        " spoken to (`realtime`) the vendor's default.",
    )
    temperature: Annotated[float, Field(ge=0, le=2), BeforeValidator(number)] | None = Field(
        None, description="How freely it words things. Default: the vendor's."
    )


class MainLLM(LLMModel):
    """The language model that holds the conversation."""

    fallback: list[LLMModel] = Field(
        default_factory=list,
        max_length=MAX_FALLBACKS,
        description="Those that take its place, in this order, when it fails in a call. Default: none.",
    )


class LLMConfig(Section):
    """The language models."""

    main: MainLLM = Field(default_factory=MainLLM, description="Holds the conversation.")
    utils: LLMModel | None = Field(
        None, description="Does side jobs, such as translating a prompt. Default: none."
    )


class STTModel(Service):
    """Speech to text."""

    vendor: Annotated[str, vendor_of("stt")] = Field("deepgram", description="Whose. Default: deepgram.")
    model: Name | None = Field(
        default_factory=lambda given: DEFAULT_STT_MODEL if given["vendor"] == "deepgram" else None,
        description="The model. Default: flux-general-en at deepgram, elsewhere the vendor's default.",
    )
    keyterms: list[Name] = Field(
        default_factory=list, max_length=100, description="Words to listen for, such as names. Default: none."
    )


class STTConfig(STTModel):
    """Speech to text of an agent."""

    fallback: list[STTModel] = Field(
        default_factory=list,
        max_length=MAX_FALLBACKS,
        description="Those that take its place, in this order, when it fails in a call. Default: none.",
    )


class TTSVoice(Service):
    """Text to speech. `voice_provider` and `voice_id` are other names of `vendor` and `voice`."""

    vendor: Annotated[str, vendor_of("tts")] = Field(
        "cartesia",
        validation_alias=AliasChoices("vendor", "voice_provider"),
        description="Whose. Also called `voice_provider`. Default: cartesia.",
    )
    voice: Name | None = Field(
        default_factory=lambda given: DEFAULT_VOICE if given["vendor"] == "cartesia" else None,
        validation_alias=AliasChoices("voice", "voice_id"),
        description="The vendor's id of the voice. Also called `voice_id`."
        " Default: an English one at cartesia, elsewhere the vendor's.",
    )
    voices: dict[Language, Name] = Field(
        default_factory=dict,
        max_length=100,
        description="The voice by language: code → id. Default: `voice` speaks every language.",
    )
    model: Name | None = Field(None, description="The model. Default: the vendor's.")

    @model_validator(mode="before")
    @classmethod
    def _one_name_each(cls, data: Any) -> Any:
        for name, other in (("vendor", "voice_provider"), ("voice", "voice_id")):
            if isinstance(data, dict) and name in data and other in data:
                raise ValueError(f"`{other}` is another name of `{name}`; give one of them")
        return data


class TTSConfig(TTSVoice):
    """Text to speech of an agent."""

    fallback: list[TTSVoice] = Field(
        default_factory=list,
        max_length=MAX_FALLBACKS,
        description="Those that take its place, in this order, when it fails in a call. Default: none.",
    )
