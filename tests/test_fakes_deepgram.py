"""The real Deepgram services against the stand-in."""

from typing import Any

import aiohttp
import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterimTranscriptionFrame,
    ProposedUserStartedSpeakingFrame,
    ProposedUserStoppedSpeakingFrame,
    STTUpdateSettingsFrame,
    TranscriptionFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.services.deepgram.flux.stt import DeepgramFluxSTTService
from pipecat.services.deepgram.stt import DeepgramSTTService

from tests.fakes import FakeDeepgram, Faults
from tests.fakes.bench import SAMPLE_RATE, bench, noise, silence

KEY = "deepgram-key"
HEADERS = {"Authorization": f"Token {KEY}"}
LIVE = {"model": "nova-3", "encoding": "linear16", "sample_rate": str(SAMPLE_RATE)}


def nova(fake: FakeDeepgram, key: str = KEY) -> DeepgramSTTService:
    return DeepgramSTTService(api_key=key, base_url=fake.base_url)


def flux(fake: FakeDeepgram, key: str = KEY, **settings: Any) -> DeepgramFluxSTTService:
    return DeepgramFluxSTTService(
        api_key=key, url=fake.url, settings=DeepgramFluxSTTService.Settings(**settings)
    )


async def test_nova_transcribes_each_utterance_with_the_next_line() -> None:
    async with FakeDeepgram(lines=["Hello there.", "Book a table."]) as fake, bench(nova(fake)) as pipeline:
        await pipeline.say(silence(0.3), noise(1.2), silence(0.6), noise(0.8), silence(0.6))
        await pipeline.wait_for(TranscriptionFrame, count=2)
        assert [frame.text for frame in pipeline.seen(TranscriptionFrame)] == [
            "Hello there.",
            "Book a table.",
        ]
        assert pipeline.seen(InterimTranscriptionFrame)[0].text == "Hello"
        assert fake.requests[0].query["model"] == "nova-3-general"
        assert fake.requests[0].query["sample_rate"] == str(SAMPLE_RATE)
        assert not pipeline.seen(ErrorFrame)


async def test_nova_gives_what_was_said_so_far_when_asked_to_finalize() -> None:
    async with FakeDeepgram(lines=["Yes."]) as fake, bench(nova(fake)) as pipeline:
        await pipeline.say(noise(0.5))
        await fake.wait_until(lambda: len(fake.connections[0].audio) >= SAMPLE_RATE)
        await pipeline.queue(VADUserStoppedSpeakingFrame())
        frame = await pipeline.wait_for(TranscriptionFrame)
        assert frame.text == "Yes."
        assert fake.connections[0].sent[-1]["from_finalize"] is True


async def test_nova_closes_its_stream_and_gets_the_metadata() -> None:
    async with FakeDeepgram() as fake:
        async with bench(nova(fake)):
            pass
        await fake.wait_until(lambda: fake.connections[0].closed)
        assert fake.connections[0].received[-1] == {"type": "CloseStream"}
        assert fake.connections[0].sent[-1]["type"] == "Metadata"


async def test_utterances_are_heard_by_the_given_engine() -> None:
    async def measure(pcm: bytes, sample_rate: int) -> str:
        return f"{len(pcm) / 2 / sample_rate:.1f} seconds"

    async with FakeDeepgram(transcribe=measure) as fake, bench(nova(fake)) as pipeline:
        await pipeline.say(silence(1.0), noise(1.0), silence(0.6))
        heard_s = float((await pipeline.wait_for(TranscriptionFrame)).text.split()[0])
        assert 1.0 < heard_s < 2.0


async def test_flux_reports_a_turn_from_its_start_to_its_end() -> None:
    async with FakeDeepgram(lines=["I would like to book."]) as fake, bench(flux(fake)) as pipeline:
        await pipeline.say(silence(0.2), noise(1.0), silence(0.6))
        frame = await pipeline.wait_for(TranscriptionFrame)
        await pipeline.wait_for(ProposedUserStoppedSpeakingFrame)
        assert frame.text == "I would like to book."
        assert frame.finalized
        assert pipeline.seen(ProposedUserStartedSpeakingFrame)
        assert pipeline.seen(InterimTranscriptionFrame)[0].text.startswith("I")
        events = [message.get("event") for message in fake.connections[0].sent]
        assert events[:3] == [None, "StartOfTurn", "Update"]
        assert events[-1] == "EndOfTurn"


async def test_flux_takes_back_an_eager_end_when_the_caller_goes_on() -> None:
    lines = ["First, and second.", "Third."]
    async with (
        FakeDeepgram(lines=lines) as fake,
        bench(flux(fake, eager_eot_threshold=0.5)) as pipeline,
    ):
        await pipeline.say(noise(0.6), silence(0.3), noise(0.6), silence(0.6), noise(0.5), silence(0.6))
        await pipeline.wait_for(TranscriptionFrame, lambda frame: frame.finalized, count=2)
        told = [(m["event"], m["turn_index"]) for m in fake.connections[0].sent if m["type"] == "TurnInfo"]
        assert [event for event in told if event[0] != "Update"] == [
            ("StartOfTurn", 0),
            ("EagerEndOfTurn", 0),
            ("TurnResumed", 0),
            ("EagerEndOfTurn", 0),
            ("EndOfTurn", 0),
            ("StartOfTurn", 1),
            ("EagerEndOfTurn", 1),
            ("EndOfTurn", 1),
        ]


async def test_flux_is_configured_while_it_runs() -> None:
    async with FakeDeepgram() as fake, bench(flux(fake, keyterm=["Emma"])) as pipeline:
        assert fake.requests[0].query["keyterm"] == "Emma"
        change = DeepgramFluxSTTService.Settings(keyterm=["Frontdesk"], eot_threshold=0.8)
        await pipeline.queue(STTUpdateSettingsFrame(delta=change))
        sent = fake.connections[0].sent
        await fake.wait_until(lambda: sent[-1]["type"] == "ConfigureSuccess")
        assert sent[-1]["keyterms"] == ["Frontdesk"]
        assert sent[-1]["thresholds"]["eot_threshold"] == 0.8


async def test_flux_refuses_a_threshold_out_of_range() -> None:
    async with FakeDeepgram() as fake, bench(flux(fake)) as pipeline:
        change = DeepgramFluxSTTService.Settings(eot_threshold=0.1)
        await pipeline.queue(STTUpdateSettingsFrame(delta=change))
        assert "Configure rejected" in (await pipeline.wait_for(ErrorFrame)).error


async def test_events_come_when_they_are_asked_for() -> None:
    ask = {"vad_events": "true", "utterance_end_ms": "1000", "interim_results": "true", "endpointing": "300"}
    async with FakeDeepgram(lines=["Hello."]) as fake, aiohttp.ClientSession(headers=HEADERS) as session:
        async with session.ws_connect(fake.ws_url("/v1/listen"), params=LIVE | ask) as socket:
            await socket.send_bytes(silence(0.2) + noise(0.9) + silence(1.5))
            heard = [await socket.receive_json(timeout=5)]
            while heard[-1]["type"] != "UtteranceEnd":
                heard.append(await socket.receive_json(timeout=5))
        assert [message["type"] for message in heard] == ["SpeechStarted", *["Results"] * 3, "UtteranceEnd"]
        final = heard[3]
        assert (final["is_final"], final["speech_final"], final["from_finalize"]) == (True, True, False)
        word = final["channel"]["alternatives"][0]["words"][0]
        assert word["start"] == pytest.approx(0.2, abs=0.05)
        assert heard[4]["last_word_end"] == pytest.approx(1.1, abs=0.05)


async def test_a_client_that_falls_silent_is_closed_unless_it_keeps_alive() -> None:
    fake = FakeDeepgram(idle_timeout_s=0.2)
    async with fake, aiohttp.ClientSession(headers=HEADERS) as session:
        async with session.ws_connect(fake.ws_url("/v1/listen"), params=LIVE) as socket:
            await socket.send_json({"type": "KeepAlive"})
            await socket.receive(timeout=5)
            assert socket.close_code == 1011
        assert fake.connections[0].received == [{"type": "KeepAlive"}]


async def test_a_turn_can_be_ended_by_hand() -> None:
    ask = {"model": "flux-general-en", "eot_threshold": "1.0"}
    fake = FakeDeepgram(lines=["My number is five."])
    async with fake, aiohttp.ClientSession(headers=HEADERS) as session:
        async with session.ws_connect(fake.url, params=LIVE | ask) as socket:
            await socket.send_bytes(noise(0.5) + silence(2.0))
            await socket.send_json({"type": "ForceEndTurn"})
            heard = [await socket.receive_json(timeout=5)]
            while heard[-1].get("event") != "EndOfTurn":
                heard.append(await socket.receive_json(timeout=5))
        assert heard[-1]["trigger"] == "manual"
        assert [message["sequence_id"] for message in heard] == list(range(len(heard)))


async def test_a_wrong_key_is_an_error_on_both_endpoints() -> None:
    async with FakeDeepgram() as fake:
        for service in (nova(fake, "wrong"), flux(fake, "wrong")):
            async with bench(service) as pipeline:
                assert "401" in (await pipeline.wait_for(ErrorFrame)).error


async def test_a_model_on_the_wrong_endpoint_is_refused() -> None:
    async with FakeDeepgram() as fake, bench(flux(fake, model="nova-3")) as pipeline:
        assert "Only Flux models" in (await pipeline.wait_for(ErrorFrame)).error


async def test_a_dropped_socket_is_reported_and_the_next_one_works() -> None:
    faults = Faults(drop_after=1, drop_count=1)
    async with FakeDeepgram(lines=["Again."], faults=faults) as fake, bench(flux(fake)) as pipeline:
        await fake.wait_until(lambda: len(fake.connections) == 2)
        await fake.wait_until(lambda: len(fake.connections[1].sent) == 1)
        await pipeline.say(noise(0.6), silence(0.6))
        assert (await pipeline.wait_for(TranscriptionFrame)).text == "Again."


async def test_nova_reports_a_dropped_socket() -> None:
    faults = Faults(drop_after=1, drop_count=1)
    async with FakeDeepgram(lines=["Lost."], faults=faults) as fake, bench(nova(fake)) as pipeline:
        await pipeline.say(noise(0.8))
        assert await pipeline.wait_for(ErrorFrame)


async def test_a_slow_transcript_still_comes() -> None:
    async with FakeDeepgram(lines=["Late."]) as fake, bench(nova(fake)) as pipeline:
        fake.faults.first_byte_delay_s = 0.3
        await pipeline.say(noise(0.6), silence(0.6))
        assert (await pipeline.wait_for(TranscriptionFrame)).text == "Late."
