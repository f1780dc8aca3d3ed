"""A person's name out of what was said."""

import re

from frontdesk.services.embedded.dialogue import dates
from frontdesk.services.embedded.dialogue.words import ORDINALS, TENS, UNITS

_WORD = r"[^\W\d_][^\W\d_'’\-]*(?:['’\-][^\W\d_]+)*"
_CUE = re.compile(
    r"\b(?:my (?:full |first |last )?name(?:['’]?s| is| was)(?: actually)?|"
    r"the name(?:['’]?s| is)|name is|call me|"
    r"(?P<weak>this is|i['’]?m|i am|under(?: the name(?: of)?)?)|(?P<asked>it['’]?s|that['’]?s|it is|its)|"
    r"(?P<named>for))(?: called)?\s+",
    re.IGNORECASE,
)
_SPEAKING = re.compile(rf"\b({_WORD}(?: {_WORD})?)(?:,)? (?:speaking|here|calling)\b", re.IGNORECASE)
_SPELLED = re.compile(r"\b(?:[A-Za-z](?:[\s.,-]+)){2,}[A-Za-z]\b\.?")

_LEAD_IN = """
absolutely actually alright am certainly doctor dr er hello hi hmm i i'm im is it's its it’s miss mr mrs
ms my name no oh ok okay right so sorry sure that's thats that’s uh um well yeah yep yes
"""
_ORDINARY = """
a about actually afraid afternoon again all already also am an and any anything appointment are around
as ask asked at available back bad be because book booked booking busy but by bye call calling can
cannot cant change check come could date day did do does doing done dont either else evening ever
everything fine first for free from get give go goes going good goodbye got great had happy has have
having he hello help here hey hi him his hoping hour how hungry i id if ill im in interested into is
isnt it its ive just know late later let like looking lot made make maybe me mean mind minute moment
month more morning much my name need neither never new next no none noon nope not nothing now of off oh
ok okay on only open or other our out over pardon perfect pick please possible pretty problem question
quite ready really repeat right said say saying schedule see she should sick so some something soon
sorry speak speaking still stop sure take talking tell than thank thanks that thats the their them then
there these they thing think this those time to today tomorrow tonight too trying understand unhappy
until up us very wait want wanted was we week well were what whatever when where whether which while who
why will wish with wondering work would wrong yeah yes yesterday yet you your
"""
_LEADING = frozenset(_LEAD_IN.split())
_NOT_NAMES = frozenset(dates.WEEKDAYS) | set(UNITS) | set(TENS) | set(ORDINALS) | set(_ORDINARY.split())
_MOST_WORDS = 4


def find(raw: str, *, loose: bool, known: bool = False) -> str | None:
    """The name given ("my name is Sarah Miller"), or None.

    `loose`: it was asked for, so it may stand alone; `known`: there is one, so only "my name is …" counts.
    """
    found = None
    for match in _CUE.finditer(raw):
        if (match["asked"] and not loose) or (known and not loose and (match["weak"] or match["named"])):
            continue
        name = _words(raw[match.end() :], capitals=bool(match["weak"] or match["named"]) and not loose)
        if name and match["named"] and " " not in name and not loose:
            continue
        found = name or found
    if found or (known and not loose):
        return found
    speaking = _SPEAKING.search(raw)
    if speaking and (name := _words(speaking.group(1), capitals=not loose)):
        return name
    return _alone(raw) if loose else None


def _alone(raw: str) -> str | None:
    """The whole of what was said, when nothing in it but the lead-in is no name."""
    words = re.findall(_WORD, _SPELLED.sub(" ", raw))
    while words and words[0].lower() in _LEADING:
        words.pop(0)
    spelled = _spelling(raw)
    given = list(words)
    if spelled and (not given or given[-1].lower() in _NOT_NAMES):
        return spelled
    while given and given[-1].lower() in ("please", "thanks", "speaking", "here"):
        given.pop()
    if spelled and given:
        given = [*given[:-1], spelled] if given[-1][0].lower() == spelled[0].lower() else [*given, spelled]
    if not 0 < len(given) <= _MOST_WORDS or any(word.lower() in _NOT_NAMES for word in given):
        return None
    return _cased(given)


def _words(after: str, *, capitals: bool) -> str | None:
    """The name at the start of `after`: up to the first word that is no part of one."""
    given: list[str] = []
    for match in re.finditer(rf"({_WORD})([^\w\s]?)", after):
        word = match[1]
        if not given and word.lower() in _LEADING - {"my", "i"}:
            continue
        plain = word.lower().replace("'", "").replace("’", "")
        if plain in _NOT_NAMES or (capitals and not word[0].isupper()) or len(word) == 1:
            break
        given.append(word)
        if match[2] in set(",.;!?") or len(given) == _MOST_WORDS:
            break
    return _cased(given) if given else None


def _spelling(raw: str) -> str | None:
    match = _SPELLED.search(raw)
    return "".join(re.findall(r"[A-Za-z]", match.group())).title() if match else None


def _cased(words: list[str]) -> str:
    return " ".join(word if not word.islower() else word[0].upper() + word[1:] for word in words)
