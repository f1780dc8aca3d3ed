"""Where Frontdesk finds its files, from the environment."""

import os
from pathlib import Path


def data_dir() -> Path:
    """The folder for everything that is kept: `FRONTDESK_DATA_DIR`, default `./data`."""
    return Path(os.environ.get("FRONTDESK_DATA_DIR") or "data").absolute()


def agents_dir() -> Path:
    """The folder of the agent files: `AGENTS_DIR`, default `agents/` beside `bot.py`."""
    configured = os.environ.get("AGENTS_DIR")
    return Path(configured).absolute() if configured else Path(__file__).parent.parent / "agents"
