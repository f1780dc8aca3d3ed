"""A call on an open line: who answers, the conversation, the record."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from loguru import logger
from pipecat.workers.runner import WorkerRunner

from frontdesk.agent import AgentConfig
from frontdesk.briefing import Briefing
from frontdesk.call import Call
from frontdesk.environment import data_dir
from frontdesk.errors import FrontdeskError
from frontdesk.fillers import Fillers
from frontdesk.flow import Lead, load_flow
from frontdesk.hangup import HangUp
from frontdesk.house import House
from frontdesk.lifecycle import Failures, Lifecycle
from frontdesk.pipeline import Conversation, build_conversation
from frontdesk.record.call_record import EndReason
from frontdesk.record.notes import Notes
from frontdesk.record.recorder import Recorder
from frontdesk.scribe import Scribe
from frontdesk.services.services import Given, Services, build_services, build_utils
from frontdesk.silence import Silence
from frontdesk.tongue import Tongue
from frontdesk.toolbox import Toolbox
from frontdesk.tools import Tool
from frontdesk.tools.mcp import SERVERS
from frontdesk.translate import Translator
from frontdesk.transport import Line
from frontdesk.waiting import Waiting
from frontdesk.witness import watch_pipeline, watch_services, watch_turns


async def hold(line: Line, house: House) -> None:
    """Hold the call to its end and write its record, whatever happens."""
    async with recorded(line) as recorder:
        await converse(line, house, Given(), recorder)


async def converse(line: Line, house: House, given: Given, recorder: Recorder) -> None:
    """Let one of the house's agents talk until the call is over; `given` are services in place of its own."""
    agent = _choose(line, house, recorder)
    recorder.record.agent = agent.agent_id
    if line.transport is None:
        asked = sorted({*line.call.session.model_fields_set, *line.call.session.metadata} - {"metadata"})
        logger.info(f"A session without a transport, which has nothing to do yet, was asked for: {asked}")
        return recorder.ends(EndReason.NO_TRANSPORT)
    choices = house.choices[agent.agent_id]
    make_utils = partial(build_utils, agent, choices, house.environ)
    translator, scribe = Translator(make_utils), Scribe(make_utils) if choices.utils else None
    briefing = Briefing.begin(agent, line.call, house.generators, translator, recorder.went_wrong)
    try:
        services = build_services(
            agent,
            choices,
            house.environ,
            language=agent.language(line.call),
            instructions=briefing.instructions(),
            given=given,
        )
        watch_services(recorder, services)
        async with SERVERS.connected(agent, house.tools[agent.agent_id]) as tools:
            await _talk(line, agent, tools, services, briefing, scribe, recorder)
    finally:
        await briefing.close()


def unanswered(call: Call, error: Exception) -> None:
    """Leave a record of a call that could not be taken."""
    recorder = Recorder(call)
    recorder.failed(error)
    recorder.write(data_dir())


@asynccontextmanager
async def recorded(line: Line) -> AsyncIterator[Recorder]:
    """The recorder of a call whose record is written at the end; nothing is raised from inside."""
    recorder = Recorder(line.call)
    logger.info(
        f"{line.call.direction.capitalize()} call on {line.call.carrier}, "
        f"carrier's id {line.call.carrier_call_id or 'none'}"
    )
    try:
        yield recorder
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


def _choose(line: Line, house: House, recorder: Recorder) -> AgentConfig:
    """Who answers; a caller is not turned away for a name that is not known."""
    try:
        return house.agents.choose(line.call)
    except FrontdeskError as error:
        logger.error(f"The session names an agent that there is not; {house.agents.default.agent_id} answers")
        recorder.went_wrong("session", str(error))
        return house.agents.default


async def _talk(
    line: Line,
    agent: AgentConfig,
    tools: Sequence[Tool],
    services: Services,
    briefing: Briefing,
    scribe: Scribe | None,
    recorder: Recorder,
) -> None:
    assert line.transport is not None
    tongue = Tongue(agent, services, briefing)
    hang_up = HangUp(line.playout, recorder)
    silence = Silence(tongue.phrases, _caller_timeout_s(agent), hang_up.begin)
    failures = Failures()
    toolbox = Toolbox(tools, line.call, agent, hang_up, recorder, briefing.inputs, tongue)
    waiting = Waiting(agent, toolbox.runner.tools, tongue.language, briefing.inputs, scribe)
    fillers = Fillers(
        waiting.own, waiting.common, partial(recorder.said, "agent"), lambda: hang_up.in_progress
    )
    waiting.prepare()
    observers = [*watch_pipeline(recorder), silence, fillers, failures]
    lead = _lead(agent, toolbox, briefing, hang_up, recorder)
    offered = [] if lead else toolbox.schemas()
    conversation = await build_conversation(
        line, agent, services, hang_up, observers, briefing.opening(), offered
    )
    hang_up.attach(conversation.worker)
    toolbox.attach(conversation.worker)
    toolbox.offer(services.llm, conversation.user.context)
    silence.attach(conversation.worker, services.llm, services.tts, services.stt)
    fillers.attach(conversation.worker, services.llm, services.tts)
    watch_turns(recorder, conversation.user, conversation.assistant, hears_itself=conversation.stt is None)
    lifecycle = Lifecycle(conversation, hang_up, recorder, tongue.phrases, failures)
    if lead:
        lead.attach(conversation)
    lifecycle.attach(line.transport, briefing.greeting, agent.call_max_duration, lead)
    try:
        await _run(conversation, briefing, services.told)
    finally:
        lifecycle.detach()
        await toolbox.close()


def _lead(
    agent: AgentConfig, toolbox: Toolbox, briefing: Briefing, hang_up: HangUp, recorder: Recorder
) -> Lead | None:
    """Who leads the call from node to node, where the agent has a flow."""
    if agent.flow is None:
        return None
    return Lead(load_flow(agent.flow), toolbox.runner, briefing, hang_up, Notes(recorder))


async def _run(conversation: Conversation, briefing: Briefing, told: str) -> None:
    """Run the pipeline to its end, and tell the LLM meanwhile what comes to be known."""
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(conversation.worker)
    telling = asyncio.create_task(briefing.keep_told(conversation.worker, told))
    try:
        await runner.run()
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)


def _caller_timeout_s(agent: AgentConfig) -> float:
    return agent.use_idle_processor.timeout if agent.use_idle_processor.is_on else 0.0
