"""`sentori sandbox` plays Sentori until it is told to stop."""

import json
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

import sentori_sync
from sentori_async import NotFound
from sentori_async.registry import STEMS
from tests.cli.command import environment, finish, sentori, start

# Who is nobody on a platform where addresses are no identities.
NOBODY = {"Sent": "+12125550199"}


def url_of(process: subprocess.Popen[str]) -> str:
    """Wait until the sandbox listens and return its base URL."""
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first.startswith("Sentori is played at http://127.0.0.1:")
    return first.split()[-1]


def document_of(process: subprocess.Popen[str]) -> Any:
    """Wait until the sandbox listens and return what it says of itself."""
    assert process.stdout is not None
    text = process.stdout.readline()
    while not text.endswith("\n}\n"):
        text += process.stdout.readline()
    return json.loads(text)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_what_it_prints_is_all_that_is_needed_to_use_it(stop: signal.Signals) -> None:
    process = start("sandbox", "--port", "0", "--seed", env=environment(None))
    url_of(process)
    stdout = process.stdout
    assert stdout is not None
    lines = list(iter(lambda: stdout.readline().strip(), "Stop it with Ctrl-C."))
    exported = dict(line.removeprefix("export ").split("=") for line in lines if "export" in line)

    done = sentori("contact", "get", "existing0001@example.com", "--json", env=exported)
    process.send_signal(stop)

    assert done.document["EmailAddress"] == "existing0001@example.com"
    ended = finish(process)
    assert (ended.code, ended.err) == (0, "")


def test_the_lines_that_it_prints_open_every_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    process = start("sandbox", "--port", "0", "--json", env=environment(None))
    said = document_of(process)
    for name, account in said["platforms"].items():
        monkeypatch.setenv(f"{name.upper()}_BASE_URL", account["url"])
        monkeypatch.setenv(f"{name.upper()}_API_KEY", account["api_key"])

    for stem in STEMS.values():
        with getattr(sentori_sync, stem)() as client, pytest.raises(NotFound):
            client.contacts.get(NOBODY.get(stem, "nobody@example.com"))

    assert set(said["platforms"]) == set(STEMS)
    process.send_signal(signal.SIGINT)
    assert finish(process).code == 0


def test_state_outlives_the_process(tmp_path: Path) -> None:
    state = tmp_path / "account.db"
    key = "00000000-0000-0000-0000-000000000000"
    for command in (("add", "joe@example.com"), ("get", "joe@example.com")):
        process = start("sandbox", "--port", "0", "--state", state, env=environment(None))
        url = url_of(process)

        done = sentori("contact", *command, env={"SENTORI_BASE_URL": url, "SENTORI_API_KEY": key})
        process.send_signal(signal.SIGINT)

        assert done.code == 0, done.err
        assert finish(process).code == 0
    assert state.stat().st_mode & 0o777 == 0o600


def test_json_says_where_it_is() -> None:
    process = start("sandbox", "--port", "0", "--json", env=environment(None))
    said = document_of(process)
    process.send_signal(signal.SIGINT)

    assert said["url"].startswith(f"http://127.0.0.1:{said['port']}/")
    assert finish(process).code == 0


def test_what_goes_wrong_is_read_from_a_file(tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nroute = "contacts.get"\nkind = "status"\nstatus = 402\n')
    process = start("sandbox", "--port", "0", "--faults", script, env=environment(None))
    url = url_of(process)
    key = "00000000-0000-0000-0000-000000000000"

    done = sentori(
        "contact", "get", "joe@example.com", env={"SENTORI_BASE_URL": url, "SENTORI_API_KEY": key}
    )
    process.send_signal(signal.SIGINT)

    assert "HTTP 402" in done.err
    assert finish(process).code == 0


def test_a_fault_nobody_knows_is_misuse(tmp_path: Path) -> None:
    script = tmp_path / "faults.toml"
    script.write_text('[[fault]]\nroute = "*"\nkind = "earthquake"\n')

    done = sentori("sandbox", "--port", "0", "--faults", script)

    assert done.code == 2
    assert "earthquake" in done.err


def test_port_in_use_is_misuse() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = sentori("sandbox", "--port", str(taken.getsockname()[1]))

    assert done.code == 2
    assert "port" in done.err
    assert "Traceback" not in done.err


def test_file_of_somebody_else_is_not_a_state_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("x" * 5_000)
    before = path.stat().st_size

    done = sentori("sandbox", "--port", "0", "--state", path)

    assert done.code == 2
    assert path.stat().st_size == before
