"""What is left of an agent file without its mistakes, so that the rest of it is checked as well."""

import copy
from collections.abc import Collection, Iterator
from typing import Any

from pydantic import ValidationError

from frontdesk.agent.document import KeyPath
from frontdesk.agent.problems import path_in
from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.types import Known

# Taking a mistake out may bring another to light, for as many times as there are levels of keys.
MAX_ROUNDS = 8

# A section says nothing without the name of its vendor.
VENDOR = ("vendor", "voice_provider")


def salvage(data: dict[str, Any], known: Known) -> tuple[AgentConfig | None, set[KeyPath]]:
    """The agent that a file's data make without what is wrong in them, and the paths of what was taken out.

    None where nothing valid is left.
    """
    data, taken = copy.deepcopy(data), set[KeyPath]()
    for _ in range(MAX_ROUNDS):
        try:
            return AgentConfig.model_validate(data, context=known), taken
        except ValidationError as error:
            faulty = {path for path in _faulty(data, error) if path}
        for path in faulty:
            _take(data, path)
        taken |= faulty
    return None, taken


def is_sound(path: KeyPath, taken: Collection[KeyPath]) -> bool:
    """Whether what is said of a path holds for the whole file, and not for the lack of what was taken out."""
    return ("realtime",) not in taken and not any(path[: len(gone)] == gone for gone in taken)


def _faulty(data: dict[str, Any], error: ValidationError) -> Iterator[KeyPath]:
    """The paths to take out: a whole list for what is wrong in it, a whole section for its vendor."""
    for detail in error.errors(include_url=False, include_context=False, include_input=False):
        path = path_in(data, detail)
        index = next((place for place, key in enumerate(path) if isinstance(key, int)), len(path))
        whole = detail["type"] == "missing" or (path[-1:] and path[-1] in VENDOR)
        yield (path[:-1] if whole else path)[:index]


def _take(data: Any, path: KeyPath) -> None:
    for key in path[:-1]:
        if not isinstance(data, dict):
            return
        data = data.get(key)
    if isinstance(data, dict):
        data.pop(path[-1], None)
