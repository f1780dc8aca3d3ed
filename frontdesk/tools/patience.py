"""How long an agent waits for a function, and what it says meanwhile: keys among its constants."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from frontdesk.agent.tools import MAX_TIMEOUT_S, TimeLimit, WaitingWords

# key → (the option that it sets, its type, what it must be)
_OPTIONS: dict[str, tuple[str, Any, str]] = {
    "timeout": (
        "time_limit",
        TypeAdapter(TimeLimit),
        f"must be seconds: a number above 0, at most {MAX_TIMEOUT_S}",
    ),
    "say_while_waiting": (
        "say_while_waiting",
        TypeAdapter(WaitingWords),
        "must be a text of up to 500 characters, or a list of up to 20 of them",
    ),
}

KEYS = tuple(_OPTIONS)


def patience(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a tool that its keys without problems set."""
    return {
        option: adapter.validate_python(given[key])
        for key, (option, adapter, _) in _OPTIONS.items()
        if given.get(key) is not None
    }


def patience_problems(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The keys that are wrong, and what each must be."""
    for key, (_, adapter, wanted) in _OPTIONS.items():
        try:
            if given.get(key) is not None:
                adapter.validate_python(given[key])
        except ValidationError:
            yield key, wanted
