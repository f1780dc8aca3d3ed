"""A phone call whose model hears and speaks itself, over Gemini Live's protocol; turns are heard here."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from frontdesk.simulator import Phone
from frontdesk.simulator.event import EndReason
from frontdesk.simulator.twilio import TwilioWire
from tests.fakes import Reply, ToolCall
from tests.fakes.certificate import make_certificate
from tests.fakes.gemini_live import FakeGeminiLive
from tests.inprocess import InProcess, in_process_bot
from tests.quick import (
    GOODBYE,
    GREETING,
    QUESTION,
    agent_tone,
    hang_up_reply,
    is_whole,
    use_environment,
)
from tests.records import wait_for_records, words_of
from tests.spoken import speak_itself
from tests.vendors import copy_agents

pytest.importorskip("google.genai")

ANSWER = "Yes, we are open until five."


@dataclass
class Gemini:
    """Google's stand-in, and an agent that it speaks for."""

    google: FakeGeminiLive
    agents: Path

    @asynccontextmanager
    async def bot(
        self, monkeypatch: pytest.MonkeyPatch, replies: Iterable[Reply | str] = (), **agent: Any
    ) -> AsyncIterator[InProcess]:
        """A bot in this process whose model gives `replies`; `agent` are further keys of the agent file."""
        self.google.replies = [*replies]
        main = {"vendor": "google", "base_url": self.google.base_url}
        speak_itself(self.agents, {"llm": {"main": main}, "start_message": GREETING} | agent)
        keys = {"AGENTS_DIR": str(self.agents), "GOOGLE_API_KEY": "google-key"}
        use_environment(monkeypatch, keys)
        async with in_process_bot(monkeypatch) as bot:
            yield bot


@pytest.fixture
async def gemini(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gemini]:
    """Gemini Live on loopback and an agent that it speaks for."""
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with FakeGeminiLive(
        synthesize=agent_tone, certificate=certificate, lines=[QUESTION] * 20
    ) as google:
        yield Gemini(google, copy_agents(tmp_path / "agents"))


def dial(url: str) -> Any:
    """A phone whose caller really speaks: the models that hear turns here know tones from speech."""
    return Phone.call(url, wire=TwilioWire(), transcribe=None, gap=0.3)


async def test_the_greeting_comes_word_for_word_then_the_model_answers(
    gemini: Gemini, monkeypatch: pytest.MonkeyPatch, data: Path, logged: list[str]
) -> None:
    async with gemini.bot(monkeypatch, [ANSWER]) as bot, dial(bot.url) as phone:
        assert is_whole(await phone.hear(), GREETING)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    said = [(turn["role"], turn["text"]) for turn in record["transcript"]]
    assert said == [("agent", GREETING), ("caller", QUESTION), ("agent", ANSWER)]
    assert record["services"] == {"llm": "google"}
    assert record["end_reason"] == "caller_hung_up" and record["errors"] == []
    [session] = gemini.google.sessions
    assert "receptionist" in session.setup["system_instruction"]["parts"][0]["text"]
    assert "book_appointment" in {tool["name"] for tool in session.tools}
    assert [line for line in logged if line.startswith("ERROR")] == []


async def test_a_tool_is_used_and_its_result_spoken(
    gemini: Gemini, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    looks = Reply(tool_calls=[ToolCall("get_available_time_slots", {})])
    async with gemini.bot(monkeypatch, [looks, ANSWER]) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["tool_calls"][0]["outcome"] == "completed"
    [result] = [message for message in gemini.google.sessions[0].messages if message["role"] == "tool"]
    assert result["name"] == "get_available_time_slots" and "error" not in result["content"]


async def test_a_caller_who_barges_in_is_not_talked_over(
    gemini: Gemini, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    long = "This is a long answer that nobody would want to hear to its end. " * 5
    async with gemini.bot(monkeypatch, [long, ANSWER]) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        began = await phone.agent_speaking()
        await asyncio.sleep(0.5)
        await phone.say(QUESTION)
        cut = await phone.hear()
        assert cut.end - began < 3.5, "the voice went on"
        assert phone.playout.cleared > 0, "what the carrier had buffered was played out"
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    [interrupted] = [turn for turn in record["transcript"] if turn["interrupted"]]
    assert long.startswith(interrupted["text"]) and len(interrupted["text"]) < len(long)


async def test_the_goodbye_is_heard_before_the_line_drops(
    gemini: Gemini, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    async with gemini.bot(monkeypatch, [hang_up_reply()]) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), GOODBYE)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.playout.cut == 0 and phone.playout.cleared == 0
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up" and record["errors"] == []
    assert words_of(record, "caller") == QUESTION and words_of(record, "agent").endswith(GOODBYE)


async def test_a_wrong_key_drops_the_line(
    gemini: Gemini, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    gemini.google.api_key = "another"
    async with gemini.bot(monkeypatch) as bot, dial(bot.url) as phone:
        assert await phone.wait_ended(8) is EndReason.AGENT_CLOSED
        assert phone.now < 4
        await bot.until_ended(1, 2)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "vendor_failed"
    assert "API key not valid" in record["errors"][0]["message"]


async def test_a_connection_that_breaks_in_mid_call_is_made_anew(
    gemini: Gemini, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    async with gemini.bot(monkeypatch, [ANSWER, ANSWER]) as bot, dial(bot.url) as phone:
        await phone.hear()
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        gemini.google.connections[0].drop()
        await gemini.google.wait_until(lambda: len(gemini.google.sessions) == 2)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up"
    known = " ".join(str(message["content"]) for message in gemini.google.sessions[1].messages)
    assert GREETING in known and ANSWER in known, "the new session does not know what was said"
