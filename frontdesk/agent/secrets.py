"""Which values of a tool's section are secrets."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo
from pydantic_core import PydanticKnownError

from frontdesk.agent.types import Known

# Shorter ones stand in too many texts to be taken out of them.
MIN_LENGTH = 4

# Names whose values let somebody in: `Authorization`, `X-Api-Key`, `GITHUB_TOKEN`.
_LETS_IN = re.compile(r"auth|key|token|secret|passw|cookie|credential|session|signature", re.IGNORECASE)


def secret_values(from_environment: Iterable[str], named: Mapping[str, str]) -> tuple[str, ...]:
    """The values not to be told, each once, the longest first.

    `from_environment` came from `${NAME}`; of `named` (header fields, variables) those count whose name says
    so, as they are and without a word in front such as Bearer.
    """
    literal = [value for name, value in named.items() if _LETS_IN.search(name)]
    values = {*from_environment, *literal, *(value.rpartition(" ")[2] for value in literal)}
    return tuple(sorted((value for value in values if len(value) >= MIN_LENGTH), key=len, reverse=True))


def _not_in_files(value: Any, info: ValidationInfo) -> Any:
    if isinstance(info.context, Known):
        raise PydanticKnownError("extra_forbidden")
    return value


Secrets = Annotated[tuple[str, ...], BeforeValidator(_not_in_files)]
