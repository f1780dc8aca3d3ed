"""What is known of a call when it comes in."""

import re
import uuid
from collections.abc import Mapping

from loguru import logger
from pipecat.runner.types import CallData, DialinSettings, RunnerArguments
from pydantic import BaseModel, ValidationError

from frontdesk.call import Call, Direction
from frontdesk.session import SessionData, parse_session


def dial_in(body: object) -> CallData:
    """The facts of a call that reached the room from the telephone network; none where it did not."""
    if isinstance(body, BaseModel):
        body = body.model_dump()
    settings = body.get("dialin_settings") if isinstance(body, Mapping) else None
    try:
        dialled = DialinSettings.model_validate(settings)
    except ValidationError:
        return CallData()
    return CallData(call_id=dialled.call_id, from_number=dialled.From, to_number=dialled.To)


def call_of(runner_args: RunnerArguments, carrier: str, data: CallData | None = None) -> Call:
    """The call that a session is for: what `data`, a carrier's handshake, and the session data say of it."""
    data = data or CallData()
    call_id = _call_id(runner_args.session_id)
    numbers = {"from_number": data.from_number, "to_number": data.to_number}
    told = {name: number for name, number in numbers.items() if number}
    with logger.contextualize(call=call_id):
        session = parse_session(runner_args.body, data.body, told)
    return Call(
        id=call_id,
        carrier=carrier,
        direction=_direction(session),
        from_number=session.from_number or None,
        to_number=session.to_number or None,
        carrier_call_id=data.call_id,
        stream_id=data.stream_id,
        session=session,
    )


def _direction(session: SessionData) -> Direction:
    if session.direction:
        return Direction(session.direction)
    return Direction.OUTBOUND if session.dialout else Direction.INBOUND


def _call_id(session_id: object) -> str:
    """The host's session id, so that its logs and ours name one call alike; a new one where it has none."""
    if isinstance(session_id, str) and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}", session_id):
        return session_id
    if session_id:
        logger.warning("The host's session id cannot name a folder; the call gets an id of its own")
    return str(uuid.uuid4())
