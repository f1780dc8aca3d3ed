"""Log lines that name their call and show no values of variables."""

import os
import sys
import traceback
from typing import Any

from loguru import logger

LEVELS = ("TRACE", "DEBUG", "INFO", "SUCCESS", "WARNING", "ERROR", "CRITICAL")

_handler: int | None = None


def install() -> None:
    """Put the call's id in front of every line of a call, and keep to `FRONTDESK_LOG_LEVEL` where it is set.

    A traceback is written plainly: loguru would show the values of variables in it, keys and tokens too.

    Without that variable the host's own handlers are left alone. Safe to call again: the local runner sets up
    its logging after this was first called.
    """
    logger.configure(patcher=_patch)
    level = os.environ.get("FRONTDESK_LOG_LEVEL", "").upper()
    if level in LEVELS:
        _only_handler(level)


def _patch(record: Any) -> None:
    if call := record["extra"].get("call"):
        record["message"] = f"[{call}] {record['message']}"
    if error := record["exception"]:
        lines = traceback.format_exception(error.type, error.value, error.traceback)
        record["message"] += "\n" + "".join(lines).rstrip()
        record["exception"] = None


def _only_handler(level: str) -> None:
    global _handler
    if _handler is not None:
        try:
            logger.remove(_handler)
        except ValueError:
            pass  # The local runner has removed it with all others, and put its own there.
        else:
            _handler = logger.add(sys.stderr, level=level)
            return
    logger.remove()
    _handler = logger.add(sys.stderr, level=level)
