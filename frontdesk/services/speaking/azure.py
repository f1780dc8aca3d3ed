"""Azure's speech to speech, which is OpenAI's."""

from pipecat.services.azure.realtime.llm import AzureRealtimeLLMService as PipecatService

from frontdesk.services.speaking.openai import SpeakingOpenAI


class AzureRealtimeLLMService(SpeakingOpenAI, PipecatService):
    """Azure's."""
