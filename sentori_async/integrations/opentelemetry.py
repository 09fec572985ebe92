"""Spans and metrics of requests, for programs that use OpenTelemetry.

Example::

    telemetry = OpenTelemetryObserver()
    client = AsyncSentori(observers=[telemetry], middleware=[telemetry.propagate])

It follows the semantic conventions for HTTP clients, read on 2026-11-21:

1. Each attempt is a CLIENT span, and from the second one on ``http.request.resend_count`` counts
   them; the call with all its attempts and waits is an INTERNAL span around them.
2. A path names a contact, so ``url.full`` and ``url.template`` hold placeholders instead.
3. ``error.type`` is the name of the error's class, one of those in `sentori_async.errors`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import attrs

try:
    from opentelemetry import metrics, trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ImportError as error:
    raise ImportError("OpenTelemetry is missing: pip install 'sentori[otel]'") from error

from sentori_async.transport.events import (
    AttemptFailed,
    AttemptStarted,
    RequestFinished,
    RequestStarted,
    Waiting,
    WaitReason,
    current_call,
)
from sentori_async.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from sentori_async.transport.events import Event
    from sentori_async.transport.middleware import Send
    from sentori_async.wire.message import Request, Response

_SCOPE: Final = "sentori"
_PORTS: Final = {"http": 80, "https": 443}
# RFC 9110, and PATCH of RFC 5789; the conventions call any other "_OTHER".
_METHODS: Final = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
)
# The bounds that the conventions advise, in seconds.
_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)


@attrs.define
class _Wait:
    why: WaitReason
    began: float


@attrs.define
class _Call:
    """One call on its way: what its events so far have opened."""

    span: Span
    context: Context
    own: dict[str, str]
    http: dict[str, str | int]
    full: str
    attempt: Span | None = None
    attempt_began: float = 0.0
    wait: _Wait | None = None
    last_error: str = ""


class OpenTelemetryObserver:
    """Turn events into spans and metrics.

    One observer may serve any number of clients, from any thread.
    """

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        *,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Make the instruments.

        Args:
            tracer_provider: Where spans go; the global one where absent.
            meter_provider: Where metrics go; the global one where absent.
            clock: A monotonic clock, in seconds.
        """
        self._tracer = trace.get_tracer(_SCOPE, VERSION, tracer_provider)
        meter = metrics.get_meter(_SCOPE, VERSION, meter_provider)
        self._durations = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._retries = meter.create_counter(
            "sentori.client.retries", unit="{retry}", description="Requests sent again."
        )
        self._waits = meter.create_histogram(
            "sentori.client.wait.duration",
            unit="s",
            description="Duration of waits before a request is sent.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._clock = clock
        self._calls: dict[int, _Call] = {}

    def __call__(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, RequestStarted):
            self._calls[event.call_id] = self._started(event)
            return
        call = self._calls.get(event.call_id)
        if call is None:
            return
        match event:
            case AttemptStarted():
                self._attempt_started(call, event)
            case AttemptFailed():
                call.last_error = event.error
                self._end_attempt(call, event.status, event.error)
            case Waiting():
                self._end_wait(call)
                call.wait = _Wait(event.why, self._clock())
            case RequestFinished():
                del self._calls[event.call_id]
                self._finished(call, event)

    async def propagate(self, request: Request, send: Send) -> Response:
        """Add the headers ``traceparent`` and ``tracestate``; a middleware, for those who want it.

        Baggage stays here: it may hold what the platform is not to know.
        """
        call = self._calls.get(current_call.get() or 0)
        if call is not None and call.attempt is not None:
            headers = dict(request.headers or {})
            context = trace.set_span_in_context(call.attempt, call.context)
            TraceContextTextMapPropagator().inject(headers, context)
            request = attrs.evolve(request, headers=headers)
        return await send(request)

    def _started(self, event: RequestStarted) -> _Call:
        own = {"sentori.platform": event.platform, "sentori.operation": event.operation}
        settled = self._calls.get(event.settles or 0)
        span = self._tracer.start_span(
            f"{event.platform} {event.operation}",
            context=None if settled is None else settled.context,
            attributes=own,
        )
        parts = urlsplit(event.base_url)
        known = event.method in _METHODS
        http: dict[str, str | int] = {
            "http.request.method": event.method if known else "_OTHER",
            "server.address": parts.hostname or "",
            "server.port": parts.port or _PORTS[parts.scheme],
            "url.template": parts.path + event.template,
        }
        context = trace.set_span_in_context(span)
        return _Call(span, context, own, http, event.base_url + event.template)

    def _attempt_started(self, call: _Call, event: AttemptStarted) -> None:
        self._end_wait(call)
        more: dict[str, str | int] = {"url.full": call.full}
        if event.attempt > 1:
            more["http.request.resend_count"] = event.attempt - 1
            self._retries.add(1, {**call.own, "error.type": call.last_error})
        method = call.http["http.request.method"]
        if method == "_OTHER":
            more["http.request.method_original"] = event.method
            method = "HTTP"
        call.attempt = self._tracer.start_span(
            f"{method} {call.http['url.template']}",
            context=call.context,
            kind=trace.SpanKind.CLIENT,
            attributes={**call.http, **more},
        )
        call.attempt_began = self._clock()

    def _end_attempt(self, call: _Call, status: int | None, error: str | None) -> None:
        span, call.attempt = call.attempt, None
        if span is None:
            return
        seen: dict[str, Any] = {}
        if status is not None:
            seen["http.response.status_code"] = status
        if error is not None:
            seen["error.type"] = error
            span.set_status(trace.StatusCode.ERROR)
        span.set_attributes(seen)
        span.end()
        # The span's context, so that a backend can show an example of a slow request.
        context = trace.set_span_in_context(span, call.context)
        elapsed_s = self._clock() - call.attempt_began
        self._durations.record(elapsed_s, {**call.http, **seen}, context)

    def _end_wait(self, call: _Call) -> None:
        wait, call.wait = call.wait, None
        if wait is None:
            return
        waited_s = self._clock() - wait.began
        why = {"sentori.wait.reason": wait.why.value}
        self._waits.record(waited_s, {**call.own, **why}, call.context)
        call.span.add_event("sentori.wait", {**why, "sentori.wait.duration_s": waited_s})

    def _finished(self, call: _Call, event: RequestFinished) -> None:
        self._end_wait(call)
        # Still open after a success, and after a cancellation.
        self._end_attempt(call, None if event.error else event.status, event.error)
        call.span.set_attribute("sentori.attempts", event.attempts)
        if event.error is not None:
            call.span.set_attribute("error.type", event.error)
            call.span.set_status(trace.StatusCode.ERROR)
        call.span.end()
