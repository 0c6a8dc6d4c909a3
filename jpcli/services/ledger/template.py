"""The beginning of a license history: its columns, and a license as an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note

if TYPE_CHECKING:
    from jpcli.domain.contract.ledger import FlatHistoryObject, HistoryTemplateAnswer

# Ended long ago: whoever leaves it in the file is not billed for it (I7).
_EXAMPLE: FlatHistoryObject = {
    "license_key": "jetpack-scan_EXAMPLE",
    "product": "jetpack-scan",
    "issued_at": "2024-01-15T09:00:00Z",
    "revoked_at": "2024-01-31T17:30:00Z",
    "site": "https://client.example",
    "client": "Client",
    "assigned_at": "2024-01-16T08:00:00Z",
    "bundle_key": None,
    "bundle_size": None,
}


def history_template() -> Answer[HistoryTemplateAnswer]:
    """One license in the flat columns of a history."""
    note = Note(
        "fill_in",
        "Put your licenses in the place of the example; only its first three columns are needed",
        hint="Then:   jpcli ledger import FILE",
    )
    return Answer({"licenses": [_EXAMPLE]}, (note,))
