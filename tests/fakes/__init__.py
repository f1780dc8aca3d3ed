"""Stand-ins that speak the vendors' protocols on loopback: `async with FakeDeepgram() as deepgram: …`."""

from tests.fakes.cartesia import FakeCartesia
from tests.fakes.deepgram import FakeDeepgram
from tests.fakes.faults import Faults
from tests.fakes.openai import FakeOpenAI, Reply, ToolCall
from tests.fakes.openai_realtime import FakeOpenAIRealtime
from tests.fakes.twilio import FakeTwilio
from tests.fakes.webhook import FakeWebhook

__all__ = [
    "FakeCartesia",
    "FakeDeepgram",
    "FakeOpenAI",
    "FakeOpenAIRealtime",
    "FakeTwilio",
    "FakeWebhook",
    "Faults",
    "Reply",
    "ToolCall",
]
