"""One call, from the host's hand-over to its record. `uv run bot.py` starts a local runner."""

import os
import sys
from pathlib import Path
from typing import Any

from dotenv import load_dotenv
from loguru import logger
from pipecat.runner.types import RunnerArguments

from frontdesk import close_codes, log
from frontdesk.boot import Boot
from frontdesk.errors import HandshakeError, NotReady

load_dotenv(Path(__file__).with_name(".env"))
log.install()
BOOT = Boot()
BOOT.start()


def readyz() -> dict[str, Any]:
    """Whether this process can take calls, and if not, why."""
    return BOOT.readyz()


async def bot(runner_args: RunnerArguments) -> None:
    """Take one call: open the line, talk, leave a record. Nothing raised here is lost on the host."""
    from frontdesk.answer import answer, unanswered
    from frontdesk.facts import call_of
    from frontdesk.transport import drop, open_line

    log.install_again()
    close_code = close_codes.DONE
    try:
        house = await BOOT.house()
        line = await open_line(runner_args)
        with logger.contextualize(call=line.call.id):
            await answer(line, house)
    except HandshakeError as refusal:
        logger.warning(f"Connection refused: {refusal}")
        close_code = refusal.close_code
    except NotReady as refusal:
        logger.error(f"Call refused: {refusal}")
        unanswered(call_of(runner_args, "unknown"), refusal)
        close_code = close_codes.TRY_AGAIN_LATER
    except Exception as error:  # the host would reduce it to one line
        logger.exception("The line could not be opened")
        unanswered(call_of(runner_args, "unknown"), error)
        close_code = close_codes.INTERNAL_ERROR
    finally:
        await drop(runner_args, close_code)


if __name__ == "__main__":
    from pipecat.runner.run import main

    if not {"-v", "--verbose"} & set(sys.argv):
        os.environ.setdefault("FRONTDESK_LOG_LEVEL", "INFO")
    main() if BOOT.succeeds() else sys.exit(1)
