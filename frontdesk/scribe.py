"""Texts that a language model writes once; most are kept in the data folder."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from loguru import logger
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import LLMService

from frontdesk.errors import FrontdeskError

# How long a model may take to let go once it has written, in seconds.
LET_GO_S = 5.0

# One writing of a piece at a time in this process, by the file that it will be in.
_under_way: dict[Path, Future[str]] = {}
_lock = threading.Lock()


class NotWritten(FrontdeskError):
    """The text is not there, and something else has to do."""


class Piece(Protocol):
    """A text to be written."""

    @property
    def path(self) -> Path:
        """The file that it is kept in; another one for another text."""

    @property
    def is_kept(self) -> bool:
        """Whether it is written into that file: not what one call alone can use."""

    @property
    def material(self) -> str:
        """What it is made of: the user's message to the model."""

    @property
    def timeout_s(self) -> float:
        """How long the model may take, in seconds."""

    def instruction(self) -> str:
        """What the model is told to do. Raises NotWritten where it must not be asked at all."""

    def checked(self, answer: str) -> str:
        """The text that an answer without space around it holds. Raises NotWritten where it holds none."""


@dataclass(frozen=True)
class Scribe:
    """Writes with the language model that `make` builds; None is for an agent that has no `llm.utils`."""

    make: Callable[[], LLMService | None]

    def known(self, piece: Piece) -> str | None:
        """The text from the data folder, where someone may have corrected it; None if it has none."""
        try:
            return piece.checked(piece.path.read_text(encoding="utf-8").strip())
        except (OSError, UnicodeDecodeError, NotWritten):
            return None

    def write(self, piece: Piece) -> Future[str]:
        """Begin to write, in a thread that outlives the call; who asks meanwhile gets the same future.

        It raises NotWritten, TimeoutError, or what the vendor's client raises. It may be abandoned.
        """
        path = piece.path
        with _lock:
            if path in _under_way:
                return _under_way[path]
            outcome = _under_way[path] = Future()
        outcome.set_running_or_notify_cancel()
        threading.Thread(target=self._run, args=(outcome, piece, path), name="scribe", daemon=True).start()
        return outcome

    def _run(self, outcome: Future[str], piece: Piece, path: Path) -> None:
        try:
            text = self.known(piece) or asyncio.run(self._ask(piece))
            if piece.is_kept:
                _keep(path, text)
        except Exception as error:  # the boundary to a vendor's client
            _over(path)
            outcome.set_exception(error)
        else:
            _over(path)
            outcome.set_result(text)

    async def _ask(self, piece: Piece) -> str:
        told, llm = piece.instruction(), self.make()
        if llm is None:
            raise NotWritten("the agent has no llm.utils that could write it")
        try:
            async with asyncio.timeout(piece.timeout_s):
                context = LLMContext([{"role": "user", "content": piece.material}])
                answer = await llm.run_inference(context, system_instruction=told)
        finally:
            with suppress(Exception):
                async with asyncio.timeout(LET_GO_S):
                    await llm.cleanup()  # type: ignore[no-untyped-call]
        return piece.checked((answer or "").strip())


def why(error: BaseException, timeout_s: float) -> str:
    """Why there is no text. A vendor's own words may have a key in them, and stay out."""
    if isinstance(error, TimeoutError):
        return f"it took longer than {timeout_s:g} s"
    return str(error) if isinstance(error, FrontdeskError) else type(error).__name__


def _over(path: Path) -> None:
    """Whoever asks from now on asks anew; told before the outcome is, so that nobody gets an old one."""
    with _lock:
        del _under_way[path]


def _keep(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{threading.get_ident()}.tmp")
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        logger.error(f"A text could not be kept under {path.parent}: {error}")
