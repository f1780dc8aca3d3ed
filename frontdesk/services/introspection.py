"""What a service's class can be given: the fields of its Settings and the arguments of its constructor."""

import ast
import dataclasses
import functools
import inspect
import sys
import textwrap
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Optional, Union

from pydantic import Field, TypeAdapter
from pydantic.errors import PydanticUserError
from pydantic_core import PydanticOmit

# What the row of the table or Frontdesk decides, and what pipecat deprecates in favour of its Settings.
CREDENTIALS = "api_key credentials credentials_path token_provider"
ADDRESSES = (
    "base_url url endpoint private_endpoint api_endpoint_base_url file_api_base_url websocket_url "
    "callback callback_method"
)
ENGINE = "script now push_empty_transcripts include_prob_metrics force_redownload"
AUDIO = (
    "sample_rate encoding flux_encoding channels num_channels multichannel audio_format bit_depth "
    "container output_format"
)
CLIENTS = "http_client aiohttp_session client http_options"
CONVERSATION = "system_instruction tools tool_config inference_on_context_initialization"
TURNS = (
    "should_interrupt vad_force_turn_endpoint enable_eager_end_of_turn turn_detection turn_detection_mode "
    "enable_vad filter_incomplete_user_turns user_turn_completion_config start_audio_paused "
    "start_video_paused video_frame_detail"
)
DEPRECATED = (
    "pronunciation_dictionary_locators settings params live_options connection_params voice_id model_name "
    "model voice language GoogleSTTService.language_codes aggregate_sentences api_version"
)
DECIDED = frozenset(
    " ".join((CREDENTIALS, ADDRESSES, ENGINE, AUDIO, CLIENTS, CONVERSATION, TURNS, DEPRECATED)).split()
)
# Fields of Settings that are named like an argument which is deprecated in favour of them.
FIELDS = frozenset(("model", "voice", "language"))


@functools.cache
def fields_of(service: Any) -> Mapping[str, Any]:
    """The fields of the service's Settings that a file may set: name → type."""
    settings = getattr(service, "Settings", None)
    if settings is None:
        return {}
    names = [field.name for field in dataclasses.fields(settings)]
    names = [name for name in names if name in FIELDS or not {name, f"{service.__name__}.{name}"} & DECIDED]
    return _plain({name: _type_of(settings, name) for name in names})


@functools.cache
def arguments_of(service: Any) -> Mapping[str, Any]:
    """The arguments of the service's constructor that a file may set: name → type."""
    found: dict[str, Any] = {}
    settings = getattr(service, "Settings", None)
    passed = {field.name for field in dataclasses.fields(settings)} if settings else set()
    for cls in filter(_is_of_a_vendor, service.__mro__):
        init = cls.__dict__.get("__init__")
        if init is None:
            continue
        parameters = inspect.signature(init).parameters.values()
        hints = typing.get_type_hints(init)
        named = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
        found |= {name: hints.get(name, Any) for name in named if name not in {*found, *passed, *DECIDED}}
        if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
            break
        passed |= set(_passed_on(init))
    return _plain(found)


def split(service: Any, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is given as fields of the service's Settings and arguments of its constructor, in their types."""
    settings = getattr(service, "Settings", None)
    fields = {field.name for field in dataclasses.fields(settings)} if settings else set()
    types_of = {**arguments_of(service), **fields_of(service)}
    typed = {
        name: _typed(types_of[name], value) if name in types_of else value for name, value in given.items()
    }
    own = {name: value for name, value in typed.items() if name in fields}
    return own, {name: value for name, value in typed.items() if name not in fields}


def _typed(annotation: Any, value: Any) -> Any:
    """The value as the service takes it: text becomes an enum, a mapping the vendor's model."""
    return TypeAdapter(annotation).validate_python(value)


def _is_of_a_vendor(cls: type) -> bool:
    """Whether a class is a vendor's own; the arguments of pipecat's general ones are Frontdesk's business."""
    folder, _, rest = cls.__module__.partition(".services.")
    return folder == "frontdesk" or (folder == "pipecat" and "." in rest)


def _passed_on(init: Any) -> Iterator[str]:
    """The arguments that a constructor itself gives the one above it."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(init)))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "__init__"
        ):
            yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def _type_of(settings: Any, name: str) -> Any:
    """The type of a field, whichever class and module it is written in."""
    for cls in settings.__mro__:
        annotation = inspect.get_annotations(cls).get(name)
        if annotation is not None:
            holder = types.SimpleNamespace(__annotations__={name: annotation})
            return typing.get_type_hints(holder, globalns=vars(sys.modules[cls.__module__]))[name]
    raise LookupError(name)


def _plain(annotations: Mapping[str, Any]) -> dict[str, Any]:
    """The types as far as a file can express them; what it cannot is left out."""
    plain = {name: _expressible(annotation) for name, annotation in annotations.items()}
    return {name: annotation for name, annotation in plain.items() if annotation is not None}


def _expressible(annotation: Any) -> Any:
    """The type without what only Python code can give, tried from the left; None if nothing is left."""
    members = typing.get_args(annotation) if _is_union(annotation) else (annotation,)
    kept = tuple(member for member in members if member is not types.NoneType and _is_expressible(member))
    if not kept:
        return None
    one = Annotated[Union[kept], Field(union_mode="left_to_right")] if len(kept) > 1 else kept[0]  # noqa: UP007
    return Optional[one] if types.NoneType in members else one  # noqa: UP045


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (Union, types.UnionType)


def _is_expressible(annotation: Any) -> bool:
    if getattr(annotation, "__name__", "") == "NotGiven":
        return False
    try:
        TypeAdapter(annotation).json_schema()
    except (PydanticUserError, PydanticOmit):
        return False
    return True
