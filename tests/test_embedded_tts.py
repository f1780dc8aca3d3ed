"""The embedded voice: what it says, and how it behaves in a pipeline."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    MetricsFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
    TTSUpdateSettingsFrame,
)
from pipecat.metrics.metrics import TTFBMetricsData, TTSUsageMetricsData
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.workers.runner import WorkerRunner

from frontdesk.errors import FrontdeskError
from frontdesk.services import embedded
from frontdesk.services.embedded import models
from frontdesk.services.embedded.models import load_tts, sentences, synthesize
from frontdesk.services.embedded.spoken import spoken
from frontdesk.services.embedded.tts import EmbeddedTTSService

needs_tts = pytest.mark.skipif(not embedded.tts_available(), reason="hibari-tts is not installed")

RATE = 8000
BOUND_S = 20.0
Kind = TypeVar("Kind", bound=Frame)


class Listener(FrameProcessor):
    """Keeps every frame that reaches it and wakes whoever waits for a kind of frame."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []
        self._news = asyncio.Condition()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        async with self._news:
            self.frames.append(frame)
            self._news.notify_all()
        await self.push_frame(frame, direction)

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [frame for frame in self.frames if isinstance(frame, kind)]

    async def hears(self, kind: type[Frame]) -> None:
        async with asyncio.timeout(BOUND_S), self._news:
            await self._news.wait_for(lambda: self.of(kind))

    @property
    def seconds(self) -> float:
        return sum(len(frame.audio) for frame in self.of(TTSAudioRawFrame)) / 2 / RATE

    @property
    def text(self) -> list[str]:
        return [frame.text for frame in self.of(TTSTextFrame)]


@asynccontextmanager
async def speaking(tts: EmbeddedTTSService) -> AsyncIterator[tuple[PipelineWorker, Listener]]:
    """A running pipeline around `tts`; it ends, having said everything, with the block."""
    listener = Listener()
    params = PipelineParams(audio_out_sample_rate=RATE, enable_metrics=True, enable_usage_metrics=True)
    worker = PipelineWorker(Pipeline([tts, listener]), params=params, cancel_on_idle_timeout=False)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    try:
        yield worker, listener
        await worker.queue_frame(EndFrame())
        await asyncio.wait_for(running, BOUND_S)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Call 555-0142.", "Call 5 5 5, 0 1 4 2."),
        ("(555) 010-0142, please", "5 5 5, 0 1 0, 0 1 4 2, please"),
        ("1-800-555-0142", "1, 8 0 0, 5 5 5, 0 1 4 2"),
        ("+15550001111", "plus 1, 5 5 5, 0 0 0, 1 1 1 1"),
        ("+44 20 7946 0000.", "plus 4 4, 2 0, 7 9 4 6, 0 0 0 0."),
        ("Reference 12345678", "Reference 1, 2 3 4, 5 6 7 8"),
        ("code 0042", "code 0 0 4 2"),
    ],
)
def test_phone_and_reference_numbers_are_said_digit_by_digit(written: str, said: str) -> None:
    assert spoken(written) == said


@pytest.mark.parametrize(
    "text",
    [
        "That is $85.",
        "$1500000 or $0.99",
        "at 2:30 PM",
        "March 3rd, 2026",
        "on 2026-03-05",
        "10-12-2026",
        "between 10-12 people",
        "1,000,000 people",
        "from 2024-2025",
        "anna5550142@example.com",
        "write to 5550142@example.com",
        "https://example.com/5550142",
        "3.14159265",
        "room 101",
        "007-thing",
    ],
)
def test_amounts_times_dates_and_addresses_are_left_alone(text: str) -> None:
    assert spoken(text) == text


def test_importing_the_package_imports_no_engine() -> None:
    code = (
        "import sys, frontdesk.services.embedded as e; e.stt_available(); e.tts_available();"
        "print(*(m for m in sys.modules if m.split('.')[0] in"
        " {'hibari', 'moonshine_voice', 'onnxruntime', 'pipecat', 'numpy'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.split() == []


@needs_tts
@pytest.mark.skipif(not embedded.stt_available(), reason="moonshine-voice is not installed")
def test_the_engines_leave_nothing_in_the_home_folder(tmp_path: Path) -> None:
    code = (
        "import asyncio, os\n"
        "from frontdesk.services.embedded.models import synthesize, transcribe\n"
        "assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
        "print(asyncio.run(transcribe(asyncio.run(synthesize('Good morning.', 16000)), 16000)))\n"
    )
    kept = {
        name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ
    }
    environ = {**kept, "HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "Good morning."
    assert list(tmp_path.rglob("*")) == []


def test_a_missing_engine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "tts_available", lambda: False)
    monkeypatch.setattr(models, "_hibari", models._Once(models._open_hibari))
    with pytest.raises(FrontdeskError, match="hibari-tts is not installed"):
        EmbeddedTTSService()


@needs_tts
async def test_the_model_is_loaded_once_for_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[object] = []

    def load() -> object:
        loads.append(models._open_hibari())
        return loads[-1]

    monkeypatch.setattr(models, "_hibari", models._Once(load))
    voices = await asyncio.gather(*(asyncio.to_thread(load_tts) for _ in range(8)))
    assert len(loads) == 1
    assert all(voice is loads[0] for voice in voices)


@needs_tts
@pytest.mark.parametrize("rate", [8000, 16000, 24000])
async def test_speech_has_the_rate_that_was_asked_for(rate: int) -> None:
    pcm = await synthesize("Hello there, this is the front desk.", rate)
    samples = np.frombuffer(pcm, dtype="<i2")
    assert 1.5 < len(samples) / rate < 4.0
    assert 3000 < np.abs(samples.astype(int)).max() <= 32767


@needs_tts
async def test_a_higher_speed_takes_less_time() -> None:
    slow = await synthesize("Hello there, this is the front desk.", RATE, speed=0.8)
    fast = await synthesize("Hello there, this is the front desk.", RATE, speed=1.6)
    assert len(fast) < 0.7 * len(slow)


@needs_tts
async def test_each_sentence_comes_as_soon_as_it_is_ready() -> None:
    parts = [pcm async for pcm in sentences("One moment. I will look. Here it is.", RATE)]
    assert len(parts) == 3
    assert all(parts)


@needs_tts
async def test_speaking_does_not_block_the_event_loop() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await synthesize("Hello there, this is the front desk.", RATE)
    ticking.cancel()
    assert ticks > 5


@needs_tts
async def test_a_speak_frame_becomes_audio_text_and_metrics() -> None:
    async with speaking(EmbeddedTTSService()) as (worker, listener):
        await worker.queue_frame(TTSSpeakFrame("Your number is 555-0142. Goodbye."))
        await listener.hears(TTSStoppedFrame)
    kinds = [type(f) for f in listener.frames if isinstance(f, (TTSStartedFrame, TTSStoppedFrame))]
    assert kinds == [TTSStartedFrame, TTSStoppedFrame]
    assert listener.seconds > 2.0
    assert all(f.sample_rate == RATE and f.num_channels == 1 for f in listener.of(TTSAudioRawFrame))
    assert max(len(f.audio) for f in listener.of(TTSAudioRawFrame)) <= 2 * RATE * 0.1
    assert listener.text == ["Your number is 555-0142. Goodbye."]
    measured = [data for frame in listener.of(MetricsFrame) for data in frame.data]
    assert any(isinstance(data, TTFBMetricsData) and data.value > 0 for data in measured)
    assert any(isinstance(data, TTSUsageMetricsData) and data.value == 33 for data in measured)


@needs_tts
async def test_the_sentences_of_one_reply_share_one_context() -> None:
    async with speaking(EmbeddedTTSService()) as (worker, listener):
        for frame in (
            LLMFullResponseStartFrame(),
            LLMTextFrame("Good morning. How "),
            LLMTextFrame("can I help you?"),
            LLMFullResponseEndFrame(),
        ):
            await worker.queue_frame(frame)
        await listener.hears(TTSStoppedFrame)
    assert len(listener.of(TTSStartedFrame)) == 1
    assert [text.strip() for text in listener.text] == ["Good morning.", "How can I help you?"]
    assert len({frame.context_id for frame in listener.of(TTSAudioRawFrame)}) == 1


@needs_tts
async def test_an_interruption_stops_the_audio() -> None:
    text = " ".join(f"This is sentence number {n}, and it goes on for a while." for n in range(30))
    async with speaking(EmbeddedTTSService()) as (worker, listener):
        await worker.queue_frame(TTSSpeakFrame(text))
        await listener.hears(TTSAudioRawFrame)
        await worker.queue_frame(InterruptionFrame())
        await listener.hears(InterruptionFrame)
        interrupted_at = listener.seconds
        await worker.queue_frame(TTSSpeakFrame("Yes?"))
        await listener.hears(TTSTextFrame)
    assert interrupted_at < 60.0
    assert listener.seconds - interrupted_at < 3.0
    assert listener.text == ["Yes?"]


@needs_tts
async def test_a_text_without_words_is_a_pause_and_not_a_silent_service() -> None:
    async with speaking(EmbeddedTTSService()) as (worker, listener):
        await worker.queue_frame(TTSSpeakFrame("🙂"))
        await worker.queue_frame(TTSSpeakFrame("Hello."))
    contexts = {frame.context_id for frame in listener.of(TTSAudioRawFrame)}
    assert contexts == {frame.context_id for frame in listener.of(TTSStartedFrame)}
    assert len(contexts) == 2


@needs_tts
async def test_the_speed_can_change_during_a_call() -> None:
    slow = TTSUpdateSettingsFrame(delta=EmbeddedTTSService.Settings(speed=0.6))
    async with speaking(EmbeddedTTSService()) as (worker, listener):
        await worker.queue_frame(TTSSpeakFrame("Hello there, this is the front desk."))
        await listener.hears(TTSStoppedFrame)
        normal = listener.seconds
        await worker.queue_frame(slow)
        await worker.queue_frame(TTSSpeakFrame("Hello there, this is the front desk."))
    assert listener.seconds - normal > 1.3 * normal
