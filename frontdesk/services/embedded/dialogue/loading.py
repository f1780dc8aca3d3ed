"""Reading a script from its YAML file, with every problem named at once."""

from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from frontdesk.errors import ConfigError, Problem
from frontdesk.services.embedded.dialogue.checks import check
from frontdesk.services.embedded.dialogue.script import Action, Offer, Rule, Script, Slot, State

_MODELS: dict[str, type[BaseModel]] = {
    "slots": Slot,
    "states": State,
    "steps": Action,
    "on_result": Action,
    "always": Rule,
    "rules": Rule,
    "offer": Offer,
}


def load(path: Path) -> Script:
    """The script in this file. Raises ConfigError with every problem in it."""
    data = _parsed(path)
    try:
        script = Script.model_validate(data)
    except ValidationError as error:
        raise ConfigError([_problem(path, details) for details in error.errors()]) from error
    found = [Problem(str(path), key, message) for key, message in check(script)]
    if found:
        raise ConfigError(found)
    return script


def _parsed(path: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError([Problem(str(path), "", f"cannot be read: {error}")]) from error
    if not isinstance(data, dict):
        raise ConfigError(
            [Problem(str(path), "", "is no mapping; a script has start, opening, unclear, states")]
        )
    return data


def _problem(path: Path, details: ErrorDetails) -> Problem:
    key = ".".join(str(part) for part in details["loc"])
    if details["type"] == "extra_forbidden":
        return Problem(str(path), key, f"no such key; {_allowed(details['loc'])}")
    given = details.get("input")
    shown = "" if details["type"] == "missing" or isinstance(given, (dict, list)) else f" (it is {given!r})"
    return Problem(str(path), key, f"{details['msg']}{shown}")


def _allowed(place: tuple[int | str, ...]) -> str:
    """The keys that are known at that place, the nearest first."""
    named = [str(part) for part in place[:-1] if part in _MODELS]
    # The last part is the wrong key itself; a mapping under "slots" or "states" is named by the script.
    model = _MODELS[named[-1]] if named else Script
    keys = [field.alias or name for name, field in model.model_fields.items()]
    return suggestion(str(place[-1]), keys)


def suggestion(wrong: str, known: list[str]) -> str:
    """ "did you mean X? Known: …"."""
    near = get_close_matches(wrong, known, n=1, cutoff=0.6)
    return (f"did you mean {near[0]!r}? " if near else "") + f"known: {', '.join(known) or 'none'}"
