"""The embedded ears: what they make of a telephone's audio, and how they behave in a pipeline."""

import asyncio
import re

import pytest
from pipecat.audio.utils import create_file_resampler, pcm_to_ulaw, ulaw_to_pcm
from pipecat.frames.frames import (
    EndFrame,
    Frame,
    InputAudioRawFrame,
    MetricsFrame,
    TranscriptionFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import ProcessingMetricsData
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.transcriptions.language import Language
from pipecat.workers.runner import WorkerRunner

from frontdesk.errors import FrontdeskError
from frontdesk.services import embedded
from frontdesk.services.embedded import models
from frontdesk.services.embedded.models import load_stt, synthesize, transcribe
from frontdesk.services.embedded.stt import EmbeddedSTTService

needs_stt = pytest.mark.skipif(not embedded.stt_available(), reason="moonshine-voice is not installed")
needs_both = pytest.mark.skipif(
    not (embedded.stt_available() and embedded.tts_available()),
    reason="moonshine-voice and hibari-tts are not both installed",
)

BOUND_S = 20.0
UTTERANCES = [
    "Hello, I would like to book an appointment for Tuesday afternoon.",
    "My name is Anna Keller.",
    "Yes, please.",
    "No, thank you.",
    "Can you tell me what you said?",
    "The food was good, but the service was slow.",
    "What times do you have on Friday?",
    "Goodbye.",
]


def plain(text: str) -> str:
    """Lower case, without punctuation and hyphens: transcripts say "Good-bye" and "p.m."."""
    return re.sub(r"[^a-z0-9 ]", "", text.lower()).strip()


async def over_the_phone(text: str) -> bytes:
    """`text` as the far end of a telephone line sends it, at 16 kHz: 8 kHz µ-law and back."""
    resampler = create_file_resampler()
    ulaw = await pcm_to_ulaw(await synthesize(text, 24000), 24000, 8000, resampler)
    pcm: bytes = await ulaw_to_pcm(ulaw, 8000, 16000, resampler)
    return pcm


class Listener(FrameProcessor):
    """Keeps every frame that reaches it and sets `heard` at the first transcript."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Frame] = []
        self.heard = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.frames.append(frame)
        if isinstance(frame, TranscriptionFrame):
            self.heard.set()
        await self.push_frame(frame, direction)


async def hear(frames: list[Frame], sample_rate: int) -> list[Frame]:
    """Run `frames` through an `EmbeddedSTTService` in a pipeline: all that came out until it ended."""
    listener = Listener()
    params = PipelineParams(audio_in_sample_rate=sample_rate, enable_metrics=True)
    pipeline = Pipeline([EmbeddedSTTService(), listener])
    worker = PipelineWorker(pipeline, params=params, cancel_on_idle_timeout=False)
    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    for frame in frames:
        await worker.queue_frame(frame)
    await worker.queue_frame(EndFrame())
    await asyncio.wait_for(runner.run(), BOUND_S)
    return listener.frames


def utterance(pcm: bytes, sample_rate: int) -> list[Frame]:
    """`pcm` in 20 ms frames between the VAD's two marks."""
    size = 2 * sample_rate // 50
    audio = [
        InputAudioRawFrame(pcm[start : start + size], sample_rate, 1) for start in range(0, len(pcm), size)
    ]
    return [VADUserStartedSpeakingFrame(start_secs=0.2), *audio, VADUserStoppedSpeakingFrame(stop_secs=0.4)]


def test_a_missing_engine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "stt_available", lambda: False)
    monkeypatch.setattr(models, "_moonshine", models._Once(models._open_moonshine))
    with pytest.raises(FrontdeskError, match="moonshine-voice is not installed"):
        EmbeddedSTTService()


@needs_stt
def test_another_language_than_english_is_refused() -> None:
    with pytest.raises(FrontdeskError, match="'es'"):
        EmbeddedSTTService(settings=EmbeddedSTTService.Settings(language=Language.ES))
    EmbeddedSTTService(settings=EmbeddedSTTService.Settings(language=Language.EN_US))


@needs_stt
async def test_the_model_is_loaded_once_for_all_threads_and_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[object] = []

    def load() -> object:
        loads.append(models._open_moonshine())
        return loads[-1]

    monkeypatch.setattr(models, "_moonshine", models._Once(load))
    found = await asyncio.gather(*(asyncio.to_thread(load_stt) for _ in range(8)))
    calls = [EmbeddedSTTService(), EmbeddedSTTService()]
    assert len(loads) == 1
    assert all(model is loads[0] for model in [*found, *(call._transcriber for call in calls)])


@needs_both
@pytest.mark.parametrize("text", UTTERANCES)
async def test_speech_over_a_telephone_line_is_understood(text: str) -> None:
    assert plain(await transcribe(await over_the_phone(text), 16000)) == plain(text)


@needs_both
@pytest.mark.parametrize("rate", [8000, 16000, 48000])
async def test_any_sample_rate_is_understood(rate: int) -> None:
    assert plain(await transcribe(await synthesize(UTTERANCES[0], rate), rate)) == plain(UTTERANCES[0])


@needs_both
async def test_digits_of_a_phone_number_come_back_as_they_were_written() -> None:
    heard = await transcribe(await over_the_phone("My number is 555-0142."), 16000)
    assert re.sub(r"\D", "", heard) == "5550142"


@needs_both
async def test_utterances_at_one_instant_do_not_mix() -> None:
    audio = await asyncio.gather(*(over_the_phone(text) for text in UTTERANCES))
    heard = await asyncio.gather(*(transcribe(pcm, 16000) for pcm in audio))
    assert [plain(text) for text in heard] == [plain(text) for text in UTTERANCES]


@needs_both
async def test_an_utterance_cut_short_leaves_nothing_behind_for_the_next() -> None:
    whole = await over_the_phone("My name is Anna Keller.")
    for part in (0.3, 0.5, 0.7):
        await transcribe(whole[: 2 * int(len(whole) * part / 2)], 16000)
        assert plain(await transcribe(whole, 16000)) == "my name is anna keller"


@needs_stt
@pytest.mark.parametrize("pcm", [b"", bytes(200), bytes(64000)])
async def test_silence_is_no_words(pcm: bytes) -> None:
    assert await transcribe(pcm, 16000) == ""


@needs_both
@pytest.mark.parametrize("rate", [16000, 8000])
async def test_a_segment_that_the_vad_marks_becomes_one_final_transcript(rate: int) -> None:
    pcm = await synthesize("I would like to book an appointment.", rate) + bytes(2 * int(0.4 * rate))
    frames = await hear(utterance(pcm, rate), rate)
    transcripts = [frame for frame in frames if isinstance(frame, TranscriptionFrame)]
    assert [plain(frame.text) for frame in transcripts] == ["i would like to book an appointment"]
    assert transcripts[0].finalized
    assert transcripts[0].language == Language.EN
    measured = [data for frame in frames if isinstance(frame, MetricsFrame) for data in frame.data]
    assert any(isinstance(data, ProcessingMetricsData) and data.value > 0 for data in measured)


@needs_both
async def test_segments_come_out_in_order_and_other_frames_pass() -> None:
    first, second = await over_the_phone("Yes, please."), await over_the_phone("No, thank you.")
    between = TTSSpeakFrame("Hello.")
    frames = await hear([*utterance(first, 16000), between, *utterance(second, 16000)], 16000)
    heard = [plain(frame.text) for frame in frames if isinstance(frame, TranscriptionFrame)]
    assert heard == ["yes please", "no thank you"]
    assert between in frames


@needs_stt
async def test_a_segment_of_silence_gives_no_transcript() -> None:
    frames = await hear(utterance(bytes(32000), 16000), 16000)
    assert not [frame for frame in frames if isinstance(frame, TranscriptionFrame)]


@needs_both
async def test_of_endless_noise_only_the_end_is_transcribed() -> None:
    words = await over_the_phone("My name is Anna Keller.") + bytes(2 * 8000)
    long = await over_the_phone("Yes, please.") + bytes(2 * 16000 * 30) + words
    frames = await hear(utterance(long, 16000), 16000)
    heard = [plain(frame.text) for frame in frames if isinstance(frame, TranscriptionFrame)]
    assert heard == ["my name is anna keller"]
