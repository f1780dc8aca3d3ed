"""Start-up: everything slow or breakable happens here, before the first caller."""

import asyncio
import os
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from loguru import logger

from frontdesk.agent import load_agents
from frontdesk.environment import agents_dir
from frontdesk.errors import ConfigError, NotReady, Problem
from frontdesk.house import House
from frontdesk.services.choice import EMBEDDED, KINDS, Choices, choose, service_problems
from frontdesk.tools import TOOLS

# How long a caller waits for models that are still loading, in seconds, before the call is refused.
LOADING_TIMEOUT_S = 20.0


class Boot:
    """Loads configuration and models once, in a thread of its own."""

    def __init__(self) -> None:
        self._house: Future[House] = Future()

    def start(self) -> None:
        """Begin loading; returns at once."""
        threading.Thread(target=self._load, name="frontdesk-boot", daemon=True).start()

    def _load(self) -> None:
        try:
            self._house.set_result(load_house(dict(os.environ)))
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
    agents = load_agents(
        agents_dir(),
        environ,
        tools=TOOLS,
        vendors={kind.name: kind.table for kind in KINDS},
        check=lambda agent: service_problems(agent, environ),
    )
    choices = {agent_id: choose(agent, environ) for agent_id, agent in agents.by_id.items()}
    _load_models(choices)
    _announce(choices, time.monotonic() - started)
    return House(agents, choices, environ)


def _load_models(choices: Mapping[str, Choices]) -> None:
    from frontdesk import pipeline, turns  # noqa: F401  # imported here: pipecat takes a second

    turns.load_models()
    for choice in (choice for chosen in choices.values() for choice in chosen):
        choice.vendor.load()
    rows = {(choice.kind.name, choice.row) for chosen in choices.values() for choice in chosen}
    if ("stt", EMBEDDED) in rows or ("tts", EMBEDDED) in rows:
        from frontdesk.services.embedded import models

        if ("stt", EMBEDDED) in rows:
            models.load_stt()
        if ("tts", EMBEDDED) in rows:
            models.load_tts()


def _announce(choices: Mapping[str, Choices], seconds: float) -> None:
    for agent_id, chosen in choices.items():
        log = logger.warning if any(choice.stands_in for choice in chosen) else logger.info
        log(f"Agent {agent_id}: " + "; ".join(str(choice) for choice in chosen))
    logger.info(f"Frontdesk is ready after {seconds:.1f} s")
