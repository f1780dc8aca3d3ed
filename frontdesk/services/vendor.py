"""A vendor's service: where its class is, what it needs, what it is called with."""

import dataclasses
import functools
import importlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from frontdesk.agent import suggestion
from frontdesk.agent.document import KeyPath
from frontdesk.services import catalog
from frontdesk.services.closing import closing

# How long a vendor's WebSocket may take to close, in seconds; a vendor that stalls must not hold the line.
QUICK_CLOSE = {"ws_close_timeout": 0.5}

WEBSOCKET_SCHEMES = {"http": "ws", "https": "wss"}


def plainly(code: str) -> dict[str, Any]:
    """The settings that make a service speak or hear a language, where it has one called `language`."""
    return {"language": code}


@dataclass(frozen=True)
class Vendor:
    """One row of a services table.

    `service` is "module:Class", imported when used; `keys` its credentials, as constructor argument →
    environment variable, empty where it needs none; `extra` the extra of pyproject.toml that brings its
    packages, None where the image has them anyway, and `modules` the import names that only that extra
    brings. `instead` is the row that takes over where its credentials are set and this row's are not.

    `url` is the argument that takes `base_url`, None where there is none; `url_variable` the environment
    variable with its default; `url_path` what a `base_url` gets, for a WebSocket, where it does not have it;
    `url_scheme` is False where the argument takes a host alone.

    `hears_turns` tells that the service itself decides when the caller has finished, `in_rate` is the only
    input sample rate it takes, in Hz, or None, `keyterms` the setting that takes words to listen for and
    `language` the settings that a language makes. `client` is the attribute with the HTTP client that pipecat
    leaves open, `options` are further constructor arguments, `note` is what who deploys it should know.
    """

    service: str
    keys: Mapping[str, str] = field(default_factory=dict)
    extra: str | None = None
    modules: tuple[str, ...] = ()
    instead: "Vendor | None" = None
    url: str | None = "base_url"
    url_variable: str | None = None
    url_path: str | None = None
    url_scheme: bool = True
    hears_turns: bool = False
    in_rate: int | None = None
    keyterms: str | None = None
    language: Callable[[str], Mapping[str, Any]] | None = plainly
    client: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    def installed(self) -> bool:
        """Whether the packages that its extra brings are there."""
        return all(_is_there(module) for module in self.modules)

    def load(self) -> Any:
        """The service's class, imported now."""
        module, _, name = self.service.partition(":")
        service = getattr(importlib.import_module(module), name)
        return closing(service, self.client) if self.client else service

    def missing(self, environ: Mapping[str, str], base_url: str | None = None) -> list[str]:
        """The variables with its credentials that are not set; one for the address is not needed beside `base_url`."""
        if self.instead is not None and not self.instead.missing(environ, base_url):
            return []
        return self._missing(environ, base_url)

    def has_key(self, environ: Mapping[str, str], base_url: str | None = None) -> bool:
        """Whether its credentials are set, or none is needed."""
        return not self.missing(environ, base_url)

    def make(
        self, settings: Mapping[str, Any], base_url: str | None, environ: Mapping[str, str], **more: Any
    ) -> Any:
        """The service itself, not yet connected; `more` are further arguments of its constructor."""
        if self.instead is not None and self._missing(environ, base_url):
            return self.instead.make(settings, base_url, environ, **more)
        service = self.load()
        own, arguments = catalog.split(service, settings)
        arguments |= self.arguments(base_url, environ) | more
        if own or hasattr(service, "Settings"):
            arguments["settings"] = service.Settings(**own)
        return service(**arguments)

    def arguments(self, base_url: str | None, environ: Mapping[str, str]) -> dict[str, Any]:
        """Constructor arguments for the credentials and the address, and the row's own."""
        arguments = dict(self.options)
        arguments |= {name: environ[variable] for name, variable in self.keys.items() if environ.get(variable)}
        address = base_url or (environ.get(self.url_variable) if self.url_variable else None)
        if address and self.url:
            arguments[self.url] = self._address(address)
        return arguments

    def problems(
        self, path: KeyPath, settings: Mapping[str, Any], base_url: str | None
    ) -> Iterator[tuple[KeyPath, str]]:
        """What is given and the service does not take, and the package that is not there: key path, what is wrong."""
        if not self.installed():
            yield path, f"{self.extra} needs its package: uv sync --extra {self.extra}"
        if base_url and self.url is None:
            yield (*path, "base_url"), "this engine runs here and has no address"
        yield from catalog.problems(self.service, path, settings)

    def _missing(self, environ: Mapping[str, str], base_url: str | None) -> list[str]:
        given = {self.url} if base_url else set()
        return [var for name, var in self.keys.items() if name not in given and not environ.get(var)]

    def _address(self, base_url: str) -> str:
        parts = urlsplit(base_url)
        if not self.url_scheme:
            return parts.netloc + parts.path.rstrip("/")
        if self.url_path is None:
            return base_url
        scheme = WEBSOCKET_SCHEMES.get(parts.scheme, parts.scheme)
        begun = parts.path.rstrip("/") + "/"
        path = self.url_path if self.url_path.startswith(begun) else parts.path
        return urlunsplit(parts._replace(scheme=scheme, path=path))
