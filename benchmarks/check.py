"""Checking 50 agent files, beside what PyYAML takes to read them.

    uv run python -m benchmarks.check --runs 5

Each run is a process of its own, as `frontdesk check` is; its imports are shown apart. Both read the same
files in the same process, so that a slow machine is slow for both.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from frontdesk.environment import agents_dir, root

LIMIT_S = 0.5
FILES = 50
# Keys that are there, never used: without them embedded engines would have to stand in.
KEYS = {f"{vendor}_API_KEY": "unused" for vendor in ("OPENAI", "DEEPGRAM", "CARTESIA")}

ONE_RUN = """
import json, sys, time
from pathlib import Path
started = time.perf_counter()
from frontdesk.check import inspect
import yaml
imported = time.perf_counter()
environ, root = json.loads(sys.argv[1]), Path(sys.argv[2])
report = inspect(environ, root)
checked = time.perf_counter()
for path in Path(environ["AGENTS_DIR"]).glob("*.yaml"):
    yaml.safe_load(path.read_bytes())
read = time.perf_counter()
assert report.ok and len(report.agents) == int(sys.argv[3]), report.problems
assert not {"pipecat", "onnxruntime"} & {name.partition(".")[0] for name in sys.modules}
print(json.dumps([imported - started, checked - imported, read - checked]))
"""


def write_agents(folder: Path, count: int) -> None:
    """`count` agent files with the content of the shipped ones, each with an id and a number of its own."""
    shipped = [path.read_text() for path in sorted(agents_dir().glob("*.yaml")) if "." not in path.stem]
    for number in range(count):
        lines = shipped[number % len(shipped)].splitlines()
        kept = [line for line in lines if not line.startswith(("agent_id:", "default:", "numbers:"))]
        own = [
            f"agent_id: agent_{number}",
            f'numbers: ["+1555{number:07}"]',
            f"default: {str(not number).lower()}",
        ]
        (folder / f"agent_{number}.yaml").write_text("\n".join([*own, *kept]))


def one_run(environ: Mapping[str, str]) -> list[float]:
    """Seconds for imports, for the check, and for PyYAML's safe_load of the same files."""
    command = [sys.executable, "-c", ONE_RUN, json.dumps(environ), str(root()), str(FILES)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(seconds) for seconds in json.loads(done.stdout)]


def measure(runs: int) -> list[list[float]]:
    """`runs` of each measure, after one that only warms the disk."""
    with tempfile.TemporaryDirectory() as folder:
        write_agents(Path(folder), FILES)
        measured = [one_run({"AGENTS_DIR": folder, **KEYS}) for _ in range(runs + 1)]
    return [list(column) for column in zip(*measured[1:], strict=True)]


def row(name: str, seconds: Sequence[float]) -> str:
    """One line of the table."""
    values = (statistics.median(seconds), min(seconds), max(seconds))
    return f"{name:<38}" + "".join(f"{value:>9.3f}" for value in values)


def main() -> None:
    """Print the table; exit 1 when the median is over the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=5)
    runs: int = parser.parse_args().runs
    imports, check, reference = measure(runs)
    print(f"{'seconds, ' + str(runs) + ' runs':<38}{'median':>9}{'min':>9}{'max':>9}")
    print(row(f"load and check {FILES} agent files", check))
    print(row("reference: yaml.safe_load of the same", reference))
    print(row("apart: imports of a process", imports))
    ratios = [ours / theirs for ours, theirs in zip(check, reference, strict=True)]
    print(f"ours over the reference: {statistics.median(ratios):.2f}×")
    print(f"limit: {LIMIT_S:g} s on 2 idle cores")
    raise SystemExit(statistics.median(check) > LIMIT_S)


if __name__ == "__main__":
    main()
