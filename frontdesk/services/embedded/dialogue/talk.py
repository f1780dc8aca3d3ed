"""One conversation while it is read: the state, the slots, and what was said last."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from frontdesk.services.embedded.dialogue import matching
from frontdesk.services.embedded.dialogue.entities import Reading, Values, is_same, moments, typed, within
from frontdesk.services.embedded.dialogue.script import Action, Lines, Offer, Rule, Script
from frontdesk.services.embedded.dialogue.speech import PLACEHOLDER, fill
from frontdesk.services.embedded.dialogue.utterance import Utterance
from frontdesk.services.embedded.dialogue.voice import Voice

_MOST_HOPS = 20
_SENTENCE = 4
"""So many words are something to take down; fewer are rather misheard."""


class Talk:
    """Takes the events of a conversation one by one; `text` and `calls` are the answer to the last."""

    def __init__(self, script: Script, now: datetime):
        self._script, self._now = script, now
        self._state = script.start
        self._values: Values = {}
        self._expected: str | None = None
        self._result: Mapping[str, Any] = {}
        self._called: dict[str, Action] = {}
        self._running: set[str] = set()
        self._changed = False
        self._misses = 0
        self._hops = 0
        self._voice = Voice()
        self.calls: tuple[str, dict[str, Any]] | None = None

    def hear(self, text: str) -> None:
        """The caller said something."""
        pending = self._voice.pending
        self._begin()
        said = Utterance.of(text, self._script.vocabulary)
        if self._running and not self._rule(self._script.always, said):
            self._say(self._script.wait, question=False)
        else:
            self._answer(said, pending)
        self._voice.end()

    def _answer(self, said: Utterance, pending: str) -> None:
        found = Reading(self._script, self._values, self._expected, self._now).read(said)
        self._take(found)
        own = self._script.states[self._state].rules
        rule = self._rule((*self._script.always, *own, *self._script.rules), said)
        if rule is None and (name := self._text_slot(said, found)):
            found |= {name: said.raw}
            self._take({name: said.raw})
        if rule is not None or self._changed:
            self._misses = 0
        if rule is not None:
            self._do(rule)
        elif found:
            self._enter(self._state)
        elif pending:
            self._voice.add(pending)
        else:
            self._miss()

    def _take(self, found: Values) -> None:
        self._changed = any(not is_same(value, self._values.get(name)) for name, value in found.items())
        self._values.update(found)

    def started(self, tool: str) -> None:
        """A tool is running."""
        if tool in self._called:
            self._running.add(tool)

    def returned(self, tool: str, result: Mapping[str, Any]) -> None:
        """A tool gave its result; one that nothing waits for is passed over."""
        self._running.discard(tool)
        call = self._called.pop(tool, None)
        if call is None:
            return
        self._begin()
        self._result = result
        for action in call.on_result:
            if self._holds(action):
                self._do(action)
                break
        self._voice.end()

    def dropped(self, tool: str) -> None:
        """A tool was cancelled."""
        self._running.discard(tool)
        self._called.pop(tool, None)

    def spoke(self, text: str) -> None:
        """The caller heard these words of the agent."""
        self._voice.heard(text)

    @property
    def text(self) -> str:
        """What to say to the last event."""
        return self._voice.text

    def opening(self) -> str:
        """What to say when nothing has been said yet."""
        return self._voice.line(self._script.opening, self._visible())

    def waiting(self) -> str:
        """What to say while a tool is still running."""
        return self._voice.line(self._script.wait, self._visible())

    def remind(self) -> str:
        """The question that is open, or what was said last, when there is nothing new to answer."""
        return (
            self._voice.question
            or self._voice.last
            or self._voice.line(self._script.unclear, self._visible())
        )

    def _begin(self) -> None:
        self._voice.begin()
        self.calls = None
        self._result, self._changed, self._hops = {}, False, 0

    def _rule(self, rules: Sequence[Rule], said: Utterance) -> Rule | None:
        for rule in rules:
            asked = not rule.asked or self._expected in rule.asked
            heard = not rule.when or any(
                matching.heard(phrase, said, self._script.phrases) for phrase in rule.when
            )
            if asked and heard and self._holds(rule):
                return rule
        return None

    def _text_slot(self, said: Utterance, found: Values) -> str | None:
        """The slot for text that all of what was said goes into: the one asked for, else the state's own."""
        asked = self._expected
        if asked and self._script.slots[asked].kind == "text" and said.plain:
            return asked
        name = self._script.states[self._state].takes
        whole = len(said.plain.split()) >= _SENTENCE
        return name if name and whole and not self._values.get(name) else None

    def _holds(self, action: Action) -> bool:
        return (
            all(self._values.get(name) is None for name in action.missing)
            and all(self._values.get(name) is not None for name in action.has)
            and all(is_same(self._values.get(name), value) for name, value in action.equals.items())
            and all(self._result.get(key) for key in action.result)
            and action.changed in (None, self._changed)
        )

    def _enter(self, state: str) -> None:
        self._hops += 1
        self._move(state)
        self._expected = None
        if self._hops > _MOST_HOPS:
            self._say(self._script.unclear)
            return
        for step in self._script.states[state].steps:
            if self._holds(step):
                self._do(step)
                return
        self._say(self._script.unclear)

    def _move(self, state: str) -> None:
        if state != self._state:
            self._state, self._misses = state, 0

    def _do(self, action: Action) -> None:
        for name in action.clear:
            self._values.pop(name, None)
        for name, template in action.set.items():
            self._values[name] = typed(self._script.slots[name].kind, fill(template, self._visible()))
        if action.offer:
            self._offer(action.offer)
        self._say(action.say, question=not action.resume)
        if action.ask:
            self._expected = action.ask
            if not action.say:
                self._say(self._script.slots[action.ask].ask)
        if action.call:
            if action.on_result:
                self._called[action.call] = action
            self.calls = (action.call, self._arguments(action))
        elif action.goto and action.ask:
            self._move(action.goto)
        elif action.goto:
            self._enter(action.goto)
        elif action.resume and self._voice.question:
            self._voice.add(self._voice.question)
        elif action.resume:
            self._enter(self._state)

    def _offer(self, offer: Offer) -> None:
        listed = moments(self._result.get(offer.key))
        part = self._values.get(offer.within) if offer.within else None
        chosen = within(listed, part) if part else listed
        if not chosen and listed:
            chosen = listed
            self._say(offer.none_within, question=False)
        if chosen:
            self._values[offer.to] = chosen[: offer.most]
        else:
            self._values.pop(offer.to, None)

    def _arguments(self, action: Action) -> dict[str, Any]:
        visible = self._visible()
        return {
            name: fill(template, visible)
            for name, template in action.arguments.items()
            if all(visible.get(match[1]) is not None for match in PLACEHOLDER.finditer(template))
        }

    def _visible(self) -> dict[str, Any]:
        return {
            **self._values,
            **{f"result.{key}": value for key, value in self._result.items()},
            "last": self._voice.last,
        }

    def _miss(self) -> None:
        slot = self._script.slots.get(self._expected or "")
        state = self._script.states[self._state]
        lines = (slot.unclear if slot else ()) or state.unclear or self._script.unclear
        template = lines[min(self._misses, len(lines) - 1)]
        self._misses += 1
        self._voice.add(fill(template, self._visible()))

    def _say(self, lines: Lines, *, question: bool = True) -> None:
        self._voice.say(lines, self._visible(), question=question)
