"""The packages of the vendors that agents name: which are missing, and the one command that installs all."""

from collections.abc import Iterable, Mapping

from frontdesk.agent import AgentConfig
from frontdesk.services.choice import missing
from frontdesk.services.problems import Found, asked


def extras_of(agents: Iterable[AgentConfig]) -> list[str]:
    """The extras that bring what the vendors of these agents need."""
    vendors = [choice.vendor for agent in agents for choice in asked(agent) if choice.is_known]
    return sorted({vendor.extra for vendor in vendors if vendor.extra and vendor.modules})


def package_problems(
    agent: AgentConfig, environ: Mapping[str, str] | None = None, together: Iterable[AgentConfig] = ()
) -> Found:
    """The vendors of an agent whose packages are not installed; of one without its key nothing is said.

    `together` are all agents of the bot: installing the packages of one of them takes away the others'.
    """
    for choice in asked(agent):
        keyless = environ is not None and choice.is_known and missing(choice, environ)
        if choice.is_known and not keyless and not choice.vendor.installed():
            yield choice.path, f"{choice.called} needs its package: {_command([*together] or [agent])}"


def package_warnings(
    agent: AgentConfig, environ: Mapping[str, str], together: Iterable[AgentConfig] = ()
) -> Found:
    """The same of vendors without their key."""
    told = {path for path, _ in package_problems(agent, environ)}
    for path, message in package_problems(agent, None, together):
        if path not in told:
            yield path, f"{message} (once it has its key)"


def _command(agents: Iterable[AgentConfig]) -> str:
    return "uv sync " + " ".join(f"--extra {extra}" for extra in extras_of(agents))
