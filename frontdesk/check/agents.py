"""What each agent file comes to: who answers what, with which services, tools and languages."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from frontdesk.agent import AgentConfig
from frontdesk.agent.advice import texts_by_language
from frontdesk.agent.document import dotted
from frontdesk.agent.inputs import Generated
from frontdesk.agent.later import not_active
from frontdesk.check.report import AgentReport, Languages, ServiceReport
from frontdesk.configuration import Survey
from frontdesk.services.choice import Choice, choose


def agent_reports(found: Survey, environ: Mapping[str, str]) -> list[AgentReport]:
    """A report for each agent file that is valid in itself."""
    agents = [file.agent for file in found.reading.files if file.agent is not None]
    default = environ.get("AGENT") or next((agent.agent_id for agent in agents if agent.default), "")
    only = len(found.reading.files) == 1
    return [_agent_report(agent, environ, only or agent.agent_id == default) for agent in agents]


def _agent_report(agent: AgentConfig, environ: Mapping[str, str], default: bool) -> AgentReport:
    inputs = agent.agent_inputs.items()
    return AgentReport(
        agent_id=agent.agent_id,
        file=agent.source.name if agent.source else "",
        default=default,
        numbers=agent.numbers,
        services=list(_services(agent, environ)),
        tools=agent.active_tools,
        languages=_languages(agent),
        generators={name: value.generator for name, value in inputs if isinstance(value, Generated)},
        not_active=[dotted(path) for path in not_active(agent)],
    )


def _languages(agent: AgentConfig) -> Languages:
    return Languages(
        own=str(agent.agent_inputs.get("language_code", "en")),
        texts={dotted(path): list(texts) for path, texts in texts_by_language(agent).items() if texts},
        voices=list(agent.tts.voices),
        translates=agent.agent_inputs.get("translate_prompt") is True,
    )


def _services(agent: AgentConfig, environ: Mapping[str, str]) -> Iterator[ServiceReport]:
    choices = choose(agent, environ)
    for name, choice in (("stt", choices.stt), ("llm", choices.llm), ("tts", choices.tts)):
        if choice is not None:
            yield _service("realtime" if choices.realtime else name, choice, environ)
        for spare in choices.fallbacks.get(name, ()):
            yield _service(f"{name} fallback", spare, environ)
    if choices.utils is not None:
        yield _service("utils", choices.utils, environ)


def _service(role: str, choice: Choice, environ: Mapping[str, str]) -> ServiceReport:
    address = choice.config.base_url
    return ServiceReport(
        role=role,
        vendor=choice.config.vendor,
        model=choice.model,
        host=urlsplit(address).hostname if address else None,
        keys={name: bool(environ.get(name)) for name in credentials(choice, environ)},
        stand_in=choice.kind.stand_in if choice.stands_in else None,
    )


def credentials(choice: Choice, environ: Mapping[str, str]) -> list[str]:
    """The variables with the credentials of the vendor that is asked for."""
    vendor = choice.kind.table[choice.asked]
    if vendor.instead is not None and not vendor.instead.missing(environ, choice.config.base_url):
        vendor = vendor.instead
    needed = {*vendor.missing({}, choice.config.base_url)}
    return [name for name in vendor.keys.values() if name in needed]
