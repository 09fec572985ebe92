"""When a request is sent again and after which wait, as tables; no loop is needed."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async import errors
from sentori_async.errors import ApiError, SentoriError
from sentori_async.settings import RetryPolicy, Settings
from sentori_async.transport.retry import Schedule
from sentori_async.transport.shared import Shared
from sentori_async.wire.message import Safety

DEFAULTS = RetryPolicy()


def schedule(
    policy: RetryPolicy = DEFAULTS,
    safety: Safety = Safety.READ,
    *,
    deadline: float | None = None,
    clock: Callable[[], float] = lambda: 0.0,
    draw: Callable[[], float] = lambda: 1.0,
    failures: int = 0,
) -> Schedule:
    return Schedule(
        policy=policy,
        repeatable=safety.repeatable,
        shared=Shared(Settings(api_key="key", base_url="https://api.example/")),
        deadline=deadline,
        clock=clock,
        draw=draw,
        failures=failures,
    )


def api_error(
    cls: type[ApiError] = errors.ServerError,
    *,
    status: int = 500,
    retryable: bool = True,
    applied: bool | None = None,
    retry_after_s: float | None = None,
) -> ApiError:
    return cls(
        "no luck",
        platform="sentori",
        operation="contacts.add",
        status=status,
        retryable=retryable,
        applied=applied,
        retry_after_s=retry_after_s,
    )


TRANSIENT = api_error()
THROTTLED = api_error(errors.RateLimited, status=429, applied=False)


def waits(over: Schedule, error: SentoriError, most: int = 20) -> list[float]:
    """Return the waits of a call that fails so every time."""
    found: list[float] = []
    while len(found) < most and (wait := over.next_wait(error)) is not None:
        found.append(wait)
    return found


@pytest.mark.parametrize("attempts", [1, 2, 4, 9])
def test_a_call_is_sent_no_more_often_than_the_policy_says(attempts: int) -> None:
    policy = RetryPolicy(attempts=attempts)
    assert len(waits(schedule(policy), TRANSIENT)) == attempts - 1


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(TRANSIENT, [0.5, 1.0, 2.0, 4.0, 5.0, 5.0], id="transient"),
        pytest.param(THROTTLED, [2.0, 4.0, 5.0, 5.0, 5.0, 5.0], id="throttled"),
        pytest.param(
            errors.ConnectFailed("no"), [0.5, 1.0, 2.0, 4.0, 5.0, 5.0], id="never-connected"
        ),
    ],
)
def test_base_follows_the_kind_of_fault_and_doubles_up_to_the_cap(
    error: SentoriError, expected: list[float]
) -> None:
    policy = RetryPolicy(attempts=7, base_s=0.5, throttled_base_s=2.0, cap_s=5.0)
    assert waits(schedule(policy), error) == expected


@pytest.mark.parametrize("drawn", [0.0, 0.25, 0.999])
def test_jitter_is_full_and_scales_the_whole_wait(drawn: float) -> None:
    policy = RetryPolicy(base_s=0.5)
    assert waits(schedule(policy, draw=lambda: drawn), TRANSIENT) == [
        drawn * 0.5,
        drawn * 1.0,
        drawn * 2.0,
    ]


def test_each_failure_counts_by_its_own_kind_and_the_doublings_by_all() -> None:
    over = schedule(RetryPolicy(base_s=0.5, throttled_base_s=2.0))
    assert [over.next_wait(TRANSIENT), over.next_wait(THROTTLED)] == [0.5, 4.0]


@pytest.mark.parametrize(
    ("asked", "drawn", "expected"),
    [
        pytest.param(30.0, 0.0, 30.0, id="longer-than-ours"),
        pytest.param(30.0, 1.0, 30.0, id="jitter-does-not-shorten-it"),
        pytest.param(0.25, 1.0, 1.0, id="ours-is-longer"),
        pytest.param(0.0, 0.0, 0.0, id="at-once"),
        pytest.param(120.0, 1.0, 120.0, id="as-long-as-allowed"),
        pytest.param(120.001, 1.0, None, id="too-long"),
        pytest.param(1e300, 1.0, None, id="forever"),
    ],
)
def test_wait_that_the_platform_asks_for_is_kept_or_refused_but_never_shortened(
    asked: float, drawn: float, expected: float | None
) -> None:
    error = api_error(errors.RateLimited, status=429, applied=False, retry_after_s=asked)
    assert schedule(draw=lambda: drawn).next_wait(error) == expected


def test_wait_that_is_asked_for_may_exceed_our_own_cap() -> None:
    error = api_error(retry_after_s=60.0)
    assert schedule(RetryPolicy(cap_s=1.0)).next_wait(error) == 60.0


@pytest.mark.parametrize("safety", Safety)
@pytest.mark.parametrize("applied", [False, None, True], ids=["refused", "unknown", "applied"])
@pytest.mark.parametrize("retryable", [True, False], ids=["transient", "final"])
def test_request_that_might_do_it_twice_is_repeated_only_if_it_surely_did_nothing(
    safety: Safety, applied: bool | None, retryable: bool
) -> None:
    error = api_error(retryable=retryable, applied=applied)
    expected = retryable and (safety is not Safety.UNSAFE or applied is False)
    over = schedule(safety=safety)

    assert over.may_repeat(error) is expected
    assert (over.next_wait(error) is not None) is expected


@pytest.mark.parametrize(
    ("error", "repeated"),
    [
        (errors.ConnectFailed("x"), True),
        (errors.CircuitOpen("x"), True),
        (errors.RequestTimeout("x", applied=None), False),
        (errors.ConnectionLost("x", applied=None), False),
        (errors.ConnectionLost("x", applied=True), False),
        (errors.DecodeError("x", applied=True), False),
        (errors.ResponseTooLarge("x", applied=True), False),
        (errors.ConfigurationError("x"), False),
        (errors.InvalidInput("x"), False),
    ],
    ids=lambda value: f"{type(value).__name__}-{getattr(value, 'applied', value)}",
)
def test_unsafe_write_is_repeated_only_if_nothing_was_sent(
    error: SentoriError, repeated: bool
) -> None:
    assert (schedule(safety=Safety.UNSAFE).next_wait(error) is not None) is repeated


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(0.0, 4.0, id="in-time"),
        pytest.param(5.99, 4.0, id="just-in-time"),
        pytest.param(6.0, None, id="would-end-at-the-deadline"),
        pytest.param(9.0, None, id="would-pass-it"),
        pytest.param(11.0, None, id="passed-already"),
    ],
)
def test_wait_that_would_pass_the_deadline_is_not_begun(now: float, expected: float | None) -> None:
    over = schedule(RetryPolicy(base_s=4.0), deadline=10.0, clock=lambda: now)
    assert over.next_wait(TRANSIENT) == expected


@pytest.mark.parametrize("failures", [61, 62, 63, 1023, 1024, 10**9])
def test_number_of_failures_cannot_overflow_the_wait(failures: int) -> None:
    policy = RetryPolicy(attempts=10**12, cap_s=20.0)
    assert schedule(policy, failures=failures).next_wait(TRANSIENT) == 20.0


def test_zero_base_means_no_wait_of_our_own() -> None:
    policy = RetryPolicy(base_s=0, throttled_base_s=0)
    assert waits(schedule(policy), TRANSIENT) == [0.0, 0.0, 0.0]


@given(
    base_s=st.floats(0, 1e308),
    cap_s=st.floats(0, 1e308),
    failures=st.integers(0, 10**6),
    seed=st.integers(),
    asked=st.none() | st.floats(0, 120),
)
def test_any_wait_is_within_its_bounds(
    base_s: float, cap_s: float, failures: int, seed: int, asked: float | None
) -> None:
    over = schedule(
        RetryPolicy(attempts=10**9, base_s=base_s, cap_s=cap_s),
        draw=random.Random(seed).random,
        failures=failures,
    )
    wait = over.next_wait(api_error(retry_after_s=asked))
    assert wait is not None
    assert (asked or 0.0) <= wait <= max(cap_s, asked or 0.0)
