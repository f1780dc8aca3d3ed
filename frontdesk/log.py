"""Log lines that name their call and show no values of variables."""

import functools
import os
import sys
import traceback
from typing import Any

from loguru import logger

LEVELS = ("TRACE", "DEBUG", "INFO", "SUCCESS", "WARNING", "ERROR", "CRITICAL")


def install() -> None:
    """Put the call's id in front of every line of a call, and keep to `FRONTDESK_LOG_LEVEL` where it is set.

    A traceback is written plainly: loguru would show the values of variables in it, keys and tokens too.

    Without that variable the host's own handlers are left alone.
    """
    logger.configure(patcher=_patch)
    level = os.environ.get("FRONTDESK_LOG_LEVEL", "").upper()
    if level in LEVELS:
        logger.remove()
        logger.add(sys.stderr, level=level)


@functools.cache
def install_again() -> None:
    """The same once more, at the first call: hosts set up their own logging after they imported the bot."""
    install()


def _patch(record: Any) -> None:
    if call := record["extra"].get("call"):
        record["message"] = f"[{call}] {record['message']}"
    if error := record["exception"]:
        lines = traceback.format_exception(error.type, error.value, error.traceback)
        record["message"] += "\n" + "".join(lines).rstrip()
        record["exception"] = None
