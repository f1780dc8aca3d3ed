"""Generators of one's own: the public functions of `agents/generators/*.py`."""

import contextlib
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from frontdesk.errors import Problem
from frontdesk.generators.generator import Generator

# What the modules are called: a name that no installed package has.
_PACKAGE = "frontdesk_custom_generators"

_DEFINITION = re.compile(r"^(?:async +)?def +([A-Za-z]\w*)", re.MULTILINE)


class Loaded(NamedTuple):
    """Generators by name, every problem, and the names that are there and have one."""

    generators: Mapping[str, Generator]
    problems: list[Problem]
    faulty: Set[str]


def custom_generators(folder: Path, taken: Collection[str]) -> Loaded:
    """The public functions of every `*.py` of a folder by name, and every problem with file and line.

    A file or function whose name begins with `_` is left alone; `taken` are names that cannot be used.
    """
    found: dict[str, Generator] = {}
    owners: dict[str, str] = dict.fromkeys(taken, "the built-in generators")
    problems: list[Problem] = []
    faulty: set[str] = set()
    for path in sorted(folder.glob("[!_]*.py")):
        module = _load(path)
        if isinstance(module, Problem):
            problems.append(module)
            faulty |= _defined(path)
            continue
        for name, function in _functions(module):
            fault = _fault(function) or (f"is already in {owners[name]}" if name in owners else None)
            owners.setdefault(name, _shown(path))
            if fault:
                problems.append(Problem(f"{_shown(path)}:{_line(function)}", name, fault))
                faulty.add(name)
            else:
                found[name] = Generator(name, _of_call(function))
    return Loaded(found, problems, faulty)


def _load(path: Path) -> ModuleType | Problem:
    """Run a file as a module of its own."""
    name = f"{_PACKAGE}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the boundary to code that anyone may write
        sys.modules.pop(name, None)
        at = f"{_shown(path)}:{_line_of(error, path)}"
        return Problem(at, "", f"cannot be imported: {type(error).__name__}: {_reason(error)}")
    return module


def _defined(path: Path) -> set[str]:
    """The names of the functions of a file that cannot be imported, as far as it can be read."""
    with contextlib.suppress(OSError):
        return set(_DEFINITION.findall(path.read_text(encoding="utf-8", errors="replace")))
    return set()


def _line_of(error: BaseException, path: Path) -> int:
    """The line of a file at which importing it went wrong."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    lines = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    return (lines[-1] if lines else None) or 1


def _reason(error: BaseException) -> str:
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return (reason.splitlines() or [""])[0]


def _functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield name, value


def _fault(function: Callable[..., Any]) -> str | None:
    """What is wrong with a function that is to be a generator."""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return "yields values; it must return one"
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return "must take one argument, the call; the name of a helper begins with _"
    return None


def _line(function: Callable[..., Any]) -> int:
    line: int = inspect.unwrap(function).__code__.co_firstlineno
    return line


def _shown(path: Path) -> str:
    return f"generators/{path.name}"


def _of_call(function: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda call, agent: function(call)
