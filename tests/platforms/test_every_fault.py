"""Every fault, met by the client of every platform, both ways: it says what is so, and no secrets.

The platform does its worst: what it says of its own accord is the key and the contact.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import attrs
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sentori_async import BulkError, Event, Limits, RetryPolicy, SentoriError, Timeouts
from sentori_async.integrations.opentelemetry import OpenTelemetryObserver
from sentori_async.sandbox import FaultRule, FaultScript, faults
from sentori_async.transport.express import Express
from tests.every_fault import FAULTS, SIZE
from tests.platforms.adapters import ADAPTERS, Adapter, sandbox_of
from tests.platforms.world import World, class_of

EVERY_FAULT = pytest.mark.parametrize("fault", FAULTS, ids=lambda one: f"{one.kind}-{one.execute}")
# A platform that says 429 says that it has not executed the request.
LIES = [fault for fault in FAULTS if isinstance(fault, faults.Status) and fault.status == 429]
TWICE = RetryPolicy(attempts=2, base_s=0.0, throttled_base_s=0.0, max_wait_s=1.0)
BOUND = Limits(adaptive=False, max_response_bytes=SIZE - 1)


@attrs.define
class Ears:
    """Everybody who listens to a client."""

    logged: pytest.LogCaptureFixture
    events: list[Event] = attrs.field(factory=list)
    spans: InMemorySpanExporter = attrs.field(factory=InMemorySpanExporter)
    metrics: InMemoryMetricReader = attrs.field(factory=InMemoryMetricReader)

    def observers(self) -> list[Any]:
        tracers = TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(self.spans))
        return [
            OpenTelemetryObserver(tracers, MeterProvider([self.metrics])),
            self.events.append,
        ]

    def heard(self) -> Iterator[str]:
        formatter = logging.Formatter()
        for record in self.logged.records:
            yield formatter.format(record) + repr(vars(record))
        yield from map(repr, self.events)
        yield from (span.to_json() for span in self.spans.get_finished_spans())
        data = self.metrics.get_metrics_data()
        assert data is not None
        yield data.to_json()


@pytest.fixture(params=ADAPTERS, ids=lambda cls: cls.name)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    """Return each platform in turn."""
    made: Adapter = request.param()
    return made


@pytest.fixture
def ears(caplog: pytest.LogCaptureFixture) -> Ears:
    caplog.set_level(logging.DEBUG)
    return Ears(caplog)


@pytest.fixture
async def world(adapter: Adapter, ears: Ears, fault: faults.Fault) -> AsyncIterator[World]:
    silence_s = 0.1 if isinstance(fault, faults.Stalled) else 5.0
    async with sandbox_of(adapter) as sandbox:
        client = class_of(adapter)(
            api_key=sandbox.account(adapter.name).api_key,
            base_url=sandbox.url(adapter.name),
            limits=BOUND,
            retry=TWICE,
            timeouts=Timeouts(read_s=silence_s, total_s=2 * silence_s),
            observers=ears.observers(),
            **adapter.client_options,
        )
        async with client:
            yield World(adapter, sandbox, client)


@pytest.fixture
def ways_taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Tell of each request which way it went."""
    taken: list[str] = []
    ours, ordinary = Express.start, aiohttp.ClientSession.request

    async def start(self: Express, *args: Any, **options: Any) -> Any:
        taken.append("on")
        return await ours(self, *args, **options)

    def request(self: aiohttp.ClientSession, *args: Any, **options: Any) -> Any:
        taken.append("off")
        return ordinary(self, *args, **options)

    monkeypatch.setattr(Express, "start", start)
    monkeypatch.setattr(aiohttp.ClientSession, "request", request)
    return taken


def echoing(fault: faults.Fault, world: World) -> faults.Fault:
    """Return a fault that says the worst that it can."""
    if isinstance(fault, (faults.Status, faults.Html)):
        # An id of the caller's own, such as Spotzee's, cannot be told from a word.
        identity = world.adapter.identity(0)
        said = identity if identity[0] == "+" or "@" in identity else "canary.bird@aviary.example"
        secrets = f"{world.account.api_key} {said}"
        return attrs.evolve(fault, body=f'{{"message": "{secrets}"}}'.encode())
    return fault


def shown(error: BaseException) -> Iterator[str]:
    """Return an error and all that it holds, as people and programs print them."""
    yield "".join(traceback.format_exception(error))
    found: BaseException | None = error
    while found is not None:
        yield from (str(found), repr(found))
        found = found.__cause__ or found.__context__


def assert_keyless(world: World, error: BaseException) -> None:
    """See that those who print a traceback's variables do not print the key."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    seen: traceback.TracebackException | None = shown
    while seen is not None:
        ours = [frame for frame in seen.stack if "/sentori_async/" in frame.filename]
        assert world.account.api_key not in repr([frame.locals for frame in ours])
        seen = seen.__cause__ or seen.__context__


def assert_silent(world: World, texts: Iterator[str]) -> None:
    tells = (world.account.api_key, *world.adapter.tells)
    for text in texts:
        assert not [tell for tell in tells if tell.lower() in text.lower()], text


@EVERY_FAULT
async def test_a_write_says_what_became_of_it_and_nothing_else(
    world: World, ears: Ears, fault: faults.Fault, way: str, ways_taken: list[str]
) -> None:
    identity = world.adapter.identity(0)
    world.sandbox.faults = FaultScript([FaultRule("*", echoing(fault, world), name="it")])
    try:
        await world.do("add_or_update", identity)
        applied: bool | None = True
    except SentoriError as error:
        applied = error.applied
        assert_silent(world, shown(error))
        assert_keyless(world, error)

    assert world.sandbox.faults.injected["it"]
    assert set(ways_taken) == {way}
    if fault not in LIES:
        assert applied is None or applied is world.is_done("add_or_update", identity)
    assert_silent(world, ears.heard())
    assert ears.events
    assert ears.spans.get_finished_spans()


@pytest.mark.parametrize(
    "fault",
    [
        faults.Status(),
        faults.Html(status=200, execute=1),
        faults.Drop(execute=1),
        faults.Truncated(),
        faults.GzipBomb(size_bytes=SIZE),
        faults.Stalled(execute=1),
    ],
    ids=lambda one: one.kind,
)
async def test_a_job_says_what_became_of_its_rows_and_nothing_else(
    world: World, ears: Ears, fault: faults.Fault, way: str, ways_taken: list[str]
) -> None:
    identities = [world.adapter.identity(n) for n in range(3)]
    key = world.client.capabilities.identity
    lost = FaultRule("*", echoing(fault, world), times=2, name="it")
    world.sandbox.faults = FaultScript([lost])
    rows = [{key: identity, **world.adapter.fields} for identity in identities]
    try:
        report = await world.client.bulk.add_or_update(rows)
    except BulkError as error:
        report = error.report
        assert_silent(world, shown(error))

    assert world.sandbox.faults.injected["it"]
    assert set(ways_taken) == {way}
    assert report.total == report.succeeded + report.failed + report.skipped + report.unknown
    done = {one for one in identities if world.is_done("add_or_update", one)}
    assert report.succeeded <= len(done)
    for outcome in report.failures:
        assert outcome.error is not None
        assert outcome.error.applied is not False or outcome.contact not in done
        assert_silent(world, shown(outcome.error))
    assert_silent(world, map(repr, [report, *report.failures, *report.unknowns]))
    assert_silent(world, ears.heard())
