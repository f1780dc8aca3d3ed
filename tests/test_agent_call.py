"""What an agent file says is what a caller meets: older files as they are, and two agents on two numbers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from frontdesk.phrases import PHRASES
from frontdesk.simulator import Phone
from frontdesk.simulator.event import EndReason
from frontdesk.simulator.twilio import TwilioWire
from tests.inprocess import in_process_bot
from tests.quick import QUESTION, dial, is_whole, make_quick, use_environment
from tests.records import wait_for_records, words_of
from tests.vendors import Vendors

FILES = Path(__file__).parent / "agents_files"
SPANISH = PHRASES["es"]
VOICE = "d4db5fb9-f44b-4bd1-85fa-192e0f0d75f9"
GREETING = "Hola Ana, soy Emma."
ANSWER = "Sí, hasta las cinco."


@asynccontextmanager
async def called(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, agents: Path, **parameters: str
) -> AsyncIterator[Phone]:
    """A call to the agents of a folder, whose files are as they are: the environment has the addresses."""
    addresses = {
        "AGENTS_DIR": str(agents),
        "OPENAI_BASE_URL": vendors.openai.base_url,
        "DEEPGRAM_BASE_URL": vendors.deepgram.base_url,
        "CARTESIA_BASE_URL": vendors.cartesia.base_url,
    }
    use_environment(monkeypatch, vendors.keys | addresses)
    async with in_process_bot(monkeypatch) as bot:
        async with dial(bot.url, TwilioWire(parameters)) as phone:
            yield phone
        await bot.until_ended(1, 5)


def system_prompt(vendors: Vendors) -> str:
    """What the model was told of its part in the first completion."""
    first = vendors.openai.completions[0].body["messages"][0]
    assert first["role"] == "system"
    return str(first["content"])


def spoken(vendors: Vendors) -> list[str]:
    """What the agent's voice was given to say, in order."""
    return [context.text for context in vendors.cartesia.contexts]


async def test_an_older_file_greets_and_listens_in_its_language_and_ends_a_silent_call(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors)
    async with called(vendors, monkeypatch, FILES / "reference") as phone:
        assert is_whole(await phone.hear(10), GREETING)
        assert is_whole(await phone.hear(5), SPANISH.still_there)
        assert is_whole(await phone.hear(5), SPANISH.nobody_there)
        assert await phone.wait_ended(5) is EndReason.AGENT_CLOSED
        assert phone.now < 7, "it was silence that ended the call, not its greatest length"
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "caller_silent"
    assert record["agent"] == "7b3f0a52-6d0c-4f8e-9d25-2f4f1f1f6c11"
    assert {context.voice for context in vendors.cartesia.contexts} == {VOICE}
    [heard] = vendors.deepgram.requests
    assert (heard.query["model"], heard.query["language_hint"]) == ("flux-general-multi", "es")


async def test_an_older_file_tells_the_model_its_prompt_and_limits_the_call(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, [ANSWER] * 20)
    async with called(vendors, monkeypatch, FILES / "reference") as phone:
        await phone.hear(10)
        while phone.now < 6:
            await phone.say(QUESTION)
            await phone.hear(5)
        assert await phone.wait_ended(10) is EndReason.AGENT_CLOSED
        assert phone.now > 7
    [record] = await wait_for_records(data)
    assert record["end_reason"] == "time_limit"
    assert words_of(record, "agent").startswith(f"{GREETING} {ANSWER}")
    assert words_of(record, "agent").endswith(SPANISH.time_is_up)
    prompt = system_prompt(vendors)
    assert prompt.startswith("Eres Emma de Harbor Lane Dental. Hablas con Ana de Ruiz e Hijos.\nAhora es 20")
    assert "Huecos libres: [" in prompt and "{" not in prompt.partition("Huecos")[0]
    offered = [tool["function"]["name"] for tool in vendors.openai.completions[0].body["tools"]]
    own = ["end_call", "transfer_call", "get_weekday", "get_available_time_slots", "await_call_transfer"]
    assert offered == [*own, "book_appointment"]
    assert vendors.openai.completions[0].body["model"] == "gpt-4o-mini"


async def test_the_trimmed_example_takes_a_call_and_waits_for_the_caller_to_begin(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    make_quick(vendors, [ANSWER])
    async with called(vendors, monkeypatch, FILES / "trimmed") as phone:
        await phone.say(QUESTION)
        assert is_whole(await phone.hear(10), ANSWER)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert (record["agent"], record["end_reason"], record["errors"]) == ("config", "caller_hung_up", [])
    offered = [tool["function"]["name"] for tool in vendors.openai.completions[0].body["tools"]]
    assert offered == ["end_call", "book_appointment"]


async def test_two_agents_on_two_numbers_answer_as_themselves(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "two"
    folder.mkdir()
    for name, number, more in (("emma", "+15550001111", "default: true"), ("nora", "+15550002222", "")):
        (folder / f"{name}.yaml").write_text(
            f'numbers: ["{number}"]\nstart_message: I am {name}.\n{more}\n'
            f"prompts: {{agent: {{en: You are {name}.}}}}\n"
        )
    make_quick(vendors, [ANSWER] * 2)
    for name, number in (("nora", "+15550002222"), ("emma", "+15550001111")):
        vendors.openai.completions.clear()
        async with called(vendors, monkeypatch, folder, to_number=number) as phone:
            assert is_whole(await phone.hear(10), f"I am {name}.")
            await phone.say(QUESTION)
            await phone.hear(5)
            await phone.hang_up()
        assert system_prompt(vendors).startswith(f"You are {name}.")
        assert spoken(vendors)[-2:] == [f"I am {name}.", ANSWER]
    records = await wait_for_records(data, 2)
    assert [record["agent"] for record in records] == ["nora", "emma"]
