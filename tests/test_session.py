"""Session data: whatever comes, a caller is on the line."""

import asyncio
import base64
import json
import os
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pipecat.runner.types import (
    CallData,
    DailyDialinRequest,
    DialinSettings,
    RunnerArguments,
    WebSocketRunnerArguments,
)
from pipecatcloud.agent import PipecatSessionArguments
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketState

from frontdesk.agent import AgentConfig, Agents
from frontdesk.call import Call
from frontdesk.facts import call_of, dial_in
from frontdesk.house import House
from frontdesk.reception import take
from frontdesk.record.call_record import CallRecord
from frontdesk.session import MAX_METADATA_CHARACTERS, MAX_VALUES, SessionData, parse_session
from frontdesk.transport import Line

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


RELAXED = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
SESSION_IDS = st.none() | st.text(st.characters(), max_size=200) | st.sampled_from(["..", "a/b", "session-1"])
DIALLED = st.fixed_dictionaries({"call_id": DATA, "call_domain": DATA}, optional={"From": DATA})
DIAL_INS = st.fixed_dictionaries({"dialin_settings": DIALLED | DATA})


@given(body=SOURCES | DIAL_INS, session_id=SESSION_IDS)
@RELAXED
def test_any_body_makes_a_call_whose_record_can_be_written(body: Any, session_id: str | None) -> None:
    call = call_of(RunnerArguments(body=body, session_id=session_id), "daily", dial_in(body))
    check_bounds(call.session)
    CallRecord.of(call).model_dump_json().encode()


@given(body=SOURCES, session_id=SESSION_IDS)
@RELAXED
def test_any_body_posted_to_the_host_leaves_a_record(body: Any, session_id: str | None) -> None:
    data = Path(os.environ["FRONTDESK_DATA_DIR"])
    before = set(data.glob("calls/*/record.json"))
    asyncio.run(take(PipecatSessionArguments(session_id=session_id, body=body), an_open_house))
    written = set(data.glob("calls/*/record.json")) - before
    for record in written or {data / "calls" / str(session_id) / "record.json"}:
        assert CallRecord.model_validate_json(record.read_bytes()).end_reason == "no_transport"


@given(body=SOURCES, parameters=st.dictionaries(NAMES, DATA, max_size=6) | DATA)
@RELAXED
def test_any_stream_parameters_make_a_call_or_a_clear_refusal(body: Any, parameters: Any) -> None:
    stream = Stream(parameters)
    answered: list[Call] = []

    async def hold(line: Line, house: House) -> None:
        answered.append(line.call)

    with patch("frontdesk.reception.hold", hold):
        asyncio.run(take(WebSocketRunnerArguments(websocket=stream.websocket, body=body), an_open_house))
    assert stream.close_codes == ([1000] if answered else [1003])
    for call in answered:
        check_bounds(call.session)


class Stream:
    """An accepted WebSocket at whose other end Twilio begins a stream with these custom parameters."""

    def __init__(self, parameters: object):
        self.close_codes: list[int] = []
        start = {"streamSid": "MZ0", "callSid": "CA0", "customParameters": parameters}
        self._says = [{"event": "connected"}, {"event": "start", "start": start}]
        self.websocket = WebSocket({"type": "websocket"}, receive=self._receive, send=self._send)
        self.websocket.client_state = self.websocket.application_state = WebSocketState.CONNECTED

    async def _receive(self) -> Message:
        if not self._says:
            return {"type": "websocket.disconnect", "code": 1000}
        return {"type": "websocket.receive", "text": json.dumps(self._says.pop(0))}

    async def _send(self, message: Message) -> None:
        self.close_codes.append(message["code"])


async def an_open_house() -> House:
    """A house with one agent, who has nothing to do."""
    agent = AgentConfig()
    return House(Agents({agent.agent_id: agent}, agent), {}, {}, {}, {})


def test_the_facts_of_a_dialled_call_are_read_from_a_mapping_and_from_pipecats_own_type() -> None:
    dialled = DialinSettings(call_id="c", call_domain="d", From="+15550002222", To="+15550001111")
    request = DailyDialinRequest(dialin_settings=dialled, daily_api_key="k", daily_api_url="https://a")
    for body in (request, request.model_dump()):
        facts = dial_in(body)
        assert (facts.call_id, facts.from_number, facts.to_number) == ("c", "+15550002222", "+15550001111")
    assert dial_in(None) == CallData()


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
