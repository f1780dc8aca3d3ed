"""The request of an HTTP tool, made of its section in the agent file."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from frontdesk.agent import HTTPToolConfig
from frontdesk.errors import WrongArguments
from frontdesk.tools.http.address import address
from frontdesk.tools.http.content import content
from frontdesk.tools.http.template import Values, alone, filled

IDEMPOTENCY_KEY = "Idempotency-Key"
CONTENT_TYPE = "Content-Type"


@dataclass(frozen=True)
class Request:
    """What is sent: nothing in it is to be filled or encoded any more."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


def request_of(config: HTTPToolConfig, values: Values, idempotency_key: str) -> Request:
    """The request with its placeholders filled. Raises WrongArguments for values that cannot stand in it."""
    headers, body = _headers(config.headers, values), None
    if config.body is not None:
        body, kind = content(config.body, _header(headers, CONTENT_TYPE), values)
        _add(headers, CONTENT_TYPE, kind)
    if config.changes_world and not _header(config.headers, IDEMPOTENCY_KEY):
        _add(headers, IDEMPOTENCY_KEY, idempotency_key)
    return Request(config.method, address(config.url, values), headers, body)


def _headers(templates: Mapping[str, str], values: Values) -> dict[str, str]:
    """The header fields; one whose value is only what was left out goes."""
    fields = {}
    for name, template in templates.items():
        only = alone(template)
        if only is None or values.get(only) is not None:
            fields[name] = filled(template, values)
            _check_line(name, fields[name])
    return fields


def _check_line(name: str, text: str) -> None:
    if any(unicodedata.category(character) == "Cc" for character in text):
        raise WrongArguments(f"what goes into {name} must be one line without control characters")


def _header(fields: Mapping[str, str], wanted: str) -> str:
    return next((text for name, text in fields.items() if name.lower() == wanted.lower()), "")


def _add(fields: dict[str, str], name: str, text: str) -> None:
    if not _header(fields, name):
        fields[name] = text
