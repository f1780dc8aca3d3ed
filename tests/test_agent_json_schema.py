"""The JSON Schema and the key reference: fresh, complete, and as wide as the loader."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from frontdesk.agent import AgentConfig
from frontdesk.agent.document import read_document
from frontdesk.agent.json_schema import DRAFT, all_models
from frontdesk.agent.reference import key_reference
from frontdesk.agent_docs import REFERENCE, SCHEMA, TOOLS_PAGE, rendered, write
from frontdesk.agent_docs import VENDORS as VENDORS_PAGE
from frontdesk.configuration import VENDORS
from frontdesk.environment import agents_dir
from frontdesk.tools import TOOLS
from tests.host.dockerfile import ROOT

FIRST_LINE = "# yaml-language-server: $schema=agent.schema.json"
SHIPPED = [file for file in sorted(agents_dir({}).glob("*.yaml")) if "." not in file.stem]
OLDER = sorted((ROOT / "tests" / "agents_files").glob("*/*.yaml"))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / SCHEMA).read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def validator(schema: dict[str, Any]) -> Any:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def shape_at(schema: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The schema of a key, `$ref` followed."""
    shape = schema
    for key in keys:
        shape = shape["properties"][key]
        if "$ref" in shape:
            shape = schema["$defs"][shape["$ref"].rpartition("/")[2]]
    return shape


@pytest.mark.parametrize("name", [SCHEMA, REFERENCE, VENDORS_PAGE, TOOLS_PAGE])
def test_what_is_generated_is_fresh(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == rendered(ROOT)[name], "run `uv run frontdesk schema`"


def test_writing_keeps_what_was_written_by_hand(tmp_path: Path) -> None:
    for folder in ("agents", "docs"):
        (tmp_path / folder).mkdir()
    for name in (REFERENCE, VENDORS_PAGE, TOOLS_PAGE):
        (tmp_path / name).write_text("# By hand\n")
    assert write(tmp_path) == [tmp_path / name for name in (SCHEMA, REFERENCE, VENDORS_PAGE, TOOLS_PAGE)]
    first = (tmp_path / REFERENCE).read_text()
    assert first.startswith("# By hand\n") and "`llm.main`" in first
    write(tmp_path)
    assert (tmp_path / REFERENCE).read_text() == first


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_the_first_line_of_a_shipped_agent_names_the_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first == FIRST_LINE and (file.parent / first.partition("=")[2]).is_file()


def test_every_key_is_described_with_its_default() -> None:
    models = all_models()
    assert len(models) > 20 and models[0] is AgentConfig
    for model in models:
        for name, field in model.model_fields.items():
            where = f"{model.__name__}.{name}"
            assert field.description, where
            if (
                field.is_required()
                or field.exclude
                or not isinstance(field.default, str | bool | int | float)
            ):
                continue
            shown = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
            stated = field.description.partition("Default: ")[2].removesuffix(".")
            assert name == "agent_id" or stated in (shown, shown.removesuffix(".0")) or shown == "", where


def test_every_key_stands_in_the_reference_with_its_section() -> None:
    text = key_reference()
    for model in all_models():
        for name, field in model.model_fields.items():
            assert field.exclude or f"| `{name}` |" in text, f"{model.__name__}.{name}"
    for section in ("llm.main.fallback[]", "tts.fallback[]", "routes.routers[].routes[]", "agent_inputs"):
        assert f"`{section}`" in text
    assert "| `timeout` | number, more than 0, up to 10 | 1 |" in text
    assert text.count("*Not active yet.*") == 9


def test_an_editor_is_told_the_vendors_their_settings_and_the_tools(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == DRAFT
    for kind, keys in (("llm", ("llm", "main")), ("stt", ("stt",)), ("tts", ("tts",))):
        section = shape_at(schema, *keys)
        assert set(section["properties"]["vendor"]["anyOf"][0]["enum"]) == set(VENDORS[kind])
        by_vendor = {
            rule["if"]["properties"]["vendor"]["const"]: rule["then"]["properties"]
            for rule in section["allOf"]
        }
        assert by_vendor[section["properties"]["vendor"]["default"]]
    assert "top_p" in {
        name for rule in shape_at(schema, "llm", "main")["allOf"] for name in rule["then"]["properties"]
    }
    assert set(schema["properties"]["tools"]["properties"]) == {*TOOLS}
    assert "voice_provider" in shape_at(schema, "tts")["properties"]
    assert "Not active yet." in schema["properties"]["recording"]["description"]
    assert not {"script", "source", "instructions", "greeting"} & set(schema["properties"])


@pytest.mark.parametrize("file", [*SHIPPED, *OLDER], ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_the_schema_accepts_every_agent_file_there_is(validator: Any, file: Path) -> None:
    data = read_document(file, {"NAME": "x"}).data
    assert [error.message for error in validator.iter_errors(data)] == []


@pytest.mark.parametrize(
    "fits",
    [
        {"start_message": "Hi"},
        {"start_message": {"en": "Hi", "pt-BR": "Oi"}},
        {"start_message": {"inbound": "Hi", "outbound": {"en": "Hi"}}},
        {"start_message": {}},
        {"call_max_duration": "${SECONDS}"},
        {"call_max_duration": "600"},
        {"vad_params": {"confidence": 1}},
        {"use_idle_processor": {"is_on": "yes"}},
        {"recording": "${RECORDING}"},
        {"numbers": ["${NUMBER}"]},
        {"agent_inputs": {"language_code": "${LANGUAGE}", "now": {"generator": "x", "timeout": 2}, "n": 1.5}},
        {"llm": {"main": {"vendor": "groq", "fallback": [{"vendor": "openai", "seed": 1}]}}},
        {"stt": {"vendor": "${VENDOR}", "base_url": "${URL}"}},
        {"tts": {"voice_provider": "rime", "voice_id": "x", "voices": {"es": "y"}}},
        {"initial_messages": [{"role": "system", "content": "x"}]},
        {"sinks": [{"storage": "s3://bucket/calls"}, {"webhook": "https://x", "secret": "${S}"}]},
        {"vector_db": {"type": None}},
        {"tools": {"end_call": None, "get_quote": {"url": "https://x", "description": 5}}},
        {"tools": {"look_up": {"description": "x", "url": "https://x/{n}", "timeout": "5", "body": [1]}}},
        {"mcp": [{"url": "${URL}", "headers": {"X": "${K}"}, "tools": ["a"]}, {"command": "uvx x"}]},
        {"flow": "booking.flow.yaml"},
    ],
)
def test_the_schema_accepts_what_the_loader_accepts(validator: Any, fits: dict[str, Any]) -> None:
    assert [error.message for error in validator.iter_errors(fits)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonsense": 1},
        {"start_message": {"inbound": 5}},
        {"start_message": {"inbund": "Hi"}},
        {"numbers": ["5"]},
        {"call_max_duration": -1},
        {"call_max_duration": "soon"},
        {"pipeline_settings": {"audio_in_sample_rate": 7999}},
        {"llm": {"main": {"vendor": "grok"}}},
        {"llm": {"main": {"temperature": 3}}},
        {"tts": {"voices": {"Spanish": "x"}}},
        {"agent_inputs": {"now": {"generator": "x", "timeout": 11}}},
        {"agent_inputs": {"client name": "x"}},
        {"calendar": {"opens": "25:00"}},
        {"recording": "loud"},
        {"tools": {"two words": None}},
        {"mcp": [{"url": "ws://x"}]},
        {"mcp": [{"comand": "x"}]},
        {"prompts": {"agent": "x"}},
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(validator: Any, wrong: dict[str, Any]) -> None:
    assert list(validator.iter_errors(wrong))
