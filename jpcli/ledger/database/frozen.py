"""What no statement may change, as triggers: the events, and what was closed (I2)."""

from __future__ import annotations

TRIGGERS = """
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER closed_invoices_stay BEFORE DELETE ON invoices
BEGIN SELECT RAISE(ABORT, 'a closed invoice is never deleted'); END;
CREATE TRIGGER closed_invoices_are_frozen BEFORE UPDATE OF id, number, period, first_day, last_day,
  due_day, closed_at, total_minor, content_hash ON invoices
BEGIN SELECT RAISE(ABORT, 'a closed invoice is never changed'); END;
CREATE TRIGGER closed_lines_stay BEFORE DELETE ON invoice_lines
BEGIN SELECT RAISE(ABORT, 'the lines of a closed invoice are never deleted'); END;
CREATE TRIGGER closed_lines_are_frozen BEFORE UPDATE ON invoice_lines
BEGIN SELECT RAISE(ABORT, 'the lines of a closed invoice are never changed'); END;
CREATE TRIGGER closed_invoices_take_no_lines BEFORE INSERT ON invoice_lines
WHEN EXISTS (SELECT 1 FROM invoices WHERE id = NEW.invoice_id)
BEGIN SELECT RAISE(ABORT, 'a closed invoice takes no more lines'); END;
CREATE TRIGGER closed_holders_stay BEFORE DELETE ON invoice_holders
BEGIN SELECT RAISE(ABORT, 'whose a closed invoice is, is never deleted'); END;
CREATE TRIGGER closed_holders_are_frozen BEFORE UPDATE ON invoice_holders
BEGIN SELECT RAISE(ABORT, 'whose a closed invoice is, is never changed'); END;
CREATE TRIGGER closed_invoices_take_no_holders BEFORE INSERT ON invoice_holders
WHEN EXISTS (SELECT 1 FROM invoices WHERE id = NEW.invoice_id)
BEGIN SELECT RAISE(ABORT, 'a closed invoice takes no more holders'); END;
CREATE TRIGGER closed_shares_stay BEFORE DELETE ON invoice_shares
BEGIN SELECT RAISE(ABORT, 'the shares of a closed invoice are never deleted'); END;
CREATE TRIGGER closed_shares_are_frozen BEFORE UPDATE ON invoice_shares
BEGIN SELECT RAISE(ABORT, 'the shares of a closed invoice are never changed'); END;
CREATE TRIGGER closed_invoices_take_no_shares BEFORE INSERT ON invoice_shares
WHEN EXISTS (SELECT 1 FROM invoices WHERE id = NEW.invoice_id)
BEGIN SELECT RAISE(ABORT, 'a closed invoice takes no more shares'); END
"""
