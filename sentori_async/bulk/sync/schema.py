"""The tables of a state file, and what is asked of them."""

from __future__ import annotations

from typing import Final

from sentori_async.bulk.journal.header import Kind

STATE: Final = Kind("state file", 0x534E5453, 1)
"""What a state file says of itself: "SNTS", version 1."""

BATCH: Final = 1024
"""How many rows are compared at a stroke: as many as take a millisecond or two to digest."""

TABLES: Final = """
CREATE TABLE syncs (
    id INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    base_url TEXT NOT NULL,
    key_column TEXT NOT NULL,
    list TEXT,
    created_at REAL NOT NULL
);
CREATE TABLE contacts (
    key TEXT PRIMARY KEY,
    digest TEXT,
    number INTEGER NOT NULL,
    contact TEXT,
    doubtful INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX contacts_contact ON contacts (contact) WHERE contact IS NOT NULL;
"""
"""What is synced; and its contacts, where

- the digest is that of the row that was last sent with success, and null where none was,
- numbers are small and tell contacts apart in a bit map,
- the contact is the platform's key of it, where that is not the key itself,
- doubtful is 1 from before a request until its outcome is known.
"""

SPOOL: Final = """
CREATE TEMP TABLE spool (
    place INTEGER PRIMARY KEY,
    key TEXT UNIQUE,
    digest TEXT,
    contact TEXT,
    old_contact TEXT,
    before INTEGER NOT NULL,
    row BLOB NOT NULL
)
"""
"""What is to be sent, by its place in the input; SQLite unlinks temporary files at once."""

NUMBER_ANEW: Final = (
    "CREATE TEMP TABLE dense (key TEXT PRIMARY KEY, number INTEGER NOT NULL)",
    "INSERT INTO dense SELECT key, row_number() OVER (ORDER BY number) - 1 FROM contacts",
    "UPDATE contacts SET number = (SELECT number FROM dense WHERE dense.key = contacts.key)",
    "DROP TABLE dense",
)

# One row of results for many look-ups: each further one waits for the interpreter's lock.
FIND_SAME: Final = f"""
WITH given (n, key, digest) AS (VALUES {", ".join(f"({n}, ?, ?)" for n in range(BATCH))})
SELECT group_concat(given.n), group_concat(contacts.number)
FROM given CROSS JOIN contacts ON contacts.key = given.key
WHERE contacts.digest = given.digest AND NOT contacts.doubtful
"""  # noqa: S608 - the numbers are ours

FIND: Final = "SELECT number, digest, contact, doubtful FROM contacts WHERE key = ?"
PUT_BY: Final = "INSERT OR REPLACE INTO spool VALUES (?, ?, ?, ?, ?, ?, ?)"
DROP_FROM_SPOOL: Final = "DELETE FROM spool WHERE key = ?"
READ_SPOOL: Final = """
SELECT place, key, digest, contact, old_contact, before, row FROM spool
WHERE place > ? ORDER BY place LIMIT ?
"""
COUNT_SPOOL: Final = "SELECT before, count(*) FROM spool GROUP BY before"

DOUBT: Final = """
INSERT INTO contacts (key, number, contact, doubtful) VALUES (?, ?, ?, 1)
ON CONFLICT (key) DO UPDATE SET doubtful = 1
"""
CONFIRM: Final = "UPDATE contacts SET digest = ?, contact = ?, doubtful = 0 WHERE key = ?"
DOUBT_KNOWN: Final = "UPDATE contacts SET doubtful = 1 WHERE key = ?"
CLEAR: Final = "UPDATE contacts SET doubtful = 0 WHERE key = ?"
DROP: Final = "DELETE FROM contacts WHERE key = ?"

SCAN: Final = """
SELECT key, number, contact, doubtful FROM contacts WHERE key > ? ORDER BY key LIMIT ?
"""
NUMBERS_OF: Final = "SELECT number FROM contacts WHERE contact = ? AND key <> ?"
