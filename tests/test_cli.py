"""`frontdesk simulate`, as it is typed."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from frontdesk import environment
from frontdesk.cli import app
from frontdesk.services import embedded
from tests.host.dockerfile import ROOT
from tests.test_simulator_caller import has_new_speech
from tests.toy_bot import BOUND_S, Script, ToyBot, ToyCall, greeting, silent, tone

BOT = """
import argparse, asyncio, json, os, pathlib, time
pathlib.Path("pid").write_text(str(os.getpid()))
time.sleep(float(os.environ.get("SLOW_START", "0")))
from websockets.asyncio.server import serve
from frontdesk.environment import data_dir

async def answer(socket):
    await socket.recv()
    start = json.loads(await socket.recv())
    call = {"id": "x", "carrier_call_id": start["start"]["callSid"]}
    asked = start["start"]["customParameters"].get("agent")
    faults = [{"source": "session", "message": f"no agent {asked!r}"}] if asked else []
    audio = {"event": "media", "streamSid": start["streamSid"], "media": {"payload": "AIAAgACA" * 400}}
    await socket.send(json.dumps(audio))
    async for _ in socket:
        pass
    path = data_dir() / "calls" / "x" / "record.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"call": call, "agent": "emma", "errors": faults}))

def status(connection, request):
    return connection.respond(200, "ready") if request.path == "/status" else None

async def main(args):
    async with serve(answer, args.host, args.port, process_request=status) as server:
        await server.serve_forever()

parser = argparse.ArgumentParser()
parser.add_argument("--host")
parser.add_argument("--port", type=int)
asyncio.run(main(parser.parse_args()))
"""


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRONTDESK_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@contextlib.contextmanager
def running(script: Script) -> Iterator[ToyBot]:
    """A toy bot on a loop of its own, as the command line has its own too."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    bot = ToyBot(script)
    try:
        asyncio.run_coroutine_threadsafe(bot.__aenter__(), loop).result(BOUND_S)
        yield bot
        asyncio.run_coroutine_threadsafe(bot.__aexit__(), loop).result(BOUND_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(BOUND_S)
        loop.close()


def simulate(*args: str) -> Result:
    return CliRunner().invoke(app, ["simulate", *args])


def document(result: Result) -> dict[str, Any]:
    """The JSON document, which is all that stands on stdout."""
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


async def short(call: ToyCall) -> None:
    """Greets and hangs up."""
    await greeting(call)
    await call.close()


def test_an_answered_call_ends_well_and_says_where_its_recording_is(data: Path) -> None:
    with running(short) as bot:
        result = simulate(bot.url)
    assert result.exit_code == 0, result.output
    (wav,) = (data / "simulations").glob("*.wav")
    assert str(wav) in result.stdout
    assert "agent closed the stream" in result.stdout and "agent" in result.stdout


def test_json_is_one_document_and_nothing_else(tmp_path: Path) -> None:
    wav = tmp_path / "call.wav"
    with running(short) as bot:
        result = simulate(bot.url, "--json", "--wav", str(wav))
    report = document(result)
    assert result.exit_code == 0
    assert report["answered"] is True and report["error"] is None
    assert report["end_reason"] == "agent closed the stream"
    assert report["wav"] == str(wav) and wav.is_file()
    assert report["agent_audio"] == {"received": 0.3, "heard": 0.3, "cut_by_hang_up": 0.0}
    assert set(report["latency"]) == {"greeting", "median", "max"}
    (turn,) = report["turns"]
    assert turn["caller"] == "" and turn["latency"] == report["latency"]["greeting"] >= 0
    assert set(turn) >= {"agent", "agent_start", "agent_end", "caller_start", "caller_end", "barge_in"}


def test_an_agent_that_never_speaks_is_an_error() -> None:
    with running(silent) as bot:
        result = simulate(bot.url, "--timeout", "0.3", "--json")
    assert result.exit_code == 1
    assert document(result)["answered"] is False
    assert "waited 0.3 s" in document(result)["error"]


def test_an_agent_that_drops_the_line_without_a_word_is_an_error() -> None:
    async def drop(call: ToyCall) -> None:
        await call.close()

    with running(drop) as bot:
        result = simulate(bot.url, "--json")
    assert result.exit_code == 1
    assert "said nothing: agent closed the stream" in document(result)["error"]


def test_nobody_at_the_url_is_an_error() -> None:
    with running(silent) as bot:
        url = bot.url
    result = simulate(url)
    assert result.exit_code == 1
    assert "Not answered" in result.stdout and url in result.stdout.replace("\n", "")


def test_the_caller_says_what_it_is_told_in_the_order_typed() -> None:
    async def answering(call: ToyCall) -> None:
        await greeting(call)
        await call.until(lambda: call.of("dtmf"))
        await call.play(tone(0.3))
        await call.until(lambda: has_new_speech(call, 0))
        await call.close()

    with running(answering) as bot:
        result = simulate(bot.url, "--dtmf=7", "--say", "Yes.", "--json")
        assert [message["dtmf"]["digit"] for message in bot.call.of("dtmf")] == ["7"]
    report = document(result)
    assert [turn["caller"] for turn in report["turns"]] == ["", "keys 7", "Yes."]
    assert (
        report["turns"][2]["caller_end"]
        > report["turns"][2]["caller_start"]
        > report["turns"][1]["agent_end"]
    )
    assert report["end_reason"] == "agent closed the stream"


def test_the_call_carries_the_parameters_it_is_given() -> None:
    with running(short) as bot:
        simulate(
            *(bot.url, "--agent", "guest_relations", "--from", "+15550009999", "--to", "+15550001111"),
            *("--direction", "outbound", "--param", "language=es", "--param", "note=a=b"),
        )
        assert bot.call.of("start")[0]["start"]["customParameters"] == {
            "from_number": "+15550009999",
            "to_number": "+15550001111",
            "direction": "outbound",
            "agent": "guest_relations",
            "language": "es",
            "note": "a=b",
        }


@pytest.mark.parametrize(
    "args",
    [
        *(["--param", "novalue"], ["--direction", "sideways"], ["--timeout", "0"]),
        *(["--dtmf", "abc"], ["--dtmf", "12-3"], ["--dtmf", ""]),
    ],
)
def test_a_wrong_argument_is_refused(args: list[str]) -> None:
    assert simulate("ws://127.0.0.1:9/ws", *args).exit_code == 2


def test_a_file_that_is_not_there_is_refused_before_the_call() -> None:
    result = simulate("ws://127.0.0.1:9/ws", "--play", "missing.wav")
    assert result.exit_code == 2
    assert "missing.wav" in result.output


def test_a_file_that_cannot_be_played_is_refused(tmp_path: Path) -> None:
    (tmp_path / "noise.wav").write_text("This is no sound.")
    with running(greeting) as bot:
        result = simulate(bot.url, "--play", str(tmp_path / "noise.wav"))
    assert result.exit_code == 2
    assert "noise.wav" in result.output


def test_without_the_engines_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "tts_available", lambda: False)
    result = simulate("ws://127.0.0.1:9/ws")
    assert result.exit_code == 2
    assert "hibari-tts" in result.stderr and "moonshine" not in result.stderr
    assert result.stdout == ""


def test_without_a_url_the_bot_is_started_and_stopped_and_its_record_found(
    tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bot.py").write_text(BOT)
    monkeypatch.chdir(tmp_path)
    result = simulate("--say", "Hello.", "--hang-up-after", "3", "--json")
    report = document(result)
    assert (result.exit_code, report["error"]) == (0, None)
    assert report["record"] == str(data / "calls" / "x" / "record.json")
    assert (report["agent"], report["notices"]) == ("emma", [])
    assert Path(report["bot_log"]).is_file()
    afterwards = simulate(report["url"], "--json")
    assert afterwards.exit_code == 1 and report["url"] in document(afterwards)["error"]


def test_the_summary_says_who_answered_in_place_of_whom_and_shows_paths_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bot.py").write_text(BOT)
    monkeypatch.chdir(tmp_path)
    result = simulate("--say", "Hello.", "--agent", "nobody", "--hang-up-after", "3")
    lines = result.stdout.splitlines()
    assert result.exit_code == 1 and "Answered by another: no agent 'nobody'" in lines
    assert "answered by    emma; no agent 'nobody'" in lines
    assert "record         data/calls/x/record.json" in lines
    assert str(tmp_path) not in "\n".join(lines)


@pytest.mark.parametrize("asked", [("--agent", "apointments"), ("--param", "agent=apointments")])
def test_an_agent_that_there_is_not_is_told_before_the_bot_is_started(
    data: Path, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, str]
) -> None:
    monkeypatch.chdir(ROOT)
    result = simulate(*asked)
    assert result.exit_code == 1
    assert "Not answered: no agent 'apointments'; did you mean 'appointments'? allowed: " in result.stdout
    error = document(simulate(*asked, "--json"))["error"]
    assert error.startswith("no agent 'apointments'") and not data.exists()


def test_the_agents_that_there_are_are_those_of_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bot.py").write_text("from frontdesk.boot import Boot\nraise SystemExit('started')")
    (tmp_path / ".env").write_text("AGENTS_DIR=desks\n")
    (tmp_path / "desks").mkdir()
    (tmp_path / "desks" / "night.yaml").write_text("start_message: Hi\n")
    monkeypatch.chdir(tmp_path)
    assert "no agent 'nigth'; did you mean 'night'?" in simulate("--agent", "nigth").stdout
    assert "started" in simulate("--agent", "night").stdout
    (tmp_path / "desks" / "night.yaml").unlink()
    assert "started" in simulate("--agent", "nobody").stdout


def test_a_bot_that_does_not_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bot.py").write_text("import sys\nsys.exit('no such agent: emma')")
    monkeypatch.chdir(tmp_path)
    result = simulate()
    assert result.exit_code == 1
    assert "exit code 1" in result.stdout and "no such agent: emma" in result.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_hang_up_and_keep_the_recording(number: int) -> None:
    command = [sys.executable, "-c", "from frontdesk.cli import main; main()", "simulate", "--json"]
    talking, left = threading.Event(), threading.Event()

    async def script(call: ToyCall) -> None:
        await greeting(call)
        await call.until(lambda: len(call.of("media")) > 5)
        talking.set()
        await call.until_closed()
        left.set()

    with running(script) as bot:
        process = subprocess.Popen([*command, bot.url], stdout=subprocess.PIPE, env=dict(os.environ))
        assert talking.wait(3 * BOUND_S)
        process.send_signal(number)
        stdout, _ = process.communicate(timeout=3 * BOUND_S)
        assert left.wait(BOUND_S)
        assert bot.call.of("stop")
    assert process.returncode == 130
    assert json.loads(stdout)["error"] == "interrupted"
    assert Path(json.loads(stdout)["wav"]).is_file()


def gone(pid: int) -> bool:
    """Whether no such process is left."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def ignore_ctrl_c() -> None:
    """What a shell script does to what it starts in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGINT, "while it starts"),
        (signal.SIGINT, "in the call"),
        (signal.SIGTERM, "while it starts"),
        (signal.SIGTERM, "in the background"),
        (signal.SIGHUP, "in the call"),
    ],
)
def test_whoever_ends_it_it_leaves_no_bot_behind(
    tmp_path: Path, data: Path, number: int, moment: str
) -> None:
    (tmp_path / "bot.py").write_text(BOT)
    command = [sys.executable, "-c", "from frontdesk.cli import main; main()", "simulate", "--say", "Hello."]
    env = os.environ | {"SLOW_START": "60" if moment == "while it starts" else "0"}
    start = ignore_ctrl_c if moment == "in the background" else None
    with subprocess.Popen(
        command, cwd=tmp_path, env=env, stdout=subprocess.PIPE, text=True, preexec_fn=start
    ) as process:
        pid = int(wait_for(lambda: (tmp_path / "pid").is_file() and (tmp_path / "pid").read_text()))
        if moment != "while it starts":
            assert process.stdout
            while "Hello." not in process.stdout.readline():
                assert process.poll() is None
        process.send_signal(number)
        process.communicate(timeout=3 * BOUND_S)
    assert process.returncode == 130
    assert gone(pid)


def wait_for(found: Callable[[], Any]) -> Any:
    """What `found` gives once it gives something, with a bound."""
    end = time.monotonic() + 3 * BOUND_S
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.02)
    raise TimeoutError


@pytest.mark.slow
def test_the_real_bot_is_started_called_and_stopped(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = simulate("--say", "Hello, I'd like to book an appointment.", "--json")
    report = document(result)
    assert (result.exit_code, report["error"], report["problems"]) == (0, None, [])
    greeting, answer = report["turns"]
    assert "Harbor Lane" in greeting["agent"] and "day" in answer["agent"].lower()
    record = json.loads(Path(report["record"]).read_text())
    assert record["carrier_call_id"] == report["call_sid"]
    assert (record["agent"], record["end_reason"], record["errors"]) == ("appointments", "caller_hung_up", [])
    assert "appointment" in " ".join(
        turn["text"] for turn in record["transcript"] if turn["role"] == "caller"
    )
    assert "stands in for" in Path(report["bot_log"]).read_text()
    assert Path(report["wav"]).is_file()


def test_schema_writes_what_is_in_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "root", lambda: tmp_path)
    for folder in ("agents", "docs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    schema = tmp_path / "agents" / "agent.schema.json"
    schema.write_text("{}")
    result = CliRunner().invoke(app, ["schema"])
    assert result.exit_code == 0, result.output
    written = [Path(line.removeprefix("wrote ")) for line in result.stdout.splitlines()]
    assert schema in written
    for path in written:
        assert path.read_text() == (ROOT / path.relative_to(tmp_path)).read_text()


def test_the_command_line_itself_imports_neither_pipecat_nor_an_engine() -> None:
    code = (
        "import sys, frontdesk.cli; "
        "heavy = {'pipecat', 'onnxruntime', 'numpy', 'moonshine_voice', 'hibari'} & sys.modules.keys(); "
        "sys.exit(f'{sorted(heavy)}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
