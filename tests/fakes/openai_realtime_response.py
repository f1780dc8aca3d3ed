"""One answer of an OpenAI realtime session: its events, in the order in which the API sends them."""

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from tests.fakes.openai_realtime_items import Item, arguments_of, call_item, message_item, new_id
from tests.fakes.words import spread

if TYPE_CHECKING:
    from tests.fakes.openai_realtime_session import RealtimeSession

RATE = 24000
CHUNK_S = 0.2
ARGUMENT_PIECE = 7


class Response:
    """What the model says and calls; `text` is what it had said when it ended, `status` how it ended."""

    def __init__(self, session: "RealtimeSession", params: dict[str, Any]) -> None:
        self.id = new_id("resp")
        self.params = params
        self.text = ""
        self.status = "in_progress"
        self.output: list[Item] = []
        self._session = session
        self._task = asyncio.create_task(self._run())

    async def cancel(self, reason: str) -> None:
        """End it here; what was said so far stays in the conversation."""
        self.stop()
        if self.output and self.output[-1]["status"] == "in_progress":
            await self._end_item(self.output[-1], "incomplete")
        await self._done("cancelled", {"type": "cancelled", "reason": reason})

    def stop(self) -> None:
        """End the task; the socket may be gone."""
        self._task.cancel()

    async def _run(self) -> None:
        await self._session.send("response.created", response=self._head())
        await asyncio.sleep(self._session.vendor.faults.first_byte_delay_s)
        reply = await self._session.think(self.params)
        if reply is None:
            error = {"type": "server_error", "code": None, "message": "This stand-in has no reply left."}
            return await self._done("failed", {"type": "failed", "error": error})
        if reply.text:
            await self._speak(reply.text)
        for call in reply.tool_calls:
            await self._call(call)
        await self._done("completed", None)

    async def _speak(self, text: str) -> None:
        item = message_item("assistant", [], "in_progress")
        place = await self._add_item(item) | {"content_index": 0}
        part = {"type": "audio", "transcript": ""}
        await self._session.send("response.content_part.added", **place, part=part)
        item["content"] = [{"type": "output_audio", "transcript": ""}]
        pcm = await self._session.vendor.synthesize(text, RATE)
        await self._stream(item, place, text, pcm)
        await self._session.send("response.output_audio.done", **place)
        await self._session.send("response.output_audio_transcript.done", **place, transcript=text)
        part = {"type": "audio", "transcript": text}
        await self._session.send("response.content_part.done", **place, part=part)
        await self._end_item(item, "completed")

    async def _stream(self, item: Item, place: dict[str, Any], text: str, pcm: bytes) -> None:
        """The audio faster than it is played, the words of each chunk before it."""
        words = spread(text, len(pcm) / 2 / RATE)
        size = int(RATE * CHUNK_S) * 2
        for start in range(0, len(pcm), size):
            chunk = pcm[start : start + size]
            while words and words[0][1] < (start + len(chunk)) / 2 / RATE:
                delta = f"{' ' if self.text else ''}{words.pop(0)[0]}"
                self.text += delta
                item["content"][0]["transcript"] += delta
                await self._session.send("response.output_audio_transcript.delta", **place, delta=delta)
            data = base64.b64encode(chunk).decode()
            self._session.audio_ms[item["id"]] = (start + len(chunk)) // 2 * 1000 // RATE
            await self._session.send("response.output_audio.delta", **place, delta=data)
            await asyncio.sleep(self._session.vendor.faults.message_delay_s)

    async def _call(self, call: Any) -> None:
        item = call_item(call.name)
        place = await self._add_item(item) | {"call_id": item["call_id"]}
        text = arguments_of(call)
        for start in range(0, len(text), ARGUMENT_PIECE):
            piece = text[start : start + ARGUMENT_PIECE]
            await self._session.send("response.function_call_arguments.delta", **place, delta=piece)
        item["arguments"] = text
        await self._session.send("response.function_call_arguments.done", **place, arguments=text)
        await self._end_item(item, "completed")

    async def _add_item(self, item: Item) -> dict[str, Any]:
        """Begin an item of the answer; what names it in its further events."""
        where = {"response_id": self.id, "output_index": len(self.output)}
        self.output.append(item)
        await self._session.send("response.output_item.added", **where, item=item)
        await self._session.add_item(item)
        return where | {"item_id": item["id"]}

    async def _end_item(self, item: Item, status: str) -> None:
        item["status"] = status
        where = {"response_id": self.id, "output_index": self.output.index(item)}
        await self._session.send("response.output_item.done", **where, item=item)
        await self._session.send("conversation.item.done", previous_item_id=None, item=item)

    async def _done(self, status: str, details: dict[str, Any] | None) -> None:
        self.status = status
        self._session.response = None
        await self._session.send("response.done", response=self._head() | {"status_details": details})

    def _head(self) -> dict[str, Any]:
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": self.status,
            "status_details": None,
            "output": self.output,
            "output_modalities": ["audio"],
            "max_output_tokens": "inf",
            "metadata": self.params.get("metadata"),
            "usage": None if self.status == "in_progress" else _usage(self.text),
        }


def _usage(text: str) -> dict[str, Any]:
    said = len(text) // 4
    details = {"text_tokens": 10, "audio_tokens": 20, "cached_tokens": 0}
    return {
        "total_tokens": 30 + said,
        "input_tokens": 30,
        "output_tokens": said,
        "input_token_details": details,
        "output_token_details": {"text_tokens": 0, "audio_tokens": said},
    }
