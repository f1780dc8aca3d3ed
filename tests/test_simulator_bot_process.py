"""The bot as a process of its own."""

import asyncio
import os
from pathlib import Path

import pytest

from frontdesk.simulator.bot_process import BotProcess, find_bot
from frontdesk.simulator.errors import BotFailed

# Answers every request with 200, and has a child that outlives it unless it is ended too.
READY = """
import http.server, pathlib, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("child").write_text(str(child.pid))
print("listening", flush=True)
class Status(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[-1])), Status).serve_forever()
"""


def running(pid: int) -> bool:
    """Whether the process runs; one that ended and was not collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
async def test_the_bot_is_ready_inside_and_gone_with_its_children_outside(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(READY)
    log = tmp_path / "logs" / "bot.log"
    async with BotProcess(tmp_path, log) as bot:
        assert bot.url.startswith("ws://127.0.0.1:") and bot.url.endswith("/ws")
        child = int((tmp_path / "child").read_text())
        assert running(child)
    for _ in range(500):
        if not running(child):
            break
        await asyncio.sleep(0.01)
    assert not running(child)
    assert "listening" in log.read_text()


async def test_a_bot_that_ends_says_why(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text("raise SystemExit('a key is missing')")
    with pytest.raises(BotFailed, match=r"exit code 1(.|\n)*a key is missing"):
        async with BotProcess(tmp_path, tmp_path / "bot.log"):
            pass


async def test_a_bot_that_never_gets_ready_is_ended(tmp_path: Path) -> None:
    (tmp_path / "bot.py").write_text(
        "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)"
    )
    with pytest.raises(BotFailed, match=r"not ready within 1 s"):
        async with BotProcess(tmp_path, tmp_path / "bot.log", ready_within=1.0):
            pass
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_the_bot_of_the_current_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bot.py").touch()
    monkeypatch.chdir(tmp_path)
    assert find_bot() == tmp_path
