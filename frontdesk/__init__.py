"""A phone agent: runner arguments → transport → Call → agent → services → pipeline ⇄ tools → record."""

import os

# onnxruntime looks up its vendor's telemetry host unless this is set before it is first imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
