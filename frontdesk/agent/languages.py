"""The languages of an agent file."""

from collections.abc import Mapping

from frontdesk.agent.document import KeyPath
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.texts import StartMessage

# Told to `llm.utils`, not to the caller.
_NOT_SPOKEN: KeyPath = ("prompts", "quick_response")


def texts_by_language(agent: AgentConfig) -> dict[KeyPath, Mapping[str, str]]:
    """The texts that an agent has by language, and where; those for any language are left out."""
    message = agent.start_message
    found: dict[KeyPath, object] = {("start_message",): message}
    if isinstance(message, StartMessage):
        found = {
            ("start_message", "inbound"): message.inbound,
            ("start_message", "outbound"): message.outbound,
        }
    prompts = agent.prompts
    found |= {("prompts", name): getattr(prompts, name) for name in ("agent", "outbound", "quick_response")}
    return {path: texts for path, texts in found.items() if isinstance(texts, Mapping)}


def languages_of(agent: AgentConfig) -> list[str]:
    """The codes of the languages that an agent can be spoken to in, its own first; never empty.

    They are those that its file has texts or voices for.
    """
    found = texts_by_language(agent)
    texts = [language for path, texts in found.items() if path != _NOT_SPOKEN for language in texts]
    return list(dict.fromkeys([agent.own_language, *texts, *agent.tts.voices]))
