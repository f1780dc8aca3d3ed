"""The language of one call, which may change."""

from collections.abc import Sequence

from pipecat.frames.frames import LLMUpdateSettingsFrame
from pipecat.pipeline.worker import PipelineWorker
from pipecat.services.settings import LLMSettings

from frontdesk.agent import AgentConfig
from frontdesk.agent.types import language_code
from frontdesk.briefing import Briefing
from frontdesk.errors import ToolError
from frontdesk.language import base_language
from frontdesk.phrases import Phrases, phrases
from frontdesk.services.retune import updates
from frontdesk.services.services import Services


class Tongue:
    """What one call is held in."""

    def __init__(self, agent: AgentConfig, services: Services, briefing: Briefing):
        self._agent = agent
        self._services = services
        self._briefing = briefing

    def language(self) -> str:
        """The language code that the call is in now."""
        return self._briefing.language

    def phrases(self) -> Phrases:
        """What the agent says of its own accord, in the language of now."""
        return phrases(self.language())

    async def switch(self, wanted: str, allowed: Sequence[str], worker: PipelineWorker) -> str:
        """Hear, think and speak in another language from now on; its code, as agent files write it.

        `allowed` are the codes to choose from; empty, any that the services of the call know. Raises
        ToolError, with nothing changed, for any other.
        """
        code = _allowed(wanted, allowed)
        retuned = updates(self._services.members, self._agent, self.language(), code)
        self._briefing.switch(code)
        for service, update in retuned:
            await service.queue_frame(update)
        await self._tell(worker)
        return code

    async def _tell(self, worker: PipelineWorker) -> None:
        """Give the language model its part in the language of now, before it is asked for anything else."""
        if not (instructions := self._briefing.instructions()):
            return
        delta = LLMSettings(system_instruction=instructions)
        update = LLMUpdateSettingsFrame(delta=delta, reach_inactive_services=True)
        await self._services.llm.queue_frame(update)
        worker.create_task(self._briefing.keep_told(worker, instructions), "keep_told")


def _allowed(wanted: str, allowed: Sequence[str]) -> str:
    """The code of a language that may be switched to: the nearest that is allowed. Raises ToolError."""
    code = language_code(wanted)
    if code is None:
        raise ToolError(f"{wanted[:40]!r} is no language code such as es or pt-BR")
    if not allowed or code in allowed:
        return code
    near = [each for each in allowed if base_language(each) == base_language(code)]
    if not near:
        raise ToolError(f"{code} is not spoken here; choose one of: {', '.join(allowed)}")
    return near[0]
