"""What an HTTP tool's request may hold, and where `{name}` may stand in it."""

import re
from collections.abc import Collection, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from frontdesk.agent.document import KeyPath
from frontdesk.agent.headers import HTTP_URL, PlainValue, http_url
from frontdesk.agent.located import located
from frontdesk.agent.problems import suggestion
from frontdesk.agent.prompts import placeholders
from frontdesk.agent.types import Known, Wording, like, unfilled


def _fillers(info: ValidationInfo) -> Collection[str] | None:
    """The names that fill a placeholder beside the call's facts; None where that cannot be told."""
    inputs = info.context.inputs if isinstance(info.context, Known) else None
    if inputs is None or "parameters" not in info.data:
        return None
    return list(dict.fromkeys([*_properties(info), *inputs]))


def _properties(info: ValidationInfo) -> Collection[str]:
    parameters: dict[str, Any] = info.data.get("parameters", {})
    properties: dict[str, Any] = parameters.get("properties", {})
    return properties


def _filled(text: str, info: ValidationInfo) -> str:
    names = _fillers(info)
    problem = None if names is None else unfilled(text, names)
    if problem:
        raise ValueError(problem)
    return text


def _url(value: str, info: ValidationInfo) -> str:
    host = re.match(r"[^/]*(//[^/?#\\]*)?", value)
    if host and placeholders(host[0]):
        raise ValueError("must have no {name} in scheme or host: an argument must not choose where it goes")
    http_url(value)
    _filled(value, info)
    required = info.data.get("parameters", {}).get("required", [])
    for name in placeholders(re.split(r"[?#]", value)[0]):
        if name in _properties(info) and name not in required:
            raise ValueError(f"has {{{name}}} in its path, which may be missing: add it to `required`")
    return value


def _body(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, dict | list | str):
        raise ValueError("must be keys, a list or a text")
    names = _fillers(info)
    if names is not None:
        said = [(path, unfilled(text, names)) for path, text in _texts(value, ())]
        wrong = [(path, problem) for path, problem in said if problem]
        if wrong:
            raise located(wrong, value)
    headers: dict[str, str] = info.data.get("headers", {})
    kind = next((text for name, text in headers.items() if name.lower() == "content-type"), "")
    if isinstance(value, str) and "json" in kind.lower():
        raise ValueError("is a text, which is sent as it is; write keys, so that arguments become valid JSON")
    return value


def _texts(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every text in a body, and where."""
    if isinstance(value, str):
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _texts(inner, (*path, key))


def _pick(value: str) -> str:
    import jmespath  # only an HTTP tool needs it

    try:
        compiled = jmespath.compile(value)
    except jmespath.exceptions.JMESPathError as error:
        reason = str(error).splitlines()[0].removesuffix(", for expression:").rstrip(":")
        raise ValueError(f"is no JMESPath expression: {reason}") from None
    known = jmespath.functions.Functions.FUNCTION_TABLE
    for name in _called(compiled.parsed):
        if name not in known:
            mean = suggestion(name, known, listed=False)
            raise ValueError(f"is no JMESPath expression: there is no function {name}(){mean}")
    return value


def _called(node: Any) -> Iterator[str]:
    """The functions that a parsed expression calls."""
    if not isinstance(node, dict):  # a name or a number that an inner node holds
        return
    if node.get("type") == "function_expression":
        yield node["value"]
    for inner in node.get("children", ()):
        yield from _called(inner)


RequestUrl = Annotated[str, Field(max_length=10_000), AfterValidator(_url), like(HTTP_URL)]
RequestValue = Annotated[PlainValue, AfterValidator(_filled)]
Body = Annotated[
    dict[str, Any] | list[Any] | str,
    PlainValidator(_body, json_schema_input_type=dict[str, Any] | list[Any] | str),
]
Pick = Annotated[Wording, Field(max_length=10_000), AfterValidator(_pick)]
