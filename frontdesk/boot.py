"""Start-up: everything slow or breakable happens here, before the first caller."""

import asyncio
import functools
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from loguru import logger

from frontdesk.configuration import Configuration, load_configuration
from frontdesk.errors import ConfigError, NotReady, Problem
from frontdesk.house import House
from frontdesk.services.choice import Choice
from frontdesk.services.kinds import EMBEDDED, REALTIME_KIND, STT_KIND
from frontdesk.services.trial import refusals
from frontdesk.tools.mcp import SERVERS

# How long a caller waits for models that are still loading, in seconds, before the call is refused.
LOADING_TIMEOUT_S = 20.0


class Boot:
    """Loads configuration and models once, in a thread of its own: by `load`, with the environment."""

    def __init__(self, load: Callable[[Mapping[str, str]], House] | None = None) -> None:
        self._house: Future[House] = Future()
        self._load_house = load or load_house

    def start(self) -> None:
        """Begin loading; returns at once."""
        threading.Thread(target=self._load, name="frontdesk-boot", daemon=True).start()

    def _load(self) -> None:
        try:
            self._house.set_result(self._load_house(dict(os.environ)))
        except ConfigError as error:
            logger.error(f"Frontdesk cannot take calls:\n{error}")
            self._house.set_exception(error)
        except Exception as error:  # the boundary of the thread: whatever it is, readyz must tell
            logger.exception("Frontdesk cannot take calls")
            self._house.set_exception(ConfigError([Problem("", type(error).__name__, str(error))]))

    async def house(self) -> House:
        """The loaded house, waited for at most LOADING_TIMEOUT_S seconds; raises NotReady with reasons."""
        try:
            async with asyncio.timeout(LOADING_TIMEOUT_S):
                return await asyncio.shield(asyncio.wrap_future(self._house))
        except (TimeoutError, ConfigError) as error:
            raise NotReady("; ".join(self.readyz()["problems"])) from error

    def succeeds(self) -> bool:
        """Wait until all is loaded; whether it went well."""
        return self._house.exception() is None

    def readyz(self) -> dict[str, Any]:
        """Whether calls can be taken, and if not, why."""
        if not self._house.done():
            return {"ready": False, "problems": ["models are still loading"]}
        error = self._house.exception()
        if error is None:
            return {"ready": True, "problems": []}
        return {"ready": False, "problems": str(error).splitlines()}


def load_house(environ: Mapping[str, str]) -> House:
    """Load agents, services and models; raises ConfigError with every problem."""
    started = time.monotonic()
    configuration = load_configuration(environ)
    load_models(choice for chosen in configuration.choices.values() for choice in chosen)
    _try_services(configuration, environ)
    _load_flows(configuration)
    SERVERS.look(configuration.agents.by_id.values(), configuration.tools)
    _announce(configuration, time.monotonic() - started)
    agents, choices, tools = configuration.agents, configuration.choices, configuration.tools
    house = House(agents, choices, tools, configuration.generators, environ)
    _write_ahead(house)
    return house


def _try_services(configuration: Configuration, environ: Mapping[str, str]) -> None:
    """See whether every service can be built for a call; raises ConfigError with all that cannot."""
    problems = [
        configuration.documents[agent_id].problem(path, text)
        for agent_id, agent in configuration.agents.by_id.items()
        for path, text in refusals(agent, configuration.choices[agent_id], environ)
    ]
    if problems:
        raise ConfigError(problems)


def _load_flows(configuration: Configuration) -> None:
    """Read the flows of the agents, so that no call reads a file that somebody has changed since."""
    from frontdesk.flow import load_flow

    for agent in configuration.agents.by_id.values():
        if agent.flow is not None:
            load_flow(agent.flow)


def load_models(choices: Iterable[Choice]) -> None:
    """Bring into memory what calls with these services need, so that no caller waits for it."""
    from frontdesk import pipeline  # noqa: F401  # imported here: pipecat takes a second

    chosen = list(choices)
    if _needs_turn_models(chosen):
        _load_turn_models()
    for choice in chosen:
        choice.vendor.load()
    rows = {(choice.kind.name, choice.row) for choice in chosen}
    if ("stt", EMBEDDED) in rows or ("tts", EMBEDDED) in rows:
        from frontdesk.services.embedded import models

        if ("stt", EMBEDDED) in rows:
            models.load_stt()
        if ("tts", EMBEDDED) in rows:
            models.load_tts()


def _needs_turn_models(chosen: Sequence[Choice]) -> bool:
    """Whether anyone leaves the caller's turns to the models here; ears that Python code brings may."""
    hearing = [choice for choice in chosen if choice.kind in (STT_KIND, REALTIME_KIND)]
    return not hearing or any(not choice.vendor.hears_turns for choice in hearing)


@functools.cache
def _load_turn_models() -> None:
    """The voice-activity and turn models, once in a process."""
    from frontdesk import turns

    turns.load_models()


def _write_ahead(house: House) -> None:
    """Begin what language models write for the agents in their own languages; nobody waits for it."""
    from frontdesk.scribe import Scribe
    from frontdesk.services.services import build_utils
    from frontdesk.translate import Translator, translate_ahead
    from frontdesk.waiting import prepare_ahead

    for agent_id, agent in house.agents.by_id.items():
        choices = house.choices[agent_id]
        make = functools.partial(build_utils, agent, choices, house.environ)
        translate_ahead(agent, Translator(make))
        if choices.utils:
            prepare_ahead(agent, house.tools[agent_id], Scribe(make))


def _announce(configuration: Configuration, seconds: float) -> None:
    """Say once who answers with what, and what is worth a thought."""
    for agent_id, chosen in configuration.choices.items():
        for log, stands_in in ((logger.info, False), (logger.warning, True)):
            if told := [str(choice) for choice in chosen if choice.stands_in is stands_in]:
                log(f"Agent {agent_id}: " + "; ".join(told))
    for warning in configuration.warnings:
        logger.warning(str(warning))
    logger.info(f"Frontdesk is ready after {seconds:.1f} s")
