"""Session data: whatever comes, a caller is on the line."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipecat.runner.types import DailyDialinRequest, DialinSettings

from frontdesk.call import Call
from frontdesk.record.call_record import CallRecord
from frontdesk.session import MAX_METADATA_CHARACTERS, MAX_VALUES, SessionData, parse_session

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=40)
NAMES = st.sampled_from([*SessionData.model_fields, "campaign", "dialin_settings"]) | st.text(max_size=8)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
ODD_KEYS = st.dictionaries(st.integers() | st.none() | st.tuples(st.integers()) | NAMES, DATA, max_size=5)


def encoded(value: object) -> st.SearchStrategy[object]:
    """The ways in which one value may be handed over."""
    text = json.dumps(value)
    return st.sampled_from([value, text, base64.b64encode(text.encode()).decode()])


SOURCES = DATA.flatmap(encoded) | ODD_KEYS | st.binary()


def check_bounds(session: SessionData) -> None:
    """What holds of any session data, and that its record can be written."""
    assert len(session.agent or "") <= 128 and len(session.language or "") <= 16
    assert len(session.agent_inputs) <= MAX_VALUES and len(session.metadata) <= MAX_VALUES
    assert session.direction in (None, "inbound", "outbound")
    for value in session.metadata.values():
        assert len(json.dumps(value, ensure_ascii=False)) <= MAX_METADATA_CHARACTERS
    assert len(session.model_dump_json()) < 2_000_000
    CallRecord.of(Call("c", "none", session=session)).model_dump_json().encode()


@given(st.lists(SOURCES, max_size=3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_never_raises_and_is_always_bounded(sources: list[object]) -> None:
    check_bounds(parse_session(*sources))


def nested(depth: int) -> str:
    return '{"metadata": {"a": ' + "[" * depth + "]" * depth + "}}"


def referring_to_itself() -> dict[str, Any]:
    value: dict[str, Any] = {"agent": "appointments"}
    value["campaign"] = value
    return value


@pytest.mark.parametrize(
    "source",
    [
        {"agent": "a" * 1_000_000, "x" * 100_000: 1, "metadata": {str(n): n for n in range(1000)}},
        {"agent_inputs": {str(n): "x" for n in range(1000)}, "dialout": {"to": "x" * 1_000_000}},
        {"dialout": {"settings": {str(n): "x" * 100 for n in range(1000)}}, 10**5000: 10**5000},
        "x" * 3_000_000,
        json.dumps({"campaign": "x" * 3_000_000}),
        nested(500),
        nested(100_000),
        referring_to_itself(),
        '{"campaign": "half a pair: \\ud800", "\\udfff": 1, "agent": "\\ud800"}',
        '{"campaign": NaN, "agent_inputs": {"a": Infinity, "b": 1e999}}',
        "\x00",
        "eyJ",
        object(),
    ],
    ids=lambda source: str(type(source)),
)
def test_survives_what_is_huge_deep_or_broken(source: object) -> None:
    check_bounds(parse_session(source))


def test_reads_json_text_and_base64_of_it_as_it_reads_a_mapping() -> None:
    data = {"agent": "guest_relations", "agent_inputs": {"client_name": "Ana"}, "campaign": 7}
    text = json.dumps(data)
    parsed = parse_session(data)
    assert parsed == parse_session(text) == parse_session(base64.b64encode(text.encode()).decode())
    assert parsed.agent == "guest_relations" and parsed.metadata == {"campaign": 7}


def test_stream_parameters_are_text_and_may_hold_json() -> None:
    session = parse_session({"agent_inputs": '{"client_name": "Ana", "visits": 3}', "metadata": '{"a": [1]}'})
    assert session.agent_inputs == {"client_name": "Ana", "visits": 3}
    assert session.metadata == {"a": [1]}


def test_a_later_source_wins_key_by_key() -> None:
    session = parse_session({"agent": "a", "language": "de"}, {"agent": "b", "x": 1}, {"y": 2})
    assert (session.agent, session.language, session.metadata) == ("b", "de", {"x": 1, "y": 2})


def test_what_does_not_fit_is_left_out_alone_and_named_without_its_value(logged: list[str]) -> None:
    session = parse_session(
        {
            "agent": ["secret"],
            "language": "x" * 99,
            "agent_inputs": {"good": "yes", "bad": {"deep": "secret"}},
        }
    )
    assert session.agent is None and session.language is None
    assert session.agent_inputs == {"good": "yes"}
    said = "\n".join(logged)
    assert "'agent'" in said and "'language'" in said and "'agent_inputs.bad'" in said
    assert "secret" not in said


@pytest.mark.parametrize("direction", ["outbound", "Outbound", "outbound-api", "outbound-dial"])
def test_takes_every_way_in_which_a_carrier_says_outbound(direction: str) -> None:
    assert parse_session({"direction": direction}).direction == "outbound"


def test_the_key_that_comes_with_a_call_from_dailys_network_is_not_kept(logged: list[str]) -> None:
    settings = DialinSettings(call_id="c", call_domain="d", From="+15550002222", To="+15550001111")
    request = DailyDialinRequest(
        dialin_settings=settings, daily_api_key="secret-key", daily_api_url="https://a"
    )
    session = parse_session(request)
    assert "secret-key" not in session.model_dump_json() + "\n".join(logged)
    assert session.metadata["dialin_settings"]["From"] == "+15550002222"
