"""The record of a call: pure data, and the recorder that fills it."""

from frontdesk.record.call_record import CallRecord, EndReason, Fault, ToolCall, Utterance

__all__ = ["CallRecord", "EndReason", "Fault", "ToolCall", "Utterance"]
