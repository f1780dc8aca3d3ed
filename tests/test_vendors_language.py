"""A call's language: the vendor's setting, Deepgram's model, and the voice."""

from pathlib import Path
from typing import Any

import pytest

from frontdesk.agent.schema import AgentConfig
from frontdesk.agent.services import LLMModel, STTModel, TTSVoice
from frontdesk.services.flux import FLUX_LANGUAGES
from frontdesk.services.llm import llm_row, llm_settings
from frontdesk.services.realtime import realtime_row, realtime_settings
from frontdesk.services.stt import STT, stt_row, stt_settings
from frontdesk.services.tts import TTS, tts_row, tts_settings
from frontdesk.services.vendor import Vendor
from tests.fakes import FakeDeepgram
from tests.fakes.bench import bench
from tests.vendor_rows import VOICE, every_row, keys_of, no_downloads

pytestmark = pytest.mark.usefixtures(no_downloads.__name__)


def hearing(language: str, /, **section: Any) -> tuple[str, dict[str, Any]]:
    """The row and the settings of an STT section for calls in a language."""
    config = STTModel.model_validate(section)
    return stt_row(config, language), stt_settings(config, language)


def speaking(language: str, /, **section: Any) -> dict[str, Any]:
    """The settings of a TTS section for calls in a language."""
    return tts_settings(TTSVoice.model_validate(section), language)


@pytest.mark.parametrize(
    ("language", "row", "settings"),
    [
        ("en", "deepgram-flux", {"model": "flux-general-en"}),
        ("en-US", "deepgram-flux", {"model": "flux-general-en"}),
        ("es", "deepgram-flux", {"model": "flux-general-multi", "language_hints": ["es"]}),
        ("pt-BR", "deepgram-flux", {"model": "flux-general-multi", "language_hints": ["pt"]}),
        ("tr", "deepgram", {"model": "nova-3", "language": "tr"}),
    ],
)
def test_deepgram_hears_each_language_with_the_model_that_knows_it(
    language: str, row: str, settings: dict[str, Any]
) -> None:
    assert hearing(language) == (row, settings)


def test_flux_knows_the_languages_that_pipecat_says_it_knows() -> None:
    from pipecat.services.deepgram.flux.stt_base import language_to_deepgram_flux_language
    from pipecat.transcriptions.language import Language

    known = {language_to_deepgram_flux_language(Language(code)) for code in FLUX_LANGUAGES}
    assert known == FLUX_LANGUAGES
    assert language_to_deepgram_flux_language(Language.TR) == "tr" and "tr" not in FLUX_LANGUAGES


def test_settings_of_flux_that_nova_does_not_know_are_left_out_where_nova_takes_its_place() -> None:
    section = {"eot_threshold": 0.8, "profanity_filter": True, "keyterms": ["Emma"]}
    assert hearing("tr", **section)[1] == {
        "model": "nova-3",
        "language": "tr",
        "profanity_filter": True,
        "keyterm": ["Emma"],
    }
    assert hearing("en", **section)[1]["eot_threshold"] == 0.8


async def test_what_flux_takes_and_nova_would_refuse_keeps_no_call_in_another_language_from_its_ears(
    tmp_path: Path,
) -> None:
    section: dict[str, Any] = {"numerals": None, "tag": ["a"], "language_hints": ["es"]}
    for language in ("en", "es", "tr"):
        row, given = hearing(language, **section)
        assert STT[row].make(given, None, keys_of(STT[row], tmp_path)) is not None
    assert hearing("tr", **section)[1] == {"model": "nova-3", "language": "tr", "tag": ["a"]}


def test_the_language_hints_of_a_file_win() -> None:
    _, settings = hearing("es", language_hints=["es", "en"])
    assert settings == {"model": "flux-general-multi", "language_hints": ["es", "en"]}


@pytest.mark.parametrize(("own", "row"), [("tr", "deepgram"), ("es", "deepgram-flux")])
def test_the_language_of_the_section_itself_wins(own: str, row: str) -> None:
    asked, settings = hearing("en", language=own)
    assert asked == row and own in str(settings)


def test_nova_hears_the_calls_language() -> None:
    assert hearing("es", model="nova-2") == ("deepgram", {"model": "nova-2", "language": "es"})
    assert hearing("es", model="nova-2", language="multi")[1]["language"] == "multi"


async def test_deepgram_is_asked_for_the_language(tmp_path: Path) -> None:
    async with FakeDeepgram(api_key="fake-api_key") as fake:
        for language in ("es", "tr"):
            row, settings = hearing(language)
            service = STT[row].make(settings, fake.base_url, keys_of(STT[row], tmp_path))
            async with bench(service):
                await fake.wait_until(lambda: bool(fake.connections))
            fake.connections.clear()
    flux, nova = fake.requests
    assert (flux.path, flux.query["model"], flux.query["language_hint"]) == (
        "/v2/listen",
        "flux-general-multi",
        "es",
    )
    assert (nova.path, nova.query["model"], nova.query["language"]) == ("/v1/listen", "nova-3", "tr")


@pytest.mark.parametrize(
    ("vendor", "settings"),
    [
        ("openai", {"language": "es-MX"}),
        ("soniox", {"language_hints": ["es-MX"]}),
        ("google", {"languages": ["es-MX"]}),
        ("assemblyai", {"language_codes": ["es-MX"]}),
        ("gladia", {"language_config": {"languages": ["es-MX"]}}),
    ],
)
def test_a_vendor_hears_the_language_by_its_own_setting(vendor: str, settings: dict[str, Any]) -> None:
    assert hearing("es-MX", vendor=vendor)[1] == settings


def test_words_to_listen_for_are_given_to_a_vendor_by_its_own_setting() -> None:
    assert hearing("en", vendor="soniox", keyterms=["Emma"])[1]["context"] == {"terms": ["Emma"]}
    given = hearing("en", vendor="elevenlabs", keyterms=["Emma"])[1]
    assert given["keyterms"] == ["Emma"]


def test_words_to_listen_for_are_told_where_a_vendor_takes_none() -> None:
    row, settings = hearing("en", vendor="azure", keyterms=["Emma"])
    [(path, message)] = STT[row].problems(("stt",), settings, None)
    assert path == ("stt", "keyterms") and message.startswith("unknown setting")


# Voices


@pytest.mark.parametrize(
    ("language", "voice"), [("es", "Lucia"), ("es-MX", "Carmen"), ("es-AR", "Lucia"), ("de", "Emma")]
)
def test_a_language_has_its_own_voice_or_that_of_its_base_or_the_one_for_all(
    language: str, voice: str
) -> None:
    voices = {"es": "Lucia", "es-MX": "Carmen"}
    settings = speaking(language, vendor="cartesia", voice="Emma", voices=voices)
    assert (settings["voice"], settings["language"]) == (voice, language)


def test_a_voice_speaks_the_language_that_the_section_names() -> None:
    assert speaking("en", language="fr")["language"] == "fr"


@pytest.mark.parametrize("vendor", ["deepgram", "openai", "groq"])
def test_a_voice_that_decides_its_language_itself_is_told_none(vendor: str) -> None:
    assert "language" not in speaking("es", vendor=vendor)


@pytest.mark.parametrize("language", ["es", "zh-Hans-CN", "xx", "tlh-001", "en-GB"])
@every_row(lambda row: row in (*STT.values(), *TTS.values()))
async def test_no_language_that_a_session_may_ask_for_keeps_a_service_from_being_built(
    kind: str, name: str, row: Vendor, language: str, tmp_path: Path
) -> None:
    section = {"vendor": name} | (VOICE if row.takes("voice") else {})
    if kind == "stt":
        config = STTModel.model_validate(section)
        row, given = STT[stt_row(config, language)], stt_settings(config, language)
    else:
        given = speaking(language, **section)
    assert row.make(given, None, keys_of(row, tmp_path)) is not None


# The other kinds


def test_a_language_model_gets_its_model_and_temperature_among_its_settings() -> None:
    config = LLMModel.model_validate({"vendor": "groq", "model": "m", "temperature": 0.2, "seed": 7})
    assert llm_row(config) == "groq"
    assert llm_settings(config) == {"model": "m", "temperature": 0.2, "seed": 7}


def test_a_row_is_the_vendor_that_a_section_names() -> None:
    assert tts_row(TTSVoice.model_validate({"voice_provider": "rime", "voice_id": "v"})) == "rime"
    assert realtime_row(LLMModel.model_validate({"vendor": "google"})) == "google"


def an_agent(**main: Any) -> AgentConfig:
    """A speech-to-speech agent."""
    return AgentConfig.model_validate({"agent_id": "a", "realtime": True, "llm": {"main": main}})


def test_a_speech_to_speech_model_is_told_voice_and_language() -> None:
    settings = realtime_settings(an_agent(vendor="openai", model="gpt-realtime", voice="marin"), "es-MX")
    audio = settings["session_properties"]["audio"]
    assert audio["output"] == {"voice": "marin"}
    assert audio["input"]["transcription"]["language"] == "es"
    assert settings["model"] == "gpt-realtime"
    gemini = realtime_settings(an_agent(vendor="google", voice="Kore"), "es-MX")
    assert (gemini["voice"], gemini["language"]) == ("Kore", "es-MX")


def test_what_a_file_says_of_a_session_stays_beside_the_voice() -> None:
    own = {"audio": {"output": {"speed": 1.1}}, "max_output_tokens": 500}
    settings = realtime_settings(an_agent(voice="marin", session_properties=own), "en")
    session = settings["session_properties"]
    assert session["max_output_tokens"] == 500
    assert session["audio"]["output"] == {"voice": "marin", "speed": 1.1}
