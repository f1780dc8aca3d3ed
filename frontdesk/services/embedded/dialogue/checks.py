"""What must hold between the parts of a script: what is named exists, and every state can be reached."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from frontdesk.services.embedded.dialogue import patterns, speech
from frontdesk.services.embedded.dialogue.script import Action, Lines, Rule, Script

Found = Iterator[tuple[str, str]]
"""Key path and message of each problem."""


def check(script: Script) -> Found:
    """Every problem, in the order of the file."""
    yield from _known(script.start, script.states, "start", "state")
    for name in ("opening", "unclear", "wait"):
        yield from _templates(getattr(script, name), script, name, in_result=False)
    yield from _slots(script)
    for name, phrases in script.phrases.items():
        yield from _phrases(phrases, script, f"phrases.{name}", references=False)
    for name, state in script.states.items():
        yield from _templates(state.unclear, script, f"states.{name}.unclear", in_result=False)
        if state.takes is not None:
            yield from _kind(state.takes, "text", script, f"states.{name}.takes")
    for key, action, in_result in actions(script):
        yield from _action(action, script, key, in_result)
    yield from _unreachable(script)


def actions(script: Script) -> Iterator[tuple[str, Action, bool]]:
    """Every action with its key path, and whether a tool's result is at hand there."""
    for at, rule in enumerate(script.always):
        yield from _nested(f"always.{at}", rule, False)
    for at, rule in enumerate(script.rules):
        yield from _nested(f"rules.{at}", rule, False)
    for name, state in script.states.items():
        for at, action in enumerate(state.steps):
            # A branch on a result may go on with any state, whose steps then see the result too.
            yield from _nested(f"states.{name}.steps.{at}", action, True)
        for at, rule in enumerate(state.rules):
            yield from _nested(f"states.{name}.rules.{at}", rule, False)


def _nested(key: str, action: Action, in_result: bool) -> Iterator[tuple[str, Action, bool]]:
    yield key, action, in_result
    for at, branch in enumerate(action.on_result):
        yield from _nested(f"{key}.on_result.{at}", branch, True)


def _slots(script: Script) -> Found:
    for name, slot in script.slots.items():
        key = f"slots.{name}"
        for field in ("ask", "unclear"):
            yield from _templates(getattr(slot, field), script, f"{key}.{field}", in_result=False)
        if slot.among is not None:
            yield from _kind(slot.among, "list", script, f"{key}.among")
        if bool(slot.options) != (slot.kind == "choice"):
            yield f"{key}.options", "a choice has options, and nothing else has"
        for value, phrases in slot.options.items():
            yield from _phrases(phrases, script, f"{key}.options.{value}", references=False)


def _action(action: Action, script: Script, key: str, in_result: bool) -> Found:
    for field in ("missing", "has", "clear", "set", "equals"):
        for name in getattr(action, field):
            yield from _known(name, script.slots, f"{key}.{field}", "slot")
    if action.result and not in_result:
        yield f"{key}.result", "there is a result only in on_result and in the steps of a state"
    yield from _templates(action.say, script, f"{key}.say", in_result)
    for name, template in action.set.items():
        yield from _templates((template,), script, f"{key}.set.{name}", in_result)
    if action.ask is not None:
        yield from _known(action.ask, script.slots, f"{key}.ask", "slot")
        if action.ask in script.slots and not (action.say or script.slots[action.ask].ask):
            yield f"{key}.ask", f"slot {action.ask!r} has no question: give it an ask, or say something here"
    if action.goto is not None:
        yield from _known(action.goto, script.states, f"{key}.goto", "state")
    yield from _offer(action, script, key)
    yield from _call(action, script, key, in_result)
    if isinstance(action, Rule):
        yield from _rule(action, script, key)
    elif not (action.say or action.ask or action.call or action.goto):
        yield key, "does nothing that is heard: it needs a say, ask, call or goto"


def _rule(rule: Rule, script: Script, key: str) -> Found:
    yield from _phrases(rule.when, script, f"{key}.when")
    for name in rule.asked:
        yield from _known(name, script.slots, f"{key}.asked", "slot")
    if not rule.when and rule.changed is None:
        yield key, "a rule needs a when or a changed"
    if not (rule.say or rule.ask or rule.call or rule.goto or rule.resume):
        yield key, "does nothing that is heard: it needs a say, ask, call, goto or resume"


def _offer(action: Action, script: Script, key: str) -> Found:
    if action.offer is None:
        return
    yield from _kind(action.offer.to, "list", script, f"{key}.offer.to")
    if action.offer.within is not None:
        yield from _kind(action.offer.within, "daypart", script, f"{key}.offer.within")
    yield from _templates(action.offer.none_within, script, f"{key}.offer.none_within", in_result=True)


def _call(action: Action, script: Script, key: str, in_result: bool) -> Found:
    if action.call is None:
        if action.on_result or action.arguments:
            yield key, "with and on_result belong to a call"
        return
    yield from _known(action.call, script.tools, f"{key}.call", "tool")
    for name, template in action.arguments.items():
        if action.call in script.tools:
            yield from _known(name, script.tools[action.call], f"{key}.with", f"argument of {action.call}")
        yield from _templates((template,), script, f"{key}.with.{name}", in_result)
    if action.goto:
        yield f"{key}.goto", "a call goes on in its on_result; put the goto there"
    if action.on_result and not action.on_result[-1].unconditional:
        yield f"{key}.on_result", "the last branch must have no condition, or some result is left unanswered"


def _phrases(phrases: Lines, script: Script, key: str, *, references: bool = True) -> Found:
    for phrase in phrases:
        reference = patterns.REFERENCE.fullmatch(phrase)
        if reference and references:
            yield from _known(reference[1], [*script.phrases, "yes", "no"], key, "set of phrases")
        elif "<" in phrase:
            yield key, f"{phrase!r}: a reference stands alone, and only in a rule"
        else:
            try:
                expression = patterns.compiled(phrase)
            except re.error as error:
                yield key, f"{phrase!r} is no phrase: {error}"
                continue
            if expression.search("  ") or not patterns.vocabulary(phrase):
                yield key, f"{phrase!r} has no word that must be said"


def _templates(lines: Lines, script: Script, key: str, in_result: bool) -> Found:
    for line in lines:
        for match in speech.PLACEHOLDER.finditer(line):
            name = match[1]
            if not (name == "last" or (in_result and name.startswith("result."))):
                yield from _known(name, script.slots, key, "slot")
            if match[2]:
                yield from _known(match[2], speech.FILTERS, key, "filter")
        if re.search(r"[{}]", speech.PLACEHOLDER.sub("", line)):
            yield key, f"{line!r}: a placeholder is {{slot}} or {{slot|filter}}"


def _kind(name: str, kind: str, script: Script, key: str) -> Found:
    yield from _known(name, script.slots, key, "slot")
    if name in script.slots and script.slots[name].kind != kind:
        yield key, f"slot {name!r} is of kind {script.slots[name].kind}, not {kind}"


def _known(name: str, known: object, key: str, what: str) -> Found:
    names = [str(each) for each in known] if hasattr(known, "__iter__") else []
    if name not in names:
        near = get_close_matches(name, names, n=1, cutoff=0.6)
        meant = f"did you mean {near[0]!r}? " if near else ""
        yield key, f"no {what} {name!r}; {meant}known: {', '.join(names) or 'none'}"


def _unreachable(script: Script) -> Found:
    targets: dict[str, set[str]] = {"": {script.start}}
    for key, action, _ in actions(script):
        source = key.split(".")[1] if key.startswith("states.") else ""
        targets.setdefault(source, set()).update({action.goto} if action.goto else ())
    reached: set[str] = set()
    waiting = set(targets[""])
    while waiting:
        state = waiting.pop()
        reached.add(state)
        waiting |= targets.get(state, set()) - reached
    for name in script.states:
        if name not in reached:
            yield f"states.{name}", "is never reached: no goto leads here"
