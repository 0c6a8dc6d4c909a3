"""Whether the tables of a ledger on a server are what they were made.

Owns that comparison: tables, columns, rules, indexes and triggers are ours to the letter.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING

from jpcli.domain.errors import Problem
from jpcli.ledger.database.server_link import translated
from jpcli.ledger.database.server_schema import TABLES, damaged

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from jpcli.domain.errors import Failed
    from jpcli.ledger.database.connection import Ledger, Look
    from jpcli.ledger.database.server_link import Link

# What a server says of a table and of a column that there is not.
_MISSED = ("42P01", "42703")
# (name, what it is) of all that makes the tables of ours what they are.
_INVENTORY = """
WITH place AS (SELECT relnamespace AS id FROM pg_class WHERE oid = to_regclass('events')),
ours AS (
  SELECT c.* FROM pg_class c JOIN place p ON p.id = c.relnamespace WHERE c.relname = ANY(:tables)
)
SELECT c.relname, concat('table ', c.relkind, c.relpersistence)
  || CASE WHEN c.relrowsecurity OR c.relhasrules OR c.relispartition THEN ' with rules' ELSE '' END
FROM ours c
UNION ALL SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)
  || COALESCE(' ' || l.collname, '') || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
  || COALESCE(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation l ON l.oid = a.attcollation
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
UNION ALL SELECT r.relname || '.' || k.conname || ' (rule)',
  replace(pg_get_constraintdef(k.oid), quote_ident(n.nspname) || '.', '')
FROM pg_constraint k JOIN pg_class r ON r.oid = k.conrelid
JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE k.contype NOT IN ('n', 't')
  AND (k.conrelid IN (SELECT oid FROM ours) OR k.confrelid IN (SELECT oid FROM ours))
UNION ALL SELECT c.relname || '.' || x.relname || ' (index)',
  replace(pg_get_indexdef(i.indexrelid), ' ON ' || quote_ident(n.nspname) || '.', ' ON ')
  || CASE WHEN i.indisvalid THEN '' ELSE ' (not valid)' END
FROM pg_index i JOIN ours c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
UNION ALL SELECT c.relname || '.' || t.tgname || ' (trigger)', concat(t.tgenabled, ' ',
  replace(pg_get_triggerdef(t.oid), quote_ident(n.nspname) || '.', ''))
FROM pg_trigger t JOIN ours c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal
UNION ALL SELECT p.proname || '()', p.prosrc FROM pg_proc p JOIN place ON place.id = p.pronamespace
WHERE p.proname IN ('jpcli_refuse', 'jpcli_refuse_if_closed')
"""
_OTHERS = """
SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f')
AND c.relname <> ALL(:tables) AND c.relnamespace =
(SELECT relnamespace FROM pg_class WHERE oid = to_regclass('events')) ORDER BY c.relname
"""


def looks(ledger: Ledger, foreign: list[str]) -> Iterator[Look]:
    """The schema as findings of a check; `foreign` gets the names of tables and views of others."""
    yield "schema", lambda: _schema_findings(ledger, foreign)


def inventory(ledger: Ledger) -> dict[str, str]:
    """All that makes the tables what they are, by name."""
    return dict(ledger.all(_INVENTORY, tables=list(TABLES)))


def damage_behind(error: psycopg.Error, link: Link) -> Failed | None:
    """The error for a ledger that is not what it was, where that is why something was missed."""
    if error.sqlstate not in _MISSED:
        return None
    rows = link.send([(translated(_INVENTORY)[0], {"tables": list(TABLES)})]).fetchall()
    return damaged(link.path) if _differences(dict(rows)) else None


def _schema_findings(ledger: Ledger, foreign: list[str]) -> list[Problem]:
    foreign += [name for (name,) in ledger.all(_OTHERS, tables=list(TABLES))]
    return _differences(inventory(ledger))


def _differences(found: dict[str, str]) -> list[Problem]:
    text = (resources.files("jpcli") / "data" / "server_schema.json").read_text("utf-8")
    expected: dict[str, str] = json.loads(text)
    problems = []
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            what = "is missing"
        elif name not in expected:
            what = "does not belong here"
        elif found[name] != expected[name]:
            what = "was changed"
        else:
            continue
        problems.append(Problem("schema_changed", name, f"{name} {what}"))
    return problems
