"""A generator: a function that computes an input's value for one call."""

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from frontdesk.agent import AgentConfig
from frontdesk.call import Call
from frontdesk.errors import FrontdeskError

# How many runs of one generator may be under way at once; one that hangs must not fill the process.
MAX_RUNNING = 100

# The longest value that a generator may put into a prompt, in characters.
MAX_VALUE = 20_000


class GeneratorError(FrontdeskError):
    """A generator that could not be run, or that returned what no prompt can hold."""


@dataclass(frozen=True)
class Generator:
    """A function of the call and its agent, sync or async, that returns text, a number, true or false."""

    name: str
    function: Callable[[Call, AgentConfig], Any]
    _free: threading.Semaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MAX_RUNNING), compare=False, repr=False
    )

    def start(self, call: Call, agent: AgentConfig, limit_s: float) -> Future[str]:
        """Run it in a daemon thread, an async one in an event loop there: whatever it does, nobody waits.

        An async one is cancelled after `limit_s` seconds; a sync one cannot be, and is left behind. The
        future raises what the function raises, TimeoutError, or GeneratorError. It may be abandoned.
        """
        outcome: Future[str] = Future()
        outcome.set_running_or_notify_cancel()
        if not self._free.acquire(blocking=False):
            outcome.set_exception(GeneratorError(f"{MAX_RUNNING} runs of it have not come to an end"))
            return outcome
        run = contextvars.copy_context().run
        arguments = (self._run, outcome, call, agent, limit_s)
        thread = threading.Thread(target=run, args=arguments, name=f"generator {self.name}", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the machine has no thread left
            self._free.release()
            outcome.set_exception(error)
        return outcome

    def _run(self, outcome: Future[str], call: Call, agent: AgentConfig, limit_s: float) -> None:
        try:
            outcome.set_result(_as_text(self._value(call, agent, limit_s)))
        except Exception as error:
            outcome.set_exception(error)
        except BaseException as error:  # sys.exit() and the like must not pass for the end of the process
            outcome.set_exception(GeneratorError(f"{type(error).__name__}: {error}"))
        finally:
            self._free.release()

    def _value(self, call: Call, agent: AgentConfig, limit_s: float) -> Any:
        value = self.function(call, agent)
        return asyncio.run(asyncio.wait_for(value, limit_s)) if inspect.iscoroutine(value) else value


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise GeneratorError(f"it returned {type(value).__name__}, not text, a number, true or false")
    text = "".join(character for character in str(value) if character.isprintable() or character in "\n\t")
    if len(text) > MAX_VALUE:
        raise GeneratorError(f"it returned {len(text)} characters; {MAX_VALUE} are allowed")
    return text
