"""Where Frontdesk finds its files, from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from frontdesk.errors import ConfigError, Problem


def root() -> Path:
    """The folder that has `bot.py`, `agents/` and the files of a deployment."""
    return Path(__file__).parent.parent


def bot_environ() -> dict[str, str]:
    """The environment of a bot started here: this process's, and what `.env` beside `bot.py` adds to it.

    Raises ConfigError where that file cannot be read.
    """
    return {**given_in(root() / ".env"), **os.environ}


def given_in(dotenv: Path) -> dict[str, str]:
    """The variables that a `.env` file gives a value to; none where there is no such file.

    Raises ConfigError where it cannot be read.
    """
    try:
        values = dotenv_values(dotenv) if dotenv.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Problem(dotenv.name, "", f"cannot be read: {error}")]) from None
    return {name: value for name, value in values.items() if value is not None}


def data_dir() -> Path:
    """The folder for everything that is kept: `FRONTDESK_DATA_DIR`, default `./data`."""
    return Path(os.environ.get("FRONTDESK_DATA_DIR") or "data").absolute()


def agents_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of the agent files: `AGENTS_DIR`, default `agents/` beside `bot.py`."""
    configured = environ.get("AGENTS_DIR")
    return Path(configured).absolute() if configured else root() / "agents"
