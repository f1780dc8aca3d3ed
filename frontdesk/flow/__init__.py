"""A call that a flow leads: pipecat's FlowManager, over the tools of the call."""

from frontdesk.flow.lead import Lead
from frontdesk.flow.load import Plan, load_flow

__all__ = ["Lead", "Plan", "load_flow"]
