"""The agent file: one YAML says who an agent is, what it may do and how it sounds. No pipecat below here."""

from frontdesk.agent.choose import Agents
from frontdesk.agent.load import load_agents
from frontdesk.agent.problems import suggestion
from frontdesk.agent.schema import (
    AgentConfig,
    CalendarConfig,
    IdleConfig,
    Prompts,
    StartMessage,
    VADConfig,
)
from frontdesk.agent.services import LLMConfig, LLMModel, STTConfig, TTSConfig

__all__ = [
    "AgentConfig",
    "Agents",
    "CalendarConfig",
    "IdleConfig",
    "LLMConfig",
    "LLMModel",
    "Prompts",
    "STTConfig",
    "StartMessage",
    "TTSConfig",
    "VADConfig",
    "load_agents",
    "suggestion",
]
