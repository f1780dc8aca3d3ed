"""The page of vendors names every one of them, and what it says of them holds."""

import pytest

from frontdesk.services.flux import FLUX
from frontdesk.services.reference import vendor_reference
from frontdesk.services.vendor import Vendor
from tests.host.dockerfile import ROOT
from tests.vendor_rows import rows

PAGE = (ROOT / "docs" / "vendors.md").read_text(encoding="utf-8")
NAMED = [(kind, name, row) for kind, name, row in rows() if name != FLUX]


@pytest.mark.parametrize(("kind", "name", "row"), NAMED, ids=[f"{kind}-{name}" for kind, name, _ in NAMED])
def test_a_vendor_has_its_line_with_all_that_it_needs(kind: str, name: str, row: Vendor) -> None:
    lines = [line for line in vendor_reference().splitlines() if line.startswith(f"| `{name}` |")]
    needed = [f"`{variable}`" for variable in (*row.keys.values(), row.url_variable, row.voice) if variable]
    assert any(
        all(text in line for text in (*needed, f"`{row.extra}`" if row.extra else "", row.note))
        for line in lines
    )


def test_the_page_warns_of_licences_and_downloads() -> None:
    assert "GPL" in PAGE and PAGE.count("downloaded when it first starts") == 3


def test_the_page_says_what_became_of_vendors_that_pipecat_dropped() -> None:
    assert "pipecat no longer has playht; the nearest is elevenlabs." in PAGE


def test_every_variable_of_a_vendor_is_in_the_example_environment() -> None:
    example = (ROOT / ".env.example").read_text()
    for _, _, row in rows():
        for variable in (*row.keys.values(), row.url_variable, row.voice):
            assert variable is None or f"\n#{variable}=" in example, variable
