"""A middleware may look at each attempt and add headers to it, and can break no promise."""

import asyncio
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from sentori_async import errors
from sentori_async.settings import RetryPolicy, Timeouts
from sentori_async.transport.middleware import Middleware, Send
from sentori_async.wire.message import Meter, Request, Response, Safety
from tests.clock import now, run
from tests.transport.scripted import KEY, Outcome, Step, answer, call, make_sender

OK = answer(200)
ONCE = RetryPolicy(attempts=1)


@attrs.define
class Sent:
    """What became of one call through a middleware."""

    result: Response | errors.SentoriError
    headers: list[dict[str, str]]
    meter: Meter
    ended: float


def through(
    *middleware: Middleware,
    steps: tuple[Outcome, ...] = (OK,),
    safety: Safety = Safety.UNSAFE,
    headers: dict[str, str] | None = None,
    **parts: Any,
) -> Sent:
    async def send() -> Sent:
        sender, session = make_sender(*steps, middleware=middleware, **parts)
        planned = call(safety)
        request = attrs.evolve(planned.request, headers=headers)
        meter = Meter()
        result: Response | errors.SentoriError
        try:
            result = await sender.send(attrs.evolve(planned, request=request), meter=meter)
        except errors.SentoriError as error:
            result = error
        return Sent(result, [dict(seen.headers) for seen in session.seen], meter, now())

    return run(send())


def changing(**changes: Any) -> Middleware:
    """Return a middleware that hands on another request than it got."""

    async def change(request: Request, send: Send) -> Response:
        return await send(attrs.evolve(request, **changes))

    return change


# --------------------------------------------------------------------------- what it may do


def test_middleware_is_around_every_attempt_the_first_outermost() -> None:
    seen: list[str] = []

    def noting(name: str) -> Middleware:
        async def note(request: Request, send: Send) -> Response:
            seen.append(f"{name} {request.operation.name}")
            response = await send(request)
            seen.append(f"{name} {response.status}")
            return response

        return note

    sent = through(
        noting("a"), noting("b"), steps=(answer(500), OK), safety=Safety.READ, retry=RetryPolicy()
    )

    assert sent.result is OK
    first = ["a request", "b request", "b 500", "a 500"]
    assert seen == [*first, "a request", "b request", "b 200", "a 200"]
    assert sent.meter == Meter(2, 2)


def test_headers_are_added_to_those_of_the_request() -> None:
    headers = {"Idempotency-Key": "k-1", "traceparent": "00-1"}
    sent = through(changing(headers=headers), headers={"Idempotency-Key": "k-1"})

    assert sent.headers == [headers]


def test_middleware_never_sees_the_credential() -> None:
    seen: list[object] = []

    async def look(request: Request, send: Send) -> Response:
        seen.extend(getattr(request, field.name) for field in attrs.fields(Request))
        return await send(request)

    through(look)
    assert KEY not in repr(seen)


def test_failure_of_the_sending_passes_through_as_it_is() -> None:
    lost = errors.ConnectionLost("gone", applied=None)
    seen: list[errors.SentoriError] = []

    async def look(request: Request, send: Send) -> Response:
        try:
            return await send(request)
        except errors.SentoriError as error:
            seen.append(error)
            raise

    sent = through(look, steps=(lost,))
    assert sent.result is lost
    assert seen == [lost]
    assert sent.meter == Meter(1, 1)


def test_middleware_may_answer_by_itself() -> None:
    async def known(request: Request, send: Send) -> Response:
        return answer(200, b"{}")

    sent = through(known)
    assert isinstance(sent.result, Response)
    assert sent.headers == []


# ----------------------------------------------------------------------- what it may not do


@pytest.mark.parametrize(
    "name", ["ApiKey", "apikey", "Host", "Content-Length", "Transfer-Encoding", "Connection"]
)
def test_header_of_the_transport_is_refused(name: str) -> None:
    sent = through(changing(headers={name: "other"}))

    assert isinstance(sent.result, errors.InvalidInput)
    assert sent.headers == []
    assert sent.meter == Meter(1, 0)


@pytest.mark.parametrize("value", ["a\r\nApiKey: b", "a\x00", "a\x7f", "\u00e9", "\ud800", 7, None])
def test_header_value_that_is_not_printable_ascii_is_refused(value: object) -> None:
    sent = through(changing(headers={"X-Note": value}))

    assert isinstance(sent.result, errors.InvalidInput)
    assert "X-Note" in str(sent.result)
    assert sent.headers == []


@pytest.mark.parametrize("name", ["", "X Note", "X:Note", "X\nNote", "caf\u00e9", 7])
def test_header_name_that_no_header_can_have_is_refused(name: object) -> None:
    assert isinstance(through(changing(headers={name: "a"})).result, errors.InvalidInput)


@pytest.mark.parametrize("after", [None, {}, {"idempotency-key": "k-2"}])
def test_header_that_the_request_has_already_stays(after: dict[str, str] | None) -> None:
    sent = through(changing(headers=after), headers={"Idempotency-Key": "k-1"})

    assert isinstance(sent.result, errors.InvalidInput)
    assert sent.headers == []


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "../v1/other"},
        {"query": "a=b"},
        {"body": b"{}"},
        {"operation": call(Safety.READ).request.operation},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_nothing_but_headers_can_be_changed(changes: dict[str, Any]) -> None:
    sent = through(changing(**changes))

    assert isinstance(sent.result, errors.InvalidInput)
    assert sent.headers == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("path", "../v1/other"), ("body", b"{}"), ("headers", {"Host": "elsewhere"})],
)
def test_request_that_is_changed_in_place_is_checked_as_any_other(name: str, value: object) -> None:
    async def change(request: Request, send: Send) -> Response:
        setattr(request, name, value)
        return await send(request)

    sent = through(change)

    assert isinstance(sent.result, errors.InvalidInput)
    assert sent.headers == []


def test_header_that_is_added_in_place_is_of_this_attempt_only() -> None:
    async def number(request: Request, send: Send) -> Response:
        added: Any = request.headers
        added[f"X-{len(added)}"] = "a"
        return await send(request)

    sent = through(
        number,
        steps=(answer(503), OK),
        safety=Safety.IDEMPOTENT,
        headers={"Idempotency-Key": "k-1"},
    )

    assert sent.headers == [{"Idempotency-Key": "k-1", "X-1": "a"}] * 2


def test_something_that_is_no_request_is_not_sent() -> None:
    nothing: Any = None

    async def forget(request: Request, send: Send) -> Response:
        return await send(nothing)

    assert isinstance(through(forget).result, errors.InvalidInput)


def test_request_is_sent_once_at_most() -> None:
    async def twice(request: Request, send: Send) -> Response:
        await send(request)
        return await send(request)

    sent = through(twice)
    assert isinstance(sent.result, errors.ConfigurationError)
    assert (len(sent.headers), sent.result.applied) == (1, None)


# ------------------------------------------------------------------------------- its failures


def test_what_it_raises_before_it_sends_is_a_configuration_error() -> None:
    async def broken(request: Request, send: Send) -> Response:
        raise ValueError("no token")

    sent = through(broken)
    assert isinstance(sent.result, errors.ConfigurationError)
    assert sent.result.applied is False
    assert isinstance(sent.result.__cause__, ValueError)
    assert sent.meter == Meter(1, 0)


@pytest.mark.parametrize(("safety", "applied"), [(Safety.UNSAFE, None), (Safety.READ, False)])
@pytest.mark.parametrize(
    "make", [lambda: ValueError("oops"), lambda: errors.InvalidInput("oops")], ids=["own", "ours"]
)
def test_failure_after_the_answer_leaves_a_write_undecided(
    safety: Safety, applied: bool | None, make: Callable[[], Exception]
) -> None:
    async def broken(request: Request, send: Send) -> Response:
        await send(request)
        raise make()

    sent = through(broken, safety=safety, steps=(OK, OK))
    assert isinstance(sent.result, errors.SentoriError)
    assert sent.result.applied is applied
    assert len(sent.headers) == 1


def test_failure_after_the_answer_is_not_repeated_and_keeps_its_cause() -> None:
    async def broken(request: Request, send: Send) -> Response:
        await send(request)
        raise ValueError("oops")

    sent = through(broken, safety=Safety.IDEMPOTENT)
    assert type(sent.result) is errors.TransportError
    assert isinstance(sent.result.__cause__, ValueError)
    assert sent.meter == Meter(1, 1)


def test_what_it_makes_of_an_attempt_that_never_connected_was_not_applied() -> None:
    async def broken(request: Request, send: Send) -> Response:
        try:
            return await send(request)
        except errors.ConnectFailed:
            raise ValueError("oops") from None

    sent = through(broken, steps=(errors.ConnectFailed("refused"),))
    assert isinstance(sent.result, errors.TransportError)
    assert sent.result.applied is False


def test_something_that_is_no_answer_is_its_failure() -> None:
    async def forget(request: Request, send: Send) -> Any:
        await send(request)

    sent = through(forget)
    assert isinstance(sent.result, errors.TransportError)
    assert "TypeError" in str(sent.result)


def test_middleware_that_cannot_be_called_is_refused() -> None:
    not_one: Any = "print"
    with pytest.raises(errors.ConfigurationError, match="not a str"):
        through(not_one)


# ---------------------------------------------------------------------------------- its time


async def hang(request: Request, send: Send) -> Response:
    await asyncio.sleep(1000.0)
    return await send(request)


def test_middleware_that_hangs_ends_with_the_attempt_and_nothing_was_sent() -> None:
    sent = through(hang, timeouts=Timeouts(total_s=60.0), retry=ONCE)

    assert isinstance(sent.result, errors.ConnectFailed)
    assert (sent.ended, sent.meter, sent.result.applied) == (60.0, Meter(1, 0), False)


@pytest.mark.parametrize(("safety", "applied"), [(Safety.UNSAFE, None), (Safety.READ, False)])
def test_middleware_that_hangs_after_the_answer_ends_too(
    safety: Safety, applied: bool | None
) -> None:
    async def linger(request: Request, send: Send) -> Response:
        response = await send(request)
        await asyncio.sleep(1000.0)
        return response

    sent = through(linger, safety=safety, timeouts=Timeouts(total_s=60.0), retry=ONCE)
    assert isinstance(sent.result, errors.RequestTimeout)
    assert (sent.ended, sent.meter, sent.result.applied) == (60.0, Meter(1, 1), applied)


def test_attempt_that_takes_too_long_times_out_as_without_a_middleware() -> None:
    sent = through(
        changing(), steps=(Step(OK, after_s=500.0),), timeouts=Timeouts(total_s=60.0), retry=ONCE
    )

    assert isinstance(sent.result, errors.RequestTimeout)
    assert (sent.ended, sent.result.applied) == (60.0, None)


def test_time_out_of_its_own_is_its_failure() -> None:
    async def impatient(request: Request, send: Send) -> Response:
        async with asyncio.timeout(5.0):
            await asyncio.sleep(1000.0)
        return await send(request)

    sent = through(impatient)
    assert isinstance(sent.result, errors.ConfigurationError)
    assert sent.ended == 5.0


def test_cancellation_passes_through() -> None:
    async def cancelled() -> float:
        sender, _ = make_sender(OK, middleware=[hang])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10.0):
                await sender.send(call())
        return now()

    assert run(cancelled()) == 10.0
