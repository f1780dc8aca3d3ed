"""Which agents a bot has, as far as its agent files tell."""

import os
from pathlib import Path

from frontdesk.agent import suggestion
from frontdesk.agent.load import read_agents
from frontdesk.environment import agents_dir, given_in
from frontdesk.errors import ConfigError
from frontdesk.simulator.errors import NoSuchAgent

# What a bot imports that answers with agent files; one with agents in Python does not.
_ANSWERS_BY_FILES = "frontdesk.boot"


def require_agent(agent_id: str, bot: Path) -> None:
    """Raise NoSuchAgent where the bot of a folder answers with agent files, and none is the agent's."""
    known = _agent_ids(bot)
    if known and agent_id not in known:
        raise NoSuchAgent(f"no agent {agent_id!r}{suggestion(agent_id, known)}")


def _agent_ids(bot: Path) -> list[str]:
    """The agents of a bot; none where only the bot itself can tell, or will tell what is wrong with them."""
    if _ANSWERS_BY_FILES not in (bot / "bot.py").read_text(encoding="utf-8", errors="replace"):
        return []
    try:
        environ = {**given_in(bot / ".env"), **os.environ}
    except ConfigError:
        return []
    if configured := environ.get("AGENTS_DIR"):
        environ["AGENTS_DIR"] = str(bot / configured)
    return [file.agent_id for file in read_agents(agents_dir(environ), environ).files]
