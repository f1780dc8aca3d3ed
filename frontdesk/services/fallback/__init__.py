"""Services in reserve: when one fails in a call, the next takes over in the same call."""

from frontdesk.services.fallback.ears import Ears
from frontdesk.services.fallback.mind import Mind
from frontdesk.services.fallback.voice import Voice

__all__ = ["Ears", "Mind", "Voice"]
