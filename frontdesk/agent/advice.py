"""What a valid agent file leaves out or asks for that costs money, or calls."""

from collections.abc import Iterator, Mapping

from frontdesk.agent.document import KeyPath
from frontdesk.agent.later import not_active
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.texts import StartMessage

Advice = tuple[KeyPath, str]


def advice(agent: AgentConfig) -> Iterator[Advice]:
    """What to think about before the agent takes calls: key path, what happens as it is."""
    for path in not_active(agent):
        yield path, "is not active yet: nothing acts on it"
    if not agent.call_max_duration:
        yield ("call_max_duration",), "is not set: a call may last, and cost, until somebody hangs up"
    if "end_call" not in agent.active_tools:
        yield ("tools",), "has no end_call: the agent cannot hang up; the caller does, or their silence"
    if not _greets_callers(agent):
        yield ("start_message",), "is not set for inbound calls: who calls hears nothing until they speak"
    if not agent.prompts.agent and not agent.instructions:
        yield ("prompts", "agent"), "has no text: the language model is not told who it is"
    yield from _languages(agent)


def _greets_callers(agent: AgentConfig) -> bool:
    message = agent.start_message or agent.greeting
    return bool(message.inbound if isinstance(message, StartMessage) else message)


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
        if texts and not {own, own.partition("-")[0]} & set(texts):
            taken = "en" if "en" in texts else next(iter(texts))
            yield path, f"has no text in {own}, the agent's language; the one in {taken} is used"


def texts_by_language(agent: AgentConfig) -> dict[KeyPath, Mapping[str, str]]:
    """The texts that an agent has by language, and where; those for any language are left out."""
    message = agent.start_message
    found: dict[KeyPath, object] = {("start_message",): message}
    if isinstance(message, StartMessage):
        found = {
            ("start_message", "inbound"): message.inbound,
            ("start_message", "outbound"): message.outbound,
        }
    found |= {("prompts", "agent"): agent.prompts.agent, ("prompts", "outbound"): agent.prompts.outbound}
    return {path: texts for path, texts in found.items() if isinstance(texts, Mapping)}
