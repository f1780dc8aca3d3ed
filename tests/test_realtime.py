"""Models that hear and speak themselves: what they are told to say, in order, whatever the vendor does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMUpdateSettingsFrame,
    OutputTransportMessageFrame,
    ProposedUserStartedSpeakingFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSTextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.settings import LLMSettings

from frontdesk.errors import FrontdeskError
from frontdesk.hangup import LastWordsFrame
from frontdesk.realtime import OwnWords
from frontdesk.services.realtime import REALTIME
from frontdesk.services.speaking import SpeakingModel, word_for_word
from frontdesk.services.speaking.openai import OpenAIRealtimeLLMService
from frontdesk.services.speaking.progress import Progress
from tests.fakes.bench import Bench, bench, noise, silence
from tests.fakes.certificate import make_certificate
from tests.fakes.gemini_live import FakeGeminiLive
from tests.fakes.openai_realtime import FakeOpenAIRealtime
from tests.quick import QUESTION, agent_tone

SENTENCE = "We open at nine and close at five."


def said(pipeline: Bench) -> str:
    """All that the model has said."""
    return "".join(frame.text for frame in pipeline.seen(TTSTextFrame))


@asynccontextmanager
async def openai_bench(
    fake: FakeOpenAIRealtime, context: LLMContext | None = None, **settings: Any
) -> AsyncIterator[Bench]:
    """OpenAI's service behind OwnWords, as a call has them."""
    model = REALTIME["openai"].make(settings, fake.base_url, {"OPENAI_API_KEY": fake.api_key})
    async with bench(OwnWords.of(model, context or LLMContext()), model) as pipeline:
        yield pipeline


@pytest.fixture
async def fake() -> AsyncIterator[FakeOpenAIRealtime]:
    """OpenAI's realtime API on loopback."""
    async with FakeOpenAIRealtime(synthesize=agent_tone, lines=[QUESTION] * 9) as opened:
        yield opened


async def test_a_sentence_is_said_word_for_word_before_what_comes_behind_it(fake: FakeOpenAIRealtime) -> None:
    fake.faults.message_delay_s = 0.05
    behind = OutputTransportMessageFrame(message={"event": "mark"})
    async with openai_bench(fake) as pipeline:
        await pipeline.queue(TTSSpeakFrame(SENTENCE), behind)
        await pipeline.wait_for(OutputTransportMessageFrame, count=2)  # in at the top, out at the end
        assert said(pipeline) == SENTENCE, "what stands behind a sentence overtook it"
        await pipeline.queue(TTSSpeakFrame("And on Sundays?"))
        await pipeline.wait_for(LLMFullResponseEndFrame, count=2)
    assert said(pipeline) == f"{SENTENCE}And on Sundays?"
    assert [response.status for response in fake.responses] == ["completed", "completed"]
    assert fake.responses[0].params["input"] == [] and fake.responses[0].params["tool_choice"] == "none"


async def test_what_is_said_is_24_khz_and_what_is_heard_too(fake: FakeOpenAIRealtime) -> None:
    async with openai_bench(fake) as pipeline:
        await pipeline.queue(TTSSpeakFrame(SENTENCE))
        await pipeline.say(silence(0.2), noise(0.5), silence(0.5))
        await pipeline.wait_for(ProposedUserStartedSpeakingFrame)
        await pipeline.wait_for(TTSAudioRawFrame)
    assert {frame.sample_rate for frame in pipeline.seen(TTSAudioRawFrame)} == {24000}
    begun = [e for e in fake.connections[0].sent if e["type"] == "input_audio_buffer.speech_started"]
    assert begun[0]["audio_start_ms"] == pytest.approx(0, abs=60), "300 ms before 200 ms of silence end"


async def test_an_answer_in_progress_is_waited_for(fake: FakeOpenAIRealtime) -> None:
    fake.replies, fake.faults.message_delay_s = [SENTENCE], 0.1
    async with openai_bench(fake) as pipeline:
        await pipeline.say(noise(0.5), silence(0.5))
        await fake.wait_until(lambda: bool(fake.responses))
        await pipeline.queue(TTSSpeakFrame("One moment."))
        await pipeline.wait_for(LLMFullResponseEndFrame, count=2)
    assert said(pipeline) == f"{SENTENCE}One moment."
    assert not pipeline.seen(ErrorFrame)


async def test_an_answer_that_hangs_is_given_up_for_a_sentence(
    fake: FakeOpenAIRealtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frontdesk.services.speaking.openai.QUIET_TIMEOUT_S", 0.4)
    fake.think_delay_s = 600.0
    async with openai_bench(fake) as pipeline:
        await pipeline.say(noise(0.5), silence(0.5))
        await fake.wait_until(lambda: bool(fake.responses))
        await pipeline.queue(TTSSpeakFrame("One moment."))
        await pipeline.wait_for(TTSTextFrame)
    assert [response.status for response in fake.responses] == ["cancelled", "completed"]


async def test_an_interruption_of_ours_ends_what_the_model_says(fake: FakeOpenAIRealtime) -> None:
    fake.faults.message_delay_s = 0.2
    async with openai_bench(fake) as pipeline:
        await pipeline.queue(TTSSpeakFrame(SENTENCE * 4))
        await pipeline.wait_for(TTSAudioRawFrame)
        await pipeline.queue(InterruptionFrame())
        await fake.wait_until(lambda: fake.responses[0].status == "cancelled")
        fake.faults.message_delay_s = 0.0
        await pipeline.queue(TTSSpeakFrame("Goodbye."))
        await pipeline.wait_for(TTSTextFrame, lambda frame: "Goodbye" in frame.text)
    assert not pipeline.seen(ErrorFrame)


async def test_the_last_words_are_not_cut_short_by_a_turn_that_is_not_heard_any_more(
    fake: FakeOpenAIRealtime,
) -> None:
    fake.faults.message_delay_s = 0.05
    async with openai_bench(fake) as pipeline:
        await pipeline.queue(LastWordsFrame(SENTENCE))
        await pipeline.wait_for(TTSAudioRawFrame)
        await pipeline.say(noise(1.0), silence(0.5))
        await pipeline.wait_for(LLMFullResponseEndFrame)
    assert said(pipeline) == SENTENCE and [response.status for response in fake.responses] == ["completed"]
    assert not pipeline.seen(ProposedUserStartedSpeakingFrame)


async def test_new_instructions_are_told_at_once(fake: FakeOpenAIRealtime) -> None:
    async with openai_bench(fake, system_instruction="Be brief.") as pipeline:
        await fake.wait_until(lambda: bool(fake.sessions))
        session = fake.sessions[0]
        await fake.wait_until(lambda: session.session["instructions"] == "Be brief.")
        delta = LLMSettings(system_instruction="Be kind.")
        await pipeline.queue(LLMUpdateSettingsFrame(delta=delta))
        await fake.wait_until(lambda: session.session["instructions"] == "Be kind.")


async def test_a_vendor_that_knows_better_how_much_was_heard_is_no_error(fake: FakeOpenAIRealtime) -> None:
    fake.replies = [SENTENCE, SENTENCE]
    async with openai_bench(fake) as pipeline:
        await pipeline.queue(TTSSpeakFrame(SENTENCE))
        await pipeline.wait_for(LLMFullResponseEndFrame)
        fake.sessions[0].audio_ms = dict.fromkeys(fake.sessions[0].audio_ms, 0)
        await pipeline.say(noise(0.5), silence(0.5))
        await pipeline.wait_for(LLMFullResponseEndFrame, count=2)
    assert any("already shorter" in str(event.get("error")) for event in fake.connections[0].sent)
    assert not pipeline.seen(ErrorFrame)


async def test_an_error_is_reported_and_the_session_goes_on(fake: FakeOpenAIRealtime) -> None:
    async with openai_bench(fake) as pipeline:
        await pipeline.queue(TTSSpeakFrame(SENTENCE))
        await pipeline.wait_for(LLMFullResponseEndFrame)
        error = {"type": "server_error", "code": "oops", "message": "It broke.", "param": None}
        await fake.sessions[0].send("error", error=error | {"event_id": None})
        assert (await pipeline.wait_for(ErrorFrame)).error == "oops: It broke."
        await pipeline.queue(TTSSpeakFrame(SENTENCE))
        await pipeline.wait_for(LLMFullResponseEndFrame, count=2)


def test_a_service_that_cannot_speak_is_refused_by_name() -> None:
    with pytest.raises(FrontdeskError, match="str cannot hear and speak itself"):
        OwnWords.of("a text", LLMContext())


def test_every_row_is_a_model_that_can_be_given_sentences() -> None:
    for vendor in filter(lambda row: row.installed(), REALTIME.values()):
        for method in ("begin", "say", "hear_no_more"):
            assert callable(getattr(vendor.load(), method)), vendor.service
    assert isinstance(OpenAIRealtimeLLMService(api_key="key"), SpeakingModel)


def test_what_is_to_be_said_stands_alone_at_the_end() -> None:
    assert word_for_word("Hello, {you}!\n\nBye.").partition("\n\n")[2] == "Hello, {you}!\n\nBye."


async def test_progress_is_waited_for_as_long_as_there_is_some() -> None:
    progress, steps = Progress(), 0

    async def go_on() -> None:
        nonlocal steps
        for _ in range(5):
            await asyncio.sleep(0.1)
            steps += 1
            progress.made()

    going = asyncio.create_task(go_on())
    assert await progress.until(lambda: steps == 5, quiet_s=0.3)
    await going
    assert not await progress.until(lambda: steps == 6, quiet_s=0.1)


@pytest.mark.parametrize("model", ["gemini-2.5-flash-native-audio", "gemini-3.8-live"])
async def test_gemini_says_a_sentence_and_is_told_new_instructions(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("google.genai")
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with FakeGeminiLive(synthesize=agent_tone, certificate=certificate) as google:
        settings = {"model": model, "system_instruction": "Be brief."}
        service = REALTIME["google"].make(settings, google.base_url, {"GOOGLE_API_KEY": google.api_key})
        context = LLMContext([{"role": "user", "content": "My name is Ada."}])
        async with bench(OwnWords.of(service, context), service) as pipeline:
            await pipeline.queue(TTSSpeakFrame(SENTENCE))
            await pipeline.wait_for(LLMFullResponseEndFrame)
            delta = LLMSettings(system_instruction="Be kind.")
            await pipeline.queue(LLMUpdateSettingsFrame(delta=delta))
            [session] = google.sessions
            await google.wait_until(lambda: "Be kind." in session.messages[-1]["content"])
            await pipeline.queue(TTSSpeakFrame(SENTENCE))
            await pipeline.wait_for(LLMFullResponseEndFrame, count=2)
    assert session.said == [SENTENCE, SENTENCE]
    assert session.messages[0]["content"] == "My name is Ada."
    assert not pipeline.seen(ErrorFrame)
