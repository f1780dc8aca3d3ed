"""Python files of those who run the bot: loaded once, and what is wrong with them by file and line."""

import ast
import contextlib
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from frontdesk.errors import Problem

_DEFINITION = re.compile(r"^(?:async +)?def +([A-Za-z]\w*)", re.MULTILINE)


class Folder:
    """The `*.py` of one folder, as modules of a package with a name that nothing installed has.

    `shown` is what the folder is called in a message. Files whose names begin with `_` are for the others
    to import, as in `from . import _shared`.
    """

    def __init__(self, path: Path, package: str, shown: str):
        self.path = path
        self._package = package
        self._shown = shown

    def modules(self) -> Iterator[tuple[Path, ModuleType | Problem]]:
        """Run every file, in the order of their names; never raises for what they hold."""
        self._begin()
        for path in sorted(self.path.glob("[!_]*.py")):
            yield path, self._load(path)

    def shown(self, path: Path) -> str:
        """What a file of the folder is called in a message."""
        return f"{self._shown}/{path.name}"

    def at(self, path: Path, function: Callable[..., Any]) -> str:
        """Where a function stands: `tools/crm.py:12`."""
        return f"{self.shown(path)}:{inspect.unwrap(function).__code__.co_firstlineno}"

    def _begin(self) -> None:
        """Forget what an earlier folder of this name had, and make it a package."""
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{self._package}.")]:
            del sys.modules[name]
        package = ModuleType(self._package)
        package.__path__ = [str(self.path)]
        sys.modules[self._package] = package

    def _load(self, path: Path) -> ModuleType | Problem:
        name = f"{self._package}.{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except (Exception, SystemExit) as error:  # the boundary to code that anyone may write
            sys.modules.pop(name, None)
            at = f"{self.shown(path)}:{_line_of(error, path)}"
            return Problem(at, "", f"cannot be imported: {type(error).__name__}: {_reason(error)}")
        return module


def functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The public functions that a module defines itself."""
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            yield name, value


def is_async(function: Callable[..., Any]) -> bool:
    """Whether a function is written with `async def`, also one that yields."""
    return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)


def place_of(function: Callable[..., Any]) -> str:
    """The file and line of a function, "" where it has none: `crm.py:12`."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return f"{Path(code.co_filename).name}:{code.co_firstlineno}" if code else ""


def defined(path: Path) -> set[str]:
    """The names of the functions of a file that cannot be imported, as far as it can be read."""
    with contextlib.suppress(OSError):
        return set(_DEFINITION.findall(path.read_text(encoding="utf-8", errors="replace")))
    return set()


def repeated(path: Path) -> dict[str, int]:
    """The async functions of a file that can be imported which another function of it has replaced: the
    line of the first of each name."""
    found: dict[str, list[ast.FunctionDef | ast.AsyncFunctionDef]] = {}
    for statement in ast.parse(path.read_bytes()).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            found.setdefault(statement.name, []).append(statement)
    return {
        name: each[0].lineno
        for name, each in found.items()
        if len(each) > 1 and any(isinstance(one, ast.AsyncFunctionDef) for one in each)
    }


def _line_of(error: BaseException, path: Path) -> int:
    """The line of a file at which importing it went wrong."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path)]
    return (lines[-1] if lines else None) or 1


def _reason(error: BaseException) -> str:
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return (reason.splitlines() or [""])[0]
