"""Models that hear and speak themselves, and say what they are given word for word."""

from frontdesk.services.speaking.model import SpeakingModel, speaks_during_tools, word_for_word

__all__ = ["SpeakingModel", "speaks_during_tools", "word_for_word"]
