"""One YAML file: its data, the line of every key, and `${NAME}` taken from the environment."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from frontdesk.agent.variables import filled, unset, variables_in
from frontdesk.agent.yaml_nodes import MAX_DEPTH, compose
from frontdesk.errors import Problem

KeyPath = tuple[str | int, ...]

MAX_BYTES = 256 * 1024
MAX_VALUES = 10_000

QUOTES = 'put quotes around a text with {…} or ": "'

# A key with a text that YAML reads as something else: `a: {name} here`, `a: one: two`.
_UNQUOTED = re.compile(r"""[ -]*+[^\s:{}\[\]"']+:\s+(\{[\w.]+\}\s*[^\s#]|[^\s"'{\[|>&*!#].*:(\s|$))""")
# A flow's placeholder, and what may hold one: `{{ name }}`, and a text in quotes.
_PLACEHOLDER = re.compile(r"\{\{\s*[\w.]+\s*\}\}")
_QUOTED = re.compile(r"""(?<![^\s\[{,:])(["']).*?\1""")
_SURROGATE = re.compile("[\ud800-\udfff]")
_STR = "tag:yaml.org,2002:str"


_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
}


def dotted(path: KeyPath) -> str:
    """The key path as people write it: `tools.book_appointment`, `numbers[0]`."""
    text = ""
    for key in path:
        shown = str(key) if str(key).isprintable() else repr(key)
        text += f"[{key}]" if isinstance(key, int) else f".{shown}" if text else shown
    return text


@dataclass
class Document:
    """A file's data and what is needed to talk about it; `problems` holds what could not be read.

    `raw` has the text as written of each value that came from the environment, to be shown in its place;
    `filled` what took the place of `${NAME}` in it.
    """

    name: str
    data: Any = None
    lines: dict[KeyPath, int] = field(default_factory=lambda: {(): 1})
    raw: dict[KeyPath, str] = field(default_factory=dict)
    filled: dict[KeyPath, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faulty: set[KeyPath] = field(default_factory=set)

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A Problem at the line of `path`, or of the nearest key above it that stands in the file."""
        nearest = next(path[:n] for n in range(len(path), -1, -1) if path[:n] in self.lines)
        return Problem(f"{self.name}:{self.lines[nearest]}", dotted(path), message)

    def add(self, path: KeyPath, message: str) -> None:
        """Note a problem of reading; a path that has one is not reported again by later checks."""
        self.faulty.add(path)
        self.problems.append(self.problem(path, message))


def read_document(path: Path, environ: Mapping[str, str] | None) -> Document:
    """Read one YAML file; never raises for what the file holds: see `Document.problems`.

    Without `environ`, `${NAME}` is left as it is.
    """
    document = Document(path.name)
    try:
        content = path.read_bytes()
        if len(content) > MAX_BYTES:
            document.add((), f"is larger than {MAX_BYTES // 1024} KiB")
            return document
        text = content.decode("utf-8-sig")
        node = compose(text)
    except OSError as error:
        document.add((), f"cannot be read: {error.strerror or error}")
    except yaml.MarkedYAMLError as error:
        _not_yaml(document, text, error)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # ValueError and OverflowError: bytes that are not UTF-8, and escapes beyond Unicode.
        document.add((), f"is not valid YAML: {str(error).splitlines()[0]}")
    else:
        document.data = _Reader(document, environ).read(node, ()) if node else None
    return document


def _not_yaml(document: Document, text: str, error: yaml.MarkedYAMLError) -> None:
    said = f"is not valid YAML: {', '.join(filter(None, (error.context, error.problem)))}"
    if error.problem_mark is not None:
        document.lines[()] = error.problem_mark.line + 1
        line = text.splitlines()[error.problem_mark.line : error.problem_mark.line + 1]
        said += f"; {QUOTES}" if line and _lacks_quotes(line[0]) else ""
    document.add((), said)


def _lacks_quotes(line: str) -> bool:
    """Whether a line that is no YAML has a text that quotes would mend."""
    return bool(_UNQUOTED.match(line) or _PLACEHOLDER.search(_QUOTED.sub("", line)))


class _Reader:
    """Turns composed nodes into plain data, noting lines and problems on the way."""

    def __init__(self, document: Document, environ: Mapping[str, str] | None):
        self.document = document
        self.environ = environ
        self.count = 0

    def read(self, node: yaml.Node, path: KeyPath) -> Any:
        self.count += 1
        if self.count > MAX_VALUES or len(path) > MAX_DEPTH:
            if self.count <= MAX_VALUES + 1:
                self.count = MAX_VALUES + 1
                self.document.add(path[:MAX_DEPTH], "repeats itself or holds too much; look at its aliases")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.item(child, (*path, index)) for index, child in enumerate(node.value)]
        return self.scalar(node, path)

    def item(self, node: yaml.Node, path: KeyPath) -> Any:
        self.document.lines[path] = node.start_mark.line + 1
        return self.read(node, path)

    def mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        own: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if key_node.tag == "tag:yaml.org,2002:merge":
                merged |= self.merge(value_node, path)
                continue
            key = self.key(key_node, path)
            if key is None:
                continue
            here = (*path, key)
            if key in own:
                self.document.add(here, f"is given twice; also in line {line}")
                continue
            self.document.lines[here] = line
            own[key] = self.read(value_node, here)
        return merged | own

    def merge(self, node: yaml.Node, path: KeyPath) -> dict[str, Any]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        result: dict[str, Any] = {}
        for source in nodes:
            if not isinstance(source, yaml.MappingNode):
                self.document.add(path, "`<<` takes a mapping, or a list of them")
                continue
            result = self.read(source, (*path, "<<")) | result
        return result

    def key(self, node: yaml.Node, path: KeyPath) -> str | None:
        if isinstance(node, yaml.ScalarNode) and _is_text(node.value):
            return str(node.value)
        quotes = f"; {QUOTES}" if _is_braces(node) else ""
        said = f"has a key in line {node.start_mark.line + 1} that is not plain text{quotes}"
        self.document.add(path, said)
        return None

    def scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        if node.tag in _SCALARS and not getattr(node, "style", None):
            return self.converted(node, path)
        if node.tag != _STR:
            self.document.add(path, f"has the tag {node.tag!r}; only plain values are allowed")
            return None
        if not _is_text(node.value):
            self.document.add(path, "has a character that is not valid text")
            return None
        return self.substitute(node.value, path)

    def converted(self, node: yaml.Node, path: KeyPath) -> Any:
        try:
            return _SCALARS[node.tag](node.value)
        except ValueError:
            self.document.add(path, f"is not of the type its tag {node.tag!r} claims")
            return None

    def substitute(self, text: str, path: KeyPath) -> str:
        environ = self.environ
        names = variables_in(text)
        if environ is None or not names:
            return text
        missing = unset(text, environ)
        for name in missing:
            self.document.add(path, f"${{{name}}} is not set in the environment")
        if missing:
            return text
        self.document.raw[path] = text
        self.document.filled[path] = [environ[name] for name in names]
        return filled(text, environ)


def _is_braces(node: yaml.Node) -> bool:
    """Whether a key is `{name}`, the inner part of `{{ name }}` without quotes."""
    return isinstance(node, yaml.MappingNode) and {value.value for _, value in node.value} == {""}


def _is_text(text: str) -> bool:
    return not _SURROGATE.search(text)
