"""One call, from the host's hand-over to its record. `uv run bot.py` starts a local runner."""

import os
import sys
from pathlib import Path
from typing import Any

from dotenv import load_dotenv
from pipecat.runner.types import RunnerArguments

from frontdesk import log
from frontdesk.boot import Boot

load_dotenv(Path(__file__).with_name(".env"))
log.install()
BOOT = Boot()
BOOT.start()


def readyz() -> dict[str, Any]:
    """Whether this process can take calls, and if not, why."""
    return BOOT.readyz()


async def bot(runner_args: RunnerArguments) -> None:
    """Take one call: open the line, talk, leave a record. Nothing raised here is lost on the host."""
    from frontdesk.reception import take

    await take(runner_args, BOOT.house)


if __name__ == "__main__":
    from pipecat.runner.run import main

    if not {"-v", "--verbose"} & set(sys.argv):
        os.environ.setdefault("FRONTDESK_LOG_LEVEL", "INFO")
    main() if BOOT.succeeds() else sys.exit(1)
