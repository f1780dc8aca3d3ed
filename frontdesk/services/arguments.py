"""What a model passes to a tool, where it is no JSON object: the call arrives all the same."""

import json
from collections.abc import Mapping

# The only key of arguments that cannot be read; its value is what the model wrote.
UNREADABLE = "(not a JSON object)"


def readable(text: str) -> str:
    """Arguments as a JSON object, whatever the model wrote; nothing at all means none."""
    if not text.strip():
        return "{}"
    try:
        if isinstance(json.loads(text), dict):
            return text
    except ValueError:
        pass
    return json.dumps({UNREADABLE: text})


def is_readable(arguments: object) -> bool:
    """Whether arguments, as the tool gets them, are those that the model meant."""
    return isinstance(arguments, Mapping) and UNREADABLE not in arguments
