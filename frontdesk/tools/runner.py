"""Using tools for an LLM: arguments checked, results as JSON, errors as data, and never raising."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loguru import logger

from frontdesk.errors import WrongArguments
from frontdesk.services.arguments import is_readable
from frontdesk.tools.attempt import attempt, checked
from frontdesk.tools.context import ToolContext
from frontdesk.tools.deed import Deed, deed_key
from frontdesk.tools.told import Told
from frontdesk.tools.tool import Tool

# After so many failures in a row a tool is offered no more in the call.
MAX_FAILURES = 3

# After so many uses in a row of tools that there are not, the LLM has no turn until the caller has spoken.
MAX_REFUSALS = 5

# Within so many seconds they were asked for at once, or nearly.
AT_ONCE_S = 2.0

# How much longer than its time limit a tool may take to let go when the call is over, in seconds.
LET_GO_S = 1.0

DONE_BEFORE = "This was already done in this call with the same arguments; it was not done again"
NOT_AGAIN = "It was not tried again, because it may have worked the first time"
NO_MORE = "{} is not available any more in this call: go on without it, and tell the other side so"

# The context of one use of a tool, with its idempotency key.
MakeContext = Callable[[Tool, str], ToolContext]


@dataclass(frozen=True)
class Outcome:
    """What the LLM is told of one use; never empty. `has_turn`: whether the LLM speaks next."""

    result: Told
    has_turn: bool = True


class ToolRunner:
    """The tools of one call, by name.

    `went_wrong` gets crashes and timeouts, for the record. `retired` are the tools that failed too often;
    everybody in `on_retired` is told the name of one before the LLM gets its last result. Who is in
    `on_stuck` is told where an LLM that asks for nothing but tools that there are not has no further turn.
    """

    def __init__(
        self,
        tools: Sequence[Tool],
        make_context: MakeContext,
        call_id: str,
        went_wrong: Callable[[str], None],
    ):
        self.tools = {tool.name: tool for tool in tools}
        self.retired: set[str] = set()
        self.on_retired: list[Callable[[str], Awaitable[None]]] = []
        self.on_stuck: list[Callable[[], Awaitable[None]]] = []
        self._make_context = make_context
        self._call_id = call_id
        self._went_wrong = went_wrong
        self._deeds: dict[str, Deed] = {}
        self._undone: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._refused = 0
        self._told_stuck = -AT_ONCE_S
        self._has_ended = False

    async def use(self, name: str, given: Mapping[str, Any]) -> Outcome:
        """Run a tool for the LLM; nothing is raised."""
        if name not in self.tools or name in self.retired:
            return await self.refuse(name, self.tools.keys() - self.retired)
        tool = self.tools[name]
        told = await self._count(name, await self._checked(tool, given))
        if tool.options.ends_call and "error" not in told:
            self._has_ended = True
        return Outcome(told, has_turn=not self._has_ended)

    async def refuse(self, name: str, offered: Iterable[str]) -> Outcome:
        """The answer to an LLM that asks for a tool that it was not offered; in the end it has no turn."""
        self._refused += 1
        if self._refused >= MAX_REFUSALS:
            logger.warning(f"the LLM asked {self._refused} times in a row for tools that there are not")
            await self._stuck()
        if name in self.retired:
            return self._answer(NO_MORE.format(name))
        names = ", ".join(sorted(offered)) or "none"
        return self._answer(f"there is no tool {name[:64]!r} now; the tools that there are: {names}")

    async def close(self) -> list[tuple[Deed, Told]]:
        """The call is over: let what changes the world come to its end; all that did, and how."""
        late = [deed for deed in self._deeds.values() if not deed.task.done()]
        limit = max((self.tools[deed.name].options.time_limit for deed in late), default=0.0) + LET_GO_S
        try:
            if late:
                await asyncio.wait([deed.task for deed in late], timeout=limit)
            return [(deed, deed.task.result()) for deed in self._deeds.values() if deed.task.done()]
        finally:
            for deed in late:
                deed.task.cancel()

    def _answer(self, words: str) -> Outcome:
        has_turn = not self._has_ended and self._refused < MAX_REFUSALS
        return Outcome(Told.failure(words), has_turn)

    async def _stuck(self) -> None:
        """Tell that the LLM says nothing further; once for all that it wants at once."""
        now = asyncio.get_running_loop().time()
        if now - self._told_stuck < AT_ONCE_S:
            return
        self._told_stuck = now
        for tell in self.on_stuck:
            await tell()

    async def _checked(self, tool: Tool, given: Mapping[str, Any]) -> Told:
        if not is_readable(given):
            return Told.failure("wrong arguments: they were not one JSON object; call the tool again")
        try:
            arguments = checked(tool, given, self._wrong)
        except WrongArguments as error:
            return Told.failure(f"wrong arguments: {error}")
        return await self._told(tool, arguments, given)

    async def _told(self, tool: Tool, arguments: dict[str, Any], given: Mapping[str, Any]) -> Told:
        same = deed_key(self._call_id, tool.name, arguments)
        key = deed_key(self._call_id, tool.name, arguments, self._undone[same])
        if not tool.options.changes_world:
            told, _ = await attempt(tool, self._make_context(tool, key), arguments, self._wrong)
            return told
        deed = self._deeds.get(key)
        if deed is None or deed.is_void:
            deed = self._begin(tool, arguments, key)
        elif deed.task.done():
            told = deed.task.result()
            return told.with_word(NOT_AGAIN if told.failed else DONE_BEFORE)
        deed.asked.append(given)
        return await asyncio.shield(deed.task)

    def _begin(self, tool: Tool, arguments: dict[str, Any], key: str) -> Deed:
        """Run what changes the world in a task of its own, which neither barge-in nor the hang-up ends."""

        async def run() -> Told:
            told, may_have_changed = await attempt(
                tool, self._make_context(tool, key), arguments, self._wrong
            )
            if not may_have_changed:
                self._deeds[key].is_void = True
            elif not told.failed:
                self._undo(tool, arguments)
            return told

        task = asyncio.create_task(run(), name=f"tool {tool.name}")
        self._deeds[key] = Deed(tool.name, arguments, task)
        return self._deeds[key]

    def _undo(self, tool: Tool, arguments: Mapping[str, Any]) -> None:
        """Let what this tool has undone with these arguments be done again."""
        names = tool.options.undoes
        undone = [
            deed for deed in self._deeds.values() if deed.name in names and deed.is_undone_by(arguments)
        ]
        self._undone.update({deed_key(self._call_id, deed.name, deed.checked) for deed in undone})

    def _wrong(self, message: str) -> None:
        logger.error(message)
        self._went_wrong(message)

    async def _count(self, name: str, told: Told) -> Told:
        """Count failures in a row, and offer the tool no more after too many; the LLM can always hang up."""
        if not told.failed:
            self._refused = 0
        self._failures[name] = self._failures[name] + 1 if told.failed else 0
        if self._failures[name] < MAX_FAILURES or name in self.retired or self.tools[name].options.ends_call:
            return told
        self.retired.add(name)
        logger.warning(f"tool {name} failed {MAX_FAILURES} times in a row and is offered no more")
        for tell in self.on_retired:
            await tell(name)
        return told.with_word(NO_MORE.format(name))
