"""What a tool sees of the record while the call goes on, and what it may add."""

from collections.abc import Sequence
from typing import Any

from frontdesk.record.call_record import Utterance
from frontdesk.record.plain import plain
from frontdesk.record.recorder import Recorder


class Notes:
    """One call's record, as tools may touch it."""

    def __init__(self, recorder: Recorder):
        self._recorder = recorder

    @property
    def transcript(self) -> Sequence[Utterance]:
        """Who said what until now, in order; copies."""
        return [turn.model_copy() for turn in self._recorder.record.transcript]

    def note(self, name: str, value: Any) -> None:
        """Keep a value under `notes.<name>` of the record; any value, as JSON can hold it."""
        self._recorder.record.notes[name] = plain(value)

    def add(self, name: str, value: Any) -> None:
        """Keep one value more in the list `notes.<name>` of the record."""
        kept = self._recorder.record.notes.get(name, [])
        self._recorder.record.notes[name] = [*(kept if isinstance(kept, list) else [kept]), plain(value)]

    def went_wrong(self, message: str) -> None:
        """Add to the record's errors."""
        self._recorder.went_wrong("tool", message)
