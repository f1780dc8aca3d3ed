"""µ-law, the sender's clock, the mouth, utterances, the recording."""

import wave
from pathlib import Path

import numpy as np
import pytest
from pipecat.audio.utils import create_file_resampler, pcm_to_ulaw, ulaw_to_pcm

from frontdesk.simulator import mulaw
from frontdesk.simulator.clock import FRAME_S, ticks
from frontdesk.simulator.errors import BadAudio
from frontdesk.simulator.mouth import Mouth
from frontdesk.simulator.recording import Recording
from frontdesk.simulator.speech import load_wav
from frontdesk.simulator.utterance import Segmenter, Span, loud_span
from tests.toy_bot import tone

EVERY_SAMPLE = np.arange(-32768, 32768, dtype="<i2").tobytes()


async def test_mulaw_agrees_with_pipecat_on_every_sample_and_every_code() -> None:
    same_rate = create_file_resampler()
    assert mulaw.encode(EVERY_SAMPLE) == await pcm_to_ulaw(EVERY_SAMPLE, 8000, 8000, same_rate)
    every_code = bytes(range(256))
    assert mulaw.decode(every_code) == await ulaw_to_pcm(every_code, 8000, 8000, same_rate)


class LateClock:
    """A simulated clock whose sleeps are late, by an amount that goes around a table."""

    def __init__(self, lateness: list[float]):
        self._time = 100.0
        self._lateness = lateness
        self._sleeps = 0

    def now(self) -> float:
        return self._time

    async def sleep(self, seconds: float) -> None:
        self._time += seconds + self._lateness[self._sleeps % len(self._lateness)]
        self._sleeps += 1


async def test_the_sender_does_not_drift_on_a_clock_that_wakes_it_late() -> None:
    clock = LateClock([0.001, 0.004, 0.0, 0.012, 0.002])
    late = []
    async for tick in ticks(clock, start=100.0):
        late.append(clock.now() - (100.0 + tick * FRAME_S))
        if tick == 5000:
            break
    assert min(late) > -1e-6
    assert max(late) < 0.013


async def test_the_sender_catches_up_after_a_long_stall() -> None:
    clock = LateClock([0.0] * 10 + [1.0] + [0.0] * 100)
    late = []
    async for tick in ticks(clock, start=100.0):
        late.append(clock.now() - (100.0 + tick * FRAME_S))
        if tick == 100:
            break
    assert max(late) == pytest.approx(1.0)
    assert late[-1] == pytest.approx(0.0)


def test_a_silent_caller_sends_line_noise_that_nobody_takes_for_speech() -> None:
    mouth = Mouth()
    audio = b"".join(mouth.frame() for _ in range(500))
    assert len(audio) == 500 * 320
    assert np.any(np.frombuffer(audio, "<i2"))
    assert loud_span(audio) is None


def test_the_mouth_says_when_it_spoke_without_the_silence_around_it() -> None:
    mouth = Mouth()
    for _ in range(5):
        mouth.frame()
    speech = mouth.say(bytes(1600) + tone(0.5) + bytes(1600))
    frames = [mouth.frame() for _ in range(36)]
    assert speech.spoken and speech.spoken.start == 0.2
    assert speech.spoken.end == pytest.approx(0.7, abs=0.001)
    assert loud_span(b"".join(frames)) is not None
    assert not mouth.speaking


def test_speech_is_said_when_its_last_sound_is_whatever_silence_follows() -> None:
    mouth = Mouth()
    speech = mouth.say(tone(0.02) + bytes(16000))
    mouth.frame()
    assert speech.spoken and mouth.speaking


def test_the_mouth_says_one_thing_after_another() -> None:
    mouth = Mouth()
    first, second = mouth.say(tone(0.02)), mouth.say(tone(0.02))
    mouth.frame()
    assert first.spoken and not second.spoken
    mouth.frame()
    assert second.spoken and second.spoken.start == 0.02


def feed(segmenter: Segmenter, pcm: bytes) -> None:
    for start in range(0, len(pcm), 320):
        segmenter.feed(pcm[start : start + 320])


def test_an_utterance_ends_after_a_gap_and_begins_and_ends_at_its_sound() -> None:
    segmenter = Segmenter(gap=0.8)
    feed(segmenter, bytes(2 * 800) + tone(0.4) + bytes(2 * 2400) + tone(0.2))
    assert segmenter.finished == [] and segmenter.sounding()
    feed(segmenter, bytes(2 * 6400))
    (span,) = segmenter.finished
    assert abs(span.start - 800) <= 2 and abs(span.end - 8000) <= 2
    assert not segmenter.sounding()


def test_an_interruption_ends_an_utterance_at_once() -> None:
    segmenter = Segmenter()
    feed(segmenter, tone(0.2))
    segmenter.finish(interrupted=True)
    feed(segmenter, tone(0.2))
    segmenter.finish()
    assert [span.interrupted for span in segmenter.finished] == [True, False]
    assert segmenter.finished[1] == Span(1600, 3200)


def test_the_recording_is_stereo_with_both_sides_in_step(tmp_path: Path) -> None:
    recording = Recording()
    recording.add(tone(0.02), bytes(320))
    recording.add(bytes(320), tone(0.02, hertz=200))
    path = recording.save(tmp_path / "new" / "call.wav")
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        sides = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    assert sides[:, 0].tobytes() == tone(0.02) + bytes(320)
    assert sides[:, 1].tobytes() == bytes(320) + tone(0.02, hertz=200)
    assert recording.agent(0.02, 0.03) == tone(0.02, hertz=200)[:160]


def test_sides_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="320 bytes of the caller, 2 of the agent"):
        Recording().add(bytes(320), bytes(2))


def write_wav(path: Path, pcm: bytes, rate: int, channels: int = 1, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(pcm)
    return path


def test_a_wav_of_any_rate_and_two_channels_becomes_telephone_audio(tmp_path: Path) -> None:
    both = np.repeat(np.frombuffer(tone(1.0, level=4000), "<i2"), 2).tobytes()
    pcm = load_wav(write_wav(tmp_path / "16k.wav", both, 16000, channels=2))
    assert len(pcm) == 2 * 4000
    assert np.abs(np.frombuffer(pcm, "<i2")).max() == pytest.approx(4000, rel=0.05)


@pytest.mark.parametrize("content", [b"", b"RIFF but not really", None])
def test_a_file_that_is_no_wav_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bad.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadAudio, match=r"bad\.wav"):
        load_wav(path)


def test_a_wav_of_other_samples_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="8-bit samples"):
        load_wav(write_wav(tmp_path / "8bit.wav", bytes(100), 8000, width=1))
