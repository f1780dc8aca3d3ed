"""A vendor's service: where its class is, what it needs, what it is called with."""

import importlib
import importlib.util
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from frontdesk.agent.document import KeyPath
from frontdesk.agent.types import URL
from frontdesk.language import base_language
from frontdesk.services import catalog
from frontdesk.services.closing import closing, leaving
from frontdesk.services.introspection import split

WEBSOCKET_SCHEMES = {"http": "ws", "https": "wss"}

Settings = Mapping[str, Any]


def plainly(code: str) -> Settings:
    """What makes a service hear or speak a language, where it has a setting of that name."""
    return {"language": code}


def listed_as(setting: str) -> Callable[[str], Settings]:
    """The same where `setting` takes a list of languages, and only those that are known."""

    def settings(code: str) -> Settings:
        known = [each for each in (code, base_language(code)) if each in catalog.languages()]
        return {setting: known[:1]} if known else {}

    return settings


def no_language(code: str) -> Settings:
    """The same for a service whose model or voice decides its language."""
    return {}


def words_as(setting: str) -> Callable[[Sequence[str]], Settings]:
    """What makes a service listen for words, where `setting` takes a list of them."""
    return lambda words: {setting: [*words]}


@dataclass(frozen=True)
class Vendor:
    """One row of a services table.

    `service` is "module:Class", imported when used. `keys` are its credentials, as constructor argument →
    environment variable, empty where it needs none; `instead` is the row that takes over where its
    credentials are set and this row's are not. `extra` is the extra of pyproject.toml that it belongs to,
    None where the image has it anyway; `modules` are the import names that only that extra brings.

    `url` is the argument that takes `base_url`, None where there is none; `url_variable` the environment
    variable with its default; `url_path` is the path that it gets where it has none or the beginning of it;
    `url_scheme` is "ws" for a WebSocket and empty where the argument takes a host alone; `url_for` is the key
    that it replaces.

    `language` gives the settings that a language makes, `keyterms` those that words to listen for make, None
    where it cannot; `voice` is the environment variable with the default voice of a service that has none
    of its own, `voices` what its module calls all that it speaks with, where it takes no other. `settings`
    are the row's own defaults of settings, `options` further constructor arguments.

    `hears_turns` tells that the service itself decides when the caller has finished; `in_rate` is the only
    input sample rate it takes, in Hz, or None. `client` is the attribute with the HTTP client that pipecat
    leaves open, `socket` that with the WebSocket whose goodbye is cut short; `chat` tells that it speaks
    OpenAI's chat completions; `note` is for who chooses it.
    """

    service: str
    keys: Mapping[str, str] = field(default_factory=dict)
    instead: "Vendor | None" = None
    extra: str | None = None
    modules: tuple[str, ...] = ()
    url: str | None = "base_url"
    url_variable: str | None = None
    url_path: str = ""
    url_scheme: str = "http"
    url_for: str | None = None
    language: Callable[[str], Settings] = plainly
    keyterms: Callable[[Sequence[str]], Settings] | None = None
    voice: str | None = None
    voices: str | None = None
    settings: Settings = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    hears_turns: bool = False
    in_rate: int | None = None
    client: str | None = None
    socket: str | None = None
    chat: bool = False
    note: str = ""

    def or_with(self, keys: Mapping[str, str]) -> Self:
        """The row, which takes other credentials where its own are not set."""
        return replace(self, instead=replace(self, keys=keys))

    def installed(self) -> bool:
        """Whether the packages that its extra brings are there."""
        return all(_is_there(module) for module in self.modules)

    def load(self) -> Any:
        """The service's class, imported now."""
        module, _, name = self.service.partition(":")
        service = getattr(importlib.import_module(module), name)
        if self.chat:
            # Only here, because it brings the vendor's client in.
            from frontdesk.services.whole_calls import with_whole_calls

            service = with_whole_calls(service)
        if self.client:
            service = closing(service, self.client)
        return leaving(service, self.socket) if self.socket else service

    def ways(self, environ: Mapping[str, str], base_url: str | None = None) -> list[list[str]]:
        """The variables that are not set, for each set of credentials that would do."""
        others = self.instead.ways(environ, base_url) if self.instead else []
        return [self._missing(environ, base_url), *others]

    def missing(self, environ: Mapping[str, str], base_url: str | None = None) -> list[str]:
        """The variables of its credentials that are not set; none where others are that would do."""
        return ways[0] if all(ways := self.ways(environ, base_url)) else []

    def has_key(self, environ: Mapping[str, str], base_url: str | None = None) -> bool:
        """Whether its credentials are set, or none is needed."""
        return not self.missing(environ, base_url)

    def takes(self, name: str) -> bool:
        """Whether the service has a setting of that name."""
        return name in catalog.settings_of(self.service)

    def make(self, settings: Settings, base_url: str | None, environ: Mapping[str, str], **more: Any) -> Any:
        """The service itself, not yet connected; `more` are further arguments of its constructor."""
        if self.instead is not None and self._missing(environ, base_url):
            return self.instead.make(settings, base_url, environ, **more)
        service = self.load()
        own, arguments = split(service, {**self._defaults(environ), **settings})
        arguments = self.arguments(base_url, environ) | arguments | more
        if hasattr(service, "Settings"):
            arguments["settings"] = service.Settings(**own)
        return service(**arguments)

    def arguments(self, base_url: str | None, environ: Mapping[str, str]) -> dict[str, Any]:
        """Constructor arguments for the credentials and the address, and the row's own."""
        arguments = dict(self.options)
        address = base_url or environ.get(self.url_variable or "")
        for name, variable in self.keys.items():
            if environ.get(variable) and not (address and name == self.url_for):
                arguments[name] = environ[variable]
        if address and self.url:
            arguments[self.url] = self._address(address)
        return arguments

    def problems(
        self,
        path: KeyPath,
        settings: Settings,
        base_url: str | None,
        environ: Mapping[str, str] | None = None,
        own: Collection[str] = (),
    ) -> Iterator[tuple[KeyPath, str]]:
        """What is wrong with a section, which has its `own` keys: key path, what; pipecat is not imported.

        Without `environ` nothing is said of what it must hold.
        """
        if base_url and self.url is None:
            yield (*path, "base_url"), "this service has no address of its own to replace"
        address = (environ or {}).get(self.url_variable or "")
        if address and not re.fullmatch(URL, address):
            yield path, f"{self.url_variable} is no address such as https://host"
        if environ is not None and self._lacks_voice(settings, base_url, environ):
            yield path, f"voice is missing: this vendor has no default; give one here or in {self.voice}"
        yield from catalog.problems(self.service, path, settings, own)

    def _lacks_voice(self, settings: Settings, base_url: str | None, environ: Mapping[str, str]) -> bool:
        """Whether nobody says whose voice it is; a laptop without the vendor's key need not know."""
        given = {**self._defaults(environ), **settings}
        return bool(self.voice) and self.has_key(environ, base_url) and not given.get("voice")

    def _defaults(self, environ: Mapping[str, str]) -> dict[str, Any]:
        voice = environ.get(self.voice) if self.voice else None
        return {**self.settings, "voice": voice} if voice else dict(self.settings)

    def _missing(self, environ: Mapping[str, str], base_url: str | None) -> list[str]:
        addressed = bool(base_url or environ.get(self.url_variable or ""))
        needed = {name: key for name, key in self.keys.items() if not (addressed and name == self.url_for)}
        return [variable for variable in needed.values() if not environ.get(variable)]

    def _address(self, base_url: str) -> str:
        parts = urlsplit(base_url)
        path = parts.path.rstrip("/")
        if not self.url_scheme:
            return parts.netloc + path
        scheme = (
            WEBSOCKET_SCHEMES.get(parts.scheme, parts.scheme) if self.url_scheme == "ws" else parts.scheme
        )
        whole = self.url_path if self.url_path.startswith(f"{path}/") else path
        return urlunsplit(parts._replace(scheme=scheme, path=whole))


def _is_there(module: str) -> bool:
    """Whether a module can be imported; only the packages above it are."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False
