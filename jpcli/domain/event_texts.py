"""Which texts of an event are new to the ledger, and are looked at before they are in it for ever.

Apart from `texts`, because only what writes knows the kinds of events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import agency_events, events, outside_events
from jpcli.domain.card_numbers import check_no_card_number, check_no_card_number_in_key
from jpcli.domain.texts import check_remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Whose subject is the key of a new license.
NEW_KEYS = frozenset({events.LICENSE_ISSUED, events.LICENSE_IMPORTED})
# Whose subject is the name of a thing that is there already, or was made here.
OLD_SUBJECT = frozenset(
    {
        events.SITE_MOVED,
        agency_events.CLIENT_EDITED,
        agency_events.CLIENT_ARCHIVED,
        agency_events.SITE_ARCHIVED,
        agency_events.PRODUCT_EDITED,
        agency_events.PRICE_REMOVED,
        events.LICENSE_ASSIGNED,
        events.LICENSE_TRANSFERRED,
        events.LICENSE_UNASSIGNED,
        events.LICENSE_REVOKED,
        events.CARD_MADE_PRIMARY,
        events.CARD_REMOVED,
        events.CARDS_SYNCED,
        events.INVOICE_LISTED,
        events.INVOICE_CLOSED,
        events.INVOICE_PAID,
        events.INVOICE_REOPENED,
        events.INVOICE_VOIDED,
        events.INVOICE_SYNCED,
        events.PAYMENT_ATTEMPTED,
        events.LEDGER_ZONE_SET,
        events.CHANGE_UNDONE,
        events.PAYMENTS_SET,
        outside_events.OUTBOX_WISHED,
        outside_events.OUTBOX_STUMBLED,
        outside_events.OUTBOX_DONE,
        outside_events.OUTBOX_FAILED,
        outside_events.RUN_BEGUN,
        outside_events.RUN_TAKEN_OVER,
        outside_events.RUN_FINISHED,
        outside_events.WISH_MADE,
        outside_events.WISH_UNKNOWN,
        outside_events.WISH_SETTLED,
    }
)
# Whose data has no text that a person or a file brings in: names of things that are there, what was
# worked out here, and what a gateway said, which can't be refused any more.
_NEW_DATA = {events.INVOICE_PAID, agency_events.CLIENT_EDITED, agency_events.PRODUCT_EDITED}
OLD_DATA = OLD_SUBJECT - _NEW_DATA | {
    agency_events.CLIENT_RENAMED,
    agency_events.SITE_RENAMED,
    events.LEDGER_CREATED,
    events.REQUEST_ANSWERED,
    events.REQUEST_LISTED,
    events.CLIENT_ADDED,
    events.SITE_ADDED,
    events.SITE_OWNERS_SET,
    events.LICENSE_ISSUED,
    events.LICENSE_IMPORTED,
}


def check_new_texts(kind: str, subject: str, data: Mapping[str, Any], reason: str | None) -> None:
    """Look at what an event brings into the ledger; raises as `check_remark`.

    What is there already stays usable, though an older jpcli let it in.
    """
    if reason is not None and kind != events.INVOICE_SYNCED:  # whose reason the gateway has kept
        check_remark(reason, "--reason")
    if kind in NEW_KEYS:
        check_no_card_number_in_key(subject)
    elif kind not in OLD_SUBJECT:
        check_no_card_number(subject)
    if kind not in OLD_DATA:
        for text in _texts(data):
            check_no_card_number(text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
