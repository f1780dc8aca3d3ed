"""What is wrong in an agent file, said so that it can be put right."""

import difflib
import re
from collections.abc import Collection, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from frontdesk.agent.document import Document, KeyPath
from frontdesk.errors import Problem

MAX_SHOWN = 60


def suggestion(name: str, allowed: Collection[str], *, listed: bool = True) -> str:
    """What else a name could be: `; did you mean 'groq'? allowed: google, groq, openai`."""
    near = difflib.get_close_matches(name, allowed, n=1)
    mean = f"; did you mean {near[0]!r}?" if near else ""
    if not listed:
        return mean
    return f"{mean or ';'} allowed: {', '.join(sorted(set(allowed))) or 'none'}"


def problems_of(document: Document, error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """pydantic's errors as Problems with lines, one for each key; keys already reported are left out."""
    found: dict[KeyPath, list[str]] = {}
    for detail in error.errors(include_url=False):
        path = _path_in(document.data, detail["loc"])
        message = _message(document, path, detail, model)
        if path not in document.faulty and message not in found.setdefault(path, []):
            found[path].append(message)
    return [document.problem(path, " or ".join(messages)) for path, messages in found.items() if messages]


def _path_in(data: Any, location: KeyPath) -> KeyPath:
    """The part of pydantic's location that is in the file: it adds names of types, and `[key]`."""
    path: KeyPath = ()
    for position, key in enumerate(location):
        in_list = isinstance(data, list) and isinstance(key, int) and key < len(data)
        if not in_list and not (isinstance(data, dict) and key in data):
            missing = isinstance(data, dict) and position == len(location) - 1 and key != "[key]"
            return (*path, key) if missing else path
        data = data[key]
        path = (*path, key)
    return path


def _message(document: Document, path: KeyPath, detail: ErrorDetails, model: type[BaseModel]) -> str:
    if detail["type"] == "extra_forbidden":
        return unknown_key(model, path)
    if detail["type"] == "missing":
        return "is missing"
    reason = re.sub(r"^(Value error, |Input |String |Dictionary |List |Value )", "", detail["msg"])
    if detail["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(detail["ctx"]["expected"]))
        reason = f"is not allowed{suggestion(str(detail['input']), allowed)}"
    if detail["type"] == "model_type":
        reason = "should be a mapping of keys to values"
    of_the_whole = detail["type"] == "value_error" and isinstance(detail["input"], dict)
    if of_the_whole or detail["loc"][-1:] == ("[key]",):
        return reason
    return f"{_shown(document, path, detail['input'])} {reason}"


def unknown_key(model: type[BaseModel], path: KeyPath) -> str:
    """The message for a key that its mapping does not have."""
    return f"unknown key{suggestion(str(path[-1]), _keys_at(model, path[:-1]))}"


def _shown(document: Document, path: KeyPath, value: Any) -> str:
    """The bad value, short; one that came from the environment is shown as the file has it."""
    for depth in range(len(path), 0, -1):
        if path[:depth] in document.raw:
            return document.raw[path[:depth]]
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    if value is None or isinstance(value, bool):
        return "an empty value" if value is None else str(value).lower()
    shown = repr(value)
    return shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…"


def _keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that a file may have at a path."""
    models = [model]
    for key in path:
        annotations = [field.annotation for at in models if (field := _field(at, str(key)))]
        models = [found for annotation in annotations for found in _models_in(annotation)]
    return [key for at in models for key, field in at.model_fields.items() if not field.exclude]


def _field(model: type[BaseModel], key: str) -> FieldInfo | None:
    return model.model_fields.get(key)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
