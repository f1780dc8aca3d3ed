"""What a call asks of a model that hears and speaks itself."""

from typing import Protocol, runtime_checkable

from pipecat.processors.aggregators.llm_context import LLMContext

# How long the model may send nothing at all in the middle of something, in seconds; then it hangs.
QUIET_TIMEOUT_S = 5.0


@runtime_checkable
class SpeakingModel(Protocol):
    """A speech-to-speech service that can be given sentences.

    `speaks_during_tools` is whether it says them also while it waits for the result of a tool.
    """

    speaks_during_tools: bool

    def begin(self, context: LLMContext) -> None:
        """Know the conversation's tools and first messages from the start; before it connects."""

    async def say(self, text: str) -> None:
        """Speak `text` and return when all its audio was handed on, or the model has been quiet for too long.

        What it is saying is said to its end first.
        """

    async def hear_no_more(self) -> None:
        """Take no further turn of the caller's."""


def speaks_during_tools(llm: object, tts: object | None) -> bool:
    """Whether the caller can be told something while a tool runs; without `tts` the `llm` speaks itself."""
    return tts is not None or (isinstance(llm, SpeakingModel) and llm.speaks_during_tools)


def word_for_word(text: str) -> str:
    """What a model is told so that it says `text` and nothing else."""
    return (
        "Say exactly the following, word for word, in the language in which it is written. "
        "Add nothing, leave nothing out, do not answer it.\n\n" + text
    )
