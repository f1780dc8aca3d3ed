"""JSON Schema as every vendor's LLM reads it."""

from collections.abc import Mapping
from typing import Any

from frontdesk.errors import FrontdeskError

# Keys whose value is a mapping of names to schemas, a list of schemas, or one schema.
NAMED = ("properties", "patternProperties", "dependentSchemas")
LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
SINGLE = (
    *("items", "additionalProperties", "contains", "not", "propertyNames", "if", "then", "else"),
    *("unevaluatedItems", "unevaluatedProperties"),
)

DEFINITIONS = ("$defs", "definitions")

# More references than anybody writes: definitions that each use the next one twice have no end.
MAX_REFERENCES = 1000


class HoldsItself(FrontdeskError):
    """A schema whose references lead back to themselves; its text is the name of one."""


def inlined(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object with its references put in place, and without titles.

    Raises HoldsItself where that has no end, KeyError where a reference leads nowhere, and ValueError where
    there are more than MAX_REFERENCES.
    """
    plain: dict[str, Any] = _Inliner(schema).put(schema, ())
    plain.setdefault("properties", {})
    return plain


class _Inliner:
    def __init__(self, whole: Mapping[str, Any]):
        self._definitions = {
            f"#/{group}/{name}": target
            for group in DEFINITIONS
            for name, target in whole.get(group, {}).items()
        }
        self._left = MAX_REFERENCES

    def put(self, schema: Any, path: tuple[str, ...]) -> Any:
        """One schema; `path` are the references that led to it."""
        if not isinstance(schema, Mapping):
            return schema
        if (reference := schema.get("$ref")) is not None:
            if reference in path:
                raise HoldsItself(reference.rpartition("/")[2])
            self._left -= 1
            if self._left < 0:
                raise ValueError(f"its parameters refer to definitions more than {MAX_REFERENCES} times")
            rest = {key: value for key, value in schema.items() if key != "$ref"}
            return self.put({**self._definitions[reference], **rest}, (*path, reference))
        plain = {
            key: self._value(key, value, path)
            for key, value in schema.items()
            if key not in (*DEFINITIONS, "title")
        }
        if "const" in plain:
            plain["enum"] = [plain.pop("const")]  # not every vendor knows the other
        return _without_null(plain)

    def _value(self, key: str, value: Any, path: tuple[str, ...]) -> Any:
        if key in NAMED:
            return {name: self.put(each, path) for name, each in value.items()}
        if key in LISTED:
            return [self.put(each, path) for each in value]
        return self.put(value, path) if key in SINGLE else value


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """What may be left out is left out rather than null, so that its type is plain to read."""
    optional = schema.get("properties", {}).keys() - schema.get("required", [])
    for name in optional:
        schema["properties"][name] = _not_null(schema["properties"][name])
    return schema


def _not_null(schema: Any) -> Any:
    ways = schema.get("anyOf", []) if isinstance(schema, dict) else []
    others = [way for way in ways if way != {"type": "null"}]
    if len(others) != 1 or len(ways) == 1:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if rest.get("default", "") is None:
        del rest["default"]
    return {**others[0], **rest}
