"""What the LLM gets of the answer of a service."""

import json
from collections.abc import Sequence
from typing import Any

from frontdesk.tools.scrub import scrubbed, scrubbed_data

# The most that the LLM gets of an answer, in characters.
MAX_RESULT = 16_000

# How much of a longer one is looked at for that: taking secrets out makes it shorter.
LOOKED_AT = 4 * MAX_RESULT

CUT = "this is only the beginning of the answer"


def bounded(value: Any, secrets: Sequence[str]) -> dict[str, Any]:
    """At most MAX_RESULT characters of a JSON value, without the secrets."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > MAX_RESULT:
        return {"result": scrubbed(text[:LOOKED_AT], secrets)[:MAX_RESULT], "note": CUT}
    safe = scrubbed_data(value, secrets)
    return safe if safe and isinstance(safe, dict) else {"result": safe}
