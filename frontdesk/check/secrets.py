"""The variables that a deployed bot needs, against what `.env` has: names only."""

from collections.abc import Iterator, Mapping

from frontdesk.errors import Problem

# Without them calls are answered all the same; they are hung up when the stream closes, not by REST.
CARRIERS = {
    "Twilio": (
        ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
        ("TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET"),
        ("TWILIO_ACCOUNT_ID", "TWILIO_AUTH_TOKEN"),
        ("TWILIO_ACCOUNT_ID", "TWILIO_API_KEY", "TWILIO_API_SECRET"),
    ),
    "Telnyx": (("TELNYX_API_KEY",),),
    "Plivo": (("PLIVO_AUTH_ID", "PLIVO_AUTH_TOKEN"),),
}


def carriers(dotenv: Mapping[str, str]) -> dict[str, bool]:
    """The carriers whose calls can be hung up by REST, and whether `.env` has what that takes."""
    return {name: any(all(map(dotenv.get, names)) for names in ways) for name, ways in CARRIERS.items()}


def carriers_hint(dotenv: Mapping[str, str]) -> Iterator[Problem]:
    """What to think about where `.env` has no carrier's credentials."""
    if not any(carriers(dotenv).values()):
        wanted = "; ".join(f"{name}: {', '.join(ways[0])}" for name, ways in CARRIERS.items())
        yield Problem(
            ".env", "", f"has no carrier's credentials: calls are answered, but not hung up by REST ({wanted})"
        )


def lacking(name: str, users: list[str]) -> Problem:
    """A variable that `.env` does not give a value to, and who needs it."""
    return Problem(".env", name, f"is not set, and {', '.join(users)} needs it; the image has no engine to stand in")
