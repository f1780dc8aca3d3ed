"""Files written for an older config.yaml load as they are, and the shipped agents with them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from frontdesk.agent import AgentConfig, Generated, load_agents, not_active
from frontdesk.agent.document import dotted, read_document
from frontdesk.agent.prompts import fill
from frontdesk.call import Call
from frontdesk.configuration import VENDORS
from frontdesk.environment import agents_dir
from frontdesk.generators import GENERATORS
from frontdesk.services.gone import GONE
from frontdesk.tools import TOOLS

FILES = Path(__file__).parent / "agents_files"

# Every key of the reference; `[]` stands for the items of a list.
REFERENCE = [
    "vad_params.confidence",
    "vad_params.min_volume",
    "vad_params.start_secs",
    "vad_params.stop_secs",
    "call_max_duration",
    "llm.main.vendor",
    "llm.main.model",
    "llm.utils.vendor",
    "llm.utils.model",
    "tts.voice_provider",
    "tts.voice_id",
    "tts.model",
    "use_connexity_observer",
    "pipeline_settings.audio_in_sample_rate",
    "pipeline_settings.allow_interruptions",
    "pipeline_settings.enable_metrics",
    "pipeline_settings.report_only_initial_ttfb",
    "pipeline_settings.enable_usage_metrics",
    "vector_db.type",
    "embedding.type",
    "agent_inputs.project_name",
    "agent_inputs.language_code",
    "agent_inputs.language",
    "agent_inputs.translate_prompt",
    "agent_inputs.agent_name",
    "agent_inputs.agent_company_name",
    "agent_id",
    "agent_inputs.client_name",
    "agent_inputs.client_company_name",
    "agent_inputs.current_timestamp.generator",
    "routes.routers[].prefix",
    "routes.routers[].routes[].path",
    "routes.routers[].routes[].methods[]",
    "routes.routers[].routes[].handler",
    "routes.websockets[].prefix",
    "routes.websockets[].routes[].path",
    "routes.websockets[].routes[].handler",
    "start_message",
    "prompts.agent.es",
    "prompts.quick_response.es",
    "prompts.post_analysis.es",
    "use_idle_processor.is_on",
    "use_idle_processor.timeout",
    "tools.transfer_call",
    "tools.end_call",
    "tools.get_weekday",
    "tools.get_available_time_slots",
    "tools.await_call_transfer",
    "tools.book_appointment.webhook_url",
]


def load(name: str) -> AgentConfig:
    """The one agent of a folder of files, as a bot loads it."""
    return load_agents(
        FILES / name, {}, tools=TOOLS, vendors=VENDORS, generators=GENERATORS, gone=GONE
    ).default


def keys_of(data: Any, path: str = "") -> Iterator[str]:
    """The dotted keys of a file's data, list items as `[]`."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from keys_of(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for value in data:
            yield from keys_of(value, f"{path}[]")
    else:
        yield path


def said_not_active(agent: AgentConfig) -> list[str]:
    return [dotted(path) for path in not_active(agent)]


def test_the_file_of_every_key_has_every_key_of_the_reference() -> None:
    document = read_document(FILES / "reference" / "_config.yaml", {})
    assert set(REFERENCE) <= set(keys_of(document.data))


def test_the_trimmed_example_loads_as_it_is() -> None:
    agent = load("trimmed")
    assert (agent.agent_id, agent.llm.main.vendor, agent.llm.main.model) == (
        "config",
        "openai",
        "gpt-4o-mini",
    )
    assert agent.agent_inputs["agent_name"] == "Emma"
    assert agent.agent_inputs["current_timestamp"] == Generated(generator="current_timestamp")
    assert list(agent.tools) == ["end_call", "book_appointment"]
    assert said_not_active(agent) == ["routes.routers", "routes.websockets"]


def test_a_file_with_every_key_of_the_reference_means_what_it_says() -> None:
    agent = load("reference")
    call = Call("c", "twilio")
    assert agent.language(call) == "es"
    inputs = agent.inputs(call, {"current_timestamp": "hoy", "free_slots": "[]"})
    assert fill(agent.first_words(call).text or "", inputs) == "Hola Ana, soy Emma."
    prompt = agent.system_prompt(call)
    assert prompt.language == "es"
    assert fill(prompt.text or "", inputs) == (
        "Eres Emma de Harbor Lane Dental. Hablas con Ana de Ruiz e Hijos.\nAhora es hoy\nHuecos libres: []\n"
    )
    assert set(agent.generated(call)) == {"current_timestamp", "free_slots"}
    assert (agent.call_max_duration, agent.use_idle_processor.timeout) == (7, 2)
    assert (agent.vad_params.min_volume, agent.vad_params.stop_secs) == (0.4, 0.6)
    assert (agent.tts.vendor, agent.tts.voice, agent.tts.model) == (
        "cartesia",
        "d4db5fb9-f44b-4bd1-85fa-192e0f0d75f9",
        "sonic-3",
    )
    assert agent.llm.utils is not None and agent.llm.utils.vendor == "groq"
    assert agent.pipeline_settings.audio_in_sample_rate == 16000
    assert agent.pipeline_settings.report_only_initial_ttfb


def test_what_a_file_asks_for_and_nothing_does_yet_is_named() -> None:
    agent = load("reference")
    assert said_not_active(agent) == [
        "prompts.post_analysis",
        "use_connexity_observer",
        "vector_db.type",
        "embedding.type",
        "routes.routers",
        "routes.websockets",
    ]


@pytest.mark.parametrize(
    ("kind", "vendor"),
    [
        *(("llm", vendor) for vendor in ("openai", "groq", "fireworks", "google")),
        *(("tts", vendor) for vendor in ("elevenlabs", "rime", "cartesia")),
    ],
)
def test_the_vendors_of_the_reference_are_known(tmp_path: Path, kind: str, vendor: str) -> None:
    section = (
        f"{{main: {{vendor: {vendor}}}}}" if kind == "llm" else f"{{voice_provider: {vendor}, voice_id: x}}"
    )
    (tmp_path / "_config.yaml").write_text(f"{kind}: {section}\n")
    agent = load_agents(tmp_path, {}, vendors=VENDORS, gone=GONE).default
    assert vendor in (agent.llm.main.vendor, agent.tts.vendor)


def test_the_shipped_agents_ask_for_nothing_that_is_not_active() -> None:
    agents = load_agents(agents_dir(), {}, tools=TOOLS, vendors=VENDORS, generators=GENERATORS, gone=GONE)
    assert {agent_id: said_not_active(agent) for agent_id, agent in agents.by_id.items()} == {
        "appointments": [],
        "appointments_flow": [],
        "guest_relations": [],
    }
