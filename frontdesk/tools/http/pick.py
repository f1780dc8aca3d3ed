"""The part of an answer that the LLM is to have, as JMESPath says it."""

from collections.abc import Callable
from typing import Any

from frontdesk.errors import FrontdeskError

Pick = Callable[[Any], Any]


class Unreadable(FrontdeskError):
    """An answer that says yes, but whose body the LLM cannot be told; the text says why."""


def picker(expression: str | None) -> Pick | None:
    """What takes the part out of JSON; None where the LLM has all of it. Raises Unreadable when used."""
    if expression is None:
        return None
    import jmespath  # only some tools need it

    compiled = jmespath.compile(expression)

    def pick(value: Any) -> Any:
        try:
            return compiled.search(value)
        except (ValueError, TypeError):  # a function of it was given what it does not take
            raise Unreadable("has not what was expected in it") from None

    return pick
