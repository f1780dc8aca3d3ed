"""What the base image runs beside a bot as app.py, as far as the bot can tell."""

import base64
import binascii
import json
import os
import sys
from typing import Annotated, Any

import aiohttp  # noqa: F401  (the image's host needs it, so the image's environment must have it)
import pipecatcloud_system  # type: ignore[import-not-found]
from fastapi import FastAPI, Header, WebSocket
from fastapi.responses import JSONResponse
from host_webrtc import add_webrtc_routes  # type: ignore[import-not-found]
from loguru import logger
from pipecat.runner.types import RunnerArguments
from pipecatcloud import SmallWebRTCSessionManager
from pipecatcloud.agent import (
    DailySessionArguments,
    PipecatSessionArguments,
    SmallWebRTCSessionArguments,
    WebSocketSessionArguments,
)
from waiting_server import Server  # type: ignore[import-not-found]

import bot as bot_module
from bot import bot

LOG_FORMAT = "{time:HH:mm:ss.SSS} | {level: <8} | {name}:{function}:{line} | {extra[session_id]} - {message}"

app: FastAPI = pipecatcloud_system.app
Text = Annotated[str | None, Header()]
rooms_to_come = SmallWebRTCSessionManager(timeout_seconds=120)


def take_over_logging() -> None:
    """The host drops every log sink that the bot's modules added while they were imported."""
    logger.remove()
    logger.add(sys.stderr, format=LOG_FORMAT, level=os.environ.get("PIPECAT_LOG_LEVEL", "DEBUG").upper())
    logger.configure(extra={"session_id": "NONE"})


async def run_session(args: RunnerArguments, transport_type: str | None = None) -> None:
    """One session; an exception out of bot() becomes one line without a traceback."""
    with logger.contextualize(session_id=args.session_id):
        if isinstance(args, PipecatSessionArguments) and transport_type == "webrtc":
            await rooms_to_come.wait_for_webrtc()
            return
        if isinstance(args, SmallWebRTCSessionArguments):
            rooms_to_come.cancel_timeout()
        try:
            await bot(args)
        except Exception as error:
            logger.error(f"Exception running bot(): {error}")
        finally:
            logger.info("Stopping bot session")
            rooms_to_come.complete_session()


@app.get("/readyz")
async def readyz() -> JSONResponse:
    """200 when the bot's own readyz() says so, else 503; without one the bot is always ready."""
    check = getattr(bot_module, "readyz", lambda: True)
    try:
        result: Any = check()
        if hasattr(result, "__await__"):
            result = await result
    except Exception as error:
        result = {"ready": False, "error": str(error)}
    if isinstance(result, dict):
        return JSONResponse(result, status_code=200 if result.get("ready", False) else 503)
    ready = result is True
    return JSONResponse({"status": "ok" if ready else "not ready"}, status_code=200 if ready else 503)


@app.get("/livez")
async def livez() -> dict[str, str]:
    """The process is up."""
    return {"status": "ok"}


@app.post("/bot")
async def start(
    body: dict[str, Any],
    x_daily_room_url: Text = None,
    x_daily_room_token: Text = None,
    x_daily_session_id: Text = None,
    x_daily_transport_type: Text = None,
) -> dict[str, Any]:
    """A session with a Daily room, or with no transport at all; answered when the session is over."""
    args: RunnerArguments
    if x_daily_room_url and x_daily_room_token:
        args = DailySessionArguments(
            session_id=x_daily_session_id, room_url=x_daily_room_url, token=x_daily_room_token, body=body
        )
    else:
        args = PipecatSessionArguments(session_id=x_daily_session_id, body=body)
    await run_session(args, x_daily_transport_type)
    return {}


def decode_body(body: str | None) -> Any:
    """The `body` query parameter: base64 of JSON; None where it is neither."""
    if not body:
        return None
    try:
        return json.loads(base64.b64decode(body).decode())
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError) as error:
        logger.error(f"Failed to decode body parameter: {error}")
        return None


@app.websocket("/ws")
async def websocket(ws: WebSocket, x_daily_session_id: Text = None, body: str | None = None) -> None:
    """A carrier's media stream: accepted, nothing of it read."""
    await ws.accept()
    await run_session(
        WebSocketSessionArguments(session_id=x_daily_session_id, websocket=ws, body=decode_body(body))
    )


def main(application: FastAPI) -> None:
    """Serve on `PORT` until SIGTERM and the end of the last session."""
    take_over_logging()
    add_webrtc_routes(application, run_session)
    Server.on(application, os.environ).run()


if __name__ == "__main__":
    main(app)
