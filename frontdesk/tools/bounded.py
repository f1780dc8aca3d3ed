"""How much of the answer of a service is read, and what the LLM gets of it."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from frontdesk.record.plain import plain
from frontdesk.tools.scrub import scrubbed, scrubbed_data

if TYPE_CHECKING:
    from aiohttp import StreamReader

# More of an answer is not read, in bytes after decompression, and how much at a time.
MAX_BYTES = 256 * 1024
_PIECE = 16 * 1024

# The most that the LLM gets of an answer, in characters.
MAX_RESULT = 16_000

# How much of a longer one is looked at for that: taking secrets out makes it shorter.
LOOKED_AT = 4 * MAX_RESULT

# Statuses by which a service says no rather than fails: the number is not known, the slot is taken.
SAYS_NO = frozenset({404, 409, 410, 422})

CUT = "this is only the beginning of the answer"


class Cut(dict[str, Any]):
    """The beginning of something longer, which is not measured again."""


async def beginning(content: "StreamReader") -> tuple[bytes, bool]:
    """At most MAX_BYTES of a body, and whether that is all of it."""
    read = bytearray()
    async for piece in content.iter_chunked(_PIECE):
        read += piece
        if len(read) > MAX_BYTES:
            break
    return bytes(read[:MAX_BYTES]), len(read) <= MAX_BYTES


def bounded(value: Any, secrets: Sequence[str] = ()) -> dict[str, Any]:
    """At most MAX_RESULT characters of a JSON value, without the secrets."""
    value = plain(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > MAX_RESULT:
        return Cut({"result": scrubbed(text[:LOOKED_AT], secrets)[:MAX_RESULT], "note": CUT})
    safe = scrubbed_data(value, secrets)
    return safe if safe and isinstance(safe, dict) else {"result": safe}
