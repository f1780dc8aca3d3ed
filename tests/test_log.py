"""Log lines that name their call and give nothing away."""

from collections.abc import Iterator

import pytest
from loguru import logger

from frontdesk import log


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What a host's own handler writes, which is loguru's default in all it shows."""
    written: list[str] = []
    handler = logger.add(lambda line: written.append(str(line)), backtrace=True, diagnose=True)
    yield written
    logger.remove(handler)


def test_a_traceback_shows_no_values_of_variables(lines: list[str]) -> None:
    log.install()
    api_key = "sk-" + "secret"
    try:
        dict[int, str]()[len(api_key)]
    except KeyError:
        logger.exception("It failed")
    [written] = lines
    assert "It failed" in written and "Traceback" in written and "KeyError: 9" in written
    assert "()[len(api_key)]" in written and "sk-secret" not in written


def test_every_line_within_a_call_begins_with_its_id(lines: list[str]) -> None:
    log.install()
    with logger.contextualize(call="call-1"):
        logger.info("spoken {braces}")
    logger.info("outside")
    assert "[call-1] spoken {braces}" in lines[0]
    assert "[" not in lines[1].partition(" - ")[2]


def test_an_unknown_level_leaves_the_hosts_handlers_alone(
    lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRONTDESK_LOG_LEVEL", "loud")
    log.install()
    logger.debug("still here")
    assert len(lines) == 1
