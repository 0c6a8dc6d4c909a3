"""The tables of a ledger, as SQL; `tables` makes, remakes and compares them. All tables are STRICT;
instants are integers (microseconds since the Unix epoch, UTC), days are billing-day numbers (D4),
prices are integers in 10^-12 of a minor unit (M1). `spans` is clustered by its key, so that the
month's sum reads one contiguous stretch an offer: `last_day` comes first because everything that
ended before the period must never be touched, however long the history.
"""

from __future__ import annotations

from jpcli.ledger.database.frozen import TRIGGERS
from jpcli.ledger.database.outside_tables import TABLES_OF_CALLS

# "jpcl" in ASCII: tells a ledger from any other SQLite file.
APPLICATION_ID = 0x6A70636C
# A ledger of an older version keeps its events; its state tables are made anew from them
# (`migration`), so a version may change any of those below as it likes.
SCHEMA_VERSION = 4

EVENT_TABLES = ("events", "chain")
# Every table that replaying the events must reproduce, with the order that makes rows comparable.
STATE_TABLES = {
    "meta": "key",
    "products": "id",
    "offers": "id",
    "prices": "offer_id, from_day",
    "clients": "id",
    "sites": "id",
    "site_clients": "site_id, first_day",
    "former_names": "kind, name, id",
    "licenses": "id",
    "assignments": "license_id, position",
    "spans": "offer_id, child, last_day, first_day, license_id",
    "cards": "id",
    "answers": "idempotency_key",
    "invoices": "id",
    "invoice_lines": "invoice_id, position",
    "invoice_holders": "invoice_id, holder",
    "invoice_shares": "invoice_id, position, holder",
    "marks": "id",
    "outbox": "name",
    "attempts": "id",
    "runs": "request_hash, number",
    "wishes": "id",
    "connections": "url",
}

_TABLES = """
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT,
  data TEXT NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_subject ON events (subject);

CREATE TABLE chain (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  latest_at INTEGER NOT NULL
) STRICT;

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  product TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  family TEXT NOT NULL,
  hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1))
) STRICT;

CREATE TABLE offers (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (id),
  bundle_size INTEGER NOT NULL CHECK (bundle_size >= 1),
  name TEXT NOT NULL,
  UNIQUE (product_id, bundle_size)
) STRICT;

CREATE TABLE prices (
  offer_id INTEGER NOT NULL REFERENCES offers (id),
  from_day INTEGER NOT NULL,
  day_price_e12 INTEGER NOT NULL CHECK (day_price_e12 >= 0),
  PRIMARY KEY (offer_id, from_day)
) STRICT;

CREATE TABLE clients (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
  into_id INTEGER REFERENCES clients (id) DEFERRABLE INITIALLY DEFERRED,
  address TEXT,
  email TEXT,
  tax_id TEXT,
  markup TEXT
) STRICT;

CREATE TABLE sites (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  client_id INTEGER REFERENCES clients (id),
  archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
  into_id INTEGER REFERENCES sites (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE former_names (
  kind TEXT NOT NULL CHECK (kind IN ('client', 'site')),
  name TEXT NOT NULL,
  id INTEGER NOT NULL,
  until_seq INTEGER NOT NULL,
  PRIMARY KEY (kind, name, id)
) STRICT;

CREATE TABLE site_clients (
  site_id INTEGER NOT NULL REFERENCES sites (id),
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL CHECK (last_day >= first_day),
  from_at INTEGER NOT NULL,
  client_id INTEGER REFERENCES clients (id),
  PRIMARY KEY (site_id, first_day)
) STRICT;

CREATE TABLE licenses (
  id INTEGER PRIMARY KEY,
  license_key TEXT NOT NULL UNIQUE,
  offer_id INTEGER NOT NULL REFERENCES offers (id),
  child INTEGER NOT NULL CHECK (child IN (0, 1)),
  parent_id INTEGER REFERENCES licenses (id),
  site_id INTEGER REFERENCES sites (id),
  issued_at INTEGER NOT NULL,
  assigned_at INTEGER,
  revoked_at INTEGER CHECK (revoked_at >= issued_at),
  last_at INTEGER NOT NULL,
  CHECK (child = (parent_id IS NOT NULL))
) STRICT;
CREATE INDEX licenses_by_parent ON licenses (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX licenses_by_site ON licenses (site_id) WHERE site_id IS NOT NULL;

CREATE TABLE assignments (
  license_id INTEGER NOT NULL REFERENCES licenses (id),
  position INTEGER NOT NULL,
  site_id INTEGER NOT NULL REFERENCES sites (id),
  from_at INTEGER NOT NULL,
  to_at INTEGER CHECK (to_at >= from_at),
  PRIMARY KEY (license_id, position)
) STRICT;

CREATE TABLE spans (
  offer_id INTEGER NOT NULL REFERENCES offers (id),
  child INTEGER NOT NULL CHECK (child IN (0, 1)),
  last_day INTEGER NOT NULL,
  first_day INTEGER NOT NULL CHECK (first_day <= last_day),
  license_id INTEGER NOT NULL REFERENCES licenses (id),
  site_id INTEGER REFERENCES sites (id),
  ends INTEGER NOT NULL CHECK (ends IN (0, 1)),
  PRIMARY KEY (offer_id, child, last_day, first_day, license_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX spans_by_license ON spans (license_id);

CREATE TABLE cards (
  id TEXT PRIMARY KEY,
  position INTEGER NOT NULL,
  brand TEXT NOT NULL,
  last4 TEXT NOT NULL CHECK (length(last4) = 4),
  exp_month INTEGER NOT NULL CHECK (exp_month BETWEEN 1 AND 12),
  exp_year INTEGER NOT NULL,
  is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
  added_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX one_primary_card ON cards (is_primary) WHERE is_primary = 1;

CREATE TABLE answers (
  idempotency_key TEXT PRIMARY KEY,
  request_hash TEXT NOT NULL,
  answer TEXT NOT NULL
) STRICT;

CREATE TABLE invoices (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  period TEXT NOT NULL,
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('draft', 'open', 'paid', 'void', 'uncollectible')),
  due_day INTEGER NOT NULL,
  closed_at INTEGER NOT NULL,
  paid_at INTEGER,
  reference TEXT,
  total_minor INTEGER NOT NULL CHECK (total_minor >= 0),
  amount_paid_minor INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  gateway_id TEXT,
  page_url TEXT,
  pdf_url TEXT,
  gateway_number TEXT,
  refunded_minor INTEGER NOT NULL DEFAULT 0,
  disputed_minor INTEGER NOT NULL DEFAULT 0,
  credited_minor INTEGER NOT NULL DEFAULT 0,
  voided_seq INTEGER CHECK ((voided_seq IS NOT NULL) = (status = 'void'))
) STRICT;
CREATE UNIQUE INDEX one_invoice_a_period ON invoices (period) WHERE status <> 'void';

CREATE TABLE invoice_lines (
  invoice_id INTEGER NOT NULL REFERENCES invoices (id) DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('license', 'bundle', 'adjustment', 'credit')),
  product TEXT NOT NULL,
  name TEXT NOT NULL,
  bundle_size INTEGER NOT NULL,
  day_price_e12 INTEGER NOT NULL,
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL,
  licenses INTEGER NOT NULL,
  assigned INTEGER NOT NULL,
  unassigned INTEGER NOT NULL,
  days INTEGER NOT NULL,
  license_days INTEGER NOT NULL,
  amount_minor INTEGER NOT NULL,
  period TEXT,
  PRIMARY KEY (invoice_id, position)
) STRICT;
CREATE INDEX adjustments_by_period ON invoice_lines (period) WHERE period IS NOT NULL;

CREATE TABLE invoice_holders (
  invoice_id INTEGER NOT NULL REFERENCES invoices (id) DEFERRABLE INITIALLY DEFERRED,
  holder INTEGER NOT NULL,
  client_id INTEGER REFERENCES clients (id),
  site_id INTEGER REFERENCES sites (id),
  client TEXT,
  site TEXT,
  PRIMARY KEY (invoice_id, holder)
) STRICT, WITHOUT ROWID;

CREATE TABLE invoice_shares (
  invoice_id INTEGER NOT NULL REFERENCES invoices (id) DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL,
  holder INTEGER NOT NULL,
  license_days INTEGER NOT NULL,
  amount_minor INTEGER NOT NULL,
  PRIMARY KEY (invoice_id, position, holder)
) STRICT, WITHOUT ROWID;

CREATE TABLE marks (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  unsettled_day INTEGER NOT NULL,
  first_active_day INTEGER NOT NULL
) STRICT
"""


def statements() -> list[str]:
    """Every statement that makes an empty database the newest schema, in order."""
    texts = f"{_TABLES};\n{TABLES_OF_CALLS}".split(";\n")
    tables = [text.strip() for text in texts if text.strip()]
    triggers = [text.strip() for text in TRIGGERS.split("END;\n")]
    return tables + [t if t.endswith("END") else t + " END" for t in triggers]
