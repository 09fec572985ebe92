"""Ctrl-C during a sync: the first lets the rows on their way arrive, the second does not."""

import contextlib
import os
import pty
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from tests.cli.command import environment, finish, report_of, start, write_csv

ROWS = 5_000
WORKERS = 4
HIDE_CURSOR = b"\x1b[?25l"
SHOW_CURSOR = b"\x1b[?25h"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file that takes far longer than the test."""
    rows = ([f"c{number}@example.com"] for number in range(ROWS))
    return write_csv(tmp_path / "contacts.csv", [["EmailAddress"], *rows])


@contextlib.contextmanager
def terminal() -> Iterator[tuple[int, int]]:
    ends = pty.openpty()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    """Read the command's notes until one holds `text`."""
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    pytest.fail(f"the command ended without saying {text!r}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_settles_the_rows_in_flight_and_exits_130(
    path: Path, number: signal.Signals
) -> None:
    with Sandbox(latency_s=0.02).in_thread() as sandbox:
        sandbox.sentori.mailing_lists.add("LISTID01", "Newsletter")
        process = start("sync", path, "--list", "LISTID01", "--json", env=environment(sandbox))
        wait_for(process, "add-or-update: ")
        process.send_signal(number)
        done = finish(process)
        arrived = sandbox.sentori.contacts.count()

    assert done.code == 130, done.err
    assert done.document["interrupted"] is True
    assert done.document["not_run"] == "subscribe to LISTID01"
    (job,) = done.document["jobs"]
    assert 0 < job["total"] < ROWS
    assert job["by_status"] == {"added": arrived}
    lines = report_of(path.with_name("contacts.report.csv"))
    assert Counter(line["status"] for line in lines) == {"added": arrived}


def test_rows_to_repair_are_copied_when_the_job_is_done(path: Path, tmp_path: Path) -> None:
    """A file that an interrupted run left would have the same command refused."""
    path.write_text("EmailAddress\nnobody\n" + path.read_text(encoding="utf-8").split("\n", 1)[1])
    letters = tmp_path / "repair.csv"
    with Sandbox(latency_s=0.02).in_thread() as sandbox:
        process = start("sync", path, "--dead-letters", letters, env=environment(sandbox))
        wait_for(process, "1 failed")
        process.send_signal(signal.SIGINT)
        done = finish(process)

    assert (done.code, letters.exists()) == (130, False)
    assert "rows to repair" not in done.out
    assert "Not written yet: repair.csv" in done.out.replace(f"{tmp_path}/", "")


def test_second_ctrl_c_ends_at_once_and_leaves_the_rows_in_flight_in_doubt(path: Path) -> None:
    stuck = FaultRule("contacts.add_or_update", faults.Stalled(), after=100)
    with Sandbox(faults=FaultScript([stuck])).in_thread() as sandbox:
        process = start("sync", path, "--concurrency", str(WORKERS), env=environment(sandbox))
        wait_for(process, "100 of 5,000 rows")
        process.send_signal(signal.SIGINT)
        wait_for(process, "Ctrl-C once more")
        process.send_signal(signal.SIGINT)
        done = finish(process)

    assert done.code == 130, done.err
    assert "Interrupted." in done.out
    lines = report_of(path.with_name("contacts.report.csv"))
    assert Counter(line["status"] for line in lines) == {"added": 100, "unknown": WORKERS}
    unknown = [line for line in lines if line["status"] == "unknown"]
    assert all(line["contact"] and "cancelled" in line["reason"] for line in unknown)


def test_ctrl_c_before_the_first_row_exits_130_in_silence(path: Path) -> None:
    stuck = FaultScript([FaultRule("contacts.structure", faults.Stalled())])
    with Sandbox(faults=stuck).in_thread() as sandbox:
        process = start("sync", path, env=environment(sandbox))
        while not stuck.injected:
            assert process.poll() is None
            os.sched_yield()
        process.send_signal(signal.SIGINT)
        done = finish(process)

    assert (done.code, done.out, done.err) == (130, "", "")


def test_ctrl_c_on_a_terminal_leaves_it_usable(path: Path) -> None:
    """The live bar is drawn, and the cursor that it hides comes back."""
    with Sandbox(latency_s=0.02).in_thread() as sandbox, terminal() as (outside, inside):
        process = start("sync", path, env=environment(sandbox, {"TERM": "xterm"}), stderr=inside)
        shown = b""
        while not re.search(rb"add-or-update.*[1-9]\d*/5000", shown):
            shown += os.read(outside, 4096)
        process.send_signal(signal.SIGINT)
        while shown.rfind(SHOW_CURSOR) < shown.rfind(HIDE_CURSOR):
            shown += os.read(outside, 4096)
        done = finish(process)

    assert done.code == 130
    assert "Interrupted." in done.out
