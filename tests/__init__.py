"""The tests, each beside the module it mirrors."""

from loguru import logger

# What is logged while no test runs would come out behind pytest's summary.
logger.remove()
