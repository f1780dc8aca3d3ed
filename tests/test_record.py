"""The record of a call: its clock, what goes into it, how it is written."""

import json
import stat
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from frontdesk.call import Call, Direction
from frontdesk.record import CallRecord, EndReason
from frontdesk.record.recorder import Recorder
from frontdesk.session import SessionData

STARTED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Monotonic seconds, moved by hand; it does not start at nought."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorder(clock: Clock) -> Recorder:
    call = Call("c1", "twilio", from_number="+15550002222", carrier_call_id="CA1", started_at=STARTED)
    return Recorder(call, clock)


def after(seconds: float) -> str:
    """The time so many seconds into the call, as pipecat writes it."""
    return (STARTED + timedelta(seconds=seconds)).isoformat()


def written(recorder: Recorder, data: Path) -> dict[str, Any]:
    """The record as it stands on disk."""
    recorder.write(data)
    document: dict[str, Any] = json.loads((data / "calls" / "c1" / "record.json").read_text())
    return document


def test_the_facts_of_the_call_are_in_the_record(tmp_path: Path) -> None:
    session = SessionData(metadata={"campaign": "spring"})
    call = Call(
        "c1", "twilio", Direction.OUTBOUND, "+15550002222", "+15550001111", "CA1", "MZ1", STARTED, session
    )
    record = written(Recorder(call, Clock()), tmp_path)
    assert record["id"] == "c1" and record["carrier"] == "twilio" and record["direction"] == "outbound"
    assert record["from_number"] == "+15550002222" and record["to_number"] == "+15550001111"
    assert record["carrier_call_id"] == "CA1" and record["metadata"] == {"campaign": "spring"}
    assert record["started_at"] == "2026-03-02T09:00:00Z" and record["version"] == 1


def test_times_count_from_the_calls_start(recorder: Recorder, clock: Clock, tmp_path: Path) -> None:
    recorder.said("agent", "Hello.", at=after(0.5))
    clock.seconds += 2.25
    recorder.tool_started("t1", "look", {})
    clock.seconds += 0.5
    recorder.tool_ended("t1", "completed", {"slots": []})
    recorder.went_wrong("tts", "late")
    clock.seconds += 1.25
    record = written(recorder, tmp_path)
    assert record["transcript"][0]["at_s"] == 0.5
    assert (record["tool_calls"][0]["at_s"], record["tool_calls"][0]["duration_s"]) == (2.25, 0.5)
    assert record["errors"][0] == {"at_s": 2.75, "source": "tts", "message": "late"}
    assert (record["duration_s"], record["ended_at"]) == (4.0, "2026-03-02T09:00:04Z")


@pytest.mark.parametrize("at", ["2026-03-02T09:00:01.500+00:00", "2026-03-02T09:00:01.500", None])
def test_a_turn_has_the_time_at_which_it_began(recorder: Recorder, clock: Clock, at: str | None) -> None:
    clock.seconds += 1.5
    recorder.said("caller", " Hi. ", at=at)
    [turn] = recorder.record.transcript
    assert (turn.at_s, turn.role, turn.text, turn.interrupted) == (1.5, "caller", "Hi.", False)


def test_turns_stand_in_the_order_in_which_they_began(recorder: Recorder) -> None:
    recorder.said("caller", "Wait.", at=after(3))
    recorder.said("agent", "We are open", at=after(1), interrupted=True)
    recorder.said("agent", "Yes?", at=after(5))
    assert [turn.text for turn in recorder.record.transcript] == ["We are open", "Wait.", "Yes?"]


def test_silence_is_no_turn(recorder: Recorder) -> None:
    recorder.said("agent", " \n")
    assert recorder.record.transcript == []


def test_a_tool_call_stays_open_until_it_ends(recorder: Recorder, tmp_path: Path) -> None:
    for number in range(3):
        recorder.tool_started(f"t{number}", "look", {"date": "2026-03-03"})
    recorder.tool_ended("t1", "cancelled")
    recorder.tool_ended("t0", "failed", "no calendar")
    recorder.tool_ended("never", "completed")
    recorder.tool_ended("t1", "completed", "too late")
    calls = written(recorder, tmp_path)["tool_calls"]
    assert [call["outcome"] for call in calls] == ["failed", "cancelled", "cancelled"]
    assert [call["result"] for call in calls] == ["no calendar", None, None]
    assert calls[2]["arguments"] == {"date": "2026-03-03"}


def test_the_first_reason_to_end_counts(recorder: Recorder, tmp_path: Path) -> None:
    recorder.ends(EndReason.TIME_LIMIT)
    recorder.ends(EndReason.CALLER_HUNG_UP)
    assert written(recorder, tmp_path)["end_reason"] == "time_limit"


def test_a_call_that_nobody_ended_ended_with_the_caller_or_with_what_went_wrong(tmp_path: Path) -> None:
    well, badly = Recorder(Call("c1", "twilio")), Recorder(Call("c1", "twilio"))
    badly.went_wrong("stt", "connection refused")
    assert written(well, tmp_path)["end_reason"] == "caller_hung_up"
    assert written(badly, tmp_path)["end_reason"] == "failed"


def a_loop() -> list[Any]:
    loop: list[Any] = []
    loop.append(loop)
    return loop


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (float("nan"), None),
        ({"x": [1.5, float("inf")]}, {"x": [1.5, None]}),
        (b"caf\xe9", "caf\N{REPLACEMENT CHARACTER}"),
        ("half an emoji \ud83d", "half an emoji ?"),
        ({("a", 1): STARTED}, {"('a', 1)": "2026-03-02 09:00:00+00:00"}),
        ((1, {2}), [1, [2]]),
        (EndReason.TIME_LIMIT, "time_limit"),
        (Path("x"), "x"),
        (True, True),
    ],
)
def test_a_result_that_is_not_json_is_kept_as_what_it_can_be(
    recorder: Recorder, tmp_path: Path, value: Any, kept: Any
) -> None:
    recorder.tool_started("t1", "look", {"given": value})
    recorder.tool_ended("t1", "completed", value)
    [call] = written(recorder, tmp_path)["tool_calls"]
    assert call["result"] == call["arguments"]["given"] == kept


def test_a_result_that_holds_itself_is_cut_off(recorder: Recorder, tmp_path: Path) -> None:
    recorder.tool_started("t1", "look", {})
    recorder.tool_ended("t1", "completed", a_loop())
    assert "[[...]]" in str(written(recorder, tmp_path)["tool_calls"])


def test_words_that_are_not_unicode_are_no_obstacle(tmp_path: Path) -> None:
    recorder = Recorder(
        Call("c1", "twilio", from_number="\udcff", session=SessionData(metadata={"a": "\ud83d"}))
    )
    recorder.said("caller", "Hi \ud83d")
    recorder.went_wrong("stt", "\ud83d")
    record = written(recorder, tmp_path)
    assert (record["transcript"][0]["text"], record["metadata"], record["from_number"]) == (
        "Hi ?",
        {"a": "?"},
        "?",
    )


def test_a_record_that_cannot_be_finished_leaves_the_one_before_whole(
    recorder: Recorder, tmp_path: Path, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spare").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spare"))
    before = written(recorder, tmp_path)
    (tmp_path / "calls" / "c1" / "record.tmp").mkdir()
    recorder.said("agent", "Hello.")
    assert written(recorder, tmp_path) == before
    assert any(line.startswith("ERROR The record could not be written under") for line in logged)


def test_nothing_but_the_record_is_left_in_its_folder(recorder: Recorder, tmp_path: Path) -> None:
    written(recorder, tmp_path)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["record.json"]


def test_where_the_data_folder_cannot_be_written_the_record_goes_to_the_temporary_folder(
    recorder: Recorder, tmp_path: Path, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").write_text("a file, where a folder should be")
    (tmp_path / "spare").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spare"))
    recorder.write(tmp_path / "data")
    [kept] = (tmp_path / "spare").glob("frontdesk-*/c1/record.json")
    assert json.loads(kept.read_text())["id"] == "c1"
    assert stat.S_IMODE(kept.parents[1].stat().st_mode) == 0o700
    [error] = [line for line in logged if line.startswith("ERROR")]
    assert str(tmp_path / "data") in error
    assert str(kept) in logged[-1]


def test_where_nothing_can_be_written_the_log_says_so_and_nothing_is_raised(
    recorder: Recorder, tmp_path: Path, logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    recorder.write(tmp_path / "file")
    assert [line.split()[0] for line in logged] == ["ERROR", "ERROR", "INFO"]


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", ".hidden", "a\\b", "a\x00b", "x" * 129, "c1\n"])
def test_an_id_that_could_leave_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        CallRecord.of(Call(name, "twilio"))


def test_a_record_is_read_back_as_it_was(recorder: Recorder, tmp_path: Path) -> None:
    recorder.said("agent", "Grüß Gott.", at=after(1), interrupted=True)
    recorder.tool_started("t1", "look", {"date": "2026-03-03"})
    recorder.write(tmp_path)
    read = CallRecord.model_validate_json((tmp_path / "calls" / "c1" / "record.json").read_bytes())
    assert read == recorder.record
