import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result

from acs.cli.contexts_file import Asked, Book, Context, chosen, path_of, read
from acs.cli.errors import CliError

Run = Callable[..., Result]
TOKEN = "acs_t0kenCANARY"


class Server:
    """Answers an empty list, and remembers who asked where."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url.host, request.headers.get("Authorization")))
        return httpx.Response(200, json={"items": [], "next": None})


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def asks(run: Run, server: Server) -> Callable[..., tuple[str, str | None]]:
    """``asks("--context", "lab")``: which host was asked, with which token."""

    def call(*before: str, after: tuple[str, ...] = (), **env: str) -> tuple[str, str | None]:
        result = run(*before, "devices", "--json", *after, handler=server, env=env)
        assert result.exit_code == 0, result.output
        assert TOKEN not in result.output
        return server.asked[-1]

    return call


@pytest.fixture
def two(run: Run) -> None:
    lab = ("--url", "http://lab.example", "--with-token", "--use")
    assert run("contexts", "add", "lab", *lab, input=f"{TOKEN}\n").exit_code == 0
    assert run("contexts", "add", "prod", "--url", "https://prod.example/").exit_code == 0


def test_flags_go_before_the_environment_and_that_before_the_context_in_use(
    asks: Callable[..., Any], two: None
) -> None:
    bearer = f"Bearer {TOKEN}"
    assert asks() == ("lab.example", bearer)
    assert asks(ACS_CONTEXT="prod") == ("prod.example", None)
    assert asks(ACS_CONTEXT="prod", ACS_URL="http://env.example") == ("env.example", None)
    assert asks("--context", "lab", ACS_URL="http://env.example") == ("lab.example", bearer)
    assert asks(after=("--url", "http://flag.example"), ACS_CONTEXT="lab")[0] == "flag.example"


def test_a_token_goes_to_the_place_it_was_given_for(asks: Callable[..., Any], two: None) -> None:
    assert asks(ACS_TOKEN="other") == ("lab.example", f"Bearer {TOKEN}")
    assert asks("--context", "prod", ACS_TOKEN="t") == ("prod.example", "Bearer t")
    both = {"ACS_URL": "http://env.example", "ACS_TOKEN": "t"}
    assert asks(**both) == ("env.example", "Bearer t")
    assert asks("--context", "prod", **both) == ("prod.example", None)
    assert asks(after=("--token", "mine"))[1] == "Bearer mine"


def test_a_token_without_an_address_is_refused(run: Run, two: None) -> None:
    run("contexts", "use", "--none")
    for result in (run("devices", env={"ACS_TOKEN": TOKEN}), run("devices", "--token", TOKEN)):
        assert result.exit_code == 2
        assert "--token needs --url" in result.stderr
        assert TOKEN not in result.output


def test_the_file_is_its_owners_alone_and_no_command_prints_a_token(
    run: Run, two: None, tmp_path: Path
) -> None:
    file = tmp_path / "config/acsd/contexts.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert TOKEN in file.read_text()
    for form in ("table", "json", "csv"):
        shown = run("contexts", "list", "--output", form)
        assert "lab.example" in shown.stdout
        assert TOKEN not in shown.output
    assert TOKEN not in repr(read(file))
    file.chmod(0o640)
    refused = run("devices")
    assert refused.exit_code == 1
    assert "chmod 600" in refused.stderr


def test_the_list_says_which_is_in_use(run: Run, two: None) -> None:
    rows = {row["name"]: row for row in json.loads(run("contexts", "list", "--json").stdout)}
    assert (rows["lab"]["in_use"], rows["prod"]["in_use"]) == (True, False)
    assert rows["prod"]["url"] == "https://prod.example"
    assert run("contexts", "use", "prod").exit_code == 0
    assert "*" in run("contexts", "list").stdout.splitlines()[2]
    assert run("contexts", "remove", "prod").exit_code == 0
    assert [row["in_use"] for row in json.loads(run("contexts", "list", "--json").stdout)] == [
        False
    ]


def test_a_token_may_stay_in_its_file(run: Run, asks: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o644)
    line = ("contexts", "add", "x", "--url", "http://x.example", "--token-file", str(file))
    assert "chmod 600" in run(*line).stderr
    file.chmod(0o600)
    assert run(*line).exit_code == 0
    assert asks("--context", "x") == ("x.example", f"Bearer {TOKEN}")
    file.write_text("no token at all\n")
    wrong = run("--context", "x", "devices")
    assert "holds no token" in wrong.stderr
    file.unlink()
    assert "No such file" in run("--context", "x", "devices").stderr


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (("add", "a"), "give --url or --socket"),
        (("add", "a", "--url", "http://x", "--socket", "/s"), "one of them"),
        (("add", "a", "--socket", "/s", "--with-token"), "needs --url"),
        (("add", "a", "--url", "ftp://x"), "like https://"),
        (("add", "a", "--url", "http://u:p@x"), "no user, password"),
        (("add", "a b", "--url", "http://x"), "cannot be a context's name"),
        (("add", "lab", "--url", "http://x"), "already"),
        (("use",), "say which one"),
        (("use", "nobody"), "no context is called 'nobody'; there are: lab, prod"),
        (("remove", "nobody"), "no context is called"),
    ],
)
def test_wrong_usage_says_what_is_allowed(
    run: Run, two: None, line: tuple[str, ...], why: str
) -> None:
    result = run("contexts", *line)
    assert result.exit_code in {2, 3}
    assert why in result.stderr
    assert result.stderr.count("\n") == 1


def test_two_flags_that_name_a_place_contradict(run: Run, two: None) -> None:
    result = run("--context", "lab", "devices", "--url", "http://x.example")
    assert (result.exit_code, "give one" in result.stderr) == (2, True)
    unknown = run("--context", "nobody", "devices")
    assert (unknown.exit_code, "nobody" in unknown.stderr) == (3, True)


def test_a_file_that_is_none_is_an_error_that_names_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "config/acsd/contexts.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"contexts": {"a": {"colour": "red"}}}')
    file.chmod(0o600)
    result = run("devices")
    assert result.exit_code == 1
    assert "contexts.json" in result.stderr
    assert "colour" in result.stderr


def test_contexts_are_not_read_when_a_place_is_said() -> None:
    def book() -> Book:
        raise AssertionError

    assert chosen(Asked(flag_socket="/a", socket="/a"), book) == Context(socket="/a")
    assert chosen(Asked(url="http://a"), book) == Context(url="http://a")
    with pytest.raises(CliError):
        chosen(Asked(flag_url="http://a", flag_context="b"), book)
    assert chosen(Asked(), Book) is None


def test_a_relative_xdg_folder_is_ignored() -> None:
    home = {"HOME": "/home/a"}
    assert path_of({**home, "XDG_CONFIG_HOME": "x"}) == path_of(home)
    assert str(path_of(home)) == "/home/a/.config/acsd/contexts.json"
