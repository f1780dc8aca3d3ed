"""Log lines that name their call."""

import os
import sys
from typing import Any

from loguru import logger

LEVELS = ("TRACE", "DEBUG", "INFO", "SUCCESS", "WARNING", "ERROR", "CRITICAL")

_handler: int | None = None


def install() -> None:
    """Put the call's id in front of every line of a call, and keep to `FRONTDESK_LOG_LEVEL` where it is set.

    Without that variable the host's own handlers are left alone. Safe to call again: the local runner sets up
    its logging after this was first called.
    """
    logger.configure(patcher=_name_call)
    level = os.environ.get("FRONTDESK_LOG_LEVEL", "").upper()
    if level in LEVELS:
        _only_handler(level)


def _name_call(record: Any) -> None:
    if call := record["extra"].get("call"):
        record["message"] = f"[{call}] {record['message']}"


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
