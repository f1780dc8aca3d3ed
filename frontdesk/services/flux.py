"""Deepgram's Flux models, which decide turns themselves, and hear some languages only."""

from typing import Any

from frontdesk.agent.services import STTModel
from frontdesk.language import base_language

# The row of the table, the languages, and the model for all of them but English.
FLUX = "deepgram-flux"
FLUX_LANGUAGES = frozenset(("de", "en", "es", "fr", "hi", "it", "ja", "nl", "pt", "ru"))
FLUX_MULTI = "flux-general-multi"


def names_flux(config: STTModel) -> bool:
    """Whether a section is written for a Flux model, in whatever language its calls are."""
    return config.vendor == "deepgram" and (config.model or "").startswith("flux-")


def hears(language: str) -> bool:
    """Whether Flux hears a language."""
    return base_language(language) in FLUX_LANGUAGES


def in_flux_words(given: dict[str, Any], language: str) -> dict[str, Any]:
    """What a section says, as Flux takes it: the language is a hint, and decides the model."""
    kept = {name: value for name, value in given.items() if name != "language"}
    if base_language(language) == "en":
        return kept
    return {"language_hints": [base_language(language)]} | kept | {"model": FLUX_MULTI}
