"""This SDK from a program without an event loop."""

from __future__ import annotations

from benchmarks.contact import API_KEY, row
from benchmarks.work import Work, checked_count
from sentori_sync import Limits, Sentori


def bulk(work: Work) -> None:
    """Hand all rows to one bulk job, which reads them in this thread."""
    limits = Limits(concurrency=work.in_flight, rates=(), adaptive=False)
    with Sentori(api_key=API_KEY, base_url=work.base_url, limits=limits) as client:
        client.bulk.add(map(row, work.warm_up))
        with work.timed():
            report = client.bulk.add(map(row, work.rows))
    checked_count("report.by_status", dict(report.by_status), {"added": work.requests})
    checked_count("report.requests", report.requests, work.requests)
