"""Language models."""

from typing import Any

from frontdesk.agent import AgentConfig
from frontdesk.services.vendor import Vendor

LLM = {
    "openai": Vendor("frontdesk.services.openai:OpenAILLMService", "OPENAI_API_KEY"),
    "embedded": Vendor("frontdesk.services.embedded.dialogue.service:ScriptedLLMService", None, url=None),
}


def llm_row(agent: AgentConfig) -> str:
    """The row of the table that an agent asks for."""
    return agent.llm.main.vendor


def llm_settings(agent: AgentConfig) -> dict[str, Any]:
    """What the agent file says of its LLM, in the words of the service's Settings."""
    given = dict(agent.llm.main.settings)
    if agent.llm.main.model:
        given["model"] = agent.llm.main.model
    if agent.llm.main.temperature is not None:
        given["temperature"] = agent.llm.main.temperature
    return given
