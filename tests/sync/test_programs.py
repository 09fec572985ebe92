"""Exit, interrupts, running loops and forks, in programs of their own."""

import time

import pytest

from sentori_async.sandbox import Sandbox
from tests.sync.program import Ended, run, running


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
        begun = time.monotonic()
        program.interrupt()
        ended = program.end()

    assert time.monotonic() - begun < 2
    assert ended == Ended("cleaned up\ninterrupted\ncalled again\nclosed\n", "", 0)


def test_an_interrupt_waits_for_a_stubborn_task_for_a_bounded_time() -> None:
    with running("interrupted_stubborn.py") as program:
        program.wait_for("READY")
        program.interrupt()
        ended = program.end()

    assert ended == Ended("interrupted\nTrue\n", "", 0)


@pytest.mark.parametrize("where", ["input", "stream"])
def test_an_interrupt_of_the_input_ends_the_job(sandbox: Sandbox, where: str) -> None:
    with running("interrupted_bulk.py", where, sandbox=sandbox) as program:
        program.wait_for("READY")
        program.interrupt()
        ended = program.end()

    assert ended == Ended("interrupted\n['MainThread']\n", "", 0)


def test_an_interrupt_while_answers_are_awaited_ends_the_job() -> None:
    with (
        Sandbox(latency_s=60).in_thread() as slow,
        running("interrupted_bulk.py", "answers", sandbox=slow) as program,
    ):
        program.wait_for("READY")
        while not slow.in_flight:
            time.sleep(0)
        program.interrupt()
        ended = program.end()

    assert ended == Ended("interrupted\n['MainThread']\n", "", 0)
