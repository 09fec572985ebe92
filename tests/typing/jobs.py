"""What type checkers see of jobs, their records, data frames and migrations; nothing here runs."""

from typing import assert_type

import pandas as pd
import polars as pl
import pyarrow as pa

from sentori_async import (
    AsyncGetResponse,
    AsyncSentori,
    BulkReport,
    Ledger,
    LedgerRequest,
    LedgerRow,
    SyncReport,
    WebhookEvent,
    export,
    frame_rows,
    parse_webhook,
)
from sentori_async import migrate as asynchronous
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.migrate import MigrationReport
from sentori_sync import GetResponse, Sentori
from sentori_sync import bulk as blocking_bulk
from sentori_sync import migrate as blocking

Rows = list[dict[str, str]]


async def syncs(client: AsyncSentori, rows: Rows) -> None:
    """Give a sync a report of its own."""
    report = await client.bulk.sync(rows, state="s.db", missing="unsubscribe", max_removals=0.1)
    assert_type(report, SyncReport)


def blocking_jobs(client: Sentori, rows: Rows) -> None:
    """Keep the report of what was interrupted."""
    assert_type(client.bulk.sync(rows, key="CRMID", verify=True), SyncReport)
    assert_type(client.bulk.last_report, BulkReport | None)
    assert_type(client.bulk.stream("add", rows), blocking_bulk.OutcomeStream)


async def frames(client: AsyncSentori, pandas: pd.DataFrame, polars: pl.DataFrame) -> None:
    """Take data frames as rows, by both faces and in streams."""
    assert_type(await client.bulk.add(pandas), BulkReport)
    assert_type(await client.bulk.add_or_update(polars), BulkReport)
    assert_type(await client.bulk.update(frame_rows(pandas, nulls="null")), BulkReport)
    assert_type(client.bulk.stream("add", polars), OutcomeStream)


def blocking_frames(client: Sentori, table: pa.Table, reader: pa.RecordBatchReader) -> None:
    """Take what has an Arrow stream."""
    assert_type(client.bulk.add(table), BulkReport)
    assert_type(client.bulk.add(frame_rows(reader)), BulkReport)


def tables(ledger: Ledger, report: BulkReport) -> None:
    """Show what a job came to as a data frame."""
    assert_type(report.failures.to_pandas(), pd.DataFrame)
    assert_type(report.failures.to_polars(), pl.DataFrame)
    for row in ledger.rows(outcome="failed"):
        assert_type(row, LedgerRow)
    assert_type(ledger.counts(), dict[str, int])
    for request in ledger.requests():
        assert_type(request, LedgerRequest)
    assert_type(export(ledger.rows(), "rows.csv"), int)
    assert_type(export(ledger.requests(), "requests.csv"), int)


async def migrations(old: AsyncGetResponse, new: AsyncSentori) -> None:
    """Move contacts between platforms."""
    ends = asynchronous.End.of(old, "C"), asynchronous.End.of(new, "LISTID01")
    report = await asynchronous.migrate(*ends, mapping={"FirstName": "name"})
    assert_type(report, MigrationReport)
    assert_type(report.written, BulkReport)


def blocking_migrations(old: GetResponse, new: Sentori) -> None:
    """Give the blocking face the same types."""
    ends = blocking.End.of(old, "C"), blocking.End.of(new, "LISTID01")
    assert_type(blocking.migrate(*ends, verify=False), MigrationReport)


def webhooks(data: bytes) -> None:
    """Read what a platform tells of its own accord."""
    assert_type(parse_webhook(data, "key"), WebhookEvent)
