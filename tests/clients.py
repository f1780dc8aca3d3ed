"""Callers without a carrier: pipecat's WebSocket client and a browser's WebRTC, at one end of a call."""

import asyncio
import contextlib
import fractions
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import numpy as np
from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from frontdesk.services.embedded import models

RATE = 16000
FRAME_S = 0.02
FRAME_BYTES = int(RATE * FRAME_S) * 2
# Louder than what a codec makes of silence, of 32767.
LOUD = 300
# A pause that ends what the agent says, longer than one between two sentences.
PAUSE_S = 0.8


class Mouth:
    """What the caller says, frame by frame: speech when there is some, else silence."""

    def __init__(self) -> None:
        self._speech = b""

    async def say(self, text: str) -> None:
        """Begin to say something."""
        self._speech += await models.synthesize(text, RATE)

    def frame(self) -> bytes:
        """The next 20 ms: 16-bit mono PCM at 16 kHz."""
        frame, self._speech = self._speech[:FRAME_BYTES], self._speech[FRAME_BYTES:]
        return frame.ljust(FRAME_BYTES, b"\0")


class Ear:
    """What the agent said, as it arrived."""

    def __init__(self) -> None:
        self._pcm = bytearray()
        self._rate = 0
        self._last_sound: float | None = None

    def hear(self, pcm: bytes, rate: int) -> None:
        """Take 16-bit mono PCM."""
        if np.abs(np.frombuffer(pcm, dtype="<i2").astype(int)).max(initial=0) > LOUD:
            self._last_sound = asyncio.get_running_loop().time()
        if self._last_sound is not None:
            self._pcm += pcm
            self._rate = rate

    async def words(self, within: float = 20.0) -> str:
        """Wait for the agent to speak and fall silent; what it said. Raises TimeoutError."""
        clock = asyncio.get_running_loop().time
        async with asyncio.timeout(within):
            while self._last_sound is None or clock() - self._last_sound < PAUSE_S:
                await asyncio.sleep(0.02)
        pcm, self._pcm, self._last_sound = bytes(self._pcm), bytearray(), None
        return await models.transcribe(pcm, self._rate)


@contextlib.asynccontextmanager
async def plain_client(url: str) -> AsyncIterator[tuple[Mouth, Ear]]:
    """A call by pipecat's protobuf over a WebSocket; leaving the block hangs up."""
    mouth, ear = Mouth(), Ear()
    async with connect(url) as socket, asyncio.TaskGroup() as tasks:
        speaking = tasks.create_task(_speak(socket, mouth))
        listening = tasks.create_task(_listen(socket, ear))
        try:
            yield mouth, ear
        finally:
            speaking.cancel()
            listening.cancel()


async def _speak(socket: ClientConnection, mouth: Mouth) -> None:
    serializer = ProtobufFrameSerializer()
    due = asyncio.get_running_loop().time()
    with contextlib.suppress(ConnectionClosed):
        while True:
            message = await serializer.serialize(OutputAudioRawFrame(mouth.frame(), RATE, 1))
            assert message
            await socket.send(message)
            due += FRAME_S
            await asyncio.sleep(due - asyncio.get_running_loop().time())


async def _listen(socket: ClientConnection, ear: Ear) -> None:
    serializer = ProtobufFrameSerializer()
    with contextlib.suppress(ConnectionClosed):
        while True:
            frame = await serializer.deserialize(await socket.recv())
            if isinstance(frame, InputAudioRawFrame):
                ear.hear(frame.audio, frame.sample_rate)


@contextlib.asynccontextmanager
async def webrtc_client(base_url: str) -> AsyncIterator[tuple[Mouth, Ear]]:
    """A call by WebRTC, offered to `POST /api/offer`; leaving the block hangs up."""
    from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

    mouth, ear = Mouth(), Ear()
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    listening: list[asyncio.Task[None]] = []
    peer.on("track", lambda track: listening.append(asyncio.create_task(_listen_to_track(track, ear))))
    try:
        peer.addTrack(_microphone(mouth))
        await peer.setLocalDescription(await peer.createOffer())
        offer = {"sdp": peer.localDescription.sdp, "type": peer.localDescription.type}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{base_url}/api/offer", json=offer) as response,
        ):
            answer = await response.json()
        await peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
        yield mouth, ear
    finally:
        await peer.close()
        for task in listening:
            task.cancel()


def _microphone(mouth: Mouth) -> Any:
    from aiortc import MediaStreamTrack
    from av import AudioFrame

    class Microphone(MediaStreamTrack):
        kind = "audio"
        _sent = 0
        _due: float | None = None

        async def recv(self) -> AudioFrame:
            clock = asyncio.get_running_loop().time
            self._due = clock() if self._due is None else self._due + FRAME_S
            await asyncio.sleep(self._due - clock())
            frame = AudioFrame(format="s16", layout="mono", samples=FRAME_BYTES // 2)
            frame.planes[0].update(mouth.frame())
            frame.sample_rate, frame.pts, frame.time_base = RATE, self._sent, fractions.Fraction(1, RATE)
            self._sent += FRAME_BYTES // 2
            return frame

    return Microphone()


async def _listen_to_track(track: Any, ear: Ear) -> None:
    from aiortc.mediastreams import MediaStreamError

    if track.kind != "audio":
        return
    with contextlib.suppress(MediaStreamError):
        while True:
            frame = await track.recv()
            samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
            ear.hear(samples[:, 0].astype("<i2").tobytes(), frame.sample_rate)
