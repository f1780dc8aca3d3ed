"""Tools of servers that speak the Model Context Protocol: listed at boot, connected for each call."""

from frontdesk.tools.mcp.servers import SERVERS, MCPServers

__all__ = ["SERVERS", "MCPServers"]
