"""What the LLM is told of one use of a tool."""

from typing import Any

from pydantic_core import to_jsonable_python

from frontdesk.errors import FrontdeskError
from frontdesk.record.call_record import ToolEnding
from frontdesk.record.plain import plain
from frontdesk.tools.bounded import MAX_RESULT, Cut, bounded


class NoJSON(FrontdeskError):
    """What a tool returned is nothing that JSON can hold."""


class Told(dict[str, Any]):
    """A result as JSON, never empty; `ending` is for the record.

    A tool that returns an `error` of its own has completed: that is its answer.
    """

    def __init__(self, result: dict[str, Any], ending: ToolEnding = "completed"):
        super().__init__(plain(result))  # half a character, or no number, breaks the request of some models
        self.ending = ending

    @classmethod
    def of(cls, result: object) -> "Told":
        """What a tool returned, as far as an LLM can bear it; what is no mapping is told as its `result`.

        Raises NoJSON.
        """
        if isinstance(result, Cut):
            return cls(result)
        try:
            value = to_jsonable_python(result)
        except Exception as error:  # of types that anyone may write
            raise NoJSON(type(error).__name__) from error
        return cls({"done": True} if value is None or value == {} else bounded(value))

    @classmethod
    def failure(cls, words: str, ending: ToolEnding = "failed") -> "Told":
        """Something that did not work."""
        return cls({"error": words[:MAX_RESULT]}, ending)

    @property
    def failed(self) -> bool:
        """Whether the tool itself did not do its work."""
        return self.ending != "completed"

    def with_word(self, words: str) -> "Told":
        """The same with a further word for the LLM."""
        if "error" in self:
            return Told({**self, "error": f"{self['error']}. {words}"}, self.ending)
        return Told({**self, "note": words}, self.ending)


def ending_of(result: object) -> ToolEnding:
    """How a tool came to its end, from what the LLM was told; "completed" for what is not ours."""
    return result.ending if isinstance(result, Told) else "completed"
