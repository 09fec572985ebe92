"""What an attempt comes to teaches all clients of the key what it should, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import attrs
import pytest

from sentori_async import errors
from sentori_async.errors import ApiError, SentoriError
from sentori_async.platforms.sentori import operations
from sentori_async.settings import Limits, RetryPolicy, Settings
from sentori_async.transport import lessons
from sentori_async.transport.circuit import FAILURES
from sentori_async.transport.shared import Shared
from sentori_async.wire.headers import RateHeaders
from sentori_async.wire.message import Response, Safety
from tests.clock import now, run, running
from tests.transport.scripted import Step, answer, call, make_sender

OPERATION = operations.ADD_CONTACT
START = 20.0


def shared_of(limits: Limits | None = None) -> Shared:
    settings = Settings(
        api_key="key", base_url="https://api.example/", limits=limits or Limits(adaptive=True)
    )
    return Shared(settings)


def said(
    cls: type[ApiError], status: int, retry_after_s: float | None = None
) -> Callable[[], SentoriError]:
    return lambda: cls(
        "no", platform="sentori", operation="x", status=status, retry_after_s=retry_after_s
    )


def closed_by_us() -> SentoriError:
    lost = errors.ConnectionLost("the client was closed")
    lost.retryable = False
    return lost


@attrs.frozen
class Lesson:
    """What one error teaches: that the platform is down, or up, or wants fewer requests."""

    error: Callable[[], SentoriError]
    is_down: bool = False
    is_up: bool = False
    slows: bool = False
    pauses_s: float = 0.0


LESSONS = {
    "429": Lesson(said(errors.RateLimited, 429), is_up=True, slows=True),
    "429 at once": Lesson(said(errors.RateLimited, 429, 0.0), is_up=True, slows=True),
    "429, 7 s": Lesson(said(errors.RateLimited, 429, 7.0), is_up=True, slows=True, pauses_s=7.0),
    "503, 7 s": Lesson(said(errors.ServiceUnavailable, 503, 7.0), slows=True, pauses_s=7.0),
    "503": Lesson(said(errors.ServiceUnavailable, 503), is_down=True),
    "503 at once": Lesson(said(errors.ServiceUnavailable, 503, 0.0), is_down=True),
    "500": Lesson(said(errors.ServerError, 500), is_down=True),
    "500, 7 s": Lesson(said(errors.ServerError, 500, 7.0), is_down=True),
    "refused": Lesson(lambda: errors.ConnectFailed("x"), is_down=True),
    "lost": Lesson(lambda: errors.ConnectionLost("x"), is_down=True),
    "silent": Lesson(lambda: errors.RequestTimeout("x"), is_down=True),
    "404": Lesson(said(errors.NotFound, 404), is_up=True),
    "403": Lesson(said(errors.AuthenticationError, 403), is_up=True),
    "409": Lesson(said(errors.StateConflict, 409), is_up=True),
    "unreadable": Lesson(lambda: errors.DecodeError("x"), is_up=True),
    "too large": Lesson(lambda: errors.ResponseTooLarge("x"), is_up=True),
    "closed by us": Lesson(closed_by_us),
    "not possible": Lesson(lambda: errors.ConfigurationError("closed")),
}


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_failures_without_an_answer_open_the_circuit_and_no_others(lesson: Lesson) -> None:
    shared = shared_of()
    for _ in range(FAILURES):
        lessons.learn(shared, lesson.error(), 0.0, OPERATION, 0.0)
    assert shared.circuit.is_open is lesson.is_down


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_answers_close_the_circuit_and_nothing_else_does(lesson: Lesson) -> None:
    shared = shared_of()
    for _ in range(FAILURES):
        shared.circuit.failed(0.0)
    lessons.learn(shared, lesson.error(), 0.0, OPERATION, 0.0)
    assert shared.circuit.is_open is not lesson.is_up


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_only_a_platform_that_asks_for_it_is_sent_less(lesson: Lesson) -> None:
    shared = shared_of()
    lessons.learn(shared, lesson.error(), 5.0, OPERATION, 0.0)
    adaptive = shared.pace._adaptive
    assert adaptive is not None
    assert (adaptive.per_s < START) is lesson.slows
    assert shared.pace.paused_for_s(5.0) == lesson.pauses_s


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_platform_that_fails_again_and_again_is_sent_less(lesson: Lesson) -> None:
    """Refusals may be many: they are answers."""
    shared = shared_of()
    for _ in range(200):
        lessons.learn(shared, lesson.error(), 5.0, OPERATION, 0.0)
    adaptive = shared.pace._adaptive
    assert adaptive is not None
    assert (adaptive.per_s < START) is (lesson.is_down or lesson.slows)


def test_pause_that_is_shorter_than_the_present_one_does_not_shorten_it() -> None:
    shared = shared_of()
    for seconds in (60.0, 5.0):
        lessons.learn(shared, said(errors.RateLimited, 429, seconds)(), 0.0, OPERATION, 0.0)
    assert shared.pace.paused_for_s(10.0) == 50.0


@pytest.mark.parametrize(
    ("headers", "pauses_s"),
    [
        ({"X-Left": "0", "X-Reset": "30"}, 30.0),
        ({"X-Left": "1", "X-Reset": "30"}, 0.0),
        ({"X-Left": "0", "X-Reset": "0"}, 0.0),
        ({"X-Left": "0"}, 0.0),
        ({}, 0.0),
    ],
)
def test_limit_that_is_used_up_pauses_the_key(headers: dict[str, str], pauses_s: float) -> None:
    shared = shared_of()
    names = RateHeaders(remaining="X-Left", reset="X-Reset")
    lessons.learn_limit(shared, Response(200, headers, b""), names, 0.0, OPERATION)
    assert shared.pace.paused_for_s(0.0) == pauses_s


# ------------------------------------------------------------------- what is nobody's but ours


def test_calls_whose_deadline_passed_before_they_were_sent_say_nothing_of_the_platform() -> None:
    """A loop that was busy too long must not stop the calls of all clients of the key."""

    async def late() -> tuple[bool, int]:
        sender, session = make_sender(
            errors.ConnectFailed("refused"), retry=RetryPolicy(base_s=1.0, deadline_s=2.0)
        )
        calls = [asyncio.create_task(sender.send(call(Safety.UNSAFE))) for _ in range(8)]
        running().call_at(0.5, running().stall, 60.0)
        await asyncio.gather(*calls, return_exceptions=True)
        return sender.shared.circuit.is_open, len(session.seen)

    assert run(late()) == (False, 8)


def test_calls_that_end_because_their_client_is_closed_say_nothing_of_the_platform() -> None:
    async def closing() -> bool:
        sender, _ = make_sender(closed_by_us())
        for _ in range(20):
            with pytest.raises(errors.ConnectionLost):
                await sender.send(call())
        return sender.shared.circuit.is_open

    assert not run(closing())


def test_cancelled_calls_say_nothing_of_the_platform() -> None:
    async def cancelled() -> bool:
        sender, _ = make_sender(Step(answer(200), after_s=50.0))
        for _ in range(20):
            task = asyncio.create_task(sender.send(call()))
            await asyncio.sleep(1.0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return sender.shared.circuit.is_open

    assert not run(cancelled())


# ------------------------------------------------------------------------------- Retry-After


async def end_of(*, bulk: bool, asked_s: int) -> str:
    """Send a call that is asked to wait once; tell its end, the time, and how often it tried."""
    sender, session = make_sender(answer(429, Retry_After=str(asked_s)), answer(200))
    try:
        await sender.send(call(), bulk=bulk)
    except SentoriError as error:
        return f"{type(error).__name__} {now():.0f} {len(session.seen)}"
    return f"done {now():.0f} {len(session.seen)}"


@pytest.mark.parametrize(
    ("asked_s", "single", "bulk"),
    [
        (5, "done 5 2", "done 5 2"),
        (119, "done 119 2", "done 119 2"),
        # The deadline of a single call comes with the end of the wait.
        (120, "RateLimited 0 1", "done 120 2"),
        (121, "RateLimited 0 1", "done 121 2"),
        (3600, "RateLimited 0 1", "done 3600 2"),
        (3601, "RateLimited 0 1", "RateLimited 0 1"),
    ],
)
def test_wait_that_is_asked_for_is_kept_or_refused(asked_s: int, single: str, bulk: str) -> None:
    assert run(end_of(bulk=False, asked_s=asked_s)) == single
    assert run(end_of(bulk=True, asked_s=asked_s)) == bulk


def test_waits_that_are_asked_for_again_and_again_add_up() -> None:
    async def asked() -> tuple[float, int]:
        sender, session = make_sender(answer(429, Retry_After="1000"))
        with pytest.raises(errors.RateLimited):
            await sender.send(call(), bulk=True)
        return now(), len(session.seen)

    # Three fit into an hour; after the fourth the next would not.
    assert run(asked()) == (3000.0, 4)


def test_waits_that_are_asked_for_cost_a_bulk_call_no_attempt() -> None:
    async def asked() -> int:
        steps = [answer(429, Retry_After="60"), answer(503, Retry_After="60")] * 10
        sender, session = make_sender(*steps, answer(500), answer(500), answer(500), answer(200))
        await sender.send(call(), bulk=True)
        return len(session.seen)

    assert run(asked()) == 24


def test_all_bulk_calls_of_a_key_rest_when_one_is_asked_to() -> None:
    async def asked() -> list[float]:
        sender, session = make_sender(
            answer(200), answer(429, Retry_After="50"), answer(200), limits=Limits(adaptive=False)
        )
        for moment in range(6):
            asyncio.get_running_loop().call_at(
                moment, lambda: tasks.append(asyncio.create_task(sender.send(call(), bulk=True)))
            )
        tasks: list[asyncio.Task[Response]] = []
        await asyncio.sleep(10)
        await asyncio.gather(*tasks)
        return session.moments

    assert run(asked()) == [0.0, 1.0, 51.0, 51.0, 51.0, 51.0, 51.0]
