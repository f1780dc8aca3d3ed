"""The tools of an agent file: HTTP tools, MCP servers and the flow, and what is found wrong with them."""

from pathlib import Path

import pytest

from frontdesk.agent import AgentConfig, load_agents
from frontdesk.agent.headers import is_public
from frontdesk.agent.tools import HTTPToolConfig, MCPServerConfig
from frontdesk.errors import ConfigError

FUNCTIONS = ["end_call", "book_appointment"]

LOOK_UP = """\
agent_inputs: {shop: x}
tools:
  end_call:
  book_appointment: {webhook_url: "https://x.example", url: "https://a.constant.example"}
  look_up_order:
    description: Look up an order.
    parameters:
      type: object
      properties: {number: {type: string}, full: {type: boolean}}
      required: [number]
    url: "https://api.example.com/{shop}/{number}?full={full}&to={caller_number}"
    headers: {Authorization: "Bearer ${ORDERS_KEY}", X-Call: "{metadata.id}"}
    timeout: 5
    result: "order.{status: status}"
    say_while_waiting: One second.
"""


def load(folder: Path, text: str, **environ: str) -> AgentConfig:
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    return load_agents(folder, environ, tools=FUNCTIONS).default


def problems(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(folder, text, **environ)
    return [str(problem) for problem in caught.value.problems]


def request(**keys: object) -> str:
    """An agent file with one HTTP tool: line 4 is `parameters`, from line 7 on are further keys."""
    given = {"url": "https://api.example.com", **keys}
    lines = [f"    {name}: {value}" for name, value in given.items()]
    head = ["tools:", "  look_up:", "    description: x"]
    parameters = ["    parameters:", "      type: object", "      properties: {a: {type: string}, b: {}}"]
    return "\n".join([*head, *([] if "parameters" in given else parameters), *lines])


def test_a_mapping_with_a_url_is_an_http_tool_unless_a_function_has_its_name(tmp_path: Path) -> None:
    agent = load(tmp_path, LOOK_UP, ORDERS_KEY="key-of-orders")
    assert list(agent.tools) == ["end_call", "book_appointment", "look_up_order"]
    assert isinstance(agent.tools["book_appointment"], dict) and agent.tools["end_call"] is None
    tool = agent.tools["look_up_order"]
    assert isinstance(tool, HTTPToolConfig)
    assert (tool.method, tool.changes_world, tool.timeout, tool.allow_private) == ("GET", False, 5, False)
    assert tool.say_while_waiting == ("One second.",)


@pytest.mark.parametrize(
    ("keys", "method", "changes_world"),
    [
        ({}, "GET", False),
        ({"method": "HEAD"}, "HEAD", False),
        ({"method": "DELETE"}, "DELETE", True),
        ({"body": {"a": 1}}, "POST", True),
        ({"body": {"a": 1}, "changes_world": False}, "POST", False),
        ({"body": "a", "method": "PUT"}, "PUT", True),
    ],
)
def test_a_body_makes_a_post_which_changes_the_world(
    keys: dict[str, object], method: str, changes_world: bool
) -> None:
    tool = HTTPToolConfig.model_validate({"description": "x", "url": "https://a.example", **keys})
    assert (tool.method, tool.changes_world) == (method, changes_world)


def test_what_came_from_the_environment_and_what_lets_in_is_secret_and_not_shown(tmp_path: Path) -> None:
    servers = """\
mcp:
  - {url: "https://m.example/${PATH_KEY}", headers: {X-Token: "literal t0ken", Accept: text/plain}}
  - {command: "uvx x", env: {LOG: debug, A_SECRET: s3cret, HOME_: "${SHORT}"}}
"""
    agent = load(tmp_path, LOOK_UP + servers, ORDERS_KEY="key-of-orders", PATH_KEY="p4th", SHORT="abc")
    tool = agent.tools["look_up_order"]
    assert isinstance(tool, HTTPToolConfig)
    assert tool.secrets == ("Bearer key-of-orders", "key-of-orders")
    assert [set(server.secrets) for server in agent.mcp] == [{"p4th", "literal t0ken", "t0ken"}, {"s3cret"}]
    assert not any(secret in repr((tool, *agent.mcp[1:])) for secret in ("key-of-orders", "s3cret"))
    assert "secrets" not in tool.model_dump()


@pytest.mark.parametrize("merged", ["    <<: *auth", "    headers: *headers"])
def test_secrets_are_known_through_yaml_anchors_too(tmp_path: Path, merged: str) -> None:
    text = f"""\
tools:
  one: &auth
    description: x
    url: https://a.example
    headers: &headers {{X: "${{K}}"}}
  two:
    description: y
    url: https://b.example
{merged}
"""
    two = load(tmp_path, text, K="value-of-k").tools["two"]
    assert isinstance(two, HTTPToolConfig) and two.secrets == ("value-of-k",)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"url": "ftp://x"}, "7: tools.look_up.url: 'ftp://x' must begin with http:// or https://"),
        ({"url": "https://{a}.example"}, "must have no {name} in scheme or host"),
        ({"url": '"{a}/x"'}, "must have no {name} in scheme or host"),
        ({"url": "https://x:{a}/x"}, "must have no {name} in scheme or host"),
        ({"url": "https://x:99999/x"}, "must have a host and a port that there can be"),
        ({"url": "https://me:pass@x.example"}, "must hold no user or password"),
        ({"url": "https://x/{a}"}, "has {a} in its path, which may be missing: add it to `required`"),
        ({"url": "https://x/?a={aa}"}, "{aa} is filled by nothing; did you mean 'a'?"),
        ({"headers": '{X: "{c}"}'}, "8: tools.look_up.headers.X: '{c}' {c} is filled by nothing"),
        ({"headers": "{a b: x}"}, "headers.a b: is no name of a header field"),
        ({"headers": "{Host: x}"}, "headers.Host: is a header field that the request gets by itself"),
        ({"headers": '{X: "a\\nb"}'}, "must be one line of text"),
        ({"body": '{a: [{b: "{c}"}]}'}, "8: tools.look_up.body.a[0].b: '{c}' {c} is filled by nothing"),
        ({"body": "5"}, "body: 5 must be keys, a list or a text"),
        (
            {"headers": "{content-type: application/json}", "body": '\'{"a": "{a}"}\''},
            "is a text, which is sent as it is; write keys",
        ),
        (
            {"method": "FETCH"},
            "8: tools.look_up.method: 'FETCH' is not allowed; did you mean 'PATCH'? allowed: DELETE",
        ),
        ({"timeout": "0"}, "timeout: 0 should be greater than 0"),
        ({"timeout": "121"}, "timeout: 121 should be less than or equal to 120"),
        ({"timeout": "true"}, "timeout: true must be a number"),
        ({"result": "a.["}, "8: tools.look_up.result: 'a.[' is no JMESPath expression"),
        (
            {"result": "'sort(a[?lenght(b) > `1`])'"},
            "is no JMESPath expression: there is no function lenght(); did you mean 'length'?",
        ),
        ({"say_while_waiting": "[5]"}, "say_while_waiting[0]: 5 should be text"),
        ({"say_while_waiting": "' '"}, "has no words to say"),
        ({"secrets": "[x]"}, "tools.look_up.secrets: unknown key; allowed: allow_private"),
        ({"hedders": "{}"}, "tools.look_up.hedders: unknown key; did you mean 'headers'?"),
        ({"parameters": "[x]"}, "parameters: a list must be the JSON Schema of an object"),
        ({"parameters": "{properties: {}}"}, "parameters: must be the schema of an object: `type: object`"),
        ({"parameters": "{type: array}"}, "parameters.type: 'array' must be the schema of an object"),
        (
            {"parameters": "{type: object, properties: {a: {type: strin}}}"},
            "parameters.properties.a.type: 'strin' is no type of JSON Schema; did you mean 'string'?",
        ),
        (
            {"parameters": "{type: object, properties: {a: {type: string, pattern: '('}}}"},
            "parameters.properties.a.pattern: '(' does not fit a JSON Schema",
        ),
        (
            {"parameters": "{type: object, properties: {a-b: {}}}"},
            "parameters.properties.a-b: is no name of a parameter",
        ),
        (
            {"parameters": "{type: object, properties: {a: {}}, required: [b]}"},
            "parameters.required[0]: 'b' is none of the properties; allowed: a",
        ),
        (
            {"parameters": "{type: object, properties: {a: {$ref: 'https://x.example/y'}}}"},
            "parameters.properties.a.$ref: 'https://x.example/y' must refer to a definition of this schema",
        ),
        (
            {"parameters": "{type: object, $defs: {n: {items: {$ref: '#/$defs/n'}}}}"},
            "refers to what it stands in, which an LLM cannot be told",
        ),
    ],
)
def test_a_mistake_in_an_http_tool_is_told_with_its_line(
    keys: dict[str, object], found: str, tmp_path: Path
) -> None:
    [problem] = problems(tmp_path, request(**keys))
    assert found in problem


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tools: {end_cal: }", "tools.end_cal: unknown tool; did you mean 'end_call'?"),
        ("tools: {look_up: {description: x}}", "tools.look_up.url: is missing"),
        ("tools: {look_up: {url: https://x.example}}", "tools.look_up.description: is missing"),
        ("tools: {look up: {url: https://x.example, description: x}}", "tools.look up: is no name of a tool"),
        ("tools: {end_call: 5}", "tools.end_call: 5 must be nothing, or a mapping of the tool's constants"),
        ("mcp: {url: https://x.example}", "mcp: a mapping should be a list"),
        ("mcp: [{tools: [a]}]", "mcp[0]: must have one of `url` and `command`"),
        ("mcp: [{url: https://x.example, command: y}]", "mcp[0]: must have one of `url` and `command`"),
        ("mcp: [{url: https://x.example, env: {A: b}}]", "mcp[0]: `env` belongs to a `command`"),
        ("mcp: [{command: x, headers: {A: b}}]", "mcp[0]: `headers` belong to a `url`"),
        ("mcp: [{command: x, env: {a-b: c}}]", "mcp[0].env.a-b: is no name of an environment variable"),
        ("mcp: [{url: 'wss://x.example'}]", "mcp[0].url: 'wss://x.example' must begin with http://"),
        (
            "mcp: [{command: x, tools: [pick_up, look], changes_world: [look, pickup]}]",
            "mcp[0].changes_world[1]: 'pickup' is none of `tools`; did you mean 'pick_up'? allowed: look",
        ),
        ("mcp: [{comand: x}]", "mcp[0].comand: unknown key; did you mean 'command'?"),
        ("flow: bookin.flow.yaml", "'bookin.flow.yaml' is no file beside the agent file; did you mean 'boo"),
        ("flow: ../booking.flow.yaml", "is no file beside the agent file"),
        ("flow: a.yaml", "flow: 'a.yaml' would be read as an agent; name it with a second dot"),
        ("{realtime: true, flow: booking.flow.yaml}", "cannot lead a call with `realtime: true`"),
        ("flow: [x]", "flow: a list must be the name of a file beside the agent file"),
    ],
)
def test_a_mistake_beside_is_told_with_its_key(text: str, found: str, tmp_path: Path) -> None:
    (tmp_path / "booking.flow.yaml").write_text("{}")
    [problem] = problems(tmp_path, text)
    assert found in problem and problem.startswith("a.yaml:1: ")


def test_a_secret_is_not_told_with_a_mistake(tmp_path: Path) -> None:
    [problem] = problems(tmp_path, request(headers='{X: "${K}"}'), K="s3cret\nvalue")
    assert "'${K}'" in problem.replace("${K} must", "'${K}' must") and "s3cret" not in problem


def test_servers_and_the_flow_are_read(tmp_path: Path) -> None:
    (tmp_path / "booking.flow.yaml").write_text("{}")
    servers = "mcp: [{url: https://m.example/mcp}, {command: uvx x --y, tools: [a], changes_world: [a]}]"
    agent = load(tmp_path, f"{servers}\nflow: booking.flow.yaml")
    assert agent.mcp == [
        MCPServerConfig(url="https://m.example/mcp"),
        MCPServerConfig(command="uvx x --y", tools=["a"], changes_world=["a"]),
    ]
    assert agent.mcp[0].tools is None and agent.mcp[0].timeout == 10
    assert agent.flow == tmp_path / "booking.flow.yaml"


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("api.example.com", True),
        ("93.184.216.34", True),
        ("localhost", False),
        ("crm.internal", False),
        ("10.0.0.1", False),
        ("::1", False),
    ],
)
def test_a_host_of_the_internet_is_told_by_its_name(host: str, public: bool) -> None:
    assert is_public(host) is public
