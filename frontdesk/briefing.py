"""What the agent of one call says first and is told: its texts, filled with all that is known by then."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from loguru import logger
from pipecat.frames.frames import LLMUpdateSettingsFrame
from pipecat.pipeline.worker import PipelineWorker
from pipecat.services.settings import LLMSettings

from frontdesk.agent import AgentConfig, Generated
from frontdesk.agent.prompts import Text, Value, fill
from frontdesk.call import Call
from frontdesk.errors import FrontdeskError
from frontdesk.generators import Generator
from frontdesk.translate import Translator, foreign_texts, why

# Takes down what went wrong: its source, and what it was.
WentWrong = Callable[[str, str], None]


class Briefing:
    """One call's texts. Nothing here waits: what is not known yet takes its fallback.

    That of a generated input is in the agent file; that of a text being translated is the original.
    `role` takes the place of the system prompt once a flow has set it.
    """

    def __init__(self, agent: AgentConfig, call: Call, translator: Translator, went_wrong: WentWrong):
        self.role: str | None = None
        self._agent = agent
        self._call = call
        self._translator = translator
        self._went_wrong = went_wrong
        self._generated: dict[str, str] = {}
        self._translated: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._opening: list[Any] = [
            {"role": each.role, "content": each.content} for each in agent.initial_messages
        ]

    @classmethod
    def begin(
        cls,
        agent: AgentConfig,
        call: Call,
        generators: Mapping[str, Generator],
        translator: Translator,
        went_wrong: WentWrong,
    ) -> "Briefing":
        """Start all generators and translations of a call at once; `close` it when the call is over."""
        briefing = cls(agent, call, translator, went_wrong)
        for name, generated in agent.generated(call).items():
            briefing._start(briefing._generate(name, generated, generators))
        briefing._begin_translations()
        return briefing

    @property
    def language(self) -> str:
        """The language code that the texts are in now."""
        return self._agent.language(self._call)

    def switch(self, language: str) -> None:
        """Go on in another language; what has to be translated first is in its own until then."""
        session = self._call.session.model_copy(update={"language": language})
        self._call = replace(self._call, session=session)
        self._translated.clear()
        self._begin_translations()

    def inputs(self) -> dict[str, Value]:
        """What fills a placeholder now."""
        return self._agent.inputs(self._call, self._generated)

    def greeting(self) -> str | None:
        """The first words as they are to be said now; None when the agent waits for the other side."""
        return self._filled(self._agent.first_words(self._call))

    def instructions(self) -> str:
        """The system prompt as it is now; empty when the agent file has none."""
        if self.role is not None:
            return self.role
        return self._filled(self._agent.system_prompt(self._call)) or ""

    def opening(self) -> list[Any]:
        """The messages that the conversation begins with; they change in place as more is known."""
        self._fill_opening()
        return [*self._opening]

    async def changes(self, told: str) -> AsyncIterator[str]:
        """Each new text of the instructions, from the first that differs from `told` to the last."""
        pending: set[asyncio.Task[None]] = self._tasks
        while True:
            self._fill_opening()
            if (now := self.instructions()) != told:
                told = now
                yield now
            if not pending:
                return
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)

    async def keep_told(self, worker: PipelineWorker, told: str) -> None:
        """Tell the language models of a pipeline, those in reserve too, whenever the instructions change."""
        async for instructions in self.changes(told):
            delta = LLMSettings(system_instruction=instructions)
            await worker.queue_frame(LLMUpdateSettingsFrame(delta=delta, reach_inactive_services=True))

    async def close(self) -> None:
        """Leave behind what has not come to an end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin_translations(self) -> None:
        for text in foreign_texts(self._agent, self._call):
            if known := self._translator.known(text, self.language):
                self._translated[text] = known
            else:
                self._start(self._translate(text))

    def _fill_opening(self) -> None:
        inputs = self.inputs()
        for message, asked in zip(self._opening, self._agent.initial_messages, strict=True):
            message["content"] = fill(asked.content, inputs)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.add(asyncio.create_task(work))

    def _filled(self, text: Text) -> str | None:
        if text.text is None:
            return None
        return fill(self._translated.get(text.text, text.text), self.inputs())

    async def _generate(self, name: str, generated: Generated, generators: Mapping[str, Generator]) -> None:
        """Find the value of one input, or note why it keeps its fallback."""
        try:
            async with asyncio.timeout(generated.timeout):
                run = _named(generated.generator, generators).start(
                    self._call, self._agent, generated.timeout
                )
                self._generated[name] = await asyncio.wrap_future(run)
        except TimeoutError:
            self._lost(name, generated, f"took longer than {generated.timeout:g} s")
        except FrontdeskError as error:
            self._lost(name, generated, str(error))
        except Exception as error:  # the boundary to code that anyone may write
            self._lost(name, generated, f"{type(error).__name__}: {error}", error)

    def _lost(self, name: str, generated: Generated, reason: str, error: Exception | None = None) -> None:
        self._went_wrong(f"generator {generated.generator}", reason)
        log = logger.opt(exception=error) if error else logger
        log.error("Input {} keeps its fallback, its generator {}: {}", name, generated.generator, reason)

    async def _translate(self, text: str) -> None:
        language = self.language
        try:
            translation = await asyncio.wrap_future(self._translator.translate(text, language))
            if self.language == language:  # it may have changed meanwhile
                self._translated[text] = translation
        except Exception as error:  # the boundary to a vendor's client
            self._went_wrong("translation", why(error))
            logger.error("A text is not translated to {}, the original is used: {}", language, why(error))


def _named(name: str, generators: Mapping[str, Generator]) -> Generator:
    if name not in generators:
        raise FrontdeskError("there is no generator of that name")
    return generators[name]
