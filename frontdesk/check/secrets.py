"""The variables that a deployed bot needs, against what `.env` has: names only."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from frontdesk.agent.load import AgentFile
from frontdesk.check.agents import Named
from frontdesk.errors import Problem

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")

# What hanging up by REST takes: one of several sets of variables for each carrier.
CARRIERS = {
    "Twilio": (
        ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
        ("TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET"),
        ("TWILIO_ACCOUNT_ID", "TWILIO_AUTH_TOKEN"),
        ("TWILIO_ACCOUNT_ID", "TWILIO_API_KEY", "TWILIO_API_SECRET"),
    ),
    "Telnyx": (("TELNYX_API_KEY",),),
    "Plivo": (("PLIVO_AUTH_ID", "PLIVO_AUTH_TOKEN"),),
}


@dataclass
class Need:
    """A variable that `users` need; `spare` where calls are taken without it."""

    variable: str
    users: list[str]
    spare: bool

    def problem(self) -> Problem:
        """What to say where `.env` does not have it."""
        who = f"{', '.join(self.users)} need{'s' if len(self.users) == 1 else ''} it"
        why = "calls are taken without" if self.spare else "the image has no engine that could stand in"
        return Problem(".env", self.variable, f"is not set, and {who}; {why}")


def needed(files: Iterable[AgentFile], services: Iterable[Named], dotenv: Mapping[str, str]) -> list[Need]:
    """The variables that agent files and the services of agents need, each once."""
    needs: dict[str, Need] = {}
    for variable, user, spare in (*_by_services(services, dotenv), *_by_files(files)):
        need = needs.setdefault(variable, Need(variable, [], spare))
        need.spare = need.spare and spare
        if user not in need.users:
            need.users.append(user)
    return list(needs.values())


def _by_services(services: Iterable[Named], dotenv: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    for one in services:
        user = f"the {one.role} of {one.agent.agent_id}" if one.spare else one.agent.agent_id
        for variable in one.credentials(dotenv):
            yield variable, user, one.spare


def _by_files(files: Iterable[AgentFile]) -> Iterator[tuple[str, str, bool]]:
    for file in files:
        for variable in VARIABLE.findall(" ".join(file.document.raw.values())):
            yield variable, file.path.name, False


def carriers(dotenv: Mapping[str, str]) -> dict[str, bool]:
    """The carriers whose calls can be hung up by REST, and whether `.env` has what that takes."""
    return {name: any(all(map(dotenv.get, names)) for names in ways) for name, ways in CARRIERS.items()}


def carriers_hint(dotenv: Mapping[str, str]) -> Iterator[Problem]:
    """What to think about where `.env` has no carrier's credentials."""
    if not any(carriers(dotenv).values()):
        wanted = "; ".join(f"{name}: {', '.join(ways[0])}" for name, ways in CARRIERS.items())
        message = f"has no carrier's credentials: calls are answered, but not hung up by REST ({wanted})"
        yield Problem(".env", "", message)
