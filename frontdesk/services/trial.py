"""Each service built once before anyone calls: what only the vendor's own class refuses is found there."""

from collections.abc import Iterable, Iterator, Mapping

from frontdesk.agent import AgentConfig
from frontdesk.agent.document import KeyPath
from frontdesk.services.choice import Choice
from frontdesk.services.kinds import EMBEDDED

# The shortest value of a variable that is taken out of a vendor's words, in characters.
SECRET = 6


def refusals(
    agent: AgentConfig, choices: Iterable[Choice], environ: Mapping[str, str]
) -> Iterator[tuple[KeyPath, str]]:
    """The services of an agent that cannot be built for its calls: key path, why; imports pipecat."""
    for choice in choices:
        if choice.row == EMBEDDED:
            continue
        settings = choice.kind.settings(agent, choice.config, agent.own_language)
        try:
            choice.vendor.make(settings, choice.config.base_url, environ)
        except Exception as error:  # the boundary to a vendor's code
            yield choice.path, f"{choice.called} cannot be used: {_reason(error, environ)}"


def _reason(error: Exception, environ: Mapping[str, str]) -> str:
    """The first line of what a class says, with the names of variables in place of their values."""
    said = (str(error).splitlines() or [""])[0]
    for name, value in environ.items():
        if len(value) >= SECRET:
            said = said.replace(value, f"${{{name}}}")
    return said or type(error).__name__
