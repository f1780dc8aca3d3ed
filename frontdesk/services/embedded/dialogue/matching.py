"""Whether a phrase of a rule was said."""

from collections.abc import Mapping

from frontdesk.services.embedded.dialogue import answers, patterns
from frontdesk.services.embedded.dialogue.script import Lines
from frontdesk.services.embedded.dialogue.utterance import Utterance


def heard(phrase: str, said: Utterance, named: Mapping[str, Lines]) -> bool:
    """Whether the phrase, or one of the set of phrases that <name> stands for, occurs in what was said."""
    reference = patterns.REFERENCE.fullmatch(phrase)
    if reference is None:
        return patterns.matches(phrase, said.spelled) or patterns.matches(phrase, said.plain)
    name = reference[1]
    if name in ("yes", "no"):
        return answers.find(said.plain) is (name == "yes")
    return any(heard(each, said, named) for each in named[name])
