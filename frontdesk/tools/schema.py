"""JSON Schema as every vendor's LLM reads it."""

from typing import Any


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object with its references put in place, and without titles."""
    definitions = schema.get("$defs", {})

    def put(part: Any) -> Any:
        if isinstance(part, list):
            return [put(each) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            target = definitions[part["$ref"].rpartition("/")[2]]
            return put({**target, **{key: value for key, value in part.items() if key != "$ref"}})
        kept = {key: value for key, value in part.items() if key != "$defs"}
        if "type" in kept or "anyOf" in kept or "enum" in kept:
            kept.pop("title", None)
        return {key: put(value) for key, value in kept.items()}

    plain: dict[str, Any] = put(schema)
    plain.setdefault("properties", {})
    return plain
