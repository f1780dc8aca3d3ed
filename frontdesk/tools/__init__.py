"""What an agent can do during a call: one tool per file, and a table of them; nothing here imports pipecat
but `binding`."""

from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool
from frontdesk.tools.table import TOOLS
from frontdesk.tools.tool import Tool

__all__ = ["TOOLS", "Tool", "ToolContext", "tool"]
