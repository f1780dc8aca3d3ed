"""Who may begin a call on the socket, in which carrier's words, and what becomes of what it says."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from frontdesk import handshake
from frontdesk.call import Call, Direction
from frontdesk.house import House
from frontdesk.transport import Line
from tests import carriers
from tests.inprocess import InProcess, in_process_bot
from tests.records import wait_for_records, words_of
from tests.vendors import change_agent, copy_agents

GREETING = "Hello {client_name}, this is {agent_name}."
NUMBERS = carriers.NUMBERS


@pytest.fixture
async def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[InProcess]:
    """A bot without keys in this process, whose greetings are short."""
    agents = copy_agents(tmp_path / "agents", "appointments", "guest_relations")
    for agent_id in ("appointments", "guest_relations"):
        change_agent(agents, {"start_message": GREETING}, agent_id)
    monkeypatch.setenv("AGENTS_DIR", str(agents))
    async with in_process_bot(monkeypatch) as running:
        yield running


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """The calls that come through, which nobody answers."""
    came: list[Call] = []

    async def note(line: Line, house: House) -> None:
        came.append(line.call)

    monkeypatch.setattr("frontdesk.reception.hold", note)
    return came


async def closing_code(url: str, *said: str | bytes) -> int | None:
    """Connect, say something, and wait to be refused; the close code."""
    async with connect(url) as socket:
        for message in said:
            await socket.send(message)
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        return socket.close_code


async def first_audio(socket: ClientConnection, event: str) -> dict[str, Any]:
    """The first message with audio that is not silence."""
    while True:
        message: dict[str, Any] = json.loads(await socket.recv())
        if message["event"] == event and len(set(base64.b64decode(message["media"]["payload"]))) > 2:
            return message


async def until_quiet(socket: ClientConnection) -> None:
    """Read until nothing more comes."""
    with contextlib.suppress(TimeoutError):
        while True:
            await asyncio.wait_for(socket.recv(), 0.7)


async def test_refuses_each_wrong_beginning_and_serves_the_next_call(
    bot: InProcess, logged: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(handshake, "HANDSHAKE_TIMEOUT_S", 0.3)
    unknown = ['{"event": "connected"}', '{"event": "start", "start": {"callUuid": "1"}}']
    beginnings = {("GET / HTTP/1.1",): 1003, ("[1, 2]",): 1003, tuple(unknown): 1003, (): 1008}
    for said, code in beginnings.items():
        logged.clear()
        assert await closing_code(bot.url, *said) == code
        await bot.until_ended(bot.begun, within=2)
        assert len([line for line in logged if line.startswith("WARNING Connection refused: ")]) == 1
        assert not [line for line in logged if line.startswith("ERROR")]
    async with connect(bot.url) as socket:
        for message in carriers.twilio():
            await socket.send(message)
        assert (await first_audio(socket, "media"))["streamSid"] == "MZ0"
    assert len(await wait_for_records(tmp_path / "data")) == 1


async def test_values_that_are_no_numbers_reach_no_log(bot: InProcess, logged: list[str]) -> None:
    secret = "4111111111111111"
    telnyx = {"event": "start", "stream_id": "s", "start": {"call_control_id": "c", "from": {"card": secret}}}
    twilio = {
        "event": "start",
        "start": {"streamSid": "MZ1", "callSid": "CA1", "customParameters": {"from_number": [secret]}},
    }
    for start in (telnyx, twilio):
        assert await closing_code(bot.url, '{"event": "connected"}', json.dumps(start)) == 1003
    await bot.until_ended(2, within=2)
    assert logged and secret not in "\n".join(logged)


async def test_a_peer_that_leaves_or_vanishes_is_refused_without_a_traceback(
    bot: InProcess, logged: list[str]
) -> None:
    async with connect(bot.url) as socket:
        await socket.send(carriers.twilio()[0])
    socket = await connect(bot.url)
    socket.transport.abort()
    await bot.until_ended(2, within=2)
    refused = [line for line in logged if "refused" in line]
    assert refused == ["WARNING Connection refused: the peer left before its handshake"] * 2
    assert not [line for line in logged if line.startswith("ERROR")]


@pytest.mark.parametrize("carrier", ["twilio", "telnyx", "plivo", "exotel"])
async def test_each_carrier_is_answered_in_its_own_words(
    bot: InProcess, tmp_path: Path, logged: list[str], carrier: str
) -> None:
    async with connect(bot.url) as socket:
        for message in getattr(carriers, carrier)(**carriers.PARAMETERS):
            await socket.send(message)
        message = await first_audio(socket, "playAudio" if carrier == "plivo" else "media")
        if carrier != "plivo":  # which only closes the socket
            await socket.send(json.dumps({"event": "stop", "stop": {}}))
            await bot.until_ended(1, within=3)
    await bot.until_ended(1, within=3)
    media = message.pop("media")
    audio = base64.b64decode(media.pop("payload"))
    expected: dict[str, tuple[dict[str, Any], dict[str, Any], int]] = {
        "twilio": ({"event": "media", "streamSid": "MZ0"}, {}, 320),
        "telnyx": ({"event": "media"}, {}, 320),
        "plivo": (
            {"event": "playAudio", "streamId": "87654321"},
            {"contentType": "audio/x-mulaw", "sampleRate": 8000},
            320,
        ),
        "exotel": ({"event": "media", "stream_sid": "c7b1e"}, {}, 1600),
    }
    assert (message, media, len(audio)) == expected[carrier]
    [record] = await wait_for_records(tmp_path / "data")
    assert record["carrier"] == carrier and record["agent"] == "appointments"
    assert record["metadata"] == {"campaign": "spring"}
    assert record["end_reason"] == "caller_hung_up" and record["errors"] == []
    assert not [line for line in logged if line.startswith("ERROR")]


async def test_the_facts_that_carriers_tell_reach_the_call(bot: InProcess, calls: list[Call]) -> None:
    openings = {
        "twilio": carriers.twilio(**NUMBERS, **carriers.PARAMETERS),
        "telnyx": carriers.telnyx(**carriers.PARAMETERS),
        "plivo": carriers.plivo(**NUMBERS, **carriers.PARAMETERS),
        "exotel": carriers.exotel(**carriers.PARAMETERS),
    }
    for opening in openings.values():
        async with connect(bot.url) as socket:
            for message in opening:
                await socket.send(message)
            await bot.until_ended(bot.begun, within=2)
            await socket.wait_closed()
            assert socket.close_code == 1000
    assert [call.carrier for call in calls] == list(openings)
    ids = [(call.carrier_call_id, call.stream_id) for call in calls]
    assert ids == [("CA0", "MZ0"), ("v3:MdI91X4l", "32de0dea"), ("12345678", "87654321"), ("a1b2c3", "c7b1e")]
    for call in calls:
        assert (call.from_number, call.to_number) == tuple(NUMBERS.values())
        assert call.session.agent == "appointments" and call.session.metadata == {"campaign": "spring"}
        assert call.direction is Direction.INBOUND
    assert len({call.id for call in calls}) == len(calls)


async def test_twilios_stream_parameters_choose_agent_inputs_language_and_direction(
    bot: InProcess, calls: list[Call]
) -> None:
    parameters = {
        "agent": "guest_relations",
        "agent_inputs": '{"client_name": "Ana", "visits": 3}',
        "language": "es",
        "direction": "outbound-api",
        "campaign": "spring",
        "metadata": '{"order": 7}',
    }
    async with connect(bot.url) as socket:
        for message in carriers.twilio(**NUMBERS, **parameters):
            await socket.send(message)
        await bot.until_ended(1, within=2)
    [call] = calls
    assert call.session.agent == "guest_relations"
    assert call.session.agent_inputs == {"client_name": "Ana", "visits": 3}
    assert call.session.language == "es"
    assert call.direction is Direction.OUTBOUND
    assert call.session.metadata == {"campaign": "spring", "order": 7}


async def test_parameters_reach_the_greeting_and_an_unknown_agent_is_an_error_in_the_record(
    bot: InProcess, tmp_path: Path
) -> None:
    parameters = {"agent": "apointments", "agent_inputs": '{"client_name": "Ana"}', "odd": "x"}
    async with connect(bot.url) as socket:
        for message in carriers.twilio(**parameters):
            await socket.send(message)
        await first_audio(socket, "media")
        await until_quiet(socket)
    [record] = await wait_for_records(tmp_path / "data")
    assert record["agent"] == "appointments"
    [error] = record["errors"]
    assert error["source"] == "session" and "'apointments'" in error["message"]
    assert words_of(record, "agent").startswith("Hello Ana")
    assert record["metadata"] == {"odd": "x"}


async def test_a_client_that_sends_nonsense_ends_its_own_call_only(bot: InProcess, tmp_path: Path) -> None:
    async with connect(bot.url) as socket:
        await socket.send(b"\xff\xff\xff")
        await bot.until_ended(1, within=5)
    [record] = await wait_for_records(tmp_path / "data")
    assert record["carrier"] == "websocket" and record["end_reason"] == "caller_hung_up"
    async with connect(bot.url) as socket:
        for message in carriers.twilio():
            await socket.send(message)
        assert await first_audio(socket, "media")
