"""A Dockerfile and a .dockerignore, read for what they do with the agents' files."""

from pathlib import PurePosixPath

import pytest

from frontdesk.check.dockerfile import read_dockerfile
from frontdesk.check.ignored import kept_out_by, read_patterns
from tests.host.dockerfile import ROOT

AGENT = "agents/a.yaml"


def placed(text: str, path: str = AGENT) -> str | None:
    """Where the image has a file of the context."""
    place = read_dockerfile(f"FROM base\n{text}").place(PurePosixPath(path))
    return str(place) if place else None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("COPY agents ./agents", "/app/agents/a.yaml"),
        ("COPY ./agents/ /app/agents", "/app/agents/a.yaml"),
        ("COPY . .", "/app/agents/a.yaml"),
        ("COPY . /srv", "/srv/agents/a.yaml"),
        ("ADD agents agents", "/app/agents/a.yaml"),
        ("copy agents agents", "/app/agents/a.yaml"),
        ("COPY --chown=1000:1000 agents ./agents", "/app/agents/a.yaml"),
        ('COPY ["agents", "./agents"]', "/app/agents/a.yaml"),
        ('COPY --link ["agents", "./agents"]', "/app/agents/a.yaml"),
        ("COPY agents/*.yaml ./agents/", "/app/agents/a.yaml"),
        ("COPY agents/a.yaml ./agents/", "/app/agents/a.yaml"),
        ("COPY agents/a.yaml ./agents/b.yaml", "/app/agents/b.yaml"),
        ("COPY agents/a.yaml .", "/app/a.yaml"),
        ("COPY bot.py agents/a.yaml here", "/app/here/a.yaml"),
        ("WORKDIR /srv\nCOPY agents agents", "/srv/agents/a.yaml"),
        ("WORKDIR bot\nCOPY agents agents", "/app/bot/agents/a.yaml"),
        ("ARG FOLDER=agents\nCOPY ${FOLDER} ./$FOLDER", "/app/agents/a.yaml"),
        ("ENV FOLDER agents\nCOPY ${FOLDER} ./agents", "/app/agents/a.yaml"),
        ("COPY agents ./old\nCOPY agents ./agents", "/app/agents/a.yaml"),
        ("COPY \\\n  # all of them\n  agents \\\n  ./agents", "/app/agents/a.yaml"),
        ("COPY agent ./agents", None),
        ("COPY agents/*.yml ./agents/", None),
        ("COPY --from=builder agents ./agents", None),
        ("COPY agents ./agents\nFROM other", None),
        ("#COPY agents ./agents", None),
        ("COPY", None),
        ('COPY "agents ./agents', None),
    ],
)
def test_a_file_lands_where_docker_puts_it(text: str, place: str | None) -> None:
    assert placed(text) == place


def test_a_line_is_the_one_that_its_instruction_begins_in() -> None:
    text = '# syntax\nFROM base\n\nARG \\\n  EXTRAS=""\nRUN a \\\n && uv sync\nCOPY . .'
    dockerfile = read_dockerfile(text)
    assert (dockerfile.lines["EXTRAS"], dockerfile.lines["RUN"]) == (4, 6)
    assert dockerfile.copies[0].line == 8


@pytest.mark.parametrize(
    ("text", "installed"),
    [
        ("RUN uv sync --locked --no-dev --extra groq", True),
        ("RUN uv sync --locked --extra=groq --no-dev", True),
        ("RUN uv sync --all-extras", True),
        ('ARG EXTRAS="anthropic groq"\nRUN uv sync', True),
        ("ARG EXTRAS=groq,azure\nRUN uv sync", True),
        ('ARG EXTRAS=""\nRUN uv sync', False),
        ("RUN uv sync --extra groqqy", False),
        ("RUN uv sync --extra groq-beta", False),
        ("RUN echo --extra groq", False),
        ("RUN uv sync", False),
    ],
)
def test_an_extra_is_installed_by_name_or_by_the_default_of_extras(text: str, installed: bool) -> None:
    assert read_dockerfile(f"FROM base\n{text}").installs("groq") is installed


@pytest.mark.parametrize(
    ("path", "text", "by"),
    [
        ("a/b.py", "a", 1),
        ("a/b.py", "b.py", None),
        ("a/b.py", "**/b.py", 1),
        ("b.py", "**/b.py", 1),
        ("a/b.py", "*.py", None),
        ("a/b.py", "a/?.py", 1),
        ("a/b.py", "# all\n/*\n!a", None),
        ("a/b.py", "/*\n!a\n\n**/*.py", 4),
        ("a/b.py", "a/*.py\n!a/b.py", None),
        ("c/b.py", "/*\n!a", 1),
        ("a/b.py", "", None),
    ],
)
def test_the_last_line_of_an_ignore_file_that_is_about_a_file_decides(
    path: str, text: str, by: int | None
) -> None:
    pattern = kept_out_by(PurePosixPath(path), read_patterns(text))
    assert (pattern.line if pattern else None) == by


def test_the_shipped_dockerfile_is_understood() -> None:
    dockerfile = read_dockerfile((ROOT / "Dockerfile").read_text())
    patterns = read_patterns((ROOT / ".dockerignore").read_text())
    for name in ("bot.py", "agents/appointments.yaml", "frontdesk/__init__.py"):
        assert str(dockerfile.place(PurePosixPath(name))) == f"/app/{name}"
        assert kept_out_by(PurePosixPath(name), patterns) is None
    for name in ("agents/appointments.script.yaml", "tests/conftest.py", ".env"):
        assert kept_out_by(PurePosixPath(name), patterns) is not None
