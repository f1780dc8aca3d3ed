"""The services of one call, built."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService

from frontdesk.agent import AgentConfig
from frontdesk.services.choice import Choice, Choices
from frontdesk.services.fallback import Ears, Mind, Voice
from frontdesk.services.kinds import EMBEDDED
from frontdesk.services.retune import Member
from frontdesk.services.script import script_of
from frontdesk.services.vendor import Vendor

# One service, or several of a kind of which one works at a time.
STT = STTService | ServiceSwitcher[Any]
LLM = LLMService[Any] | ServiceSwitcher[Any]
TTS = TTSService | ServiceSwitcher[Any]


@dataclass(frozen=True)
class Given:
    """Services that Python code brings for one call in place of the agent's own, not yet connected."""

    stt: STT | None = None
    llm: LLM | None = None
    tts: TTS | None = None


@dataclass(frozen=True)
class Services:
    """The services of one call, not yet connected; `stt` and `tts` are None in speech to speech.

    `in_rate` is the only sample rate that those who hear take, in Hz, or None. `names` is kind of service →
    the row of who begins, or the class of what Python code brought; `told` is the system prompt that the LLM
    has; `members` are all that hear or speak, those in reserve too.
    """

    stt: STT | None
    llm: LLM
    tts: TTS | None
    in_rate: int | None
    names: Mapping[str, str]
    told: str = ""
    members: Sequence[Member] = ()


@dataclass(frozen=True)
class _Builder:
    """What the services of one call are built from."""

    agent: AgentConfig
    choices: Choices
    environ: Mapping[str, str]
    language: str
    instructions: str

    def line_up(self, first: Choice | None, switcher: Callable[[Sequence[Any], Sequence[str]], Any]) -> Any:
        """The service of a kind, in a switcher where there are others in reserve."""
        if first is None:
            return None
        line_up = self.choices.line_up(first)
        services = [self.build(choice, is_last=choice is line_up[-1]) for choice in line_up]
        if len(services) == 1:
            return services[0]
        return switcher(services, [self.row(choice) for choice in line_up])

    def build(self, choice: Choice, is_last: bool) -> Any:
        """One service, not yet connected; where it fails another takes over, unless it `is_last`."""
        kind = choice.kind
        if choice.row == EMBEDDED and kind.name == "llm":
            return choice.vendor.load()(script=script_of(self.agent), now=self.agent.now)
        if choice.stands_in:
            return choice.vendor.load()()
        settings = kind.settings(self.agent, choice.config, self.language)
        if kind.name == "llm" and self.instructions:
            settings["system_instruction"] = self.instructions
        vendor = kind.table[self.row(choice)]
        service = vendor.make(settings, choice.config.base_url, self.environ)
        if not is_last:
            _ask_once(service, vendor)
        return service

    def row(self, choice: Choice) -> str:
        """The row of a choice in the language of the call."""
        return EMBEDDED if choice.row == EMBEDDED else choice.kind.row(choice.config, self.language)


def build_services(
    agent: AgentConfig,
    choices: Choices,
    environ: Mapping[str, str],
    *,
    language: str,
    instructions: str,
    given: Given | None = None,
) -> Services:
    """The services of one call in its language; what is `given` takes the place of what was chosen.

    `instructions` are what the LLM is told of its part.
    """
    builder = _Builder(agent, choices, environ, language, instructions)
    own = given or Given()
    stt, tts = own.stt or builder.line_up(choices.stt, Ears), own.tts or builder.line_up(choices.tts, Voice)
    return Services(
        stt=stt,
        llm=own.llm or builder.line_up(choices.llm, Mind),
        tts=tts,
        in_rate=None if own.stt else _in_rate(choices),
        names=_names(builder, own),
        told="" if own.llm else instructions,
        members=[
            *_members("stt", stt, None if own.stt else choices.stt, choices),
            *_members("tts", tts, None if own.tts else choices.tts, choices),
        ],
    )


def build_voice(agent: AgentConfig, choices: Choices, environ: Mapping[str, str]) -> TTS | None:
    """The text to speech of an agent alone, in its own language; None in speech to speech."""
    builder = _Builder(agent, choices, environ, agent.own_language, "")
    return cast(TTS | None, builder.line_up(choices.tts, Voice))


def build_utils(agent: AgentConfig, choices: Choices, environ: Mapping[str, str]) -> LLMService | None:
    """The language model for side jobs, None where the agent has none that can be used."""
    if choices.utils is None:
        return None
    utils = choices.utils
    settings = utils.kind.settings(agent, utils.config, agent.own_language)
    return cast(LLMService, utils.vendor.make(settings, utils.config.base_url, environ))


def _members(kind: str, service: Any, first: Choice | None, choices: Choices) -> Iterator[Member]:
    """The services of a kind with what they were built from, which for those that were brought is unknown."""
    services = service.services if isinstance(service, ServiceSwitcher) else [service] if service else []
    built_from = choices.line_up(first) if first else [None] * len(services)
    return (Member(kind, each, choice) for each, choice in zip(services, built_from, strict=True))


def _names(builder: _Builder, own: Given) -> dict[str, str]:
    names = {}
    for kind in ("stt", "llm", "tts"):
        choice, brought = getattr(builder.choices, kind), getattr(own, kind)
        if brought is not None:
            names[kind] = type(brought).__name__
        elif choice is not None:
            names[kind] = builder.row(choice)
    return names


def _in_rate(choices: Choices) -> int | None:
    """The one rate that those who hear insist on; `service_problems` sees to it that there are not two."""
    hearing = choices.line_up(choices.stt or choices.llm)
    return next((choice.vendor.in_rate for choice in hearing if choice.vendor.in_rate), None)


def _ask_once(service: Any, vendor: Vendor) -> None:
    """Let the vendor's client not try again by itself: the next in line answers sooner."""
    client: Any = getattr(service, vendor.client or "", None)
    if hasattr(client, "max_retries"):
        client.max_retries = 0
