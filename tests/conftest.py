"""What the tests share: a clean environment, the vendors' stand-ins, agents that speak to them."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from loguru import logger

import frontdesk  # noqa: F401  # before anything brings onnxruntime in
from tests.spoken import Spoken, open_spoken
from tests.vendor_rows import variables
from tests.vendors import KEYS, Vendors, open_vendors


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key of the developer's, and nothing kept outside the test's own folder."""
    for name in (*KEYS, *variables(), "AGENTS_DIR", "AGENT", "FRONTDESK_LOG_LEVEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FRONTDESK_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def shown_log() -> Iterator[None]:
    """The log of a test, which pytest shows where the test fails."""
    handler = logger.add(sys.stderr, level="DEBUG")
    yield
    with suppress(ValueError):  # a test may have set the log up anew
        logger.remove(handler)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where a bot keeps what it keeps."""
    return tmp_path / "data"


@pytest.fixture
async def spoken(tmp_path: Path) -> AsyncIterator[Spoken]:
    """OpenAI's realtime API on loopback, and an agent that it speaks for."""
    async with open_spoken(tmp_path) as opened:
        yield opened


@pytest.fixture
async def vendors(tmp_path: Path) -> AsyncIterator[Vendors]:
    """Deepgram, OpenAI, Cartesia and Twilio on loopback, and a folder of agents that use them."""
    async with open_vendors(tmp_path) as opened:
        yield opened


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """The log lines of this process at INFO and above, as "LEVEL message"."""
    lines: list[str] = []
    handler = logger.add(lambda line: lines.append(line.rstrip()), level="INFO", format="{level} {message}")
    yield lines
    logger.remove(handler)
