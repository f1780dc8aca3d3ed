"""Calls that cost next to no CPU: tones for voices, written lines for ears, written replies for a mind."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

import numpy as np
import pytest

from frontdesk.simulator import Phone, Utterance
from frontdesk.simulator.twilio import TwilioWire
from frontdesk.simulator.wire import Mark, Media, Message
from tests.fakes import Reply, ToolCall
from tests.fakes.twilio import TwilioCall
from tests.vendors import Vendors

GREETING = "Hello, this is Emma."
GOODBYE = "Thank you for calling. Goodbye."
QUESTION = "Are you open?"
# Messages that no carrier sends.
GARBAGE = [
    "",
    "{",
    "null",
    "[]",
    "17",
    "[" * 5000,
    "{}",
    '{"event": 3}',
    '{"event": "media"}',
    '{"event": "media", "media": null}',
    '{"event": "media", "media": []}',
    '{"event": "media", "media": {"payload": 7}}',
    '{"event": "media", "media": {"payload": "%%%"}}',
    '{"event": "media", "media": {"payload": "QQ="}}',
    '{"event": "mark"}',
    '{"event": "mark", "mark": "heard-0"}',
    '{"event": "dtmf"}',
    '{"event": "dtmf", "dtmf": {"digit": "ten"}}',
    '{"event": "start", "start": {}}',
    '{"event": "nothing that is known"}',
]

# How long the agent's tone for a text is, in seconds a character.
CHARACTER_S = 0.014
# How much a tone may be shorter or longer at the ear than it was made, in seconds.
TOLERANCE_S = 0.1
STRETCH_S = 0.6


def hang_up_reply(goodbye: str = GOODBYE) -> Reply:
    """The model ends the call."""
    return Reply(tool_calls=[ToolCall("end_call", {"goodbye": goodbye})])


def make_quick(
    vendors: Vendors, replies: Iterable[Reply | str] = (), *, lines: Iterable[str] = (), **agent: Any
) -> None:
    """Let the vendors say tones, hear `lines` (the last again and again) and answer `replies`.

    `agent` are further keys of the agent file.
    """
    vendors.cartesia.synthesize = agent_tone
    vendors.deepgram.transcribe = None
    vendors.deepgram.silence_s = 0.15
    vendors.deepgram.lines = [*lines] or [QUESTION] * 20
    vendors.openai.respond = None
    vendors.openai.replies = [*replies]
    vendors.change_agent({"start_message": GREETING} | agent)


def use_environment(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    """Set the environment of a bot in this process."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def dial(url: str, wire: TwilioWire | None = None) -> AbstractAsyncContextManager[Phone]:
    """A phone whose caller says tones and who writes nothing down."""
    return Phone.call(url, wire=wire or TwilioWire(), speak=_caller_tone, transcribe=None, gap=0.3)


async def hang_up_when_asked(call: TwilioCall, phone: Phone) -> list[str]:
    """Do what Twilio does when its REST API is asked to; the marks that were answered before."""
    await call.hung_up.wait()
    answered = list(phone.marks)
    phone.on_hangup()
    return answered


def lines_with(logged: list[str], text: str) -> list[str]:
    """The log lines that have `text` in them."""
    return [line for line in logged if text in line]


def is_whole(heard: Utterance, text: str) -> bool:
    """Whether an utterance is at least as long as the tone for `text`; a busy machine stretches it."""
    return -TOLERANCE_S < (heard.end - heard.start) - len(text) * CHARACTER_S < STRETCH_S


class DeafWire(TwilioWire):
    """A carrier that never answers a mark."""

    def decode(self, raw: str | bytes) -> Message:
        message = super().decode(raw)
        return Media(b"") if isinstance(message, Mark) else message


class RawWire(TwilioWire):
    """A carrier that sends what is "pressed" on the phone as a message, just as it is."""

    def dtmf(self, digit: str) -> str:
        return digit


class MuteStopWire(TwilioWire):
    """A carrier that closes the socket without having sent `stop`."""

    def stop(self) -> str:
        return self.mark("somebody else's")


async def agent_tone(text: str, sample_rate: int) -> bytes:
    """What the agent's voice makes of a text: 16-bit mono PCM."""
    return _tone(220, len(text) * CHARACTER_S, sample_rate)


async def _caller_tone(text: str) -> bytes:
    return _tone(330, max(0.25, len(text) * CHARACTER_S), 8000)


def _tone(hertz: float, seconds: float, sample_rate: int) -> bytes:
    at = np.arange(int(seconds * sample_rate)) / sample_rate
    return (8000 * np.sin(2 * np.pi * hertz * at)).astype("<i2").tobytes()
