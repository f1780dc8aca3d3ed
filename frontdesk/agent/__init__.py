"""The agent file: one YAML says who an agent is, what it may do and how it sounds. No pipecat below here."""

from frontdesk.agent.choose import Agents
from frontdesk.agent.conduct import CalendarConfig, IdleConfig, PipelineConfig, VADConfig
from frontdesk.agent.inputs import Generated
from frontdesk.agent.later import not_active
from frontdesk.agent.load import load_agents
from frontdesk.agent.problems import suggestion
from frontdesk.agent.prompts import Text
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.services import (
    LLMConfig,
    LLMModel,
    MainLLM,
    Service,
    STTConfig,
    STTModel,
    TTSConfig,
    TTSVoice,
)
from frontdesk.agent.texts import Message, Prompts, StartMessage
from frontdesk.agent.tools import HTTPToolConfig, MCPServerConfig

__all__ = [
    "AgentConfig",
    "Agents",
    "CalendarConfig",
    "Generated",
    "HTTPToolConfig",
    "IdleConfig",
    "LLMConfig",
    "LLMModel",
    "MCPServerConfig",
    "MainLLM",
    "Message",
    "PipelineConfig",
    "Prompts",
    "STTConfig",
    "STTModel",
    "Service",
    "StartMessage",
    "TTSConfig",
    "TTSVoice",
    "Text",
    "VADConfig",
    "load_agents",
    "not_active",
    "suggestion",
]
