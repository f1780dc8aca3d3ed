"""Text to speech."""

from typing import Any

from frontdesk.agent import AgentConfig
from frontdesk.services.vendor import QUICK_CLOSE, Vendor

TTS = {
    "cartesia": Vendor(
        "pipecat.services.cartesia.tts:CartesiaTTSService",
        "CARTESIA_API_KEY",
        url="url",
        url_path="/tts/websocket",
        options=QUICK_CLOSE,
    ),
    "embedded": Vendor("frontdesk.services.embedded.tts:EmbeddedTTSService", None, url=None),
}


def tts_row(agent: AgentConfig) -> str:
    """The row of the table that an agent asks for."""
    return agent.tts.vendor


def tts_settings(agent: AgentConfig) -> dict[str, Any]:
    """What the agent file says of its TTS, in the words of the service's Settings."""
    given = dict(agent.tts.settings)
    if agent.tts.model:
        given["model"] = agent.tts.model
    if agent.tts.voice:
        given["voice"] = agent.tts.voice
    return given
