"""Speech for the phone: text or a WAV file to telephone audio, and back to text."""

import wave
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from frontdesk.services import embedded
from frontdesk.simulator.clock import SAMPLE_RATE
from frontdesk.simulator.errors import BadAudio


def missing_engines() -> list[str]:
    """The packages to install before the phone can speak text and write down what it hears."""
    missing = []
    if not embedded.tts_available():
        missing.append("hibari-tts")
    if not embedded.stt_available():
        missing.append("moonshine-voice")
    return missing


def load_engines() -> None:
    """Load the embedded STT and TTS, which takes about a second; blocks."""
    from frontdesk.services.embedded import models

    models.load_tts()
    models.load_stt()


async def synthesize(text: str, speed: float = 1.0) -> bytes:
    """Text to 16-bit mono PCM at 8 kHz, by the embedded TTS."""
    from frontdesk.services.embedded import models

    return await models.synthesize(text, SAMPLE_RATE, speed=speed)


async def transcribe(pcm: bytes, sample_rate: int = SAMPLE_RATE) -> str:
    """16-bit mono PCM to text, by the embedded STT."""
    from frontdesk.services.embedded import models

    return await models.transcribe(pcm, sample_rate)


def load_wav(path: Path) -> bytes:
    """A WAV file as 16-bit mono PCM at 8 kHz.

    Raises BadAudio unless it is readable and holds 16-bit PCM.
    """
    try:
        with wave.open(str(path), "rb") as file:
            width, rate, channels = file.getsampwidth(), file.getframerate(), file.getnchannels()
            data = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise BadAudio(f"{path}: {error}") from error
    if width != 2:
        raise BadAudio(f"{path}: {8 * width}-bit samples; the phone plays 16-bit PCM")
    samples = np.frombuffer(data, dtype="<i2").reshape(-1, channels).mean(axis=1)
    resampled: NDArray[np.float64] = soxr.resample(samples, rate, SAMPLE_RATE)
    return np.clip(resampled, -32768, 32767).astype("<i2").tobytes()
