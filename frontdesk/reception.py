"""Taking calls: from what the host hands over to a conversation, or to a refusal that says why."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from loguru import logger
from pipecat.runner.types import RunnerArguments

from frontdesk import close_codes, log
from frontdesk.agent import AgentConfig
from frontdesk.apology import apologise
from frontdesk.boot import LOADING_TIMEOUT_S, Boot
from frontdesk.errors import ConfigError, HandshakeError, NotReady
from frontdesk.facts import call_of
from frontdesk.guest import Guest, Source, house_of
from frontdesk.hold import converse, hold, recorded, unanswered
from frontdesk.house import House
from frontdesk.phrases import phrases
from frontdesk.record.recorder import Recorder
from frontdesk.services.services import LLM, STT, TTS
from frontdesk.transport import Line, drop, open_line


async def take(runner_args: RunnerArguments, house: Callable[[], Awaitable[House]]) -> None:
    """Take one call for the agents of a house, which is waited for; nothing is raised."""
    async with _refusals(runner_args):
        ready = await house()
        line = await open_line(runner_args)
        with logger.contextualize(call=line.call.id):
            await hold(line, ready)


async def answer(
    runner_args: RunnerArguments,
    agent: Source[AgentConfig],
    *,
    stt: Source[STT] | None = None,
    llm: Source[LLM] | None = None,
    tts: Source[TTS] | None = None,
) -> None:
    """Take one call for an agent written in Python, from the line that opens to its record.

    `agent` is an AgentConfig, or a function of the Call that returns one; `stt`, `llm` and `tts` are
    pipecat's services, or functions of the Call that make them. Functions may be async and have 5 s each.
    What is left out is as the agent's own keys have it. Nothing is raised: what goes wrong is logged and
    recorded, and the caller is told or the line drops.
    """
    guest = Guest(agent, _brought(stt=stt, llm=llm, tts=tts))
    async with _refusals(runner_args):
        house = await _ready(agent, guest) if isinstance(agent, AgentConfig) else None
        line = await open_line(runner_args)
        with logger.contextualize(call=line.call.id):
            await _receive(guest, house, line)


def prepare(
    agent: AgentConfig,
    *,
    stt: Source[STT] | None = None,
    llm: Source[LLM] | None = None,
    tts: Source[TTS] | None = None,
) -> Callable[[], dict[str, Any]]:
    """Begin to load what the calls of an agent need; what is returned is the bot's `readyz`.

    `stt`, `llm` and `tts` are those of `answer`; where one is given, the agent's own need not work.
    """
    log.install()
    brought = [*_brought(stt=stt, llm=llm, tts=tts)]
    boot = Boot(lambda environ: house_of(agent, brought, environ))
    boot.start()
    return boot.readyz


def _brought(**services: Any) -> dict[str, Any]:
    return {kind: source for kind, source in services.items() if source is not None}


async def _receive(guest: Guest, house: House | None, line: Line) -> None:
    """Hold a call with what the guest's functions make for it; where they fail, say so to the caller."""
    async with recorded(line) as recorder:
        try:
            house = house or await _ready(await guest.agent_for(line.call), guest, line.call.agent_id)
            given = await guest.services_for(line.call)
        except Exception as error:  # the boundary to code that anyone may write
            logger.exception("There is nobody to answer the call")
            recorder.failed(error)
            await _tell(guest, house, line, recorder)
        else:
            await converse(line, house, given, recorder)


async def _tell(guest: Guest, house: House | None, line: Line, recorder: Recorder) -> None:
    """Tell the caller that nobody can talk to them, where there is a voice to say so."""
    voice = await guest.voice_for(line.call, house) if line.transport else None
    if voice is not None:
        language = house.agents.default.language(line.call) if house else line.call.session.language
        await apologise(line, voice, phrases(language or "en"), recorder)


async def _ready(agent: AgentConfig, guest: Guest, asked_for: str | None = None) -> House:
    """The house of an agent, in a thread: the first call loads models. Raises NotReady with reasons."""
    try:
        async with asyncio.timeout(LOADING_TIMEOUT_S):
            environ = dict(os.environ)
            return await asyncio.to_thread(house_of, agent, [*guest.services], environ, asked_for)
    except TimeoutError:
        raise NotReady("models are still loading") from None
    except ConfigError as error:
        raise NotReady("; ".join(str(error).splitlines())) from error


@asynccontextmanager
async def _refusals(runner_args: RunnerArguments) -> AsyncIterator[None]:
    """What is raised inside is logged, recorded and told by a close code: the host would lose it."""
    log.install_again()
    close_code = close_codes.DONE
    try:
        yield
    except HandshakeError as refusal:
        logger.warning(f"Connection refused: {refusal}")
        close_code = refusal.close_code
    except NotReady as refusal:
        logger.error(f"Call refused: {refusal}")
        unanswered(call_of(runner_args, "unknown"), refusal)
        close_code = close_codes.TRY_AGAIN_LATER
    except Exception as error:  # the host would reduce it to one line
        logger.exception("The line could not be opened")
        unanswered(call_of(runner_args, "unknown"), error)
        close_code = close_codes.INTERNAL_ERROR
    finally:
        await drop(runner_args, close_code)
