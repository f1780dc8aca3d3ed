"""What came back for a request."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """What the other side said: `kind` is the media type, `charset` its own or UTF-8.

    `is_whole` is false where the body was longer than what is read.
    """

    status: int
    kind: str
    charset: str = "utf-8"
    body: bytes = field(default=b"", repr=False)
    is_whole: bool = True
