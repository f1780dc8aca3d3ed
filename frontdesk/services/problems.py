"""What keeps an agent's services from being built, and what is doubtful about them; no pipecat."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from frontdesk.agent import AgentConfig, TTSVoice, suggestion
from frontdesk.agent.document import KeyPath
from frontdesk.errors import ConfigError
from frontdesk.language import base_language
from frontdesk.services import catalog
from frontdesk.services.choice import (
    Choice,
    asked_first,
    asked_for_utils,
    asked_to_take_over,
    choose,
    missing,
    unusable,
)
from frontdesk.services.kinds import EMBEDDED, KINDS, LLM_KIND, REALTIME_KIND, Kind
from frontdesk.services.script import script_of

RATE_PATH: KeyPath = ("pipeline_settings", "audio_in_sample_rate")

# The sample rates that voice activity detection takes, in Hz.
VAD_RATES = (8000, 16000)

# Key path in the agent file, what is wrong there.
Found = Iterator[tuple[KeyPath, str]]


def service_problems(agent: AgentConfig, environ: Mapping[str, str]) -> Found:
    """Why an agent's services could not be built with this environment."""
    yield from setting_problems(agent, environ)
    if [*_name_problems(agent)]:
        return
    for kind in _kinds(agent):
        choice = asked_first(kind, agent)
        reason = unusable(choice, agent, environ)
        if reason and not kind.available(agent):
            yield kind.path, f"{choice.called} needs {reason}" + _remedy(choice, agent, environ)
    yield from _script_problems(agent, environ)
    yield from _rate_problems(agent, environ)


def setting_problems(agent: AgentConfig, environ: Mapping[str, str] | None = None) -> Found:
    """What is wrong with the services that an agent names, whatever keys there are.

    With `environ`, what a vendor without a key would need further is not asked for.
    """
    yield from _name_problems(agent)
    for choice in asked(agent):
        if not choice.is_known:
            continue
        row, settings = choice.kind.checked(agent, choice.config, agent.own_language)
        vendor = choice.kind.table[row]
        found = vendor.problems(choice.path, settings, choice.config.base_url, environ, choice.own_keys)
        keyless = environ is not None and bool(missing(choice, environ))
        told_elsewhere = {(*choice.path, "voice"), *([choice.path] if keyless else [])}
        yield from (problem for problem in found if problem[0] not in told_elsewhere)
        yield from _voice_problems(choice)


def _voice_problems(choice: Choice) -> Found:
    """What is wrong with the voices of a section, whichever language they are for."""
    section = choice.config
    if not isinstance(section, TTSVoice):
        return
    named: dict[KeyPath, str | None] = {("voice",): section.voice}
    named |= {("voices", language): voice for language, voice in section.voices.items()}
    for path, voice in named.items():
        found = catalog.problems(choice.vendor.service, (), {"voice": voice} if voice else {})
        yield from (((*choice.path, *path), message) for _, message in found)


def service_warnings(agent: AgentConfig, environ: Mapping[str, str]) -> Found:
    """What does not keep an agent from taking calls, and is hardly meant; no word on unknown vendors."""
    if [*_name_problems(agent)]:
        return
    for choice in asked(agent):
        reason = unusable(choice, agent, environ)
        if reason and choice.path != choice.kind.path:
            yield choice.path, f"{choice.called} is left out: it needs {reason}"
        yield from _unused(choice, agent)
    yield from _language_warnings(agent, environ)
    yield from _rate_warnings(agent, environ)


def _kinds(agent: AgentConfig) -> tuple[Kind, ...]:
    return (REALTIME_KIND,) if agent.realtime else KINDS


def asked(agent: AgentConfig) -> Iterator[Choice]:
    """Every service that the file names and a call could use, usable or not."""
    for kind in _kinds(agent):
        yield asked_first(kind, agent)
        if not agent.realtime:
            yield from asked_to_take_over(kind, agent)
    if utils := asked_for_utils(agent):
        yield utils


def _name_problems(agent: AgentConfig) -> Found:
    """Vendors of another kind, and engines that cannot do what they are named for."""
    if agent.realtime and agent.llm.main.fallback:
        yield ("llm", "main", "fallback"), "is not used with `realtime: true`: nothing can take over mid-call"
    for choice in asked(agent):
        if not choice.is_known:
            what = "speech-to-speech model" if choice.kind is REALTIME_KIND else choice.kind.name
            other = suggestion(choice.row, choice.kind.vendors)
            yield (*choice.path, "vendor"), f"{choice.row} has no {what}{other}"
    if agent.llm.utils and agent.llm.utils.vendor == EMBEDDED:
        yield ("llm", "utils", "vendor"), "embedded is a script, which does no side jobs"


def _remedy(choice: Choice, agent: AgentConfig, environ: Mapping[str, str]) -> str:
    """What to do about a key that is not set and an engine that cannot stand in."""
    if choice.row == EMBEDDED:
        return ""
    first, *others = missing(choice, environ)
    them = "one" if others else "it" if len(first) == 1 else "them"
    return f"; set {them} in .env, or {' and '.join(choice.kind.wanting(agent))}"


def _script_problems(agent: AgentConfig, environ: Mapping[str, str]) -> Found:
    plays = any(choice.kind is LLM_KIND and choice.row == EMBEDDED for choice in choose(agent, environ))
    if agent.script is None or not plays:
        return
    try:
        script_of(agent)
    except ConfigError as error:
        for problem in error.problems:
            yield ("llm", "main"), str(replace(problem, file=Path(problem.file).name))


def _hearing(agent: AgentConfig, environ: Mapping[str, str]) -> tuple[Choice, ...]:
    """All who hear the caller in a call of the agent."""
    choices = choose(agent, environ)
    return choices.line_up(choices.stt or choices.llm)


def _rate_problems(agent: AgentConfig, environ: Mapping[str, str]) -> Found:
    """Sample rates of the caller's audio that not all who hear it take."""
    hearing = _hearing(agent, environ)
    only = {choice.vendor.in_rate: choice for choice in hearing if choice.vendor.in_rate}
    for rate, choice in [*only.items()][1:]:
        other, first = next(iter(only.items()))
        yield (
            choice.path,
            f"{choice.called} hears only {rate} Hz, {first.called} only {other} Hz: one call has one rate",
        )
    asked = agent.pipeline_settings.audio_in_sample_rate
    if asked and not only and asked not in VAD_RATES and any(map(_needs_vad, hearing)):
        yield RATE_PATH, f"{asked} is too much for voice activity detection here; allowed: 8000, 16000"


def _needs_vad(choice: Choice) -> bool:
    return choice.kind is not REALTIME_KIND and not choice.vendor.hears_turns


def _rate_warnings(agent: AgentConfig, environ: Mapping[str, str]) -> Found:
    asked = agent.pipeline_settings.audio_in_sample_rate
    for choice in _hearing(agent, environ):
        if asked and choice.vendor.in_rate not in (None, asked):
            yield RATE_PATH, f"{asked} is not used: {choice.called} hears only {choice.vendor.in_rate} Hz"


def _unused(choice: Choice, agent: AgentConfig) -> Found:
    """Settings of a section that what is chosen for the agent's language does not have."""
    language = agent.own_language
    row, asked = choice.kind.checked(agent, choice.config, language)
    if row == choice.row:
        return
    used = choice.kind.settings(agent, choice.config, language)
    for name in (name for name in choice.config.settings if name not in used):
        reason = f"{used['model']} hears {language}, {asked['model']} does not"
        yield (*choice.path, name), f"is not used: {reason}"


def _language_warnings(agent: AgentConfig, environ: Mapping[str, str]) -> Found:
    language = agent.own_language
    for choice in choose(agent, environ):
        if choice.row == EMBEDDED and choice.kind.english and base_language(language) != "en":
            knows = f"{choice.kind.stand_in} knows only English"
            yield choice.path, f"{knows}, and the agent's language is {language}"
