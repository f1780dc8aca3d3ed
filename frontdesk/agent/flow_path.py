"""Where the flow of an agent is."""

from os.path import isfile  # unlike pathlib's, for every name
from pathlib import Path
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo

from frontdesk.agent.folder import agent_files
from frontdesk.agent.problems import suggestion
from frontdesk.agent.types import Known

FLOW_FILES = "*.flow.yaml"


def _flow(value: Any, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise ValueError("must be the name of a file beside the agent file, such as booking.flow.yaml")
    folder = info.context.folder if isinstance(info.context, Known) else None
    return Path(value) if folder is None else _beside(folder, str(value))


def _beside(folder: Path, name: str) -> Path:
    """A file of the agents' folder, by the name that an agent file gives it."""
    path = folder / name
    if path.parent != folder or not isfile(path):
        flows = [found.name for found in sorted(folder.glob(FLOW_FILES))]
        raise ValueError(f"is no file beside the agent file{suggestion(name, flows)}")
    if path in agent_files(folder):
        raise ValueError("would be read as an agent; name it with a second dot, such as booking.flow.yaml")
    return path


FlowPath = Annotated[Path, PlainValidator(_flow, json_schema_input_type=str)]
