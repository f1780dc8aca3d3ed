"""What can be made to go wrong in a stand-in, at any time while it runs."""

from dataclasses import dataclass


@dataclass
class Faults:
    """Set a field and the next request or message feels it; delays in seconds.

    `fail_count` and `drop_count` are how many times more it fails or drops; None is every time.
    """

    connect_delay_s: float = 0.0
    """Before a handshake or a request is answered at all."""
    first_byte_delay_s: float = 0.0
    """Before the first byte of each answer: a transcript, a completion, a context's audio."""
    message_delay_s: float = 0.0
    """Between the messages of one answer: words of a completion, chunks of audio."""
    fail_status: int | None = None
    """HTTP status that requests and handshakes are refused with, in the vendor's own error shape."""
    fail_count: int | None = None
    drop_after: int | None = None
    """The socket breaks, without a goodbye, once it has carried this many messages of ours; 0 is at once."""
    drop_count: int | None = None

    def take_failure(self) -> int | None:
        """The status to refuse this request with, or None to serve it."""
        if self.fail_status is None or self.fail_count == 0:
            return None
        if self.fail_count is not None:
            self.fail_count -= 1
        return self.fail_status

    def take_drop(self, messages_sent: int) -> bool:
        """Whether the socket that has carried `messages_sent` breaks now."""
        if self.drop_after is None or self.drop_count == 0 or messages_sent < self.drop_after:
            return False
        if self.drop_count is not None:
            self.drop_count -= 1
        return True
