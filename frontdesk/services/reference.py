"""The vendors as a page shows them: one table per kind of service."""

from collections.abc import Iterator, Mapping

from frontdesk.services.flux import FLUX
from frontdesk.services.gone import GONE
from frontdesk.services.llm import LLM
from frontdesk.services.realtime import REALTIME
from frontdesk.services.stt import STT
from frontdesk.services.tts import TTS
from frontdesk.services.vendor import Vendor

TITLES: Mapping[str, tuple[str, Mapping[str, Vendor]]] = {
    "stt": ("Speech to text: `stt.vendor`", STT),
    "llm": ("Language models: `llm.main.vendor`, `llm.utils.vendor`", LLM),
    "tts": ("Text to speech: `tts.vendor`", TTS),
    "realtime": ("Speech to speech: `llm.main.vendor` with `realtime: true`", REALTIME),
}


def vendor_reference() -> str:
    """A table of vendors for each kind of service, in Markdown."""
    return "\n".join(line for kind in TITLES for line in _table(kind))


def _table(kind: str) -> Iterator[str]:
    title, table = TITLES[kind]
    yield from (
        f"## {title}\n",
        "| vendor | variables | extra | address | note |",
        "| --- | --- | --- | --- | --- |",
    )
    for name in sorted(table.keys() - {FLUX}):
        yield f"| `{name}` | {' | '.join(_cells(table[name]))} |"
    yield from (
        f"\npipecat no longer has {old}; the nearest is {near}." for old, near in GONE.get(kind, {}).items()
    )
    yield ""


def _cells(row: Vendor) -> tuple[str, ...]:
    extra = f"`{row.extra}`" + ("" if row.modules else " (brings nothing)") if row.extra else "—"
    return _variables(row), extra, _code(row.url_variable), "; ".join(_notes(row)) or "—"


def _variables(row: Vendor) -> str:
    """The credentials, and those that stand in for them."""
    needed = ", ".join(f"`{variable}`" for variable in row.keys.values()) or "—"
    return f"{needed} or {_variables(row.instead)}" if row.instead else needed


def _notes(row: Vendor) -> Iterator[str]:
    if row.voice:
        yield f"needs a voice, or `{row.voice}`"
    if row.note:
        yield row.note


def _code(text: str | None) -> str:
    return f"`{text}`" if text else "—"
