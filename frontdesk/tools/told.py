"""What the LLM is told of one use of a tool."""

from typing import Any

from pydantic_core import to_jsonable_python

from frontdesk.record.call_record import ToolEnding
from frontdesk.record.plain import plain


class Told(dict[str, Any]):
    """A result as JSON, never empty; `ending` is for the record.

    A tool that returns an `error` of its own has completed: that is its answer.
    """

    def __init__(self, result: dict[str, Any], ending: ToolEnding = "completed"):
        super().__init__(plain(result))  # half a character, or no number, breaks the request of some models
        self.ending = ending

    @classmethod
    def of(cls, result: object) -> "Told":
        """What a tool returned; what is no mapping is told as its `result`. Raises for what is no JSON."""
        value = to_jsonable_python(result)
        if not isinstance(value, dict):
            value = {} if value is None else {"result": value}
        return cls(value or {"done": True})

    @classmethod
    def failure(cls, words: str, ending: ToolEnding = "failed") -> "Told":
        """Something that did not work."""
        return cls({"error": words}, ending)

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
