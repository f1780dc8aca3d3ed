"""One session with Gemini Live: what the client sends, and what the model answers."""

import asyncio
import base64
import re
import uuid
from typing import TYPE_CHECKING, Any

from tests.fakes.connection import Connection, Message
from tests.fakes.words import spread

if TYPE_CHECKING:
    from tests.fakes.gemini_live import FakeGeminiLive
    from tests.fakes.openai import ReplyLike

RATE = 24000
CHUNK_S = 0.2
# What is the agent's own in a message, not the protocol's.
AS_IT_IS = ("response", "parameters", "properties")


class GeminiSession:
    """`setup` is what the client began with, `messages` the conversation, `said` what the model said."""

    def __init__(self, vendor: "FakeGeminiLive", connection: Connection) -> None:
        self.vendor = vendor
        self.setup: dict[str, Any] = {}
        self.messages: list[dict[str, Any]] = []
        self.said: list[str] = []
        self._connection = connection
        self._turn: bytearray | None = None
        self._told: str | None = None
        self._answer: asyncio.Task[None] | None = None

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The functions that the model may call."""
        return [each for tool in self.setup.get("tools", []) for each in tool["function_declarations"]]

    async def run(self) -> None:
        """Serve the connection until it ends."""
        try:
            async for message in self._connection.messages():
                if not isinstance(message, dict) or not await self._take(message):
                    return await self._connection.close(1007, "Request contains an invalid argument.")
        finally:
            await self._stop_answer()

    async def _take(self, message: Message) -> bool:
        """Serve one message; False when it is not one of the protocol's."""
        match _snake(message):
            case {"setup": {"model": str()} as setup} if not self.setup:
                return await self._set_up(setup)
            case {"realtime_input": heard} if self.setup:
                await self._hear(heard)
            case {"client_content": content} if self.setup:
                await self._read(content)
            case {"tool_response": {"function_responses": results}} if self.setup:
                for result in results:
                    self.messages.append(
                        {"role": "tool", "name": result["name"], "content": result["response"]}
                    )
                await self._begin_answer()
            case _:
                return False
        return True

    async def _set_up(self, setup: dict[str, Any]) -> bool:
        detection = setup.get("realtime_input_config", {}).get("automatic_activity_detection", {})
        if not detection.get("disabled"):
            return False
        self.setup = setup
        await self._connection.send({"setupComplete": {}})
        return True

    async def _hear(self, heard: dict[str, Any]) -> None:
        if "activity_start" in heard:
            self._turn = bytearray()
            if await self._stop_answer():
                await self._send_content(interrupted=True)
                await self._end_turn()
        elif "activity_end" in heard and self._turn is not None:
            text, self._turn = await self.vendor.hear(bytes(self._turn)), None
            await self._send_content(inputTranscription={"text": text})
            self.messages.append({"role": "user", "content": text})
            await self._begin_answer()
        elif "audio" in heard and self._turn is not None:
            self._turn += base64.urlsafe_b64decode(heard["audio"]["data"])
        elif "text" in heard and self._told is not None:
            await self._begin_answer()  # what the models of the third generation wait for

    async def _read(self, content: dict[str, Any]) -> None:
        """Text of the client's own; it ends whatever the model is saying."""
        await self._stop_answer()
        for turn in content.get("turns") or []:
            text = "".join(part["text"] for part in turn["parts"])
            self.messages.append({"role": turn["role"], "content": text})
        if content.get("turn_complete"):
            self._told = self.messages[-1]["content"]
            if "gemini-3" not in self.setup["model"]:
                await self._begin_answer()

    async def _begin_answer(self) -> None:
        await self._stop_answer()
        self._answer = asyncio.create_task(self._respond())

    async def _stop_answer(self) -> bool:
        """Say nothing more; whether there was more."""
        answer, self._answer = self._answer, None
        return answer.cancel() if answer else False

    async def _respond(self) -> None:
        await asyncio.sleep(self.vendor.faults.first_byte_delay_s)
        told, self._told = self._told, None
        reply = self.vendor.obey(told) if told else await self.vendor.reply(self.messages, self.tools)
        if reply is None:
            return
        if reply.text:
            await self._speak(reply.text)
        if reply.tool_calls:
            await self._call(reply)
        else:
            await self._end_turn()

    async def _speak(self, text: str) -> None:
        pcm = await self.vendor.synthesize(text, RATE)
        words = spread(text, len(pcm) / 2 / RATE)
        size = int(RATE * CHUNK_S) * 2
        self.said.append("")
        for start in range(0, len(pcm), size):
            chunk = pcm[start : start + size]
            audio = {"mimeType": f"audio/pcm;rate={RATE}", "data": base64.b64encode(chunk).decode()}
            await self._send_content(modelTurn={"parts": [{"inlineData": audio}]})
            while words and words[0][1] < (start + len(chunk)) / 2 / RATE:
                delta = f"{' ' if self.said[-1] else ''}{words.pop(0)[0]}"
                self.said[-1] += delta
                await self._send_content(outputTranscription={"text": delta})
            await asyncio.sleep(self.vendor.faults.message_delay_s)
        self.messages.append({"role": "model", "content": text})
        await self._send_content(generationComplete=True)

    async def _call(self, reply: "ReplyLike") -> None:
        calls = [
            {"id": f"function-call-{uuid.uuid4().hex[:12]}", "name": call.name, "args": dict(call.arguments)}
            for call in reply.tool_calls
        ]
        await self._connection.send({"toolCall": {"functionCalls": calls}})

    async def _end_turn(self) -> None:
        usage = {"promptTokenCount": 30, "responseTokenCount": 20, "totalTokenCount": 50}
        await self._connection.send({"serverContent": {"turnComplete": True}, "usageMetadata": usage})

    async def _send_content(self, **content: Any) -> None:
        await self._connection.send({"serverContent": content})


def _snake(value: Any) -> Any:
    """A message with its keys in snake case: Google takes either, and its client sends both."""
    if isinstance(value, list):
        return [_snake(each) for each in value]
    if not isinstance(value, dict):
        return value
    keys = {re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", key): key for key in value}
    return {key: value[was] if key in AS_IT_IS else _snake(value[was]) for key, was in keys.items()}
