"""What Python code brings to a call: who answers, and services of its own."""

import asyncio
import functools
import inspect
import os
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from weakref import WeakSet

from loguru import logger
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService

from frontdesk.agent import AgentConfig, Agents
from frontdesk.agent.document import dotted
from frontdesk.boot import load_models
from frontdesk.call import Call
from frontdesk.configuration import warnings_of
from frontdesk.errors import ConfigError, FrontdeskError, Problem
from frontdesk.generators import built_in
from frontdesk.house import House
from frontdesk.services.choice import choose, unusable
from frontdesk.services.packages import package_problems
from frontdesk.services.problems import service_problems
from frontdesk.services.services import TTS, Given, build_voice
from frontdesk.tools.assembly import tool_problems, tools_of
from frontdesk.tools.mcp import SERVERS

Made = TypeVar("Made")

# A thing, or a function of the call that makes it, sync or async.
Source: TypeAlias = Made | Callable[[Call], Made | Awaitable[Made]]

# How long a function may take to make an agent or a service, in seconds; the caller hears nothing meanwhile.
MAKING_TIMEOUT_S = 5.0

KINDS: Mapping[str, type[FrameProcessor]] = {"stt": STTService, "llm": LLMService, "tts": TTSService}

# A pipecat service belongs to one pipeline: it cannot serve a second call.
_used: WeakSet[FrameProcessor] = WeakSet()


@dataclass(frozen=True)
class Guest:
    """Who answers, and services by kind (stt, llm, tts); a kind left out is the agent's own."""

    agent: Source[AgentConfig]
    services: Mapping[str, Source[Any]]

    async def agent_for(self, call: Call) -> AgentConfig:
        """Who answers a call. Raises FrontdeskError, or what the function raises."""
        made = await _made("agent", self.agent, call)
        if not isinstance(made, AgentConfig):
            raise FrontdeskError(f"`agent` must be an AgentConfig, not {_described(made)}")
        return made

    async def services_for(self, call: Call) -> Given:
        """All services that it brings. Raises FrontdeskError, or what the functions raise."""
        return Given(**{kind: await self._service(kind, call) for kind in self.services})

    async def voice_for(self, call: Call, house: House | None) -> TTS | None:
        """A voice for a few words where nobody can talk: its own, else that of the house, if there is one."""
        try:
            if "tts" in self.services:
                voice: TTS = await self._service("tts", call)
                return voice
            return await _voice_of(house)
        except Exception as error:  # the boundary to code that anyone may write
            logger.error(f"There is no voice to say so either: {error}")
            return None

    async def _service(self, kind: str, call: Call) -> Any:
        made = await _made(kind, self.services[kind], call)
        services = made.services if isinstance(made, ServiceSwitcher) else [made]
        for service in services:
            _check(kind, service)
        if made in _used or not _used.isdisjoint(services):
            message = f"`{kind}` has served a call already; give a function that makes one for each call"
            raise FrontdeskError(message)
        _used.update([made, *services])
        return made


def _check(kind: str, service: object) -> None:
    """Raise FrontdeskError where this is no service of the kind that can stand in a call."""
    if not isinstance(service, KINDS[kind]):
        raise FrontdeskError(f"`{kind}` must be pipecat's {KINDS[kind].__name__}, not {_described(service)}")
    if isinstance(service, LLMService) and service.service_metadata_frame().is_realtime_service:
        raise FrontdeskError("`llm` speaks itself; such a model is named by `realtime` and `llm.main`")


def house_of(
    agent: AgentConfig, brought: Collection[str], environ: Mapping[str, str], asked_for: str | None = None
) -> House:
    """A house with one agent, its models loaded; `brought` are the kinds of service that it needs none of.

    `asked_for` is another name that the agent answers to. Raises ConfigError with every problem.
    """
    wrong = (*service_problems(agent, environ), *package_problems(agent, environ), *tool_problems(agent))
    found = [(path, text) for path, text in wrong if path[0] not in brought]
    if agent.realtime and brought:
        kinds = ", ".join(sorted(brought))
        found.append((("realtime",), f"the model does all itself: {kinds} cannot be brought"))
    if found:
        raise ConfigError(Problem(agent.agent_id, dotted(path), text) for path, text in found)
    choices = choose(agent, environ)
    used = [choice for choice in choices if choice.kind.name not in brought]
    load_models(used)
    for path, text in warnings_of(agent, environ):
        if path[0] not in brought:
            _say_once("WARNING", f"Agent {agent.agent_id}: {dotted(path)}: {text}")
    for choice in used:
        _say_once("WARNING" if choice.stands_in else "INFO", f"Agent {agent.agent_id}: {choice}")
    agents = Agents({agent.agent_id: agent, asked_for or agent.agent_id: agent}, agent)
    tools = {agent.agent_id: tools_of(agent)}
    SERVERS.look([agent], tools)
    return House(agents, {agent.agent_id: choices}, tools, built_in(), environ)


async def _voice_of(house: House | None) -> TTS | None:
    """The voice of a house's agent, else that of any agent by default; None where it cannot be had."""
    agent = house.agents.default if house else AgentConfig()
    environ = house.environ if house else dict(os.environ)
    choices = choose(agent, environ)
    if choices.tts is None or unusable(choices.tts, agent, environ):
        return None
    await asyncio.to_thread(load_models, choices.line_up(choices.tts))
    return build_voice(agent, choices, environ)


# Not without bound, because a function may name its agents as it likes.
@functools.lru_cache(maxsize=1000)
def _say_once(level: str, text: str) -> None:
    logger.log(level, text)


async def _made(name: str, source: Any, call: Call) -> Any:
    if isinstance(source, AgentConfig | FrameProcessor | type) or not callable(source):
        return source
    try:
        async with asyncio.timeout(MAKING_TIMEOUT_S) as limit:
            made = source(call)
            return await made if inspect.isawaitable(made) else made
    except TimeoutError:
        if not limit.expired():
            raise
        raise FrontdeskError(f"the function for `{name}` took longer than {MAKING_TIMEOUT_S:g} s") from None


def _described(value: object) -> str:
    return f"{value.__name__}, a class" if isinstance(value, type) else f"a {type(value).__name__}"
