"""The WebRTC routes of the image's host, there when aiortc is."""

from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import Annotated, Any

from fastapi import BackgroundTasks, FastAPI, Header
from pipecatcloud.agent import SmallWebRTCSessionArguments

RunSession = Callable[[SmallWebRTCSessionArguments], Awaitable[None]]


def add_webrtc_routes(app: FastAPI, run_session: RunSession) -> None:
    """`POST /api/offer` starts a session, `PATCH` brings its ICE candidates; one connection at a time."""
    if find_spec("aiortc") is None:
        return
    from pipecat.transports.smallwebrtc.request_handler import (
        ConnectionMode,
        SmallWebRTCPatchRequest,
        SmallWebRTCRequest,
        SmallWebRTCRequestHandler,
    )

    handler = SmallWebRTCRequestHandler(connection_mode=ConnectionMode.SINGLE)

    @app.post("/api/offer")
    async def offer(
        body: dict[str, Any],
        background_tasks: BackgroundTasks,
        x_daily_session_id: Annotated[str | None, Header()] = None,
    ) -> Any:
        request = SmallWebRTCRequest.from_dict(body)

        async def start(connection: Any) -> None:
            args = SmallWebRTCSessionArguments(
                session_id=x_daily_session_id, webrtc_connection=connection, body=request.request_data
            )
            background_tasks.add_task(run_session, args)

        return await handler.handle_web_request(request=request, webrtc_connection_callback=start)

    @app.patch("/api/offer")
    async def candidate(request: SmallWebRTCPatchRequest) -> dict[str, str]:
        await handler.handle_patch_request(request)
        return {"status": "success"}
