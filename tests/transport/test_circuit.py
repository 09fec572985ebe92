"""A platform that is down is left alone, probed ever more rarely, and used at its first word."""

from __future__ import annotations

import asyncio
import itertools
import threading

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sentori_async import errors
from sentori_async.settings import RetryPolicy
from sentori_async.transport.circuit import FAILURES, LONGEST_PAUSE_S, Circuit
from sentori_async.transport.limiter import Limiter
from sentori_async.transport.sender import Sender
from sentori_async.wire.message import Meter, Safety
from tests.clock import now, run
from tests.transport.scripted import Outcome, Step, answer, call, make_sender

OK = answer(200)
REFUSED = errors.ConnectFailed("refused")
ONCE = RetryPolicy(attempts=1)


def opened(at: float = 0.0) -> Circuit:
    circuit = Circuit()
    for _ in range(FAILURES):
        circuit.failed(at)
    return circuit


# ------------------------------------------------------------------------------ the circuit


def test_ten_failures_in_a_row_open_it_and_nine_do_not() -> None:
    circuit = Circuit()
    assert [circuit.failed(0.0) for _ in range(10)] == [False] * 9 + [True]
    assert circuit.is_open


def test_answer_between_failures_begins_the_count_anew() -> None:
    circuit = Circuit()
    for _ in range(3):
        for _ in range(9):
            circuit.failed(0.0)
        assert not circuit.succeeded()
    assert not circuit.is_open
    assert circuit.admit(0.0) == 0.0


def test_answer_closes_it_and_says_so_once() -> None:
    circuit = opened()
    assert [circuit.succeeded(), circuit.succeeded()] == [True, False]
    assert (circuit.is_open, circuit.admit(0.0), circuit.open_for_s(9.0)) == (False, 0.0, 0.0)


def test_closed_circuit_admits_everybody_and_an_open_one_a_probe_at_a_time() -> None:
    assert [Circuit().admit(0.0) for _ in range(3)] == [0.0] * 3
    circuit = opened(at=100.0)
    assert [circuit.admit(moment) for moment in (100.0, 100.75, 101.0, 101.0)] == [
        1.0,
        0.25,
        0.0,
        2.0,
    ]
    assert circuit.open_for_s(107.0) == 7.0


def probes(circuit: Circuit, lasting_s: float | None, until: float) -> list[float]:
    """Return when probes go out that fail after a while, or are never heard of again."""
    moments: list[float] = []
    moment = 0.0
    while moment < until:
        wait = circuit.admit(moment)
        if wait:
            moment += wait
            continue
        moments.append(moment)
        if lasting_s is not None:
            moment += lasting_s
            circuit.failed(moment)
    return moments


def test_probes_that_fail_at_once_go_out_after_pauses_that_double_to_a_minute() -> None:
    pauses = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert probes(opened(), 0.0, 250) == [sum(pauses[: n + 1]) for n in range(9)]


def test_pause_begins_when_the_probe_has_failed() -> None:
    assert probes(opened(), 10.0, 60) == [1, 13, 27, 45]


def test_probes_that_nobody_hears_of_again_do_not_keep_the_next_from_going_out() -> None:
    """Their calls were cancelled, or the platform is silent: then, too, the pauses double."""
    assert probes(opened(), None, 250) == [1, 3, 7, 15, 31, 63, 123, 183, 243]


def test_failures_of_what_was_under_way_prolong_nothing() -> None:
    circuit = opened(at=0.0)
    for _ in range(50):
        assert not circuit.failed(0.5)
    assert circuit.admit(1.0) == 0.0


def test_failures_of_requests_that_later_ones_overtook_say_nothing() -> None:
    circuit = Circuit()
    circuit.succeeded(5.0)
    assert not any(circuit.failed(9.0, 4.0) for _ in range(50))
    circuit.succeeded(3.0)
    assert not any(circuit.failed(9.0, 4.0) for _ in range(50))
    assert [circuit.failed(9.0, 6.0) for _ in range(10)] == [False] * 9 + [True]


def test_pauses_begin_anew_with_each_outage() -> None:
    circuit = opened()
    assert probes(circuit, 0.0, 100) == [1, 3, 7, 15, 31, 63]
    circuit.succeeded()
    for _ in range(FAILURES):
        circuit.failed(200.0)
    assert circuit.admit(200.0) == 1.0


def test_of_many_threads_that_ask_at_once_one_is_the_probe() -> None:
    for _ in range(50):
        circuit = opened()
        together = threading.Barrier(8)
        waits: list[float] = []

        def ask(
            circuit: Circuit = circuit,
            together: threading.Barrier = together,
            waits: list[float] = waits,
        ) -> None:
            together.wait()
            waits.append(circuit.admit(1.0))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(waits) == [0.0] + [2.0] * 7


class CircuitMachine(RuleBasedStateMachine):
    """Whatever happens in whatever order, it is open when it should be, and never wedged."""

    def __init__(self) -> None:
        super().__init__()
        self.circuit = Circuit()
        self.now = 0.0
        self.in_a_row = 0
        self.probed: list[float] = []

    @rule(times=st.integers(1, 12))
    def fail(self, times: int) -> None:
        for _ in range(times):
            self.in_a_row += 1
            assert self.circuit.failed(self.now) is (self.in_a_row == FAILURES)

    @rule()
    def answer(self) -> None:
        assert self.circuit.succeeded() is (self.in_a_row >= FAILURES)
        self.in_a_row = 0
        self.probed.clear()

    @rule(seconds=st.sampled_from([0.0, 0.5, 1.0, 2.0, 30.0, 60.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def ask(self) -> None:
        wait = self.circuit.admit(self.now)
        assert 0.0 <= wait <= LONGEST_PAUSE_S
        if self.in_a_row < FAILURES:
            assert wait == 0.0
        elif wait == 0.0:
            if self.probed:
                assert self.now - self.probed[-1] >= min(60.0, 2.0 ** len(self.probed))
            self.probed.append(self.now)

    @precondition(lambda self: self.in_a_row >= FAILURES)
    @rule()
    def ask_until_admitted(self) -> None:
        self.now += self.circuit.admit(self.now)
        self.ask()

    @invariant()
    def is_open_after_ten_in_a_row(self) -> None:
        assert self.circuit.is_open is (self.in_a_row >= FAILURES)


TestCircuit = CircuitMachine.TestCase


# ------------------------------------------------------------------------------ through calls

FAILED: list[Outcome] = [
    REFUSED,
    errors.ConnectionLost("lost"),
    Step(OK, after_s=1000.0),
    answer(500),
    answer(503),
    answer(504, b"<html>"),
]
ANSWERS: list[Outcome] = [
    OK,
    answer(404),
    answer(403, b'{"Code": 1}'),
    answer(429),
    errors.DecodeError("not HTTP"),
    errors.ResponseTooLarge("too large"),
]
NAMES = ["refused", "lost", "silent", "500", "503", "504"]


async def ends(sender: Sender, times: int = 1, *, bulk: bool = False) -> list[str]:
    """Send calls one after the other; return what each came to."""
    found = []
    for _ in range(times):
        try:
            await sender.send(call(), bulk=bulk)
        except errors.SentoriError as error:
            found.append(type(error).__name__)
        else:
            found.append("done")
    return found


@pytest.mark.parametrize("failed", FAILED, ids=NAMES)
def test_ten_failed_calls_stop_the_next_ones_at_once(failed: Outcome) -> None:
    async def down() -> tuple[list[str], int, float]:
        sender, session = make_sender(failed, retry=ONCE)
        await ends(sender, 10)
        began = now()
        return await ends(sender, 5), len(session.seen), now() - began

    assert run(down()) == (["CircuitOpen"] * 5, 10, 0.0)


@pytest.mark.parametrize("heard", ANSWERS, ids=lambda it: getattr(it, "status", type(it).__name__))
def test_any_answer_shows_the_platform_up(heard: Outcome) -> None:
    async def flaky() -> list[str]:
        sender, _ = make_sender(*([REFUSED] * 9 + [heard]) * 3, REFUSED, retry=ONCE)
        return await ends(sender, 30)

    assert "CircuitOpen" not in run(flaky())


def test_calls_that_fell_silent_while_others_were_answered_do_not_open_it() -> None:
    """Under a pause that the platform asked for, nothing but time-outs is heard of."""

    async def paused() -> list[str]:
        silent = [Step(OK, after_s=1000.0)] * 12
        sender, _ = make_sender(*silent, answer(429, Retry_After="90"), OK, retry=ONCE)
        calls = [asyncio.create_task(ends(sender)) for _ in silent]
        await asyncio.sleep(1.0)
        await ends(sender)
        await asyncio.wait(calls)
        return await ends(sender)

    assert run(paused()) == ["done"]


def test_call_that_finds_it_open_says_that_nothing_was_sent() -> None:
    async def down() -> tuple[errors.CircuitOpen, Meter]:
        sender, _ = make_sender(REFUSED, retry=ONCE)
        await ends(sender, 10)
        meter = Meter()
        with pytest.raises(errors.CircuitOpen) as caught:
            await sender.send(call(Safety.UNSAFE), meter=meter)
        return caught.value, meter

    error, meter = run(down())
    assert (error.applied, error.retryable, meter) == (False, True, Meter())


def test_single_calls_probe_by_turns_and_the_first_answer_lets_all_through() -> None:
    async def back_after_three_probes() -> list[float]:
        sender, session = make_sender(*[REFUSED] * 13, OK, retry=ONCE)
        await ends(sender, 10)
        for _ in range(64):
            await asyncio.sleep(0.25)
            await ends(sender)
        return session.moments[10:15]

    assert run(back_after_three_probes()) == [1.0, 3.0, 7.0, 15.0, 15.25]


def test_bulk_calls_wait_for_the_platform_and_are_charged_no_attempt() -> None:
    """An outage of half an hour is much longer than four attempts."""

    async def outage() -> tuple[list[str], int]:
        sender, session = make_sender(REFUSED)
        asyncio.get_running_loop().call_at(1800.0, session.steps.__setitem__, 0, OK)
        found = await asyncio.gather(*(ends(sender, bulk=True) for _ in range(5)))
        return list(itertools.chain(*found)), len(session.seen)

    found, sent = run(outage())
    assert found == ["done"] * 5
    assert sent < 60


def test_outage_longer_than_the_job_may_wait_ends_its_calls() -> None:
    async def outage() -> tuple[list[str], float]:
        sender, _ = make_sender(REFUSED, retry=RetryPolicy(job_max_wait_s=600))
        found = await asyncio.gather(*(ends(sender, bulk=True) for _ in range(5)))
        return list(itertools.chain(*found)), now()

    found, ended = run(outage())
    assert found == ["CircuitOpen"] * 5
    assert 600 < ended < 700


@pytest.mark.parametrize("bulk", [False, True], ids=["single", "bulk"])
def test_cancelled_probe_does_not_keep_the_platform_out_of_reach(bulk: bool) -> None:
    async def cancelled() -> tuple[list[str], float]:
        sender, session = make_sender(*[REFUSED] * 10, Step(OK, after_s=50.0), OK, retry=ONCE)
        await ends(sender, 10)
        await asyncio.sleep(1.0)
        probe = asyncio.create_task(sender.send(call(), bulk=bulk))
        await asyncio.sleep(0.5)
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        await asyncio.sleep(1.5)
        return await ends(sender, 2), session.moments[-1]

    assert run(cancelled()) == (["done", "done"], 3.0)


def test_outage_that_one_client_meets_is_known_to_all_of_the_key() -> None:
    async def two_clients() -> list[str]:
        first, session = make_sender(REFUSED, retry=ONCE)
        second = Sender(
            first.settings,
            session,
            Limiter(first.shared.pace, clock=now),
            first.shared,
            clock=now,
        )
        await ends(first, 5)
        await ends(second, 5)
        return await ends(first) + await ends(second)

    assert run(two_clients()) == ["CircuitOpen", "CircuitOpen"]
