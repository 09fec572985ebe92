"""The command starts, introduces itself, and says what is missing."""

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points

import pytest
from cyclopts import App

from sentori_async import __version__
from sentori_async.cli.app import app, run
from tests.cli.command import CONTROL, ROOT, environment, sentori


def test_version_is_the_packages() -> None:
    done = sentori("--version")

    assert (done.code, done.out.strip(), done.err) == (0, __version__, "")


def test_console_script_is_this_command() -> None:
    (script,) = entry_points(group="console_scripts", name="sentori")

    assert script.value == "sentori_async.cli:main"


@pytest.mark.parametrize(
    ("command", "teaches"),
    [
        ([], "sentori sync contacts.csv --list LISTID01"),
        ([], "sync and contact work on a Sentori account"),
        ([], "from any of Sentori, GetResponse, Sent and Spotzee to another"),
        (["demo"], "Nothing leaves this machine"),
        (["sync"], "--encoding cp1252 --map Kundenname=LastName"),
        (["sync"], "never an option"),
        (["contact"], "sentori contact get joe@example.com"),
        (["contact", "unsubscribe"], "suppress the address"),
        (["explain"], "sentori explain sentori -1"),
        (["sandbox"], "127.0.0.1 only"),
    ],
)
def test_help_teaches_by_example(
    capsys: pytest.CaptureFixture[str], command: list[str], teaches: str
) -> None:
    assert run([*command, "--help"]) == 0

    assert teaches in " ".join(capsys.readouterr().out.replace("│", " ").split())


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("demo", "[FILE]"),
        ("explain", "[PLATFORM] [CODE]"),
        ("contact add", "ADDRESS [FIELD=VALUE...]"),
        ("contact update", "ADDRESS FIELD=VALUE..."),
        ("contact add-or-update", "ADDRESS [FIELD=VALUE...]"),
        ("contact unsubscribe", "ADDRESS [LIST_ID]"),
        ("jobs export", "JOURNAL FILE"),
    ],
)
def test_usage_names_the_arguments(
    capsys: pytest.CaptureFixture[str], command: str, arguments: str
) -> None:
    assert run([*command.split(), "--help"]) == 0

    usage = capsys.readouterr().out.splitlines()[0]
    assert usage == f"Usage: sentori {command} [OPTIONS] {arguments}"


def test_no_usage_speaks_of_mere_args(capsys: pytest.CaptureFixture[str]) -> None:
    for command in commands(app):
        run([*command, "--help"])

        assert "[ARGS" not in capsys.readouterr().out


def commands(of: App) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command below an app."""
    for name in of:
        if not name.startswith("-"):
            yield (name,)
            yield from ((name, *rest) for rest in commands(of[name]))


def test_help_through_a_pipe_has_no_control_characters() -> None:
    done = sentori("sync", "--help")

    assert done.code == 0
    assert CONTROL.search(done.out) is None


@pytest.mark.parametrize("missing", ["cyclopts", "rich"])
def test_missing_extra_is_one_clear_line(missing: str) -> None:
    program = (
        f"import sys\nsys.modules[{missing!r}] = None\nfrom sentori_async.cli import main\nmain()\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment(None),
    )

    assert done.returncode == 2
    assert done.stderr == "sentori: the command needs its extra: pip install 'sentori[cli]'\n"


def test_explaining_a_code_loads_no_network_code() -> None:
    program = (
        "import sys\n"
        "from sentori_async.cli.app import run\n"
        "run(['explain', '102'])\n"
        "sys.exit('aiohttp' in sys.modules)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, cwd=ROOT
    )

    assert done.returncode == 0, done.stderr
