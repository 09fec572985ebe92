"""`sentori migrate` moves contacts, accounts for them, and says with its exit code how it went."""

from __future__ import annotations

import csv
import json
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentori_async.sandbox import Sandbox
from tests.cli.command import Finished, environment, finish, start
from tests.cli.test_interrupt import wait_for
from tests.migrate.accounts import CAMPAIGN, LIST, unlimited

MAP = """\
[fields]
FirstName = "name"
"""
FROM = f"getresponse:{CAMPAIGN}"
TO = f"sentori:{LIST}"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(**unlimited()).in_thread() as running:
        running.sentori.mailing_lists.add(LIST, "Newsletter")
        for name in ("ann", "bob", "left"):
            running.getresponse.contacts.add(f"{name}@example.com", {"name": name.title()})
        running.getresponse.contacts.remove("left@example.com", "unsubscribe")
        yield running


def keys(sandbox: Sandbox) -> dict[str, str]:
    names = {}
    for platform in ("sentori", "getresponse", "sent", "spotzee"):
        names[f"{platform.upper()}_API_KEY"] = getattr(sandbox, platform).api_key
        names[f"{platform.upper()}_BASE_URL"] = sandbox.url(platform)
    return names


def begin(sandbox: Sandbox, cwd: Path, *more: str) -> subprocess.Popen[str]:
    cwd.joinpath("map.toml").write_text(MAP, encoding="utf-8")
    env = environment(None, keys(sandbox))
    words = ("migrate", "--from", FROM, "--to", TO, "--map", "map.toml", *more)
    return start(*words, env=env, cwd=cwd)


def migrate(sandbox: Sandbox, cwd: Path, *more: str) -> Finished:
    return finish(begin(sandbox, cwd, *more))


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_contacts_are_moved_and_accounted_for(sandbox: Sandbox, tmp_path: Path) -> None:
    done = migrate(sandbox, tmp_path, "--verify")
    report = tmp_path / "migrate.report.csv"

    assert done.code == 0, done.err
    assert "Note: " in done.err
    assert f"{FROM}: 2 subscribed, 1 unsubscribed" in done.err
    assert f"migrate to {TO}: 3 rows" in done.out
    assert "different            0" in done.out
    assert "example.com" not in done.out + done.err
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert {line["contact"]: line["status"] for line in lines(report)} == {
        "ann@example.com": "subscribed",
        "bob@example.com": "subscribed",
        "left@example.com": "unsubscribed",
    }
    assert sorted(sandbox.sentori.mailing_lists.members(LIST)) == [
        "ann@example.com",
        "bob@example.com",
    ]


def test_differences_are_named_masked_and_end_with_1(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.sentori.suppression.add("ann@example.com")
    done = migrate(sandbox, tmp_path, "--verify", "--report", "out.csv")
    differing = [line for line in lines(tmp_path / "out.csv") if line["status"] == "differs"]

    assert done.code == 1
    assert "row 1, a***@e***.com: it is suppressed there and stays so" in done.out
    assert "ann@example.com" not in done.out + done.err
    assert [(line["row"], line["contact"], line["action"]) for line in differing] == [
        ("1", "ann@example.com", "verify")
    ]


def test_machines_get_one_document(sandbox: Sandbox, tmp_path: Path) -> None:
    done = migrate(sandbox, tmp_path, "--verify", "--json", "--quiet")
    document = json.loads(done.out)

    assert done.err == ""
    assert (document["from"], document["to"], document["exit_code"]) == (FROM, TO, 0)
    assert document["read"] == {"subscribed": 2, "unsubscribed": 1}
    assert document["jobs"][0]["by_status"] == {"subscribed": 2, "unsubscribed": 1}
    assert document["verification"]["differences"] == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "mailchimp:X", "--to", TO), "no platform 'mailchimp'"),
        (("--from", "getresponse", "--to", TO), "needs a campaign's id"),
        (("--from", "getresponse:nope", "--to", TO), "no campaign 'nope'"),
        (("--from", FROM, "--to", "sentori:NOPE"), "no mailing list 'NOPE'"),
        (("--from", FROM, "--to", "sent"), "becomes phone_number"),
        (
            ("--from", FROM, "--to", TO, "--map", "none.toml"),
            "none.toml cannot be read: No such file",
        ),
        (("--from", FROM, "--to", TO, "--retry-failed"), "--retry-failed needs the journal"),
    ],
)
def test_misuse_ends_with_2_and_moves_nothing(
    sandbox: Sandbox, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    env = environment(None, keys(sandbox))
    done = finish(start("migrate", *words, env=env, cwd=tmp_path))

    assert done.code == 2
    assert said in done.err
    assert sandbox.sentori.contacts.count() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_missing_key_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    env = environment(None, {**keys(sandbox), "GETRESPONSE_API_KEY": ""})
    done = finish(start("migrate", "--from", FROM, "--to", TO, env=env, cwd=tmp_path))

    assert done.code == 2
    assert "GETRESPONSE_API_KEY" in done.err


@pytest.mark.skipif(os.name != "posix", reason="signals as these are POSIX's")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_what_was_stopped_goes_on_with_the_journal(tmp_path: Path, sign: signal.Signals) -> None:
    with Sandbox(**unlimited(), latency_s=0.02).in_thread() as sandbox:
        sandbox.sentori.mailing_lists.add(LIST, "Newsletter")
        sandbox.getresponse.contacts.add_many(f"p{n}@example.com" for n in range(150))
        process = begin(sandbox, tmp_path, "--journal", "move.db")
        wait_for(process, "migrate: ")
        process.send_signal(sign)
        stopped = finish(process)
        done = migrate(sandbox, tmp_path, "--journal", "move.db", "--verify", "--json")
        document = json.loads(done.out)

        assert stopped.code in {130, -signal.SIGKILL}
        assert done.code == 0, done.err
        assert document["jobs"][0]["total"] == 150
        assert 0 < document["jobs"][0]["requests"] < 300
        assert sandbox.sentori.contacts.count() == 150
        assert len(sandbox.sentori.mailing_lists.members(LIST)) == 150
