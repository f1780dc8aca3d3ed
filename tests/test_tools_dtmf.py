"""Pressing keys: what is heard on the line."""

import asyncio
import math
from array import array

import pytest
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InterruptionFrame,
    OutputAudioRawFrame,
    OutputDTMFFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.workers.runner import WorkerRunner

from tests.desk import desk_of
from tests.tones import keys_in, pressed

RATE = 8000
BOUND_S = 10.0


class Wire(BaseOutputTransport):
    """The end of a line, where no time passes: `heard` is all that goes out, once it is `open`.

    An interruption opens it; `waits` is set once a frame for the hash key stands in line.
    """

    def __init__(self) -> None:
        super().__init__(TransportParams(audio_out_enabled=True))
        self.heard, self.open, self.waits = b"", asyncio.Event(), asyncio.Event()

    async def start(self, frame) -> None:  # type: ignore[no-untyped-def]
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame):
            self.open.set()
        elif isinstance(frame, OutputDTMFFrame) and frame.to_string().endswith("#"):
            self.waits.set()

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        await self.open.wait()
        self.heard += frame.audio
        return True


def speech(seconds: float) -> bytes:
    """Something that is no tone of a key."""
    samples = (int(9000 * math.sin(2 * math.pi * 300 * n / RATE)) for n in range(int(RATE * seconds)))
    return array("h", samples).tobytes()


async def heard_after(*digits: str, said_s: float = 0.0, interrupted: bool = False) -> bytes:
    """What is heard when an agent says something and presses these keys, one use after the other."""
    wire, desk = Wire(), desk_of({"send_dtmf": None})
    worker = PipelineWorker(
        Pipeline([wire]), params=PipelineParams(audio_out_sample_rate=RATE), enable_rtvi=False
    )
    desk.toolbox.attach(worker)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    if said_s:
        await worker.queue_frames([TTSAudioRawFrame(speech(said_s), RATE, 1), TTSStoppedFrame()])
    for each in digits:
        assert await desk.use("send_dtmf", digits=each) == {"pressed": each}
    running = asyncio.create_task(runner.run())
    if interrupted:
        await asyncio.wait_for(wire.waits.wait(), BOUND_S)
        await worker.queue_frame(InterruptionFrame())
    else:
        wire.open.set()
    await worker.queue_frame(EndFrame())
    await asyncio.wait_for(running, BOUND_S)
    return wire.heard


async def seconds_apart(digits: str) -> float:
    """How much later the second of two keys is heard."""
    (_, first), (_, second) = keys_in(await heard_after(digits))
    return second - first


async def test_every_key_is_heard_as_its_tone() -> None:
    assert pressed(await heard_after("0123456789*#")) == "0123456789*#"


async def test_a_key_pressed_twice_is_heard_twice_in_one_use_or_in_two() -> None:
    assert pressed(await heard_after("11", "1")) == "111"


async def test_keys_are_pressed_behind_what_is_being_said() -> None:
    heard = await heard_after("7", said_s=0.6)
    [(key, begins_s)] = keys_in(heard)
    assert key == "7" and 0.6 <= begins_s < 0.7


@pytest.mark.parametrize("pause", ["w", ","])
async def test_each_pause_is_half_a_second_of_silence(pause: str) -> None:
    close, apart, far = [await seconds_apart(digits) for digits in ("12", f"1{pause}2", f"1{pause * 2}2")]
    assert apart - close == pytest.approx(0.5, abs=0.05)
    assert far - apart == pytest.approx(0.5, abs=0.05)


async def test_a_menu_that_talks_on_does_not_cut_the_keys_off() -> None:
    assert pressed(await heard_after("12w#", said_s=0.6, interrupted=True)) == "12#"


async def test_the_llm_is_told_what_was_pressed() -> None:
    desk = desk_of({"send_dtmf": None})
    assert await desk.use("send_dtmf", digits=" 12# ") == {"pressed": "12#"}
    assert await desk.use("send_dtmf", digits="12#") == {"pressed": "12#"}
    assert len(desk.frames) == 2


@pytest.mark.parametrize("digits", ["", "w", "12a", "1 2", "1" * 41, "+15550001111"])
async def test_what_no_telephone_has_is_refused_with_the_reason(digits: str) -> None:
    desk = desk_of({"send_dtmf": None})
    assert "digits" in (await desk.use("send_dtmf", digits=digits))["error"]
    assert desk.frames == []


async def test_without_a_line_nothing_is_pressed() -> None:
    desk = desk_of({"send_dtmf": None})
    desk.toolbox.attach(None)  # type: ignore[arg-type]
    assert "cannot be pressed" in (await desk.use("send_dtmf", digits="1"))["error"]
