"""What vendors are sent: key, model and settings, at the address that was given."""

import time
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp import web
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.services.llm_service import FunctionCallParams

from frontdesk.services.vendor import Vendor
from tests.fakes import FakeCartesia, FakeDeepgram, FakeOpenAI, Reply, ToolCall
from tests.fakes.anthropic import FakeAnthropic
from tests.fakes.bench import bench, noise, silence
from tests.fakes.deepgram_speak import FakeDeepgramSpeak
from tests.fakes.elevenlabs import FakeElevenLabs
from tests.fakes.openai_audio import FakeOpenAIAudio
from tests.fakes.server import FakeServer
from tests.vendor_rows import TABLES, needs

KEY = "the-key"
TEXT = "We are open."
COMPATIBLE = [
    pytest.param(name, row, id=name, marks=needs(row))
    for name, row in TABLES["llm"].items()
    if row.client and name not in ("anthropic", "azure")
]


def row_of(kind: str, name: str) -> Vendor:
    """A row, or a skip where its extra is not installed."""
    row = TABLES[kind][name]
    if not row.installed():
        pytest.skip(f"the extra {row.extra} is not installed")
    return row


def keys(row: Vendor, **more: str) -> dict[str, str]:
    """An environment with the key of a row."""
    return dict.fromkeys(row.keys.values(), KEY) | more


def asked(text: str = "Hi") -> LLMContextFrame:
    return LLMContextFrame(LLMContext([{"role": "user", "content": text}]))


def is_closed(client: Any) -> bool:
    """Whether the HTTP client of a vendor's own client is closed."""
    closed = client.is_closed()
    assert isinstance(closed, bool)
    return closed


# Language models


@pytest.mark.parametrize(("name", "row"), COMPATIBLE)
async def test_an_llm_with_openais_api_is_sent_its_key_model_and_settings(name: str, row: Vendor) -> None:
    settings = {"model": "a-model", "temperature": 0.2, "top_p": 0.9, "system_instruction": "You are Emma."}
    async with FakeOpenAI(api_key=KEY if row.keys else "ollama", replies=[TEXT]) as fake:
        service = row.make(settings, fake.base_url, keys(row))
        async with bench(service) as pipeline:
            await pipeline.queue(asked())
            await pipeline.wait_for(LLMFullResponseEndFrame)
    body = fake.requests[0].body
    assert (body["model"], body["temperature"], body["top_p"]) == ("a-model", 0.2, 0.9)
    assert body["messages"][0]["content"] == "You are Emma."
    assert "".join(frame.text for frame in pipeline.seen(LLMTextFrame)) == TEXT
    assert is_closed(service._client)


@pytest.mark.parametrize(("name", "row"), COMPATIBLE)
async def test_the_address_of_an_llm_may_stand_in_the_environment(name: str, row: Vendor) -> None:
    async with FakeOpenAI(api_key=KEY if row.keys else "ollama", replies=[TEXT]) as fake:
        environ = keys(row, **{f"{name.upper()}_BASE_URL": fake.base_url})
        async with bench(row.make({"model": "a-model"}, None, environ)) as pipeline:
            await pipeline.queue(asked())
            await pipeline.wait_for(LLMFullResponseEndFrame)
    assert fake.requests[0].body["model"] == "a-model"


class FakeAzure(FakeOpenAI):
    """OpenAI's API under Azure's path."""

    @property
    def base_url(self) -> str:
        return super().base_url.removesuffix("/v1") + "/openai/v1"

    def routes(self) -> list[web.RouteDef]:
        return [web.post(f"/openai{route.path}", route.handler) for route in super().routes()[:1]]


@pytest.mark.parametrize("where", ["file", "environment"])
async def test_azure_is_sent_its_key_and_deployment(where: str) -> None:
    row = row_of("llm", "azure")
    async with FakeAzure(api_key=KEY, replies=[TEXT]) as fake:
        environ = {"AZURE_CHATGPT_API_KEY": KEY, "AZURE_CHATGPT_ENDPOINT": fake.base_url}
        if where == "file":
            del environ["AZURE_CHATGPT_ENDPOINT"]
        service = row.make({"model": "a-deployment"}, fake.base_url if where == "file" else None, environ)
        async with bench(service) as pipeline:
            await pipeline.queue(asked())
            await pipeline.wait_for(LLMFullResponseEndFrame)
    assert fake.requests[0].body["model"] == "a-deployment"
    assert is_closed(service._client)


async def test_anthropic_is_sent_its_key_model_and_settings() -> None:
    row = row_of("llm", "anthropic")
    thinking = {"type": "enabled", "budget_tokens": 1024}
    settings = {"model": "claude", "max_tokens": 2000, "thinking": thinking}
    async with FakeAnthropic(api_key=KEY, replies=[TEXT]) as fake:
        service = row.make(settings | {"system_instruction": "You are Emma."}, fake.base_url, keys(row))
        async with bench(service) as pipeline:
            await pipeline.queue(asked())
            await pipeline.wait_for(LLMFullResponseEndFrame)
    body = fake.requests[0].body
    assert (body["model"], body["max_tokens"], body["thinking"]) == ("claude", 2000, thinking)
    assert "You are Emma." in str(body["system"])
    assert "".join(frame.text for frame in pipeline.seen(LLMTextFrame)) == TEXT
    assert len(pipeline.seen(LLMTextFrame)) == 3
    assert is_closed(service._client)


async def test_a_tool_is_called_by_anthropic_and_its_result_comes_back() -> None:
    row = row_of("llm", "anthropic")
    calls: list[tuple[str, int]] = []

    async def book_table(params: FunctionCallParams, time: str, guests: int) -> None:
        """Book a table.

        Args:
            time: When, as HH:MM.
            guests: How many people.
        """
        calls.append((time, guests))
        await params.result_callback({"booked": True})

    wanted = Reply("One moment.", [ToolCall("book_table", {"time": "20:00", "guests": 4})])
    async with FakeAnthropic(api_key=KEY, replies=[wanted, "Booked."]) as fake:
        service = row.make({"model": "claude"}, None, keys(row, ANTHROPIC_BASE_URL=fake.base_url))
        context = LLMContext([{"role": "user", "content": "A table for four."}], tools=[book_table])
        pair = LLMContextAggregatorPair(context)
        async with bench(pair.user(), service, pair.assistant()) as pipeline:
            await pipeline.queue(LLMContextFrame(context))
            await fake.wait_until(lambda: len(fake.requests) == 2)
            assert not pipeline.seen(ErrorFrame)
    assert calls == [("20:00", 4)]
    assert fake.requests[0].body["tools"][0]["name"] == "book_table"
    assert '"booked": true' in str(fake.requests[1].body["messages"][-1]["content"])


@pytest.mark.parametrize("status", [401, 529])
async def test_a_refusal_of_anthropic_is_an_error(status: int) -> None:
    row = row_of("llm", "anthropic")
    async with FakeAnthropic(api_key=KEY) as fake:
        fake.faults.fail_status = status
        async with bench(row.make({"model": "claude"}, fake.base_url, keys(row))) as pipeline:
            await pipeline.queue(asked())
            assert str(status) in (await pipeline.wait_for(ErrorFrame, timeout_s=10)).error


# Voices


async def heard_from(row: Vendor, settings: Mapping[str, Any], base_url: str) -> tuple[list[Frame], Any]:
    """What a voice made of TEXT, and the service, which has ended."""
    service = row.make(settings, base_url, keys(row))
    async with bench(service) as pipeline:
        await pipeline.queue(TTSSpeakFrame(TEXT))
        await pipeline.wait_for(TTSStoppedFrame)
    return pipeline.frames, service


def seconds(frames: list[Frame]) -> float:
    """How long all audio in the frames lasts."""
    audio = [frame for frame in frames if isinstance(frame, TTSAudioRawFrame)]
    return sum(len(frame.audio) / 2 / frame.sample_rate for frame in audio)


async def test_elevenlabs_is_sent_its_key_voice_and_settings() -> None:
    row = row_of("tts", "elevenlabs")
    settings = {"voice": "a-voice", "model": "eleven_flash_v2_5", "language": "es", "stability": 0.4}
    async with FakeElevenLabs(api_key=KEY) as fake:
        frames, _ = await heard_from(row, settings | {"enable_logging": False}, fake.base_url)
    [request] = fake.requests
    assert request.path == "/v1/text-to-speech/a-voice/multi-stream-input"
    assert request.query["model_id"] == "eleven_flash_v2_5"
    assert (request.query["language_code"], request.query["enable_logging"]) == ("es", "false")
    assert fake.connections[0].received[0]["voice_settings"] == {"stability": 0.4}
    assert fake.spoken == [TEXT] and seconds(frames) == pytest.approx(len(TEXT) * 0.06, abs=0.1)


async def test_deepgram_is_sent_its_key_and_voice() -> None:
    async with FakeDeepgramSpeak(api_key=KEY) as fake:
        frames, _ = await heard_from(
            TABLES["tts"]["deepgram"], {"voice": "aura-2-apollo-en"}, f"{fake.base_url}/"
        )
    [request] = fake.requests
    assert (request.path, request.query["model"]) == ("/v1/speak", "aura-2-apollo-en")
    assert seconds(frames) == pytest.approx(len(TEXT) * 0.06, abs=0.1)


async def test_openais_voice_is_sent_its_key_and_settings_and_is_not_slowed_down() -> None:
    settings = {"voice": "coral", "model": "tts-1", "instructions": "Be calm."}
    async with FakeOpenAIAudio(api_key=KEY) as fake:
        frames, service = await heard_from(TABLES["tts"]["openai"], settings, fake.base_url)
    body = fake.requests[0].body
    assert (body["voice"], body["model"], body["instructions"]) == ("coral", "tts-1", "Be calm.")
    assert seconds(frames) == pytest.approx(len(TEXT) * 0.06, abs=0.1)
    assert is_closed(service._client)


async def test_groqs_voice_is_sent_its_key_and_settings() -> None:
    row = row_of("tts", "groq")
    async with FakeOpenAIAudio(api_key=KEY, path="/openai/v1") as fake:
        frames, service = await heard_from(row, {"voice": "hannah", "model": "orpheus"}, fake.base_url)
    body = fake.requests[0].body
    assert (body["voice"], body["model"], body["input"]) == ("hannah", "orpheus", TEXT)
    assert seconds(frames) == pytest.approx(len(TEXT) * 0.06, abs=0.1)
    assert is_closed(service._client)


# Ears


@pytest.mark.parametrize("name", ["groq", "openai"])
async def test_speech_is_sent_with_its_key_model_and_language(name: str) -> None:
    row = row_of("stt", name)
    settings = {"model": "whisper-1", **row.language("es")}
    async with FakeOpenAIAudio(api_key=KEY, lines=["Hola."]) as fake:
        service = row.make(settings, fake.base_url, keys(row))
        async with bench(service) as pipeline:
            await pipeline.queue(VADUserStartedSpeakingFrame())
            await pipeline.say(noise(0.4), silence(0.2))
            await pipeline.queue(VADUserStoppedSpeakingFrame())
            heard = await pipeline.wait_for(TranscriptionFrame)
    form = fake.requests[0].body
    assert heard.text == "Hola."
    assert (form["model"], form["language"]) == ("whisper-1", "es")
    assert is_closed(service._client)


# A vendor that hangs


STALLING = [
    pytest.param("stt", "deepgram", FakeDeepgram, {"model": "nova-3"}, id="nova"),
    pytest.param("stt", "deepgram-flux", FakeDeepgram, {"model": "flux-general-en"}, id="flux"),
    pytest.param("tts", "cartesia", FakeCartesia, {"voice": "v"}, id="cartesia"),
    pytest.param("tts", "deepgram", FakeDeepgramSpeak, {}, id="deepgram-voice"),
    pytest.param("tts", "elevenlabs", FakeElevenLabs, {"voice": "v"}, id="elevenlabs"),
]


@pytest.mark.parametrize(("kind", "name", "fake_class", "settings"), STALLING)
async def test_a_vendor_that_does_not_say_goodbye_is_left(
    kind: str, name: str, fake_class: type[FakeServer], settings: dict[str, Any]
) -> None:
    row = row_of(kind, name)
    async with fake_class(api_key=KEY) as fake:  # type: ignore[call-arg]
        service = row.make(settings, fake.base_url, keys(row))
        async with bench(service) as pipeline:
            await fake.wait_until(lambda: bool(fake.connections))
            fake.connections[0].stall()
            begun = time.monotonic()
            await pipeline.queue(EndFrame())
            await pipeline.wait_for(EndFrame, count=2, timeout_s=9)
            assert time.monotonic() - begun < 1.0
