"""Exit, interrupts, running loops and forks, in programs of their own."""

import multiprocessing
import os
import time

import pytest

from sentori_async.sandbox import Sandbox
from tests.sync.program import Ended, run, running

# Answers are waited for so many seconds, where no test waits for that.
LONG = "1000000"


@pytest.mark.parametrize("way", ["close", "with"])
def test_a_closed_client_leaves_no_thread_and_the_program_ends(sandbox: Sandbox, way: str) -> None:
    assert run("exits.py", way, sandbox=sandbox) == Ended("called\n['MainThread']\n", "", 0)


@pytest.mark.parametrize(("way", "code"), [("forget", 0), ("drop", 0), ("raise", 7)])
def test_a_program_ends_in_silence_without_close(sandbox: Sandbox, way: str, code: int) -> None:
    assert run("exits.py", way, sandbox=sandbox) == Ended("called\n", "", code)


def test_a_program_ends_while_other_threads_call() -> None:
    ended = run("exits_during_a_call.py")

    assert (ended.stderr, ended.code) == ("", 0)
    assert ended.stdout == "cancelled\nclosed\n"


def test_exit_handlers_call_until_the_portal_ends_and_then_hear_that_it_is_closed(
    sandbox: Sandbox,
) -> None:
    ended = run("calls_at_exit.py", sandbox=sandbox)
    in_time, *too_late = ended.stdout.splitlines()

    assert (ended.stderr, ended.code) == ("", 0)
    assert in_time == "in time"
    assert len(too_late) == 2
    assert all("closed" in line for line in too_late)


def test_a_client_works_inside_a_running_loop_in_silence(sandbox: Sandbox) -> None:
    assert run("running_loop.py", sandbox=sandbox) == Ended("True True\n", "", 0)


def test_an_interrupt_cancels_the_task_waits_for_its_clean_up_and_comes_through() -> None:
    with running("interrupted.py") as program:
        program.wait_for("READY")
        program.interrupt()
        ended = program.end()

    assert ended == Ended("cleaned up\ninterrupted\ncalled again\nclosed\n", "", 0)


def test_an_interrupt_waits_for_a_stubborn_task_for_a_bounded_time() -> None:
    with running("interrupted_stubborn.py") as program:
        program.wait_for("READY")
        program.interrupt()
        ended = program.end()

    assert ended == Ended("interrupted\nclosed\n", "", 0)


@pytest.mark.parametrize("kind", ["verb", "stream"])
def test_an_interrupt_of_the_input_settles_what_was_taken_and_leaves_the_report(
    sandbox: Sandbox, kind: str
) -> None:
    with running("interrupted_bulk.py", "input", kind, LONG, sandbox=sandbox) as program:
        program.wait_for("READY")
        program.interrupt()
        ended = program.end()

    assert ended == Ended("interrupted\nTrue 3 added\n['MainThread']\n", "", 0)


@pytest.mark.parametrize("kind", ["verb", "stream"])
def test_an_interrupt_while_answers_are_awaited_waits_for_them(kind: str) -> None:
    with (
        Sandbox(latency_s=0.5).in_thread() as slow,
        running("interrupted_bulk.py", "answers", kind, LONG, sandbox=slow) as program,
    ):
        program.wait_for("READY")
        while not slow.in_flight:
            time.sleep(0)
        program.interrupt()
        ended = program.end()
        sent = slow.requests.count()

    assert sent == 1
    assert ended == Ended("interrupted\nTrue 1 added\n['MainThread']\n", "", 0)


@pytest.mark.parametrize("kind", ["verb", "stream"])
def test_answers_that_do_not_come_are_waited_for_a_bounded_time(kind: str) -> None:
    with (
        Sandbox(latency_s=60).in_thread() as slow,
        running("interrupted_bulk.py", "answers", kind, "0.3", sandbox=slow) as program,
    ):
        program.wait_for("READY")
        while not slow.in_flight:
            time.sleep(0)
        program.interrupt()
        ended = program.end()

    assert ended == Ended("interrupted\nFalse 1 unknown\n['MainThread']\n", "", 0)


@pytest.mark.parametrize("kind", ["verb", "stream"])
def test_a_second_interrupt_ends_the_wait_for_answers(kind: str) -> None:
    with (
        Sandbox(latency_s=60).in_thread() as slow,
        running("interrupted_bulk.py", "answers", kind, LONG, "tell", sandbox=slow) as program,
    ):
        program.wait_for("READY")
        while not slow.in_flight:
            time.sleep(0)
        program.interrupt()
        program.wait_for("draining")
        program.interrupt()
        ended = program.end()

    assert ended == Ended("interrupted\nFalse 1 unknown\n['MainThread']\n", "", 0)


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_an_interrupted_cell_leaves_its_report_and_the_next_ones_work(loop: str) -> None:
    if loop == "uvloop":
        pytest.importorskip("uvloop", reason="uvloop is not installed")
    with (
        Sandbox(latency_s=0.01).in_thread() as sandbox,
        running("notebook.py", loop, sandbox=sandbox) as program,
    ):
        program.wait_for("READY")
        while sandbox.requests.count() < 20:
            time.sleep(0)
        program.interrupt()
        ended = program.end()
    first, *others = ended.stdout.splitlines()

    assert first.startswith("interrupted True ['added'")
    assert first.endswith("] True")
    assert others == ["c0@example.com", "c0@example.com", "added"]
    assert (ended.stderr, ended.code) == ("", 0)


def test_a_thread_that_outlives_main_hears_an_error_of_ours(sandbox: Sandbox) -> None:
    """What asyncio needs a thread for, the host's address, is no more to be had by then."""
    url = sandbox.url("sentori").replace("127.0.0.1", "localhost")
    ended = run("late_threads.py", sandbox=sandbox, url=url)
    first, *others = ended.stdout.splitlines()

    assert (ended.stderr, ended.code) == ("", 0)
    assert first == "found"
    assert len(others) == 2
    # From 3.12 on, no thread is started any more either.
    assert set(others) <= {"ConnectFailed", "ConfigurationError"}


def test_fifty_threads_share_a_client(sandbox: Sandbox) -> None:
    assert run("threads.py", sandbox=sandbox) == Ended("250 250 1\n", "", 0)


@pytest.mark.parametrize("way", multiprocessing.get_all_start_methods())
def test_processes_however_they_are_started_have_their_own_connections(
    sandbox: Sandbox, way: str
) -> None:
    joe = "joe@example.com"
    ended = run("processes.py", way, sandbox=sandbox, ignored=["DeprecationWarning"])

    refusal = "a client cannot be pickled: make one in each process"
    assert ended == Ended(f"{joe} {joe} {joe} {joe}\n{refusal}\n{joe}\n", "", 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_job_that_was_begun_before_a_fork_is_the_parents(sandbox: Sandbox) -> None:
    ended = run("forked_job.py", sandbox=sandbox, ignored=["DeprecationWarning"])

    assert ended == Ended("True\n5\n30 Counter({'added': 30})\n", "", 0)
