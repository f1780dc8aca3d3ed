"""What the LLM is told of an answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from frontdesk.agent import HTTPToolConfig
from frontdesk.errors import FrontdeskError, ToolError, Unsure
from frontdesk.tools.bounded import LOOKED_AT, SAYS_NO, bounded
from frontdesk.tools.http.answer import Answer
from frontdesk.tools.http.pick import Pick, Unreadable
from frontdesk.tools.scrub import scrubbed

# The most that the LLM gets of a refusal, in characters.
MAX_REASON = 500

_JSON_KINDS = ("application/json", "+json")
_TEXT_KINDS = ("text/", "+xml", "application/xml", "javascript", "urlencoded", "yaml")


@dataclass(frozen=True)
class Reading:
    """How one tool's answers are told: `pick` takes the part, `secrets` are in nothing that is told."""

    config: HTTPToolConfig
    pick: Pick | None

    def told(self, answer: Answer) -> dict[str, Any]:
        """What the LLM gets, also of a no. Raises ToolError for another refusal, Unsure where it may have
        changed something."""
        if answer.status in SAYS_NO:
            return {"error": self._words(answer)}
        if not 200 <= answer.status < 300:
            raise self._refusal(answer)
        try:
            return self._result(answer)
        except Unreadable as error:
            words = f"the service answered, but its answer {error}"
            if self.config.changes_world:  # it was done, which matters more
                return {"done": True, "status": answer.status, "note": words}
            raise ToolError(words) from None

    def _result(self, answer: Answer) -> dict[str, Any]:
        if not answer.body:
            return {"done": True, "status": answer.status}
        try:
            return bounded(self._value(answer), self.config.secrets)
        except RecursionError:
            raise Unreadable("is nested too deeply") from None

    def _value(self, answer: Answer) -> Any:
        """The part of the answer that was asked for: JSON, or a text where it is none."""
        text = _text(answer)
        if self.pick:
            return self.pick(_json(text, answer.is_whole))
        if not _is(answer.kind, _JSON_KINDS) or len(answer.body) > LOOKED_AT:
            return text  # of which the beginning is told, whatever it is
        try:
            return json.loads(text)
        except ValueError:
            return text

    def _refusal(self, answer: Answer) -> FrontdeskError:
        refused = 400 <= answer.status < 500
        return (ToolError if refused else Unsure)(self._words(answer))

    def _words(self, answer: Answer) -> str:
        words = f"the service answered {answer.status} {_phrase(answer.status)}".rstrip()
        if answer.status < 400:
            words += ", a redirect, which is not followed"
        if _is(answer.kind, (*_JSON_KINDS, "text/plain")) and (text := " ".join(_text(answer).split())):
            words += f": {scrubbed(text[:LOOKED_AT], self.config.secrets)[:MAX_REASON]}"
        return words


def _is(kind: str, kinds: Sequence[str]) -> bool:
    return any(part in kind for part in kinds)


def _json(text: str, is_whole: bool) -> Any:
    if not is_whole:
        raise Unreadable("is too long to be read")
    try:
        return json.loads(text)
    except ValueError:
        raise Unreadable("is no JSON") from None


def _text(answer: Answer) -> str:
    if not _is(answer.kind, (*_JSON_KINDS, *_TEXT_KINDS)):
        try:
            return answer.body.decode()
        except UnicodeDecodeError:
            raise Unreadable(f"is no text but {answer.kind}") from None
    try:
        return answer.body.decode(answer.charset, errors="replace").removeprefix("\ufeff")
    except (LookupError, UnicodeError):  # no encoding, or none for texts
        return answer.body.decode(errors="replace")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
