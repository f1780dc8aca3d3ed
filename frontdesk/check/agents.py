"""What each agent file comes to: who answers what, with which services, tools and languages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from frontdesk.agent import AgentConfig
from frontdesk.agent.document import dotted
from frontdesk.agent.inputs import Generated
from frontdesk.agent.languages import texts_by_language
from frontdesk.agent.later import not_active
from frontdesk.agent.load import AgentFile
from frontdesk.check.report import AgentReport, Languages, ServiceReport
from frontdesk.check.tools import servers, tool_sources
from frontdesk.configuration import Survey
from frontdesk.errors import Problem
from frontdesk.services.choice import (
    Choice,
    Ways,
    asked_first,
    asked_for_utils,
    asked_to_take_over,
    missing,
    variables,
)
from frontdesk.services.kinds import KINDS, REALTIME_KIND
from frontdesk.services.vendor import Vendor
from frontdesk.tools.custom import Custom


@dataclass(frozen=True)
class Named:
    """A service that an agent file names; calls are taken without a `spare` one: a fallback, or a helper."""

    file: AgentFile
    agent: AgentConfig
    role: str
    choice: Choice
    spare: bool = False

    @property
    def vendor(self) -> Vendor | None:
        """Its row; None where the vendor has none of this kind."""
        return self.choice.kind.table.get(self.choice.row)

    @property
    def model(self) -> str | None:
        """The model that calls in the agent's own language use; None where it is the vendor's default."""
        choice = self.choice
        if self.vendor is None:
            return choice.model
        settings = choice.kind.settings(self.agent, choice.config, self.agent.own_language)
        return settings.get("model")

    def lacks(self, environ: Mapping[str, str]) -> Ways:
        """The variables that it needs and that are not set, for each way to be let in."""
        return missing(self.choice, environ) if self.vendor else ()

    def stand_in(self, environ: Mapping[str, str]) -> str | None:
        """The embedded engine that takes its place in calls, if one does."""
        replaced = not self.spare and self.lacks(environ) and self.choice.kind.available(self.agent)
        return self.choice.kind.stand_in.strip(",") if replaced else None

    def credentials(self, environ: Mapping[str, str]) -> list[str]:
        """The variables that it needs, set or not; of several ways to be let in, those of the one taken."""
        ways, vendor = self.lacks(environ), self.vendor
        while vendor and not ways and vendor.instead and vendor.ways(environ, self.choice.config.base_url)[0]:
            vendor = vendor.instead
        names = vendor.keys.values() if vendor else ()
        return [name for name in names if environ.get(name) or name in (ways or ((),))[0]]

    def others(self, environ: Mapping[str, str]) -> list[str]:
        """The variables that would do in place of those that are missing."""
        return [variables((way,)) for way in self.lacks(environ)[1:]]


def agent_reports(found: Survey, environ: Mapping[str, str]) -> list[AgentReport]:
    """A report for each agent file that is valid in itself."""
    files = found.reading.files
    agents = [(file, file.agent) for file in files if file.agent is not None]
    default = environ.get("AGENT") or next((agent.agent_id for _, agent in agents if agent.default), "")
    return [
        _agent_report(file, agent, found.custom, environ, len(files) == 1 or agent.agent_id == default)
        for file, agent in agents
    ]


def _agent_report(
    file: AgentFile, agent: AgentConfig, custom: Custom, environ: Mapping[str, str], default: bool
) -> AgentReport:
    inputs = agent.agent_inputs.items()
    return AgentReport(
        agent_id=agent.agent_id,
        file=file.path.name,
        default=default,
        numbers=agent.numbers,
        services=[_service(named, environ) for named in named_services(file)],
        tools=tool_sources(agent, custom),
        languages=_languages(agent),
        generators={name: value.generator for name, value in inputs if isinstance(value, Generated)},
        not_active=[dotted(path) for path in not_active(agent)],
        mcp=servers(agent),
        flow=agent.flow.name if agent.flow else None,
    )


def _languages(agent: AgentConfig) -> Languages:
    return Languages(
        own=agent.own_language,
        texts={dotted(path): list(texts) for path, texts in texts_by_language(agent).items() if texts},
        voices=list(agent.tts.voices),
        translates=agent.agent_inputs.get("translate_prompt") is True,
    )


def named_services(file: AgentFile) -> Iterator[Named]:
    """Every service that an agent file names, usable or not, in the order in which a call meets them."""
    agent = file.agent
    if agent is None:
        return
    for kind in (REALTIME_KIND,) if agent.realtime else KINDS:
        yield Named(file, agent, "realtime" if agent.realtime else kind.name, asked_first(kind, agent))
        for choice in asked_to_take_over(kind, agent):
            yield Named(file, agent, f"{kind.name} fallback", choice, spare=True)
    if utils := asked_for_utils(agent):
        yield Named(file, agent, "utils", utils, spare=True)


def stand_ins(found: Survey, environ: Mapping[str, str]) -> Iterator[Problem]:
    """The agents for which embedded engines stand in; a bot says so with the services themselves."""
    for file in found.reading.files:
        replaced = [named for named in named_services(file) if named.stand_in(environ)]
        if replaced:
            unset = dict.fromkeys(variables(named.lacks(environ)) for named in replaced)
            roles = _listed([named.role for named in replaced])
            what = f"{roles} is a stand-in" if len(replaced) == 1 else f"{roles} are stand-ins"
            yield Problem(file.path.name, "", f"{what} ({', '.join(unset)} not set)")


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _service(named: Named, environ: Mapping[str, str]) -> ServiceReport:
    choice = named.choice
    address = choice.config.base_url
    return ServiceReport(
        role=named.role,
        vendor=choice.called,
        model=named.model,
        host=urlsplit(address).hostname if address else None,
        keys={name: bool(environ.get(name)) for name in named.credentials(environ)},
        or_keys=named.others(environ),
        stand_in=named.stand_in(environ),
    )
