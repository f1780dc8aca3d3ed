"""A call whose agent uses tools of MCP servers: one at a URL, one that is a command."""

import json
from pathlib import Path

import pytest

from frontdesk.simulator import Phone
from frontdesk.tools.mcp import listing
from tests.fakes import Reply, ToolCall
from tests.fakes.mcp_server import COMMAND, orders_server
from tests.inprocess import in_process_bot
from tests.quick import QUESTION, dial, make_quick, use_environment
from tests.records import wait_for_records
from tests.vendors import Vendors

TOKEN = "tok-4711-abc"


async def ask(phone: Phone) -> None:
    """Ask something and hear the answer; what began before was the rest of something else."""
    question = await phone.say(QUESTION)
    while (await phone.hear(10)).start < question.end:
        pass


async def test_tools_of_mcp_servers_answer_a_caller(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    look_up, hours = ToolCall("look_up_order", {"number": "1001"}), ToolCall("opening_hours")
    replies = [Reply(tool_calls=[look_up]), "It was shipped.", Reply(tool_calls=[hours]), "From nine."]
    use_environment(monkeypatch, vendors.keys | {"ORDERS_KEY": TOKEN})
    monkeypatch.setattr(listing, "CONNECT_TIMEOUT_S", 15.0)  # a busy machine starts a command slowly
    async with orders_server(TOKEN) as shop:
        by_url = {"url": shop.url, "headers": {"Authorization": "Bearer ${ORDERS_KEY}"}}
        by_command = {"command": COMMAND, "tools": ["opening_hours"], "timeout": 30}
        servers = [by_url | {"tools": ["look_up_order"]}, by_command, {"url": "http://127.0.0.1:9/mcp"}]
        make_quick(vendors, replies, tools={"end_call": None}, mcp=servers)
        async with in_process_bot(monkeypatch) as bot, dial(bot.url) as phone:
            await phone.hear(10)
            await ask(phone)
            await ask(phone)
            await phone.hang_up()
            [record] = await wait_for_records(data)
    assert record["errors"] == []
    assert {call["name"]: call["outcome"] for call in record["tool_calls"]} == {
        "look_up_order": "completed",
        "opening_hours": "completed",
    }
    offered = {tool["function"]["name"] for tool in vendors.openai.completions[0].body["tools"]}
    assert offered == {"end_call", "look_up_order", "opening_hours"}
    messages = vendors.openai.completions[-1].body["messages"]
    told = [json.loads(message["content"]) for message in messages if message["role"] == "tool"]
    assert told[0] == {"number": "1001", "status": "shipped"} and told[1]["open"] == "9:00"
    assert TOKEN not in json.dumps(record)
