"""The tables of a sandboxed Sent; the sandbox's other platforms have tables of their own."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS sent_serial (value INTEGER NOT NULL);
INSERT INTO sent_serial SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM sent_serial);

-- A profile is an account with a parent; it may have a key of its own.
CREATE TABLE IF NOT EXISTS sent_accounts (
    account INTEGER PRIMARY KEY,
    api_key TEXT UNIQUE,
    customer_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    parent INTEGER REFERENCES sent_accounts,
    name TEXT NOT NULL,
    created TEXT NOT NULL,
    blocked TEXT,
    funded INTEGER NOT NULL DEFAULT 1,
    channels TEXT NOT NULL DEFAULT 'sms,whatsapp'
);

CREATE TABLE IF NOT EXISTS sent_contacts (
    contact INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    phone_number TEXT NOT NULL,
    available_channels TEXT NOT NULL,
    default_channel TEXT NOT NULL,
    opt_out INTEGER NOT NULL,
    inherited INTEGER NOT NULL,
    created TEXT NOT NULL,
    updated TEXT,
    UNIQUE (account, phone_number)
);

CREATE TABLE IF NOT EXISTS sent_replays (
    account INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    kept REAL NOT NULL,
    request_id TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (account, idempotency_key)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sent_templates (
    template INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    language TEXT NOT NULL,
    status TEXT NOT NULL,
    definition TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT
);

-- A number as text: messages outlive the contacts they went to.
CREATE TABLE IF NOT EXISTS sent_messages (
    message INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    contact_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    channel TEXT NOT NULL,
    direction TEXT NOT NULL,
    template_id TEXT,
    body TEXT NOT NULL,
    created TEXT NOT NULL,
    started TEXT NOT NULL,
    scheduled TEXT,
    cancelled TEXT,
    outcome TEXT NOT NULL,
    reason_code TEXT
);
CREATE INDEX IF NOT EXISTS sent_messages_of ON sent_messages (contact_id);

CREATE TABLE IF NOT EXISTS sent_webhooks (
    webhook INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL,
    id TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    endpoint_url TEXT NOT NULL,
    event_types TEXT NOT NULL,
    event_filters TEXT NOT NULL,
    retry_count INTEGER NOT NULL,
    timeout_seconds INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    signing_secret TEXT NOT NULL,
    attempted TEXT,
    created TEXT NOT NULL,
    updated TEXT
);

CREATE TABLE IF NOT EXISTS sent_events (
    event INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook INTEGER NOT NULL REFERENCES sent_webhooks ON DELETE CASCADE,
    id TEXT NOT NULL UNIQUE,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL,
    headers TEXT NOT NULL,
    created TEXT NOT NULL
);
"""
