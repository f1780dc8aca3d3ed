"""An agent written in Python: the page's example, and everything that holds for an agent of a file."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pipecat.pipeline.llm_switcher import LLMSwitcher
from pipecat.pipeline.service_switcher import ServiceSwitcher
from pipecat.runner.types import RunnerArguments
from pipecat.services.cartesia.tts import CartesiaTTSService
from pipecat.services.deepgram.flux.stt import DeepgramFluxSTTService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from pipecat.turns.user_turn_strategies import ExternalUserTurnStrategies

from frontdesk import AgentConfig, Call, ToolContext, answer, prepare
from frontdesk.errors import FrontdeskError
from frontdesk.guest import Guest, house_of
from frontdesk.phrases import PHRASES
from frontdesk.simulator import Phone
from frontdesk.simulator.event import EndReason
from frontdesk.simulator.twilio import TwilioWire
from frontdesk.turns import turn_params
from tests.fakes import FakeOpenAI, Reply, ToolCall
from tests.host.dockerfile import ROOT
from tests.host.local import local_host
from tests.inprocess import Bot, serving
from tests.quick import (
    GOODBYE,
    GREETING,
    QUESTION,
    dial,
    hang_up_reply,
    is_whole,
    make_quick,
    use_environment,
)
from tests.records import wait_for_records, words_of
from tests.test_call_handshake import closing_code
from tests.vendors import Vendors

EXAMPLE = ROOT / "docs" / "python_bot.py"
ENGLISH = PHRASES["en"]
ANSWER = "Yes, we are open until five."


@pytest.fixture
def quick(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> Vendors:
    """The vendors' stand-ins with tones for voices; their keys are in the environment."""
    make_quick(vendors, [ANSWER, hang_up_reply()])
    use_environment(monkeypatch, vendors.keys)
    return vendors


def an_agent(vendors: Vendors, **keys: Any) -> AgentConfig:
    """Dana, who speaks to the stand-ins."""
    dana: dict[str, Any] = {
        "instructions": "You are Dana.",
        "greeting": GREETING,
        "tools": ["end_call"],
        "stt": {"base_url": vendors.deepgram.base_url},
        "llm": {"main": {"base_url": vendors.openai.base_url}},
        "tts": {"base_url": vendors.cartesia.base_url},
    }
    return AgentConfig(**dana | keys)


def bot_of(agent: Any, **services: Any) -> Bot:
    """What a bot file in Python has."""

    async def bot(runner_args: RunnerArguments) -> None:
        await answer(runner_args, agent, **services)

    return bot


async def look_up_order(ctx: ToolContext, number: str) -> dict[str, Any]:
    """Look up where an order is, by its number."""
    return {"order": number, "caller": ctx.call.from_number, "constants": dict(ctx.constants)}


async def talk(phone: Phone) -> None:
    """The greeting, a question and its answer, the goodbye, the end."""
    assert is_whole(await phone.hear(8), GREETING)
    await phone.say(QUESTION)
    assert is_whole(await phone.hear(5), ANSWER)
    await phone.say(QUESTION)
    assert is_whole(await phone.hear(5), GOODBYE)
    assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED


@pytest.mark.slow
async def test_the_example_takes_a_call(data: Path) -> None:
    replies = [
        Reply(tool_calls=[ToolCall("look_up_order", {"number": "1001"})]),
        "Your order arrives before noon.",
        Reply(tool_calls=[ToolCall("end_call", {"goodbye": "Thank you, goodbye!"})]),
    ]
    async with FakeOpenAI(replies=replies) as openai:
        env = {
            "OPENAI_API_KEY": openai.api_key,
            "OPENAI_BASE_URL": openai.base_url,
            "FRONTDESK_DATA_DIR": str(data),
        }
        async with local_host(env, bot=EXAMPLE) as host, Phone.call(host.websocket_url) as phone:
            assert "your order number" in (await phone.hear()).text.lower()
            await phone.say("My order number is one thousand and one.")
            assert "before noon" in (await phone.hear()).text.lower()
            await phone.say("Thank you, that is all. Goodbye.")
            assert "goodbye" in (await phone.hear()).text.lower()
            assert await phone.wait_ended(10) is EndReason.AGENT_CLOSED
            [record] = await wait_for_records(data)
        first = openai.completions[0].body
    assert first["messages"][0]["content"].startswith("You are Dana of Petal Flowers.")
    [tool, _] = [each["function"] for each in first["tools"]]
    assert (tool["name"], tool["description"]) == (
        "look_up_order",
        "Look up where an order is, by its number of four digits.",
    )
    [looked_up, ended] = record["tool_calls"]
    assert looked_up["arguments"] == {"number": "1001"}
    assert looked_up["result"] == {"state": "arrives before noon"} and looked_up["outcome"] == "completed"
    assert ended["name"] == "end_call" and record["end_reason"] == "agent_hung_up"
    assert "Your order arrives before noon." in words_of(record, "agent")
    assert record["services"]["llm"] == "OpenAILLMService" and record["errors"] == []


async def test_a_function_is_asked_who_answers_with_the_facts_of_the_call(quick: Vendors, data: Path) -> None:
    quick.openai.replies = [Reply(tool_calls=[ToolCall("look_up_order", {"number": "7"})]), ANSWER]
    asked: list[Call] = []

    async def create_session(call: Call) -> AgentConfig:
        asked.append(call)
        shop = call.metadata["shop"]
        return an_agent(quick, agent_id="dana", instructions=f"You answer for {shop}.", tools=[look_up_order])

    told = {"agent": "florist", "shop": "Petal", "from_number": "+15550002222", "to_number": "+15550001111"}
    async with serving(bot_of(create_session)) as server, dial(server.url, TwilioWire(told)) as phone:
        await phone.hear(8)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(5), ANSWER)
        await phone.hang_up()
    [record], [call] = await wait_for_records(data), asked
    assert (call.agent_id, call.from_number, call.to_number) == ("florist", "+15550002222", "+15550001111")
    assert call.id == record["id"] and call.metadata == record["metadata"] == {"shop": "Petal"}
    assert quick.openai.completions[0].body["messages"][0]["content"].startswith("You answer for Petal.")
    assert record["agent"] == "dana" and record["errors"] == []
    assert record["tool_calls"][0]["result"] == {"order": "7", "caller": "+15550002222", "constants": {}}


async def test_initial_messages_come_before_what_is_said(quick: Vendors, data: Path) -> None:
    begun = [
        {"role": "user", "content": "Hi, it's me again."},
        {"role": "assistant", "content": "Hello again!"},
    ]
    agent = an_agent(quick, initial_messages=begun)
    async with serving(bot_of(agent)) as server, dial(server.url) as phone:
        await talk(phone)
    system, *messages = quick.openai.completions[0].body["messages"]
    assert system["content"].startswith("You are Dana.") and messages[:2] == begun
    assert [message["role"] for message in messages[2:]] == ["assistant", "user"]


def make_flux(vendors: Vendors) -> DeepgramFluxSTTService:
    url = vendors.deepgram.base_url.replace("http", "ws", 1) + "/v2/listen"
    return DeepgramFluxSTTService(api_key=vendors.deepgram.api_key, url=url)


def make_nova(vendors: Vendors) -> DeepgramSTTService:
    return DeepgramSTTService(api_key=vendors.deepgram.api_key, base_url=vendors.deepgram.base_url)


def make_openai(vendors: Vendors) -> OpenAILLMService:
    return OpenAILLMService(api_key=vendors.openai.api_key, base_url=vendors.openai.base_url)


def make_cartesia(vendors: Vendors) -> CartesiaTTSService:
    url = vendors.cartesia.base_url.replace("http", "ws", 1) + "/tts/websocket"
    return CartesiaTTSService(
        api_key=vendors.cartesia.api_key, url=url, settings=CartesiaTTSService.Settings(voice="a-voice")
    )


@pytest.mark.parametrize("make_stt", [make_flux, make_nova], ids=["flux", "nova"])
async def test_services_of_ones_own_hold_a_whole_call_without_any_key_in_the_environment(
    vendors: Vendors, data: Path, make_stt: Callable[[Vendors], Any]
) -> None:
    make_quick(vendors, [ANSWER, hang_up_reply()])

    async def bot(runner_args: RunnerArguments) -> None:
        async def make_tts(call: Call) -> CartesiaTTSService:
            return make_cartesia(vendors)

        agent = AgentConfig(instructions="You are Dana.", greeting=GREETING, tools=["end_call"])
        stt, llm = make_stt(vendors), make_openai(vendors)
        await answer(runner_args, agent, stt=stt, llm=lambda call: llm, tts=make_tts)

    async with serving(bot) as server, dial(server.url) as phone:
        await talk(phone)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up" and record["errors"] == []
    assert record["services"] == {
        "stt": make_stt(vendors).__class__.__name__,
        "llm": "OpenAILLMService",
        "tts": "CartesiaTTSService",
    }
    assert words_of(record, "caller") == f"{QUESTION} {QUESTION}"
    assert vendors.openai.completions[0].body["messages"][0]["content"].startswith("You are Dana.")


async def test_switchers_of_services_hold_a_whole_call(quick: Vendors, data: Path) -> None:
    switchers: dict[str, Callable[[Call], Any]] = {
        "stt": lambda call: ServiceSwitcher([make_flux(quick), make_flux(quick)]),
        "llm": lambda call: LLMSwitcher([make_openai(quick), make_openai(quick)]),
        "tts": lambda call: ServiceSwitcher([make_cartesia(quick), make_cartesia(quick)]),
    }
    async with serving(bot_of(an_agent(quick), **switchers)) as server, dial(server.url) as phone:
        await talk(phone)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "agent_hung_up" and record["errors"] == []


async def test_an_llm_with_instructions_of_its_own_keeps_them_where_the_agent_has_none(
    quick: Vendors, data: Path
) -> None:
    settings = OpenAILLMService.Settings(system_instruction="You are Otto.")

    def llm(call: Call) -> OpenAILLMService:
        return OpenAILLMService(
            api_key=quick.openai.api_key, base_url=quick.openai.base_url, settings=settings
        )

    agent = an_agent(quick, instructions=None)
    async with serving(bot_of(agent, llm=llm)) as server, dial(server.url) as phone:
        await talk(phone)
    assert quick.openai.completions[0].body["messages"][0]["content"].startswith("You are Otto.")


async def raising(call: Call) -> AgentConfig:
    raise LookupError("no shop of that number")


async def hanging(call: Call) -> AgentConfig:
    await asyncio.sleep(600)
    raise AssertionError


async def nobody(call: Call) -> Any:
    return {"instructions": "You are Dana."}


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (raising, "LookupError: no shop of that number"),
        (hanging, "the function for `agent` took longer than 0.3 s"),
        (nobody, "`agent` must be an AgentConfig, not a dict"),
    ],
)
async def test_where_nobody_can_answer_the_caller_hears_so_and_the_record_says_why(
    quick: Vendors,
    monkeypatch: pytest.MonkeyPatch,
    data: Path,
    who: Callable[[Call], Awaitable[Any]],
    why: str,
) -> None:
    monkeypatch.setattr("frontdesk.guest.MAKING_TIMEOUT_S", 0.3)
    async with serving(bot_of(who, tts=lambda call: make_cartesia(quick))) as server:
        async with dial(server.url) as phone:
            assert is_whole(await phone.hear(8), ENGLISH.out_of_order)
            assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
            assert phone.playout.cut == 0
        await server.until_ended(1, within=5)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "failed" and why in record["errors"][0]["message"]


async def test_a_session_that_the_host_cancels_while_a_function_runs_is_recorded_as_shut_down(
    quick: Vendors, data: Path
) -> None:
    asked = asyncio.Event()

    async def waiting(call: Call) -> AgentConfig:
        asked.set()
        return await hanging(call)

    async with serving(bot_of(waiting)) as server, dial(server.url):
        await asyncio.wait_for(asked.wait(), 10)
        [session] = [task for task in asyncio.all_tasks() if "run_asgi" in str(task.get_coro())]
        session.cancel()
        await server.until_ended(1, within=5)
        [record] = await wait_for_records(data)
    assert record["end_reason"] == "shut_down"


async def test_turns_are_left_to_a_flux_service_that_is_brought(vendors: Vendors) -> None:
    agent = AgentConfig()
    flux, nova = (turn_params(agent, make(vendors), lambda: False) for make in (make_flux, make_nova))
    assert isinstance(flux.user_turn_strategies, ExternalUserTurnStrategies) and flux.vad_analyzer is None
    assert not isinstance(nova.user_turn_strategies, ExternalUserTurnStrategies)
    assert nova.vad_analyzer is not None


async def test_without_any_voice_the_line_drops_at_once(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    monkeypatch.setattr("frontdesk.services.embedded.tts_available", lambda: False)
    async with serving(bot_of(raising)) as server, dial(server.url) as phone:
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "failed" and "LookupError" in record["errors"][0]["message"]


async def test_a_voice_that_fails_at_the_apology_too_drops_the_line(quick: Vendors, data: Path) -> None:
    quick.cartesia.faults.fail_status = 401
    async with serving(bot_of(raising, tts=lambda call: make_cartesia(quick))) as server:
        async with dial(server.url) as phone:
            assert await phone.wait_ended(8) is EndReason.AGENT_CLOSED
        await server.until_ended(1, within=5)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "failed" and len(record["errors"]) > 1


@pytest.mark.parametrize(
    ("services", "why"),
    [
        ({"stt": make_cartesia}, "`stt` must be pipecat's STTService, not a CartesiaTTSService"),
        (
            {"llm": lambda vendors: OpenAILLMService},
            "`llm` must be pipecat's LLMService, not OpenAILLMService, a class",
        ),
        ({"tts": lambda vendors: "cartesia"}, "`tts` must be pipecat's TTSService, not a str"),
        ({"llm": lambda vendors: OpenAIRealtimeLLMService(api_key="k")}, "`llm` speaks itself"),
        (
            {"stt": lambda vendors: ServiceSwitcher([make_nova(vendors), make_cartesia(vendors)])},
            "`stt` must be pipecat's STTService, not a CartesiaTTSService",
        ),
    ],
    ids=["another kind", "a class", "a name", "speech to speech", "a switcher with another kind"],
)
async def test_a_service_that_is_none_is_told_in_the_record(
    quick: Vendors, data: Path, services: dict[str, Callable[[Vendors], Any]], why: str
) -> None:
    made = {kind: make(quick) for kind, make in services.items()}
    async with serving(bot_of(an_agent(quick), **made)) as server, dial(server.url) as phone:
        await phone.wait_ended(10)
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "failed" and why in record["errors"][0]["message"]


async def test_a_service_cannot_serve_a_second_call(quick: Vendors, data: Path) -> None:
    async with serving(bot_of(an_agent(quick), tts=make_cartesia(quick))) as server:
        async with dial(server.url) as phone:
            await talk(phone)
        async with dial(server.url) as phone:
            await phone.wait_ended(10)
        await server.until_ended(2, within=5)
    first, second = await wait_for_records(data, 2)
    assert first["errors"] == [] and second["end_reason"] == "failed"
    assert "`tts` has served a call already; give a function" in second["errors"][0]["message"]


async def test_a_service_cannot_serve_two_calls_at_once(quick: Vendors) -> None:
    refused = asyncio.Event()

    async def llm(call: Call) -> OpenAILLMService:
        await asyncio.wait_for(refused.wait(), 5)
        return make_openai(quick)

    guest = Guest(an_agent(quick), {"stt": make_nova(quick), "llm": llm})
    first = asyncio.create_task(guest.services_for(Call("a", "twilio")))
    await asyncio.sleep(0)  # it has its ears now, and waits for a model
    with pytest.raises(FrontdeskError, match="`stt` has served a call already"):
        await asyncio.wait_for(guest.services_for(Call("b", "twilio")), 2)
    refused.set()
    assert (await first).stt is not None


async def test_a_service_that_apologised_to_one_caller_does_not_to_another(quick: Vendors) -> None:
    guest = Guest(raising, {"tts": make_cartesia(quick)})
    assert await guest.voice_for(Call("a", "twilio"), None) is not None
    assert await guest.voice_for(Call("b", "twilio"), None) is None


async def test_the_voice_of_an_apology_is_loaded_beside_other_calls(
    quick: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded_in: list[threading.Thread] = []
    monkeypatch.setattr("frontdesk.guest.load_models", lambda _: loaded_in.append(threading.current_thread()))
    assert await Guest(raising, {}).voice_for(Call("a", "twilio"), None) is not None
    assert len(loaded_in) == 1 and loaded_in[0] is not threading.main_thread()


async def test_the_voice_of_an_apology_has_the_keys_of_the_house(vendors: Vendors) -> None:
    agent = an_agent(vendors)
    house = house_of(agent, [], vendors.keys)
    voice = await Guest(agent, {}).voice_for(Call("a", "twilio"), house)
    assert isinstance(voice, CartesiaTTSService)


@pytest.mark.parametrize("reused", ["the switcher", "its service"])
async def test_a_switcher_cannot_bring_a_service_to_a_second_call(quick: Vendors, reused: str) -> None:
    voice = make_cartesia(quick)
    switcher: ServiceSwitcher[Any] = ServiceSwitcher([voice])
    guest = Guest(
        an_agent(quick),
        {"tts": switcher if reused == "the switcher" else lambda call: ServiceSwitcher([voice])},
    )
    await guest.services_for(Call("a", "twilio"))
    with pytest.raises(FrontdeskError, match="`tts` has served a call already"):
        await guest.services_for(Call("b", "twilio"))


@pytest.mark.parametrize(
    ("keys", "reason", "last_words"),
    [
        ({"call_max_duration": 1.5}, "time_limit", ENGLISH.time_is_up),
        ({"use_idle_processor": {"timeout": 1.0}}, "caller_silent", ENGLISH.nobody_there),
    ],
)
async def test_limits_hold_for_an_agent_in_python(
    quick: Vendors, data: Path, keys: dict[str, Any], reason: str, last_words: str
) -> None:
    async with serving(bot_of(an_agent(quick, **keys))) as server, dial(server.url) as phone:
        await phone.hear(8)
        while not is_whole(await phone.hear(8), last_words):
            assert phone.now < 15
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
    [record] = await wait_for_records(data)
    assert record["end_reason"] == reason


async def test_an_llm_of_ones_own_that_fails_costs_an_apology(quick: Vendors, data: Path) -> None:
    quick.openai.faults.drop_after = 1
    bot = bot_of(an_agent(quick), llm=lambda call: make_openai(quick))
    async with serving(bot) as server, dial(server.url) as phone:
        await phone.hear(8)
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(8), ENGLISH.say_again)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_hung_up" and "LLM" in record["errors"][0]["source"]


async def test_a_connection_that_is_no_call_is_refused(quick: Vendors, logged: list[str]) -> None:
    async with serving(bot_of(an_agent(quick))) as server:
        assert await closing_code(server.url, "GET / HTTP/1.1") == 1003
        await server.until_ended(1, within=2)
    assert any(line.startswith("WARNING Connection refused: ") for line in logged)


async def test_a_missing_key_is_told_before_the_first_call_and_refuses_each(
    vendors: Vendors, data: Path, logged: list[str]
) -> None:
    agent = an_agent(vendors)
    readyz = prepare(agent)
    async with asyncio.timeout(10):
        while (state := readyz())["problems"] == ["models are still loading"]:
            await asyncio.sleep(0.01)
    assert state["ready"] is False and "OPENAI_API_KEY" in str(state["problems"])
    assert any("OPENAI_API_KEY" in line for line in logged)
    async with serving(bot_of(agent)) as server:
        assert await closing_code(server.url) == 1013
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "failed" and "OPENAI_API_KEY" in record["errors"][0]["message"]


async def test_an_agent_whose_model_speaks_itself_brings_no_voice(
    vendors: Vendors, logged: list[str]
) -> None:
    agent = AgentConfig(instructions="You are Dana.", realtime=True)
    async with serving(bot_of(agent, tts=make_cartesia(vendors))) as server:
        assert await closing_code(server.url) == 1013
    assert any("realtime: the model does all itself: tts cannot be brought" in line for line in logged)


async def test_a_key_of_a_service_that_is_brought_is_not_missed(vendors: Vendors) -> None:
    readyz = prepare(an_agent(vendors), llm=lambda call: make_openai(vendors))
    async with asyncio.timeout(30):
        while not (state := readyz())["ready"]:
            assert state["problems"] == ["models are still loading"]
            await asyncio.sleep(0.01)
