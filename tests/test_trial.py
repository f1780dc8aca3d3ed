"""Services that only the vendor's own class refuses: found at start-up, not by a caller."""

import json
from pathlib import Path

import pytest

from frontdesk.boot import load_house
from frontdesk.errors import ConfigError
from frontdesk.services.stt import STT

KEYS = {
    f"{vendor}_API_KEY": f"key of {vendor}" for vendor in ("DEEPGRAM", "OPENAI", "CARTESIA", "ASSEMBLYAI")
}


def refused(folder: Path, *files: str, **environ: str) -> list[str]:
    """What start-up says of agent files with these lines; an empty list where it is content."""
    for number, text in enumerate(files):
        (folder / f"{'ab'[number]}.yaml").write_text(f"default: {json.dumps(number == 0)}\n{text}\n")
    try:
        load_house(KEYS | {"AGENTS_DIR": str(folder)} | environ)
    except ConfigError as error:
        return str(error).splitlines()
    return []


def test_what_a_vendors_class_refuses_is_told_of_every_file_with_its_line(tmp_path: Path) -> None:
    said = refused(
        tmp_path,
        "stt: {vendor: assemblyai, interruption_delay: 5000}",
        "timezone: UTC\nstt: {fallback: [{vendor: assemblyai, voice_focus_threshold: 2}]}",
    )
    assert said == [
        "a.yaml:2: stt: assemblyai cannot be used: interruption_delay must be between 0 and 1000 ms",
        "b.yaml:3: stt.fallback[0]: assemblyai cannot be used: "
        "voice_focus_threshold must be between 0.0 and 1.0",
    ]


def test_what_it_takes_keeps_nobody_from_calling(tmp_path: Path) -> None:
    assert refused(tmp_path, "stt: {vendor: assemblyai, interruption_delay: 500}") == []


def test_a_value_of_the_environment_is_told_by_its_name(tmp_path: Path) -> None:
    text = 'stt: {vendor: assemblyai, model: "${SECRET}", prompt: x}'
    [said] = refused(tmp_path, text, SECRET="hunter2hunter2")
    assert "for model ${SECRET}" in said and "hunter2" not in said


@pytest.mark.skipif(not STT["google"].installed(), reason="the extra google is not installed")
def test_credentials_that_cannot_be_read_are_found_before_a_call(tmp_path: Path) -> None:
    file = str(tmp_path / "nowhere.json")
    [said] = refused(tmp_path, "stt: {vendor: google}", GOOGLE_APPLICATION_CREDENTIALS=file)
    assert said.startswith("a.yaml:2: stt: google cannot be used: ") and file not in said
    [said] = refused(tmp_path, "stt: {vendor: google}", GOOGLE_CREDENTIALS_JSON="{key}")
    assert said.startswith("a.yaml:2: stt: google cannot be used: ") and "key}" not in said
