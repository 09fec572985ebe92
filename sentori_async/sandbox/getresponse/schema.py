"""The tables of a sandboxed GetResponse."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS getresponse_serial (value INTEGER NOT NULL);
INSERT INTO getresponse_serial SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM getresponse_serial);

-- code: what every request with the key is answered with, or null where it opens an account.
CREATE TABLE IF NOT EXISTS getresponse_accounts (
    account INTEGER PRIMARY KEY,
    api_key TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL,
    code INTEGER
);

CREATE TABLE IF NOT EXISTS getresponse_tokens (
    token TEXT PRIMARY KEY,
    account INTEGER NOT NULL,
    expires TEXT
) WITHOUT ROWID;

-- Campaigns, tags, custom fields, suppressions, segments and imports: few of each, kept as JSON.
CREATE TABLE IF NOT EXISTS getresponse_things (
    thing INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    name_key TEXT,
    body TEXT NOT NULL,
    UNIQUE (account, kind, id),
    UNIQUE (account, kind, name_key)
);

-- campaign: '' is the blocklist of the account.
CREATE TABLE IF NOT EXISTS getresponse_masks (
    entry INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    campaign TEXT NOT NULL,
    mask TEXT NOT NULL,
    mask_key TEXT NOT NULL,
    UNIQUE (account, campaign, mask_key)
);

-- status: subscribed, unconfirmed, undelivered or removed.
-- AUTOINCREMENT: the number orders contacts, and is not given again.
CREATE TABLE IF NOT EXISTS getresponse_contacts (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    contact_id TEXT NOT NULL,
    campaign TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    name TEXT,
    origin TEXT NOT NULL,
    status TEXT NOT NULL,
    created TEXT NOT NULL,
    changed TEXT,
    reason TEXT,
    deleted TEXT,
    body TEXT NOT NULL,
    UNIQUE (account, contact_id)
);
CREATE UNIQUE INDEX IF NOT EXISTS getresponse_contacts_of_campaign
    ON getresponse_contacts (account, campaign, email_key) WHERE status != 'removed';
CREATE INDEX IF NOT EXISTS getresponse_contacts_by_address
    ON getresponse_contacts (account, email_key);

-- What was accepted and has not taken effect: applied in the order of `due`, then of `entry`.
CREATE TABLE IF NOT EXISTS getresponse_queue (
    entry INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    due TEXT NOT NULL,
    kind TEXT NOT NULL,
    campaign TEXT NOT NULL,
    email_key TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS getresponse_queue_of ON getresponse_queue (account, due);
CREATE INDEX IF NOT EXISTS getresponse_queued_address
    ON getresponse_queue (account, campaign, email_key);
"""
