"""What an agent file may already hold though nothing acts on it yet, and which of it a file asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from frontdesk.agent.document import KeyPath

if TYPE_CHECKING:
    from frontdesk.agent.schema import AgentConfig


@dataclass(frozen=True)
class NotActiveYet:
    """Marks a key that is accepted and checked, and does nothing yet.

    `nothing` are the values that ask for nothing, beside false, null and what is empty.
    """

    nothing: tuple[Any, ...] = ()


def is_active(field: FieldInfo) -> bool:
    """Whether something acts on a key of the agent file."""
    return not any(isinstance(marker, NotActiveYet) for marker in field.metadata)


def not_active(agent: "AgentConfig") -> list[KeyPath]:
    """The key paths of what a file sets and no call of today does, in the order of the schema."""
    return list(_marked(agent, ()))


def _marked(model: BaseModel, path: KeyPath) -> Iterator[KeyPath]:
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if name not in model.model_fields_set or field.exclude:
            continue
        markers = [marker for marker in field.metadata if isinstance(marker, NotActiveYet)]
        if markers and value and value not in markers[0].nothing:
            yield (*path, name)
        elif isinstance(value, BaseModel):
            yield from _marked(value, (*path, name))
