"""One call, from the host's hand-over to its record. `uv run bot.py` starts a local runner."""

from pathlib import Path
from typing import Any

from dotenv import load_dotenv
from loguru import logger
from pipecat.runner.types import RunnerArguments

from frontdesk import log
from frontdesk.boot import Boot
from frontdesk.errors import ConfigError, HandshakeError

load_dotenv(Path(__file__).with_name(".env"))
log.install()
BOOT = Boot()
BOOT.start()


def readyz() -> dict[str, Any]:
    """Whether this process can take calls, and if not, why."""
    return BOOT.readyz()


async def bot(runner_args: RunnerArguments) -> None:
    """Take one call: open the line, choose who answers, talk, and leave a record whatever happens."""
    from frontdesk.answer import answer, refuse
    from frontdesk.transport import open_line

    log.install()
    try:
        house = await BOOT.house()
        line = await open_line(runner_args)
    except (ConfigError, HandshakeError, TimeoutError) as reason:
        return await refuse(runner_args, reason)
    with logger.contextualize(call=line.call.id):
        await answer(line, house)


if __name__ == "__main__":
    from pipecat.runner.run import main

    main()
