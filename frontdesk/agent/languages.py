"""The languages that an agent can be spoken to in."""

from frontdesk.agent.advice import texts_by_language
from frontdesk.agent.schema import AgentConfig


def languages_of(agent: AgentConfig) -> list[str]:
    """The codes of the languages that an agent file has texts or voices for, its own first; never empty."""
    texts = [language for by_language in texts_by_language(agent).values() for language in by_language]
    return list(dict.fromkeys([agent.own_language, *texts, *agent.tts.voices]))
