"""Any value as JSON can hold it."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

# Deeper than anything a tool returns on purpose; a value that holds itself is cut off here.
MAX_DEPTH = 32


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON: what has no form there becomes its text, what is not a number becomes null."""
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case str():
            return value.encode("utf-8", "replace").decode()
        case bytes():
            return value.decode("utf-8", "replace")
        case Mapping() if depth < MAX_DEPTH:
            return {plain(str(key)): plain(each, depth + 1) for key, each in value.items()}
        case list() | tuple() | set() | frozenset() if depth < MAX_DEPTH:
            return [plain(each, depth + 1) for each in value]
        case _:
            return plain(str(value))


Plain = Annotated[Any, BeforeValidator(plain)]
PlainText = Annotated[str, BeforeValidator(plain)]
PlainMapping = Annotated[dict[str, Any], BeforeValidator(plain)]
