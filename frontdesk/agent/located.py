"""Mistakes found by a check of our own, each at its place."""

import functools
import operator
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from frontdesk.agent.document import KeyPath


def located(wrong: Iterable[tuple[KeyPath, str]], value: Any) -> ValidationError:
    """What a validator of pydantic raises for mistakes in a value: (path below it, what is wrong)."""
    return ValidationError.from_exception_data("located", [_detail(*each, value) for each in wrong])


def _detail(path: KeyPath, message: str, value: Any) -> InitErrorDetails:
    try:
        inner = functools.reduce(operator.getitem, path, value)
    except (LookupError, TypeError):
        inner = value
    # The message is a value, because it may hold braces.
    error = PydanticCustomError("value_error", "{reason}", {"reason": message})
    return InitErrorDetails(type=error, loc=path, input=inner)
