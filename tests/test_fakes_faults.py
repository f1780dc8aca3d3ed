"""What all stand-ins share: they can be made slow, fail, drop; and they leave nothing behind."""

import asyncio

import aiohttp
import pytest

from tests.fakes import FakeCartesia, FakeDeepgram, FakeOpenAI, FakeTwilio, Faults
from tests.fakes.server import FakeServer

FAKES: list[type[FakeServer]] = [FakeCartesia, FakeDeepgram, FakeOpenAI, FakeTwilio]


@pytest.mark.parametrize("kind", FAKES)
async def test_it_answers_only_whom_it_knows(kind: type[FakeServer]) -> None:
    async with kind() as fake, aiohttp.ClientSession() as session, session.get(http(fake)) as answer:
        assert answer.status == 401
        assert len(fake.requests) == 1


@pytest.mark.parametrize("kind", FAKES)
async def test_it_fails_as_often_as_told(kind: type[FakeServer]) -> None:
    async with kind(faults=Faults(fail_status=503, fail_count=1)) as fake, aiohttp.ClientSession() as session:
        statuses = []
        for _ in range(2):
            async with session.get(http(fake)) as answer:
                statuses.append(answer.status)
        assert statuses == [503, 401]


@pytest.mark.parametrize("kind", FAKES)
async def test_it_can_keep_a_client_waiting(kind: type[FakeServer]) -> None:
    patience = aiohttp.ClientTimeout(total=0.1)
    async with kind() as fake, aiohttp.ClientSession(timeout=patience) as session:
        fake.faults.connect_delay_s = 60.0
        with pytest.raises(TimeoutError):
            await session.get(http(fake))


async def test_a_stand_in_leaves_no_task_behind() -> None:
    async with aiohttp.ClientSession(headers={"X-API-Key": "cartesia-key"}) as session:
        async with FakeCartesia() as fake:
            socket = await session.ws_connect(fake.url, params={"cartesia_version": "2026-03-01"})
            await fake.wait_until(lambda: len(fake.connections) == 1)
        assert (await socket.receive(timeout=5)).type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_dropped_socket_ends_without_a_goodbye() -> None:
    headers = {"Authorization": "Token deepgram-key"}
    ask = {"model": "flux-general-en", "encoding": "linear16", "sample_rate": "8000"}
    fake = FakeDeepgram(faults=Faults(drop_after=1))
    async with fake, aiohttp.ClientSession(headers=headers) as session:
        socket = await session.ws_connect(fake.url, params=ask)
        assert (await socket.receive_json(timeout=5))["type"] == "Connected"
        await socket.receive(timeout=5)
        assert socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE


def http(fake: FakeServer) -> str:
    """An address that needs credentials, by plain HTTP."""
    paths = {FakeDeepgram: "/v2/listen", FakeOpenAI: "/models", FakeCartesia: "/tts/websocket"}
    return fake.base_url + paths.get(type(fake), "/2010-04-01/Accounts/AC1/Calls/CA1.json")
