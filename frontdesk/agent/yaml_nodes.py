"""YAML text as nodes: by libyaml where it can, with YAML 1.2's plain scalars, and of bounded depth."""

import contextlib
import re
from typing import Any, ClassVar

import yaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

MAX_DEPTH = 32


class _PythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser, whose messages are the better ones."""

    def __init__(self, text: str):
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


class _Nodes(Composer, BaseResolver):
    """Composes nodes with YAML 1.2's plain scalars: `17:00`, `no`, `2026-03-03` and `+1555` stay text."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]
    depth = 0

    def __init__(self, parser: Any):
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self.check_event = parser.check_event
        self.peek_event = parser.peek_event
        self.get_event = parser.get_event

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                mark = self.peek_event().start_mark
                raise yaml.composer.ComposerError(None, None, f"more than {MAX_DEPTH} levels deep", mark)
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^-?(?:0|[1-9][0-9]{0,17})$", list("-0123456789")),
    ("float", r"^-?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$", list("-.0123456789")),
    ("merge", r"^<<$", ["<"]),
):
    _Nodes.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def compose(text: str) -> yaml.Node | None:
    """The one document in a text; libyaml is ten times as fast, and has no message of its own."""
    if yaml.__with_libyaml__:
        with contextlib.suppress(yaml.YAMLError):
            return _Nodes(yaml.cyaml.CParser(text)).get_single_node()  # type: ignore[attr-defined]
    return _Nodes(_PythonParser(text)).get_single_node()
