"""The words for the time that a tool takes: its own, those that a language model made, or fixed ones."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from loguru import logger

from frontdesk.agent import AgentConfig, Generated
from frontdesk.agent.prompts import Value, fill, in_language, placeholders
from frontdesk.call import Call
from frontdesk.environment import data_dir
from frontdesk.phrases import phrases
from frontdesk.scribe import NotWritten, Scribe, why
from frontdesk.tools import Tool

# How long the language model may take to make them, in seconds; no call waits for it.
TIMEOUT_S = 30.0

# How many sentences are asked for, and the fewest that are of use.
COUNT, FEWEST = 5, 2

# The longest sentence, in characters: it holds up the answer of a tool that is done meanwhile.
LONGEST = 100

_INSTRUCTION = (
    "A phone agent uses a tool while a caller waits on the line. You write what it says meanwhile, so that "
    "the line is not silent. How it is to sound:\n\n{prompt}\n\n"
    "The user's message names the tool and what it is for. Write {count} different sentences in the "
    "language whose code is {language}, the best one for a first wait at the top. Each is at most twelve "
    "words, asks nothing, and promises nothing of the outcome. Write each on a line of its own, without a "
    "number, without quotes, and nothing else."
)

# Stands for a call that brings nothing of its own.
_ANY_CALL = Call(id="any", carrier="none")

# What models put before a line of a list, and around it.
_MARKER = re.compile(r"^(?:[-*•–]|\d{1,2}[.)])\s+")
_QUOTES = "\"'“”„«» "


@dataclass(frozen=True)
class WaitingWords:
    """The words to make for one tool, one on a line; `prompt` has its placeholders filled."""

    prompt: str
    language: str
    material: str
    is_kept: bool = True

    @classmethod
    def of(cls, tool: Tool, prompt: str, language: str, is_kept: bool = True) -> "WaitingWords":
        """What `prompt` and a tool make together."""
        return cls(prompt, language, f"{tool.name}: {tool.description}", is_kept)

    @property
    def path(self) -> Path:
        """The file of the words; another prompt, language or tool gets another one."""
        digest = hashlib.sha256("\n".join((self.language, self.prompt, self.material)).encode()).hexdigest()
        return data_dir() / "waiting" / f"{digest[:32]}.txt"

    @property
    def timeout_s(self) -> float:
        """How long the model may take, in seconds."""
        return TIMEOUT_S

    def instruction(self) -> str:
        """What the model is told to do."""
        return _INSTRUCTION.format(prompt=self.prompt, count=COUNT, language=self.language)

    def checked(self, answer: str) -> str:
        """The sentences, one on a line. Raises NotWritten where too few of them can be said."""
        lines = [_MARKER.sub("", line.strip()).strip(_QUOTES) for line in answer.splitlines()]
        sentences = [*dict.fromkeys(line for line in lines if line and len(line) <= LONGEST)][:COUNT]
        if len(sentences) < FEWEST:
            raise NotWritten(f"the answer had {len(sentences)} sentences of up to {LONGEST} characters")
        return "\n".join(sentences)


class Waiting:
    """What the caller of one call hears while a tool runs; nothing here waits.

    `tools` are the tools that there are by now, `language` and `inputs` what the call is in and what fills a
    placeholder. Without a `scribe` no words are made.
    """

    def __init__(
        self,
        agent: AgentConfig,
        tools: Mapping[str, Tool],
        language: Callable[[], str],
        inputs: Callable[[], Mapping[str, Value]],
        scribe: Scribe | None,
    ):
        self._agent = agent
        self._tools = tools
        self._language = language
        self._inputs = inputs
        self._scribe = scribe
        self._asked: dict[tuple[str, str], Future[str]] = {}  # by tool and language

    def prepare(self) -> None:
        """Begin to make the words of every tool that has none."""
        for name in self._tools:
            self.own(name)

    def own(self, name: str) -> Sequence[str] | None:
        """The words of a tool in the language of now, none where there are none yet.

        None itself is for a tool that ends the call, which has words of its own.
        """
        tool = self._tools.get(name)
        if tool is None or tool.options.say_while_waiting:
            return tool.options.say_while_waiting if tool else ()
        return None if tool.options.ends_call else self._made(tool)

    def common(self) -> Sequence[str]:
        """Words for every tool in the language of now."""
        return phrases(self._language()).waiting

    def _made(self, tool: Tool) -> Sequence[str]:
        language = self._language()
        prompt = in_language(self._agent.prompts.quick_response, language).text
        if self._scribe is None or prompt is None:
            return ()
        asked = self._asked.get((tool.name, language))
        if asked is None:
            filled = fill(prompt, self._inputs())
            words = WaitingWords.of(tool, filled, language, _is_shared(prompt, filled, self._agent))
            asked = self._asked[tool.name, language] = _written(self._scribe, words, tool.name)
        return asked.result().splitlines() if asked.done() and not asked.exception() else ()


def prepare_ahead(agent: AgentConfig, tools: Iterable[Tool], scribe: Scribe) -> None:
    """Begin to make the words that all calls in the agent's own language share; a failure is logged."""
    prompt = in_language(agent.prompts.quick_response, agent.own_language).text
    if prompt is None or not _is_fixed(prompt, agent):
        return
    by_name = {tool.name: tool for tool in tools}
    Waiting(agent, by_name, lambda: agent.own_language, lambda: agent.inputs(_ANY_CALL), scribe).prepare()


def _is_fixed(prompt: str, agent: AgentConfig) -> bool:
    """Whether a prompt is the same in every call, unless a session replaces an input."""
    fixed = {name for name, value in agent.agent_inputs.items() if not isinstance(value, Generated)}
    return fixed | {"language_code"} >= {*placeholders(prompt)}


def _is_shared(prompt: str, filled: str, agent: AgentConfig) -> bool:
    """Whether a prompt, as it is filled in one call, is that of any other: a session may have changed it."""
    return _is_fixed(prompt, agent) and filled == fill(prompt, agent.inputs(_ANY_CALL))


def _written(scribe: Scribe, words: WaitingWords, name: str) -> Future[str]:
    if known := scribe.known(words):
        done: Future[str] = Future()
        done.set_result(known)
        return done
    writing = scribe.write(words)
    writing.add_done_callback(lambda outcome: _log_failure(outcome, name))
    return writing


def _log_failure(outcome: Future[str], name: str) -> None:
    if error := outcome.exception():
        logger.warning("Fixed words are said while {} runs, none were made: {}", name, why(error, TIMEOUT_S))
