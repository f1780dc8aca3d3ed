"""Every generator by its name: the built-in ones, and those of a folder of agents."""

import functools
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from frontdesk.generators.custom import Loaded, custom_generators
from frontdesk.generators.generator import Generator

# name → "module:function", imported with the first look at the generators.
GENERATORS = {
    "current_timestamp": "frontdesk.generators.current_timestamp:current_timestamp",
    "get_available_time_slots_str": (
        "frontdesk.generators.get_available_time_slots_str:get_available_time_slots_str"
    ),
    "get_grouped_calendar": "frontdesk.generators.get_grouped_calendar:get_grouped_calendar",
}


def load_generators(agents: Path) -> Loaded:
    """The built-in generators and those of `<agents>/generators/*.py`, and what is wrong with the latter.

    Runs the code of these files; never raises for what they hold.
    """
    custom = custom_generators(agents / "generators", taken=GENERATORS)
    return custom._replace(generators={**built_in(), **custom.generators})


@functools.cache
def built_in() -> Mapping[str, Generator]:
    """The generators that come with Frontdesk."""
    return {name: _built_in(name) for name in GENERATORS}


def _built_in(name: str) -> Generator:
    module, _, function = GENERATORS[name].partition(":")
    return Generator(name, getattr(import_module(module), function))
