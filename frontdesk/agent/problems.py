"""What is wrong in an agent file, said so that it can be put right."""

import functools
import operator
import re
from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from frontdesk.agent.document import Document, KeyPath
from frontdesk.agent.keys import keys_at
from frontdesk.agent.nearest import nearest
from frontdesk.agent.shapes import quotes, right_shape
from frontdesk.errors import Problem

MAX_SHOWN = 60

# pydantic's words for some kinds of error, and what they begin with.
_PLAIN = {
    "model_type": "should be a mapping of keys to values",
    "dict_type": "should be a mapping of keys to values",
    "list_type": "should be a list",
    "tuple_type": "should be a list",
    "string_type": "should be text",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
}
_SUBJECT = r"^(Value error, |Input |String |Dictionary |List |Tuple |Value )"

# What a key of another place, or of the Python classes, is called in a file.
ELSEWHERE: dict[str | int, str] = {"instructions": "prompts.agent", "greeting": "start_message"}

# Another name that a key may have in a file.
OTHER_NAMES: dict[str | int, str] = {"vendor": "voice_provider", "voice": "voice_id"}


def suggestion(name: str, allowed: Collection[str], *, listed: bool = True) -> str:
    """What else a name could be: `; did you mean 'groq'? allowed: google, groq, openai`."""
    near = nearest(name, allowed)
    mean = f"; did you mean {near[0]!r}?" if near else ""
    if not listed:
        return mean
    return f"{mean or ';'} allowed: {', '.join(sorted(set(allowed))) or 'none'}"


def problems_of(document: Document, error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    """pydantic's errors as Problems with lines, one for each key; keys already reported are left out."""
    found: dict[KeyPath, list[str]] = {}
    for detail in error.errors(include_url=False):
        # A default that depends on another key, which has an error of its own.
        if detail["type"] == "default_factory_not_called":
            continue
        path = path_in(document.data, detail)
        message = _message(document, path, detail, model)
        if path not in document.faulty and message not in found.setdefault(path, []):
            found[path].append(message)
    return [
        document.problem(path, " or ".join(messages) + quotes(document, path, model))
        for path, messages in found.items()
        if messages
    ]


def path_in(data: Any, detail: ErrorDetails) -> KeyPath:
    """The part of pydantic's location that is in the file: it adds the forms of a value, and `[key]`."""
    path: KeyPath = ()
    for key in detail["loc"]:
        in_list = isinstance(data, list) and isinstance(key, int) and key < len(data)
        if in_list or (isinstance(data, dict) and key in data):
            data = data[key]
            path = (*path, key)
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def _message(document: Document, path: KeyPath, detail: ErrorDetails, model: type[BaseModel]) -> str:
    if detail["type"] == "extra_forbidden":
        return unknown_key(model, path)
    if detail["type"] == "missing":
        return "is missing"
    reason = _PLAIN.get(detail["type"]) or re.sub(_SUBJECT, "", detail["msg"])
    if detail["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(detail["ctx"]["expected"]))
        reason = f"is not allowed{suggestion(str(detail['input']), allowed)}"
    of_the_whole = detail["type"] == "value_error" and isinstance(detail["input"], dict)
    if of_the_whole or detail["loc"][-1:] == ("[key]",):
        return reason
    return f"{_shown(document, path, detail['input'])} {reason}{right_shape(document, path, detail, model)}"


def unknown_key(model: type[BaseModel], path: KeyPath) -> str:
    """The message for a key that its mapping does not have."""
    allowed = keys_at(model, path[:-1])
    if path[0] in ELSEWHERE and len(path) == 1:
        return f"unknown key; did you mean {ELSEWHERE[path[0]]!r}? allowed: {', '.join(sorted(allowed))}"
    return f"unknown key{suggestion(str(path[-1]), allowed)}"


def as_written(document: Document, path: KeyPath) -> KeyPath:
    """A key path by the name that the file has for its last key."""
    other = (*path[:-1], OTHER_NAMES.get(path[-1], path[-1])) if path else path
    return other if other in document.lines and path not in document.lines else path


def with_value(document: Document, path: KeyPath, message: str) -> str:
    """The message of a check with the bad value in front, where it is one about a value of the file."""
    if not message.startswith(("must be ", "is not allowed")):
        return message
    try:
        value = functools.reduce(operator.getitem, path, document.data)
    except (LookupError, TypeError):
        return message
    return f"{_shown(document, path, value)} {message}"


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
