"""What a flow says and does on its own, in pipecat's place.

pipecat waits for the end of what is said, for ever where the caller interrupts it; and it hangs up before the
goodbye has been heard.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from pipecat.flows import ActionConfig, FlowManager, NodeConfig
from pipecat.frames.frames import LLMUpdateSettingsFrame, TTSSpeakFrame
from pipecat.services.settings import LLMSettings

from frontdesk.agent.flow_text import fill_flow
from frontdesk.briefing import Briefing
from frontdesk.hangup import HangUp
from frontdesk.record.call_record import EndReason

# pipecat's names of actions → ours.
NAMES = {"tts_say": "frontdesk_say", "end_conversation": "frontdesk_end"}
ROLE = "frontdesk_role"

Handler = Callable[[dict[str, Any], FlowManager], Awaitable[None]]


def own_actions(node: NodeConfig) -> NodeConfig:
    """The node with our actions in place of pipecat's; its role is the first of them."""
    node = node.copy()
    role = node.pop("role_message", None)
    first = [ActionConfig(type=ROLE, text=role)] if role is not None else []
    node["pre_actions"] = [*first, *_renamed(node.get("pre_actions", ()))]
    node["post_actions"] = _renamed(node.get("post_actions", ()))
    return node


def _renamed(actions: Iterable[ActionConfig]) -> list[ActionConfig]:
    return [{**action, "type": NAMES[action["type"]]} for action in actions]


def register_actions(manager: FlowManager, briefing: Briefing, hang_up: HangUp) -> None:
    """Have the manager of a call know our actions."""

    async def say(action: dict[str, Any], flow: FlowManager) -> None:
        kept = action.get("append_text_to_context", True)
        await flow.worker.queue_frame(
            TTSSpeakFrame(fill_flow(action["text"], flow.state), append_to_context=kept)
        )

    async def end(action: dict[str, Any], flow: FlowManager) -> None:
        goodbye = fill_flow(action.get("text") or "", flow.state)
        await hang_up.begin(goodbye or None, EndReason.AGENT_HUNG_UP)

    async def play(action: dict[str, Any], flow: FlowManager) -> None:
        briefing.role = fill_flow(action["text"], flow.state)
        delta = LLMSettings(system_instruction=briefing.role)
        await flow.worker.queue_frame(LLMUpdateSettingsFrame(delta=delta, reach_inactive_services=True))

    handlers: dict[str, Handler] = {NAMES["tts_say"]: say, NAMES["end_conversation"]: end, ROLE: play}
    for name, handler in handlers.items():
        manager.register_action(name, handler)
