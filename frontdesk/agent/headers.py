"""Header fields, environment variables and addresses, as they may stand under a tool."""

import re
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from frontdesk.agent.types import like

HEADER_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}"
HTTP_URL = r"https?://[^\s/?#]+\S*"
NETWORK_PLACE = r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:[0-9]+)?"
VARIABLE_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,99}"

# What the HTTP client writes itself, from the address and the body.
_OWN_HEADERS = ("host", "content-length", "transfer-encoding", "connection")


def _header_name(value: str) -> str:
    if not re.fullmatch(HEADER_NAME, value):
        raise ValueError("is no name of a header field: letters, digits and '-'")
    if value.lower() in _OWN_HEADERS:
        raise ValueError("is a header field that the request gets by itself")
    return value


def _plain_value(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be one line of text without control characters")
    return value


def _variable_name(value: str) -> str:
    if not re.fullmatch(VARIABLE_NAME, value):
        raise ValueError("is no name of an environment variable: letters, digits and '_'")
    return value


def http_url(value: str) -> str:
    """Check an address of a request; raises ValueError."""
    if not re.fullmatch(HTTP_URL, value):
        raise ValueError("must begin with http:// or https:// and a host")
    if "@" in re.split(r"[/?#]", value)[2]:
        raise ValueError("must hold no user or password; give them in a header field")
    if not _has_host(value) or not value.isprintable():
        raise ValueError("must have a host and a port that there can be, and no control characters")
    return value


def _has_host(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return bool(re.fullmatch(NETWORK_PLACE, parts.netloc)) and parts.port != 0
    except ValueError:
        return False


def is_public(host: str) -> bool:
    """Whether a host is one of the internet, as far as its name tells."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.lower().endswith((".localhost", ".local", ".internal"))


HeaderName = Annotated[str, AfterValidator(_header_name), like(HEADER_NAME)]
VariableName = Annotated[str, AfterValidator(_variable_name), like(VARIABLE_NAME)]
HTTPUrl = Annotated[str, Field(max_length=10_000), AfterValidator(http_url), like(HTTP_URL)]
PlainValue = Annotated[str, Field(max_length=10_000), AfterValidator(_plain_value)]
