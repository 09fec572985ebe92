"""Who listens is told what happens to a call, in order, and nothing that is not his to know."""

import asyncio
from typing import Any

import attrs
import pytest

from sentori_async import errors
from sentori_async.platforms.sentori import calls
from sentori_async.settings import Limits, Rate, RetryPolicy
from sentori_async.transport import sender as sender_module
from sentori_async.transport.events import (
    AttemptFailed,
    AttemptStarted,
    Event,
    RequestFinished,
    RequestStarted,
    Waiting,
    WaitReason,
    current_call,
)
from sentori_async.wire.message import Request, Response, Safety
from tests.clock import now, run
from tests.transport.scripted import (
    KEY,
    Outcome,
    Step,
    answer,
    call,
    fail_often,
    in_a_hurry,
    make_sender,
    outcome_of,
)

OK = answer(200)
BUSY = answer(500)
CALM = RetryPolicy(base_s=1.0, throttled_base_s=4.0)
"""Bases that add up without rounding."""

JOE = "joe@example.com"


def told(*steps: Outcome, **parts: Any) -> list[Event]:
    """Send one call and return what an observer was told."""
    events: list[Event] = []
    outcome_of(*steps, observers=[events.append], **parts)
    return events


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


def common(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in ("platform", "operation", "method", "template")}


# ------------------------------------------------------------------------------ what is told


def test_call_that_succeeds_at_once_is_told_in_three_events() -> None:
    started, attempt, finished = told(Step(answer(200, X_Request_Id="r-1"), after_s=2.0))

    what = {"platform": "sentori", "operation": "request", "method": "GET", "template": "{path}"}
    assert common(started) == common(attempt) == common(finished) == what
    assert started.call_id == attempt.call_id == finished.call_id
    assert [event.at for event in (started, attempt, finished)] == [0.0, 0.0, 2.0]
    assert isinstance(started, RequestStarted)
    assert (started.base_url, started.bulk) == ("https://api.example/", False)
    assert started.settles is None
    assert isinstance(attempt, AttemptStarted)
    assert attempt.attempt == 1
    assert isinstance(finished, RequestFinished)
    assert (finished.attempts, finished.elapsed_s) == (1, 2.0)
    assert (finished.result, finished.error) == ("Response", None)
    assert (finished.status, finished.request_id) == (200, "r-1")


def test_attempt_that_fails_is_told_with_its_time_status_and_class() -> None:
    events = told(Step(answer(503, X_Request_Id="r-7"), after_s=0.5), OK, retry=CALM)

    assert kinds(events) == [
        RequestStarted,
        AttemptStarted,
        AttemptFailed,
        Waiting,
        AttemptStarted,
        RequestFinished,
    ]
    failed, waiting, again = events[2:5]
    assert isinstance(failed, AttemptFailed)
    assert (failed.attempt, failed.elapsed_s) == (1, 0.5)
    assert (failed.error, failed.status) == ("ServiceUnavailable", 503)
    assert failed.request_id == "r-7"
    assert isinstance(waiting, Waiting)
    assert (waiting.at, waiting.attempt, waiting.wait_s) == (0.5, 2, 1.0)
    assert waiting.why is WaitReason.BACKOFF
    assert isinstance(again, AttemptStarted)
    assert (again.at, again.attempt) == (1.5, 2)


def test_call_that_fails_is_finished_with_the_class_of_its_error() -> None:
    finished = told(errors.ConnectFailed("refused"), retry=CALM)[-1]

    assert isinstance(finished, RequestFinished)
    assert (finished.attempts, finished.elapsed_s) == (4, 7.0)
    assert (finished.result, finished.error) == (None, "ConnectFailed")
    assert (finished.status, finished.request_id) == (None, None)


def test_unreadable_answer_is_told_with_its_status() -> None:
    async def unreadable() -> Event:
        def decode(_: Response) -> Response:
            raise errors.DecodeError("not a contact")

        events: list[Event] = []
        sender, _ = make_sender(answer(200, X_Request_Id="r-3"), observers=[events.append])
        with pytest.raises(errors.DecodeError):
            await sender.send(attrs.evolve(call(), decode=decode))
        return events[2]

    failed = run(unreadable())
    assert isinstance(failed, AttemptFailed)
    assert (failed.error, failed.status, failed.request_id) == ("DecodeError", 200, "r-3")


def test_wait_that_the_platform_asked_for_says_so() -> None:
    waiting = told(answer(429, Retry_After="30"), OK, retry=CALM)[3]

    assert isinstance(waiting, Waiting)
    assert (waiting.why, waiting.wait_s) == (WaitReason.RETRY_AFTER, 30.0)


def crowd(limits: Limits, first: Outcome, *, bulk: bool = False) -> list[Waiting]:
    """Send two calls a second apart; return what the second waits for."""

    async def both() -> list[Event]:
        events: list[Event] = []
        sender, _ = make_sender(first, OK, limits=limits, observers=[events.append], retry=CALM)
        early = asyncio.create_task(sender.send(call()))
        await asyncio.sleep(1.0)
        late = asyncio.create_task(sender.send(call(), bulk=bulk))
        await asyncio.gather(early, late)
        return events

    events = run(both())
    second = max(event.call_id for event in events)
    return [e for e in events if isinstance(e, Waiting) and e.call_id == second]


def test_wait_for_the_limits_has_no_known_length() -> None:
    (waiting,) = crowd(Limits(concurrency=1), Step(OK, after_s=5.0))

    assert (waiting.why, waiting.wait_s, waiting.attempt) == (WaitReason.PACE, None, 1)


def test_pause_asked_of_another_call_is_told_with_what_is_left_of_it() -> None:
    (waiting,) = crowd(Limits(adaptive=False), answer(429, Retry_After="30"))

    assert (waiting.why, waiting.wait_s) == (WaitReason.RETRY_AFTER, 29.0)


def test_wait_for_a_platform_that_is_down_is_told_once() -> None:
    async def outage() -> list[Event]:
        events: list[Event] = []
        sender, _ = make_sender(OK, observers=[events.append])
        fail_often(sender)
        await sender.send(call(), bulk=True)
        return events

    events = run(outage())
    assert kinds(events) == [RequestStarted, Waiting, AttemptStarted, RequestFinished]
    waiting = events[1]
    assert isinstance(waiting, Waiting)
    assert (waiting.why, waiting.wait_s) == (WaitReason.CIRCUIT, 1.0)


def test_call_that_is_not_let_out_has_no_attempt() -> None:
    async def outage() -> list[Event]:
        events: list[Event] = []
        sender, _ = make_sender(OK, observers=[events.append])
        fail_often(sender)
        with pytest.raises(errors.CircuitOpen):
            await sender.send(call())
        return events

    events = run(outage())
    assert kinds(events) == [RequestStarted, RequestFinished]
    assert isinstance(events[1], RequestFinished)
    assert (events[1].attempts, events[1].error) == (0, "CircuitOpen")


def test_look_up_that_settles_a_lost_answer_is_a_call_of_its_own() -> None:
    async def lost() -> list[Event]:
        events: list[Event] = []
        taken = answer(400, b'{"Code": 102, "Message": "in use"}')
        found = answer(200, b'{"EmailAddress": "joe@example.com", "FirstName": "Joe"}')
        gone = errors.ConnectionLost("gone", applied=None)
        sender, _ = make_sender(gone, taken, found, observers=[events.append], retry=CALM)
        await sender.send(calls.add_contact(JOE, {"FirstName": "Joe"}))
        return events

    events = run(lost())
    add, look = (event for event in events if isinstance(event, RequestStarted))
    assert (add.operation, look.operation) == ("contacts.add", "contacts.get")
    assert (add.settles, look.settles) == (None, add.call_id)
    finished = [e.operation for e in events if isinstance(e, RequestFinished)]
    assert finished == ["contacts.get", "contacts.add"]
    assert not [event for event in events if JOE in repr(event) or "joe" in repr(event)]


@pytest.mark.parametrize(
    "steps",
    [[Step(OK, after_s=50.0)], [answer(500)]],
    ids=["in-the-exchange", "between-attempts"],
)
def test_cancelled_call_is_finished_once(steps: list[Outcome]) -> None:
    async def cancelled() -> list[Event]:
        events: list[Event] = []
        sender, _ = make_sender(*steps, observers=[events.append], retry=RetryPolicy(base_s=16.0))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10.0):
                await sender.send(call())
        return events

    (finished,) = [e for e in run(cancelled()) if isinstance(e, RequestFinished)]
    assert (finished.error, finished.elapsed_s) == ("CancelledError", 10.0)


def test_call_of_a_client_with_other_options_is_told_too() -> None:
    async def other() -> list[Event]:
        events: list[Event] = []
        sender, _ = make_sender(OK, observers=[events.append])
        await sender.with_settings(sender.settings).send(call(), bulk=True)
        return events

    started = run(other())[0]
    assert isinstance(started, RequestStarted)
    assert started.bulk is True


# ---------------------------------------------------------------------------- what is not told


def test_no_event_holds_what_names_a_contact_or_opens_the_account() -> None:
    async def secrets() -> list[Event]:
        events: list[Event] = []
        echo = answer(403, f'{{"Code": 1, "Message": "{JOE} {KEY}"}}'.encode(), X_Request_Id=KEY)
        sender, _ = make_sender(echo, observers=[events.append])
        planned = call(Safety.UNSAFE, f"some/{JOE}/")
        request = attrs.evolve(planned.request, query=f"q={JOE}", body=JOE.encode())
        with pytest.raises(errors.AuthenticationError):
            await sender.send(attrs.evolve(planned, request=request))
        return events

    events = run(secrets())
    assert kinds(events)[-1] is RequestFinished
    assert not [event for event in events if JOE in repr(event) or KEY in repr(event)]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("5f1c-77:a/b+c=", "5f1c-77:a/b+c="),
        (f"id-{KEY}", "id-***"),
        (JOE, None),
        ("joe%40example.com", None),
        ("two words", None),
    ],
)
@pytest.mark.parametrize("status", [200, 404])
def test_name_of_a_request_is_shown_only_in_a_form_that_names_nobody(
    sent: str, shown: str | None, status: int
) -> None:
    finished = told(answer(status, X_Request_Id=sent))[-1]

    assert isinstance(finished, RequestFinished)
    assert finished.request_id == shown


def test_events_cannot_be_changed() -> None:
    event = told(OK)[0]
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        event.operation = "other"  # type: ignore[misc]


def test_nothing_is_built_while_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a trace was built")

    monkeypatch.setattr(sender_module, "Trace", refuse)
    assert outcome_of(BUSY, OK)[0] is OK


# ------------------------------------------------------------------------------------ observers


def test_observers_are_called_in_order_and_awaited_one_after_the_other() -> None:
    async def ordered() -> tuple[list[str], list[float]]:
        seen: list[str] = []

        async def slow(event: Event) -> None:
            seen.append(f"slow {type(event).__name__}")
            await asyncio.sleep(3.0)
            seen.append("done")

        def quick(event: Event) -> None:
            seen.append(f"quick {type(event).__name__}")

        sender, session = make_sender(OK, observers=[slow, quick])
        await sender.send(call())
        return seen, [*session.moments, now()]

    seen, moments = run(ordered())
    assert seen[:3] == ["slow RequestStarted", "done", "quick RequestStarted"]
    # The request goes out when all have been told of it, and returns when all know its end.
    assert moments == [6.0, 9.0]


def test_no_place_within_the_limits_is_held_while_observers_are_told() -> None:
    async def places() -> set[int]:
        held: set[int] = set()
        sender, _ = make_sender(
            Step(BUSY, after_s=1.0),
            Step(OK, after_s=1.0),
            observers=[lambda _: held.add(sender.shared.pace._in_flight)],
            retry=CALM,
        )
        await sender.send(call())
        return held

    assert run(places()) == {0}


def test_attempt_that_others_overtook_while_it_was_told_of_waits_and_counts_no_time() -> None:
    async def overtaken() -> tuple[list[Event], list[float]]:
        events: list[Event] = []

        async def slow(event: Event) -> None:
            events.append(event)
            if isinstance(event, AttemptStarted) and event.call_id == events[0].call_id:
                await asyncio.sleep(1.0)

        sender, session = make_sender(
            Step(OK, after_s=5.0), BUSY, limits=Limits(concurrency=1), observers=[slow], retry=CALM
        )
        first = asyncio.create_task(sender.send(call()))
        await asyncio.sleep(0.5)
        await sender.send(call())
        with pytest.raises(errors.ServerError):
            await first
        return events, session.moments

    events, moments = run(overtaken())
    assert moments[:2] == [0.5, 5.5]
    failed = next(event for event in events if isinstance(event, AttemptFailed))
    assert failed.elapsed_s == 0.0


def test_attempt_whose_deadline_passes_in_its_second_wait_has_failed_and_sent_nothing() -> None:
    async def late() -> tuple[list[Event], list[float]]:
        events: list[Event] = []

        async def slow(event: Event) -> None:
            events.append(event)
            if isinstance(event, AttemptStarted) and event.call_id == events[0].call_id:
                await asyncio.sleep(1.0)

        sender, session = make_sender(
            Step(OK, after_s=30.0), limits=Limits(concurrency=1), observers=[slow]
        )
        first = asyncio.create_task(in_a_hurry(sender, 10.0).send(call()))
        await asyncio.sleep(0.5)
        other = asyncio.create_task(sender.send(call()))
        with pytest.raises(errors.RequestTimeout, match="nothing was sent"):
            await first
        await other
        return [event for event in events if event.call_id == events[0].call_id], session.moments

    events, moments = run(late())
    assert kinds(events) == [RequestStarted, AttemptStarted, AttemptFailed, RequestFinished]
    assert moments == [0.5]


def test_time_an_observer_takes_is_not_the_attempts() -> None:
    async def slow(event: Event) -> None:
        await asyncio.sleep(100.0)

    async def patient() -> float:
        sender, session = make_sender(OK, observers=[slow], retry=RetryPolicy(deadline_s=1000.0))
        await sender.send(call())
        return session.seen[0].until

    assert run(patient()) == 260.0


def test_observer_that_raises_fails_no_call_and_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    events: list[Event] = []

    def broken(event: Event) -> None:
        raise ValueError("not today")

    result = outcome_of(BUSY, OK, observers=[broken, events.append], retry=CALM)[0]

    assert result is OK
    assert len(events) == 6
    (record,) = [r for r in caplog.records if r.levelname == "WARNING"]
    assert record.name == "sentori"
    assert record.getMessage().startswith("observer 1 raised on RequestStarted")
    assert record.exc_info is not None
    assert record.exc_info[0] is ValueError


def test_observer_that_cannot_be_called_is_refused() -> None:
    not_one: Any = "print"
    with pytest.raises(errors.ConfigurationError, match="not a str"):
        make_sender(OK, observers=[not_one])


def test_code_that_works_for_a_call_can_ask_for_its_number() -> None:
    async def numbers() -> tuple[list[int | None], list[int]]:
        seen: list[int | None] = []
        events: list[Event] = []

        async def look(request: Request, send: Any) -> Response:
            seen.append(current_call.get())
            answered: Response = await send(request)
            return answered

        sender, _ = make_sender(OK, observers=[events.append], middleware=[look])
        await sender.send(call())
        seen.append(current_call.get())
        return seen, [event.call_id for event in events]

    (inside, outside), told_numbers = run(numbers())
    assert {inside} == set(told_numbers)
    assert outside is None


def test_deliverer_of_another_face_is_used_instead() -> None:
    async def elsewhere() -> list[str]:
        seen: list[str] = []

        async def deliver(observer: Any, event: Event) -> None:
            seen.append(type(event).__name__)

        sender, _ = make_sender(OK, observers=[print])
        sender.events.deliver = deliver
        await sender.send(call())
        return seen

    assert run(elsewhere()) == ["RequestStarted", "AttemptStarted", "RequestFinished"]


def test_window_of_a_rate_is_a_wait_for_the_limits() -> None:
    (waiting,) = crowd(Limits(rates=(Rate(1, per_s=40),)), OK, bulk=True)

    assert waiting.why is WaitReason.PACE
