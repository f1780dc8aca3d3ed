"""What an agent says first and is told: filled with what is known by then, and again when more is."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from frontdesk.agent import AgentConfig
from frontdesk.briefing import Briefing
from frontdesk.call import Call
from frontdesk.generators import Generator
from frontdesk.session import SessionData
from frontdesk.translate import Translator

PROMPT = "You are {agent_name}. You speak with {customer}. Free: {slots}."
SPANISH = "Eres {agent_name}. Hablas con {customer}. Libre: {slots}."


class Gate:
    """A function that returns a value once it is opened."""

    def __init__(self, value: Any):
        self.value = value
        self.opened = threading.Event()
        self.runs = 0

    def __call__(self) -> Any:
        self.runs += 1
        assert self.opened.wait(20)
        return self.value


class Model:
    """A language model that answers one thing; it stands in for what `llm.utils` builds."""

    def __init__(self, answer: Callable[[], str]):
        self.answer = answer
        self.gone = False

    async def run_inference(self, context: Any, system_instruction: str) -> str:
        return await asyncio.to_thread(self.answer)

    async def cleanup(self) -> None:
        self.gone = True


def named(**functions: Callable[[], Any]) -> Mapping[str, Generator]:
    """Generators of functions that need neither call nor agent."""

    def ignoring(function: Callable[[], Any]) -> Callable[[Call, AgentConfig], Any]:
        return lambda call, agent: function()

    return {name: Generator(name, ignoring(function)) for name, function in functions.items()}


def agent(**inputs: Any) -> AgentConfig:
    """An agent with two generated inputs and these besides."""
    generated = {
        "customer": {"generator": "crm", "timeout": 5, "fallback": "someone new"},
        "slots": {"generator": "slots", "timeout": 5},
    }
    return AgentConfig(
        agent_inputs={"agent_name": "Emma"} | generated | inputs,
        start_message="Hello {customer}, this is {agent_name}.",
        prompts={"agent": {"en": PROMPT}},
        initial_messages=[{"role": "user", "content": "I am {customer}, {{customer}}."}],
    )


Faults = list[tuple[str, str]]


@asynccontextmanager
async def briefing(
    generators: Mapping[str, Generator],
    answer: Callable[[], str] | None = None,
    session: SessionData | None = None,
    faults: Faults | None = None,
    **inputs: Any,
) -> AsyncIterator[Briefing]:
    """The briefing of a call, closed at the end; `answer` is what its translator's model says."""
    call = Call("one", "none", from_number="+15550002222", session=session or SessionData())
    translator: Any = Translator(lambda: Model(answer) if answer else None)  # type: ignore[arg-type, return-value]
    note = [] if faults is None else faults
    begun = Briefing.begin(agent(**inputs), call, generators, translator, lambda *fault: note.append(fault))
    try:
        yield begun
    finally:
        await begun.close()


async def told(begun: Briefing) -> list[str]:
    """Every text of the instructions, from the one of now."""
    async with asyncio.timeout(10):
        first = begun.instructions()
        return [first, *[text async for text in begun.changes(first)]]


async def test_what_is_not_known_yet_takes_its_fallback() -> None:
    crm, slots = Gate("Ada"), Gate("none")
    async with briefing(named(crm=crm, slots=slots)) as begun:
        assert begun.greeting() == "Hello someone new, this is Emma."
        assert begun.instructions() == "You are Emma. You speak with someone new. Free: unknown."
        crm.opened.set()
        slots.opened.set()
        assert (await told(begun))[-1] == "You are Emma. You speak with Ada. Free: none."
        assert begun.greeting() == "Hello Ada, this is Emma."


async def test_the_messages_that_a_conversation_begins_with_change_in_place() -> None:
    crm = Gate("Ada")
    async with briefing(named(crm=crm, slots=lambda: "none")) as begun:
        opening = begun.opening()
        assert opening == [{"role": "user", "content": "I am someone new, {customer}."}]
        crm.opened.set()
        await told(begun)
        assert opening == [{"role": "user", "content": "I am Ada, {customer}."}]


async def test_all_generators_run_at_once() -> None:
    both = threading.Barrier(2)  # which neither of them passes without the other

    def meet() -> str:
        both.wait(5)
        return "met"

    async with briefing(named(crm=meet, slots=meet)) as begun:
        assert (await told(begun))[-1] == "You are Emma. You speak with met. Free: met."


async def test_a_value_is_told_without_waiting_for_the_slowest() -> None:
    crm, slots = Gate("Ada"), Gate("none")
    async with briefing(named(crm=crm, slots=slots)) as begun:
        changes = begun.changes(begun.instructions())
        crm.opened.set()
        assert await anext(changes) == "You are Emma. You speak with Ada. Free: unknown."
        slots.opened.set()
        assert await anext(changes) == "You are Emma. You speak with Ada. Free: none."
        with pytest.raises(StopAsyncIteration):
            await anext(changes)


async def test_what_settled_before_anyone_listened_is_told_at_once() -> None:
    before = "You are Emma. You speak with someone new. Free: unknown."
    async with briefing(named(crm=lambda: "Ada", slots=lambda: "none")) as begun:
        final = (await told(begun))[-1]
        assert [text async for text in begun.changes(before)] == [final]
        assert [text async for text in begun.changes(final)] == []


async def test_a_generator_that_takes_too_long_leaves_its_fallback_and_a_trace(logged: list[str]) -> None:
    slow = {"generator": "crm", "timeout": 0.05, "fallback": "someone"}
    faults: Faults = []
    crm = Gate("Ada")
    async with briefing(named(crm=crm, slots=lambda: "none"), faults=faults, customer=slow) as begun:
        assert (await told(begun))[-1] == "You are Emma. You speak with someone. Free: none."
        crm.opened.set()
        await asyncio.sleep(0.05)
        assert begun.greeting() == "Hello someone, this is Emma.", "what comes too late is not used"
    assert faults == [("generator crm", "took longer than 0.05 s")]
    assert [line for line in logged if "crm" in line] == [
        "ERROR Input customer keeps its fallback, its generator crm: took longer than 0.05 s"
    ]


def missing_key() -> str:
    """A bug."""
    return str({}["customer"])


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (missing_key, "KeyError: 'customer'"),
        (lambda: None, "it returned NoneType, not text, a number, true or false"),
        (lambda: exit(3), "SystemExit: 3"),
    ],
)
async def test_a_generator_that_fails_leaves_its_fallback_and_a_trace(
    function: Callable[[], Any], reason: str, logged: list[str]
) -> None:
    faults: Faults = []
    async with briefing(named(crm=function, slots=lambda: "none"), faults=faults) as begun:
        assert (await told(begun))[-1] == "You are Emma. You speak with someone new. Free: none."
    assert faults == [("generator crm", reason)]
    assert len([line for line in logged if line.startswith("ERROR")]) == 1


async def test_a_generator_that_there_is_not_leaves_its_fallback() -> None:
    faults: Faults = []
    async with briefing(named(slots=lambda: "none"), faults=faults) as begun:
        assert (await told(begun))[-1] == "You are Emma. You speak with someone new. Free: none."
    assert faults == [("generator crm", "there is no generator of that name")]


async def test_an_input_of_the_session_is_not_generated() -> None:
    crm = Gate("Ada")
    session = SessionData(agent_inputs={"customer": "Grace"})
    async with briefing(named(crm=crm, slots=lambda: "none"), session=session) as begun:
        assert begun.greeting() == "Hello Grace, this is Emma."
        assert (await told(begun))[-1] == "You are Emma. You speak with Grace. Free: none."
    assert crm.runs == 0


async def test_no_value_can_bring_a_placeholder_with_it() -> None:
    session = SessionData(agent_inputs={"agent_name": "{customer} {caller_number}"})
    async with briefing(named(crm=lambda: "{agent_name}", slots=lambda: "{{x}}"), session=session) as begun:
        final = (await told(begun))[-1]
    assert final == "You are {customer} {caller_number}. You speak with {agent_name}. Free: {{x}}."


async def test_a_call_that_ends_leaves_no_task_behind() -> None:
    crm, slots = Gate("Ada"), Gate("none")
    before = asyncio.all_tasks()
    faults: Faults = []
    async with briefing(named(crm=crm, slots=slots), faults=faults):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    assert faults == [], "that the caller hung up is no fault"
    crm.opened.set()
    slots.opened.set()


async def test_the_original_is_used_until_there_is_a_translation(tmp_path: Path) -> None:
    model = Gate(SPANISH)
    session = SessionData(language="es")
    generators = named(crm=lambda: "Ada", slots=lambda: "none")
    async with briefing(generators, model, session, translate_prompt=True) as begun:
        changes = begun.changes(begun.instructions())
        known = [await anext(changes)]
        while "Ada. Free: none" not in known[-1]:
            known.append(await anext(changes))
        assert known[-1] == "You are Emma. You speak with Ada. Free: none."
        model.opened.set()
        assert await anext(changes) == "Eres Emma. Hablas con Ada. Libre: none."


async def test_a_translation_that_is_kept_is_there_from_the_start() -> None:
    session = SessionData(language="es")
    generators = named(crm=lambda: "Ada", slots=lambda: "none")
    async with briefing(generators, lambda: SPANISH, session, translate_prompt=True) as begun:
        await told(begun)
    asked = Gate(SPANISH)
    async with briefing(named(crm=Gate(""), slots=Gate("")), asked, session, translate_prompt=True) as begun:
        assert begun.instructions() == "Eres Emma. Hablas con someone new. Libre: unknown."
    asked.opened.set()


async def test_a_translation_that_fails_leaves_the_original_and_a_trace(logged: list[str]) -> None:
    faults: Faults = []
    session = SessionData(language="es")
    generators = named(crm=lambda: "Ada", slots=lambda: "none")
    async with briefing(generators, lambda: "", session, faults, translate_prompt=True) as begun:
        assert (await told(begun))[-1] == "You are Emma. You speak with Ada. Free: none."
        assert begun.greeting() == "Hello Ada, this is Emma."
    assert faults == [("translation", "the answer was empty")] * 2
    assert any("not translated to es" in line for line in logged)
