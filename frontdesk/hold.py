"""A call on an open line: who answers, the conversation, the record."""

import asyncio

from loguru import logger
from pipecat.workers.runner import WorkerRunner

from frontdesk.agent import AgentConfig
from frontdesk.agent.prompts import fill
from frontdesk.call import Call
from frontdesk.environment import data_dir
from frontdesk.errors import FrontdeskError
from frontdesk.hangup import HangUp
from frontdesk.house import House
from frontdesk.lifecycle import Lifecycle
from frontdesk.phrases import phrases
from frontdesk.pipeline import build_conversation
from frontdesk.record.call_record import EndReason
from frontdesk.record.recorder import Recorder
from frontdesk.silence import Silence
from frontdesk.transport import Line
from frontdesk.witness import watch_pipeline, watch_turns


async def hold(line: Line, house: House) -> None:
    """Hold the call to its end and write its record, whatever happens."""
    recorder = Recorder(line.call)
    logger.info(
        f"{line.call.direction.capitalize()} call on {line.call.carrier}, "
        f"carrier's id {line.call.carrier_call_id or 'none'}"
    )
    try:
        await _converse(line, house, recorder)
    except Exception as error:  # the boundary of a call: the host would reduce it to one line
        logger.exception("The call failed")
        recorder.failed(error)
    finally:
        if _is_cancelled():
            recorder.ends(EndReason.SHUT_DOWN)
        recorder.write(data_dir())


def _is_cancelled() -> bool:
    """Whether the host ends the session; pipecat's runner takes the cancellation and returns."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def unanswered(call: Call, error: Exception) -> None:
    """Leave a record of a call that could not be taken."""
    recorder = Recorder(call)
    recorder.failed(error)
    recorder.write(data_dir())


async def _converse(line: Line, house: House, recorder: Recorder) -> None:
    agent = _choose(line, house, recorder)
    recorder.record.agent = agent.agent_id
    if line.transport is None:
        asked = sorted({*line.call.session.model_fields_set, *line.call.session.metadata} - {"metadata"})
        logger.info(f"A session without a transport, which has nothing to do yet, was asked for: {asked}")
        return recorder.ends(EndReason.NO_TRANSPORT)
    recorder.record.services = {choice.kind.name: choice.row for choice in house.choices[agent.agent_id]}
    words = phrases(agent.language(line.call))
    hang_up = HangUp(line.playout, recorder)
    silence = Silence(words, _caller_timeout_s(agent), hang_up.begin)
    conversation = await build_conversation(line, agent, house, hang_up, [*watch_pipeline(recorder), silence])
    hang_up.attach(conversation.worker)
    silence.attach(conversation.worker)
    watch_turns(recorder, conversation.user, conversation.assistant)
    lifecycle = Lifecycle(conversation, hang_up, recorder, words)
    lifecycle.attach(line.transport, _first_words(agent, line.call), agent.call_max_duration)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(conversation.worker)
    try:
        await runner.run()
    finally:
        lifecycle.detach()


def _choose(line: Line, house: House, recorder: Recorder) -> AgentConfig:
    """Who answers; a caller is not turned away for a name that is not known."""
    try:
        return house.agents.choose(line.call)
    except FrontdeskError as error:
        logger.error(f"The session names an agent that there is not; {house.agents.default.agent_id} answers")
        recorder.went_wrong("session", str(error))
        return house.agents.default


def _caller_timeout_s(agent: AgentConfig) -> float:
    return agent.use_idle_processor.timeout if agent.use_idle_processor.is_on else 0.0


def _first_words(agent: AgentConfig, call: Call) -> str | None:
    text = agent.first_words(call).text
    return None if text is None else fill(text, agent.inputs(call))
