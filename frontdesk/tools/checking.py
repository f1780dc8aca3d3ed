"""Arguments against a JSON Schema that somebody wrote."""

from collections.abc import Mapping
from typing import Any

from frontdesk.errors import WrongArguments
from frontdesk.tools.tool import Check

# The longest of jsonschema's words that the LLM is told, in characters.
MAX_SHOWN = 200


def check_of(parameters: Mapping[str, Any]) -> Check:
    """The check of arguments for a schema of an object, which is valid itself.

    An argument that the schema does not know is wrong, unless it says otherwise.
    """
    from jsonschema import Draft202012Validator  # only tools with a schema of their own need these
    from referencing import Registry

    # Without a registry a reference to another document would be fetched from wherever it leads.
    validator = Draft202012Validator({"unevaluatedProperties": False, **parameters}, registry=Registry())

    def check(given: Mapping[str, Any]) -> dict[str, Any]:
        wrong = sorted(validator.iter_errors(dict(given)), key=lambda error: error.json_path)
        if wrong:
            raise WrongArguments("; ".join(dict.fromkeys(map(_reason, wrong))))
        return dict(given)

    return check


def _reason(error: Any) -> str:
    """`date: 'x' is too short`; of the whole, only what is wrong."""
    place = ".".join(map(str, error.absolute_path))
    if error.validator == "unevaluatedProperties":
        return _unknown(error)
    return ": ".join(filter(None, (place, error.message[:MAX_SHOWN])))


def _unknown(error: Any) -> str:
    known = ", ".join(error.schema.get("properties", {})) or "none"
    named = [name for name in error.instance if name not in error.schema.get("properties", {})]
    return f"{', '.join(named)[:MAX_SHOWN]}: unknown; the arguments that there are: {known}"
