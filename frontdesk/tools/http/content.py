"""What the request of an HTTP tool sends."""

import json
from typing import Any
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

from frontdesk.record.plain import plain
from frontdesk.tools.http.template import Values, alone, filled, pairs, written

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEXT = "text/plain; charset=utf-8"

_QUOTES = {'"': "&quot;", "'": "&apos;"}

# What was left out.
_ABSENT = object()


def content(template: Any, kind: str, values: Values) -> tuple[bytes, str]:
    """The body with its placeholders filled, and its Content-Type; `kind` is the one asked for, "" for none.

    Keys and lists become JSON, or a form where `kind` says so. A text stays as it is, with what fills it
    encoded where `kind` is a form or XML.
    """
    if isinstance(template, str):
        return _text(template, kind.lower(), values).encode(), kind or TEXT
    whole = json_filled(template, values)
    if FORM in kind.lower() and isinstance(whole, dict):
        return _form(whole).encode(), kind
    return json.dumps(plain(whole), ensure_ascii=False).encode(), kind or JSON


def json_filled(template: Any, values: Values) -> Any:
    """JSON with its texts filled; one that is only a placeholder has its value's type, or is left out."""
    match template:
        case str():
            name = alone(template)
            return filled(template, values) if name is None else values.get(name, _ABSENT)
        case dict():
            each = {key: json_filled(value, values) for key, value in template.items()}
            return {key: value for key, value in each.items() if value is not _ABSENT}
        case list():
            items = (json_filled(value, values) for value in template)
            return [value for value in items if value is not _ABSENT]
        case _:
            return template


def _form(fields: dict[str, Any]) -> str:
    several = {key: value if isinstance(value, list) else [value] for key, value in fields.items()}
    return "&".join(
        f"{quote_plus(str(key))}={quote_plus(written(plain(item)))}"
        for key, items in several.items()
        for item in items
        if item is not None
    )


def _text(template: str, kind: str, values: Values) -> str:
    if FORM in kind:
        return pairs(template, values, quote_plus)
    if "xml" in kind:
        return filled(template, values, lambda text: escape(text, _QUOTES))
    return filled(template, values)
