"""A call is admitted, sent, decoded and repeated as promised, to the moment."""

import asyncio
from typing import Any

import backoff
import pytest

from sentori_async import errors
from sentori_async.platforms.sentori.calls import add_contact
from sentori_async.platforms.sentori.models import Contact
from sentori_async.settings import Limits, RetryPolicy
from sentori_async.wire.message import Meter, Response, Safety
from tests.clock import now, run
from tests.transport.scripted import (
    BUSY,
    CALM,
    KEY,
    OK,
    Outcome,
    Step,
    answer,
    call,
    in_a_hurry,
    make_sender,
    outcome_of,
)

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


def test_add_whose_answer_was_cut_is_read_again_and_not_sent_again() -> None:
    async def add() -> tuple[Contact, list[str]]:
        found = answer(200, b'{"EmailAddress": "joe@example.com", "FirstName": "Joe"}')
        sender, session = make_sender(errors.ConnectionLost("cut", applied=True), found)
        contact = await sender.send(add_contact("joe@example.com"))
        return contact, [seen.path.split("/")[1] for seen in session.seen]

    contact, asked = run(add())

    assert contact.first_name == "Joe"
    assert asked == ["add", "get"]


def test_bulk_waits_out_a_platform_that_throttles_without_saying_for_how_long() -> None:
    async def main() -> tuple[Meter, float]:
        meter = Meter()
        sender, _ = make_sender(*[answer(429)] * 40, answer(200))
        await sender.send(call(), meter=meter, bulk=True)
        return meter, now()

    meter, took = run(main())

    assert meter.requests == 41
    # 1, 2, 4, 8, 16 and then 20 s each: the longest waits that jitter can draw.
    assert took == 31.0 + 35 * 20.0


@pytest.mark.parametrize(
    "throttled", [answer(429), answer(429, Retry_After="0")], ids=["bare", "at-once"]
)
def test_bulk_gives_a_platform_up_that_never_stops_throttling(throttled: Response) -> None:
    async def main() -> float:
        sender, _ = make_sender(throttled, retry=RetryPolicy(job_max_wait_s=60))
        with pytest.raises(errors.RateLimited):
            await sender.send(call(), bulk=True)
        return now()

    # The attempts that are charged in the end take their waits, too.
    assert 60 < run(main()) < 150


def test_a_retry_that_is_refused_has_reached_the_platform_and_gets_its_tokens_back() -> None:
    async def main() -> bool:
        lost = errors.ConnectionLost("cut", applied=None)
        taken, other = answer(400, b'{"Code": 102}'), answer(200, b'{"FirstName": "Jane"}')
        steps: list[Outcome] = [lost, taken, other] * 100
        sender, _ = make_sender(*steps)
        for _ in range(100):
            with pytest.raises(errors.AlreadyExists):
                await sender.send(add_contact("joe@example.com", {"FirstName": "Joe"}))
        return sender.shared.budget.take(400.0, now())

    assert run(main())


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


CUT = errors.ConnectionLost("cut", applied=None)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([OK], 0.0, id="answered"),
        pytest.param([Step(answer(404), 3.0)], 0.0, id="refused"),
        pytest.param([Step(errors.ConnectFailed("x"), 3.0), OK], 0.0, id="never-connected"),
        # Lost after 3 s, at once, and after 60 s: each is sent again after at most 1 s.
        pytest.param([Step(CUT, 3.0), OK], 6.0, id="lost"),
        pytest.param([CUT, OK], 0.0, id="lost-at-once"),
        pytest.param([Step(OK, 100.0), Step(OK, 7.0)], 120.0, id="silent"),
        pytest.param([Step(answer(504), 3.0), OK], 6.0, id="given-up-on-the-way"),
        pytest.param([Step(CUT, 9.0), Step(CUT, 1.0), OK], 18.0, id="the-longest-counts"),
    ],
)
def test_lost_attempt_leaves_a_call_in_doubt_for_as_long_again_as_it_took(
    steps: list[Outcome], expected: float
) -> None:
    _, _, _, meter = outcome_of(*steps, retry=CALM, safety=Safety.IDEMPOTENT)
    assert meter.in_doubt_until == expected


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
