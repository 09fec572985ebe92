"""No call outlasts its deadline, and none waits for what cannot come in time."""

import asyncio

import pytest

from sentori_async import errors
from sentori_async.settings import Limits, Rate, RetryPolicy, Timeouts
from sentori_async.transport.circuit import FIRST_PAUSE_S
from sentori_async.wire.message import Meter, Response, Safety
from tests.clock import now, run, running
from tests.transport.scripted import (
    BUSY,
    OK,
    Outcome,
    Step,
    answer,
    call,
    fail_often,
    in_a_hurry,
    make_sender,
    outcome_of,
)

# --------------------------------------------------------------------------------- deadlines


def test_single_call_ends_after_two_minutes_whatever_the_policy_allows() -> None:
    result, moments, ended, _ = outcome_of(
        Step(BUSY, after_s=50.0), retry=RetryPolicy(attempts=99, base_s=4.0)
    )
    assert isinstance(result, errors.RequestTimeout)
    assert (moments, ended) == ([0.0, 54.0, 112.0], 120.0)


def test_bulk_call_has_no_deadline_of_its_own() -> None:
    result, moments, ended, _ = outcome_of(
        Step(BUSY, after_s=50.0), retry=RetryPolicy(attempts=5, base_s=4.0), bulk=True
    )
    assert isinstance(result, errors.ServerError)
    assert (moments, ended) == ([0.0, 54.0, 112.0, 178.0, 248.0], 298.0)


@pytest.mark.parametrize("bulk", [False, True], ids=["single", "bulk"])
def test_deadline_of_the_policy_holds_for_single_and_bulk_calls(bulk: bool) -> None:
    result, moments, ended, _ = outcome_of(
        Step(BUSY, after_s=2.0), retry=RetryPolicy(base_s=1.0, deadline_s=5.0), bulk=bulk
    )
    # 0-2, a wait of 1, 3-5: the deadline and the answer come together, and no wait is begun.
    assert isinstance(result, errors.SentoriError)
    assert (moments, ended) == ([0.0, 3.0], 5.0)


def test_wait_that_would_pass_the_deadline_is_not_begun() -> None:
    result, _, ended, _ = outcome_of(BUSY, OK, retry=RetryPolicy(base_s=8.0, deadline_s=8.0))
    assert isinstance(result, errors.ServerError)
    assert ended == 0.0


def test_attempt_ends_at_the_earlier_of_its_own_bound_and_the_deadline() -> None:
    async def ends() -> list[float]:
        sender, session = make_sender(
            Step(OK, after_s=1000.0),
            retry=RetryPolicy(base_s=1.0, deadline_s=100.0),
            timeouts=Timeouts(total_s=60.0),
        )
        with pytest.raises(errors.RequestTimeout):
            await sender.send(call())
        return [exchange.until for exchange in session.seen]

    assert run(ends()) == [60.0, 100.0]


def test_request_whose_deadline_passed_while_the_loop_was_busy_is_not_sent() -> None:
    async def late() -> tuple[list[float], Meter]:
        sender, session = make_sender(
            errors.ConnectFailed("refused"), OK, retry=RetryPolicy(base_s=1.0, deadline_s=10.0)
        )
        loop = running()
        loop.call_at(0.5, loop.stall, 60.0)
        meter = Meter()
        with pytest.raises(errors.RequestTimeout, match="nothing was sent") as caught:
            await sender.send(call(Safety.UNSAFE), meter=meter)
        assert caught.value.applied is False
        return session.moments, meter

    assert run(late()) == ([0.0], Meter(attempts=1, requests=0))


def test_call_that_is_not_let_in_before_its_deadline_was_never_sent() -> None:
    async def crowd() -> tuple[float, int, Meter]:
        sender, session = make_sender(Step(OK, after_s=50.0), limits=Limits(concurrency=1))
        hurried = in_a_hurry(sender, 10.0)
        first = asyncio.create_task(sender.send(call()))
        await asyncio.sleep(1.0)
        meter = Meter()
        with pytest.raises(errors.RequestTimeout, match="nothing was sent") as caught:
            await hurried.send(call(Safety.UNSAFE), meter=meter)
        assert caught.value.applied is False
        ended, sent = now(), len(session.seen)
        await first
        return ended, sent, meter

    assert run(crowd()) == (11.0, 1, Meter(attempts=0, requests=0))


def test_place_that_comes_free_at_the_very_deadline_is_given_back() -> None:
    async def crowd() -> list[float]:
        sender, session = make_sender(Step(OK, after_s=10.0), OK, limits=Limits(concurrency=1))
        hurried = in_a_hurry(sender, 10.0)
        tasks = [
            asyncio.create_task(each.send(call(), bulk=bulk))
            for each, bulk in ((sender, False), (hurried, False), (sender, True))
        ]
        await asyncio.gather(*tasks, return_exceptions=True)
        return session.moments

    moments = run(crowd())
    # Whether the second came in at the last moment or gave up, the third is served at once.
    assert moments[0] == 0.0
    assert set(moments[1:]) == {10.0}


@pytest.mark.parametrize("bulk", [False, True], ids=["single", "bulk"])
def test_platform_that_is_down_beyond_the_deadline_is_not_waited_for(bulk: bool) -> None:
    async def down() -> tuple[float, int]:
        sender, session = make_sender(OK, retry=RetryPolicy(deadline_s=0.5))
        fail_often(sender)
        with pytest.raises(errors.CircuitOpen) as caught:
            await sender.send(call(Safety.UNSAFE), bulk=bulk)
        assert caught.value.applied is False
        return now(), len(session.seen)

    assert run(down()) == (0.0, 0)


@pytest.mark.parametrize(
    ("timeouts", "read_s"),
    [
        (Timeouts(connect_s=3, read_s=20, total_s=60), 20),
        (Timeouts(connect_s=3, read_s=60, total_s=60), None),
        (Timeouts(connect_s=3, read_s=90, total_s=60), None),
    ],
    ids=["silence-first", "same", "total-first"],
)
def test_silence_has_a_timer_of_its_own_only_where_it_is_shorter(
    timeouts: Timeouts, read_s: float | None
) -> None:
    async def asked() -> list[tuple[float, float | None, float]]:
        sender, session = make_sender(OK, timeouts=timeouts)
        await sender.send(call())
        return [(seen.connect_s, seen.read_s, seen.until) for seen in session.seen]

    assert run(asked()) == [(3, read_s, 60.0)]


# ------------------------------------------------------- a platform that is down or must rest


def test_bulk_call_waits_until_the_platform_may_be_tried_again() -> None:
    async def down() -> tuple[list[float], Response]:
        sender, session = make_sender(OK)
        fail_often(sender)
        result = await sender.send(call(Safety.UNSAFE), bulk=True)
        assert not sender.shared.circuit.is_open
        return session.moments, result

    assert run(down()) == ([FIRST_PAUSE_S], OK)


def test_single_call_is_told_at_once_that_the_platform_is_down() -> None:
    async def down() -> tuple[list[float], float]:
        sender, session = make_sender(OK)
        fail_often(sender)
        with pytest.raises(errors.CircuitOpen, match=r"tried again in 1\.0 s"):
            await sender.send(call())
        return session.moments, now()

    assert run(down()) == ([], 0.0)


def test_bulk_call_gives_up_on_a_platform_that_stays_down_too_long() -> None:
    async def down() -> float:
        sender, _ = make_sender(
            errors.ConnectFailed("refused"), retry=RetryPolicy(base_s=1.0, job_max_wait_s=30.0)
        )
        fail_often(sender)
        with pytest.raises(errors.CircuitOpen, match="longer than job_max_wait_s"):
            await sender.send(call(Safety.UNSAFE), bulk=True)
        return now()

    assert 30.0 < run(down()) < 40.0


def test_pause_that_one_call_was_asked_for_holds_back_the_next() -> None:
    async def paused() -> list[float]:
        sender, session = make_sender(answer(429, Retry_After="600"), OK)
        with pytest.raises(errors.RateLimited):
            await sender.send(call())
        with pytest.raises(errors.CircuitOpen, match="a pause that lasts 600 s more"):
            await sender.send(call())
        job = asyncio.create_task(sender.send(call(), bulk=True))
        await asyncio.sleep(500.0)
        # 100 seconds are not too long for a single call, and it goes before the job.
        await sender.send(call(path="single/"))
        await job
        assert [seen.path for seen in session.seen[1:]] == ["single/", "some/path/"]
        return session.moments

    assert run(paused()) == [0.0, 600.0, 600.0]


# ------------------------------------------------------------------------------ cancellation


@pytest.mark.parametrize(
    ("steps", "limits"),
    [
        pytest.param([Step(OK, after_s=50.0)], Limits(), id="in-the-exchange"),
        pytest.param([BUSY], Limits(), id="between-attempts"),
        pytest.param([OK], Limits(rates=(Rate(1, per_s=40),)), id="for-the-window"),
        pytest.param([Step(OK, after_s=50.0)], Limits(concurrency=1), id="for-a-place"),
    ],
)
def test_cancellation_ends_every_wait_at_once_and_leaves_nothing_behind(
    steps: list[Outcome], limits: Limits
) -> None:
    async def cancelled() -> tuple[float, int]:
        sender, session = make_sender(*steps, limits=limits, retry=RetryPolicy(base_s=16.0))
        busy = asyncio.create_task(sender.send(call()))
        waiting = asyncio.create_task(sender.send(call()))
        await asyncio.sleep(10.0)
        assert not waiting.done()
        for task in (busy, waiting):
            task.cancel()
        for task in (busy, waiting):
            with pytest.raises(asyncio.CancelledError):
                # The first may be through already, where only the second had to wait.
                if task.done() and not task.cancelled():
                    raise asyncio.CancelledError
                await task
        return now(), session.in_flight

    assert run(cancelled()) == (10.0, 0)


def test_cancelled_call_gives_its_place_back() -> None:
    async def cancelled() -> list[float]:
        sender, session = make_sender(Step(OK, after_s=50.0), limits=Limits(concurrency=1))
        first = asyncio.create_task(sender.send(call()))
        second = asyncio.create_task(sender.send(call()))
        await asyncio.sleep(5.0)
        first.cancel()
        await second
        return session.moments

    assert run(cancelled()) == [0.0, 5.0]
