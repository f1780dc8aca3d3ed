"""The words for the time that a tool takes, and who makes them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast

import pytest
from pipecat.services.llm_service import LLMService

from frontdesk.agent import AgentConfig
from frontdesk.call import Call
from frontdesk.phrases import PHRASES
from frontdesk.scribe import NotWritten, Scribe
from frontdesk.services.llm import LLM
from frontdesk.session import SessionData
from frontdesk.tools.options import ToolOptions
from frontdesk.tools.tool import Tool
from frontdesk.waiting import LONGEST, Waiting, WaitingWords, prepare_ahead
from tests.fakes import FakeOpenAI, Reply

PROMPT = "Speak like a butler of {company}."
MADE = ["Very well, I shall look.", "Still looking, if you please.", "A moment more."]


@pytest.fixture
async def openai() -> AsyncIterator[FakeOpenAI]:
    """OpenAI on loopback, which has no reply yet."""
    async with FakeOpenAI() as server:
        yield server


def scribe(openai: FakeOpenAI, key: str | None = None) -> Scribe:
    """A scribe with a model there."""
    return Scribe(lambda: LLM["openai"].load()(api_key=key or openai.api_key, base_url=openai.base_url))


def tool(name: str = "look_up", **options: Any) -> Tool:
    """A tool that is never run."""

    async def run(*_: object) -> None: ...

    return Tool(name, "Look up an order.", {"type": "object"}, dict, run, ToolOptions(**options))


def agent(quick_response: dict[str, str] | None = None, **inputs: Any) -> AgentConfig:
    """An agent with this way to make words."""
    quick = {"en": PROMPT} if quick_response is None else quick_response
    return AgentConfig(agent_inputs={"company": "Acme", **inputs}, prompts={"quick_response": quick})


def waiting(
    config: AgentConfig, *tools: Tool, scribe: Scribe | None = None, language: Callable[[], str] | None = None
) -> Waiting:
    """A call's words."""
    call = Call("one", "none", session=SessionData())
    by_name = {each.name: each for each in tools}
    return Waiting(config, by_name, language or (lambda: "en"), lambda: config.inputs(call), scribe)


async def made(words: Waiting, name: str = "look_up") -> list[str]:
    """The words of a tool, once they are made."""
    async with asyncio.timeout(10):
        while not (own := words.own(name)):
            await asyncio.sleep(0.01)
    return [*own]


def kept(data: Path) -> list[Path]:
    """The files that words are kept in."""
    return sorted((data / "waiting").glob("*.txt"))


def test_a_tool_with_words_of_its_own_needs_no_others(openai: FakeOpenAI) -> None:
    words = waiting(agent(), tool(say_while_waiting=("Let me see.",)), scribe=scribe(openai))
    assert words.own("look_up") == ("Let me see.",)
    assert openai.requests == []


def test_where_there_is_nobody_to_make_words_there_are_none() -> None:
    assert waiting(agent(), tool()).own("look_up") == ()
    assert waiting(agent({}), tool(), scribe=Scribe(lambda: None)).own("look_up") == ()
    assert waiting(agent(), tool()).own("unknown") == ()


def test_nothing_is_said_of_a_tool_that_ends_the_call() -> None:
    assert waiting(agent(), tool("end_call", ends_call=True)).own("end_call") is None


def test_words_for_every_tool_are_in_the_language_of_now() -> None:
    now = ["de-CH"]
    words = waiting(agent(), tool(), language=lambda: now[-1])
    assert words.common() == PHRASES["de"].waiting
    now.append("fr")
    assert words.common() == PHRASES["fr"].waiting
    now.append("tlh")
    assert words.common() == PHRASES["en"].waiting


async def test_words_are_made_once_and_kept(openai: FakeOpenAI, data: Path) -> None:
    openai.replies = ["\n".join(MADE)]
    words = waiting(agent(), tool(), scribe=scribe(openai))
    assert words.own("look_up") == (), "nobody waits for them"
    assert await made(words) == MADE
    again = waiting(agent(), tool(), scribe=scribe(openai))
    again.prepare()
    assert again.own("look_up") == MADE
    [asked] = openai.completions
    system, user = asked.body["messages"]
    assert "Speak like a butler of Acme." in system["content"] and "code is en" in system["content"]
    assert user["content"] == "look_up: Look up an order."
    assert [file.read_text().splitlines() for file in kept(data)] == [MADE]


async def test_another_tool_language_or_prompt_has_other_words(openai: FakeOpenAI, data: Path) -> None:
    openai.respond = lambda *_: Reply("\n".join(MADE))
    now = ["en"]
    words = waiting(agent(), tool(), tool("look_in"), scribe=scribe(openai), language=lambda: now[-1])
    words.prepare()
    await made(words, "look_in")
    await made(words)
    now.append("pt")
    await made(words)
    await made(waiting(agent(company="Other"), tool(), scribe=scribe(openai)))
    assert len(kept(data)) == len(openai.completions) == 4


@pytest.mark.parametrize(
    ("answer", "sentences"),
    [
        ("1. One moment.\n2) Nearly there.", ["One moment.", "Nearly there."]),
        ('- "One moment."\n• “Nearly there.”\n\n', ["One moment.", "Nearly there."]),
        ("One.\nOne.\nTwo.\n" + "x" * (LONGEST + 1), ["One.", "Two."]),
        ("\n".join("abcdefgh"), [*"abcde"]),
        ("3 minutes at most.\nAlmost.", ["3 minutes at most.", "Almost."]),
    ],
)
def test_what_can_be_said_of_an_answer(answer: str, sentences: list[str]) -> None:
    assert WaitingWords.of(tool(), "Be kind.", "en").checked(answer).splitlines() == sentences


@pytest.mark.parametrize("answer", ["", "Just a moment.", "x" * 999, "One.\nOne."])
def test_too_little_is_as_good_as_nothing(answer: str) -> None:
    with pytest.raises(NotWritten, match="sentences of up to"):
        WaitingWords.of(tool(), "Be kind.", "en").checked(answer)


async def test_what_fails_is_told_without_secrets_and_not_tried_again_in_the_call(
    openai: FakeOpenAI, logged: list[str]
) -> None:
    words = waiting(agent(), tool(), scribe=scribe(openai, key="wrong-key"))
    words.prepare()
    async with asyncio.timeout(10):
        while not any("AuthenticationError" in line for line in logged):
            await asyncio.sleep(0.01)
    assert words.own("look_up") == () and len(openai.requests) == 1
    assert not any("wrong-key" in line for line in logged)


async def test_a_model_that_does_not_let_go_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging:
        async def run_inference(self, *_: object, **__: object) -> str:
            return "\n".join(MADE)

        async def cleanup(self) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("frontdesk.scribe.LET_GO_S", 0.01)
    words = waiting(agent(), tool(), scribe=Scribe(cast(Callable[[], LLMService], Hanging)))
    assert await made(words) == MADE


async def test_words_that_all_calls_share_are_made_ahead(openai: FakeOpenAI, data: Path) -> None:
    openai.replies = ["\n".join(MADE)]
    said, ends = tool("said", say_while_waiting=("So.",)), tool("end_call", ends_call=True)
    prepare_ahead(agent(), [tool(), said, ends], scribe(openai))
    async with asyncio.timeout(10):
        while not kept(data):
            await asyncio.sleep(0.01)
    assert waiting(agent(), tool(), scribe=scribe(openai)).own("look_up") == MADE
    assert len(openai.requests) == 1


async def test_words_that_one_call_alone_can_use_are_not_kept(openai: FakeOpenAI, data: Path) -> None:
    openai.replies = ["\n".join(MADE)]
    own = agent({"en": "You speak with {caller_number}."})
    assert await made(waiting(own, tool(), scribe=scribe(openai))) == MADE
    assert kept(data) == []


@pytest.mark.parametrize("quick", [{}, {"en": "Call them {caller_number}."}, {"en": "It is {now}."}])
def test_words_that_each_call_has_for_itself_are_not(
    quick: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[WaitingWords] = []

    def write(_: Scribe, words: WaitingWords) -> Future[str]:
        asked.append(words)
        return Future()

    monkeypatch.setattr(Scribe, "write", write)
    now = {"generator": "current_timestamp", "fallback": "late"}
    prepare_ahead(agent(quick, now=now), [tool()], Scribe(lambda: None))
    assert asked == []
