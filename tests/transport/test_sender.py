"""A call is admitted, sent, decoded and repeated as promised, to the moment."""

import asyncio
from typing import Any

import attrs
import backoff
import pytest

from sentori_async import errors
from sentori_async.platforms.sentori.calls import add_contact
from sentori_async.platforms.sentori.models import Contact
from sentori_async.settings import Limits, Rate, RetryPolicy, Timeouts
from sentori_async.transport.circuit import FAILURES, FIRST_PAUSE_S
from sentori_async.transport.sender import Sender
from sentori_async.wire.message import Meter, Response, Safety
from tests.clock import now, run, running
from tests.transport.scripted import KEY, Outcome, Step, answer, call, make_sender

OK = answer(200)
BUSY = answer(500)
CALM = RetryPolicy(base_s=1.0, throttled_base_s=4.0)
"""Bases that add up without rounding."""


def outcome_of(
    *steps: Outcome, safety: Safety = Safety.READ, bulk: bool = False, **parts: Any
) -> tuple[Response | errors.SentoriError, list[float], float, Meter]:
    """Send one call; return what it came to, when it was sent, when it ended and its cost."""
    meter = Meter()

    async def send() -> tuple[Response | errors.SentoriError, list[float], float]:
        sender, session = make_sender(*steps, **parts)
        try:
            result: Response | errors.SentoriError = await sender.send(
                call(safety), meter=meter, bulk=bulk
            )
        except errors.SentoriError as error:
            result = error
        return result, session.moments, now()

    result, moments, ended = run(send())
    return result, moments, ended, meter


def in_a_hurry(sender: Sender, deadline_s: float) -> Sender:
    """Return a sender that shares all with another but has a deadline."""
    retry = RetryPolicy(deadline_s=deadline_s)
    return sender.with_settings(attrs.evolve(sender.settings, retry=retry))


# ------------------------------------------------------------------------------------- waits


def test_waits_between_attempts_double_to_the_moment() -> None:
    result, moments, ended, _ = outcome_of(BUSY, BUSY, BUSY, OK, retry=CALM)
    assert (result, moments, ended) == (OK, [0.0, 1.0, 3.0, 7.0], 7.0)


def test_wait_begins_when_the_attempt_ends() -> None:
    _, moments, _, _ = outcome_of(Step(BUSY, after_s=10.0), OK, retry=CALM)
    assert moments == [0.0, 11.0]


def test_last_attempt_is_not_followed_by_a_wait() -> None:
    result, moments, ended, _ = outcome_of(BUSY, retry=CALM)
    assert isinstance(result, errors.ServerError)
    assert (moments, ended) == ([0.0, 1.0, 3.0, 7.0], 7.0)


def test_one_attempt_means_no_repeat() -> None:
    _, moments, ended, _ = outcome_of(BUSY, OK, retry=RetryPolicy(attempts=1))
    assert (moments, ended) == ([0.0], 0.0)


def test_too_many_requests_wait_from_the_longer_base() -> None:
    _, moments, _, _ = outcome_of(answer(429), answer(429), OK, retry=CALM)
    assert moments == [0.0, 4.0, 12.0]


@pytest.mark.parametrize("said", ["30", "30 seconds"])
def test_wait_the_platform_asks_for_is_kept_to_the_moment(said: str) -> None:
    _, moments, _, _ = outcome_of(answer(429, Retry_After=said), OK, retry=CALM)
    assert moments == [0.0, 30.0]


def test_wait_beyond_the_bound_is_raised_at_once_with_the_time_in_it() -> None:
    result, moments, ended, _ = outcome_of(answer(429, Retry_After="3600"), OK, retry=CALM)
    assert isinstance(result, errors.RateLimited)
    assert (result.retry_after_s, moments, ended) == (3600.0, [0.0], 0.0)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 301])
def test_refusal_is_raised_at_once(status: int) -> None:
    unsafe, read = (
        outcome_of(answer(status, b'{"Code": 1}'), OK, safety=safety, retry=CALM)
        for safety in (Safety.UNSAFE, Safety.READ)
    )
    assert unsafe[1:3] == read[1:3] == ([0.0], 0.0)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("safety", Safety)
def test_refused_key_is_never_tried_again(status: int, safety: Safety) -> None:
    result, moments, _, meter = outcome_of(answer(status), OK, safety=safety, retry=CALM)
    assert isinstance(result, errors.AuthenticationError | errors.PermissionDenied)
    assert (moments, meter) == ([0.0], Meter(attempts=1, requests=1))


def test_unreadable_answer_is_not_asked_for_again() -> None:
    result, moments, _, _ = outcome_of(errors.DecodeError("not HTTP"), OK, retry=CALM)
    assert isinstance(result, errors.DecodeError)
    assert moments == [0.0]


@pytest.mark.parametrize(
    ("safety", "applied", "sent"),
    [
        (Safety.READ, False, 2),
        (Safety.IDEMPOTENT, None, 2),
        (Safety.KEYED, None, 2),
        (Safety.UNSAFE, None, 1),
        (Safety.UNSAFE, True, 1),
    ],
)
def test_lost_connection_repeats_only_what_is_safe(
    safety: Safety, applied: bool | None, sent: int
) -> None:
    lost = errors.ConnectionLost("gone", applied=applied)
    _, moments, _, _ = outcome_of(lost, OK, safety=safety, retry=CALM)
    assert len(moments) == sent


def test_unsafe_write_that_was_never_sent_is_sent_again() -> None:
    result, moments, _, _ = outcome_of(
        errors.ConnectFailed("refused"), OK, safety=Safety.UNSAFE, retry=CALM
    )
    assert (result, moments) == (OK, [0.0, 1.0])


# ----------------------------------------------------------------- what became of the write


@pytest.mark.parametrize(
    ("before", "last", "applied"),
    [
        (False, False, False),
        (None, False, None),
        (True, False, True),
        (False, None, None),
        (None, None, None),
        (True, None, True),
        (False, True, True),
        (None, True, True),
        (True, True, True),
    ],
)
def test_last_error_tells_what_is_known_of_all_attempts(
    before: bool | None, last: bool | None, applied: bool | None
) -> None:
    """That the last attempt was never sent says nothing of those before it."""
    steps = [errors.ConnectionLost("lost", applied=fate) for fate in (before, last)]
    result, _, _, meter = outcome_of(
        *steps, safety=Safety.IDEMPOTENT, retry=RetryPolicy(attempts=2, base_s=1.0)
    )
    assert isinstance(result, errors.ConnectionLost)
    assert (result.applied, meter.attempts) == (applied, 2)


@pytest.mark.parametrize("lost", [None, True], ids=["silence", "cut-success"])
def test_refusal_of_a_repeat_is_not_taken_at_its_word(lost: bool | None) -> None:
    result, _, _, _ = outcome_of(
        errors.ConnectionLost("lost", applied=lost),
        answer(404),
        safety=Safety.IDEMPOTENT,
        retry=CALM,
    )
    assert isinstance(result, errors.NotFound)
    assert result.applied is lost


def test_add_whose_answer_was_cut_and_whose_repeat_met_it_was_added() -> None:
    async def add() -> Contact:
        found = answer(200, b'{"EmailAddress": "joe@example.com", "FirstName": "Joe"}')
        taken = answer(400, b'{"Code": 102}')
        sender, _ = make_sender(errors.ConnectionLost("cut", applied=True), taken, found)
        return await sender.send(add_contact("joe@example.com"))

    assert run(add()).first_name == "Joe"


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


def fail_often(sender: Sender) -> None:
    for _ in range(FAILURES):
        sender.shared.circuit.failed(now())


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


# --------------------------------------------------------------------------------- the meter


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([OK], Meter(1, 1), id="first-time"),
        pytest.param([BUSY, OK], Meter(2, 2), id="repeated"),
        pytest.param([errors.ConnectFailed("x"), OK], Meter(2, 1), id="never-connected"),
        pytest.param([errors.ConnectionLost("x"), OK], Meter(2, 2), id="lost"),
        pytest.param([errors.RequestTimeout("x"), OK], Meter(2, 2), id="silent"),
        pytest.param([answer(404)], Meter(1, 1), id="refused"),
        pytest.param([errors.ConnectFailed("x")], Meter(4, 0), id="never"),
        pytest.param([errors.ConfigurationError("closed")], Meter(1, 0), id="closed"),
    ],
)
def test_every_attempt_counts_and_every_request_that_went_out(
    steps: list[Outcome], expected: Meter
) -> None:
    assert outcome_of(*steps, retry=CALM)[3] == expected


# -------------------------------------------------------------------------------- the secret


def echo(key: str) -> bytes:
    return (
        f'{{"Code": 1, "Message": "bad key {key}!", "{key}": ["{key}", {{"deep": "<{key}>"}}, 7]}}'
    ).encode()


def test_key_that_the_platform_echoes_is_removed_from_the_error() -> None:
    result, _, _, _ = outcome_of(answer(403, echo(KEY), X_Request_Id=f"id-{KEY}"))
    assert isinstance(result, errors.ApiError)
    assert result.message == "bad key ***!"
    assert result.details == {"***": ["***", {"deep": "<***>"}, 7]}
    assert result.request_id == "id-***"
    assert KEY not in f"{result!s}{result!r}{result.args}{vars(result)}"


def test_key_in_a_body_that_is_not_json_is_removed_too() -> None:
    result, _, _, _ = outcome_of(answer(502, f"<p>{KEY}</p>".encode()), retry=CALM)
    assert isinstance(result, errors.ServerError)
    assert result.details == {"body": "<p>***</p>"}


def test_key_in_an_unreadable_success_is_removed_too() -> None:
    async def unreadable() -> str:
        def decode(_: Response) -> Response:
            raise errors.DecodeError(f"$.{KEY} is not text")

        sender, _ = make_sender(OK)
        planned = call()
        with pytest.raises(errors.DecodeError) as caught:
            await sender.send(type(planned)(planned.request, decode))
        return f"{caught.value}{caught.value.args}"

    assert run(unreadable()) == "$.*** is not text('$.*** is not text',)"


# --------------------------------------------------------------------------------- the speed


def test_success_at_the_first_attempt_never_sets_backoff_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("backoff was set up")

    monkeypatch.setattr(backoff, "on_exception", refuse)
    assert outcome_of(OK)[0] is OK


def test_refusal_at_the_first_attempt_never_sets_backoff_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("backoff was set up")

    monkeypatch.setattr(backoff, "on_exception", refuse)
    assert isinstance(outcome_of(answer(404))[0], errors.NotFound)


def test_error_that_ends_a_call_carries_no_other_error_beneath_it() -> None:
    result, _, _, _ = outcome_of(BUSY, retry=CALM)
    assert isinstance(result, errors.ServerError)
    assert (result.__cause__, result.__context__) == (None, None)


def test_sender_with_other_settings_shares_connections_and_limits() -> None:
    async def shared() -> list[float]:
        sender, session = make_sender(Step(OK, after_s=3.0), limits=Limits(concurrency=1))
        other = in_a_hurry(sender, 60.0)
        await asyncio.gather(sender.send(call()), other.send(call()), sender.send(call()))
        return session.moments

    assert run(shared()) == [0.0, 3.0, 6.0]
