"""The variables that a deployed bot needs, against what `.env` has: names only."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from frontdesk.agent.load import AgentFile
from frontdesk.agent.variables import variables_in
from frontdesk.check.agents import Named
from frontdesk.errors import Problem

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


@dataclass(frozen=True)
class Need:
    """A variable that `users` need, and what is so without it; `spare` where calls are taken anyway.

    `others` would do in its place.
    """

    variable: str
    users: list[str]
    without: str
    spare: bool = False
    others: tuple[str, ...] = ()

    def problem(self) -> Problem:
        """What to say where `.env` does not have it."""
        who = f"{', '.join(self.users)} need{'s' if len(self.users) == 1 else ''} it"
        others = "".join(f", or {names}" for names in self.others)
        return Problem(".env", self.variable, f"is not set, and {who}{others}; {self.without}")


def needed(files: Iterable[AgentFile], services: Iterable[Named], dotenv: Mapping[str, str]) -> list[Need]:
    """The variables that agent files and the services of agents need, each once."""
    needs: dict[str, Need] = {}
    for one in (*_by_services(services, dotenv), *_by_files(files)):
        known = needs.setdefault(one.variable, one)
        users = list(dict.fromkeys([*known.users, *one.users]))
        worse = known if one.spare else one
        needs[one.variable] = replace(worse, users=users)
    return list(needs.values())


def _by_services(services: Iterable[Named], dotenv: Mapping[str, str]) -> Iterator[Need]:
    for one in services:
        user = f"the {one.role} of {one.agent.agent_id}" if one.spare else one.agent.agent_id
        without = "calls are taken without" if one.spare else "the image has no engine that could stand in"
        others = tuple(one.others(dotenv))
        for variable in one.credentials(dotenv):
            yield Need(variable, [user], without, one.spare, others)


def _by_files(files: Iterable[AgentFile]) -> Iterator[Need]:
    for file in files:
        for variable in variables_in(" ".join(file.document.raw.values())):
            yield Need(variable, [file.path.name], "the bot does not start without it")


def carriers(dotenv: Mapping[str, str]) -> dict[str, bool]:
    """The carriers whose calls can be hung up by REST, and whether `.env` has what that takes."""
    return {name: any(all(map(dotenv.get, names)) for names in ways) for name, ways in CARRIERS.items()}


def carriers_hint(dotenv: Mapping[str, str], *, bound: bool) -> Iterator[Problem]:
    """What to think about where `.env` has no carrier's credentials; `bound` is whether a number is."""
    if not any(carriers(dotenv).values()):
        wanted = "; ".join(f"{name}: {', '.join(ways[0])}" for name, ways in CARRIERS.items())
        calls = "calls" if bound else "phone calls, should any come in,"
        message = f"has no carrier's credentials: {calls} are answered, but not hung up by REST ({wanted})"
        yield Problem(".env", "", message)
