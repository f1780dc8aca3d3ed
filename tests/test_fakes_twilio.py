"""The real Twilio serializer, and plain REST, against the stand-in."""

import aiohttp
from pipecat.frames.frames import EndFrame
from pipecat.serializers.twilio import TwilioFrameSerializer

from tests.fakes import FakeTwilio, Faults


def serializer(fake: FakeTwilio, call_sid: str, **credentials: str) -> TwilioFrameSerializer:
    credentials = credentials or {"auth_token": fake.auth_token}
    return TwilioFrameSerializer(
        "MZ1",
        call_sid=call_sid,
        account_sid=fake.account_sid,
        auth_token=credentials.get("auth_token"),
        api_key_sid=credentials.get("api_key_sid"),
        api_key_secret=credentials.get("api_key_secret"),
        base_url=fake.base_url,
    )


async def test_the_end_of_the_pipeline_hangs_up() -> None:
    async with FakeTwilio() as fake:
        call = fake.add_call()
        await serializer(fake, call.sid).serialize(EndFrame())
        ended = await fake.wait_for_hangup(call.sid)
        assert ended.status == "completed"
        assert ended.updates == [{"Status": "completed"}]


async def test_an_api_key_may_hang_up() -> None:
    async with FakeTwilio(api_keys={"SK1": "secret"}) as fake:
        call = fake.add_call()
        await serializer(fake, call.sid, api_key_sid="SK1", api_key_secret="secret").serialize(EndFrame())
        assert call.hung_up.is_set()


async def test_a_wrong_token_leaves_the_call_up() -> None:
    async with FakeTwilio() as fake:
        call = fake.add_call()
        await serializer(fake, call.sid, auth_token="wrong").serialize(EndFrame())
        assert len(fake.requests) == 1
        assert call.status == "in-progress"


async def test_an_unknown_call_is_not_found() -> None:
    async with (
        FakeTwilio() as fake,
        session(fake) as client,
        client.get(f"{calls(fake)}/CA1.json") as answer,
    ):
        assert answer.status == 404
        assert (await answer.json())["code"] == 20404


async def test_a_call_that_has_ended_cannot_be_ended_again() -> None:
    async with FakeTwilio() as fake, session(fake) as client:
        call = fake.add_call()
        statuses = []
        for _ in range(2):
            async with client.post(f"{calls(fake)}/{call.sid}.json", data={"Status": "completed"}) as answer:
                statuses.append(answer.status)
        assert statuses == [200, 404]
        async with client.get(f"{calls(fake)}/{call.sid}.json") as answer:
            assert (await answer.json())["status"] == "completed"


async def test_a_call_is_created_and_kept() -> None:
    async with FakeTwilio() as fake, session(fake) as client:
        form = {"To": "+15550003333", "From": "+15550001111", "Twiml": "<Response/>"}
        async with client.post(f"{calls(fake)}.json", data=form) as answer:
            assert answer.status == 201
            created = await answer.json()
        assert created["status"] == "queued"
        assert fake.calls[created["sid"]].params == form
        async with client.post(f"{calls(fake)}.json", data={"From": "+15550001111"}) as answer:
            assert (await answer.json())["code"] == 21201


async def test_it_can_fail() -> None:
    faults = Faults(fail_status=500, fail_count=1)
    async with FakeTwilio(faults=faults) as fake, session(fake) as client:
        call = fake.add_call()
        for expected in (500, 200):
            async with client.get(f"{calls(fake)}/{call.sid}.json") as answer:
                assert answer.status == expected


def session(fake: FakeTwilio) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": fake.authorization})


def calls(fake: FakeTwilio) -> str:
    return f"{fake.base_url}/2010-04-01/Accounts/{fake.account_sid}/Calls"
