"""What an agent file says of the pipeline, heard on the phone."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from frontdesk.agent import PipelineConfig
from frontdesk.call import Call
from frontdesk.pipeline import pipeline_params
from frontdesk.simulator import Phone
from frontdesk.simulator.twilio import TwilioWire
from frontdesk.transport import Line
from tests.inprocess import in_process_bot
from tests.quick import GREETING, QUESTION, is_whole, make_quick, use_environment
from tests.records import wait_for_records
from tests.vendors import Vendors

LONG_ANSWER = "Yes, we are open. " * 12


def speak(url: str) -> AbstractAsyncContextManager[Phone]:
    """A phone whose caller has a voice: nothing else is speech to the model that listens for it here."""
    return Phone.call(url, wire=TwilioWire(), transcribe=None, gap=0.5)


@pytest.mark.parametrize("model", ["flux-general-en", "nova-3"])
@pytest.mark.parametrize("allowed", [True, False])
async def test_the_caller_interrupts_only_where_the_agent_file_allows_it(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: str, allowed: bool
) -> None:
    make_quick(vendors, [LONG_ANSWER, "Yes."], pipeline_settings={"allow_interruptions": allowed})
    vendors.change_agent({"stt": {"model": model, "base_url": vendors.deepgram.base_url}})
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        assert is_whole(await phone.hear(5), GREETING)
        await phone.say(QUESTION)
        await phone.agent_speaking()
        await phone.say(QUESTION)
        heard = await phone.hear(8)
        await vendors.openai.wait_until(lambda: len(vendors.openai.completions) == 2)
        await phone.hang_up()
    assert (heard.end - heard.start > len(LONG_ANSWER.strip()) * 0.014 - 0.1) is not allowed
    [record] = await wait_for_records(tmp_path / "data")
    [long] = [turn for turn in record["transcript"] if turn["text"].startswith("Yes, we are")]
    assert long["interrupted"] is allowed


async def test_the_sample_rate_is_the_agent_files(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make_quick(vendors, pipeline_settings={"audio_in_sample_rate": 16000})
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        assert is_whole(await phone.hear(5), GREETING)
        await phone.say(QUESTION)
        await vendors.deepgram.wait_until(lambda: bool(vendors.deepgram.utterances))
        await phone.hang_up()
    assert vendors.deepgram.requests[0].query["sample_rate"] == "16000"


async def test_the_conversation_begins_with_the_agent_files_messages(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening: list[dict[str, Any]] = [
        {"role": "system", "content": "The shop is at {place}."},
        {"role": "user", "content": "I called yesterday."},
        {"role": "assistant", "content": "I remember."},
    ]
    make_quick(vendors, ["Yes."], agent_inputs={"place": "12 Elm Street"}, initial_messages=opening)
    vendors.change_agent({"prompts": {"agent": {"en": "You are Emma."}}})
    use_environment(monkeypatch, vendors.keys)
    async with in_process_bot(monkeypatch) as bot, speak(bot.url) as phone:
        await phone.hear(5)
        await phone.say(QUESTION)
        await phone.hear(5)
        await phone.hang_up()
    messages = vendors.openai.requests[0].body["messages"]
    assert [message["role"] for message in messages[:4]] == ["system", "developer", "user", "assistant"]
    assert [message["content"] for message in messages[1:4]] == [
        "The shop is at 12 Elm Street.",
        "I called yesterday.",
        "I remember.",
    ]


def test_what_is_measured_is_the_agent_files() -> None:
    line = Line(Call("c1", "twilio"), in_rate=8000, out_rate=8000)
    usual = pipeline_params(line, PipelineConfig(), None)
    assert (usual.enable_metrics, usual.enable_usage_metrics, usual.report_only_initial_ttfb) == (
        True,
        True,
        False,
    )
    changed = pipeline_params(
        line,
        PipelineConfig(enable_metrics=False, enable_usage_metrics=False, report_only_initial_ttfb=True),
        None,
    )
    assert (changed.enable_metrics, changed.enable_usage_metrics) == (False, False)
    assert changed.report_only_initial_ttfb


def test_the_rate_is_the_ears_before_the_files_before_the_lines() -> None:
    line, asked = Line(Call("c1", "twilio"), in_rate=8000), PipelineConfig(audio_in_sample_rate=24000)
    rates = [
        pipeline_params(line, settings, only).audio_in_sample_rate
        for settings, only in ((asked, 16000), (asked, None), (PipelineConfig(), None))
    ]
    assert rates == [16000, 24000, 8000]
