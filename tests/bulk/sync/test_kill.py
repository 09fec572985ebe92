"""Killed at any moment and run again, a sync sends what was not confirmed and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sentori_async.sandbox import Sandbox

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "tests" / "bulk" / "programs" / "killed_sync.py"
FIRST = [("ann", "1"), ("bob", "1"), ("cy", "1"), ("dee", "1")]
SECOND = [("ann", "1"), ("bob", "2"), ("eve", "1"), ("fay", "1")]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox().in_thread() as sandbox:
        yield sandbox


def run(sandbox: Sandbox, folder: Path, people: list[tuple[str, str]], kill_at: int = 0) -> Any:
    """Run a sync in a process, and return its counts or "killed"."""
    domain = folder.name
    rows = [{"EmailAddress": f"{n}@{domain}.example", "FirstName": value} for n, value in people]
    job = {
        "base_url": sandbox.url("sentori"),
        "key": sandbox.sentori.api_key,
        "state": str(folder / "state.db"),
        "rows": rows,
        "kill_at": kill_at,
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", str(PROGRAM), json.dumps(job)],
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == -signal.SIGKILL:
        return "killed"
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def truth(sandbox: Sandbox, folder: Path) -> dict[str, Any]:
    domain = f"@{folder.name}.example"
    return {
        contact["EmailAddress"].removesuffix(domain): contact["FirstName"]
        for contact in sandbox.sentori.contacts.all()
        if contact["EmailAddress"].endswith(domain)
    }


# Opening, comparing, marking, settling, marking removals, settling these, the two ends between.
@pytest.mark.parametrize("boundary", [2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14])
def test_a_sync_killed_at_a_boundary_is_finished_by_the_next_one(
    sandbox: Sandbox, tmp_path: Path, boundary: int
) -> None:
    folder = tmp_path / f"b{boundary}"
    folder.mkdir()
    run(sandbox, folder, FIRST)
    first = run(sandbox, folder, SECOND, kill_at=boundary)
    second = run(sandbox, folder, SECOND)
    third = run(sandbox, folder, SECOND)

    assert first == "killed"
    assert truth(sandbox, folder) == dict(SECOND)
    assert second["unchanged"] >= 1
    assert third == {"added": 0, "changed": 0, "unchanged": 4, "removed": 0, "requests": 0}


def test_what_was_confirmed_before_the_kill_is_not_sent_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """At the twelfth removals have begun: all that was sent has been settled by then."""
    run(sandbox, tmp_path, FIRST)
    assert run(sandbox, tmp_path, SECOND, kill_at=12) == "killed"
    again = run(sandbox, tmp_path, SECOND)

    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 4)
