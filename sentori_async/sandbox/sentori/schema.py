"""The tables of a sandboxed Sentori; the sandbox's other platforms have tables of their own."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS sentori_serial (value INTEGER NOT NULL);
INSERT INTO sentori_serial SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM sentori_serial);

CREATE TABLE IF NOT EXISTS sentori_accounts (
    account INTEGER PRIMARY KEY,
    api_key TEXT NOT NULL UNIQUE,
    external_id TEXT NOT NULL,
    state TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS sentori_fields (
    field INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    UNIQUE (account, name)
);

-- Addresses, not contacts: an entry may have no contact, and outlives the one it has.
CREATE TABLE IF NOT EXISTS sentori_suppressed (
    entry INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    UNIQUE (account, address_key)
);

-- AUTOINCREMENT: the SystemID of a deleted contact is never given to another one.
CREATE TABLE IF NOT EXISTS sentori_contacts (
    system_id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    bad INTEGER NOT NULL,
    fields TEXT NOT NULL,
    source TEXT NOT NULL,
    created TEXT NOT NULL,
    modified TEXT NOT NULL,
    UNIQUE (account, address_key)
);

-- The contacts that Sentori would mail.
CREATE VIEW IF NOT EXISTS sentori_emailable AS
SELECT c.* FROM sentori_contacts c
WHERE NOT c.bad AND NOT EXISTS (
    SELECT 1 FROM sentori_suppressed s
    WHERE s.account = c.account AND s.address_key = c.address_key
);

CREATE TABLE IF NOT EXISTS sentori_mailing_lists (
    list INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    UNIQUE (account, external_id)
);

CREATE TABLE IF NOT EXISTS sentori_subscriptions (
    list INTEGER NOT NULL REFERENCES sentori_mailing_lists ON DELETE CASCADE,
    system_id INTEGER NOT NULL REFERENCES sentori_contacts ON DELETE CASCADE,
    PRIMARY KEY (list, system_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sentori_subscriptions_of ON sentori_subscriptions (system_id);

CREATE TABLE IF NOT EXISTS sentori_upload_groups (
    upload_group INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    UNIQUE (account, external_id)
);

CREATE TABLE IF NOT EXISTS sentori_group_members (
    upload_group INTEGER NOT NULL REFERENCES sentori_upload_groups ON DELETE CASCADE,
    system_id INTEGER NOT NULL REFERENCES sentori_contacts ON DELETE CASCADE,
    PRIMARY KEY (upload_group, system_id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sentori_groups_of ON sentori_group_members (system_id);

CREATE TABLE IF NOT EXISTS sentori_audiences (
    audience INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    field TEXT,
    value TEXT,
    upload_group TEXT,
    UNIQUE (account, external_id)
);

CREATE TABLE IF NOT EXISTS sentori_documents (
    document INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    stage TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    created TEXT NOT NULL,
    created_by TEXT NOT NULL,
    modified TEXT NOT NULL,
    modified_by TEXT NOT NULL,
    UNIQUE (account, external_id)
);

CREATE TABLE IF NOT EXISTS sentori_attachments (
    document INTEGER NOT NULL REFERENCES sentori_documents ON DELETE CASCADE,
    upload_group INTEGER NOT NULL REFERENCES sentori_upload_groups ON DELETE CASCADE,
    PRIMARY KEY (document, upload_group)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sentori_kpis (
    document INTEGER NOT NULL REFERENCES sentori_documents ON DELETE CASCADE,
    iteration INTEGER NOT NULL,
    counters TEXT NOT NULL,
    PRIMARY KEY (document, iteration)
) WITHOUT ROWID;

-- Addresses as text: reports outlive the contacts they are about.
CREATE TABLE IF NOT EXISTS sentori_report_entries (
    entry INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES sentori_documents ON DELETE CASCADE,
    iteration INTEGER NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    happened TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS sentori_report_entries_of
    ON sentori_report_entries (document, kind, iteration);

CREATE TABLE IF NOT EXISTS sentori_automations (
    automation INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (account, external_id)
);

CREATE TABLE IF NOT EXISTS sentori_automation_entries (
    entry INTEGER PRIMARY KEY,
    automation INTEGER NOT NULL REFERENCES sentori_automations ON DELETE CASCADE,
    address TEXT NOT NULL,
    data TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS sentori_webhooks (
    webhook INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    body TEXT NOT NULL
);
"""
