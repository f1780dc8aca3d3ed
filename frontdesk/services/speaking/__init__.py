"""Models that hear and speak themselves, and say what they are given word for word."""

from frontdesk.services.speaking.model import SpeakingModel, word_for_word

__all__ = ["SpeakingModel", "word_for_word"]
