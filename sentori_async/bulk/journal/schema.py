"""The tables of a journal, which are the job's ledger too.

Requests are a view: each row says which request it was last sent with, how often that was tried,
when and as what the platform knows it, so nothing is written for them.
A table of every attempt would double the file; who wants those has them as events (`observers=`).
"""

# ruff: noqa: S608 - statements are made of the names of columns here, and of nothing else

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
    expected INTEGER,
    counts TEXT,
    requests INTEGER,
    retries INTEGER,
    cause TEXT,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL
);
CREATE TABLE record (
    number INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs,
    contact TEXT NOT NULL,
    digest TEXT NOT NULL,
    outcome TEXT,
    attempts INTEGER NOT NULL,
    intended_at REAL,
    settled_at REAL,
    request_id TEXT,
    intent TEXT,
    error TEXT
);
CREATE TABLE state (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
"""
"""One job; its runs; its rows; what else is kept.

Below row 0 of `record` are the places of rows that are on their way (see states.py), each with its
rows as a text where others have their intent: one statement can write a place and rows, and one
statement is a transaction by itself.
"""

COLUMNS: Final = (
    "number",
    "run",
    "contact",
    "digest",
    "outcome",
    "attempts",
    "intended_at",
    "settled_at",
    "request_id",
    "intent",
    "error",
)
"""The columns of `record`; the last two are null or arrays, of what few rows have."""

_INTENT: Final = (
    "contact_key",
    "other_key",
    "chunk",
    "merged_into",
    "idempotency_key",
    "key_digest",
    "key_first_used_at",
)
_ERROR: Final = ("error_class", "error_code", "error")


def _parts(of: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"json_extract({of}, '$[{at}]') AS {name}" for at, name in enumerate(names))


_ALL: Final = ", ".join(COLUMNS)
_PLAIN: Final = ", ".join(COLUMNS[:9])

_NUMBER: Final = "CAST(json_extract(one.value, '$[0]') AS INTEGER)"
ON_THEIR_WAY: Final = f"""
SELECT {_NUMBER} AS number, place.run AS run,
    CAST(json_extract(one.value, '$[1]') AS TEXT) AS contact,
    CAST(json_extract(one.value, '$[2]') AS TEXT) AS digest, CAST(NULL AS TEXT) AS outcome,
    CAST(coalesce(known.attempts, 0) AS INTEGER) AS attempts, place.intended_at AS intended_at,
    CAST(NULL AS REAL) AS settled_at, CAST(NULL AS TEXT) AS request_id,
    json_extract(one.value, '$[3]') AS intent, NULL AS error
FROM record AS place JOIN json_each(place.intent) AS one
LEFT JOIN record AS known ON known.number = {_NUMBER}
WHERE place.number < 0 AND (known.number IS NULL OR known.run < place.run)
"""
"""The rows that a place has and nothing was written of since, as `record` would have them.

Of the same types, too: else SQLite sorts all rows for each page of the view that has both.
"""

WRITE_APART: Final = f"""
INSERT OR REPLACE INTO record ({_ALL}) SELECT {_ALL} FROM on_their_way
"""
EMPTY_PLACES: Final = "DELETE FROM record WHERE number < 0"
"""What was on its way when a run ended is written like all other rows, and its places are empty."""
_SHOWN: Final = (
    f"{_PLAIN}, 1 AS job, (SELECT verb FROM jobs) AS action, "
    f"{_parts('intent', _INTENT)}, {_parts('error', _ERROR)}"
)

_SENT: Final = """
intended_at IS NOT NULL AND (merged_into IS NULL OR outcome <> 'skipped')
    AND (outcome IS NULL OR attempts > 0 OR outcome NOT IN ('skipped', 'failed'))
"""
# Not sent: refused before, merged into another and never sent again by itself, or put down and
# then held back by an abort.

SINGLE_REQUESTS: Final = f"""
SELECT number AS first_row, 1 AS rows, chunk, run, attempts, request_id,
    intended_at AS begun_at, settled_at AS ended_at,
    coalesce(outcome = 'failed', 0) AS failed, coalesce(outcome = 'unknown', 0) AS unknown
FROM rows WHERE chunk IS NULL AND {_SENT}
"""
CHUNK_REQUESTS: Final = f"""
SELECT min(number) AS first_row, count(*) AS rows, chunk, max(run) AS run,
    max(attempts) AS attempts,
    CASE WHEN min(request_id) = max(request_id) THEN min(request_id) END AS request_id,
    min(intended_at) AS begun_at,
    CASE WHEN count(outcome) = count(*) THEN max(settled_at) END AS ended_at,
    count(*) FILTER (WHERE outcome = 'failed') AS failed,
    count(*) FILTER (WHERE outcome = 'unknown') AS unknown
FROM rows WHERE chunk IS NOT NULL AND {_SENT} GROUP BY chunk
"""
# A row may quote the id of a look-up that was about it alone: then no id is all the chunk's.

VIEWS: Final = f"""
CREATE VIEW on_their_way AS {ON_THEIR_WAY};
CREATE VIEW rows AS
SELECT {_SHOWN} FROM record
WHERE number >= 0 AND number NOT IN (SELECT number FROM on_their_way)
UNION ALL SELECT {_SHOWN} FROM on_their_way;
CREATE VIEW requests AS {SINGLE_REQUESTS} UNION ALL {CHUNK_REQUESTS};
"""
"""The rows as users see them, where no outcome means "on its way"; and what carried them."""


_NEVER_NULL: Final = ("number", "run", "contact", "digest", "attempts")
_PARAMETERS: Final = ("?" if name in _NEVER_NULL else "nullif(?, '')" for name in COLUMNS)
_VALUES: Final = f"({', '.join(_PARAMETERS)})"


@functools.lru_cache(maxsize=256)
def put(rows: int) -> str:
    """Return the statement that puts down so many rows; it takes all columns, "" for null."""
    values = ", ".join([_VALUES] * rows)
    return f"INSERT OR REPLACE INTO record ({_ALL}) VALUES {values}"


MOST_AT_ONCE: Final = 64
"""How many rows a statement takes at most: to parse one takes ten times as long as to run it."""

MOST_OF_MANY: Final = 512
"""The same where there are so many that it is worth its parsing: SQLite takes 32,766 parameters."""

_STEP: Final = 8


def rounded(rows: int) -> int:
    """Return how many rows a statement takes that is for so many, or a few more.

    So there are few statements, each of which is parsed once.
    """
    return rows if rows <= _STEP else -(-rows // _STEP) * _STEP


READ_ROWS: Final = f"SELECT {_ALL} FROM record WHERE number IN (SELECT value FROM json_each(?))"

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

READ_PAGE: Final = f"""
SELECT
    one.number, one.digest, one.contact, one.outcome, one.error_class, one.error,
    one.attempts, one.chunk, one.merged_into IS NOT NULL, into_row.outcome,
    overtaken.number IS NOT NULL,
    one.idempotency_key, one.key_digest, one.key_first_used_at
FROM (SELECT {_SHOWN} FROM record WHERE number >= ? AND number < ?) AS one
LEFT JOIN record AS into_row ON into_row.number = one.merged_into
LEFT JOIN overtaken ON overtaken.number = coalesce(one.merged_into, one.number)
"""
READ_OUTCOMES: Final = """
SELECT number, contact, outcome, error_class, error, attempts FROM rows
WHERE outcome = ? AND number > ? ORDER BY number LIMIT ?
"""
