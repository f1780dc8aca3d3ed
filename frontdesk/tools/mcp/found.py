"""A tool that a server was found to have."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from frontdesk.tools.checking import check_of
from frontdesk.tools.schema import HoldsItself, inlined
from frontdesk.tools.tool import Check

# What every vendor's language model takes as the name of a function.
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Listed:
    """A tool as its server lists it; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """The same as agents use it, `parameters` without references.

    `fault` says why no agent can; it is empty where they can.
    """

    name: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    check: Check = dict
    fault: str = ""


def found(tool: Listed) -> Found:
    """What agents can use of a tool."""
    if not NAME.fullmatch(tool.name):
        return _faulty(tool, "language models take only letters, digits, `_` and `-` as a name, 64 at most")
    try:
        return Found(tool.name, tool.description, _parameters(tool.parameters), _check(tool.parameters))
    except HoldsItself as error:
        return _faulty(tool, f"its parameters have {error} within itself, which language models cannot read")
    except ValueError as error:
        return _faulty(tool, str(error))


def _faulty(tool: Listed, fault: str) -> Found:
    return Found(tool.name, tool.description, fault=fault)


def _parameters(schema: Mapping[str, Any]) -> dict[str, Any]:
    from jsonschema import Draft202012Validator, FormatChecker, SchemaError  # only these tools need it

    if schema.get("type") != "object":
        raise ValueError("its parameters are no object")
    try:
        # Without formats: a pattern may be in JavaScript's dialect.
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(formats=()))
        return inlined(schema)
    except (SchemaError, KeyError, RecursionError):
        raise ValueError("its parameters are no valid JSON Schema") from None


def _check(schema: Mapping[str, Any]) -> Check:
    check = check_of(schema)

    def lenient(given: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return check(given)
        except re.error:  # the server, which wrote the pattern, checks it itself
            return dict(given)

    return lenient
