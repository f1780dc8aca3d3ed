"""What to write in place of a value of the wrong shape."""

import functools
import json
import operator
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from frontdesk.agent.document import QUOTES, Document, KeyPath
from frontdesk.agent.keys import keys_at, takes_text

MAX_SHOWN = 60


def quotes(document: Document, path: KeyPath, model: type[BaseModel]) -> str:
    """What to say where `{name}` without quotes stands for a text: YAML takes it for a key without value."""
    for at in (path, path[:-1]):
        value = _value_at(document, at)
        if _only_keys(value) and takes_text(model, at):
            return f"; {QUOTES}"
    return ""


def right_shape(document: Document, path: KeyPath, detail: ErrorDetails, model: type[BaseModel]) -> str:
    """How a value that should be a list or keys is written: `; write ["+15550001111"]`; "" for any other."""
    value = document.raw.get(path, detail["input"])
    if detail["type"] == "list_type":
        return f"; write [{_quoted(value)}]" if isinstance(value, str) else ""
    if detail["type"] not in ("model_type", "dict_type"):
        return ""
    if path == ("tools",):
        return f"; write {{{', '.join(f'{name}: ' for name in _names(document, path, value))}}}"
    keys = keys_at(model, path)
    if "vendor" in keys and isinstance(value, str):
        return f"; write {{vendor: {value}}}"
    if isinstance(value, str) and (path[0] == "prompts" or path[-1] == "voices") and not keys:
        return f"; write {{en: {_quoted(value)}}}"
    return f"; its keys: {', '.join(keys)}" if keys else ""


def _only_keys(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and all(inner is None for inner in value.values())


def _names(document: Document, path: KeyPath, value: Any) -> Iterator[str]:
    """The names of tools in a text, in a list, or in a list of mappings."""
    for index, item in enumerate(value if isinstance(value, list) else [value]):
        names = item if isinstance(item, dict) else [document.raw.get((*path, index), item)]
        yield from (name for name in names if isinstance(name, str))


def _quoted(text: str) -> str:
    shown = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
    return json.dumps(shown, ensure_ascii=False)


def _value_at(document: Document, path: KeyPath) -> Any:
    try:
        return functools.reduce(operator.getitem, path, document.data)
    except (LookupError, TypeError):
        return None
