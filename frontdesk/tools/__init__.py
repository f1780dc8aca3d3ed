"""What an agent can do during a call: one tool per file, and a table of them."""

from typing import TYPE_CHECKING, Any

from frontdesk.tools.context import ToolContext
from frontdesk.tools.options import tool
from frontdesk.tools.table import TOOLS

if TYPE_CHECKING:
    from frontdesk.tools.binding import bind_tools

__all__ = ["TOOLS", "ToolContext", "bind_tools", "tool"]


def __getattr__(name: str) -> Any:
    # Only a call needs pipecat; checking agent files against the table does not.
    if name == "bind_tools":
        from frontdesk.tools.binding import bind_tools

        return bind_tools
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
