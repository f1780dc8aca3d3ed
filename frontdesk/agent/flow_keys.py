"""The keys of a flow file: those of pipecat's FlowConfig that make sense on a call."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from frontdesk.agent.document import KeyPath
from frontdesk.agent.services import Section
from frontdesk.agent.types import Name, Wording


class FlowMessage(Section):
    """What the LLM is told at a node."""

    role: Literal["developer", "system", "user", "assistant"]
    content: Wording


class FlowBranch(Section):
    """A transition that a field of the tool's result decides."""

    field: Name
    cases: dict[str, Name] = Field(min_length=1)
    default: Name | None = None


def _form(value: Any) -> str:
    return "branch" if isinstance(value, dict | FlowBranch) else "node"


Transition = Annotated[
    Annotated[FlowBranch, Tag("branch")] | Annotated[Name, Tag("node")], Discriminator(_form)
]


class FlowFunction(Section):
    """A tool of the agent or, `transition_only`, nothing but a way to another node."""

    name: Name
    transition_only: bool = False
    description: Wording | None = None
    transition_to: Transition | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.transition_only:
            if self.description is not None:
                raise ValueError("`description` belongs to a `transition_only` function; a tool has its own")
        elif self.description is None or not isinstance(self.transition_to, str):
            raise ValueError(
                "a `transition_only` function needs a `description` and a node to `transition_to`"
            )
        return self

    def targets(self) -> Iterator[tuple[KeyPath, str]]:
        """The nodes that it leads to, and where that is said."""
        if isinstance(self.transition_to, str):
            yield ("transition_to",), self.transition_to
        elif self.transition_to is not None:
            yield from (
                (("transition_to", "cases", case), node) for case, node in self.transition_to.cases.items()
            )
            if self.transition_to.default is not None:
                yield ("transition_to", "default"), self.transition_to.default


class FlowAction(Section):
    """Something said, or the end of the call, on entering a node or after its answer."""

    type: Literal["tts_say", "end_conversation"]
    text: Wording | None = None
    append_text_to_context: bool = True

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.type == "tts_say" and self.text is None:
            raise ValueError("`tts_say` needs a `text`")
        return self


class FlowNode(Section):
    """A step of the conversation."""

    task_messages: list[FlowMessage]
    role_message: Wording | None = None
    functions: list[FlowFunction] = Field(default_factory=list, max_length=100)
    pre_actions: list[FlowAction] = Field(default_factory=list, max_length=20)
    post_actions: list[FlowAction] = Field(default_factory=list, max_length=20)
    context_strategy: Literal["append", "reset"] | None = None
    respond_immediately: bool = True

    def texts(self) -> Iterator[tuple[KeyPath, str]]:
        """Every text in which placeholders are filled, and where it stands."""
        if self.role_message is not None:
            yield ("role_message",), self.role_message
        for at, message in enumerate(self.task_messages):
            yield ("task_messages", at, "content"), message.content
        for key in ("pre_actions", "post_actions"):
            for at, action in enumerate(getattr(self, key)):
                if action.text is not None:
                    yield (key, at, "text"), action.text


class FlowKeys(Section):
    """A flow: its nodes, the one it begins with, and what can be done at every one."""

    initial_node: Name
    nodes: dict[Name, FlowNode] = Field(min_length=1)
    global_functions: list[FlowFunction] = Field(default_factory=list, max_length=100)

    def texts(self) -> Iterator[tuple[KeyPath, str]]:
        """Every text in which placeholders are filled, and where it stands."""
        for name, node in self.nodes.items():
            yield from ((("nodes", name, *path), text) for path, text in node.texts())

    def functions(self) -> Iterator[tuple[KeyPath, FlowFunction]]:
        """Every function, and where it stands."""
        for at, function in enumerate(self.global_functions):
            yield ("global_functions", at), function
        for name, node in self.nodes.items():
            for at, function in enumerate(node.functions):
                yield ("nodes", name, "functions", at), function
