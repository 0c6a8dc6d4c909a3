"""The present month's bill against the one before it, product by product.

Owns which products are told. A month that is closed is read back, not summed; why a bill changed is
told by `invoice diff`, which looks at every license of both months.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.adjustments import OfferKey
from jpcli.domain.calculator import totals
from jpcli.domain.errors import Failed
from jpcli.domain.money import money_json
from jpcli.domain.periods import month_label, parse_month, previous_month
from jpcli.ledger.queries import invoice_lines, invoices
from jpcli.services.billing.compute import Question, compute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.status import LastMonth, ProductMonths
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


def last_month(desk: Desk, computed: Computed) -> LastMonth | None:
    """What the month before an open one came to; None where it has no line, or days without a
    price, which are no reason to say nothing of the present one."""
    label = month_label(*previous_month(*parse_month(computed.period.label)))
    invoice = invoices.of_period(desk.ledger, label)
    if invoice is not None:
        before: Sequence[Line] = invoice_lines.lines_of(desk.ledger, invoice.id)
    else:
        try:
            before = compute(desk, Question(month=label)).lines
        except Failed:
            return None
    if not before:
        return None
    currency = desk.ledger.currency
    total_minor = totals(before)[1]
    return {
        "period": label,
        "invoice": None if invoice is None else invoice.number,
        "total": money_json(total_minor, currency),
        "difference": money_json(totals(computed.lines)[1] - total_minor, currency),
        "products": _products(before, computed.lines, currency),
    }


def _products(before: Sequence[Line], after: Sequence[Line], currency: str) -> list[ProductMonths]:
    """Those whose amounts differ, the largest difference first."""
    keys = sorted({_key(line) for line in (*before, *after)})
    found = [
        _product(
            [line for line in before if _key(line) == key],
            [line for line in after if _key(line) == key],
            currency,
        )
        for key in keys
    ]
    found = [product for product in found if product["difference"]["amount_minor"]]
    return sorted(found, key=lambda product: -abs(product["difference"]["amount_minor"]))


def _product(before: list[Line], after: list[Line], currency: str) -> ProductMonths:
    line = (*after, *before)[0]
    amount_minor, last_minor = totals(after)[1], totals(before)[1]
    return {
        "product": line.product or None,
        "name": line.name if line.product else "Credit",
        "bundle_size": line.bundle_size if line.bundle_size > 1 else None,
        "days": _billed_days(after),
        "last_days": _billed_days(before),
        "amount": money_json(amount_minor, currency),
        "last_amount": money_json(last_minor, currency),
        "difference": money_json(amount_minor - last_minor, currency),
    }


def _billed_days(lines: list[Line]) -> int:
    return sum(line.days for line in lines if line.kind in ("license", "bundle"))


def _key(line: Line) -> OfferKey:
    return OfferKey(line.product, line.bundle_size)
