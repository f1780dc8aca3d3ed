"""Tools from files of one's own: what makes one, what is wrong with one, and the constants that it has."""

import asyncio
import json
import re
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from frontdesk.agent import AgentConfig
from frontdesk.configuration import survey
from frontdesk.tools import TOOLS, Tool
from frontdesk.tools.assembly import tool_problems, tools_of
from frontdesk.tools.custom import Custom, Loaded, load_custom
from frontdesk.tools.options import ToolOptions
from frontdesk.tools.pipecat_tools import get_constant
from tests.desk import Desk, desk_of
from tests.host.dockerfile import ROOT

Begin = Callable[..., Desk]

DESCRIBED = """\
greet:
  description: Greet somebody.
  parameters:
    type: object
    properties:
      name: {type: string, description: Who is greeted.}
      times: {type: integer, minimum: 1}
    required: [name]
"""
GREETS = """\
import inspect
from pipecat_tools import get_constant

async def greet(params):
    own = inspect.currentframe().f_code.co_name
    words = get_constant(own, "words")
    await params.result_callback({"said": f"{words} {params.arguments['name']}"}, properties=None)

def helper(a, b): ...
"""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """The empty folder `tools` of a folder of agents."""
    folder = tmp_path / "tools"
    (folder / "functions").mkdir(parents=True)
    (folder / "consts").mkdir()
    return folder


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(textwrap.dedent(text))


def load(folder: Path, files: Mapping[str, str], **environ: str) -> Loaded:
    """What a folder with these files comes to."""
    write(folder, files)
    return load_custom(folder.parent, environ)


def sound(loaded: Loaded) -> Custom:
    assert loaded.problems == [] and loaded.faulty == set()
    return loaded.custom


def built(loaded: Loaded, **listed: Any) -> dict[str, Tool]:
    """The tools of an agent that lists these, by name."""
    agent = AgentConfig(tools=listed)
    return {tool.name: tool for tool in tools_of(agent, sound(loaded))}


@pytest.fixture
async def desk() -> AsyncIterator[Begin]:
    """Begins a call of an agent that lists such tools."""
    begun: list[Desk] = []

    def begin(loaded: Loaded, **listed: Any) -> Desk:
        begun.append(desk_of([*built(loaded, **listed).values()]))
        return begun[-1]

    yield begin
    for each in begun:
        await each.toolbox.close()


def told(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems]


def told_of(folder: Path, agent: str, **environ: str) -> list[str]:
    """What a bot says of the tools of an agent file with this text."""
    write(folder.parent, {"emma.yaml": agent})
    found = survey({"AGENTS_DIR": str(folder.parent), **environ}).problems
    return [str(problem) for problem in found if "tools" in f"{problem.file}{problem.key}"]


async def test_a_public_async_function_is_a_tool(tools: Path, desk: Begin) -> None:
    loaded = load(
        tools,
        {
            "orders.py": '''\
                from frontdesk import ToolContext, ToolError, tool
                from ._shared import STATES

                @tool(changes_world=True, time_limit=5, requires=["shop"])
                async def look_up_order(ctx: ToolContext, number: int, full: bool = False) -> dict:
                    """Look up an order.

                    Args:
                        number: Its number.
                    """
                    if number not in STATES:
                        raise ToolError("no such order")
                    await ctx.say(f"{ctx.constants['shop']} has it.")
                    return {"state": STATES[number], "full": full}

                async def _private(a): ...
                def plain(a): ...
                class Shop: ...
                ''',
            "_shared.py": "STATES = {7: 'shipped'}",
        },
    )
    tool = built(loaded, look_up_order={"shop": "Harbor"})["look_up_order"]
    assert sound(loaded).tools.keys() == {"look_up_order"}
    assert tool.description == "Look up an order." and tool.parameters["required"] == ["number"]
    assert tool.parameters["properties"]["number"] == {"type": "integer", "description": "Its number."}
    assert (tool.options.changes_world, tool.options.time_limit) == (True, 5)
    used = desk(loaded, look_up_order={"shop": "Harbor"})
    assert await used.use("look_up_order", number=7, full=True) == {"state": "shipped", "full": True}
    assert used.said == ["Harbor has it."]
    assert await used.use("look_up_order", number=8) == {"error": "no such order"}
    assert "number" in (await used.use("look_up_order", number="x"))["error"]


def test_a_folder_without_tools_has_none(tmp_path: Path) -> None:
    assert load_custom(tmp_path, {}) == (Custom(), [], set())


def test_every_problem_of_every_file_is_told_with_its_line(tools: Path) -> None:
    loaded = load(
        tools,
        {
            "a_crm.py": '''\
                import inspect
                from typing import Annotated
                from pydantic import Field

                class Odd:
                    @classmethod
                    def __get_pydantic_core_schema__(cls, *_):
                        raise RuntimeError

                async def customer(ctx, number: str):
                    """Look a customer up."""

                async def untyped(ctx, number):
                    """Look."""

                async def silent(ctx, number: str): ...

                async def alone():
                    """Look."""

                async def many(ctx):
                    """Look."""
                    yield 1

                async def lacking(ctx, day: "inspect.Day"):
                    """Look."""

                async def pattern(ctx, number: Annotated[str, Field(pattern="(")]):
                    """Look."""

                async def unread(ctx: "a b", day: "dict[str, ]["):
                    """Look."""

                async def odd(ctx, shop: Odd):
                    """Look."""
                ''',
            "b_again.py": "async def customer(ctx):\n    'Look.'",
            "c_taken.py": "\nasync def end_call(ctx):\n    'End.'",
            "d_import.py": "import json\n\nimport no_such\nasync def lost(ctx): ...",
            "e_syntax.py": "async def broken(ctx)\n    return 1",
            "f_fine.py": "async def fine(ctx):\n    'Look.'",
        },
    )
    unread = "has a type that cannot be checked"
    assert told(loaded) == [
        "tools/a_crm.py:13: untyped: has an argument 'number' without a type",
        "tools/a_crm.py:16: silent: has no docstring, which is what the LLM reads; "
        "or begin its name with _ if it is no tool",
        "tools/a_crm.py:18: alone: must take the ToolContext as its first argument, by position",
        "tools/a_crm.py:21: many: yields values; it must return one",
        f"tools/a_crm.py:25: lacking: {unread}: module 'inspect' has no attribute 'Day'",
        f'tools/a_crm.py:28: pattern: {unread}: Error building "typed-dict" validator:',
        f"tools/a_crm.py:31: unread: {unread}: Forward reference must be an expression -- got 'a b'",
        f"tools/a_crm.py:34: odd: {unread}: RuntimeError",
        "tools/b_again.py:1: customer: is already in tools/a_crm.py",
        "tools/c_taken.py:2: end_call: is already in Frontdesk's own tools",
        "tools/d_import.py:3: cannot be imported: ModuleNotFoundError: No module named 'no_such'",
        "tools/e_syntax.py:1: cannot be imported: SyntaxError: expected ':'",
    ]
    assert loaded.custom.tools.keys() == {"customer", "fine"}
    assert {"untyped", "lost", "broken"} <= loaded.faulty


def test_what_looks_like_a_tool_and_could_not_be_used_is_told(tools: Path) -> None:
    loaded = load(
        tools,
        {
            "crm.py": '''\
                from frontdesk import tool

                async def customer(ctx, number: str):
                    """Look a customer up."""

                @tool
                async def customer(ctx, number: str):
                    """Look a customer up in another way."""

                async def no_context(number):
                    """Look."""

                async def only_arguments(ctx, number: str):
                    """
                    Args:
                        number: The number.
                    """

                async def renamed(context, number: str):
                    """Look.

                    Args:
                        context: The call.
                        numbr: The number.
                    """

                @tool(time_limit=0)
                async def hurried(ctx):
                    """Look."""

                @tool(time_limit="5")
                async def written(ctx):
                    """Look."""
                ''',
        },
    )
    assert told(loaded) == [
        "tools/crm.py:6: customer: is already in line 3 of this file",
        "tools/crm.py:10: no_context: must take the ToolContext as its first argument, by position",
        "tools/crm.py:13: only_arguments: has no docstring, which is what the LLM reads; or begin its name"
        " with _ if it is no tool",
        "tools/crm.py:19: renamed: tells of 'numbr' under `Args:`, which is none of its arguments; did you"
        " mean 'number'?",
        "tools/crm.py:27: hurried: has a time_limit of 0: it must be seconds, a number above 0",
        "tools/crm.py:31: written: has a time_limit of '5': it must be seconds, a number above 0",
    ]
    assert {"customer", "renamed"} <= loaded.faulty and not loaded.custom.tools


def test_a_tool_may_be_marked_without_options(tools: Path) -> None:
    code = "from frontdesk import tool\n@tool\nasync def look(ctx):\n    'Look.'"
    assert built(load(tools, {"crm.py": code}), look=None)["look"].options == ToolOptions()


def test_a_function_that_is_not_async_is_told_where_an_agent_lists_it(tools: Path) -> None:
    write(tools, {"crm.py": "\ndef look(ctx):\n    'Look.'\n\ndef helper(a): ..."})
    told = told_of(tools, "tools: {look: {shop: x}, end_call: }")
    assert "tools/crm.py:2: look: must be written with `async def` to be a tool" in told
    assert any("tools.look: unknown tool" in each for each in told) and len(told) == 2
    request = "tools: {look: {description: x, url: https://x.example}}"
    assert told_of(tools, request) == [], "an HTTP tool may have the name of a helper"


async def test_the_two_file_form_works_with_its_constants(tools: Path, desk: Begin) -> None:
    loaded = load(
        tools,
        {
            "config.yaml": DESCRIBED + "shout:\n  description: Shout.\n",
            "functions/talk.py": GREETS + "\nasync def shout(params):\n    return 'HEY'\n",
            "consts/greet.json": '{\n\t"words": "${WORDS}", "times": 1}',
        },
        WORDS="Good day",
    )
    greet = built(loaded, greet=None)["greet"]
    assert greet.description == "Greet somebody." and greet.parameters["required"] == ["name"]
    assert loaded.custom.tools["greet"].requires == {"words"}
    used = desk(loaded, greet=None, shout=None)
    assert await used.use("greet", name="Ada") == {"said": "Good day Ada"}
    assert await used.use("shout") == {"result": "HEY"}
    inline = desk(loaded, greet={"words": "Hello"})
    assert await inline.use("greet", name="Ada") == {"said": "Hello Ada"}, "what the agent says comes first"


def test_a_constant_that_a_helper_asks_for_is_one_of_every_tool_that_calls_it(tools: Path) -> None:
    code = """\
        import asyncio
        from pipecat_tools import get_constant

        async def greet(params):
            return await asyncio.to_thread(_words, params)

        async def shout(params):
            return _Voice().loud(params)

        async def shout(params):
            return _Voice().loud(params)

        async def hum(params):
            return _tune()

        class _Voice:
            def loud(self, params):
                return _words(params)

        def _words(params):
            return _known(params, "words")

        def _known(params, name):
            return get_constant(params.function_name, "key") or _words(params)

        def _tune():
            return get_constant("hum", "tune")
        """
    others = "shout: {description: Shout.}\nhum: {description: Hum.}\n"
    loaded = load(tools, {"config.yaml": DESCRIBED + others, "functions/talk.py": code})
    assert told(loaded) == ["tools/functions/talk.py:10: shout: is already in line 7 of this file"]
    code = code.replace("async def shout", "async def _unused", 1)
    custom = sound(load(tools, {"functions/talk.py": code}))
    assert {name: set(each.requires) for name, each in custom.tools.items()} == {
        "greet": {"key"},
        "shout": {"key"},
        "hum": {"tune"},
    }


async def test_files_of_another_encoding_are_read_as_python_reads_them(tools: Path, desk: Begin) -> None:
    write(tools, {"config.yaml": DESCRIBED})
    (tools / "functions/marked.py").write_text(GREETS, encoding="utf-8-sig")
    (tools / "functions/western.py").write_bytes(b"# coding: latin-1\n_CAFE = 'Caf\xe9'\n")
    loaded = load(tools, {"consts/greet.json": '{"words": "Hi"}'})
    assert await desk(loaded, greet=None).use("greet", name="Ada") == {"said": "Hi Ada"}


async def test_the_arguments_of_the_two_file_form_fit_its_schema_or_are_told_why(
    tools: Path, desk: Begin
) -> None:
    loaded = load(tools, {"config.yaml": DESCRIBED, "functions/talk.py": GREETS})
    used = desk(loaded, greet={"words": "Hello"})
    error = (await used.use("greet", times=0, loud=True))["error"]
    assert error == (
        "wrong arguments: loud: unknown; the arguments that there are: name, times; 'name' is a required"
        " property; times: 0 is less than the minimum of 1"
    )


async def test_constants_are_those_of_the_agent_whose_call_it_is(tools: Path, desk: Begin) -> None:
    code = """\
        import asyncio
        from pipecat_tools import get_constant

        async def greet(params):
            await asyncio.sleep(0)
            return await asyncio.create_task(words())

        async def words():
            return get_constant("greet", "words")
        """
    loaded = load(tools, {"config.yaml": DESCRIBED, "functions/talk.py": code})
    at = "tools/functions/talk.py:8: words"
    assert told(loaded) == [
        f"{at}: must take one argument, params; the name of a helper begins with _",
        f"{at}: is not described in tools/config.yaml",
    ]
    loaded = load(tools, {"functions/talk.py": code.replace("words()", "_words()")})
    desks = [desk(loaded, greet={"words": words}) for words in ("Hi", "Hello")]
    answers = await asyncio.gather(*(used.use("greet", name="Ada") for used in desks))
    assert answers == [{"result": "Hi"}, {"result": "Hello"}]
    with pytest.raises(KeyError, match="while a tool is running"):
        get_constant("greet", "words")


def test_every_problem_of_the_two_file_form_is_told_with_its_line(tools: Path) -> None:
    loaded = load(
        tools,
        {
            "config.yaml": """\
                greet: {description: Greet., parameters: {type: array}}
                sync: {description: x}
                two: {description: x}
                gret: {description: x, paramters: {}}
                lost: {description: x}
                late: {description: x}
                """,
            "functions/a.py": """\
                async def greet(params): ...

                def sync(params): ...
                async def two(params, more): ...
                async def latr(params): ...
                """,
            "functions/b.py": "import no_such\nasync def lost(params): ...",
        },
    )
    assert sorted(told(loaded)) == [
        "tools/config.yaml:1: greet.parameters.type: 'array' must be the schema of an object: `type: object`",
        "tools/config.yaml:4: gret.paramters: unknown key; did you mean 'parameters'? allowed: constants,"
        " description, parameters",
        "tools/config.yaml:4: gret: has no function in tools/functions/",
        "tools/config.yaml:6: late: has no function in tools/functions/; did you mean 'latr'?",
        "tools/functions/a.py:3: sync: must be an async function",
        "tools/functions/a.py:4: two: must take one argument, params; the name of a helper begins with _",
        "tools/functions/a.py:5: latr: is not described in tools/config.yaml; did you mean 'late'?",
        "tools/functions/b.py:1: cannot be imported: ModuleNotFoundError: No module named 'no_such'",
    ]
    assert loaded.custom.tools == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "tools/config.yaml:1: must hold the names of tools"),
        ("- greet", "tools/config.yaml:1: must hold the names of tools"),
        ("a: [", "tools/config.yaml:1: is not valid YAML"),
        ("greet: Greets.", "tools/config.yaml:1: greet: 'Greets.' should be a mapping of keys to values"),
        ("greet: {description: '${NO}'}", "tools/config.yaml:1: greet.description: ${NO} is not set"),
    ],
)
def test_a_config_that_is_none_is_told(tools: Path, text: str, problem: str) -> None:
    loaded = load(tools, {"config.yaml": text, "functions/talk.py": "async def greet(params): ..."})
    assert told(loaded)[0].startswith(problem)
    assert "greet" in loaded.faulty and not loaded.custom.tools


def test_what_is_wrong_with_files_of_constants_is_told(tools: Path) -> None:
    loaded = load(
        tools,
        {
            "consts/book_appointment.json": '{\n"webhook_url": "${NO_URL}",\n"list": [1]}',
            "consts/book_apointment.json": "{}",
            "consts/end_call.json": "[]",
            "consts/get_available_time_slots.json": "{\n'a': 1}",
        },
    )
    assert [problem.partition(" allowed")[0] for problem in told(loaded)] == [
        "tools/consts/book_apointment.json: is of no tool; did you mean 'book_appointment'?",
        "tools/consts/book_appointment.json:2: webhook_url: ${NO_URL} is not set in the environment",
        "tools/consts/book_appointment.json:3: list: must be text, a number, true or false",
        "tools/consts/end_call.json:1: must hold one object: constants by name",
        "tools/consts/get_available_time_slots.json:2: is not valid JSON: Expecting property name enclosed in"
        " double quotes",
    ]


def test_a_missing_constant_is_a_problem_of_the_agent_file(tools: Path) -> None:
    functions = {"config.yaml": DESCRIBED, "functions/talk.py": GREETS}
    typed = 'from frontdesk import tool\n@tool(requires=("key",))\nasync def call(ctx):\n    "Call."'
    write(tools, {**functions, "typed.py": typed})
    agent = "tools:\n  end_call:\n  greet: {words: }\n  call: {kee: x}\n"
    assert told_of(tools, agent) == [
        "emma.yaml:3: tools.greet: needs the constant words: tools.greet.words",
        "emma.yaml:4: tools.call: needs the constant key: tools.call.key",
    ]
    write(tools, {"consts/greet.json": '{"words": "Hi"}', "consts/call.json": '{"key": 0}'})
    assert told_of(tools, agent.replace("{words: }", "")) == []


def test_a_constant_that_a_tool_of_ours_does_not_know_is_a_problem(tools: Path) -> None:
    [problem] = told_of(tools, "tools:\n  end_call: {timeout: 5, say_while_wating: Wait.}")
    assert problem == (
        "emma.yaml:2: tools.end_call.say_while_wating: unknown constant; did you mean 'say_while_waiting'?"
        " allowed: say_while_waiting, timeout"
    )


def test_a_constant_that_is_nearly_how_a_tool_is_waited_for_is_a_problem(tools: Path) -> None:
    write(tools, {"look.py": "async def look(ctx):\n    'Look.'"})
    assert told_of(tools, "tools:\n  look: {timout: 5, shop: x}\n") == [
        "emma.yaml:2: tools.look.timout: unknown constant; did you mean 'timeout'?"
    ]


def test_undoing_what_is_no_tool_is_a_problem(tools: Path) -> None:
    code = (
        "from frontdesk import tool\n@tool(undoes=['order', 'look_upp'])\nasync def undo(ctx):\n    'Undo.'"
    )
    write(tools, {"undo.py": code, "order.py": "async def order(ctx):\n    'Order.'"})
    agent = "tools:\n  undo:\n  look_up: {description: x, url: 'https://x.example'}\n"
    assert told_of(tools, agent) == [
        "emma.yaml:2: tools.undo: undoes 'look_upp', which is no tool; did you mean 'look_up'?"
    ]
    assert told_of(tools, agent.replace("look_up:", "look_upp:")) == []
    assert told_of(tools, f"{agent}mcp: [{{url: 'https://m.example'}}]") == [], "a server may have it"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8080/x", "127.0.0.1"),
        ("http://10.1.2.3/{caller_number}", "10.1.2.3"),
        ("http://[fd00::1]/", "fd00::1"),
        ("http://localhost:1/", "localhost"),
        ("https://crm.localhost./", "crm.localhost."),
    ],
)
def test_an_address_that_would_always_be_refused_is_a_problem(tools: Path, url: str, host: str) -> None:
    agent = f"tools:\n  look_up:\n    description: x\n    url: '{url}'\n"
    assert told_of(tools, agent) == [
        f"emma.yaml:4: tools.look_up.url: leads to {host}, which is not of the internet and would be refused;"
        " `allow_private: true` allows it"
    ]
    assert told_of(tools, f"{agent}    allow_private: true\n") == []
    assert told_of(tools, agent.replace(url, "https://93.184.216.34/x")) == []


def test_how_a_function_is_waited_for_is_no_constant_of_it(tools: Path) -> None:
    loaded = load(
        tools, {"look.py": "async def look(ctx):\n    'Look.'", "consts/look.json": '{"timeout": 3}'}
    )
    words = ["One moment.", "Still looking."]
    tool = built(loaded, look={"say_while_waiting": words, "shop": "x"})["look"]
    assert tool.options.time_limit == 3 and tool.options.say_while_waiting == tuple(words)
    assert tool.constants == {"shop": "x"}
    tool = built(loaded, look={"timeout": "8", "say_while_waiting": "Wait."})["look"]
    assert tool.options.time_limit == 8 and tool.options.say_while_waiting == ("Wait.",)


def test_a_wait_that_is_none_is_a_problem(tools: Path) -> None:
    wrong = "tools:\n  end_call:\n    timeout: 0\n    say_while_waiting: {en: x}\n"
    assert told_of(tools, wrong) == [
        "emma.yaml:3: tools.end_call.timeout: 0 must be seconds: a number above 0, at most 120",
        "emma.yaml:4: tools.end_call.say_while_waiting: a mapping must be a text of up to 500 characters, or"
        " a list of up to 20 of them",
    ]


def test_a_tool_with_a_fault_is_not_said_to_be_unknown(tools: Path) -> None:
    write(
        tools,
        {"crm.py": "async def look(ctx, number):\n    'Look.'", "lost.py": "1/0\nasync def lost(): ..."},
    )
    assert told_of(tools, "tools: {look: , lost: }") == [
        "tools/crm.py:1: look: has an argument 'number' without a type",
        "tools/lost.py:1: cannot be imported: ZeroDivisionError: division by zero",
    ]
    write(tools, {"lost.py": ""})
    unknown = told_of(tools, "tools: {lok: }")[-1]
    assert unknown.startswith("emma.yaml:1: tools.lok: unknown tool; did you mean 'look'?")


async def test_a_package_called_pipecat_tools_is_left_alone(
    tools: Path, desk: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs: Any = ModuleType("pipecat_tools")
    theirs.get_constant = lambda tool, name: f"{tool}.{name}"
    monkeypatch.setitem(sys.modules, "pipecat_tools", theirs)
    loaded = load(tools, {"config.yaml": DESCRIBED, "functions/talk.py": GREETS})
    answer = await desk(loaded, greet={"words": "Hi"}).use("greet", name="Ada")
    assert answer == {"said": "greet.words Ada"}


def test_the_tools_of_python_code_are_checked_for_constants_too() -> None:
    agent = AgentConfig(tools={"end_call": {"x": 1}, "book_appointment": None})
    assert [path for path, _ in tool_problems(agent)] == [("tools", "end_call", "x")]


def test_every_tool_of_frontdesk_makes_one() -> None:
    agent = AgentConfig(tools=dict.fromkeys(TOOLS))
    for tool in tools_of(agent):
        assert tool.description and tool.parameters["type"] == "object", tool.name
        assert json.dumps(tool.parameters) and set(tool.options.requires) <= set(tool.options.constants)


def test_the_examples_of_the_page_are_tools(tools: Path) -> None:
    page = (ROOT / "docs/tools.md").read_text(encoding="utf-8")
    shown = re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL)
    python, yaml = ([text for kind, text in shown if kind == wanted] for wanted in ("python", "yaml"))
    listed, described, requests, _ = yaml
    files = {"orders.py": python[0], "functions/greet.py": python[1], "config.yaml": described}
    variables = {name: "https://example.com" for name in ("BOOKING_URL", "ORDERS_KEY")}
    loaded = load(tools, files)
    assert told(loaded) == [] and loaded.custom.tools.keys() == {"look_up_order", "greet_user"}
    assert loaded.custom.tools["greet_user"].requires == {"words"}
    assert told_of(tools, f"{listed}  greet_user: {{words: Hello}}\n", **variables) == []
    (tools / "orders.py").unlink()
    assert told_of(tools, requests, **variables) == []
