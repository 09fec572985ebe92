"""The tables of a journal, which are the job's ledger too.

There is no table of requests: it would double the file, and who wants each request has them as
events (`observers=`). Each row says how many attempts it took, and each run how many requests.
"""

from __future__ import annotations

import functools
from typing import Final

APPLICATION_ID: Final = 0x534E544A
"""What says in a file's header that it is a journal: "SNTJ"."""

VERSION: Final = 1

TABLES: Final = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    base_url TEXT NOT NULL,
    account TEXT,
    verb TEXT NOT NULL,
    target TEXT,
    via TEXT NOT NULL,
    options TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES jobs,
    started_at REAL NOT NULL,
    ended_at REAL,
    status TEXT NOT NULL,
    counts TEXT,
    requests INTEGER,
    retries INTEGER,
    cause TEXT,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL
);
CREATE TABLE rows (
    number INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES jobs,
    run INTEGER NOT NULL REFERENCES runs,
    contact TEXT NOT NULL,
    contact_key TEXT,
    other_key TEXT,
    digest TEXT NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT,
    error_class TEXT,
    error_code,
    error TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    request_id TEXT,
    intended_at REAL,
    settled_at REAL,
    chunk INTEGER,
    merged_into INTEGER,
    idempotency_key TEXT,
    key_digest TEXT,
    key_first_used_at REAL
);
CREATE TABLE state (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
"""
"""One job; its runs; its rows, where no outcome means "on its way"; what else is kept."""

_PUT: Final = """
INSERT INTO rows (
    job, run, action,
    intended_at, settled_at, number, contact, digest, outcome, attempts,
    contact_key, other_key, idempotency_key, key_digest, key_first_used_at, chunk, merged_into,
    error_class, error_code, error, request_id
)
VALUES {values}
ON CONFLICT (number) DO UPDATE SET
    run = excluded.run, outcome = excluded.outcome, attempts = attempts + excluded.attempts,
    intended_at = coalesce(excluded.intended_at, intended_at), settled_at = excluded.settled_at,
    error_class = excluded.error_class, error_code = excluded.error_code, error = excluded.error,
    request_id = excluded.request_id,
    chunk = iif(excluded.intended_at IS NULL, chunk, excluded.chunk),
    merged_into = iif(excluded.intended_at IS NULL, merged_into, excluded.merged_into),
    idempotency_key = iif(
        excluded.intended_at IS NULL, idempotency_key, excluded.idempotency_key
    ),
    key_digest = iif(excluded.intended_at IS NULL, key_digest, excluded.key_digest),
    key_first_used_at = iif(
        excluded.intended_at IS NULL, key_first_used_at, excluded.key_first_used_at
    )
"""
# Intents and outcomes alike, in one statement that is its own transaction: after each statement
# the thread would have to wait for the interpreter's lock, which the loop is slow to give.
_INTENT: Final = ", ".join(["(1, ?1, ?2, ?3, NULL", *("?" * 12), *["NULL"] * 4]) + ")"
_OUTCOME: Final = ", ".join(["(1, ?1, ?2, NULL, ?3", *("?" * 5), *["NULL"] * 7, *("?" * 4)]) + ")"


@functools.lru_cache(maxsize=256)
def put(intents: int, outcomes: int) -> str:
    """Return the statement that puts down so many intents and outcomes.

    Its parameters are the run, the action and the time, and then the values of each entry.
    """
    values = [_INTENT] * intents + [_OUTCOME] * outcomes
    return _PUT.format(values=",\n".join(values))


MOST_AT_ONCE: Final = 500
"""How many entries a statement takes at most: SQLite takes 32,766 parameters."""

LOOK_BACK: Final = """
SELECT
    coalesce(max(number), -1),
    coalesce(
        max(number) FILTER (
            WHERE outcome IS NULL OR outcome <> 'skipped' OR merged_into IS NOT NULL
        ),
        -1
    ),
    coalesce(max(chunk), 0),
    count(*) FILTER (WHERE outcome IN ('unknown', 'failed'))
FROM rows
"""

FIND_OVERTAKEN: Final = """
CREATE TEMP TABLE overtaken AS
WITH
touched (number, outcome, contact) AS (
    SELECT number, outcome, coalesce(contact_key, contact) FROM rows
    UNION ALL
    SELECT number, outcome, other_key FROM rows WHERE other_key IS NOT NULL
),
open (number, contact) AS (
    SELECT number, contact FROM touched
    WHERE outcome = 'unknown' OR (outcome = 'failed' AND :retry_failed)
),
last (contact, number) AS (
    SELECT contact, max(number) FROM touched
    WHERE (outcome IS NULL OR outcome NOT IN ('failed', 'skipped'))
        AND contact IN (SELECT contact FROM open)
    GROUP BY contact
)
SELECT DISTINCT open.number AS number FROM open
JOIN last ON last.contact = open.contact WHERE last.number > open.number
"""
# To send these again would undo what later rows of their contacts did.

READ_PAGE: Final = """
SELECT
    rows.number, rows.digest, rows.contact, rows.outcome, rows.error_class, rows.error,
    rows.attempts, rows.chunk, rows.merged_into IS NOT NULL, into_row.outcome,
    overtaken.number IS NOT NULL,
    rows.idempotency_key, rows.key_digest, rows.key_first_used_at
FROM rows
LEFT JOIN rows AS into_row ON into_row.number = rows.merged_into
LEFT JOIN overtaken ON overtaken.number = coalesce(rows.merged_into, rows.number)
WHERE rows.number >= ? AND rows.number < ?
"""

READ_OUTCOMES: Final = """
SELECT number, contact, outcome, error_class, error, attempts FROM rows
WHERE outcome = ? AND number > ? ORDER BY number LIMIT ?
"""
