"""Inputs that a function computes: the built-in functions, and those of a folder of agents."""

import asyncio
import json
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from loguru import logger

from frontdesk.agent import AgentConfig
from frontdesk.calendar import calendar_of
from frontdesk.call import Call
from frontdesk.errors import Problem
from frontdesk.generators import GENERATORS, Generator, GeneratorError, load_generators
from tests.host.dockerfile import ROOT

AGENT = AgentConfig(agent_id="emma", timezone="America/New_York")
# Late on a Tuesday in New York, Wednesday in UTC.
CALL = Call(
    id="one", carrier="none", from_number="+15550002222", started_at=datetime(2026, 3, 4, 3, 4, tzinfo=UTC)
)


def value_of(generator: Generator, call: Call = CALL, limit_s: float = 5.0) -> str:
    """What a generator computes, waited for."""
    return generator.start(call, AGENT, limit_s).result(timeout=10)


def generator(function: Callable[[], Any]) -> Generator:
    """A generator that needs neither call nor agent."""
    return Generator("made", lambda call, agent: function())


def load(folder: Path, **files: str) -> tuple[Mapping[str, Generator], list[Problem]]:
    """The generators of a folder of agents with these files in its `generators/`."""
    (folder / "generators").mkdir(exist_ok=True)
    for name, code in files.items():
        (folder / "generators" / f"{name}.py").write_text(textwrap.dedent(code))
    return load_generators(folder)[:2]


def built_in(name: str, tmp_path: Path) -> Generator:
    """A generator of the table."""
    return load_generators(tmp_path).generators[name]


def test_a_folder_without_generators_has_the_built_in_ones(tmp_path: Path) -> None:
    generators, problems, faulty = load_generators(tmp_path)
    assert (problems, faulty) == ([], set())
    assert set(generators) == set(GENERATORS)
    assert set(GENERATORS) == {"current_timestamp", "get_available_time_slots_str", "get_grouped_calendar"}


def test_the_timestamp_is_that_of_the_agents_timezone(tmp_path: Path) -> None:
    assert value_of(built_in("current_timestamp", tmp_path)) == "2026-03-03, Tuesday. Time: 22:04."


def test_the_calendar_has_31_days_under_their_months(tmp_path: Path) -> None:
    sheet = value_of(built_in("get_grouped_calendar", tmp_path))
    march, april = sheet.split("\n\n")
    assert march.splitlines()[:3] == ["Calendar for March 2026:", "3rd - Tuesday", "4th - Wednesday"]
    assert "\n11th - Wednesday\n12th - Thursday\n13th - Friday\n" in march
    assert "\n21st - Saturday\n22nd - Sunday\n23rd - Monday\n" in march and march.endswith("\n31st - Tuesday")
    assert april == "Calendar for April 2026:\n1st - Wednesday\n2nd - Thursday"
    assert len(sheet.splitlines()) == 31 + 3


async def test_the_free_slots_are_those_of_the_next_open_days(tmp_path: Path) -> None:
    slots = json.loads(value_of(built_in("get_available_time_slots_str", tmp_path)))
    free = await calendar_of(AGENT).free_slots(limit=1000)
    assert slots == [f"{slot:%Y-%m-%dT%H:%M}" for slot in free][: len(slots)]
    days = {slot[:10] for slot in slots}
    assert len(days) == 5 and all(datetime.fromisoformat(day).weekday() < 5 for day in days)


async def test_a_slot_that_is_booked_is_not_free(tmp_path: Path) -> None:
    find = built_in("get_available_time_slots_str", tmp_path)
    first, *others = json.loads(value_of(find))
    calendar = calendar_of(AGENT)
    await calendar.book(datetime.fromisoformat(first).replace(tzinfo=calendar.zone), "Ada", None, "one")
    assert json.loads(value_of(find)) == others


def test_own_generators_are_given_the_call(tmp_path: Path) -> None:
    generators, problems = load(
        tmp_path,
        crm="""\
            import asyncio
            from json import dumps

            def caller(call):
                return f"the caller at {call.from_number}"

            async def visits(call):
                await asyncio.sleep(0)
                return _count(call)

            def _count(call):
                return len(call.id)

            class Client: ...
            """,
        _shared="def helper(a, b): ...",
    )
    assert problems == []
    assert set(generators) - set(GENERATORS) == {"caller", "visits"}
    assert value_of(generators["caller"]) == "the caller at +15550002222"
    assert value_of(generators["visits"]) == "3"


def test_every_problem_of_every_file_is_told_with_its_line(tmp_path: Path) -> None:
    generators, problems = load(
        tmp_path,
        a_crm="""\
            def customer(call):
                return "Ada"

            def two(call, agent): ...
            def none(): ...
            def named(*, call): ...
            def many(call):
                yield 1
            """,
        b_again="def customer(call): ...",
        c_taken="\n\ndef current_timestamp(call): ...",
        d_import="import json\n\nimport no_such",
        e_syntax="def broken(call)\n    return 1",
        f_quits="import sys\nsys.exit('no licence')",
        g_fine="async def fine(call, retries=3): ...",
    )
    arguments = "must take one argument, the call; the name of a helper begins with _"
    assert [str(problem) for problem in problems] == [
        f"generators/a_crm.py:4: two: {arguments}",
        f"generators/a_crm.py:5: none: {arguments}",
        f"generators/a_crm.py:6: named: {arguments}",
        "generators/a_crm.py:7: many: yields values; it must return one",
        "generators/b_again.py:1: customer: is already in generators/a_crm.py",
        "generators/c_taken.py:3: current_timestamp: is already in the built-in generators",
        "generators/d_import.py:3: cannot be imported: ModuleNotFoundError: No module named 'no_such'",
        "generators/e_syntax.py:1: cannot be imported: SyntaxError: expected ':'",
        "generators/f_quits.py:2: cannot be imported: SystemExit: no licence",
    ]
    assert set(generators) - set(GENERATORS) == {"customer", "fine"}
    assert value_of(generators["customer"]) == "Ada"


def test_the_names_of_what_has_a_fault_are_told(tmp_path: Path) -> None:
    load(
        tmp_path,
        fails="import no_such\ndef one(call): ...\nasync  def two(call): ...\ndef _helper(): ...",
        syntax="def three(call:\n    def inner(): ...",
        takes="def four(call, agent): ...\ndef fine(call): ...",
    )
    (tmp_path / "generators" / "folder.py").mkdir()
    loaded = load_generators(tmp_path)
    assert loaded.faulty == {"one", "two", "three", "four"}
    assert set(loaded.generators) - set(GENERATORS) == {"fine"}


@pytest.mark.parametrize(
    ("value", "text"),
    [("a\nb", "a\nb"), (7, "7"), (0.5, "0.5"), (True, "true"), ("", ""), ("a\x00\x1b\u202eb", "ab")],
)
def test_a_value_becomes_text(value: Any, text: str) -> None:
    assert value_of(generator(lambda: value)) == text


@pytest.mark.parametrize("value", [None, ["a"], {"a": 1}, b"a", "x" * 20_001])
def test_a_value_that_no_prompt_can_hold_is_refused(value: Any) -> None:
    with pytest.raises(GeneratorError, match="it returned"):
        value_of(generator(lambda: value))


def test_what_the_function_raises_is_raised() -> None:
    def fails() -> str:
        raise KeyError("customer")

    async def fails_later() -> str:
        raise ConnectionError("refused")

    def quits() -> str:
        sys.exit(1)

    for function, error in ((fails, KeyError), (fails_later, ConnectionError), (quits, GeneratorError)):
        with pytest.raises(error):
            value_of(generator(function))


def test_starting_does_not_wait_for_the_function() -> None:
    allowed = threading.Event()
    run = generator(lambda: allowed.wait(10) and "now").start(CALL, AGENT, 5.0)
    assert not run.done()
    allowed.set()
    assert run.result(timeout=5) == "now"


def test_an_async_function_that_blocks_holds_up_nobody() -> None:
    allowed = threading.Event()

    async def blocks() -> str:
        allowed.wait(10)  # what no async function should do
        return "now"

    run = generator(blocks).start(CALL, AGENT, 5.0)
    assert not run.done()
    allowed.set()
    assert run.result(timeout=5) == "now"


def test_an_async_function_is_cancelled_at_its_limit() -> None:
    cancelled = threading.Event()

    async def waits() -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return "late"

    with pytest.raises(TimeoutError):
        value_of(generator(waits), limit_s=0.05)
    assert cancelled.wait(5)


def test_a_generator_that_hangs_takes_a_bounded_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("frontdesk.generators.generator.MAX_RUNNING", 2)
    allowed = threading.Event()
    hung = generator(lambda: allowed.wait(10))
    runs = [hung.start(CALL, AGENT, 0.1) for _ in range(2)]
    with pytest.raises(GeneratorError, match="have not come to an end"):
        value_of(hung)
    allowed.set()
    assert [run.result(timeout=5) for run in runs] == ["true", "true"]
    assert value_of(hung) == "true", "what came to an end makes room"


def test_a_generator_that_hangs_does_not_keep_the_process(tmp_path: Path) -> None:
    code = """\
        import threading
        from frontdesk.agent import AgentConfig
        from frontdesk.call import Call
        from frontdesk.generators import Generator
        hung = Generator("hung", lambda call, agent: threading.Event().wait())
        hung.start(Call("one", "none"), AgentConfig(), 0.1)
        print("over", flush=True)
        """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, timeout=20
    )
    assert (done.returncode, done.stdout) == (0, "over\n"), done.stderr


def test_what_a_generator_logs_names_the_call() -> None:
    calls: list[str] = []
    handler = logger.add(lambda line: calls.append(line.record["extra"].get("call", "")), level="INFO")
    with logger.contextualize(call="one"):
        run = generator(lambda: logger.info("looked up") or "found").start(CALL, AGENT, 1.0)
    assert run.result(timeout=5) == "found"
    logger.remove(handler)
    assert calls == ["one"]


def test_the_start_of_the_call_is_what_counts(tmp_path: Path) -> None:
    later = Call("two", "none", started_at=CALL.started_at + timedelta(hours=24))
    assert value_of(built_in("current_timestamp", tmp_path), later).startswith("2026-03-04, Wednesday.")


async def test_the_example_of_the_docs_is_a_generator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def people(request: web.Request) -> web.Response:
        return web.json_response({"name": {"+15550002222": "Ada Lovelace"}[request.query["phone"]]})

    app = web.Application()
    app.add_routes([web.get("/people", people)])
    example = (ROOT / "docs" / "inputs.md").read_text().split("```python\n")[1].split("```")[0]
    assert len(example.strip().splitlines()) <= 12
    generators, problems = load(tmp_path, crm=example)
    assert problems == []
    async with TestServer(app) as crm:
        monkeypatch.setenv("CRM_URL", str(crm.make_url("/")))
        run = generators["customer"].start(CALL, AGENT, 5.0)
        assert await asyncio.wrap_future(run) == "Ada Lovelace"
