"""The walls of the house: who may import whom, and nothing that pipecat is about to drop."""

import ast
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import frontdesk
from tests.host.dockerfile import ROOT

# From the ground up: a module imports only what stands in a line above its own, and its own package.
LAYERS = [
    "errors language",
    "close_codes environment phrases log playout floor sentence session telephony user_code written",
    "call",
    "agent record serializers handshake",
    "calendar services hangup facts scribe",
    "tools turns transport silence simulator translate realtime fillers",
    "generators waiting witness",
    "house briefing agent_docs configuration",
    "pipeline python_agent tongue",
    "actions",
    "toolbox flow",
    "lifecycle boot check apology",
    "hold cli guest",
    "reception",
    "bot frontdesk",
]
LAYER = {name: height for height, line in enumerate(LAYERS) for name in line.split()}
# Checking agent files and reading records takes a tenth of a second, pipecat takes two.
WITHOUT_PIPECAT = (
    "errors environment language phrases log session telephony user_code call agent record calendar simulator"
    " services.embedded tools generators configuration check cli python_agent agent_docs"
)
FILES = [ROOT / "bot.py", *sorted((ROOT / "frontdesk").rglob("*.py"))]
# What the extras bring that modules of ours import; who has not installed them has the rest checked.
EXTRAS = ("anthropic", "google", "groq")
MODULES = sorted(module.name for module in pkgutil.walk_packages(frontdesk.__path__, "frontdesk."))


def part_of(module: str) -> str:
    """The part of the house that a module belongs to: `frontdesk.agent.load` is of `agent`."""
    parts = module.split(".")
    return parts[1] if parts[0] == "frontdesk" and len(parts) > 1 else parts[0]


def module_of(file: Path) -> str:
    """The dotted name of a file of the project."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(file: Path) -> Iterator[tuple[str, str]]:
    """What a file imports, anywhere in it: (module, name)."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}: imports are absolute"
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


def run(code: str) -> str:
    """Run Python code in a process of its own; what it prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_imports_point_downwards(file: Path) -> None:
    me = part_of(module_of(file))
    assert me in LAYER, f"{me} has no place in LAYERS yet"
    for module, name in imports_of(file):
        if module.split(".")[0] != "frontdesk" or (module, name) == ("frontdesk", ""):
            continue
        other = part_of(f"{module}.{name}" if module == "frontdesk" else module)
        assert other == me or LAYER[other] < LAYER[me], f"{me} imports {other}, which is not below it"


def test_what_needs_no_pipecat_loads_none() -> None:
    wanted = {f"frontdesk.{name}" for name in WITHOUT_PIPECAT.split()}
    loaded = [name for name in MODULES if any(name == part or name.startswith(f"{part}.") for part in wanted)]
    mcp = tuple(f"frontdesk.tools.mcp.{name}" for name in ("connection", "link", "listing"))
    with_pipecat = ("frontdesk.tools.binding", "frontdesk.services.embedded.", *mcp)
    light = [name for name in loaded if not name.startswith(with_pipecat)]
    code = f"import sys, importlib\nfor name in {light}: importlib.import_module(name)\n"
    code += "print([name for name in sys.modules if name.partition('.')[0] in ('pipecat', 'onnxruntime')])"
    assert run(code).strip() == "[]"
    assert "frontdesk.agent.load" in light and "frontdesk.record.recorder" in light


@pytest.mark.parametrize("file", FILES, ids=module_of)
def test_nothing_that_pipecat_deprecates_is_used(file: Path) -> None:
    for module, name in imports_of(file):
        if module.split(".")[0] == "pipecat" and name:
            used = getattr(pytest.importorskip(module, exc_type=ImportError), name)
            assert not getattr(used, "__deprecated__", None), f"{name}: {used.__deprecated__}"


def test_importing_every_module_warns_of_nothing() -> None:
    ours = r"^(frontdesk|bot)(\\.|$)"
    code = "import warnings, importlib\n"
    code += f"warnings.filterwarnings('error', category=DeprecationWarning, module='{ours}')\n"
    code += f"for name in {MODULES}:\n    try: importlib.import_module(name)\n"
    code += "    except ModuleNotFoundError as error:\n"
    code += f"        if error.name.split('.')[0] not in {EXTRAS}: raise\n"
    code += "print('all')"
    assert run(code).endswith("all\n")


def test_telemetry_is_off_before_the_bot_brings_onnxruntime_in() -> None:
    before: list[str] = []
    for module, _ in imports_of(ROOT / "bot.py"):
        if part_of(module) in LAYER:
            break
        before.append(module)
    code = f"import os, sys, importlib\nfor name in {before}: importlib.import_module(name)\n"
    code += "assert 'onnxruntime' not in sys.modules\nimport frontdesk\n"
    assert run(f"{code}print(os.environ['ORT_DISABLE_TELEMETRY'])").strip() == "1"
