"""Constants of tools: one `consts/<tool>.json` each, for all agents; what an agent file gives comes first."""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from frontdesk.agent import suggestion
from frontdesk.agent.variables import filled, unset
from frontdesk.errors import Problem
from frontdesk.tools.pipecat_tools import ByTool


def read_constants(
    folder: Path, environ: Mapping[str, str], known: Collection[str]
) -> tuple[ByTool, list[Problem]]:
    """The constants of every file by tool, with `${NAME}` from the environment; and what is wrong with them.

    `known` are the names of the tools that there are.
    """
    found: dict[str, Mapping[str, Any]] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.json")):
        name, shown = path.stem, f"{folder.parent.name}/{folder.name}/{path.name}"
        if name not in known:
            problems.append(Problem(shown, "", f"is of no tool{suggestion(name, known)}"))
            continue
        text, constants, wrong = _read(path)
        wrong = wrong or [*_wrong(text, constants, environ)]
        problems += [Problem(f"{shown}:{line}", key, message) for line, key, message in wrong]
        found[name] = {} if wrong else {key: _filled(value, environ) for key, value in constants.items()}
    return found, problems


def _read(path: Path) -> tuple[str, dict[str, Any], list[tuple[int, str, str]]]:
    """A file's text and its keys; what is wrong as (line, key, message)."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        constants = json.loads(text)
    except OSError as error:
        return "", {}, [(1, "", f"cannot be read: {error.strerror or error}")]
    except json.JSONDecodeError as error:
        return "", {}, [(error.lineno, "", f"is not valid JSON: {error.msg}")]
    except (ValueError, RecursionError) as error:
        return "", {}, [(1, "", f"is not valid JSON: {type(error).__name__}")]
    if not isinstance(constants, dict):
        return "", {}, [(1, "", "must hold one object: constants by name")]
    return text, constants, []


def _wrong(
    text: str, constants: Mapping[str, Any], environ: Mapping[str, str]
) -> Iterator[tuple[int, str, str]]:
    for key, value in constants.items():
        if isinstance(value, dict | list):
            yield _line(text, key), key, "must be text, a number, true or false"
        elif isinstance(value, str):
            for name in unset(value, environ):
                yield _line(text, key), key, f"${{{name}}} is not set in the environment"


def _line(text: str, key: str) -> int:
    quoted = json.dumps(key, ensure_ascii=False)
    return next((number for number, line in enumerate(text.splitlines(), 1) if quoted in line), 1)


def _filled(value: Any, environ: Mapping[str, str]) -> Any:
    return filled(value, environ) if isinstance(value, str) else value
