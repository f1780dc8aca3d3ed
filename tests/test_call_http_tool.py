"""A call in which the agent asks a service that only its YAML file describes."""

import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from frontdesk.simulator.twilio import TwilioWire
from tests.fakes import Reply, ToolCall
from tests.inprocess import in_process_bot
from tests.quick import QUESTION, dial, make_quick, use_environment
from tests.records import wait_for_records
from tests.service import serving
from tests.vendors import Vendors

NUMBERS = {"from_number": "+15550002222", "to_number": "+15550001111"}
KEY = "orders/key+1"
CUSTOMER = "async def customer(call):\n    return f'customer of {call.from_number}'\n"


def order(request: web.Request) -> web.Response:
    """One order, with the key that it was asked with; the others are unknown."""
    if not request.path.endswith("/42"):
        return web.json_response({"detail": f"unknown to {KEY}"}, status=404)
    shipped = {"status": "shipped", "eta": "Tuesday", "note": f"asked with {KEY}", "cost": 12}
    return web.json_response({"order": shipped})


def look_up(number: str) -> Reply:
    return Reply(tool_calls=[ToolCall("look_up_order", {"number": number})])


def told(vendors: Vendors, count: int) -> list[dict[str, Any]]:
    """The results of tools that came with the `count`th completion."""
    messages = vendors.openai.completions[count - 1].body["messages"]
    return [json.loads(message["content"]) for message in messages if message["role"] == "tool"]


async def test_an_http_tool_of_the_yaml_answers_and_fails_in_words(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, logged: list[str]
) -> None:
    generators = vendors.agents / "generators"
    generators.mkdir()
    (generators / "crm.py").write_text(CUSTOMER)
    replies = [look_up("42"), "It arrives on Tuesday.", look_up("7/1"), "I cannot find that one."]
    async with serving(order) as service:
        tool = {
            "description": "Look up an order by its number.",
            "parameters": {
                "type": "object",
                "properties": {"number": {"type": "string", "description": "The number."}},
                "required": ["number"],
            },
            "url": f"{service.url}/orders/{{number}}?for={{customer}}&also={{metadata.none}}",
            "headers": {"Authorization": "Bearer ${ORDERS_KEY}"},
            "result": "order.{status: status, eta: eta, note: note}",
            "allow_private": True,
        }
        inputs = {"customer": {"generator": "customer"}}
        make_quick(vendors, replies, agent_inputs=inputs, tools={"look_up_order": tool})
        vendors.change_agent({"prompts": {"agent": {"en": "You are Emma."}}})
        use_environment(monkeypatch, vendors.keys | {"ORDERS_KEY": KEY})
        async with in_process_bot(monkeypatch) as bot, dial(bot.url, TwilioWire(NUMBERS)) as phone:
            await phone.hear(10)
            for count in (2, 4):
                await phone.say(QUESTION)
                await vendors.openai.wait_until(
                    lambda count=count: len([c for c in vendors.openai.completions if c.ended]) == count
                )
                await phone.hear(10)
            await phone.hang_up()
            [record] = await wait_for_records(tmp_path / "data")
    found = {"status": "shipped", "eta": "Tuesday", "note": "asked with [hidden]"}
    missing = {"error": 'the service answered 404 Not Found: {"detail": "unknown to [hidden]"}'}
    assert told(vendors, 2) == [found] and told(vendors, 4) == [found, missing]
    first, second = service.asked
    assert first.target == "/orders/42?for=customer%20of%20%2B15550002222"
    assert second.target.startswith("/orders/7%2F1?")
    assert first.headers["Authorization"] == f"Bearer {KEY}"
    assert [(call["result"], call["outcome"]) for call in record["tool_calls"]] == [
        (found, "completed"),
        (missing, "completed"),
    ]
    assert [turn["text"] for turn in record["transcript"] if turn["role"] == "agent"][1:] == replies[1::2]
    offered = {
        each["function"]["name"]: each["function"] for each in vendors.openai.completions[0].body["tools"]
    }
    assert offered["look_up_order"]["parameters"] == tool["parameters"]
    assert KEY not in json.dumps(record) and not [
        line for line in logged if KEY in line or "customer of" in line
    ]
