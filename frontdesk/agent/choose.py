"""Which agent answers a call."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from frontdesk.agent.problems import suggestion
from frontdesk.agent.schema import AgentConfig
from frontdesk.call import Call, Direction
from frontdesk.errors import FrontdeskError


@dataclass(frozen=True)
class Agents:
    """Every agent by its id, and the one that answers what none of them claims."""

    by_id: Mapping[str, AgentConfig]
    default: AgentConfig

    def choose(self, call: Call) -> AgentConfig:
        """The agent that the session names, else the one with our number, else the default.

        Our number is the dialled one of an inbound call, and the calling one of an outbound call.
        Raises FrontdeskError when the session names an agent that there is not.
        """
        if call.session.agent is not None:
            return self._named(call.session.agent)
        outbound = call.direction is Direction.OUTBOUND
        ours = _digits(call.from_number if outbound else call.to_number)
        claimed = (agent for agent in self.by_id.values() if ours in map(_digits, agent.numbers))
        return next(claimed, self.default) if ours else self.default

    def _named(self, agent_id: str) -> AgentConfig:
        if agent_id not in self.by_id:
            raise FrontdeskError(f"no agent {agent_id!r}{suggestion(agent_id, self.by_id)}")
        return self.by_id[agent_id]


def _digits(number: str | None) -> str:
    # Carriers differ: "+15550001111", "15550001111", "sip:+15550001111@host".
    return re.sub(r"\D", "", (number or "").split("@")[0])
