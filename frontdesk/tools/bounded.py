"""What the LLM gets of the answer of a service."""

import json
from collections.abc import Sequence
from typing import Any

from frontdesk.tools.scrub import scrubbed, scrubbed_data

# The most that the LLM gets of an answer, in characters.
MAX_RESULT = 16_000

CUT = "this is only the beginning of the answer"


def bounded(value: Any, secrets: Sequence[str], is_whole: bool = True) -> dict[str, Any]:
    """At most MAX_RESULT characters of a JSON value, without the secrets.

    `is_whole` is false where something of it is missing already.
    """
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > MAX_RESULT or not is_whole:
        return {"result": scrubbed(text, secrets)[:MAX_RESULT], "note": CUT}
    safe = scrubbed_data(value, secrets)
    return safe if isinstance(safe, dict) else {"result": safe}
