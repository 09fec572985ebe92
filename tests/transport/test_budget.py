"""Retries of all clients of a key together cost no more than the key's budget holds."""

from __future__ import annotations

import asyncio
import random
import threading

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sentori_async import errors
from sentori_async.settings import RetryPolicy
from sentori_async.transport.budget import (
    CAPACITY,
    THROTTLED_COST,
    TRANSIENT_COST,
    RetryBudget,
)
from sentori_async.transport.limiter import Limiter
from sentori_async.transport.sender import Sender
from sentori_async.wire.message import Meter
from tests.clock import now, run
from tests.transport.scripted import answer, call, make_sender

OK = answer(200)
BUSY = answer(500)
THROTTLED = answer(429)
AT_ONCE = RetryPolicy(attempts=2, base_s=0, throttled_base_s=0)
"""One retry without a wait, so that nothing comes back with time."""


def left(budget: RetryBudget, now: float = 0.0) -> float:
    """Return how many tokens are left, by taking them one by one."""
    count = 0
    while budget.take(1.0, now):
        count += 1
    return count


# ------------------------------------------------------------------------------- the bucket


def test_numbers_are_those_that_aws_publishes() -> None:
    assert (CAPACITY, TRANSIENT_COST, THROTTLED_COST) == (500.0, 14.0, 5.0)


@pytest.mark.parametrize(("cost", "times", "rest"), [(14.0, 35, 10), (5.0, 100, 0)])
def test_full_bucket_pays_for_so_many_retries(cost: float, times: int, rest: int) -> None:
    budget = RetryBudget()
    assert [budget.take(cost, 0.0) for _ in range(times + 2)] == [True] * times + [False] * 2
    assert left(budget) == rest


def test_what_cannot_be_paid_costs_nothing() -> None:
    budget = RetryBudget()
    assert not budget.take(501.0, 0.0)
    assert left(budget) == 500


@pytest.mark.parametrize(
    ("spent", "given", "expected"), [(100, 14, 414), (100, 100, 500), (100, 101, 500), (0, 1, 500)]
)
def test_what_is_given_back_never_overflows(spent: int, given: int, expected: int) -> None:
    budget = RetryBudget()
    budget.take(spent, 0.0)
    budget.give_back(given)
    assert left(budget) == expected


@pytest.mark.parametrize(("after_s", "expected"), [(0, 0), (0.5, 7), (1, 14), (35, 490), (99, 500)])
def test_tokens_come_back_with_time(after_s: float, expected: int) -> None:
    budget = RetryBudget()
    budget.take(500.0, 100.0)
    assert left(budget, 100.0 + after_s) == expected


def test_time_comes_back_once_though_threads_tell_it_out_of_order() -> None:
    """Each reads its clock before it has the lock."""
    budget = RetryBudget()
    budget.take(500.0, 10.0)
    for moment in (10.5, 10.0, 10.5, 10.0, 10.5):
        assert not budget.take(500.0, moment)
    assert left(budget, 10.0) == 7


def test_bulk_borrows_what_is_not_there_and_waits_until_it_has_come_back() -> None:
    budget = RetryBudget()
    waits = [budget.borrow(14.0, 0.0) for _ in range(38)]
    assert waits == [0.0] * 35 + [4 / 14, 18 / 14, 32 / 14]
    assert not budget.take(1.0, 32 / 14)
    assert budget.take(14.0, 32 / 14 + 1.0)


@attrs.define
class Reckoning:
    """The same bucket in whole tokens, at 14 a second."""

    tokens: int = 500

    def pass_time(self, seconds: int) -> None:
        self.tokens = min(500, self.tokens + 14 * seconds)


class BudgetMachine(RuleBasedStateMachine):
    """Whatever comes in whatever order, the bucket holds what a plain count says."""

    def __init__(self) -> None:
        super().__init__()
        self.budget = RetryBudget()
        self.plain = Reckoning()
        self.now = 0
        # The bucket's time begins with the first look at it.
        self.budget.take(0.0, 0.0)

    @rule(cost=st.sampled_from([5, 14]), times=st.integers(1, 40))
    def take(self, cost: int, times: int) -> None:
        for _ in range(times):
            enough = self.plain.tokens >= cost
            assert self.budget.take(cost, self.now) is enough
            self.plain.tokens -= cost if enough else 0

    @rule(cost=st.sampled_from([5, 14]), times=st.integers(1, 20))
    def borrow(self, cost: int, times: int) -> None:
        for _ in range(times):
            self.plain.tokens -= cost
            assert self.budget.borrow(cost, self.now) == max(0.0, -self.plain.tokens / 14)

    @rule(tokens=st.sampled_from([1, 5, 14]), times=st.integers(1, 40))
    def give_back(self, tokens: int, times: int) -> None:
        for _ in range(times):
            self.budget.give_back(tokens)
        self.plain.tokens = min(500, self.plain.tokens + tokens * times)

    @rule(seconds=st.integers(0, 60))
    def wait(self, seconds: int) -> None:
        self.now += seconds
        self.plain.pass_time(seconds)
        self.budget.take(0.0, self.now)

    @invariant()
    def holds_the_same(self) -> None:
        assert self.budget._tokens == self.plain.tokens <= 500


TestBudget = BudgetMachine.TestCase


def test_threads_take_no_token_twice_and_put_none_beyond_the_rim() -> None:
    budget = RetryBudget()
    taken = [0] * 8
    most = [0.0] * 8

    def hammer(number: int) -> None:
        draw = random.Random(number)
        for _ in range(3_000):
            if draw.random() < 0.5:
                taken[number] += budget.take(5.0, 0.0)
            elif taken[number] > 0 and draw.random() < 0.9:
                budget.give_back(5.0)
                taken[number] -= 1
            most[number] = max(most[number], budget._tokens)

    threads = [threading.Thread(target=hammer, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) <= 500.0
    assert left(budget) == 500 - 5 * sum(taken)


# ------------------------------------------------------------------------------ through calls


async def sent(sender: Sender, *, bulk: bool = False) -> tuple[bool, int]:
    """Send a call; return whether it succeeded and how often it was tried."""
    meter = Meter()
    try:
        await sender.send(call(), meter=meter, bulk=bulk)
    except errors.ApiError:
        return False, meter.attempts
    return True, meter.attempts


def test_single_call_without_tokens_gives_up_with_the_error_as_it_is() -> None:
    async def storm() -> tuple[list[int], errors.SentoriError]:
        sender, _ = make_sender(BUSY, retry=AT_ONCE)
        # What is tested is the budget: an outage would stop the calls sooner.
        tried = []
        for _ in range(36):
            tried.append((await sent(sender))[1])
            sender.shared.circuit.succeeded()
        with pytest.raises(errors.ServerError) as caught:
            await sender.send(call())
        return tried, caught.value

    tried, error = run(storm())
    assert tried == [2] * 35 + [1]
    assert (error.applied, error.retryable) == (False, True)


def test_throttled_retries_cost_less() -> None:
    async def storm() -> list[int]:
        sender, _ = make_sender(THROTTLED, retry=AT_ONCE)
        return [(await sent(sender))[1] for _ in range(101)]

    assert run(storm()) == [2] * 100 + [1]


def test_retry_that_succeeds_gives_back_what_it_cost() -> None:
    async def healed() -> float:
        sender, _ = make_sender(*[BUSY, OK] * 100, retry=AT_ONCE)
        assert [await sent(sender) for _ in range(100)] == [(True, 2)] * 100
        return left(sender.shared.budget)

    assert run(healed()) == 500


def test_only_the_last_of_several_retries_is_given_back() -> None:
    async def healed() -> float:
        sender, _ = make_sender(BUSY, THROTTLED, BUSY, OK, retry=attrs.evolve(AT_ONCE, attempts=9))
        await sent(sender)
        return left(sender.shared.budget)

    assert run(healed()) == 500 - 14 - 5


def test_success_without_a_retry_gives_one_token() -> None:
    async def successes() -> float:
        sender, _ = make_sender(OK)
        sender.shared.budget.take(500.0, 0.0)
        for _ in range(25):
            await sent(sender)
        return left(sender.shared.budget)

    assert run(successes()) == 25


def test_bulk_call_without_tokens_waits_for_them_and_ends_no_row() -> None:
    async def storm() -> tuple[float, list[tuple[bool, int]]]:
        sender, session = make_sender(BUSY, OK, retry=AT_ONCE)
        sender.shared.budget.take(500.0, now())
        outcomes = [await sent(sender, bulk=True)]
        return session.moments[-1], outcomes

    assert run(storm()) == (1.0, [(True, 2)])


def test_bulk_call_with_a_deadline_does_not_wait_for_tokens_past_it() -> None:
    async def storm() -> tuple[float, float]:
        sender, _ = make_sender(BUSY, OK, retry=attrs.evolve(AT_ONCE, deadline_s=0.5))
        sender.shared.budget.take(500.0, now())
        assert await sent(sender, bulk=True) == (False, 1)
        return now(), left(sender.shared.budget, 1.0)

    # What it did not use is there for others.
    assert run(storm()) == (0.0, 14)


def test_all_clients_of_a_key_pay_from_one_bucket() -> None:
    async def two_clients() -> list[int]:
        first, session = make_sender(BUSY, retry=AT_ONCE)
        second = Sender(
            first.settings,
            session,
            Limiter(first.shared.pace, clock=now),
            first.shared,
            clock=now,
        )
        tried = []
        for sender in [first, second] * 18:
            tried.append((await sent(sender))[1])
            sender.shared.circuit.succeeded()
        return tried

    assert run(two_clients()) == [2] * 35 + [1]


def test_cancelled_wait_for_tokens_leaves_a_debt_that_time_pays() -> None:
    async def cancelled() -> tuple[float, float]:
        sender, _ = make_sender(BUSY, OK, retry=AT_ONCE)
        sender.shared.budget.take(500.0, now())
        task = asyncio.create_task(sent(sender, bulk=True))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return now(), left(sender.shared.budget, 2.0)

    assert run(cancelled()) == (0.5, 14)
