"""One simulated call from end to end: start the bot where needed, call it, keep what came out."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from frontdesk.environment import data_dir
from frontdesk.simulator import speech
from frontdesk.simulator.agents import require_agent
from frontdesk.simulator.bot_process import BotProcess, find_bot, log_end, stand_ins
from frontdesk.simulator.caller import Caller
from frontdesk.simulator.errors import BotFailed, CannotConnect, NoSuchAgent, NothingHeard
from frontdesk.simulator.event import Event, Kind
from frontdesk.simulator.phone import Phone
from frontdesk.simulator.replies import Booker
from frontdesk.simulator.report import Report
from frontdesk.simulator.step import Script, Step
from frontdesk.simulator.twilio import TwilioWire

RECORD_WITHIN_S = 5.0


@dataclass
class Simulation:
    """What to simulate.

    Without `url` the bot of this project is started; without `steps` the caller books an appointment.
    `timeout` bounds the wait for the agent's first word, `hang_up_after` the call, both in seconds.
    """

    url: str | None = None
    steps: list[Step] = field(default_factory=list)
    custom_parameters: dict[str, str] = field(default_factory=dict)
    wav: Path | None = None
    timeout: float = 15.0
    hang_up_after: float = 180.0

    async def run(self, report: Report, on_event: Callable[[Event], None] | None = None) -> None:
        """Make the call and fill `report`, also when it is interrupted. Raises BadAudio."""
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")[:-3]
        folder = data_dir() / "simulations"
        try:
            if self._asked and not self.url:
                require_agent(self._asked, find_bot())
            async with self._bot(report, folder / f"{stamp}.bot.log") as url:
                report.url = url
                if on_event and report.bot_log:
                    for text in stand_ins(report.bot_log):
                        on_event(Event(Kind.STAND_IN, 0.0, text))
                await self._call(report, self.wav or folder / f"{stamp}.wav", on_event)
        except (BotFailed, CannotConnect, NoSuchAgent, NothingHeard) as error:
            report.error = str(error)
        if not report.answered and not report.error:
            report.error = f"the agent said nothing: {report.end_reason}"
        if report.url and not report.answered and report.bot_log:
            report.error = f"{report.error}; {log_end(report.bot_log)}"

    @property
    def _asked(self) -> str | None:
        """The agent that the call is for."""
        return self.custom_parameters.get("agent")

    @contextlib.asynccontextmanager
    async def _bot(self, report: Report, log: Path) -> AsyncIterator[str]:
        loading = asyncio.create_task(asyncio.to_thread(speech.load_engines))
        try:
            if self.url:
                await loading
                yield self.url
            else:
                report.bot_log = log
                async with BotProcess(find_bot(), log) as bot:
                    await loading
                    yield bot.url
        finally:
            await asyncio.gather(loading, return_exceptions=True)

    async def _call(self, report: Report, wav: Path, on_event: Callable[[Event], None] | None) -> None:
        assert report.url
        wire = TwilioWire(self.custom_parameters)
        report.call_sid = wire.call_sid
        started = time.time()
        async with Phone.call(report.url, wire=wire, answer_within=self.timeout, on_event=on_event) as phone:
            caller = Caller(phone, Script(self.steps) if self.steps else Booker(), self.timeout)
            try:
                await self._converse(caller, phone)
            finally:
                await phone.hang_up()
                report.add_call(phone, caller.turns)
                report.wav = phone.recording.save(wav)
        within = RECORD_WITHIN_S if not self.url else 0.0
        if record := await find_record(wire.call_sid, started, within):
            report.add_record(record, self._asked)

    async def _converse(self, caller: Caller, phone: Phone) -> None:
        try:
            async with asyncio.timeout(self.hang_up_after):
                await caller.converse()
        except TimeoutError:
            await phone.hang_up()


async def find_record(call_sid: str, since: float, within: float) -> Path | None:
    """The record of a call, written after `since` (Unix time); waits up to `within` seconds for it."""
    for _ in range(round(within / 0.1)):
        if path := _record(call_sid, since):
            return path
        await asyncio.sleep(0.1)
    return _record(call_sid, since)


def _record(call_sid: str, since: float) -> Path | None:
    for path in (data_dir() / "calls").glob("*/record.json"):
        if path.stat().st_mtime >= since - 1 and call_sid in path.read_text(errors="replace"):
            return path
    return None
