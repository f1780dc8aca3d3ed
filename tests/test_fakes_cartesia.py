"""The real Cartesia service against the stand-in."""

import base64

import aiohttp
import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.services.cartesia.tts import CartesiaTTSService

from tests.fakes import FakeCartesia, Faults
from tests.fakes.bench import SAMPLE_RATE, Bench, bench

KEY = "cartesia-key"


def service(fake: FakeCartesia, key: str = KEY) -> CartesiaTTSService:
    return CartesiaTTSService(
        api_key=key, url=fake.url, settings=CartesiaTTSService.Settings(voice="a-voice", model="sonic-3")
    )


def seconds(pipeline: Bench) -> float:
    return sum(len(frame.audio) for frame in pipeline.seen(TTSAudioRawFrame)) / 2 / SAMPLE_RATE


async def test_a_sentence_is_spoken_with_its_words() -> None:
    async with FakeCartesia() as fake, bench(service(fake)) as pipeline:
        await pipeline.queue(TTSSpeakFrame("Hello there, caller."))
        await pipeline.wait_for(TTSStoppedFrame)
        assert 1.1 < seconds(pipeline) < 1.4
        assert " ".join(frame.text for frame in pipeline.seen(TTSTextFrame)) == "Hello there, caller."
        assert fake.contexts[0].voice == "a-voice"
        assert not pipeline.seen(ErrorFrame)


async def test_sentences_of_one_answer_share_a_context_that_is_kept_open() -> None:
    async with FakeCartesia() as fake, bench(service(fake)) as pipeline:
        await pipeline.queue(
            LLMFullResponseStartFrame(), LLMTextFrame("One moment. "), LLMTextFrame("Let me ")
        )
        await fake.wait_until(lambda: bool(fake.contexts and fake.contexts[0].transcripts))
        assert not fake.contexts[0].done
        await pipeline.queue(LLMTextFrame("look. "), LLMFullResponseEndFrame())
        await pipeline.wait_for(TTSStoppedFrame)
        sent = fake.connections[0].received
        assert len(fake.contexts) == 1
        assert [message["continue"] for message in sent] == [True, True, False]
        assert fake.contexts[0].done


async def test_an_interrupted_context_sends_nothing_more_and_the_next_is_heard() -> None:
    async with FakeCartesia() as fake, bench(service(fake)) as pipeline:
        fake.faults.message_delay_s = 0.05
        await pipeline.queue(TTSSpeakFrame("This is a sentence that nobody will ever hear to its end. " * 3))
        await pipeline.wait_for(TTSAudioRawFrame, count=2)
        await pipeline.queue(InterruptionFrame())
        await fake.wait_until(lambda: fake.contexts[0].cancelled)
        sent = len(fake.connections[0].sent)
        await pipeline.queue(TTSSpeakFrame("Yes?"))
        await pipeline.wait_for(TTSStoppedFrame, lambda frame: frame.context_id == fake.contexts[1].id)
        assert {message["context_id"] for message in fake.connections[0].sent[sent:]} == {fake.contexts[1].id}
        assert fake.contexts[1].text == "Yes?"
        assert len(fake.connections) == 1


async def test_the_voice_is_the_given_engine() -> None:
    async def one_second(_: str, sample_rate: int) -> bytes:
        return bytes(2 * sample_rate)

    async with FakeCartesia(synthesize=one_second) as fake, bench(service(fake)) as pipeline:
        await pipeline.queue(TTSSpeakFrame("Hi."))
        await pipeline.wait_for(TTSStoppedFrame)
        assert seconds(pipeline) == 1.0


async def test_a_voice_is_required() -> None:
    async with FakeCartesia() as fake, bench(CartesiaTTSService(api_key=KEY, url=fake.url)) as pipeline:
        await pipeline.queue(TTSSpeakFrame("Hi."))
        assert "voice.id" in (await pipeline.wait_for(ErrorFrame)).error


async def test_a_voice_that_fails_is_an_error() -> None:
    async def broken(text: str, _: int) -> bytes:
        raise RuntimeError(f"cannot say {text}")

    async with FakeCartesia(synthesize=broken) as fake, bench(service(fake)) as pipeline:
        await pipeline.queue(TTSSpeakFrame("Hi."))
        assert "cannot say Hi." in (await pipeline.wait_for(ErrorFrame)).error


async def test_two_contexts_on_one_socket_are_spoken_side_by_side() -> None:
    request = {
        "model_id": "sonic-3",
        "voice": {"mode": "id", "id": "a-voice"},
        "output_format": {"container": "raw", "encoding": "pcm_f32le", "sample_rate": 8000},
    }
    address = {"api_key": KEY, "cartesia_version": "2026-03-01"}
    async with FakeCartesia() as fake, aiohttp.ClientSession() as session:
        fake.faults.message_delay_s = 0.01
        async with session.ws_connect(fake.url, params=address) as socket:
            for name in ("one", "two"):
                await socket.send_json(request | {"context_id": name, "transcript": f"This is {name}."})
            heard: list[dict[str, str]] = []
            while sum(message["type"] == "done" for message in heard) < 2:
                heard.append(await socket.receive_json(timeout=5))
        chunks = [message for message in heard if message["type"] == "chunk"]
        assert [chunk["context_id"] for chunk in chunks[:4]] == ["one", "two", "one", "two"]
        assert len(base64.b64decode(chunks[0]["data"])) == 0.2 * 8000 * 4


async def test_the_version_is_required() -> None:
    async with FakeCartesia() as fake, aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            await session.ws_connect(fake.url, params={"api_key": KEY})
        assert refusal.value.status == 400


async def test_a_wrong_key_is_an_error() -> None:
    async with FakeCartesia() as fake, bench(service(fake, "wrong")) as pipeline:
        assert "401" in (await pipeline.wait_for(ErrorFrame)).error


async def test_a_dropped_socket_is_opened_again() -> None:
    faults = Faults(drop_after=2, drop_count=1)
    async with FakeCartesia(faults=faults) as fake, bench(service(fake)) as pipeline:
        await pipeline.queue(TTSSpeakFrame("This breaks off in the middle of what it says."))
        await fake.wait_until(lambda: len(fake.connections) == 2)
        await pipeline.queue(TTSSpeakFrame("Back again."))
        await fake.wait_until(lambda: any(c.text == "Back again." and c.done for c in fake.contexts), 10)
        await pipeline.wait_for(TTSStoppedFrame, lambda frame: frame.context_id == fake.contexts[-1].id)


async def test_slow_audio_still_comes() -> None:
    async with FakeCartesia() as fake, bench(service(fake)) as pipeline:
        fake.faults.first_byte_delay_s = 0.3
        await pipeline.queue(TTSSpeakFrame("Late."))
        assert await pipeline.wait_for(TTSAudioRawFrame)
