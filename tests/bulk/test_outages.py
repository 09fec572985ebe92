"""A job waits for its platform as long as it may, and loses no row when that is too long."""

from __future__ import annotations

import attrs
import pytest

from sentori_async.bulk.plan import RowPlan
from sentori_async.errors import AuthenticationError, CircuitOpen, RateLimited
from sentori_async.platforms.sentori.bulk import SentoriPlanner
from sentori_async.wire.message import Request, Response
from tests.account import ADDRESS, LIST, Account
from tests.bulk.runs import Due, Job, Result, done, in_turn
from tests.clock import now
from tests.faulty import FINE, KEY_REFUSED, LOST, NOT_EXECUTED, Fault, Record

FAULTS = {fault.name: fault for fault in (*LOST, *NOT_EXECUTED)}
REFUSED = FAULTS["connection refused"]
HOUR = 3600.0


def job_of(rows: int, *, workers: int = 4, adaptive: bool = False) -> Job:
    plan = SentoriPlanner().plan_for("add", None, "single")
    assert isinstance(plan, RowPlan)
    return Job(
        verb="add",
        plan=plan,
        rows=[(f"c{n}@example.com", {"FirstName": f"N{n}"}) for n in range(rows)],
        account=Account(),
        workers=workers,
        adaptive=adaptive,
    )


def between(first: float, last: float, fault: Fault) -> Due:
    return lambda request, record: fault if first <= now() < last else FINE


def throttled(asked_s: float) -> Fault:
    def say(request: Request, answer: Response | None) -> Response:
        return Response(429, {"Retry-After": f"{asked_s:.0f}"}, b"")

    return Fault(f"429 for {asked_s} s", 0, say, ambiguous=False)


def check_truth(result: Result) -> None:
    """See that exactly the rows that are there were added, but for those that are unknown."""
    added = {outcome.contact for outcome in result.outcomes if outcome.status == "added"}
    unknown = {outcome.contact for outcome in result.outcomes if outcome.status == "unknown"}
    assert added <= set(result.account.contacts) <= added | unknown
    assert {outcome.index for outcome in result.outcomes} == set(range(len(result.outcomes)))


# ------------------------------------------------------------------------------------ outages


@pytest.mark.parametrize("workers", [1, 4, 16])
@pytest.mark.parametrize("began", [0.0, 3.0], ids=["from-the-beginning", "midway"])
def test_rows_outlive_an_outage_that_refuses_connections(workers: int, began: float) -> None:
    """None fails, none is charged for it, and hardly anything is sent meanwhile."""
    result = done(job_of(60, workers=workers), between(began, began + 1800, REFUSED))
    assert result.report.by_status == {"added": 60}
    assert result.report.duration_s < began + 1800 + 120
    tried = sum(len(record.writes) for record in result.sent)
    assert tried < 60 + 10 + 35 + workers
    check_truth(result)


@pytest.mark.parametrize(
    "name", ["drop before", "drop after", "silence before", "500", "502 page", "504 after"]
)
@pytest.mark.parametrize(("began", "unknown"), [(0.0, 1), (2.0, 8)])
def test_rows_outlive_an_outage_of_any_kind_and_those_that_are_lost_are_unknown(
    name: str, began: float, unknown: int
) -> None:
    result = done(job_of(200, workers=8), between(began, 1800.0, FAULTS[name]))
    assert result.cause is None
    assert result.report.total == 200
    assert set(result.report.by_status) <= {"added", "unknown"}
    # Only rows in flight when it begins can use up their attempts before it is noticed.
    assert result.report.unknown <= unknown
    check_truth(result)


def test_outage_beyond_the_bound_stops_the_job_and_leaves_the_rest_untaken() -> None:
    result = done(job_of(200, workers=4), between(2.0, 1e9, REFUSED))
    assert isinstance(result.cause, CircuitOpen)
    assert 0 < result.report.succeeded < 60
    assert result.report.skipped == 4
    assert result.report.total == result.report.succeeded + 4 < 200
    assert HOUR < result.report.duration_s < HOUR + 120
    check_truth(result)


def test_row_that_was_lost_when_the_outage_began_is_unknown_and_not_skipped() -> None:
    result = done(job_of(200, workers=4), between(2.0, 1e9, FAULTS["drop after"]))
    assert isinstance(result.cause, CircuitOpen)
    assert result.report.unknown > 0
    assert result.report.failed == 0
    check_truth(result)


# ------------------------------------------------------------------------------- Retry-After


@pytest.mark.parametrize("asked_s", [5, 300, 3600])
def test_rows_outlive_a_wait_that_the_platform_asks_for(asked_s: float) -> None:
    result = done(job_of(60, workers=4), between(2.0, 2.2, throttled(asked_s)))
    assert result.report.by_status == {"added": 60}
    assert 2.0 + asked_s <= result.report.duration_s < asked_s + 30
    check_truth(result)


def test_nothing_is_sent_while_the_platform_rests() -> None:
    sent: list[float] = []

    def due(request: Request, record: Record) -> Fault:
        sent.append(now())
        return throttled(300) if len(sent) == 20 else FINE

    result = done(job_of(60, workers=4), due)
    assert result.report.by_status == {"added": 60}
    resting = [moment for moment in sent if sent[19] + 0.5 < moment < sent[19] + 300]
    assert resting == []


def test_wait_beyond_the_bound_stops_the_job_at_once() -> None:
    result = done(job_of(60, workers=4), between(2.0, 1e9, throttled(HOUR + 60)))
    assert isinstance(result.cause, RateLimited | CircuitOpen)
    assert set(result.report.by_status) == {"added", "skipped"}
    assert result.report.total < 60
    assert result.report.duration_s < 10
    check_truth(result)


def test_job_outlives_a_minute_of_429_without_a_wait_in_it() -> None:
    result = done(job_of(60, workers=4, adaptive=True), between(1.0, 61.0, FAULTS["429"]))
    assert result.report.by_status == {"added": 60}
    assert result.report.requests < 60 + 130
    check_truth(result)


# ------------------------------------------------------------------------- what stops at once


def test_key_that_is_refused_midway_stops_the_job_at_once() -> None:
    result = done(job_of(200, workers=4), between(2.0, 1e9, KEY_REFUSED))
    assert isinstance(result.cause, AuthenticationError)
    assert set(result.report.by_status) == {"added", "skipped"}
    assert result.report.skipped <= 4
    assert result.report.duration_s < 4
    check_truth(result)


def test_row_that_was_acknowledged_before_the_key_was_refused_is_done() -> None:
    """Its answer was cut, and only its repeat met the refused key."""
    plan = SentoriPlanner().plan_for("subscribe", LIST, "single")
    assert isinstance(plan, RowPlan)
    account = Account({"joe@example.com": {ADDRESS: "joe@example.com"}})
    job = Job(verb="subscribe", plan=plan, rows=["joe@example.com"], account=account)
    result = done(job, in_turn([FAULTS["cut"], KEY_REFUSED]))
    assert isinstance(result.cause, AuthenticationError)
    assert result.report.by_status == {"subscribed": 1}
    assert result.account.subscribed == {"joe@example.com"}


@pytest.mark.parametrize("meanwhile", [REFUSED, throttled(60)], ids=["outage", "retry-after"])
def test_job_that_goes_on_after_an_abort_adds_each_contact_once(meanwhile: Fault) -> None:
    """The same command again: rows that were skipped or never taken are sent, no other."""
    first = done(job_of(60, workers=4), between(2.0, 1e9, KEY_REFUSED))
    finished = {outcome.index for outcome in first.outcomes if outcome.ok}
    job = job_of(60)
    left = [row for n, row in enumerate(job.rows) if n not in finished]
    again = attrs.evolve(job, rows=left, account=first.account)
    second = done(again, between(0.0, 5.0, meanwhile))
    assert second.report.by_status == {"added": len(left)}
    assert len(second.account.contacts) == 60
