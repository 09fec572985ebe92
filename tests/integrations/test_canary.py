"""A key and an address that anybody would recognise, and every error there is: they show nowhere.

The platform does its worst: it echoes both in its messages, its details and its headers.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, TypeAlias
from urllib.parse import quote

import attrs
import orjson
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sentori_async import (
    AsyncSentori,
    Event,
    Limits,
    Request,
    Response,
    RetryPolicy,
    Send,
    Timeouts,
    errors,
)
from sentori_async.integrations.opentelemetry import OpenTelemetryObserver
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from sentori_async.transport.circuit import FAILURES

KEY = "c0ffee00-5ec7-4e7a-b1ab-0dec0ded1234"
ADDRESS = "canary.bird@aviary.example"
NAME = "Tweety"
# Enough of each to recognise it, in the forms it takes on its way.
TELLS = (KEY, KEY.replace("-", ""), "canary.bird", "aviary.example", "tweety")

ECHO = f"{ADDRESS} <{ADDRESS.upper()}> {quote(ADDRESS, safe='')} {KEY}"
HEADERS = {"X-Request-Id": f"{KEY}/{ADDRESS}", "Retry-After": "9999"}

Act: TypeAlias = Callable[[AsyncSentori], Awaitable[object]]


@attrs.define
class Ears:
    """Everybody who listens to a client."""

    logged: pytest.LogCaptureFixture
    events: list[Event] = attrs.field(factory=list)
    spans: InMemorySpanExporter = attrs.field(factory=InMemorySpanExporter)
    metrics: InMemoryMetricReader = attrs.field(factory=InMemoryMetricReader)

    def observers(self) -> tuple[OpenTelemetryObserver, list[Callable[[Event], object]]]:
        """Return the observer for OpenTelemetry, and all of them."""
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        telemetry = OpenTelemetryObserver(tracers, MeterProvider([self.metrics]))

        async def broken(event: Event) -> None:
            raise RuntimeError(f"I dislike {event}")

        return telemetry, [telemetry, self.events.append, broken]

    def heard(self) -> Iterator[str]:
        """Return all that was told, as text."""
        formatter = logging.Formatter()
        for record in self.logged.records:
            yield formatter.format(record)
            yield repr(vars(record))
        yield from map(repr, self.events)
        yield from (span.to_json() for span in self.spans.get_finished_spans())
        data = self.metrics.get_metrics_data()
        if data is not None:
            yield data.to_json()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        sandbox.sentori.accounts.add(KEY)
        yield sandbox


@pytest.fixture
def ears(caplog: pytest.LogCaptureFixture) -> Ears:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "sentori")
    return Ears(caplog)


def client_of(sandbox: Sandbox, ears: Ears, **options: Any) -> AsyncSentori:
    telemetry, observers = ears.observers()
    middleware = [telemetry.propagate, *options.pop("middleware", ())]
    options.setdefault("base_url", sandbox.url("sentori"))
    retry = RetryPolicy(attempts=2, base_s=0.0, throttled_base_s=0.0)
    return AsyncSentori(
        api_key=KEY, retry=retry, observers=observers, middleware=middleware, **options
    )


def shown(error: BaseException) -> Iterator[str]:
    """Return an error and all beneath it as people and programs print them."""
    yield "".join(traceback.format_exception(error))
    found: BaseException | None = error
    while found is not None:
        yield from (str(found), repr(found), f"{found!a}", ascii(found))
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def assert_silent(texts: Iterator[str]) -> None:
    for text in texts:
        told = [tell for tell in TELLS if tell in text.lower()]
        assert not told, f"{told} in {text}"


async def add(client: AsyncSentori) -> object:
    return await client.contacts.add(ADDRESS, {"FirstName": NAME})


async def get(client: AsyncSentori) -> object:
    return await client.contacts.get(ADDRESS)


# --------------------------------------------------------------------------------- the errors


@attrs.frozen
class Case:
    """How to get an error."""

    fault: faults.Fault | None = None
    act: Act = add
    options: dict[str, Any] = attrs.field(factory=dict)


def refusal(status: int, code: int | None = None) -> Case:
    document: dict[str, object] = {"Message": ECHO, ECHO: [ECHO, {"deep": ECHO}]}
    if code is not None:
        document["Code"] = code
    return Case(faults.Status(status=status, headers=HEADERS, body=orjson.dumps(document)))


async def after_close(client: AsyncSentori) -> object:
    await client.close()
    return await add(client)


async def odd_address(client: AsyncSentori) -> object:
    return await client.contacts.add(f"\n{ADDRESS}\0", {"FirstName": NAME})


async def own_key(client: AsyncSentori) -> object:
    return client.with_options(idempotency_key=KEY)


async def twice(client: AsyncSentori) -> object:
    await add(client)
    return await add(client)


async def wrong_field(client: AsyncSentori) -> object:
    return await client.contacts.add(ADDRESS, {ADDRESS: NAME})


async def many(client: AsyncSentori) -> object:
    return await client.bulk.add([{"EmailAddress": ADDRESS, "FirstName": NAME}] * 3)


async def until_open(client: AsyncSentori) -> object:
    for _ in range(FAILURES):
        with pytest.raises((errors.ConnectFailed, errors.CircuitOpen)):
            await add(client)
    return await add(client)


async def clumsy(request: Request, send: Send) -> Response:
    await send(request)
    raise RuntimeError("the response was not to my liking")


NOWHERE: dict[str, Any] = {"base_url": "http://127.0.0.1:{closed}/"}
CASES: dict[type[errors.SentoriError], Case] = {
    errors.ConfigurationError: Case(act=after_close),
    errors.InvalidInput: Case(act=odd_address),
    errors.UnsupportedOperation: Case(act=own_key),
    errors.ApiError: Case(
        faults.Status(status=302, headers={**HEADERS, "Location": f"/{ADDRESS}?{KEY}"})
    ),
    errors.AuthenticationError: refusal(403, 1),
    errors.PermissionDenied: refusal(403),
    errors.AccountBlocked: refusal(403, 2),
    errors.NotFound: Case(act=get),
    errors.AlreadyExists: Case(act=twice),
    errors.StateConflict: refusal(412),
    errors.ValidationFailed: Case(act=wrong_field),
    errors.ContactSuppressed: refusal(400, 106),
    errors.QuotaExceeded: refusal(402),
    errors.RateLimited: refusal(429),
    errors.ServerError: refusal(500),
    errors.ServiceUnavailable: refusal(503),
    errors.ConnectFailed: Case(options=NOWHERE),
    errors.CircuitOpen: Case(act=until_open, options=NOWHERE),
    errors.RequestTimeout: Case(
        faults.Stalled(), options={"timeouts": Timeouts(read_s=0.05, total_s=0.1)}
    ),
    errors.ConnectionLost: Case(faults.Drop()),
    errors.DecodeError: Case(faults.Status(status=200, headers=HEADERS, body=ECHO.encode())),
    errors.ResponseTooLarge: Case(
        faults.Oversized(size_bytes=10_000), options={"limits": Limits(max_response_bytes=5_000)}
    ),
    errors.TransportError: Case(options={"middleware": [clumsy]}),
    errors.BulkError: Case(refusal(403, 1).fault, act=many),
}


def test_every_error_is_among_the_cases() -> None:
    public = {getattr(errors, name) for name in dir(errors) if name[0].isupper()}
    classes = {one for one in public if isinstance(one, type) and issubclass(one, Exception)}

    assert classes - {errors.SentoriError} == set(CASES)


@pytest.mark.parametrize("expected", CASES, ids=lambda error: error.__name__)
async def test_neither_key_nor_address_shows_when_it_fails(
    sandbox: Sandbox, ears: Ears, expected: type[errors.SentoriError]
) -> None:
    case = CASES[expected]
    options = dict(case.options)
    if "base_url" in options:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            options["base_url"] = options["base_url"].format(closed=closed.getsockname()[1])
    if case.fault is not None:
        sandbox.faults = FaultScript([FaultRule("*", case.fault)])

    async with client_of(sandbox, ears, **options) as client:
        with pytest.raises(expected) as caught:
            await case.act(client)

    assert type(caught.value) is expected
    assert_silent(shown(caught.value))
    assert_silent(ears.heard())
    if isinstance(caught.value, errors.BulkError):
        assert_silent(map(repr, [caught.value.report, *caught.value.report.failures]))


async def test_neither_key_nor_address_shows_when_all_goes_well(
    sandbox: Sandbox, ears: Ears
) -> None:
    async with client_of(sandbox, ears) as client:
        contact = await client.contacts.add(ADDRESS, {"FirstName": NAME})
        report = await client.bulk.update([{"EmailAddress": ADDRESS, "LastName": NAME}])
        await client.request("GET", f"contact/get/{ADDRESS}/", params={"key": KEY})
        assert_silent(map(repr, [client, client.settings, report]))

    assert contact.email_address == ADDRESS
    assert report.succeeded == 1
    assert_silent(ears.heard())


ODD_INPUTS: dict[str, Act] = {
    "control": lambda client: client.contacts.get(f"canary.bird\x1b@{NAME}.example"),
    "surrogate": lambda client: client.contacts.get(f"{ADDRESS}\ud800"),
    "no-at": lambda client: client.contacts.add("canary.bird\0 aviary.example"),
    "not-text": lambda client: client.contacts.delete([ADDRESS]),  # type: ignore[arg-type]
    "a-float": lambda client: client.contacts.add(ADDRESS, {ADDRESS: float("nan")}),
    "an-object": lambda client: client.contacts.add(ADDRESS, {"CRMID": {KEY}}),
    "a-key": lambda client: client.contacts.add(ADDRESS, {TELLS: NAME}),  # type: ignore[dict-item]
    "an-int": lambda client: client.contacts.add(ADDRESS, {"CRMID": 2**70, "FirstName": NAME}),
    "no-list": lambda client: client.contacts.import_(ADDRESS),
    "an-id": lambda client: client.contacts.subscribe(ADDRESS, f"{KEY}\0"),
    "path": lambda client: client.request("GET", f"contact/get/../{ADDRESS}/"),
    "query": lambda client: client.request("GET", f"contact/get/{ADDRESS}/?key={KEY}"),
    "params": lambda client: client.request("GET", "a", params={ADDRESS: object(), "key": KEY}),
    "method": lambda client: client.request(ADDRESS, "contact/"),
    "json": lambda client: client.request("POST", "contact/", json={ADDRESS: [KEY, object()]}),
}


@pytest.mark.parametrize("act", ODD_INPUTS.values(), ids=ODD_INPUTS)
async def test_input_that_cannot_be_sent_does_not_show_itself(
    sandbox: Sandbox, ears: Ears, act: Act
) -> None:
    async with client_of(sandbox, ears) as client:
        with pytest.raises(errors.SentoriError) as caught:
            await act(client)

    assert_silent(shown(caught.value))
    assert_silent(ears.heard())
    assert not sandbox.requests.latest()


async def test_row_that_cannot_be_sent_does_not_show_itself(sandbox: Sandbox, ears: Ears) -> None:
    rows: list[Any] = [
        ADDRESS,
        {"Address": ADDRESS},
        {"EmailAddress": f"\0{ADDRESS}", "FirstName": NAME},
        {"EmailAddress": ADDRESS, ADDRESS: object()},
        [ADDRESS, NAME, KEY],
    ]
    async with client_of(sandbox, ears) as client:
        report = await client.bulk.add(rows)

    failures = [outcome.error for outcome in report.failures if outcome.error]
    assert len(failures) == 4
    assert_silent(text for error in failures for text in shown(error))
    assert_silent(ears.heard())


async def test_cancelled_call_shows_neither(sandbox: Sandbox, ears: Ears) -> None:
    sandbox.faults = FaultScript([FaultRule("*", faults.Stalled())])
    async with client_of(sandbox, ears) as client:
        task = asyncio.create_task(add(client))
        while not sandbox.requests.latest():
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task

    assert_silent(shown(caught.value))
    assert_silent(ears.heard())


async def test_everybody_was_listening_and_there_was_something_to_hear(
    sandbox: Sandbox, ears: Ears
) -> None:
    """The tests above prove nothing unless this one passes."""
    async with client_of(sandbox, ears) as client:
        await add(client)

    (record,) = sandbox.requests.latest()
    assert "canary.bird" in record.path
    levels = {one.levelname for one in ears.logged.records if one.name == "sentori"}
    assert levels == {"DEBUG", "WARNING"}
    assert len(ears.events) == 3
    assert len(ears.spans.get_finished_spans()) == 2
    assert ears.metrics.get_metrics_data() is not None
    with pytest.raises(AssertionError, match="canary"):
        assert_silent(iter([ECHO]))
