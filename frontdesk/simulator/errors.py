"""What can go wrong with a simulated phone."""

from frontdesk.errors import FrontdeskError


class PhoneError(FrontdeskError):
    """Root of the simulator's errors."""


class CannotConnect(PhoneError):
    """Nobody takes the call: connection refused, handshake refused, or no answer in time."""


class NothingHeard(PhoneError):
    """The agent stayed silent for longer than the caller waits."""


class LineDropped(PhoneError):
    """The call is over, so that nothing more can be said or heard."""


class BotFailed(PhoneError):
    """The bot process did not start; the text ends with the last lines of its log."""


class NoSuchAgent(PhoneError):
    """The call is for an agent that the bot does not have; the text says which it has."""


class BadAudio(PhoneError):
    """A file that the phone cannot play."""
