"""The keys that a file may have, and what may stand under them, by a model of the file."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from frontdesk.agent.document import KeyPath


def keys_at(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that a file may have at a path."""
    models = [found for at in _types_at(model, path) for found in models_in(at, deep=False)]
    fields = [field for at in models for field in at.model_fields.items()]
    return [field.alias or key for key, field in fields if not field.exclude]


def takes_text(model: type[BaseModel], path: KeyPath) -> bool:
    """Whether a text may stand at a path."""
    return any(_is_text(at) for at in _types_at(model, path))


def _is_text(annotation: Any) -> bool:
    inner = () if get_origin(annotation) in (dict, list, tuple, Literal) else get_args(annotation)
    return annotation is str or any(_is_text(member) for member in inner)


def _types_at(model: type[BaseModel], path: KeyPath) -> list[Any]:
    """The types of what stands at a path."""
    annotations: list[Any] = [model]
    for key in path:
        annotations = [inner for at in annotations for inner in _at_key(at, str(key))]
    return annotations


def _at_key(annotation: Any, key: str) -> Iterator[Any]:
    """The types of what stands under a key of a value of this type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        field = annotation.model_fields.get(key)
        yield from (field.annotation,) if field else ()
    elif get_origin(annotation) in (dict, list, tuple):
        yield next(inner for inner in reversed(get_args(annotation)) if inner is not ...)
    else:
        yield from (inner for member in get_args(annotation) for inner in _at_key(member, key))


def models_in(annotation: Any, *, deep: bool = True) -> Iterator[type[BaseModel]]:
    """The models that a value of this type may be or, `deep`, may hold in lists and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif deep or get_origin(annotation) not in (dict, list, tuple):
        yield from (found for inner in get_args(annotation) for found in models_in(inner, deep=deep))
