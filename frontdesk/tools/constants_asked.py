"""The constants that the code of a tool asks for."""

import ast
from collections.abc import Mapping, Set


def constants_asked(source: bytes) -> dict[str, set[str]]:
    """What code asks for by `get_constant("tool", "name")`, by tool.

    Where the tool is no literal, it is every function that the line stands in, or that gets there by way of
    others of the file.
    """
    asked: dict[str, set[str]] = {}
    meant: dict[str, set[str]] = {}
    used: dict[str, set[str]] = {}
    for statement in ast.parse(source).body:
        where = getattr(statement, "name", "")
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                used.setdefault(where, set()).add(node.id)
            if not isinstance(node, ast.Call) or _called(node.func) != "get_constant":
                continue
            match [*node.args, *(keyword.value for keyword in node.keywords)]:
                case [ast.Constant(value=str(tool)), ast.Constant(value=str(constant))]:
                    meant.setdefault(tool, set()).add(constant)
                case [_, ast.Constant(value=str(constant))]:
                    asked.setdefault(where, set()).add(constant)
    return {
        name: meant.get(name, set()).union(*(asked.get(each, set()) for each in _reached(name, used)))
        for name in {*meant, *asked, *used}
    }


def _reached(name: str, used: Mapping[str, Set[str]]) -> Set[str]:
    """A function, and all that it uses, directly or not."""
    reached, new = {name}, {name}
    while new:
        new = {other for each in new for other in used.get(each, ())} - reached
        reached |= new
    return reached


def _called(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")
