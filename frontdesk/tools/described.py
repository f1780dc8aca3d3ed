"""`agents/tools/config.yaml`: what the LLM reads of the tools in the two-file form."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from frontdesk.agent import suggestion
from frontdesk.agent.document import Document, read_document
from frontdesk.agent.parameters import Parameters
from frontdesk.agent.problems import problems_of
from frontdesk.agent.services import Section
from frontdesk.agent.types import Wording
from frontdesk.errors import Problem


class Description(Section):
    """One tool."""

    description: Wording = Field(description="What it does and when to use it: the LLM reads this.")
    parameters: Parameters = Field(
        default_factory=lambda: {"type": "object", "properties": {}},
        description="Its arguments: the JSON Schema of an object.",
    )
    constants: list[str] = Field(
        default_factory=list, description="Constants that it needs, beside those that its code shows."
    )


class Descriptions:
    """The file: `of` are the descriptions by tool, `names` all that it has, `faulty` those with a problem."""

    def __init__(self, path: Path, environ: Mapping[str, str]):
        self._document = read_document(path, environ) if path.is_file() else Document(path.name, {})
        self._folder = path.parent.name
        self.problems = self._named(self._document.problems)
        self.of: dict[str, Description] = {}
        self.faulty = {str(path[0]) for path in self._document.faulty if path}
        data = self._document.data
        self.names: Set[str] = data.keys() if isinstance(data, dict) else set()
        if isinstance(data, dict):
            self._read(data)
        elif not self.problems:
            self.problems = self._named([self._document.problem((), "must hold the names of tools")])

    def lacks(self, name: str) -> Iterator[str]:
        """What is wrong where a function is not described, in words that follow its name."""
        if name not in self.names:
            near = suggestion(name, self.names, listed=False)
            yield f"is not described in {self._folder}/{self._document.name}{near}"

    def without_function(self, there: Iterable[str], folder: str) -> list[Problem]:
        """What is described, and is not there; `folder` is where it was looked for."""
        missing = [name for name in self.names if name not in {*there}]
        others = [name for name in there if name not in self.names]
        return self._named(
            self._document.problem(
                (name,), f"has no function in {folder}/{suggestion(name, others, listed=False)}"
            )
            for name in missing
        )

    def _read(self, data: Mapping[str, Any]) -> None:
        one: Any = dict[str, Description]
        for name, value in data.items():
            try:
                self.of |= TypeAdapter(one).validate_python({name: value})
            except ValidationError as error:
                self.faulty.add(name)
                self.problems += self._named(problems_of(self._document, error, one))

    def _named(self, problems: Iterable[Problem]) -> list[Problem]:
        return [replace(problem, file=f"{self._folder}/{problem.file}") for problem in problems]
