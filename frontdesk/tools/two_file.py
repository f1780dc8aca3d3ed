"""Tools in two files: functions of `params` in `functions/*.py`, and what the LLM reads in `config.yaml`."""

import inspect
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frontdesk.errors import Problem
from frontdesk.tools.checking import check_of
from frontdesk.tools.constants_asked import constants_asked
from frontdesk.tools.context import ToolContext
from frontdesk.tools.custom_tool import ALREADY, Collected, CustomTool
from frontdesk.tools.described import Description, Descriptions
from frontdesk.tools.options import Function, option_problems, options_of
from frontdesk.tools.pipecat_tools import ByTool, provide, running_with
from frontdesk.tools.schema import inlined
from frontdesk.tools.tool import Tool
from frontdesk.user_code import Folder, functions, is_async, place_of, repeated


@dataclass(frozen=True)
class Params:
    """What a function gets: `await params.result_callback(result)` is its answer, or what it returns."""

    function_name: str
    arguments: dict[str, Any]
    result_callback: Callable[..., Awaitable[None]]


def collect_two_file_tools(folder: Path, environ: Mapping[str, str], found: Collected) -> None:
    """Take in the tools of `<folder>/functions/*.py`, described in `<folder>/config.yaml`."""
    config, code = folder / "config.yaml", folder / "functions"
    if not code.is_dir() and not config.is_file():
        return
    described = Descriptions(config, environ)
    found.problems += described.problems
    found.faulty |= described.faulty
    provide()
    there: set[str] = set()
    shown = f"{folder.name}/{code.name}"
    files = Folder(code, "frontdesk_custom_functions", shown)
    for path, module in files.modules():
        if isinstance(module, Problem):
            there |= found.leave_out(path, module)
            continue
        asked, twice = constants_asked(path.read_bytes()), repeated(path)
        for name, function in functions(module):
            if name not in described.names and not is_async(function):
                continue
            there.add(name)
            if name in described.faulty:
                continue
            faults, at = [*_faults(function), *described.lacks(name)], files.at(path, function)
            if name in twice:
                faults = [ALREADY.format(twice[name])]
            if faults:
                found.refuse(name, at, faults)
            else:
                found.add(_custom_tool(name, function, described.of[name], asked.get(name, set())), at)
    found.problems += described.without_function(there, shown)


def _faults(function: Callable[..., Any]) -> Iterator[str]:
    """What is wrong with a function that is to be a tool."""
    if inspect.isasyncgenfunction(function):
        yield "yields values; it must give one to params.result_callback, or return it"
    elif not inspect.iscoroutinefunction(function):
        yield "must be an async function"
    yield from option_problems(function)
    try:
        inspect.signature(function).bind(None)
    except TypeError:
        yield "must take one argument, params; the name of a helper begins with _"


def _custom_tool(name: str, function: Function, told: Description, asked: set[str]) -> CustomTool:
    options, parameters, check = options_of(function), inlined(told.parameters), check_of(told.parameters)

    def make(constants: ByTool) -> Tool:
        async def run(context: ToolContext, checked: dict[str, Any]) -> Any:
            with running_with(constants):
                return await _answer(name, function, checked)

        own = constants.get(name, {})
        return Tool(name, told.description, parameters, check, run, options, own, place=place_of(function))

    requires = frozenset({*told.constants, *options.requires, *asked})
    return CustomTool(name, make, requires, undoes=frozenset(options.undoes))


async def _answer(name: str, function: Function, arguments: dict[str, Any]) -> Any:
    """What a function answers by its callback, else what it returns."""
    answers: list[Any] = []

    async def answer(result: Any, *, properties: object = None) -> None:
        answers.append(result)

    returned = await function(Params(name, arguments, answer))
    return answers[-1] if answers else returned
