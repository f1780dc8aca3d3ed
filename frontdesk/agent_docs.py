"""What is written from the code: the agent file's JSON Schema, and the pages of keys, vendors and tools."""

import json
from collections.abc import Mapping
from pathlib import Path

from frontdesk.agent.json_schema import agent_schema
from frontdesk.agent.reference import key_reference
from frontdesk.generators import GENERATORS
from frontdesk.services.catalog import settings_of
from frontdesk.services.flux import FLUX
from frontdesk.services.llm import LLM
from frontdesk.services.realtime import REALTIME
from frontdesk.services.reference import vendor_reference
from frontdesk.services.stt import STT
from frontdesk.services.tts import TTS
from frontdesk.services.vendor import Vendor
from frontdesk.tools.reference import tool_reference
from frontdesk.tools.table import TOOLS

SCHEMA = "agents/agent.schema.json"
REFERENCE = "docs/agent-file.md"
VENDORS = "docs/vendors.md"
TOOLS_PAGE = "docs/tools.md"

# What stands in a page above this line is written by hand.
MARKER = "<!-- Below this line: `uv run frontdesk schema`, from the models. -->\n"


def write(root: Path) -> list[Path]:
    """Write all files anew below the project's root; where they are."""
    written = {root / name: text for name, text in rendered(root).items()}
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return list(written)


def rendered(root: Path) -> dict[str, str]:
    """All files as they are to be, by their names below the project's root."""
    schema = agent_schema(TOOLS, GENERATORS, _settings())
    return {
        SCHEMA: json.dumps(schema, indent=1, ensure_ascii=False) + "\n",
        REFERENCE: _page(root / REFERENCE, key_reference()),
        VENDORS: _page(root / VENDORS, vendor_reference()),
        TOOLS_PAGE: _page(root / TOOLS_PAGE, tool_reference()),
    }


def _page(path: Path, reference: str) -> str:
    """A page with the part that is written by hand as it is."""
    return f"{path.read_text(encoding='utf-8').partition(MARKER)[0]}{MARKER}\n{reference}"


def _settings() -> dict[str, dict[str, set[str]]]:
    """Every vendor's settings by kind of service, whichever of its services a file may ask for."""
    tables: Mapping[str, list[Mapping[str, Vendor]]] = {
        "stt": [STT, {"deepgram": STT[FLUX]}],
        "llm": [LLM, REALTIME],
        "tts": [TTS],
    }
    found: dict[str, dict[str, set[str]]] = {}
    for kind, rows in tables.items():
        for name, vendor in (row for table in rows for row in table.items() if row[0] != FLUX):
            services = [vendor.service, *([vendor.instead.service] if vendor.instead else [])]
            names = {setting for service in services for setting in settings_of(service)}
            found.setdefault(kind, {}).setdefault(name, set()).update(names)
    return found
