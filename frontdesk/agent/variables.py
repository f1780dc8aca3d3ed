"""`${NAME}` in a text: a value from the environment."""

import re
from collections.abc import Mapping

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def variables_in(text: str) -> list[str]:
    """The names, each as often as it occurs."""
    return _VARIABLE.findall(text)


def unset(text: str, environ: Mapping[str, str]) -> list[str]:
    """The names without a value, each once."""
    return [name for name in dict.fromkeys(variables_in(text)) if not environ.get(name)]


def filled(text: str, environ: Mapping[str, str]) -> str:
    """The text with the values in place; each must be set."""
    return _VARIABLE.sub(lambda match: environ[match[1]], text)
