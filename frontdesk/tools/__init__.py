"""What an agent can do during a call: one tool per file, and a table of them; nothing here imports pipecat
but `binding` and the connections of `mcp`."""

from frontdesk.tools import options
from frontdesk.tools.context import ToolContext
from frontdesk.tools.table import TOOLS
from frontdesk.tools.tool import Tool

# Bound last: importing the module of that name binds the module.
tool = options.tool

__all__ = ["TOOLS", "Tool", "ToolContext", "tool"]
