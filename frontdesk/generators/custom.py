"""Generators of one's own: the public functions of `agents/generators/*.py`."""

import inspect
from collections.abc import Callable, Collection, Mapping, Set
from pathlib import Path
from typing import Any, NamedTuple

from frontdesk.errors import Problem
from frontdesk.generators.generator import Generator
from frontdesk.user_code import Folder, defined, functions


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
    files = Folder(folder, "frontdesk_custom_generators", "generators")
    for path, module in files.modules():
        if isinstance(module, Problem):
            problems.append(module)
            faulty |= defined(path)
            continue
        for name, function in functions(module):
            fault = _fault(function) or (f"is already in {owners[name]}" if name in owners else None)
            owners.setdefault(name, files.shown(path))
            if fault:
                problems.append(Problem(files.at(path, function), name, fault))
                faulty.add(name)
            else:
                found[name] = Generator(name, _of_call(function))
    return Loaded(found, problems, faulty)


def _fault(function: Callable[..., Any]) -> str | None:
    """What is wrong with a function that is to be a generator."""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return "yields values; it must return one"
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        return "must take one argument, the call; the name of a helper begins with _"
    return None


def _of_call(function: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda call, agent: function(call)
