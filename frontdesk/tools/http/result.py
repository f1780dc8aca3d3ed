"""What the LLM is told of an answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from frontdesk.agent import HTTPToolConfig
from frontdesk.errors import FrontdeskError, ToolError, Unsure
from frontdesk.record.plain import plain
from frontdesk.tools.http.answer import Answer
from frontdesk.tools.http.pick import Pick, Unreadable
from frontdesk.tools.scrub import scrubbed, scrubbed_data

# The most that the LLM gets of an answer, and of a refusal, in characters.
MAX_RESULT = 16_000
MAX_REASON = 500

CUT = "this is only the beginning of the answer"

_JSON_KINDS = ("application/json", "+json")
_TEXT_KINDS = ("text/", "+xml", "application/xml", "javascript", "urlencoded", "yaml")


@dataclass(frozen=True)
class Reading:
    """How one tool's answers are told: `pick` takes the part, `secrets` are in nothing that is told."""

    config: HTTPToolConfig
    pick: Pick | None

    def told(self, answer: Answer) -> dict[str, Any]:
        """What the LLM gets. Raises ToolError for a refusal, Unsure where it may have changed something."""
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
            value = plain(self._value(answer))
            return _bounded(value, answer.is_whole, self.config.secrets)
        except RecursionError:
            raise Unreadable("is nested too deeply") from None

    def _value(self, answer: Answer) -> Any:
        """The part of the answer that was asked for: JSON, or a text where it is none."""
        text = _text(answer)
        if not self.pick and not _is(answer.kind, _JSON_KINDS):
            return text
        if not answer.is_whole:
            raise Unreadable("is too long to be read")
        try:
            value = json.loads(text)
        except ValueError:
            if self.pick:
                raise Unreadable("is no JSON") from None
            return text
        return self.pick(value) if self.pick else value

    def _refusal(self, answer: Answer) -> FrontdeskError:
        words = f"the service answered {answer.status} {_phrase(answer.status)}".rstrip()
        if answer.status < 400:
            words += ", a redirect, which is not followed"
        if _is(answer.kind, (*_JSON_KINDS, "text/plain")) and (text := " ".join(_text(answer).split())):
            words += f": {scrubbed(text, self.config.secrets)[:MAX_REASON]}"
        refused = 400 <= answer.status < 500
        return ToolError(words) if refused else Unsure(words)


def _is(kind: str, kinds: Sequence[str]) -> bool:
    return any(part in kind for part in kinds)


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


def _bounded(value: Any, is_whole: bool, secrets: Sequence[str]) -> dict[str, Any]:
    """At most MAX_RESULT characters of a value, without the secrets."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if len(text) > MAX_RESULT or not is_whole:
        return {"result": scrubbed(text, secrets)[:MAX_RESULT], "note": CUT}
    safe = scrubbed_data(value, secrets)
    return safe if isinstance(safe, dict) else {"result": safe}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
