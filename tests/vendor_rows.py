"""Every row of the services tables, and what it takes to build one without an account."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from frontdesk.services.llm import LLM
from frontdesk.services.realtime import REALTIME
from frontdesk.services.stt import STT
from frontdesk.services.tts import TTS
from frontdesk.services.vendor import Vendor

TABLES: Mapping[str, Mapping[str, Vendor]] = {"stt": STT, "llm": LLM, "tts": TTS, "realtime": REALTIME}
EMBEDDED = "embedded"
VOICE = {"voice": "some-voice"}


def rows() -> Iterator[tuple[str, str, Vendor]]:
    """Kind, name and row, for every vendor; the engines of Frontdesk's own are no vendors."""
    for kind, table in TABLES.items():
        yield from ((kind, name, row) for name, row in table.items() if name != EMBEDDED)


def variables() -> set[str]:
    """Every variable of the environment that a row reads."""
    found: set[str | None] = set()
    for _, _, row in rows():
        each: Vendor | None = row
        while each:
            found |= {*each.keys.values(), each.url_variable, each.voice}
            each = each.instead
    return {name for name in found if name}


def every_row(which: Callable[[Vendor], bool] = lambda row: True) -> Any:
    """Parametrize a test over the vendors' rows; where the extra is missing it is skipped and says so."""
    params = [
        pytest.param(kind, name, row, id=f"{kind}-{name}", marks=needs(row))
        for kind, name, row in rows()
        if which(row)
    ]
    return pytest.mark.parametrize(("kind", "name", "row"), params)


def needs(row: Vendor) -> Any:
    """The mark of a test that needs what the row's extra brings."""
    return pytest.mark.skipif(not row.installed(), reason=f"the extra {row.extra} is not installed")


def service_account() -> str:
    """The JSON of a Google service account that there is not."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    account = {"type": "service_account", "project_id": "a-project", "private_key": pem.decode()}
    return json.dumps(
        account | {"client_email": "a@b.test", "token_uri": "http://127.0.0.1:9/token", "private_key_id": "1"}
    )


def keys_of(row: Vendor, folder: Path) -> dict[str, str]:
    """An environment with credentials for a row that are well formed and open nothing."""
    file = folder / "account.json"
    file.write_text(service_account())
    values = {
        "GOOGLE_CREDENTIALS_JSON": file.read_text(),
        "GOOGLE_APPLICATION_CREDENTIALS": str(file),
        "AZURE_CHATGPT_ENDPOINT": "http://127.0.0.1:9/openai/v1",
        "AZURE_REALTIME_BASE_URL": "ws://127.0.0.1:9/openai/v1/realtime",
        "AZURE_SPEECH_REGION": "westeurope",
    }
    return {variable: values.get(variable, f"fake-{argument}") for argument, variable in row.keys.items()}


@pytest.fixture
def no_downloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines that run in the bot fetch their models when they are built; here they come without."""

    class Model:
        voices = ("some-voice", "text")

        def __init__(self, *_: Any, **__: Any) -> None: ...

        @classmethod
        def load(cls, *_: Any, **__: Any) -> "Model":
            return cls()

    for module, names in {
        "pipecat.services.whisper.stt": ("WhisperModel",),
        "pipecat.services.piper.tts": ("PiperVoice", "download_voice"),
        "pipecat.services.kokoro.tts": ("Kokoro", "_ensure_model_files"),
    }.items():
        if any(row.service.startswith(module) and row.installed() for _, _, row in rows()):
            for name in names:
                monkeypatch.setattr(f"{module}.{name}", Model)
