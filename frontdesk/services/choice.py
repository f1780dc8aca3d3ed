"""Which services an agent gets: the vendors it names, or the embedded engines where a key is missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pydantic import AliasChoices

from frontdesk.agent import AgentConfig, Service
from frontdesk.agent.document import KeyPath, dotted
from frontdesk.services.kinds import EMBEDDED, KINDS, LLM_KIND, REALTIME_KIND, Kind
from frontdesk.services.vendor import Vendor

# The variables that are not set, for each set of credentials that would do.
Ways = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Choice:
    """The row chosen for one section of the agent file, in the agent's own language.

    `lacks` are the variables that are not set, so that the embedded engine stands in for it: those of each
    way to be let in.
    """

    kind: Kind
    path: KeyPath
    config: Service
    row: str
    lacks: Ways = ()

    @property
    def vendor(self) -> Vendor:
        """The chosen row of the table."""
        return self.kind.table[self.row]

    @property
    def is_known(self) -> bool:
        """Whether the vendor has a service of this kind; only then is there a row."""
        return self.row in self.kind.table

    @property
    def called(self) -> str:
        """The vendor by the name that the section has for it."""
        return getattr(self.config, "vendor", self.row)

    @property
    def own_keys(self) -> set[str]:
        """The keys that the section has whoever the vendor is."""
        fields = type(self.config).model_fields
        aliases = [field.validation_alias for field in fields.values()]
        others = [alias.choices for alias in aliases if isinstance(alias, AliasChoices)]
        return {*fields, *(str(name) for names in others for name in names)}

    @property
    def stands_in(self) -> bool:
        """Whether the embedded engine takes the place of a vendor whose key is missing."""
        return bool(self.lacks)

    @property
    def model(self) -> str | None:
        """The model that the section names; None where it is the vendor's default, or an engine stands in."""
        return None if self.stands_in else getattr(self.config, "model", None)

    def __str__(self) -> str:
        name = self.kind.name if self.path == self.kind.path else dotted(self.path)
        if not self.stands_in:
            return f"{name}: {self.called}"
        unset = f"{variables(self.lacks)} {is_not_set(self.lacks)}"
        return f"{name}: {self.kind.stand_in} stands in for {self.called} ({unset})"


@dataclass(frozen=True)
class Choices:
    """The services of one agent. `stt` and `tts` are None where it is `realtime`: its LLM hears and speaks.

    `fallbacks` are, by kind of service, those that take over in a call, in their order; `utils` does side
    jobs.
    """

    stt: Choice | None
    llm: Choice
    tts: Choice | None
    utils: Choice | None = None
    fallbacks: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    realtime: bool = False

    def __iter__(self) -> Iterator[Choice]:
        for choice in (self.stt, self.llm, self.tts):
            if choice is not None:
                yield from self.line_up(choice)
        if self.utils is not None:
            yield self.utils

    def line_up(self, first: Choice) -> tuple[Choice, ...]:
        """A service of a call and behind it those that take over, in their order."""
        return (first, *self.fallbacks.get(first.kind.name, ()))


def choose(agent: AgentConfig, environ: Mapping[str, str]) -> Choices:
    """Choose the services of an agent that `service_problems` found nothing wrong with."""
    if agent.realtime:
        return _choose_realtime(agent, environ)
    stt, llm, tts = (_first(kind, agent, environ) for kind in KINDS)
    fallbacks = {kind.name: _fallbacks(kind, agent, environ) for kind in KINDS}
    return Choices(stt, llm, tts, _utils(agent, environ), fallbacks)


def asked_first(kind: Kind, agent: AgentConfig) -> Choice:
    """What the file names to do the work of a kind, usable or not."""
    return _asked(kind, kind.path, kind.section(agent), agent)


def asked_to_take_over(kind: Kind, agent: AgentConfig) -> list[Choice]:
    """What the file names to take over where that fails, in order, usable or not."""
    sections = enumerate(getattr(kind.section(agent), "fallback", ()))
    return [_asked(kind, (*kind.path, "fallback", number), section, agent) for number, section in sections]


def asked_for_utils(agent: AgentConfig) -> Choice | None:
    """What the file names for side jobs, usable or not."""
    return _asked(LLM_KIND, ("llm", "utils"), agent.llm.utils, agent) if agent.llm.utils else None


def missing(choice: Choice, environ: Mapping[str, str]) -> Ways:
    """The variables that a service needs and that are not set, for each way to be let in."""
    ways = choice.vendor.ways(environ, choice.config.base_url)
    return tuple(map(tuple, ways)) if all(ways) else ()


def variables(ways: Ways) -> str:
    """The variables of several ways to be let in, in words."""
    return " or ".join(" and ".join(way) for way in ways)


def is_not_set(ways: Ways) -> str:
    """The verb that goes with them."""
    return "is not set" if len(ways[-1]) == 1 else "are not set"


def unusable(choice: Choice, agent: AgentConfig, environ: Mapping[str, str]) -> str | None:
    """What a service needs and does not have, None where it can do its work."""
    if lacks := missing(choice, environ):
        return f"{variables(lacks)}, which {is_not_set(lacks)}"
    if choice.row == EMBEDDED and (wanting := choice.kind.wanting(agent)):
        return f"its engine: {' and '.join(wanting)}"
    return None


def _asked(kind: Kind, path: KeyPath, section: Service, agent: AgentConfig) -> Choice:
    row = kind.row(section, agent.own_language)
    return Choice(kind, path, section, row)


def _first(kind: Kind, agent: AgentConfig, environ: Mapping[str, str]) -> Choice:
    asked = asked_first(kind, agent)
    lacks = missing(asked, environ)
    return replace(asked, row=EMBEDDED, lacks=lacks) if lacks else asked


def _fallbacks(kind: Kind, agent: AgentConfig, environ: Mapping[str, str]) -> tuple[Choice, ...]:
    named = asked_to_take_over(kind, agent)
    return tuple(choice for choice in named if not unusable(choice, agent, environ))


def _utils(agent: AgentConfig, environ: Mapping[str, str]) -> Choice | None:
    choice = asked_for_utils(agent)
    return choice if choice and not unusable(choice, agent, environ) else None


def _choose_realtime(agent: AgentConfig, environ: Mapping[str, str]) -> Choices:
    llm, utils = asked_first(REALTIME_KIND, agent), _utils(agent, environ)
    lacks = missing(llm, environ)
    if not lacks:
        return Choices(None, llm, None, utils, realtime=True)
    stt, script, tts = (Choice(kind, kind.path, llm.config, EMBEDDED, lacks) for kind in KINDS)
    return Choices(stt, script, tts, utils)
