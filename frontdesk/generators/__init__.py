"""What computes inputs for each call: a file per built-in generator, and those of `agents/generators/`."""

from frontdesk.generators.generator import Generator, GeneratorError
from frontdesk.generators.table import GENERATORS, built_in, load_generators

__all__ = ["GENERATORS", "Generator", "GeneratorError", "built_in", "load_generators"]
