"""The constants that the code of a tool asks for."""

import ast


def constants_asked(source: bytes) -> dict[str, set[str]]:
    """What code asks for by `get_constant("tool", "name")`, by tool.

    Where the tool is no literal, it is the function in which the line stands.
    """
    asked: dict[str, set[str]] = {}
    for statement in ast.parse(source).body:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Call) or _called(node.func) != "get_constant":
                continue
            match [*node.args, *(keyword.value for keyword in node.keywords)]:
                case [ast.Constant(value=str(tool)), ast.Constant(value=str(constant))]:
                    asked.setdefault(tool, set()).add(constant)
                case [_, ast.Constant(value=str(constant))]:
                    asked.setdefault(getattr(statement, "name", ""), set()).add(constant)
    return asked


def _called(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")
