"""Start-up: the image's command until /readyz is true, beside what its interpreter needs for pipecat alone.

    uv run python -m benchmarks.startup --runs 5

The reference imports pipecat's pipeline and loads Silero, which every phone agent on pipecat does. Both are
measured in turn, in the same environment, so that a slow machine is slow for both.
"""

import argparse
import asyncio
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.host.image import image_host, image_python, image_variables

LIMIT_S = 4.0
# A key that is there, never used: without it the image has no engine to stand in and does not get ready.
KEYS = {f"{vendor}_API_KEY": "unused" for vendor in ("OPENAI", "DEEPGRAM", "CARTESIA")}
REFERENCE = (
    "import pipecat.pipeline.worker, pipecat.workers.runner\n"
    "from pipecat.audio.vad.silero import SileroVADAnalyzer\n"
    "SileroVADAnalyzer(sample_rate=8000)\n"
)


async def ready_s() -> float:
    """Seconds from the start of the image's command until /readyz is true."""
    async with image_host(KEYS) as host:
        return host.startup_s


def reference_s(folder: Path) -> float:
    """Seconds that the image's interpreter takes for the reference."""
    started = time.monotonic()
    subprocess.run(
        [str(image_python()), "-c", REFERENCE],
        env={**image_variables(image_python()), "HOME": str(folder)},
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return time.monotonic() - started


async def measure(runs: int) -> tuple[list[float], list[float]]:
    """`runs` times each, in turn, after one of each that only warms the disk."""
    ready, reference = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs + 1):
            reference.append(await asyncio.to_thread(reference_s, Path(folder)))
            ready.append(await ready_s())
    return ready[1:], reference[1:]


def row(name: str, seconds: Sequence[float]) -> str:
    """One line of the table."""
    values = (statistics.median(seconds), min(seconds), max(seconds))
    return f"{name:<34}" + "".join(f"{value:>9.2f}" for value in values)


def main() -> None:
    """Print the table; exit 1 when the median is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5)
    runs: int = parser.parse_args().runs
    ready, reference = asyncio.run(measure(runs))
    print(f"{'seconds, ' + str(runs) + ' runs':<34}{'median':>9}{'min':>9}{'max':>9}")
    print(row("image's command to readyz true", ready))
    print(row("reference: pipecat and Silero", reference))
    print(f"ours over the reference: {statistics.median(ready) / statistics.median(reference):.2f}×")
    print(f"limit: {LIMIT_S:g} s on 2 idle cores")
    raise SystemExit(statistics.median(ready) > LIMIT_S)


if __name__ == "__main__":
    main()
