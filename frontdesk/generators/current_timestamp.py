"""When the call began."""

from zoneinfo import ZoneInfo

from frontdesk.agent import AgentConfig
from frontdesk.agent.prompts import timestamp
from frontdesk.call import Call


def current_timestamp(call: Call, agent: AgentConfig) -> str:
    """The call's start in the agent's timezone: `2026-03-03, Tuesday. Time: 15:04.`"""
    return timestamp(call.started_at.astimezone(ZoneInfo(agent.timezone)))
