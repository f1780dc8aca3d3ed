"""A flow file as pipecat's FlowConfig."""

import functools
from dataclasses import dataclass
from pathlib import Path

from pipecat.flows import FlowConfig

from frontdesk.agent.flow_file import read_flow
from frontdesk.agent.flow_text import flow_placeholders
from frontdesk.errors import ConfigError


@dataclass(frozen=True)
class Plan:
    """A flow, and the names that its texts have placeholders for."""

    config: FlowConfig
    placeholders: frozenset[str]


@functools.cache
def load_flow(path: Path) -> Plan:
    """The flow in a file, read once per process. Raises ConfigError with what is wrong with it."""
    file = read_flow(path)
    if file.keys is None:
        raise ConfigError(file.problems)
    names = [name for _, text in file.keys.texts() for name in flow_placeholders(text)]
    return Plan(FlowConfig.model_validate(file.document.data), frozenset(names))
