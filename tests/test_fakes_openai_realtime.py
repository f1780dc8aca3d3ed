"""pipecat's own realtime service against the stand-in, and what the API refuses."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from pipecat.frames.frames import ErrorFrame, LLMContextFrame, LLMFullResponseEndFrame, TTSTextFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService

from tests.fakes import FakeOpenAIRealtime, Reply, ToolCall
from tests.fakes.bench import bench, noise
from tests.quick import agent_tone

PARAMS = {"model": "gpt-realtime"}


class Client:
    """A client that speaks the protocol by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.heard: list[dict[str, Any]] = []

    async def send(self, kind: str, **fields: Any) -> None:
        """Send one event."""
        await self._socket.send_json({"type": kind, "event_id": "mine"} | fields)

    async def until(self, kind: str) -> dict[str, Any]:
        """The next event of a kind; what comes before it is kept too."""
        async with asyncio.timeout(5):
            while True:
                self.heard.append(await self._socket.receive_json())
                if self.heard[-1]["type"] == kind:
                    return self.heard[-1]


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAIRealtime]:
    """The stand-in."""
    async with FakeOpenAIRealtime(synthesize=agent_tone, lines=["Are you open?"]) as opened:
        yield opened


@asynccontextmanager
async def connected(fake: FakeOpenAIRealtime) -> AsyncIterator[Client]:
    """A client in a session."""
    headers = {"Authorization": f"Bearer {fake.api_key}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.ws_connect(fake.url, params=PARAMS) as socket,
    ):
        client = Client(socket)
        await client.until("session.created")
        yield client


async def test_pipecats_service_speaks_first_and_uses_a_tool(fake: FakeOpenAIRealtime) -> None:
    fake.replies = [Reply("Let me see.", tool_calls=[ToolCall("look", {"where": "here"})]), "Found it."]
    looked: list[str] = []

    async def look(params: Any, where: str) -> None:
        """Look for it.

        Args:
            where: The place.
        """
        looked.append(where)
        await params.result_callback({"found": True})

    settings = OpenAIRealtimeLLMService.Settings(model="gpt-realtime")
    service = OpenAIRealtimeLLMService(api_key=fake.api_key, base_url=fake.url, settings=settings)
    context = LLMContext([{"role": "user", "content": "Hello."}], tools=[look])
    async with bench(service) as pipeline:
        await pipeline.queue(LLMContextFrame(context))
        await pipeline.wait_for(LLMFullResponseEndFrame)
        items = fake.sessions[0].items
        await fake.wait_until(lambda: items[-1]["type"] == "function_call_output")
        assert looked == ["here"] and items[-1]["output"] == '{"found": true}'
        assert "".join(frame.text for frame in pipeline.seen(TTSTextFrame)) == "Let me see."
        assert not pipeline.seen(ErrorFrame)


async def test_a_turn_is_heard_transcribed_and_answered_in_the_order_of_the_api(
    fake: FakeOpenAIRealtime,
) -> None:
    fake.replies = ["Yes."]
    async with connected(fake) as client:
        audio = {"input": {"transcription": {"model": "gpt-realtime-whisper"}}}
        await client.send("session.update", session={"type": "realtime", "audio": audio})
        updated = await client.until("session.updated")
        assert updated["session"]["audio"]["output"]["voice"] == "alloy", "what is not sent stays as it is"
        pcm = noise(0.6) + bytes(24000)
        await client.send("input_audio_buffer.append", audio=base64.b64encode(pcm).decode())
        await client.until("response.done")
    told = [event["type"] for event in client.heard[2:] if not event["type"].endswith(("delta", "completed"))]
    assert told == [
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "response.output_item.done",
        "conversation.item.done",
        "response.done",
    ]
    transcripts = [event["transcript"] for event in client.heard if event["type"].endswith("completed")]
    assert transcripts == ["Are you open?"]


async def test_a_wrong_key_is_refused_at_the_handshake(fake: FakeOpenAIRealtime) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": "Bearer wrong"}) as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(fake.url, params=PARAMS)
        assert refused.value.status == 401
        async with http.get(f"{fake.base_url}/realtime") as answer:
            assert (await answer.json())["error"]["code"] == "invalid_api_key"


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("session.update", {"session": {"instructions": "Hi"}}, "missing_required_parameter"),
        ("session.update", {"session": {"type": "realtime", "voice": "x"}}, "unknown_parameter"),
        ("session.update", {"session": {"type": "realtime", "model": "x"}}, "cannot_update_model"),
        ("response.create", {"response": {"modalities": ["audio"]}}, "unknown_parameter"),
        ("response.cancel", {}, "response_cancel_not_active"),
        ("input_audio_buffer.append", {"audio": "?"}, "invalid_value"),
        ("input_audio_buffer.commit", {}, "input_audio_buffer_commit_empty"),
        ("conversation.item.retrieve", {"item_id": "no"}, "item_retrieve_invalid_item_id"),
        ("conversation.item.create", {"item": {"type": "function_call_output", "call_id": "no"}}, None),
        ("make.tea", {}, "invalid_value"),
    ],
)
async def test_what_the_api_does_not_take_is_an_error_and_the_session_goes_on(
    fake: FakeOpenAIRealtime, kind: str, fields: dict[str, Any], code: str | None
) -> None:
    async with connected(fake) as client:
        await client.send(kind, **fields)
        error = (await client.until("error"))["error"]
        assert error["event_id"] == "mine" and error["type"] == "invalid_request_error"
        assert code is None or error["code"] == code
        await client.send("session.update", session={"type": "realtime"})
        await client.until("session.updated")


async def test_one_answer_at_a_time_and_it_can_be_cancelled_and_cut(fake: FakeOpenAIRealtime) -> None:
    fake.replies, fake.faults.message_delay_s = ["A long answer that goes on and on. " * 3], 0.05
    async with connected(fake) as client:
        await client.send("response.create")
        delta = await client.until("response.output_audio.delta")
        await client.send("response.create")
        assert (await client.until("error"))["error"]["code"] == "conversation_already_has_active_response"
        await client.send("response.cancel")
        done = (await client.until("response.done"))["response"]
        assert done["status"] == "cancelled"
        assert done["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
        where = {"item_id": delta["item_id"], "content_index": 0}
        await client.send("conversation.item.truncate", **where, audio_end_ms=99999)
        assert "already shorter than 99999ms" in (await client.until("error"))["error"]["message"]
        await client.send("conversation.item.truncate", **where, audio_end_ms=100)
        await client.until("conversation.item.truncated")
        assert fake.sessions[0].truncated == {delta["item_id"]: 100}
