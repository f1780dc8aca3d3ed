r"""Placeholders in a flow's texts, as pipecat writes them: `{{ key }}`, `{{ tool.key }}`, `\{{ key }}`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from frontdesk.agent.prompts import UNKNOWN, spoken

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_PLACEHOLDER = re.compile(rf"(\\?)\{{\{{\s*({_NAME}(?:\.{_NAME})*)\s*\}}\}}")


def flow_placeholders(text: str) -> list[str]:
    """The dotted names of a text, each once, in its order."""
    return list(dict.fromkeys(match[2] for match in _PLACEHOLDER.finditer(text) if not match[1]))


def fill_flow(text: str, state: Mapping[str, Any]) -> str:
    """The text with each placeholder replaced; `state` is a tree that has them all, see `flow_state`."""

    def value(match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        at: Any = state
        for name in match[2].split("."):
            at = at[name]
        return str(at)

    return _PLACEHOLDER.sub(value, text)


def flow_state(values: Mapping[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """The values as a tree (`metadata.city` → metadata → city) that has every dotted name of `wanted`.

    What nobody knows yet is "unknown" there, so that no text has to wait for it.
    """
    state: dict[str, Any] = {}
    for name, value in values.items():
        _put(state, name, value)
    # What stands deeper first: a mapping is made for it where there is none.
    for name in sorted(wanted, key=lambda name: -name.count(".")):
        _put(state, name, _told(_get(state, name)))
    return state


def _get(tree: Any, name: str) -> Any:
    for key in name.split("."):
        tree = tree.get(key) if isinstance(tree, Mapping) else None
    return tree


def _put(tree: dict[str, Any], name: str, value: Any) -> None:
    *parents, last = name.split(".")
    for key in parents:
        inner = tree.get(key)
        tree[key] = dict(inner) if isinstance(inner, Mapping) else {}
        tree = tree[key]
    tree[last] = value


def _told(value: Any) -> Any:
    """A value as a text has it."""
    if value is None:
        return UNKNOWN
    return spoken(value) if isinstance(value, bool) else value
