"""What a valid agent file leaves out or asks for that costs money, or calls."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from frontdesk.agent.document import KeyPath
from frontdesk.agent.headers import is_public
from frontdesk.agent.languages import texts_by_language
from frontdesk.agent.later import not_active
from frontdesk.agent.prompts import near_placeholders
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.texts import StartMessage
from frontdesk.agent.tools import HTTPToolConfig
from frontdesk.agent.types import ALWAYS_FILLED
from frontdesk.language import base_language

Advice = tuple[KeyPath, str]


def advice(agent: AgentConfig) -> Iterator[Advice]:
    """What to think about before the agent takes calls: key path, what happens as it is."""
    for path in not_active(agent):
        yield path, "is not active yet: nothing acts on it"
    if not agent.call_max_duration:
        given = "is not set" if agent.call_max_duration is None else "0 is no limit"
        yield ("call_max_duration",), f"{given}: a call may last, and cost, until somebody hangs up"
    if "end_call" not in agent.tools:
        yield ("tools",), "has no end_call: the agent cannot hang up; the caller does, or their silence"
    if not _greets_callers(agent):
        yield ("start_message",), "is not set for inbound calls: who calls hears nothing until they speak"
    if not agent.prompts.agent and not agent.instructions:
        yield ("prompts", "agent"), "has no text: the language model is not told who it is"
    if agent.prompts.quick_response and agent.llm.utils is None:
        yield ("prompts", "quick_response"), "needs llm.utils, which is not set: fixed words are said instead"
    yield from _plain_http(agent)
    yield from _languages(agent)
    yield from _nearly_placeholders(agent)


def _greets_callers(agent: AgentConfig) -> bool:
    message = agent.start_message or agent.greeting
    return bool(message.inbound if isinstance(message, StartMessage) else message)


def _plain_http(agent: AgentConfig) -> Iterator[Advice]:
    """What is sent to a host of the internet without encryption."""
    urls: dict[KeyPath, str | None] = {("mcp", n, "url"): server.url for n, server in enumerate(agent.mcp)}
    for name, use in agent.tools.items():
        if isinstance(use, HTTPToolConfig) and not use.allow_private:
            urls["tools", name, "url"] = use.url
    for path, url in urls.items():
        if url and url.startswith("http://") and is_public(urlsplit(url).hostname or ""):
            yield path, "is http://: whoever is on the way can read what is sent, also what lets it in"


def _languages(agent: AgentConfig) -> Iterator[Advice]:
    """Texts that the agent's own language lacks, so that another one's are taken."""
    if agent.agent_inputs.get("translate_prompt") is True:
        if agent.llm.utils is None:
            yield (
                ("agent_inputs", "translate_prompt"),
                "needs llm.utils, which is not set: nothing is translated",
            )
        return
    own = agent.own_language
    for path, texts in texts_by_language(agent).items():
        if texts and not {own, base_language(own)} & set(texts):
            taken = "en" if "en" in texts else next(iter(texts))
            yield path, f"has no text in {own}, the agent's language; the one in {taken} is used"


def _nearly_placeholders(agent: AgentConfig) -> Iterator[Advice]:
    """Names in braces that are none of an input, but for a blank, a hyphen or a letter."""
    known = (*agent.agent_inputs, *ALWAYS_FILLED)
    for path, text in _texts(agent):
        for written, meant in near_placeholders(text, known):
            yield path, f"{written} is no placeholder; did you mean {{{meant}}}?"


def _texts(agent: AgentConfig) -> Iterator[tuple[KeyPath, str]]:
    """Every text of an agent whose placeholders are filled."""
    for path, texts in texts_by_language(agent).items():
        yield from (((*path, language), text) for language, text in texts.items())
    message = agent.start_message
    for path, text in {
        ("start_message",): message,
        ("start_message", "inbound"): getattr(message, "inbound", None),
        ("start_message", "outbound"): getattr(message, "outbound", None),
        ("instructions",): agent.instructions,
        ("greeting",): agent.greeting,
    }.items():
        if isinstance(text, str):
            yield path, text
    for number, said in enumerate(agent.initial_messages):
        yield ("initial_messages", number, "content"), said.content
