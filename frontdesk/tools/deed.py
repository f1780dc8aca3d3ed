"""What a tool has changed, or is changing, in the world."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_jsonable_python

from frontdesk.tools.told import Told


@dataclass
class Deed:
    """One run, for everybody who asks for the same; `asked` are the arguments as the LLM gave them.

    `checked` are those that it runs with. `is_void` tells that it has changed nothing, so that the same may
    be tried again.
    """

    name: str
    checked: Mapping[str, Any]
    task: "asyncio.Task[Told]"
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    is_void: bool = False

    def is_undone_by(self, checked: Mapping[str, Any]) -> bool:
        """Whether a tool that undoes this one means it: its arguments are the same in all that both have."""
        shared = self.checked.keys() & checked.keys()
        return self.task.done() and all(_alike(self.checked[key]) == _alike(checked[key]) for key in shared)


def deed_key(call_id: str, name: str, checked: Mapping[str, Any], undone: int = 0) -> str:
    """The idempotency key: the same for the same tool and arguments in the same call.

    `undone` is how often what the tool does was undone, after which it may be done again.
    """
    plain = to_jsonable_python(checked, fallback=repr)
    text = json.dumps([call_id, name, plain, undone], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _alike(value: Any) -> Any:
    """What two values have in common that mean the same: letters in any case, and any white space."""
    plain = to_jsonable_python(value, fallback=repr)
    return " ".join(plain.casefold().split()) if isinstance(plain, str) else plain
