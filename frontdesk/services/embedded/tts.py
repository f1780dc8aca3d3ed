"""Text to speech without an account: the hibari voice that calls share."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from pipecat.frames.frames import Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.transcriptions.language import Language
from pipecat.utils.tracing.service_decorators import traced_tts
from pipecat.utils.types import NOT_GIVEN, NotGiven, assert_given

from frontdesk.services.embedded.models import load_tts, sentences

MODEL = "hibari"
VOICE = "heart"
# Seconds of audio in one frame: little enough that hardly any is under way when the caller barges in.
CHUNK_S = 0.1
# What a text without a word in it (an emoji, say) sounds like: pipecat takes a silent service for broken.
PAUSE_S = 0.1


@dataclass
class EmbeddedTTSSettings(TTSSettings):
    """Settings of `EmbeddedTTSService`; `speed` is 0.5 (slow) to 2.0 (fast), the voice is always the same."""

    speed: float | NotGiven = field(default_factory=lambda: NOT_GIVEN)


class EmbeddedTTSService(TTSService):
    """English text to speech by hibari: 16-bit mono at the pipeline's output rate, in chunks of 0.1 s.

    Each sentence goes out as soon as it is ready; the text follows its audio into the context. Raises
    FrontdeskError when the engine is not installed.
    """

    Settings = EmbeddedTTSSettings
    _settings: EmbeddedTTSSettings

    def __init__(self, *, settings: EmbeddedTTSSettings | None = None, **kwargs: Any):
        """`kwargs` go to pipecat's TTSService."""
        load_tts()
        own = self.Settings(model=MODEL, voice=VOICE, language=Language.EN, speed=1.0)
        if settings is not None:
            own.apply_update(settings)
        super().__init__(push_start_frame=True, push_stop_frames=True, settings=own, **kwargs)

    def can_generate_metrics(self) -> bool:
        """True: time to first byte, processing time and characters are reported."""
        return True

    @traced_tts
    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Yield the audio of `text` in TTSAudioRawFrames of at most 0.1 s."""
        await self.start_tts_usage_metrics(text)
        spoke = False
        async for pcm in sentences(text, self.sample_rate, speed=assert_given(self._settings.speed)):
            await self.stop_ttfb_metrics()
            for chunk in self._chunks(pcm):
                spoke = True
                yield self._frame(chunk, context_id)
        if not spoke:
            yield self._frame(bytes(2 * int(self.sample_rate * PAUSE_S)), context_id)

    def _chunks(self, pcm: bytes) -> list[bytes]:
        size = 2 * int(self.sample_rate * CHUNK_S)
        return [pcm[start : start + size] for start in range(0, len(pcm), size)]

    def _frame(self, pcm: bytes, context_id: str) -> TTSAudioRawFrame:
        return TTSAudioRawFrame(pcm, self.sample_rate, 1, context_id=context_id)
