"""What Frontdesk's own tools do to a call."""

from pipecat.pipeline.worker import PipelineWorker

from frontdesk.errors import ToolError


class Actions:
    """The actions of one call, through its pipeline."""

    def __init__(self) -> None:
        self._worker: PipelineWorker | None = None

    def attach(self, worker: PipelineWorker) -> None:
        """The worker of the call."""
        self._worker = worker

    async def press(self, digits: str) -> None:
        """Send digits as tones, behind what is being said."""
        raise ToolError("digits cannot be sent on this call")

    async def switch_language(self, language: str) -> None:
        """Hear, think and speak in another language from now on."""
        raise ToolError("the language cannot be changed on this call")
