"""A script's file: every mistake in it is named, with its place and what is allowed there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from frontdesk.environment import agents_dir
from frontdesk.errors import ConfigError
from frontdesk.services.embedded.dialogue import Script, patterns

GOOD = """
start: hello
opening: "Hi {name}"
unclear: "What?"
tools: {look: [day]}
slots:
  day: {kind: date, among: offered, ask: "Which day?"}
  name: {kind: name}
  offered: {kind: list}
phrases: {leave: [bye, "see (you|ya)"]}
rules:
  - when: <leave>
    say: "Bye {name|first}."
states:
  hello:
    steps:
      - missing: day
        ask: day
      - call: look
        with: {day: "{day}"}
        on_result:
          - result: free
            say: "{result.free}"
          - goto: hello
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "x.script.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, old: str, new: str) -> list[str]:
    """What is said about the good script with one thing in it replaced."""
    assert old in GOOD
    with pytest.raises(ConfigError) as raised:
        Script.load(written(folder, GOOD.replace(old, new, 1)))
    assert all(re.fullmatch(r"x\.script\.yaml:\d+", problem.file) for problem in raised.value.problems)
    return [f"{problem.key}: {problem.message}" for problem in raised.value.problems]


@pytest.mark.parametrize("path", sorted(agents_dir().glob("*.script.yaml")), ids=lambda path: path.name)
def test_every_script_of_an_agent_loads(path: Path) -> None:
    script = Script.load(path)
    assert set(script.tools) <= {"get_available_time_slots", "book_appointment", "end_call"}


def test_a_good_script_loads(tmp_path: Path) -> None:
    assert Script.load(written(tmp_path, GOOD)).start == "hello"


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ("start: hello", "start: helo", "start", "did you mean 'hello'?"),
        ("missing: day", "missing: dya", "states.hello.steps[0].missing", "did you mean 'day'?"),
        ("ask: day", "ask: time", "states.hello.steps[0].ask", "no slot 'time'"),
        ("ask: day", "ask: name", "states.hello.steps[0].ask", "has no question"),
        ("call: look", "call: lok", "states.hello.steps[1].call", "no tool 'lok'; did you mean 'look'?"),
        (
            'with: {day: "{day}"}',
            "with: {date: x}",
            "states.hello.steps[1].with",
            "no argument of look 'date'",
        ),
        (
            "- goto: hello",
            "- goto: bye",
            "states.hello.steps[1].on_result[1].goto",
            "no state 'bye'; known: hello",
        ),
        (
            "- goto: hello",
            "- has: day\n            goto: hello",
            "states.hello.steps[1].on_result",
            "no condition",
        ),
        ("- goto: hello", "- clear: day", "states.hello.steps[1].on_result[1]", "does nothing that is heard"),
        ("when: <leave>", "when: <leaf>", "rules[0].when", "no set of phrases 'leaf'; did you mean 'leave'?"),
        ("leave: [bye,", "leave: [<leave>,", "phrases.leave", "only in a rule"),
        ("when: <leave>", "when: '(a|b'", "rules[0].when", "is no phrase"),
        ("when: <leave>", "when: '*'", "rules[0].when", "no word that must be said"),
        ("{name|first}", "{name|frist}", "rules[0].say", "no filter 'frist'; did you mean 'first'?"),
        ("{name|first}", "{nam}", "rules[0].say", "no slot 'nam'; did you mean 'name'?"),
        ("{name|first}", "{name", "rules[0].say", "a placeholder is"),
        ("{name|first}", "{result.x}", "rules[0].say", "no slot 'result.x'"),
        ("among: offered", "among: name", "slots.day.among", "is of kind name, not list"),
        ("kind: name", "kind: nmae", "slots.name.kind", "'name'"),
        ("unclear:", "unclaer:", "unclaer", "did you mean 'unclear'?"),
        ("missing: day", "mising: day", "states.hello.steps[0].mising", "did you mean 'missing'?"),
        ("kind: list", "kind: list, asks: x", "slots.offered.asks", "did you mean 'ask'?"),
        ("states:", "states:\n  lost: {steps: [{say: x}]}", "states.lost", "never reached"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, key: str, message: str) -> None:
    found = problems(tmp_path, old, new)
    assert any(line.startswith(f"{key}: ") and message in line for line in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("start: hello\n", "", "x.script.yaml:1: start: is missing"),
        (
            "unclear:",
            "unclaer:",
            "x.script.yaml:3: unclaer: unknown key; did you mean 'unclear'?",
        ),
        (
            "ask: day",
            "askk: day",
            "x.script.yaml:17: states.hello.steps[0].askk: unknown key; did you mean 'ask'?",
        ),
        (
            "kind: name",
            "kind: nmae",
            "x.script.yaml:7: slots.name.kind: 'nmae' is not allowed; did you mean 'name'? allowed: choice,",
        ),
        (
            "with: {day",
            "wiht: {day",
            "x.script.yaml:19: states.hello.steps[1].wiht: unknown key; did you mean 'with'",
        ),
        ('say: "Bye {name|first}."', "say: 5", "x.script.yaml:12: rules[0].say: 5 should be a list"),
        ("ask: day", "ask: time", "x.script.yaml:17: states.hello.steps[0].ask: no slot 'time'; known: day,"),
        ("steps:", "stesp:", "x.script.yaml:14: states.hello.steps: is missing"),
        ("{name|first}", "${x}", "x.script.yaml:12: rules[0].say: no slot 'x'; known: day, name, offered"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as raised:
        Script.load(written(tmp_path, GOOD.lstrip("\n").replace(old, new, 1)))
    assert any(str(problem).startswith(said) for problem in raised.value.problems), str(raised.value)


def test_words_that_yaml_knows_otherwise_are_text_in_a_script(tmp_path: Path) -> None:
    script = Script.load(written(tmp_path, GOOD.replace("[bye,", "[no, 2026-03-03,")))
    assert script.phrases["leave"][:2] == ("no", "2026-03-03")


def test_all_mistakes_are_named_at_once(tmp_path: Path) -> None:
    broken = (
        GOOD.replace("start: hello", "start: x")
        .replace("call: look", "call: y")
        .replace("ask: day", "ask: z")
    )
    with pytest.raises(ConfigError) as raised:
        Script.load(written(tmp_path, broken))
    assert {problem.key for problem in raised.value.problems} >= {
        "start",
        "states.hello.steps[0].ask",
        "states.hello.steps[1].call",
    }


@pytest.mark.parametrize("text", ["", "- a", "start: [", "\0"])
def test_a_file_that_is_no_script_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"x\.script\.yaml"):
        Script.load(written(tmp_path, text))


def test_a_script_like_another_says_only_what_is_different(tmp_path: Path) -> None:
    (tmp_path / "base.script.yaml").write_text(GOOD)
    own = "like: base.script.yaml\nunclear: Pardon?\nslots: {day: {ask: When?}}\n"
    script = Script.load(written(tmp_path, own))
    assert (script.unclear, script.slots["day"].ask, script.slots["day"].among) == (
        ("Pardon?",),
        ("When?",),
        "offered",
    )
    assert script.states == Script.load(tmp_path / "base.script.yaml").states


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("like: none.script.yaml", "x.script.yaml:1: like: none.script.yaml cannot be read"),
        ("\nlike: base.script.yaml\nstart: x", "x.script.yaml:3: start: no state 'x'; known: hello"),
    ],
)
def test_what_is_wrong_with_a_script_like_another_is_named(tmp_path: Path, own: str, said: str) -> None:
    (tmp_path / "base.script.yaml").write_text(GOOD)
    with pytest.raises(ConfigError) as raised:
        Script.load(written(tmp_path, own))
    assert str(raised.value.problems[0]).startswith(said)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Script.load(tmp_path / "x.script.yaml")


def test_checking_a_script_imports_no_pipecat() -> None:
    code = (
        "import sys; from frontdesk.services.embedded.dialogue import Script; "
        "sys.exit(any(name in sys.modules for name in ('pipecat', 'openai', 'onnxruntime')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("phrase", "said", "fits"),
    [
        ("book * appointment", "id like to book a new appointment please", True),
        ("book * appointment", "book me in for one two three four five appointment", False),
        ("(talk|speak) to (a|) human", "can i speak to human", True),
        ("^no$", "no", True),
        ("^no$", "no way", False),
        ("bye", "goodbye", False),
        ("the first", "the 1st", True),
    ],
)
def test_a_phrase_fits(phrase: str, said: str, fits: bool) -> None:
    assert patterns.matches(phrase, said) is fits
