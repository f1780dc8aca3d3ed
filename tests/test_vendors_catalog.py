"""The catalog of settings: true to the services' own classes, and enough to check an agent file with."""

import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.services.catalog import CATALOG, problems, settings_of
from frontdesk.services.describe import describe, languages
from frontdesk.services.describe import rows as all_rows
from frontdesk.services.values import mismatches
from frontdesk.services.vendor import Vendor
from tests.vendor_rows import EMBEDDED, TABLES, VOICE, every_row, keys_of, needs, no_downloads

pytestmark = pytest.mark.usefixtures(no_downloads.__name__)

RECORDED = json.loads(CATALOG.read_text())
SERVICES = {row.service: row for row in all_rows()}
# The keywords of JSON Schema that the checker holds a value to; `format` says nothing that it could.
KEYWORDS = frozenset(
    ("anyOf", "enum", "const", "type", "properties", "required", "additionalProperties", "items", "format")
)
DEEPGRAM = "pipecat.services.deepgram.stt:DeepgramSTTService"
FLUX = "pipecat.services.deepgram.flux.stt:DeepgramFluxSTTService"
CARTESIA = "pipecat.services.cartesia.tts:CartesiaTTSService"
ANTHROPIC = "frontdesk.services.anthropic:AnthropicLLMService"


@pytest.mark.parametrize(
    "service", [pytest.param(name, marks=needs(row), id=name) for name, row in SERVICES.items()]
)
def test_the_catalog_says_what_the_service_itself_says(service: str) -> None:
    assert RECORDED["services"][service] == describe(SERVICES[service]), (
        "uv run --all-extras python -m frontdesk.services.describe writes it anew"
    )


def test_the_catalog_has_every_row_and_no_other() -> None:
    assert RECORDED["services"].keys() == SERVICES.keys()


def test_the_catalog_knows_the_languages_that_pipecat_knows() -> None:
    assert RECORDED["languages"] == languages()


def test_settings_are_checked_without_pipecat() -> None:
    code = (
        "import sys\nfrom frontdesk.services import llm, realtime, stt, tts\n"
        "for table in (stt.STT, llm.LLM, tts.TTS, realtime.REALTIME):\n"
        "    for row in table.values():\n"
        "        list(row.problems(('x',), {'nonsense': 1, 'language': 'es'}, None, {}))\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('pipecat', 'openai', 'anthropic')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_no_keyword_of_the_catalog_goes_unchecked() -> None:
    schemas = [schema for service in SERVICES for schema in settings_of(service).values()]
    assert {keyword for schema in schemas for keyword in keywords_in(schema)} <= KEYWORDS


def keywords_in(schema: Any) -> Iterator[str]:
    """Every keyword of a schema and of those in it."""
    if isinstance(schema, list):
        for item in schema:
            yield from keywords_in(item)
    elif isinstance(schema, dict):
        yield from schema
        for keyword, value in schema.items():
            inner = list(value.values()) if keyword == "properties" else value
            yield from keywords_in(inner) if keyword not in ("enum", "const", "required") else ()


@every_row()
async def test_every_setting_of_the_catalog_is_taken_by_the_service(
    kind: str, name: str, row: Vendor, tmp_path: Path
) -> None:
    keys = keys_of(row, tmp_path)
    always = VOICE if row.takes("voice") else {}
    for setting, schema in settings_of(row.service).items():
        if setting in row.keys:
            continue
        value = sample(schema)
        assert [*row.problems((), {setting: value}, None)] == [], setting
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationWarning)
            row.make({**always, setting: value}, None, keys)


def sample(schema: dict[str, Any]) -> Any:
    """A value that fits a schema."""
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    match schema.get("type"):
        case "string":
            return "text"
        case "boolean":
            return True
        case "integer" | "number":
            return 1
        case "array":
            return [sample(schema.get("items", {}))]
        case "object":
            required = schema.get("required", ())
            return {name: sample(schema["properties"][name]) for name in required} or sample_entry(schema)
        case "null":
            return None
    return "anything"


def sample_entry(schema: dict[str, Any]) -> dict[str, Any]:
    """One entry of a mapping of which none is required."""
    for name, item in schema.get("properties", {}).items():
        return {name: sample(item)}
    return {}


# What an agent file may say


def told(service: str, **given: Any) -> list[str]:
    """What is told of settings, each as `path: message`."""
    return [f"{'.'.join(map(str, path))}: {message}" for path, message in problems(service, (), given)]


@pytest.mark.parametrize(
    ("service", "given_settings"),
    [
        (DEEPGRAM, {"endpointing": 300, "smart_format": True, "mip_opt_out": True, "language": "es"}),
        (FLUX, {"eot_threshold": 0.8, "eot_timeout_ms": 4000, "language_hints": ["en", "es"]}),
        (FLUX, {"eot_threshold": None}),
        (FLUX, {"eot_threshold": 1}),
        (CARTESIA, {"generation_config": {"speed": 1.2, "emotion": "calm"}, "max_buffer_delay_ms": 0}),
        (ANTHROPIC, {"thinking": {"type": "enabled", "budget_tokens": 1024}, "effort": "low"}),
        (ANTHROPIC, {"extra": {"service_tier": "auto"}}),
    ],
)
def test_settings_of_the_right_name_and_type_are_let_pass(
    service: str, given_settings: dict[str, Any]
) -> None:
    assert told(service, **given_settings) == []


@pytest.mark.parametrize(
    ("service", "given_settings", "said"),
    [
        (
            FLUX,
            {"eot_treshold": 0.8},
            "eot_treshold: unknown setting; did you mean 'eot_threshold'? allowed: ",
        ),
        (FLUX, {"eot_threshold": "high"}, "eot_threshold: must be a number or empty, not text"),
        (FLUX, {"eot_threshold": True}, "eot_threshold: must be a number or empty, not true or false"),
        (FLUX, {"eot_timeout_ms": 0.5}, "eot_timeout_ms: must be a whole number or empty, not a number"),
        (FLUX, {"language_hints": "es"}, "language_hints: must be a list or empty, not text"),
        (FLUX, {"language_hints": ["es", "xx"]}, "language_hints.1: is not allowed"),
        (DEEPGRAM, {"smart_format": "yes"}, "smart_format: must be true or false, not text"),
        (DEEPGRAM, {"smart_format": None}, "smart_format: must be true or false, not empty"),
        (
            CARTESIA,
            {"generation_config": {"sped": 1}},
            "generation_config.sped: unknown key; did you mean 'speed'?",
        ),
        (CARTESIA, {"generation_config": {"speed": "fast"}}, "generation_config.speed: must be a number"),
        (
            CARTESIA,
            {"generation_config": 1},
            "generation_config: must be a mapping of keys to values or empty",
        ),
        (FLUX, {"eot_threshold": date(2026, 3, 3)}, "eot_threshold: must be a number or empty, not date"),
        (ANTHROPIC, {"thinking": {}}, "thinking.type: is missing"),
        (ANTHROPIC, {"system_prompt_cache_ttl": "1d"}, "system_prompt_cache_ttl: is not allowed; "),
        (ANTHROPIC, {"extra": {1: 2}}, "extra: must have names for keys"),
    ],
)
def test_a_wrong_setting_is_told_with_what_is_right(
    service: str, given_settings: dict[str, Any], said: str
) -> None:
    [message] = told(service, **given_settings)
    assert message.startswith(said)


@pytest.mark.parametrize(
    ("service", "name"),
    [
        *((DEEPGRAM, name) for name in ("api_key", "sample_rate", "encoding", "live_options", "callback")),
        *((FLUX, name) for name in ("url", "params", "should_interrupt", "settings")),
        ("pipecat.services.openai.llm:OpenAILLMService", "system_instruction"),
        ("pipecat.services.openai.llm:OpenAILLMService", "base_url"),
        ("pipecat.services.openai.tts:OpenAITTSService", "http_client"),
    ],
)
def test_what_frontdesk_itself_decides_is_no_setting(service: str, name: str) -> None:
    assert name not in settings_of(service)


def test_a_value_is_never_told_for_it_may_be_a_secret() -> None:
    values: list[Any] = ["hunter2", ["hunter2"], {"hunter2": "hunter2"}]
    for service in SERVICES:
        for name in settings_of(service):
            for value in values[:2]:
                assert "hunter2" not in "".join(told(service, **{name: value}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner),
    max_leaves=8,
)


@given(service=st.sampled_from(sorted(SERVICES)), value=JSON, data=st.data())
def test_any_value_whatever_is_let_pass_or_told(service: str, value: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(settings_of(service)) or ["nothing"]))
    assert all(isinstance(message, str) for message in told(service, **{name: value}))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(0.5) | st.sampled_from(["a", "es", "low", "5m"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "speed"]), inner),
    max_leaves=6,
)


@given(service=st.sampled_from(sorted(SERVICES)), value=PLAIN, data=st.data())
def test_a_value_is_let_pass_exactly_where_json_schema_lets_it(
    service: str, value: Any, data: st.DataObject
) -> None:
    schema = data.draw(st.sampled_from([*settings_of(service).values()] or [{}]))
    fits = jsonschema.Draft202012Validator(schema).is_valid(value)
    assert fits == (not [*mismatches(value, schema, ())])


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ({"type": "number"}, [0, 0.5, -1], ["0.5", False, None]),
        ({"type": "integer"}, [0, -3], [0.5, True, None]),
        ({"type": "array", "items": {"type": "string"}}, [[], ["a"]], [[1], "a"]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, [{}, {"a": "b"}], [{"a": 1}, []]),
        ({"enum": ["a", "b"]}, ["a"], ["c", None, 1]),
        ({"const": 1}, [1], [True, 2]),
        ({"anyOf": [{"enum": ["a"]}, {"type": "integer"}]}, ["a", 3], ["b", 0.5]),
        ({}, [None, 1, [], {}], []),
    ],
)
def test_a_value_fits_a_schema_or_not(schema: dict[str, Any], right: list[Any], wrong: list[Any]) -> None:
    assert not [value for value in right if [*mismatches(value, schema, ())]]
    assert not [value for value in wrong if not [*mismatches(value, schema, ())]]


@pytest.mark.parametrize("kind", ["stt", "llm", "tts"])
def test_the_engines_of_frontdesks_own_are_in_the_catalog(kind: str) -> None:
    assert [*TABLES[kind][EMBEDDED].problems((kind,), {"nonsense": 1}, None)]
