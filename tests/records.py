"""The records that calls leave behind."""

import asyncio
import json
from pathlib import Path
from typing import Any


async def wait_for_records(data: Path, count: int = 1, within: float = 10.0) -> list[dict[str, Any]]:
    """The records under a data folder, oldest first, once there are `count`. Raises TimeoutError."""
    async with asyncio.timeout(within):
        while len(files := sorted(data.glob("calls/*/record.json"))) < count:
            await asyncio.sleep(0.02)
    records = [json.loads(file.read_text()) for file in files]
    return sorted(records, key=lambda record: str(record["started_at"]))


def words_of(record: dict[str, Any], role: str) -> str:
    """All that one side said, in one line."""
    return " ".join(turn["text"] for turn in record["transcript"] if turn["role"] == role)
