"""Every vendor of the services tables: it imports, is built, and says which credential it lacks."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import ServiceSettings
from pipecat.services.stt_service import STTService
from pipecat.services.tts_service import TTSService

from frontdesk.agent import AgentConfig
from frontdesk.agent.services import TTSVoice
from frontdesk.services.gone import GONE
from frontdesk.services.packages import package_problems, package_warnings
from frontdesk.services.tts import tts_settings
from frontdesk.services.vendor import Vendor
from tests.host.dockerfile import ROOT
from tests.vendor_rows import EMBEDDED, TABLES, VOICE, every_row, keys_of, no_downloads, rows

BASES = {"stt": STTService, "llm": LLMService, "tts": TTSService, "realtime": LLMService}
WANTED = {
    "stt": "assemblyai azure cartesia deepgram deepgram-flux elevenlabs gladia google groq openai soniox "
    "speechmatics whisper",
    "llm": "anthropic azure cerebras deepseek fireworks google groq mistral ollama openai openrouter "
    "together",
    "tts": "azure cartesia deepgram elevenlabs google groq kokoro openai piper rime",
    "realtime": "google openai",
}
pytestmark = pytest.mark.usefixtures(no_downloads.__name__)


@pytest.mark.parametrize("kind", WANTED)
def test_every_vendor_that_is_promised_has_a_row(kind: str) -> None:
    assert set(WANTED[kind].split()) <= set(TABLES[kind])


@every_row()
def test_a_row_imports_as_a_service_of_its_kind(kind: str, name: str, row: Vendor) -> None:
    service = row.load()
    assert issubclass(service, BASES[kind])
    assert issubclass(service.Settings, ServiceSettings)


@every_row()
async def test_a_row_is_built_from_its_credentials_and_settings(
    kind: str, name: str, row: Vendor, tmp_path: Path
) -> None:
    given = {"model": "some-model"} | (VOICE if row.takes("voice") else {})
    service = row.make(given, None, keys_of(row, tmp_path))
    assert service._settings.model == "some-model"


@every_row()
async def test_a_row_takes_the_settings_of_a_language(
    kind: str, name: str, row: Vendor, tmp_path: Path
) -> None:
    given = dict(row.language("es")) | (VOICE if row.takes("voice") else {})
    service = row.make(given, None, keys_of(row, tmp_path))
    assert "es" in repr(service._settings).lower() or not row.language("es")


@every_row(lambda row: row.keyterms is not None)
async def test_a_row_takes_the_settings_of_keyterms(
    kind: str, name: str, row: Vendor, tmp_path: Path
) -> None:
    assert row.keyterms is not None
    given = row.keyterms(["Frontdesk", "Emma Oakes"])
    assert [*row.problems(("stt",), given, None)] == []
    service = row.make(given, None, keys_of(row, tmp_path))
    assert "Emma Oakes" in repr(service._settings)


@pytest.mark.parametrize(("kind", "name", "row"), [*rows()], ids=lambda value: str(value)[:12])
def test_credentials_that_are_not_set_are_named(kind: str, name: str, row: Vendor, tmp_path: Path) -> None:
    keys = keys_of(row, tmp_path)
    assert row.missing({}) == [*row.keys.values()]
    for variable in row.keys.values():
        assert row.missing({**keys, variable: ""}) == [variable]
        assert not row.has_key({**keys, variable: ""})
    assert row.has_key(keys)


@pytest.mark.parametrize(("kind", "name", "row"), [*rows()], ids=lambda value: str(value)[:12])
def test_the_extra_of_a_row_is_one_of_the_projects(kind: str, name: str, row: Vendor) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    carried = project["dependencies"][
        [d.startswith("pipecat-ai") for d in project["dependencies"]].index(True)
    ]
    if row.extra is None:
        assert name.split("-")[0] in carried
    else:
        assert row.extra in project["optional-dependencies"] and name.startswith(row.extra)
    assert row.extra or not row.modules


def test_every_extra_of_the_project_is_some_rows() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(extras) == {row.extra for _, _, row in rows() if row.extra}


BLOCKED = """
import importlib, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name in {modules}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
try:
    importlib.import_module({module!r})
except ImportError as error:
    sys.exit(0 if any(name.rpartition(".")[2] in str(error) for name in {modules}) else str(error))
sys.exit("it was imported")
"""


def test_a_row_cannot_be_imported_without_the_modules_that_it_names() -> None:
    named = {(row.service.partition(":")[0], name) for _, _, row in rows() for name in row.modules}
    installed = {pair for pair in named if is_there(pair[1])}
    if not installed:
        pytest.skip("no extra is installed")
    started = {
        (module, name): subprocess.Popen(
            [sys.executable, "-c", BLOCKED.format(module=module, modules=[name])],
            stderr=subprocess.PIPE,
            text=True,
        )
        for module, name in sorted(installed)
    }
    failed = {pair: process.communicate()[1] for pair, process in started.items()}
    assert {pair: error for pair, error in failed.items() if started[pair].returncode} == {}


def is_there(module: str) -> bool:
    return Vendor("", modules=(module,)).installed()


def test_a_missing_extra_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Vendor, "installed", lambda vendor: not vendor.modules)
    agent = AgentConfig.model_validate({"llm": {"main": {"vendor": "anthropic"}}, "tts": {"vendor": "azure"}})
    command = "uv sync --extra anthropic --extra azure"
    assert [*package_problems(agent)] == [
        (("llm", "main"), f"anthropic needs its package: {command}"),
        (("tts",), f"azure needs its package: {command}"),
    ]
    assert [*package_problems(agent, {})] == [*package_problems(agent, {"AZURE_SPEECH_API_KEY": "x"})] == []
    assert [path for path, _ in package_warnings(agent, {"ANTHROPIC_API_KEY": "x"})] == [("tts",)]


def test_what_pipecat_has_dropped_names_a_vendor_that_there_is() -> None:
    for kind, gone in GONE.items():
        assert not gone.keys() & TABLES[kind].keys()
        assert set(gone.values()) <= TABLES[kind].keys() - {EMBEDDED}
    assert {"playht", "lmnt"} <= GONE["tts"].keys()


# Credentials that stand in for others


async def test_google_takes_a_service_account_where_there_is_no_key(tmp_path: Path) -> None:
    google = TABLES["llm"]["google"]
    vertex = TABLES["llm"]["google-vertex"]
    assert google.missing({}) == ["GOOGLE_API_KEY"]
    assert google.has_key({"GOOGLE_CREDENTIALS_JSON": "{}"})
    if google.installed():
        service = google.make({"model": "gemini"}, None, keys_of(vertex, tmp_path))
        assert (service._project_id, service._settings.model) == ("a-project", "gemini")


@pytest.mark.parametrize("kind", ["stt", "llm", "tts", "realtime"])
async def test_google_takes_the_file_of_a_service_account(kind: str, tmp_path: Path) -> None:
    name = "google-vertex" if kind in ("llm", "realtime") else "google"
    row = TABLES[kind][name]
    assert row.instead is not None
    if not row.installed():
        pytest.skip("the extra google is not installed")
    environ = keys_of(row.instead, tmp_path)
    assert list(environ) == ["GOOGLE_APPLICATION_CREDENTIALS"] and row.has_key(environ)
    assert row.make({}, None, environ)._settings is not None


def test_a_region_is_not_needed_beside_an_address() -> None:
    azure = TABLES["stt"]["azure"]
    key = {"AZURE_SPEECH_API_KEY": "k"}
    assert azure.missing(key) == ["AZURE_SPEECH_REGION"]
    assert azure.missing(key, "https://speech.test") == []
    both = azure.arguments("https://speech.test", key | {"AZURE_SPEECH_REGION": "westeurope"})
    assert both == {"api_key": "k", "private_endpoint": "https://speech.test"}


# Voices


def test_a_vendor_without_a_voice_of_its_own_wants_one() -> None:
    row, key = TABLES["tts"]["elevenlabs"], {"ELEVENLABS_API_KEY": "k"}
    [(path, message)] = row.problems(("tts",), {}, None, key)
    assert path == ("tts",) and "voice is missing" in message and "ELEVENLABS_VOICE_ID" in message
    assert not [*row.problems(("tts",), VOICE, None, key)]
    assert not [*row.problems(("tts",), {}, None, key | {"ELEVENLABS_VOICE_ID": "v"})]
    assert not [*row.problems(("tts",), {}, None, {})], "a laptop without the key needs no voice"


async def test_the_voice_of_the_environment_is_taken_where_the_file_names_none() -> None:
    row, environ = TABLES["tts"]["elevenlabs"], {"ELEVENLABS_API_KEY": "k", "ELEVENLABS_VOICE_ID": "v"}
    assert row.make({}, None, environ)._settings.voice == "v"
    assert row.make({"voice": "w"}, None, environ)._settings.voice == "w"


@every_row(lambda row: row in TABLES["tts"].values())
async def test_a_row_names_a_variable_for_the_voice_exactly_where_the_service_has_none(
    kind: str, name: str, row: Vendor, tmp_path: Path
) -> None:
    section = TTSVoice.model_validate({"vendor": name})
    try:
        voice = row.make(tts_settings(section, "en"), None, keys_of(row, tmp_path))._settings.voice
    except ValueError:
        voice = None
    assert (voice is None) == (row.voice is not None)


def test_rime_speaks_with_the_model_that_older_files_mean() -> None:
    row = TABLES["tts"]["rime"]
    assert row.settings == {"model": "mistv2"}
