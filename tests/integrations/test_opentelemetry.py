"""Spans and metrics follow the semantic conventions for HTTP clients, and name no contact."""

import asyncio
import contextlib
import importlib
import sys
from typing import Any

import attrs
import pytest
from opentelemetry import baggage, context, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.semconv._incubating.attributes import url_attributes as developing
from opentelemetry.semconv.attributes import (
    error_attributes,
    http_attributes,
    server_attributes,
    url_attributes,
)
from opentelemetry.semconv.metrics.http_metrics import HTTP_CLIENT_REQUEST_DURATION
from opentelemetry.trace import SpanKind, StatusCode

from sentori_async import errors
from sentori_async.integrations import opentelemetry
from sentori_async.integrations.opentelemetry import OpenTelemetryObserver
from sentori_async.platforms.sentori import calls
from sentori_async.settings import RetryPolicy
from sentori_async.wire.message import Call, Response
from tests.clock import now, run
from tests.transport.scripted import Outcome, Step, answer, call, make_sender

OK = answer(200)
CALM = RetryPolicy(base_s=1.0, throttled_base_s=4.0)
JOE = "joe@example.com"
SERVER = {"server.address": "api.example", "server.port": 443}


class Recorder(SpanProcessor):
    """Keep all spans, in the order in which they began."""

    def __init__(self) -> None:
        self.begun: list[Span] = []

    def on_start(self, span: Span, parent_context: context.Context | None = None) -> None:
        self.begun.append(span)


class Telemetry:
    """An observer, and what it has exported."""

    def __init__(self) -> None:
        self._recorder = Recorder()
        self._reader = InMemoryMetricReader()
        tracers = TracerProvider()
        tracers.add_span_processor(self._recorder)
        meters = MeterProvider([self._reader])
        self.tracer = tracers.get_tracer("test")
        self.observer = OpenTelemetryObserver(tracers, meters, clock=now)

    def send(
        self, *steps: Outcome, planned: Call[Any] | None = None, **parts: Any
    ) -> list[dict[str, str]]:
        """Send one call; return the headers of its requests."""

        async def one() -> list[dict[str, str]]:
            sender, session = make_sender(*steps, observers=[self.observer], retry=CALM, **parts)
            with contextlib.suppress(errors.SentoriError):
                await sender.send(planned or call())
            return [dict(seen.headers) for seen in session.seen]

        return run(one())

    @property
    def spans(self) -> list[ReadableSpan]:
        """All spans, in the order in which they began; none is open any more."""
        assert all(span.end_time is not None for span in self._recorder.begun)
        return list(self._recorder.begun)

    def points(self, name: str) -> list[Any]:
        """Return the data points of a metric."""
        data = self._reader.get_metrics_data()
        assert data is not None
        return [
            point
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


def seen(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def id_of(span: ReadableSpan) -> int:
    assert span.context is not None
    number: int = span.context.span_id
    return number


# ---------------------------------------------------------------------------------------- spans


def test_call_is_an_internal_span_around_a_client_span_of_each_attempt(
    telemetry: Telemetry,
) -> None:
    telemetry.send(answer(200, b'{"EmailAddress": "x"}'), planned=calls.get_contact(JOE))

    whole, attempt = telemetry.spans
    assert (whole.name, whole.kind) == ("sentori contacts.get", SpanKind.INTERNAL)
    assert (attempt.name, attempt.kind) == ("GET /contact/get/{contact}/", SpanKind.CLIENT)
    assert whole.parent is None
    assert attempt.parent is not None
    assert attempt.parent.span_id == id_of(whole)
    assert seen(attempt) == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "url.full": "https://api.example/contact/get/{contact}/",
        "url.template": "/contact/get/{contact}/",
        **SERVER,
    }
    assert whole.instrumentation_scope is not None
    assert whole.instrumentation_scope.name == "sentori"


def test_success_has_neither_status_nor_error(telemetry: Telemetry) -> None:
    telemetry.send(OK)

    whole, attempt = telemetry.spans
    assert {whole.status.status_code, attempt.status.status_code} == {StatusCode.UNSET}
    assert "error.type" not in seen(attempt)
    assert seen(whole) == {
        "sentori.platform": "sentori",
        "sentori.operation": "request",
        "sentori.attempts": 1,
    }


def test_names_of_attributes_are_those_of_the_conventions(telemetry: Telemetry) -> None:
    telemetry.send(answer(503), answer(404))

    published = {
        error_attributes.ERROR_TYPE,
        http_attributes.HTTP_REQUEST_METHOD,
        http_attributes.HTTP_REQUEST_RESEND_COUNT,
        http_attributes.HTTP_RESPONSE_STATUS_CODE,
        server_attributes.SERVER_ADDRESS,
        server_attributes.SERVER_PORT,
        url_attributes.URL_FULL,
        developing.URL_TEMPLATE,
    }
    used = {name for span in telemetry.spans if span.kind is SpanKind.CLIENT for name in seen(span)}
    assert used == published
    assert telemetry.points(HTTP_CLIENT_REQUEST_DURATION)


def test_spans_belong_to_the_span_of_the_caller(telemetry: Telemetry) -> None:
    with telemetry.tracer.start_as_current_span("job") as job:
        telemetry.send(OK)

    whole = next(span for span in telemetry.spans if span.kind is SpanKind.INTERNAL and span.parent)
    assert whole.parent is not None
    assert whole.parent.span_id == job.get_span_context().span_id


def test_repeats_count_themselves_and_failures_say_what_they_are(telemetry: Telemetry) -> None:
    telemetry.send(answer(503), errors.ConnectionLost("gone"), OK)

    whole, *attempts = telemetry.spans
    told = [
        (
            seen(span).get("http.request.resend_count"),
            seen(span).get("http.response.status_code"),
            seen(span).get("error.type"),
            span.status.status_code,
        )
        for span in attempts
    ]
    assert told == [
        (None, 503, "ServiceUnavailable", StatusCode.ERROR),
        (1, None, "ConnectionLost", StatusCode.ERROR),
        (2, 200, None, StatusCode.UNSET),
    ]
    assert all(span.status.description is None for span in attempts)
    assert whole.status.status_code is StatusCode.UNSET
    assert seen(whole)["sentori.attempts"] == 3


def test_call_that_fails_is_an_error_of_its_class(telemetry: Telemetry) -> None:
    telemetry.send(answer(404))

    whole, attempt = telemetry.spans
    assert seen(whole)["error.type"] == seen(attempt)["error.type"] == "NotFound"
    assert whole.status.status_code is StatusCode.ERROR


def test_wait_is_an_event_of_the_call(telemetry: Telemetry) -> None:
    telemetry.send(answer(429, Retry_After="30"), OK)

    (event,) = telemetry.spans[0].events
    assert event.name == "sentori.wait"
    assert dict(event.attributes or {}) == {
        "sentori.wait.reason": "retry-after",
        "sentori.wait.duration_s": 30.0,
    }


def test_cancelled_call_leaves_no_span_open(telemetry: Telemetry) -> None:
    async def cancelled() -> None:
        sender, _ = make_sender(Step(OK, after_s=50.0), observers=[telemetry.observer])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(10.0):
                await sender.send(call())

    run(cancelled())
    whole, attempt = telemetry.spans
    assert seen(whole)["error.type"] == seen(attempt)["error.type"] == "CancelledError"
    assert not telemetry.observer._calls


def test_look_up_is_part_of_the_call_it_settles(telemetry: Telemetry) -> None:
    lost = errors.ConnectionLost("gone", applied=None)
    taken = answer(400, b'{"Code": 102, "Message": "in use"}')
    found = answer(200, b'{"EmailAddress": "joe@example.com", "FirstName": "Joe"}')
    telemetry.send(lost, taken, found, planned=calls.add_contact(JOE, {"FirstName": "Joe"}))

    add = next(span for span in telemetry.spans if span.name == "sentori contacts.add")
    look = next(span for span in telemetry.spans if span.name == "sentori contacts.get")
    assert look.parent is not None
    assert look.parent.span_id == id_of(add)
    assert JOE not in "".join(span.to_json() for span in telemetry.spans)


def test_method_that_no_convention_knows_is_called_other(telemetry: Telemetry) -> None:
    planned = call()
    operation = attrs.evolve(planned.request.operation, method="SEARCH")
    request = attrs.evolve(planned.request, operation=operation)
    telemetry.send(OK, planned=attrs.evolve(planned, request=request))

    attempt = telemetry.spans[1]
    assert attempt.name == "HTTP /{path}"
    assert seen(attempt)["http.request.method"] == "_OTHER"
    assert seen(attempt)["http.request.method_original"] == "SEARCH"


def test_event_of_a_call_that_began_before_is_no_matter(telemetry: Telemetry) -> None:
    events: list[Any] = []

    async def one() -> None:
        sender, _ = make_sender(OK, observers=[events.append])
        await sender.send(call())

    run(one())
    for event in events[1:]:
        telemetry.observer(event)
    assert telemetry.spans == []


# -------------------------------------------------------------------------------------- metrics


def test_every_attempt_is_in_the_histogram_of_durations(telemetry: Telemetry) -> None:
    telemetry.send(Step(answer(503), after_s=0.5), Step(OK, after_s=2.0))

    failed, done = telemetry.points("http.client.request.duration")
    both = {"http.request.method": "GET", "url.template": "/{path}", **SERVER}
    assert isinstance(failed, HistogramDataPoint)
    assert dict(failed.attributes or {}) == {
        **both,
        "http.response.status_code": 503,
        "error.type": "ServiceUnavailable",
    }
    assert dict(done.attributes) == {**both, "http.response.status_code": 200}
    assert (failed.count, failed.sum, done.count, done.sum) == (1, 0.5, 1, 2.0)
    # As the conventions advise.
    assert failed.explicit_bounds == (
        *(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10),
    )


def test_retries_and_waits_are_counted_by_reason(telemetry: Telemetry) -> None:
    telemetry.send(answer(503), answer(429, Retry_After="30"), OK)

    own = {"sentori.platform": "sentori", "sentori.operation": "request"}
    retries = {
        dict(point.attributes)["error.type"]: point.value
        for point in telemetry.points("sentori.client.retries")
    }
    assert retries == {"ServiceUnavailable": 1, "RateLimited": 1}
    waits = telemetry.points("sentori.client.wait.duration")
    assert [(dict(point.attributes), point.count, point.sum) for point in waits] == [
        ({**own, "sentori.wait.reason": "backoff"}, 1, 1.0),
        ({**own, "sentori.wait.reason": "retry-after"}, 1, 30.0),
    ]


# ---------------------------------------------------------------------------------- propagation


def test_platform_is_told_the_trace_where_that_is_wanted(telemetry: Telemetry) -> None:
    (headers,) = telemetry.send(OK, middleware=[telemetry.observer.propagate])

    _, attempt = telemetry.spans
    assert attempt.context is not None
    trace_id = attempt.context.trace_id
    assert set(headers) == {"traceparent"}
    assert headers["traceparent"].startswith(f"00-{trace_id:032x}-{id_of(attempt):016x}-")


def test_platform_is_not_told_the_trace_otherwise(telemetry: Telemetry) -> None:
    assert telemetry.send(OK) == [{}]


def test_baggage_is_never_sent(telemetry: Telemetry) -> None:
    token = context.attach(baggage.set_baggage("user", JOE))
    try:
        (headers,) = telemetry.send(OK, middleware=[telemetry.observer.propagate])
    finally:
        context.detach(token)

    assert set(headers) == {"traceparent"}


def test_propagation_without_the_observer_adds_nothing(telemetry: Telemetry) -> None:
    async def alone() -> list[dict[str, str]]:
        sender, session = make_sender(OK, middleware=[telemetry.observer.propagate])
        await sender.send(call())
        return [dict(one.headers) for one in session.seen]

    assert run(alone()) == [{}]


# --------------------------------------------------------------------------------- being absent


def test_observer_does_nothing_where_no_sdk_is_set_up() -> None:
    async def one() -> Response:
        sender, _ = make_sender(OK, observers=[OpenTelemetryObserver()])
        result: Response = await sender.send(call())
        return result

    assert run(one()) is OK
    assert not trace.get_current_span().is_recording()


def test_missing_library_is_named_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, opentelemetry.__name__)

    with pytest.raises(ImportError, match=r"sentori\[otel\]"):
        importlib.import_module(opentelemetry.__name__)
