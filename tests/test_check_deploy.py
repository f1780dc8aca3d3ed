"""`frontdesk check --deploy`: whether a deployment would have all that the agents need."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from frontdesk.check import Report, inspect
from frontdesk.check.deploy_file import deploy_file_problems, read_deploy_file
from frontdesk.check.dockerfile import read_dockerfile
from frontdesk.check.ignored import read_patterns
from frontdesk.services.vendor import Vendor
from tests.host.dockerfile import ROOT

KEYS = {f"{vendor}_API_KEY": "a-secret-value" for vendor in ("OPENAI", "DEEPGRAM", "CARTESIA")}
FINE = (
    "call_max_duration: 600\ntools: {end_call: }\nstart_message: Hi\nprompts: {agent: {en: You are Emma.}}\n"
)
CARRIER = {"TELNYX_API_KEY": "a-secret-value"}
DEPLOY = 'agent_name = "frontdesk"\nsecret_set = "s"\n[scaling]\nmin_agents = 1\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that can be deployed: one agent, the shipped Dockerfile and .dockerignore, every key."""
    for name in ("Dockerfile", ".dockerignore", "pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bot.py").touch()
    (tmp_path / "frontdesk" / "services").mkdir(parents=True)
    for name in ("__init__.py", "services/__init__.py", "services/settings.json"):
        (tmp_path / "frontdesk" / name).touch()
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "emma.yaml").write_text(FINE)
    (tmp_path / "pcc-deploy.toml").write_text(DEPLOY)
    set_dotenv(tmp_path, **KEYS, **CARRIER)
    return tmp_path


def set_dotenv(project: Path, **variables: str) -> None:
    (project / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()))


def add_agent(project: Path, text: str) -> None:
    """Add keys to the agent."""
    (project / "agents" / "emma.yaml").write_text(FINE + text)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def deployed(project: Path, agents: str = "agents", **environ: str) -> Report:
    """What is found in a project, the keys being set here as well."""
    return inspect({"AGENTS_DIR": str(project / agents), **KEYS, **environ}, project, deploy=True)


def problems(project: Path, agents: str = "agents") -> list[str]:
    return [str(problem) for problem in deployed(project, agents).problems]


def warnings(project: Path, **environ: str) -> list[str]:
    return [str(warning) for warning in deployed(project, **environ).warnings]


def test_a_project_with_all_that_it_needs_can_be_deployed(project: Path) -> None:
    found = deployed(project)
    assert (found.problems, found.warnings) == ([], [])
    assert found.deployment is not None
    assert (found.deployment.agent_name, found.deployment.min_agents) == ("frontdesk", 1)
    assert found.deployment.files == {"emma.yaml": True}
    assert found.deployment.secrets == dict.fromkeys(KEYS, True)
    assert found.deployment.extras == {}


def test_the_shipped_project_lacks_nothing_but_its_secrets(tmp_path: Path) -> None:
    found = inspect({"AGENTS_DIR": str(ROOT / "agents"), **KEYS}, ROOT, deploy=True)
    assert {problem.file for problem in found.problems} <= {".env"}
    assert found.deployment is not None and all(found.deployment.files.values())
    assert set(found.deployment.files) == {
        path.name for path in (ROOT / "agents").glob("*.yaml") if not path.name.endswith(".script.yaml")
    }


# --- pcc-deploy.toml


MISTAKES = """\
agentname = "x"
image = "me/frontdesk"
build_id = 7
max_session_duration = 30
architecture = "x86"
[scaling]
min_agents = "1"
max = 3
[krisp_viva]
audio_filter = "tell"
[docker]
registry = "docker"
latest = true
[build.exclude]
pattern = ["x"]
[resources]
cpu = "1"
[git]
repo = "x"
"""


def test_every_mistake_of_the_deploy_file_is_named_with_its_line(project: Path) -> None:
    (project / "pcc-deploy.toml").write_text(MISTAKES)
    begins = [
        "1: agentname: unknown key; did you mean 'agent_name'? allowed: agent_name, agent_profile",
        "1: agent_name: is missing",
        "2: image: 'me/frontdesk' is refused: Provided image must include tag",
        "3: build_id: 7 should be text",
        "4: max_session_duration: 30 is refused: max_session_duration must be between 60 and 14400",
        "5: architecture: 'x86' is refused: architecture must be 'amd64' or 'arm64'",
        "7: scaling.min_agents: '1' should be a whole number",
        "8: scaling.max: unknown key; allowed: max_agents, min_agents",
        "10: krisp_viva.audio_filter: 'tell' is not allowed; did you mean 'tel'? allowed: pro, tel",
        "12: docker.registry: 'docker' is not allowed; did you mean 'dockerhub'? allowed: custom, dockerhub",
        "13: docker.latest: unknown key; did you mean 'auto_latest'?",
        "15: build.exclude.pattern: unknown key; did you mean 'patterns'?",
        "16: resources: resources requires both 'cpu' and 'memory'",
        "18: git: Invalid repo 'x'. Expected the form 'owner/repo'.",
    ]
    found = [problem for problem in problems(project) if problem.startswith("pcc-deploy.toml")]
    assert len(found) == len(begins), found
    for problem, begin in zip(found, begins, strict=True):
        assert problem.startswith(f"pcc-deploy.toml:{begin}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'agent_name = "a"\nscaling = 3',
            "pcc-deploy.toml:2: scaling: 3 should be a mapping of keys to values",
        ),
        ('agent_name = ""', "pcc-deploy.toml:1: agent_name: is missing"),
        (
            'agent_name = "a"\nimage = "me/a:1"\nbuild_id = "7"',
            "pcc-deploy.toml:1: Cannot specify both 'image' and 'build_id'",
        ),
        (
            'agent_name = "a"\nagent_profile = "agent-1x"\n[resources]\ncpu = "1"\nmemory = "1Gi"',
            "pcc-deploy.toml:1: Cannot specify both 'agent_profile' and 'resources'",
        ),
        (
            'agent_name = "a"\n[scaling]\nmin_agents = 3\nmax_agents = 2',
            "pcc-deploy.toml:2: scaling: max_agents must be greater than or equal to min_agents",
        ),
        ('agent_name = "a"\n\nimage = ', "pcc-deploy.toml:3: is not valid TOML: Invalid value"),
    ],
)
def test_what_the_command_line_refuses_is_a_problem(project: Path, text: str, said: str) -> None:
    (project / "pcc-deploy.toml").write_text(text)
    assert [problem for problem in problems(project) if problem.startswith(said)], problems(project)


def test_a_missing_deploy_file_is_a_problem(project: Path) -> None:
    (project / "pcc-deploy.toml").unlink()
    assert problems(project)[0].startswith("pcc-deploy.toml:1: is missing")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=80)
    | st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.lists(
        st.builds(
            "{} = {}".format,
            st.sampled_from(
                ["agent_name", "image", "region", "git.repo", "scaling.min_agents", "x", "docker"]
            ),
            st.sampled_from(['"a"', "7", "-1", "true", "[1]", "{a = 1}", "1979-05-27", '"a:b"', "nan"]),
        ),
        max_size=5,
    ).map(lambda lines: "\n".join(lines).encode())
)
def test_any_deploy_file_has_problems_or_none(project: Path, content: bytes) -> None:
    path = project / "pcc-deploy.toml"
    path.write_bytes(content)
    document = read_deploy_file(path)
    found = document.problems or list(deploy_file_problems(document, path))
    assert all(str(problem).startswith("pcc-deploy.toml:") for problem in found)


def test_numbers_without_a_warm_instance_and_tokens_for_carriers_cost_calls(project: Path) -> None:
    settings = 'websocket_auth = "token"\nmax_session_duration = 300'
    edit(project / "pcc-deploy.toml", "[scaling]\nmin_agents = 1", f"{settings}\n[scaling]\nmin_agents = 0")
    add_agent(project, "numbers: ['+15550001111']")
    assert [warning.removeprefix("pcc-deploy.toml:") for warning in warnings(project)] == [
        "6: scaling.min_agents: is 0 and a number is bound: who calls first waits for a cold start",
        "3: websocket_auth: no phone call gets through: carriers cannot fetch a token",
        "4: max_session_duration: cuts calls off after 300 s; an agent says goodbye after 600 s",
    ]


def test_no_warm_instance_is_a_softer_warning_where_no_file_binds_a_number(project: Path) -> None:
    edit(project / "pcc-deploy.toml", "min_agents = 1", "min_agents = 0")
    said = "is 0: should phone calls come in, who calls first waits for a cold start"
    assert warnings(project) == [f"pcc-deploy.toml:4: scaling.min_agents: {said}"]
    assert inspect({"AGENTS_DIR": str(project / "agents"), **KEYS}, project).warnings == []


# --- The image


def test_files_that_no_line_copies_are_problems(project: Path) -> None:
    edit(project / "Dockerfile", "COPY agents ./agents", "COPY agents/nora.yaml ./agents/")
    assert problems(project) == ["Dockerfile: COPY: no line copies agents/emma.yaml into the image"]
    assert deployed(project).deployment.files == {"emma.yaml": False}  # type: ignore[union-attr]


def test_files_that_are_copied_to_another_place_are_problems(project: Path) -> None:
    edit(project / "Dockerfile", "COPY agents ./agents", "COPY agents ./personas")
    assert problems(project) == [
        "Dockerfile: COPY: puts agents/emma.yaml into /app/personas; the bot looks for it in /app/agents"
    ]
    edit(project / "Dockerfile", "COPY bot.py", "ENV AGENTS_DIR=personas\nCOPY bot.py")
    assert problems(project) == []


def test_files_that_the_ignore_file_keeps_out_are_problems_with_its_line(project: Path) -> None:
    with (project / ".dockerignore").open("a") as ignored:
        ignored.write("\n**/em*.yaml\n*.json\n**/*.json\n")
    lines = (project / ".dockerignore").read_text().splitlines()
    assert problems(project) == [
        f".dockerignore:{len(lines)}: **/*.json: keeps frontdesk/services/settings.json out of the image",
        f".dockerignore:{len(lines) - 2}: **/em*.yaml: keeps agents/emma.yaml out of the image",
    ]


def test_what_the_cloud_build_is_not_sent_is_a_problem_only_where_it_builds(project: Path) -> None:
    with (project / ".dockerignore").open("a") as ignored:
        ignored.write("\nemma*\n")
    assert problems(project) == [
        ".dockerignore: emma*: keeps agents/emma.yaml out of what is sent to the cloud build"
    ]
    edit(project / "pcc-deploy.toml", "[scaling]", 'image = "me/frontdesk:1"\n[scaling]')
    assert problems(project) == []


def test_generators_beside_the_agents_must_get_into_the_image(project: Path) -> None:
    (project / "agents" / "generators").mkdir()
    (project / "agents" / "generators" / "weather.py").write_text("def weather(call): return 'fair'\n")
    assert problems(project) == []
    edit(project / "Dockerfile", "COPY agents ./agents", "COPY agents/*.yaml ./agents/")
    assert problems(project) == [
        "Dockerfile: COPY: no line copies agents/generators/weather.py into the image"
    ]


def test_agents_elsewhere_must_be_copied_to_where_the_image_looks(project: Path) -> None:
    (project / "agents").rename(project / "staff")
    assert problems(project, "staff") == [
        ".dockerignore:5: /*: keeps staff/emma.yaml out of the image",
    ]
    edit(project / ".dockerignore", "!agents", "!staff")
    assert problems(project, "staff") == ["Dockerfile: COPY: no line copies staff/emma.yaml into the image"]
    edit(project / "Dockerfile", "COPY agents", "COPY staff")
    assert problems(project, "staff") == []
    set_dotenv(project, **KEYS, AGENTS_DIR="staff")
    assert problems(project, "staff") == [
        "Dockerfile: COPY: puts staff/emma.yaml into /app/agents; the bot looks for it in /app/staff"
    ]


def test_agents_outside_of_the_project_are_a_problem(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copy(project / "agents" / "emma.yaml", elsewhere)
    [problem] = problems(project, str(elsewhere))
    said = f"leads out of {project}, the folder that is built: {elsewhere / 'emma.yaml'}"
    assert problem == f"environment: AGENTS_DIR: {said}"


def test_many_files_are_one_problem(project: Path) -> None:
    edit(project / "Dockerfile", "COPY frontdesk ./frontdesk", "")
    for number in range(20):
        (project / "frontdesk" / f"m{number:02}.py").touch()
    assert problems(project) == [
        "Dockerfile: COPY: no line copies frontdesk/__init__.py, frontdesk/m00.py, frontdesk/m01.py and 20"
        " more into the image"
    ]


def test_a_project_without_a_dockerfile_is_a_problem(project: Path) -> None:
    (project / "Dockerfile").unlink()
    [problem] = problems(project)
    assert problem.startswith("Dockerfile: cannot be read: ") and "No such file" in problem


def test_the_build_section_says_where_the_dockerfile_is(project: Path) -> None:
    (project / "Dockerfile").rename(project / "Image")
    (project / "pcc-deploy.toml").write_text(f'{DEPLOY}[build]\ndockerfile = "Image"\n')
    assert problems(project) == []
    (project / ".dockerignore").unlink()
    with (project / "pcc-deploy.toml").open("a") as file:
        file.write('exclude = {patterns = ["emma.*"]}\n')
    assert problems(project) == [
        "pcc-deploy.toml: emma.*: keeps agents/emma.yaml out of what is sent to the cloud build"
    ]


def test_an_extra_that_the_image_does_not_install_is_a_problem(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Vendor, "installed", lambda vendor: True)  # here; the image is what is looked at
    (project / "Dockerfile").write_text(
        'FROM base\nARG EXTRAS="rime"\nRUN uv sync ${EXTRAS}\nCOPY . .\n',
    )
    add_agent(project, "llm: {main: {vendor: google, model: x, fallback: [{vendor: anthropic, model: y}]}}")
    keys = {"GOOGLE_API_KEY": "x", "ANTHROPIC_API_KEY": "x"}
    set_dotenv(project, **KEYS, **keys)
    found = inspect({"AGENTS_DIR": str(project / "agents"), **KEYS, **keys}, project, deploy=True)
    assert [str(problem) for problem in found.problems] == [
        "Dockerfile:2: EXTRAS: the image lacks google (for emma), anthropic (for emma); write"
        ' ARG EXTRAS="rime google anthropic"'
    ]
    assert found.deployment is not None
    assert found.deployment.extras == {"google": False, "anthropic": False}
    edit(project / "Dockerfile", '"rime"', '"google anthropic"')
    assert deployed(project, **keys).problems == []


def test_the_shipped_dockerfile_takes_its_extras_from_one_argument(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Vendor, "installed", lambda vendor: True)
    add_agent(project, "llm: {main: {vendor: anthropic, model: x}}")
    set_dotenv(project, **KEYS, ANTHROPIC_API_KEY="x")
    [problem] = deployed(project, ANTHROPIC_API_KEY="x").problems
    assert problem.message == 'the image lacks anthropic (for emma); write ARG EXTRAS="anthropic"'
    edit(project / "Dockerfile", 'ARG EXTRAS=""', 'ARG EXTRAS="anthropic"')
    assert deployed(project, ANTHROPIC_API_KEY="x").problems == []


def test_an_extra_in_name_only_is_not_asked_for(project: Path) -> None:
    add_agent(project, "llm: {main: {vendor: groq, model: x}}")
    set_dotenv(project, **KEYS, GROQ_API_KEY="x")
    assert deployed(project, GROQ_API_KEY="x").problems == []


@pytest.mark.parametrize("section", ["stt: {vendor: embedded}", "tts: {fallback: [{vendor: embedded}]}"])
def test_an_embedded_engine_cannot_be_deployed(project: Path, section: str) -> None:
    add_agent(project, section)
    [problem] = [problem for problem in problems(project) if "embedded" in problem]
    assert problem.startswith("emma.yaml:5: ") and problem.endswith(
        "vendor: the image has no embedded engines; name a vendor for a deployed agent"
    )


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200) | st.text("COPYRUNARG $={}[]\"'\\#\n/.-f", max_size=120))
def test_any_dockerfile_and_ignore_file_can_be_read(text: str) -> None:
    read_dockerfile(text)
    read_patterns(text)


# --- Secrets


def test_secrets_that_dotenv_lacks_are_named_once_with_who_needs_them(project: Path) -> None:
    (project / "agents" / "nora.yaml").write_text(FINE + "default: true")
    set_dotenv(project, OPENAI_API_KEY="x")
    end = "is not set, and emma, nora need it; the image has no engine that could stand in"
    assert problems(project) == [f".env: DEEPGRAM_API_KEY: {end}", f".env: CARTESIA_API_KEY: {end}"]
    found = deployed(project).deployment
    assert found is not None
    assert found.secrets == {"DEEPGRAM_API_KEY": False, "OPENAI_API_KEY": True, "CARTESIA_API_KEY": False}


def test_a_secret_that_is_missing_is_told_with_those_that_would_do_as_well(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Vendor, "installed", lambda vendor: True)
    add_agent(project, "stt: {vendor: google}")
    [problem] = [problem for problem in problems(project) if problem.startswith(".env")]
    who = "is not set, and emma needs it, or GOOGLE_APPLICATION_CREDENTIALS"
    assert problem.startswith(f".env: GOOGLE_CREDENTIALS_JSON: {who}; the image has no engine")


REFUSED = "; `pipecat cloud secrets set` refuses the whole file"
KEPT = "`pipecat cloud secrets set` keeps quotes, a comment, a backslash or ${…}, which the bot here does not"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("OPENAI_API_KEY=", f"OPENAI_API_KEY: has no value; comment the line out{REFUSED}"),
        ('OPENAI_API_KEY=""', f"OPENAI_API_KEY: has no value; comment the line out{REFUSED}"),
        (
            "export OPENAI_API_KEY=a-secret-value",
            f"OPENAI_API_KEY: begins with 'export'; leave that word out{REFUSED}",
        ),
        ("OPENAI_API_KEY", f"has no '='{REFUSED}"),
        ("=a-secret-value", f"has no name before the '='{REFUSED}"),
        (
            "OPENAI.API.KEY=a-secret-value",
            "OPENAI.API.KEY: Secret names must contain only alphanumeric characters, underscores, and hyphens"
            + REFUSED,
        ),
        ("OPENAI_API_KEY='a-secret-value'", f"OPENAI_API_KEY: {KEPT}; write the plain value"),
        ("OPENAI_API_KEY=a-secret-value # mine", f"OPENAI_API_KEY: {KEPT}; write the plain value"),
        ('OPENAI_API_KEY="a-secret-\\"value"', f"OPENAI_API_KEY: {KEPT}; write the plain value"),
        ("OPENAI_API_KEY=${DEEPGRAM_API_KEY}", f"OPENAI_API_KEY: {KEPT}; write the plain value"),
    ],
)
def test_a_line_that_the_secrets_command_refuses_or_mangles_is_a_problem(
    project: Path, line: str, said: str
) -> None:
    rest = "".join(f"{name}=a-secret-value\n" for name in [*KEYS, *CARRIER] if name != "OPENAI_API_KEY")
    (project / ".env").write_text(f"# Ours\n{rest}\n{line}\n")
    found = deployed(project)
    assert str(found.problems[0]) == f".env:6: {said}"
    assert "a-secret" not in str(found.document())
    assert found.deployment is not None and found.deployment.secrets["OPENAI_API_KEY"] is False


@pytest.mark.parametrize(
    "line", ['OPENAI_API_KEY = "a b"', "  OPENAI_API_KEY=sk#1", "OPENAI_API_KEY='old'\nOPENAI_API_KEY=new"]
)
def test_a_line_that_the_secrets_command_takes_is_fine(project: Path, line: str) -> None:
    rest = "".join(f"{name}=x\n" for name in [*KEYS, *CARRIER] if name != "OPENAI_API_KEY")
    (project / ".env").write_text(f"\n# Ours = not yet\n{rest}{line}\n")
    assert problems(project) == []


def test_a_key_of_several_lines_shows_no_part_of_itself(project: Path) -> None:
    lines = [f"{name}=x" for name in [*KEYS, *CARRIER]]
    (project / ".env").write_text("\n".join([*lines, 'CERT="-----BEGIN', "aSecretPart=", '-----END"']))
    found = problems(project)
    assert [problem.partition(": ")[0] for problem in found] == [".env:5", ".env:6", ".env:7"]
    assert "aSecretPart" not in str(found)


def test_a_deployment_without_a_set_of_secrets_is_a_warning(project: Path) -> None:
    edit(project / "pcc-deploy.toml", 'secret_set = "s"\n', "")
    said = "is not set: without it, and without --secrets, the bot has none of its variables"
    assert warnings(project) == [f"pcc-deploy.toml:1: secret_set: {said}"]


def test_a_project_without_dotenv_is_told_how_to_make_one(project: Path) -> None:
    (project / ".env").unlink()
    found = problems(project)
    assert found[0].startswith(".env: is missing; copy .env.example to it")
    assert [name for name in KEYS if any(name in problem for problem in found)] == list(KEYS)


def test_a_spare_service_without_its_secret_is_a_warning(project: Path) -> None:
    add_agent(project, "tts: {fallback: [{vendor: deepgram}]}\nllm: {utils: {vendor: groq, model: x}}")
    assert deployed(project, GROQ_API_KEY="x").problems == []
    assert warnings(project, GROQ_API_KEY="x") == [
        ".env: GROQ_API_KEY: is not set, and the utils of emma needs it; calls are taken without"
    ]


def test_a_variable_that_an_agent_file_names_must_be_a_secret(project: Path) -> None:
    add_agent(project, "timezone: ${ZONE}")
    assert [str(problem) for problem in deployed(project, ZONE="UTC").problems] == [
        ".env: ZONE: is not set, and emma.yaml needs it; the bot does not start without it"
    ]


def test_a_number_without_any_carriers_credentials_is_a_warning(project: Path) -> None:
    set_dotenv(project, **KEYS)
    hung_up = "are answered, but not hung up by REST"
    [warning] = warnings(project)
    assert warning.startswith(
        f".env: has no carrier's credentials: phone calls, should any come in, {hung_up}"
    )
    add_agent(project, "numbers: ['+15550001111']")
    [warning] = warnings(project)
    assert warning.startswith(f".env: has no carrier's credentials: calls {hung_up}")
    set_dotenv(project, **KEYS, TWILIO_ACCOUNT_ID="AC", TWILIO_API_KEY="SK", TWILIO_API_SECRET="x")
    found = deployed(project)
    assert found.warnings == [] and found.deployment is not None
    assert found.deployment.carriers == {"Twilio": True, "Telnyx": False, "Plivo": False}


def test_no_value_is_in_the_report(project: Path) -> None:
    (project / ".env").write_text("OPENAI_API_KEY=a-secret-value\nZONE=a-secret-value\n")
    add_agent(project, "timezone: ${ZONE}")
    found = deployed(project, ZONE="a-secret-value")
    assert "a-secret-value" not in str(found) + str(found.document())
