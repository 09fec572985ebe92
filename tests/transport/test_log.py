"""What is logged under "sentori": attempts, long waits, and what concerns all calls of a key."""

import asyncio
import logging

import pytest

from sentori_async import errors
from sentori_async.settings import Limits, RetryPolicy
from sentori_async.wire.message import Safety
from tests.clock import run
from tests.transport.scripted import (
    Outcome,
    Step,
    answer,
    call,
    fail_often,
    make_sender,
    outcome_of,
)

OK = answer(200)
BUSY = answer(500)
CALM = RetryPolicy(base_s=1.0, throttled_base_s=4.0)
NAME = "sentori"


def lines(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    """Return what was logged at exactly a level."""
    found = [record for record in caplog.records if record.levelno == level]
    assert {record.name for record in found} <= {NAME}
    return [record.getMessage() for record in found]


def test_logger_is_silent_until_somebody_sets_it_up() -> None:
    handlers = logging.getLogger(NAME).handlers
    assert any(isinstance(handler, logging.NullHandler) for handler in handlers)


def test_every_attempt_is_logged_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, NAME)
    outcome_of(Step(BUSY, after_s=0.25), answer(200, X_Request_Id="r-1"), safety=Safety.KEYED)

    assert lines(caplog, logging.DEBUG) == [
        "sentori POST {path}: ServerError, status 500, 0.250 s, attempt 1, request id -",
        "sentori POST {path}: ok, status 200, 0.000 s, attempt 2, request id r-1",
    ]


def test_attempt_without_an_answer_has_no_status(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, NAME)
    outcome_of(errors.ConnectFailed("refused"), retry=RetryPolicy(attempts=1))

    assert lines(caplog, logging.DEBUG) == [
        "sentori GET {path}: ConnectFailed, status -, 0.000 s, attempt 1, request id -"
    ]


@pytest.mark.parametrize("level", [logging.INFO, logging.WARNING])
def test_attempts_are_not_logged_above_debug(caplog: pytest.LogCaptureFixture, level: int) -> None:
    caplog.set_level(level, NAME)
    outcome_of(answer(404))

    assert caplog.records == []


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (BUSY, "sentori GET {path}: a wait of 1.0 s (backoff)"),
        (answer(429, Retry_After="30"), "sentori GET {path}: a wait of 30.0 s (retry-after)"),
    ],
    ids=["backoff", "retry-after"],
)
def test_long_wait_is_logged_when_it_begins(
    caplog: pytest.LogCaptureFixture, step: Outcome, said: str
) -> None:
    caplog.set_level(logging.INFO, NAME)
    outcome_of(step, OK, retry=CALM)

    assert lines(caplog, logging.INFO) == [said]


def test_short_wait_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, NAME)
    outcome_of(BUSY, OK, retry=RetryPolicy(base_s=0.9))

    assert caplog.records == []


@pytest.mark.parametrize(("bulk", "logged"), [(False, 1), (True, 0)], ids=["single", "bulk"])
def test_single_call_that_waited_long_for_the_limits_says_so_afterwards(
    caplog: pytest.LogCaptureFixture, bulk: bool, logged: int
) -> None:
    async def both() -> None:
        sender, _ = make_sender(Step(OK, after_s=5.0), limits=Limits(concurrency=1))
        first = asyncio.create_task(sender.send(call()))
        await asyncio.sleep(1.0)
        await asyncio.gather(first, sender.send(call(), bulk=bulk))

    caplog.set_level(logging.INFO, NAME)
    run(both())

    assert lines(caplog, logging.INFO) == ["sentori GET {path}: a wait of 4.0 s (pace)"] * logged


def test_outage_and_its_end_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    async def outage() -> None:
        down = errors.ConnectFailed("refused")
        sender, _ = make_sender(*[down] * 40, OK, retry=RetryPolicy(base_s=0.1, cap_s=0.5))
        await asyncio.gather(*(sender.send(call(), bulk=True) for _ in range(8)))

    caplog.set_level(logging.INFO, NAME)
    run(outage())

    (down,) = lines(caplog, logging.WARNING)
    assert down.startswith("sentori: 10 failures in a row")
    back = [line for line in lines(caplog, logging.INFO) if "a wait of" not in line]
    assert back == ["sentori: the platform answers again"]


@pytest.mark.parametrize("status", [404, 429], ids=["refusal", "throttled"])
def test_refusal_ends_an_outage_too(caplog: pytest.LogCaptureFixture, status: int) -> None:
    async def probe() -> None:
        sender, _ = make_sender(answer(status), retry=RetryPolicy(attempts=1))
        fail_often(sender)
        with pytest.raises(errors.ApiError):
            await sender.send(call(), bulk=True)

    caplog.set_level(logging.INFO, NAME)
    run(probe())

    assert "sentori: the platform answers again" in lines(caplog, logging.INFO)


def test_pause_is_logged_once_for_all_calls(caplog: pytest.LogCaptureFixture) -> None:
    async def paused() -> None:
        slow_down = answer(429, Retry_After="30")
        sender, _ = make_sender(*[slow_down] * 4, OK, retry=CALM)
        await asyncio.gather(*(sender.send(call(), bulk=True) for _ in range(4)))

    caplog.set_level(logging.WARNING, NAME)
    run(paused())

    assert lines(caplog, logging.WARNING) == ["sentori: the platform asks for a pause of 30.0 s"]


def test_next_pause_is_logged_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, NAME)
    slow_down = answer(429, Retry_After="30")
    outcome_of(slow_down, slow_down, OK, retry=CALM)

    assert len(lines(caplog, logging.WARNING)) == 2
