"""A call whose agent uses tools of its own: a function of a file, and one in the two-file form."""

import json
from pathlib import Path

import pytest

from frontdesk.simulator import Phone
from frontdesk.simulator.twilio import TwilioWire
from tests.fakes import Reply, ToolCall
from tests.inprocess import in_process_bot
from tests.quick import QUESTION, dial, make_quick, use_environment
from tests.records import wait_for_records
from tests.vendors import Vendors

CALLER = "+15550002222"

FILES = {
    "orders.py": '''
from frontdesk import ToolContext
from ._states import STATES

async def look_up_order(ctx: ToolContext, number: int) -> str:
    """Look up an order by its number."""
    ctx.record.note("order", number)
    return f"{ctx.constants['shop']}: {STATES[number]}, for {ctx.call.from_number}"
''',
    "_states.py": "STATES = {1001: 'shipped'}",
    "functions/greet.py": """
from pipecat_tools import get_constant

async def greet(params):
    await params.result_callback(get_constant("greet", "words") + " " + params.arguments["name"])
""",
    "config.yaml": """
greet:
  description: Greet somebody by name.
  parameters: {type: object, properties: {name: {type: string}}, required: [name]}
""",
    "consts/greet.json": '{"words": "Good day"}',
}


async def ask(phone: Phone) -> None:
    """Ask something and hear the answer; what began before was the rest of something else."""
    question = await phone.say(QUESTION)
    while (await phone.hear(10)).start < question.end:
        pass


async def test_tools_from_files_answer_a_caller(
    vendors: Vendors, monkeypatch: pytest.MonkeyPatch, data: Path
) -> None:
    for name, text in FILES.items():
        path = vendors.agents / "tools" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    look_up = ToolCall("look_up_order", {"number": 1001})
    greet = ToolCall("greet", {"name": "Ada"})
    make_quick(
        vendors,
        [Reply(tool_calls=[look_up]), "It was shipped.", Reply(tool_calls=[greet]), "Good day, Ada."],
        tools={"look_up_order": {"shop": "Harbor"}, "greet": None, "end_call": None},
    )
    use_environment(monkeypatch, vendors.keys)
    async with (
        in_process_bot(monkeypatch) as bot,
        dial(bot.url, TwilioWire({"from_number": CALLER})) as phone,
    ):
        await phone.hear(10)
        await ask(phone)
        await ask(phone)
        await phone.hang_up()
    [record] = await wait_for_records(data)
    assert record["errors"] == [] and record["notes"] == {"order": 1001}
    results = {call["name"]: call["result"]["result"] for call in record["tool_calls"]}
    assert results == {"look_up_order": f"Harbor: shipped, for {CALLER}", "greet": "Good day Ada"}
    offered = {tool["function"]["name"] for tool in vendors.openai.completions[0].body["tools"]}
    assert offered == {"look_up_order", "greet", "end_call"}
    told = [
        json.loads(message["content"])["result"]
        for message in vendors.openai.completions[-1].body["messages"]
        if message["role"] == "tool"
    ]
    assert told == [*results.values()]
