"""A vendor's service: where its class is, what it needs, what it is called with."""

import dataclasses
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from frontdesk.agent import suggestion
from frontdesk.agent.document import KeyPath

# How long a vendor's WebSocket may take to close, in seconds; a vendor that stalls must not hold the line.
QUICK_CLOSE = {"ws_close_timeout": 0.5}

WEBSOCKET_SCHEMES = {"http": "ws", "https": "wss"}


@dataclass(frozen=True)
class Vendor:
    """One row of a services table.

    `service` is "module:Class", imported when used; `key` the environment variable of its credential, None
    where it needs none; `url` the argument that takes `base_url`, None for an engine in this process;
    `url_path` what a `base_url` without a path gets, for a WebSocket. `hears_turns` tells that the service
    itself decides when the caller has finished. `in_rate` is the only input sample rate it takes, in Hz,
    or None. `options` are further constructor arguments.
    """

    service: str
    key: str | None
    url: str | None = "base_url"
    url_path: str | None = None
    hears_turns: bool = False
    in_rate: int | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Any:
        """The service's class, imported now."""
        module, _, name = self.service.partition(":")
        return getattr(importlib.import_module(module), name)

    def has_key(self, environ: Mapping[str, str]) -> bool:
        """Whether its credential is set, or none is needed."""
        return self.key is None or bool(environ.get(self.key))

    def arguments(self, base_url: str | None, environ: Mapping[str, str]) -> dict[str, Any]:
        """Constructor arguments for the credential and the address, and the row's own."""
        arguments = dict(self.options)
        if self.key:
            arguments["api_key"] = environ[self.key]
        if base_url and self.url:
            arguments[self.url] = self._address(base_url)
        return arguments

    def _address(self, base_url: str) -> str:
        if self.url_path is None:
            return base_url
        parts = urlsplit(base_url)
        scheme = WEBSOCKET_SCHEMES.get(parts.scheme, parts.scheme)
        path = parts.path if parts.path.strip("/") else self.url_path
        return urlunsplit(parts._replace(scheme=scheme, path=path))

    def problems(
        self, path: KeyPath, settings: Mapping[str, Any], base_url: str | None
    ) -> Iterator[tuple[KeyPath, str]]:
        """What is given and the service does not have: key path below `path`, what it has instead."""
        if base_url and self.url is None:
            yield (*path, "base_url"), "this engine runs here and has no address"
        known = self._settings()
        for name in settings:
            if name not in known:
                yield (*path, name), f"unknown setting{suggestion(name, known)}"

    def _settings(self) -> list[str]:
        settings = getattr(self.load(), "Settings", None)
        return [field.name for field in dataclasses.fields(settings)] if settings else []
