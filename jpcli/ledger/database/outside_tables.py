"""The tables of calls to the outside, as SQL: a part of `schema`, which says what holds for all."""

from __future__ import annotations

TABLES_OF_CALLS = """
CREATE TABLE outbox (
  name TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  idempotency_key TEXT NOT NULL UNIQUE,
  request_hash TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('wished', 'done', 'failed')),
  stumbled INTEGER NOT NULL CHECK (stumbled IN (0, 1)),
  wished_at INTEGER NOT NULL,
  finished_at INTEGER,
  result TEXT
) STRICT;

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL,
  card TEXT NOT NULL,
  card_name TEXT NOT NULL,
  at INTEGER NOT NULL,
  day INTEGER NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('paid', 'declined', 'pending')),
  code TEXT,
  advice TEXT,
  charge TEXT
) STRICT;
CREATE INDEX attempts_by_invoice ON attempts (number);

CREATE TABLE runs (
  request_hash TEXT NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),
  process TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
  PRIMARY KEY (request_hash, number)
) STRICT;

CREATE TABLE wishes (
  id INTEGER PRIMARY KEY,
  action TEXT NOT NULL CHECK (action IN ('issue', 'assign', 'unassign', 'transfer', 'revoke')),
  product TEXT NOT NULL,
  license_key TEXT,
  site TEXT,
  site_before TEXT,
  request_hash TEXT,
  number INTEGER,
  position INTEGER,
  process TEXT NOT NULL,
  wished_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'unknown', 'done', 'failed')),
  request_id TEXT
) STRICT;
CREATE INDEX wishes_that_wait ON wishes (id) WHERE state IN ('open', 'unknown');
CREATE INDEX wishes_by_run ON wishes (request_hash, number, position);

CREATE TABLE connections (
  url TEXT PRIMARY KEY,
  blog_id INTEGER NOT NULL,
  code TEXT
) STRICT
"""
