"""HTTP tools: one request that an agent file describes, in place of a function."""

from frontdesk.tools.http.tool import http_tool

__all__ = ["http_tool"]
