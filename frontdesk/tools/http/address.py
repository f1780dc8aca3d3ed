"""Where the request of an HTTP tool goes."""

import re
from urllib.parse import quote, unquote

from frontdesk.agent.prompts import placeholders
from frontdesk.errors import WrongArguments
from frontdesk.tools.http.template import Values, filled, pairs

# What may stand in a path or query as it is (RFC 3986); `%` begins what is encoded already.
_PLAIN = "!$&'()*+,;=:@/?[]~%"


def address(template: str, values: Values) -> str:
    """The URL with its placeholders percent-encoded, without a fragment.

    Values cannot add to its path or query, or change its host. Raises WrongArguments for a value that
    would lead to another path.
    """
    base, _, query = template.partition("#")[0].partition("?")
    origin, path = base[: _end_of_host(base)], base[_end_of_host(base) :]
    path = "/".join(_segment(part, values) for part in path.split("/"))
    query = pairs(query, values, percent_encoded)
    return origin + quote(path or "/", safe=_PLAIN) + (f"?{quote(query, safe=_PLAIN)}" if query else "")


def percent_encoded(text: str) -> str:
    """The text as part of a path or query; nothing of it means anything there."""
    return quote(text, safe="")


def _end_of_host(base: str) -> int:
    slash = base.find("/", base.index("//") + 2)
    return len(base) if slash < 0 else slash


def _segment(template: str, values: Values) -> str:
    """One part of the path; "", "." and ".." would make another path of it, also behind an encoded slash."""
    names = placeholders(template)
    text = filled(template, values, percent_encoded)
    parts = re.split(r"[/\\]", unquote(text))
    if names and (not text or "." in parts or ".." in parts):
        raise WrongArguments(f"{', '.join(names)}: must not be empty, and have no part that is . or ..")
    return text
