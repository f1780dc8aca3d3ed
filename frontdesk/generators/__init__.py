"""Inputs that are computed for each call: one built-in generator per file, and those of `agents/generators/`."""

from frontdesk.generators.generator import Generator, GeneratorError
from frontdesk.generators.table import GENERATORS, load_generators

__all__ = ["GENERATORS", "Generator", "GeneratorError", "load_generators"]
