"""Reading a script from its YAML file, with every problem named at once."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from frontdesk.agent.document import Document, KeyPath, read_document
from frontdesk.agent.problems import problems_of
from frontdesk.errors import ConfigError
from frontdesk.services.embedded.dialogue.checks import check
from frontdesk.services.embedded.dialogue.script import Script


def load(path: Path) -> Script:
    """The script in this file. Raises ConfigError with every problem in it.

    A script that is `like` another, a file beside it, says only what is different.
    """
    document = read_document(path, environ=None)
    if isinstance(document.data, dict) and "like" in document.data:
        _build_on(document, path.parent / str(document.data.pop("like")))
    if not document.problems and not isinstance(document.data, dict):
        document.add((), "must hold keys and values; a script has start, opening, unclear and states")
    if document.problems:
        raise ConfigError(document.problems)
    try:
        script = Script.model_validate(document.data)
    except ValidationError as error:
        raise ConfigError(problems_of(document, error, Script)) from error
    found = [document.problem(_path(document, key), message) for key, message in check(script)]
    if found:
        raise ConfigError(found)
    return script


def _build_on(document: Document, path: Path) -> None:
    """Put the keys of a script on top of those of another."""
    base = read_document(path, environ=None)
    if base.problems or not isinstance(base.data, dict):
        reason = base.problems[0].message if base.problems else "holds no script"
        document.add(("like",), f"{path.name} {reason}")
    else:
        document.data = _merged(base.data, document.data)


def _merged(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """`own` over `base`; what is a mapping in both is put together."""
    both = base.keys() & own.keys()
    inner = {key for key in both if isinstance(base[key], dict) and isinstance(own[key], dict)}
    return {**base, **own, **{key: _merged(base[key], own[key]) for key in inner}}


def _path(document: Document, key: str) -> KeyPath:
    """The path of a dotted key: as much of it as stands in the file, and the rest."""
    paths = {".".join(map(str, path)): path for path in document.lines}
    known = key
    while known and known not in paths:
        known = known.rpartition(".")[0]
    rest = key[len(known) :].strip(".")
    return (*paths[known], *rest.split(".")) if rest else paths[known]
