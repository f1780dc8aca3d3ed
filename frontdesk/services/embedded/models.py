"""The embedded speech models: loaded once per process, shared by every call."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import soxr

from frontdesk.errors import FrontdeskError
from frontdesk.services.embedded import stt_available, tts_available
from frontdesk.services.embedded.spoken import spoken

if TYPE_CHECKING:
    from hibari import Hibari
    from moonshine_voice import Transcriber

STT_SAMPLE_RATE = 16000
# Its own default splits utterances and drops words; at 0 it hears words in noise.
STT_OPTIONS = {"vad_threshold": 0.1}
# Its voice detector carries over from one utterance to the next, which then begins with a "You" that nobody
# said, unless it hears silence in between; 0.5 s is too short in one of 20.
STT_SILENCE_S = 1.0

Model = TypeVar("Model")


class _Once(Generic[Model]):
    """A model that the first caller loads while the others wait."""

    def __init__(self, load: Callable[[], Model]):
        self._load = load
        self._lock = Lock()
        self._model: Model | None = None

    def __call__(self) -> Model:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model


def _open_moonshine() -> "Transcriber":
    if not stt_available():
        raise FrontdeskError("embedded speech to text: the package moonshine-voice is not installed")
    from moonshine_voice import ModelArch, Transcriber, get_model_path

    return Transcriber(get_model_path("tiny-en"), ModelArch.TINY, options=STT_OPTIONS)


def _open_hibari() -> "Hibari":
    if not tts_available():
        raise FrontdeskError("embedded text to speech: the package hibari-tts is not installed")
    from hibari import Hibari

    voice = Hibari()
    # Lexicon and tagger load with the first word: not while a caller waits.
    voice("Hello.")
    return voice


_moonshine = _Once(_open_moonshine)
_hibari = _Once(_open_hibari)

# Moonshine gives garbage when two threads share it: its one thread is the lock.
_listening = ThreadPoolExecutor(max_workers=1, thread_name_prefix="moonshine")
_speaking = ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1), thread_name_prefix="hibari")


def load_stt() -> "Transcriber":
    """Load Moonshine, once per process; only `transcribe` may use what is returned.

    Raises FrontdeskError when its package is not installed.
    """
    return _moonshine()


def load_tts() -> "Hibari":
    """Load hibari, once per process, and speak a word with it so that the first sentence is not late.

    Raises FrontdeskError when its package is not installed.
    """
    return _hibari()


async def transcribe(pcm: bytes, sample_rate: int) -> str:
    """The words in `pcm` (16-bit mono at `sample_rate` Hz), or "". Utterances wait for each other."""
    return await asyncio.get_running_loop().run_in_executor(_listening, _transcribe, pcm, sample_rate)


async def synthesize(text: str, sample_rate: int, *, speed: float = 1.0) -> bytes:
    """`text` spoken, as 16-bit mono PCM at `sample_rate` Hz; `speed` is 0.5 (slow) to 2.0 (fast)."""
    return b"".join([pcm async for pcm in sentences(text, sample_rate, speed=speed)])


async def sentences(text: str, sample_rate: int, *, speed: float = 1.0) -> AsyncIterator[bytes]:
    """`text` spoken sentence by sentence, each as soon as it is ready; arguments as for `synthesize`."""
    loop = asyncio.get_running_loop()
    phonemes = await loop.run_in_executor(_speaking, _phonemes, text)
    for sentence in phonemes:
        yield await loop.run_in_executor(_speaking, _speak, sentence, sample_rate, speed)


def _transcribe(pcm: bytes, sample_rate: int) -> str:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32) / 32768.0
    silence = np.zeros(int(STT_SILENCE_S * STT_SAMPLE_RATE), np.float32)
    samples = np.concatenate([soxr.resample(samples, sample_rate, STT_SAMPLE_RATE), silence])
    heard = load_stt().transcribe_without_streaming(samples.tolist(), STT_SAMPLE_RATE)
    return " ".join(line.text.strip() for line in heard.lines).strip()


def _phonemes(text: str) -> list[str]:
    phonemes: list[str] = load_tts().phonemize(spoken(text))
    return phonemes


def _speak(phonemes: str, sample_rate: int, speed: float) -> bytes:
    voice = load_tts()
    samples = soxr.resample(voice.from_phonemes(phonemes, speed), voice.sample_rate, sample_rate)
    pcm: bytes = (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
    return pcm
