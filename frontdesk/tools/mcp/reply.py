"""What the LLM is told of what an MCP tool answered."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from frontdesk.errors import ToolError
from frontdesk.tools.bounded import bounded
from frontdesk.tools.scrub import scrubbed

if TYPE_CHECKING:
    from mcp.types import CallToolResult, ContentBlock

MAX_REASON = 500

NO_TEXT = "the answer had something that is no text, which cannot be told"


def told(result: "CallToolResult", secrets: Sequence[str]) -> dict[str, Any]:
    """The answer as data, bounded and without secrets. Raises ToolError where it is an error."""
    texts = [_text(part) for part in result.content]
    text = "\n".join(filter(None, texts))
    if result.is_error:
        raise ToolError(refusal(text or "the tool did not work", secrets))
    value = text if result.structured_content is None else result.structured_content
    answer = bounded(_data(value), secrets) if value else {}
    return {**answer, "note": NO_TEXT} if None in texts and result.structured_content is None else answer


def refusal(words: str, secrets: Sequence[str]) -> str:
    """The words of a server that refuses, short and without secrets."""
    return scrubbed(" ".join(words.split()), secrets)[:MAX_REASON]


def _text(part: "ContentBlock") -> str | None:
    """The text of a part of an answer; None for a picture or a sound."""
    if part.type == "resource":
        return getattr(part.resource, "text", None)
    if part.type == "resource_link":
        return f"{part.name}: {part.uri}"
    return part.text if part.type == "text" else None


def _data(value: Any) -> Any:
    """JSON that a server without structured answers has written as text, as what it is."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
