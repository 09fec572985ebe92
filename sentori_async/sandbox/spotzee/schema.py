"""The tables of a sandboxed Spotzee; the sandbox's other platforms have tables of their own."""

from __future__ import annotations

from typing import Final

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS spotzee_projects (project INTEGER PRIMARY KEY);

CREATE TABLE IF NOT EXISTS spotzee_keys (
    api_key TEXT PRIMARY KEY,
    project INTEGER NOT NULL,
    role TEXT NOT NULL,
    revoked INTEGER NOT NULL
);

-- AUTOINCREMENT: the id of a deleted user is never given to another one.
CREATE TABLE IF NOT EXISTS spotzee_users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL,
    external_id TEXT,
    anonymous_id TEXT,
    email TEXT,
    phone TEXT,
    timezone TEXT,
    locale TEXT,
    data TEXT NOT NULL,
    archived INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (project, external_id),
    UNIQUE (project, anonymous_id)
);

-- Upserts and deletes that were accepted and have not taken effect.
CREATE TABLE IF NOT EXISTS spotzee_jobs (
    job INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL,
    due TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS spotzee_jobs_due ON spotzee_jobs (project, due);

CREATE TABLE IF NOT EXISTS spotzee_sessions (
    token TEXT PRIMARY KEY,
    project INTEGER NOT NULL,
    user INTEGER NOT NULL REFERENCES spotzee_users ON DELETE CASCADE,
    expires_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS spotzee_sessions_user ON spotzee_sessions (user);

CREATE TABLE IF NOT EXISTS spotzee_subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL,
    name TEXT NOT NULL,
    channel TEXT NOT NULL,
    is_public INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS spotzee_states (
    user INTEGER NOT NULL REFERENCES spotzee_users ON DELETE CASCADE,
    subscription INTEGER NOT NULL REFERENCES spotzee_subscriptions ON DELETE CASCADE,
    state INTEGER NOT NULL,
    PRIMARY KEY (user, subscription)
);

CREATE TABLE IF NOT EXISTS spotzee_lists (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    rule TEXT,
    version INTEGER NOT NULL,
    users_count INTEGER,
    tags TEXT,
    is_visible INTEGER NOT NULL,
    archived INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS spotzee_events (
    event INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL,
    body TEXT NOT NULL
);

-- The first answers to requests with an idempotency key.
CREATE TABLE IF NOT EXISTS spotzee_answers (
    api_key TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    stored_at TEXT NOT NULL,
    PRIMARY KEY (api_key, idempotency_key)
);
"""
