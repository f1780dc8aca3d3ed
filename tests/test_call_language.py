"""The language changes in the middle of a call."""

from pathlib import Path

import pytest

from tests.fakes import Reply, ToolCall
from tests.inprocess import in_process_bot
from tests.quick import GREETING, dial, make_quick, use_environment
from tests.records import wait_for_records
from tests.vendors import Vendors

SPANISH = "Claro, hablemos en español."
OTHER = "Sorry, I do not speak Korean."


def said(vendors: Vendors, text: str) -> bool:
    """Whether the voice was given a text to say."""
    return text in [context.text for context in vendors.cartesia.contexts]


async def test_ears_voice_and_prompt_follow_the_language_that_the_caller_asks_for(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    replies = [
        Reply(tool_calls=[ToolCall("switch_language", {"language": "es"})]),
        SPANISH,
        Reply(tool_calls=[ToolCall("switch_language", {"language": "ko"})]),
        OTHER,
    ]
    make_quick(
        vendors,
        replies,
        tools={"switch_language": None},
        prompts={"agent": {"en": "Be Emma.", "es": "Sé Ema."}},
    )
    vendors.change_agent(
        {"tts": {"base_url": vendors.cartesia.base_url, "voice": "anna", "voices": {"es": "maria"}}}
    )
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
        await phone.hear(5)
        await phone.say("Can we speak Spanish?")
        await vendors.cartesia.wait_until(lambda: said(vendors, SPANISH))
        await phone.hear(5)
        await phone.say("And Korean?")
        await vendors.cartesia.wait_until(lambda: said(vendors, OTHER))
        await phone.hang_up()
    voices = {each.text: (each.voice, each.language) for each in vendors.cartesia.contexts}
    assert (voices[GREETING], voices[SPANISH]) == (("anna", "en"), ("maria", "es"))
    assert vendors.openai.requests[0].body["messages"][0]["content"].startswith("Be Emma.")
    assert vendors.openai.requests[1].body["messages"][0]["content"].startswith("Sé Ema.")
    assert [request.query.get("model") for request in vendors.deepgram.requests] == [
        "flux-general-en",
        "flux-general-multi",
    ]
    [record] = await wait_for_records(tmp_path / "data")
    first, second = record["tool_calls"]
    assert first["result"]["language"] == "es"
    assert (second["outcome"], second["result"]["error"]) == (
        "failed",
        "ko is not spoken here; choose one of: en, es",
    )
