"""One session with OpenAI's realtime API: what the client sends, and the turns that the server hears."""

import asyncio
import base64
import binascii
from typing import TYPE_CHECKING, Any

from tests.fakes.connection import Connection, Message
from tests.fakes.openai_realtime_config import RESPONSE_KEYS, RefusedError, check, new_session, updated
from tests.fakes.openai_realtime_items import Item, chat_messages, chat_tools, message_item, new_id
from tests.fakes.openai_realtime_response import RATE, Response
from tests.fakes.speech import SpeechDetector

if TYPE_CHECKING:
    from tests.fakes.openai import ReplyLike
    from tests.fakes.openai_realtime import FakeOpenAIRealtime


class RealtimeSession:
    """`session` is its configuration, `items` the conversation, `heard` what was said in items of audio."""

    def __init__(self, vendor: "FakeOpenAIRealtime", connection: Connection) -> None:
        self.vendor = vendor
        self.session = new_session(connection.request.query.get("model", ""))
        self.items: list[Item] = []
        self.heard: dict[str, str] = {}
        self.audio_ms: dict[str, int] = {}
        self.truncated: dict[str, int] = {}
        self.response: Response | None = None
        self.responses: list[Response] = []
        self._connection = connection
        self._speech = SpeechDetector(RATE, vendor.threshold)
        self._buffer = bytearray()
        self._turn_id = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve the connection until it ends."""
        await self.send("session.created", session=self.session)
        try:
            async for message in self._connection.messages():
                await self._take(message)
        finally:
            for task in self._tasks:
                task.cancel()
            for response in self.responses:
                response.stop()

    async def send(self, kind: str, **fields: Any) -> None:
        """Send one event."""
        await self._connection.send({"type": kind, "event_id": new_id("event")} | fields)

    async def add_item(self, item: Item) -> None:
        """Put an item at the end of the conversation."""
        before = self.items[-1]["id"] if self.items else None
        self.items.append(item)
        await self.send("conversation.item.added", previous_item_id=before, item=item)

    async def think(self, params: dict[str, Any]) -> "ReplyLike | None":
        """What the model answers to the conversation as it is, or to what the client asks in its place."""
        told = params.get("instructions")
        if told and params.get("input") == []:
            return self.vendor.obey(told)
        told = told or self.session["instructions"]
        messages = chat_messages(told, self.items, self.heard)
        return await self.vendor.reply(messages, chat_tools(params.get("tools", self.session["tools"])))

    async def _take(self, message: Message | bytes | None) -> None:
        event = message if isinstance(message, dict) else {}
        handle = getattr(self, f"_on_{str(event.get('type')).replace('.', '_')}", None)
        try:
            if handle is None:
                raise RefusedError(f"Invalid value: '{event.get('type')}'.", "invalid_value", "type")
            await handle(event)
        except RefusedError as refused:
            error = {"type": "invalid_request_error", "code": refused.code, "message": str(refused)}
            error |= {"param": refused.param, "event_id": event.get("event_id")}
            await self.send("error", error=error)

    async def _on_session_update(self, event: Message) -> None:
        self.session = updated(self.session, event.get("session"))
        await self.send("session.updated", session=self.session)

    async def _on_input_audio_buffer_append(self, event: Message) -> None:
        try:
            audio = base64.b64decode(event.get("audio", ""), validate=True)
        except binascii.Error:
            raise RefusedError(
                "Invalid 'audio'. Expected base64-encoded audio bytes.", "invalid_value"
            ) from None
        if self._turn_detection is None:
            self._buffer += audio
            return
        for frame in self._speech.frames(audio):
            await self._hear(frame)

    async def _on_input_audio_buffer_commit(self, _: Message) -> None:
        if not self._buffer:
            raise RefusedError(
                "Error committing input audio buffer: the buffer is empty.", "input_audio_buffer_commit_empty"
            )
        await self._commit(new_id("item"), bytes(self._buffer))

    async def _on_input_audio_buffer_clear(self, _: Message) -> None:
        self._buffer.clear()
        self._speech.reset()
        await self.send("input_audio_buffer.cleared")

    async def _on_conversation_item_create(self, event: Message) -> None:
        item = {"object": "realtime.item", "status": "completed"} | event["item"]
        if item.get("type") not in ("message", "function_call", "function_call_output"):
            raise RefusedError(f"Invalid value: '{item.get('type')}'.", "invalid_value", "item.type")
        calls = {each.get("call_id") for each in self.items if each["type"] == "function_call"}
        if item["type"] == "function_call_output" and item.get("call_id") not in calls:
            raise RefusedError(f"Tool call ID '{item.get('call_id')}' not found.", "invalid_tool_call_id")
        await self.add_item(item)
        await self.send("conversation.item.done", previous_item_id=None, item=item)

    async def _on_conversation_item_retrieve(self, event: Message) -> None:
        await self.send(
            "conversation.item.retrieved", item=self._item(event, "item_retrieve_invalid_item_id")
        )

    async def _on_conversation_item_truncate(self, event: Message) -> None:
        item = self._item(event, "item_truncate_invalid_item_id")
        sent_ms, end_ms = self.audio_ms.get(item["id"]), event["audio_end_ms"]
        if sent_ms is None:
            raise RefusedError("Only model output audio messages can be truncated.", "invalid_value")
        if end_ms > sent_ms:
            raise RefusedError(
                f"Audio content of {sent_ms}ms is already shorter than {end_ms}ms", "invalid_value"
            )
        self.truncated[item["id"]] = end_ms
        item["content"][0]["transcript"] = ""
        where = {"item_id": item["id"], "content_index": event["content_index"], "audio_end_ms": end_ms}
        await self.send("conversation.item.truncated", **where)

    async def _on_response_create(self, event: Message) -> None:
        params = event.get("response") or {}
        check(params, RESPONSE_KEYS, "response")
        if self.response:
            raise RefusedError(
                f"Conversation already has an active response in progress: {self.response.id}. Wait until "
                "the response is finished before creating a new one.",
                "conversation_already_has_active_response",
            )
        self._respond(params)

    async def _on_response_cancel(self, _: Message) -> None:
        if not self.response:
            raise RefusedError("Cancellation failed: no active response found", "response_cancel_not_active")
        await self.response.cancel("client_cancelled")

    async def _hear(self, frame: bytes) -> None:
        vad = self._turn_detection or {}
        if self._speech.hear(frame):
            self._turn_id = new_id("item")
            began_ms = max(0, int(self._speech.started_at_s * 1000) - vad["prefix_padding_ms"])
            await self.send(
                "input_audio_buffer.speech_started", audio_start_ms=began_ms, item_id=self._turn_id
            )
            if self.response and vad["interrupt_response"]:
                await self.response.cancel("turn_detected")
        elif self._speech.speaking and self._speech.silence_s * 1000 >= vad["silence_duration_ms"]:
            ended_ms = int(self._speech.heard_s * 1000)
            await self.send("input_audio_buffer.speech_stopped", audio_end_ms=ended_ms, item_id=self._turn_id)
            pcm = bytes(self._speech.pcm)
            self._speech.reset()
            await self._commit(self._turn_id, pcm)
            if vad["create_response"] and not self.response:
                self._respond({})

    async def _commit(self, item_id: str, pcm: bytes) -> None:
        """A turn of the caller becomes an item of the conversation."""
        self._buffer.clear()
        before = self.items[-1]["id"] if self.items else None
        await self.send("input_audio_buffer.committed", previous_item_id=before, item_id=item_id)
        item = message_item("user", [{"type": "input_audio", "transcript": None}]) | {"id": item_id}
        self.heard[item_id] = await self.vendor.hear(pcm, RATE)
        await self.add_item(item)
        await self.send("conversation.item.done", previous_item_id=before, item=item)
        if self.session["audio"]["input"]["transcription"]:
            self._later(self._transcribe(item_id))

    async def _transcribe(self, item_id: str) -> None:
        """Write down what was said; it takes its own time, beside the answer."""
        await asyncio.sleep(self.vendor.transcript_delay_s)
        kind, text = "conversation.item.input_audio_transcription", self.heard[item_id]
        where = {"item_id": item_id, "content_index": 0}
        await self.send(f"{kind}.delta", **where, delta=text)
        usage = {"type": "duration", "seconds": 1}
        await self.send(f"{kind}.completed", **where, transcript=text, usage=usage)

    def _respond(self, params: dict[str, Any]) -> None:
        self.response = Response(self, params)
        self.responses.append(self.response)

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _item(self, event: Message, code: str) -> Item:
        found = [item for item in self.items if item["id"] == event.get("item_id")]
        if not found:
            raise RefusedError(f"Item with item_id not found: {event.get('item_id')}", code)
        return found[0]

    @property
    def _turn_detection(self) -> dict[str, Any] | None:
        detection: dict[str, Any] | None = self.session["audio"]["input"]["turn_detection"]
        return detection
