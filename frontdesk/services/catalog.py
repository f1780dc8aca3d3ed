"""The settings of every service, as the catalog has them: checked without importing pipecat."""

import functools
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from frontdesk.agent import suggestion
from frontdesk.agent.document import KeyPath
from frontdesk.services.values import mismatches

CATALOG = Path(__file__).with_name("settings.json")


@functools.cache
def settings_of(service: str) -> Mapping[str, Any]:
    """What a service ("module:Class") takes, fields and arguments together: name → JSON schema."""
    entry = _catalog()["services"][service]
    return {name: _whole(schema) for name, schema in {**entry["arguments"], **entry["settings"]}.items()}


def languages() -> list[str]:
    """The codes of every language that pipecat knows."""
    known: list[str] = _catalog()["languages"]
    return known


def problems(
    service: str, path: KeyPath, given: Mapping[str, Any], own: Collection[str] = ()
) -> Iterator[tuple[KeyPath, str]]:
    """What is given below `path` and the service does not take: key path, what it takes instead.

    `own` are further keys that a section has.
    """
    known = settings_of(service)
    for name, value in given.items():
        if name in known:
            yield from mismatches(value, known[name], (*path, name))
        else:
            yield (*path, name), f"unknown setting{suggestion(name, {*known, *own})}"


@functools.cache
def _catalog() -> Any:
    return json.loads(CATALOG.read_text(encoding="utf-8"))


def _whole(schema: Any) -> Any:
    """The schema with the language codes, which the catalog holds once, where a language stands."""
    if isinstance(schema, list):
        return [_whole(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "language":
        return {"enum": languages()}
    return {key: _whole(value) for key, value in schema.items()}
