"""Many calls on one keyless host: nobody hears another, and one that breaks is not noticed by the rest."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import yaml

from frontdesk.simulator import LineDropped, Phone, speech
from frontdesk.simulator.event import EndReason
from frontdesk.simulator.twilio import TwilioWire
from tests.host.image import image_host
from tests.host.local import local_host
from tests.host.process import Host
from tests.quick import GARBAGE, RawWire
from tests.records import wait_for_records, words_of
from tests.vendors import change_agent, copy_agents

# What each caller is interested in, and what only they are told: words that are not taken for one another.
ANSWERS = {
    "banana": "A banana is yellow.",
    "elephant": "An elephant is heavy.",
    "computer": "A computer is expensive.",
    "kitchen": "A kitchen is warm.",
    "mountain": "A mountain is high.",
    "hospital": "A hospital is quiet.",
    "piano": "A piano is black.",
    "winter": "The winter is cold.",
    "garden": "A garden is green.",
    "airplane": "An airplane is fast.",
}
TELLING = {subject: answer.rstrip(".").split()[-1] for subject, answer in ANSWERS.items()}
GREETING = "Hello, what is it about?"
STAGGER_S = 0.3


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """The environment of a host whose one agent answers by `ANSWERS`."""
    folder = copy_agents(tmp_path / "agents")
    change_agent(folder, {"start_message": GREETING, "use_idle_processor": {"is_on": False}})
    rules = [{"when": subject, "say": answer} for subject, answer in ANSWERS.items()]
    script = {
        "start": "start",
        "opening": GREETING,
        "unclear": "I did not understand.",
        "rules": rules,
        "states": {"start": {"steps": [{"say": "I did not understand."}]}},
    }
    (folder / "appointments.script.yaml").write_text(yaml.safe_dump(script))
    return {"AGENTS_DIR": str(folder), "FRONTDESK_DATA_DIR": str(tmp_path / "data")}


@asynccontextmanager
async def call(host: Host, subject: str, wire: type[TwilioWire] = TwilioWire) -> AsyncIterator[Phone]:
    """A call after its greeting; its record has the subject under `metadata`.

    Callers dial one after the other, so that ten do not say the very same syllable on two cores.
    """
    await asyncio.sleep(STAGGER_S * list(ANSWERS).index(subject))
    dialled = wire({"subject": subject})
    async with Phone.call(host.websocket_url, wire=dialled, answer_within=20, transcribe=None) as phone:
        await phone.hear(within=20)
        yield phone


async def ask(phone: Phone, subject: str) -> str:
    """Ask about a subject; the answer as it sounded."""
    await phone.say(f"Please tell me about the {subject}.")
    heard = await phone.hear(within=20)
    return await speech.transcribe(heard.pcm, 8000)


async def talk(host: Host, subject: str) -> str:
    """A whole call; the answer as it sounded."""
    async with call(host, subject) as phone:
        return await ask(phone, subject)


async def vanish(host: Host, subject: str) -> None:
    """A caller who is gone in the middle of a sentence."""
    async with call(host, subject) as phone:
        saying = asyncio.create_task(phone.say(f"Please tell me about the {subject}."))
        await phone.pause(0.8)
        phone.vanish()
        with pytest.raises(LineDropped):
            await saying


async def send_garbage(host: Host, subject: str) -> str:
    """A caller whose carrier goes mad in the middle of the call."""
    async with call(host, subject, RawWire) as phone:
        for message in GARBAGE:
            await phone.stream.press(message)
        return await ask(phone, subject)


def subjects_in(text: str) -> set[str]:
    """Which of the subjects a text names, or tells about."""
    return {subject for subject in ANSWERS if subject in text.lower() or TELLING[subject] in text.lower()}


async def test_ten_calls_at_once_do_not_hear_each_other(tmp_path: Path, env: dict[str, str]) -> None:
    *ordinary, gone, mad = ANSWERS
    async with local_host(env) as host:
        calls = [talk(host, subject) for subject in ordinary]
        *heard, _ = await asyncio.gather(*calls, send_garbage(host, mad), vanish(host, gone))
        records = await wait_for_records(tmp_path / "data", len(ANSWERS))
    understood = 0  # on two busy cores the voice stutters now and then: the words are checked in the record
    for subject, answer in zip([*ordinary, mad], heard, strict=True):
        assert subjects_in(answer or "") <= {subject}, f"who asked about {subject} heard {answer!r}"
        understood += bool(subjects_in(answer or ""))
    assert understood > len(heard) / 2
    for record in records:
        subject = record["metadata"]["subject"]
        said = subjects_in(words_of(record, "caller")), subjects_in(words_of(record, "agent"))
        assert subject == gone or said == ({subject}, {subject})
        assert said[0] <= {subject} and said[1] <= {subject}
        assert record["end_reason"] == "caller_hung_up" and record["errors"] == []


@pytest.mark.slow
async def test_calls_that_are_under_way_at_sigterm_end_with_their_record(
    tmp_path: Path, env: dict[str, str]
) -> None:
    laptop, image = tmp_path / "laptop", tmp_path / "image"
    local = local_host(env | {"FRONTDESK_DATA_DIR": str(laptop)})
    base = image_host(env | {"FRONTDESK_DATA_DIR": str(image)}, python=Path(sys.executable))
    await asyncio.gather(
        check_sigterm(local, laptop, "shut_down"), check_sigterm(base, image, "caller_hung_up")
    )


async def check_sigterm(opening: AbstractAsyncContextManager[Host], data: Path, reason: str) -> None:
    """Two calls go on to their end, or are ended; either way the record is there and the process goes."""
    async with opening as host:
        async with call(host, "banana") as first, call(host, "elephant") as second:
            host.process.send_signal(signal.SIGTERM)
            reasons = await asyncio.gather(finish(first, "banana"), finish(second, "elephant"))
        async with asyncio.timeout(10):
            await host.process.wait()
        assert "Traceback" not in host.log()
    records = await wait_for_records(data, 2)
    assert {record["metadata"]["subject"] for record in records} == {"banana", "elephant"}
    assert {record["end_reason"] for record in records} == {reason}
    if EndReason.AGENT_CLOSED not in reasons:
        answers = [words_of(record, "agent").removeprefix(GREETING).strip() for record in records]
        assert sorted(answers) == sorted([ANSWERS["banana"], ANSWERS["elephant"]])


async def finish(phone: Phone, subject: str) -> EndReason | None:
    """Go on talking as far as the host lets one, then hang up; how the call ended."""
    with contextlib.suppress(LineDropped):
        await ask(phone, subject)
    await phone.hang_up()
    return phone.end_reason
