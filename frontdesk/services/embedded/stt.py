"""Speech to text without an account: pipecat's Moonshine service on the model that calls share."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Any

from loguru import logger
from pipecat.frames.frames import Frame, TranscriptionFrame
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from frontdesk.errors import FrontdeskError
from frontdesk.services.embedded import stt_available
from frontdesk.services.embedded.models import load_stt, transcribe

# pipecat's module cannot be imported without the engine; the class then only says what is missing.
if TYPE_CHECKING or stt_available():
    from moonshine_voice import Transcriber
    from pipecat.services.moonshine.stt import MoonshineSTTService as _BaseService
    from pipecat.services.moonshine.stt import MoonshineSTTSettings
else:
    from pipecat.services.stt_service import SegmentedSTTService as _BaseService

MODEL = "tiny"
LANGUAGE = Language.EN
# How long a transcript may take after the end of speech, in seconds; the slowest of ten at once took 1.6.
TTFS_P99_S = 1.0
# Speech without a pause for longer is music or a television; the calls wait for each other's segments.
SEGMENT_MAX_S = 30.0


class EmbeddedSTTService(_BaseService):
    """English speech to text by Moonshine tiny-en, one transcript per segment that the VAD marks.

    Nothing is downloaded, and the model is loaded once for all calls. Audio may have any sample rate; 16 kHz
    is the model's own. Raises FrontdeskError when the engine is not installed or the language is not English.
    """

    _settings: "MoonshineSTTSettings"

    def __init__(self, *, settings: "MoonshineSTTSettings | None" = None, **kwargs: Any):
        """`kwargs` go to pipecat's service."""
        load_stt()
        own = self.Settings(model=MODEL, language=LANGUAGE)
        if settings is not None:
            own.apply_update(settings)
        # `transcribe` adds its own silence after the segment.
        defaults = {"trailing_silence_secs": 0.0, "ttfs_p99_latency": TTFS_P99_S}
        super().__init__(settings=own, **(defaults | kwargs))
        # The base pins 16 kHz; `transcribe` resamples whatever the pipeline has.
        self._init_sample_rate = None

    def _load(self) -> "Transcriber":
        language = self._settings.language
        if language != LANGUAGE:
            raise FrontdeskError(f"embedded speech to text: language: {language!r}: only 'en' is there")
        return load_stt()

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame, None]:
        """Yield a TranscriptionFrame for one segment (16-bit mono PCM) unless nothing was said in it."""
        await self.start_processing_metrics()
        text = await transcribe(self._bounded(audio), self.sample_rate)
        await self.stop_processing_metrics()
        if text:
            await self._handle_transcription(text, True, LANGUAGE)
            yield TranscriptionFrame(text, self._user_id, time_now_iso8601(), LANGUAGE)

    def _bounded(self, audio: bytes) -> bytes:
        size = 2 * int(SEGMENT_MAX_S * self.sample_rate)
        if len(audio) > size:
            logger.warning(f"{self}: a segment longer than {SEGMENT_MAX_S:g} s; only its end is transcribed")
        return audio[-size:]
