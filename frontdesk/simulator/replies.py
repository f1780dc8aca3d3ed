"""The caller of `frontdesk simulate`: books an appointment by answering what it is asked."""

import re

from frontdesk.simulator.step import BargeIn, HangUp, Say, Step

FIRST = "Hi, I'd like to book an appointment."
CONFIRMED = "Yes, that's right."
DONE = "No, that's all, thank you and goodbye."

# What the caller says, and what the agent said before it: patterns to find in lower-case text. The agent's
# last sentence in which one is found decides, as a question comes last; in it the upper row. "": listen on.
REPLIES: list[tuple[str, list[str]]] = [
    ("", ["good ?bye", r"\bbye\b", "(great|nice|good|lovely|wonderful) (day|one|evening)", "see you"]),
    ("", ["(one|a|just a) (moment|second|minute)", "let me (check|see|look)", "bear with"]),
    (
        DONE,
        [
            "(any|some) ?thing else",
            "else (i can|can i|may i)",
            r"(is|be) (that|this|it)?\b ?(all|everything)\b(?! (right|correct|okay))",
        ],
    ),
    (
        CONFIRMED,
        [
            "(is|was|all) (that|this|it|everything)?( all)? ?(right|correct|okay)",
            r"(right|correct)\?",
            "(shall|should|may|can) i (book|confirm|go ahead|reserve)",
            "(like|want) me to",
            "does (that|this|it) (work|sound|suit)",
            "sounds? good",
            "good time",
        ],
    ),
    ("A, L, E, X. Then M, I, L, L, E, R.", ["spell"]),
    ("My name is Alex Miller.", [r"\bnames?\b", "who (is|am i|'s) (calling|speaking)"]),
    (
        "5 5 5, 0 1 4 2.",
        ["(phone|telephone|contact|mobile) number", "number (to|can|should)", "call you back"],
    ),
    ("March third, nineteen eighty five.", ["date of birth", "birthday"]),
    (
        "A check-up, please.",
        ["what (is it|is this|'s it|would it be|kind)", "reason", "type of", "brings you", "be about"],
    ),
    (
        "{time}, please.",
        [
            "which (one|of|time|would|do)",
            "what would you",
            "what time",
            "prefer",
            "either of",
            "(suits?|works?)( you| for you)? (best|better)",
            "any of (these|those|them)",
        ],
    ),
    (
        "Tuesday next week, in the afternoon please.",
        [
            "(what|which|another|different|other) (day|date)",
            "when (would|do|should|can)",
            "day (and|or) time",
            "day (would|suits|works|are|do)",
        ],
    ),
    (FIRST, ["(can|may|could) i (help|assist|do)", "any ?thing i can", "help you"]),
    (
        "{again}",
        ["say (that|it) again", "repeat", "(did|could)(n't| not) (catch|hear|understand|get)", "pardon"],
    ),
    (
        "What about Thursday?",
        ["(no|any|nothing) (free|open|available)", "fully booked", "(not|n't) (available|free)"],
    ),
]

HOUR = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
TIME = re.compile(
    rf"\b(\d{{1,2}}([:.]\d\d)?|(half|quarter) (past|to) \w+|({HOUR})( (fifteen|thirty|forty[- ]five))?)"
    r" ?([ap]\.? ?m\b\.?|o'clock|in the (morning|afternoon|evening))",
    re.IGNORECASE,
)
NUDGE = "Hello? Are you still there?"
SILENCES = 2


class Booker:
    """Answers by `REPLIES`, and books once; nudges an agent that has gone silent, then hangs up."""

    def __init__(self) -> None:
        self._last = FIRST
        self._booked = False
        self._silences = 0

    def interrupts(self) -> BargeIn | None:
        return None

    def next(self, heard: str | None) -> Step | None:
        if heard is None:
            return self._after_silence()
        self._silences = 0
        reply = answer(heard, self._last)
        if not reply:
            return None
        if reply == FIRST and self._booked:
            reply = DONE
        self._last = reply
        self._booked |= reply == CONFIRMED
        return Say(reply)

    def _after_silence(self) -> Step:
        self._silences += 1
        return HangUp() if self._last == DONE or self._silences > SILENCES else Say(NUDGE)


def answer(heard: str, last: str) -> str:
    """What to say to `heard`, after having said `last`; "" is: listen on."""
    sentences = re.split(r"(?<=[.?!])\s+(?=[A-Z])", heard.replace("’", "'"))
    reply = next(filter(None, map(_reply, reversed(sentences))), None)
    if reply is None:
        return "Yes, please." if heard.rstrip().endswith("?") else ""
    time = TIME.search(heard)
    return reply[0].format(time=time.group() if time else "The first one", again=last)


def _reply(sentence: str) -> tuple[str] | None:
    """The reply of the first row that fits, in a tuple, as it may be empty."""
    for reply, patterns in REPLIES:
        if any(re.search(pattern, sentence.lower()) for pattern in patterns):
            return (reply,)
    return None
