"""The dialogue script of an agent, which the embedded engine plays in place of an LLM."""

import functools
from pathlib import Path

from frontdesk.agent import AgentConfig
from frontdesk.errors import ConfigError, Problem
from frontdesk.services.embedded.dialogue import Script


def script_of(agent: AgentConfig) -> Script:
    """The script beside an agent file, read once per process. Raises ConfigError with its problems."""
    if agent.script is None:
        raise ConfigError([Problem(f"{agent.agent_id}.yaml", "llm", "no script stands beside this agent")])
    return _load(agent.script)


@functools.cache
def _load(path: Path) -> Script:
    return Script.load(path)
