"""The beginning of a price list in any currency: what is sold, without what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.currency import check_currency
from jpcli.domain.words import quoted
from jpcli.services.files.read import read_rows
from jpcli.services.products.price_list import PRICE_COLUMNS, PRICE_REQUIRED, shipped_list

if TYPE_CHECKING:
    from jpcli.domain.contract.products import PriceRow, PriceTemplateAnswer


def price_template(currency: str | None = None) -> Answer[PriceTemplateAnswer]:
    """The rows of the shipped list with empty amounts. Without a currency they are in whichever
    the ledger has. Raises BadInput for what is no currency."""
    code = None if currency is None else check_currency(currency)
    with shipped_list() as path:
        rows = read_rows(path, known=PRICE_COLUMNS, required=PRICE_REQUIRED, problems=[])
        listed: list[PriceRow] = [
            {
                "product": row.values["product"],
                "name": row.values["name"],
                "family": row.values["family"],
                "amount": None,
                "price_interval": "day",
                "currency": code,
                "from": None,
                "bundle_size": int(row.values["bundle_size"]),
            }
            for row in rows
        ]
    begin = "jpcli init" if code is None else f"jpcli init --currency {quoted(code)}"
    note = Note(
        "fill_in",
        "Fill in each amount, and delete the rows of what you don't sell",
        hint=f"Then:   {begin} --prices FILE    or:   jpcli products import FILE",
    )
    return Answer({"products": listed}, (note,))
