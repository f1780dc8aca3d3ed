"""Speech to text."""

from typing import Any

from frontdesk.agent import AgentConfig
from frontdesk.services.vendor import QUICK_CLOSE, Vendor

STT = {
    "deepgram": Vendor("pipecat.services.deepgram.stt:DeepgramSTTService", "DEEPGRAM_API_KEY"),
    "deepgram-flux": Vendor(
        "pipecat.services.deepgram.flux.stt:DeepgramFluxSTTService",
        "DEEPGRAM_API_KEY",
        url="url",
        url_path="/v2/listen",
        hears_turns=True,
        options=QUICK_CLOSE,
    ),
    "embedded": Vendor("frontdesk.services.embedded.stt:EmbeddedSTTService", None, url=None, in_rate=16000),
}


def stt_row(agent: AgentConfig) -> str:
    """The row of the table that an agent asks for; Deepgram's Flux models have a service of their own."""
    if agent.stt.vendor == "deepgram" and (agent.stt.model or "").startswith("flux-"):
        return "deepgram-flux"
    return agent.stt.vendor


def stt_settings(agent: AgentConfig) -> dict[str, Any]:
    """What the agent file says of its STT, in the words of the service's Settings."""
    given = dict(agent.stt.settings)
    if agent.stt.model:
        given["model"] = agent.stt.model
    if agent.stt.keyterms:
        given["keyterm"] = list(agent.stt.keyterms)
    return given
