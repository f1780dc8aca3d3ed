"""Where a conversation stands and what the agent says next, folded from its messages."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from frontdesk.services.embedded.dialogue.events import Called, Said, Spoke, events
from frontdesk.services.embedded.dialogue.script import Script
from frontdesk.services.embedded.dialogue.talk import Talk


@dataclass(frozen=True)
class ToolCall:
    """A tool to call, with its arguments as JSON types."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What the agent says, what it calls, or both; never neither."""

    text: str = ""
    tool_calls: list[ToolCall] = field(default_factory=list)


def respond(script: Script, messages: Iterable[Mapping[str, Any]], *, now: datetime) -> Reply:
    """The agent's next reply to a conversation in OpenAI's chat format; `now` is the agent's local time.

    Nothing is kept between calls: the whole conversation is read each time.
    """
    happened = events(messages)
    talk = Talk(script, now.replace(tzinfo=None))
    for event in happened:
        if isinstance(event, Said):
            talk.hear(event.text)
        elif isinstance(event, Spoke):
            talk.spoke(event.text)
        elif event.cancelled and event is not happened[-1]:
            # The caller went on; what they said then counts.
            talk.dropped(event.tool)
        elif event.result is not None or event.cancelled:
            talk.returned(event.tool, event.result or {})
        else:
            talk.started(event.tool)
    last = happened[-1] if happened else None
    if last is None:
        return Reply(talk.opening())
    if isinstance(last, Spoke):
        return Reply(talk.remind())
    if isinstance(last, Called) and last.result is None and not last.cancelled:
        return Reply(talk.waiting())
    calls = [ToolCall(*talk.calls)] if talk.calls else []
    return Reply(talk.text if talk.text or calls else talk.remind(), calls)
