"""The script of a dialogue: slots, phrases, rules and states, as one YAML file holds them."""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from frontdesk.services.embedded.dialogue import patterns

Kind = Literal["date", "time", "daypart", "name", "phone", "number", "yes_no", "choice", "text", "list"]


def _several(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Lines = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_several)]
"""One text or several; several are said in turn, one each time."""
Names = Annotated[tuple[str, ...], BeforeValidator(_several)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Slot(_Part):
    """One thing to learn from the caller."""

    kind: Kind
    ask: Lines = Field((), description="The question for it.")
    unclear: Lines = Field(
        (), description="What to say when the answer was not understood: first, second, … time."
    )
    among: str | None = Field(None, description="The list slot that a date or time may be picked from.")
    earliest: int = Field(
        7, ge=0, le=12, description="Hours before it, said without a.m., are in the afternoon."
    )
    options: dict[str, Lines] = Field(default_factory=dict, description="Of a choice: value → phrases.")


class Offer(_Part):
    """Put times from a tool's result into a list slot."""

    to: str = Field(description="The list slot.")
    key: str = Field(description='The result\'s key with the times, "YYYY-MM-DDTHH:MM" each.')
    within: str | None = Field(None, description="A daypart slot: only times in it, when there are any.")
    none_within: Lines = Field((), description="Said before anything else when there are none in it.")
    most: int = Field(3, ge=1, le=10, description="How many at most.")


class Action(_Part):
    """What to do, and under which conditions; every condition must hold."""

    missing: Names = Field((), description="Slots that are empty.")
    has: Names = Field((), description="Slots that are filled.")
    equals: dict[str, str] = Field(default_factory=dict, description="Slot → its value.")
    changed: bool | None = Field(None, description="Whether the caller just filled or changed a slot.")
    result: Names = Field((), description="Keys that the tool's result has, neither empty nor false.")

    clear: Names = Field((), description="Slots to empty.")
    set: dict[str, str] = Field(default_factory=dict, description="Slot → text to put there.")
    offer: Offer | None = None
    say: Lines = ()
    ask: str | None = Field(
        None, description="The slot that is asked for now; its question, unless there is a say."
    )
    call: str | None = Field(None, description="The tool to call.")
    arguments: dict[str, str] = Field(
        default_factory=dict, alias="with", description="Of the tool; one whose slot is empty is left out."
    )
    on_result: tuple["Action", ...] = Field((), description="The first whose conditions hold is done.")
    goto: str | None = Field(
        None, description="The state to go on in: with its steps, or after an ask with the answer."
    )
    resume: bool = Field(False, description="Ask the last question again afterwards.")

    @property
    def unconditional(self) -> bool:
        """Whether it is done in any case."""
        return not (self.missing or self.has or self.equals or self.result) and self.changed is None


class Rule(Action):
    """What to do when the caller says one of these phrases."""

    when: Lines = Field((), description="Phrases, or <name> for a set of phrases, <yes>, <no>.")
    asked: Names = Field((), description="Only while one of these slots is asked for.")


class State(_Part):
    """A place in the conversation: its steps are tried on entering it and whenever a slot was filled."""

    steps: tuple[Action, ...] = Field(min_length=1)
    rules: tuple[Rule, ...] = ()
    unclear: Lines = ()
    takes: str | None = Field(
        None,
        description="The text slot that a whole sentence goes into, when no rule fits it and it is empty.",
    )


class Script(_Part):
    """A whole dialogue; `load` reads and checks one."""

    start: str = Field(description="The first state.")
    opening: Lines = Field(description="Said when it is the agent's turn and nothing has been said yet.")
    unclear: Lines = Field(description="What to say when nothing else is known to say.")
    wait: Lines = Field(("One moment, please.",), description="Said while a tool is still running.")
    tools: dict[str, Names] = Field(
        default_factory=dict, description="The tools that are called → their arguments."
    )
    slots: dict[str, Slot] = Field(default_factory=dict)
    phrases: dict[str, Lines] = Field(
        default_factory=dict, description="Named sets of phrases, <name> in a rule."
    )
    always: tuple[Rule, ...] = Field((), description="Rules of every state, tried before its own.")
    rules: tuple[Rule, ...] = Field((), description="Rules of every state, tried after its own.")
    states: dict[str, State] = Field(min_length=1)

    @classmethod
    def load(cls, path: Path) -> "Script":
        """The script in this YAML file. Raises ConfigError with every problem in it."""
        from frontdesk.services.embedded.dialogue.loading import load

        return load(path)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of every phrase."""
        spoken = [phrase for phrases in self.phrases.values() for phrase in phrases]
        spoken += [phrase for rule in self.every_rule for phrase in rule.when]
        spoken += [
            phrase for slot in self.slots.values() for lines in slot.options.values() for phrase in lines
        ]
        return frozenset().union(*(patterns.vocabulary(phrase) for phrase in spoken))

    @property
    def every_rule(self) -> list[Rule]:
        """The rules of every state and the common ones."""
        return [*self.always, *self.rules, *(rule for state in self.states.values() for rule in state.rules)]
