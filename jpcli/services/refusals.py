"""When a change is refused, whatever it is about: the rules R1 and R2, and unknown names.

Owns the questions that several use cases ask before they record anything. Nothing here writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.cards import check_can_issue
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.moments import local_text_and_zone
from jpcli.domain.money import display_amount
from jpcli.domain.words import and_more, quoted
from jpcli.ledger.queries import products
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.invoices import past_due
from jpcli.ledger.queries.wishes import at_jetpack
from jpcli.services.meant import known_product, unknown_product
from jpcli.services.pending import check_nothing_unknown
from jpcli.services.put_away import check_offered

if TYPE_CHECKING:
    from collections.abc import Collection

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.services.desk import Desk


def check_may_issue(desk: Desk) -> None:
    """R1, R2: without a primary card, or with a past-due invoice, nothing is issued; nor while it
    is not known whether Jetpack issued another one."""
    found = cards(desk.ledger)
    if not any(card.primary for card in found):
        from jpcli.ledger.queries.collection import way_of

        check_can_issue(found, way_of(desk.ledger).add_card(primary=True))
    check_nothing_past_due(desk)
    check_nothing_unknown(desk)


def check_nothing_past_due(desk: Desk) -> None:
    """R2: a past-due invoice stops issuing and assigning (Refused `invoice_past_due`)."""
    found = past_due(desk.ledger, desk.today)
    if not found:
        return
    from jpcli.ledger.queries.collection import way_of

    first = found[0]
    amount = display_amount(first.total_minor, desk.ledger.currency)
    since = desk.ledger.calendar.iso(first.due_day + 1)
    more = and_more(len(found) - 1)
    raise Refused(
        "invoice_past_due",
        f"{first.number} over {amount} is past due since {since}{more}:"
        " issuing and assigning wait until it is paid",
        hint=way_of(desk.ledger).hint(first.number),
        subject=first.number,
    )


def check_any_named(keys: list[str]) -> None:
    """BadInput `no_license` for a change of no license at all."""
    if not keys:
        raise BadInput("no_license", "No license is named", hint="Name at least one key.")


def check_assignable(ledger: Ledger, facts: LicenseFacts, at: int) -> None:
    """A license that a change of site may reach: not revoked (R5), no bundle parent, and nothing
    happened to it after `at`."""
    license_key = facts.license_key
    check_not_revoked(ledger, facts)
    if facts.is_bundle:
        raise Refused(
            "bundle_parent",
            f"{license_key} is a bundle of {facts.bundle_size}; its children are what is assigned",
            hint=f"See them:   jpcli licenses show {quoted(license_key)}",
            subject=license_key,
        )
    check_not_before(ledger, facts, at)


def check_not_revoked(ledger: Ledger, facts: LicenseFacts) -> None:
    """R5: a revoked license stays revoked (Refused `license_revoked`)."""
    if facts.revoked_at is not None:
        raise Refused(
            "license_revoked",
            f"{facts.license_key} was revoked at {_told(ledger, facts.revoked_at)}",
            hint=f"Issue a new one:   jpcli issue {quoted(facts.product)}",
            subject=facts.license_key,
        )


def check_not_before(ledger: Ledger, facts: LicenseFacts, at: int) -> None:
    """A change can't be dated before the license's last one (BadInput `before_last_event`)."""
    hint = f"See its history:   jpcli licenses show {quoted(facts.license_key)}"
    _check_order(ledger, facts.license_key, facts.last_at, at, hint)


def check_not_before_owner(ledger: Ledger, site: str, since_at: int, at: int) -> None:
    """W2: nor a change of a site's client before the last one (BadInput `before_last_event`)."""
    _check_order(ledger, site, since_at, at, f"See it:   jpcli sites show {quoted(site)}")


def _check_order(ledger: Ledger, subject: str, last_at: int, at: int, hint: str) -> None:
    if at < last_at:
        raise BadInput(
            "before_last_event",
            f"{_told(ledger, at)} is before the last change of {subject}"
            f" at {_told(ledger, last_at)}",
            hint=hint,
            subject=subject,
        )


def known_offer(ledger: Ledger, named: str, bundle_size: int | None) -> tuple[str, int]:
    """The product, which may be named for short, and the size of a known offer (1: alone). BadInput
    as `known_product`, or `unknown_bundle`."""
    sizes = products.bundle_sizes(ledger, named)
    if sizes:
        return named, _size(named, sizes, bundle_size)
    product = known_product(ledger, named)
    return product, exact_offer(ledger, product, bundle_size)


def exact_offer(ledger: Ledger, product: str, bundle_size: int | None) -> int:
    """The same for what was told as a fact, where no name is short."""
    sizes = products.bundle_sizes(ledger, product)
    if not sizes:
        raise unknown_product(product, products.product_names(ledger))
    return _size(product, sizes, bundle_size)


def _size(product: str, sizes: Collection[int], bundle_size: int | None) -> int:
    size = 1 if bundle_size is None else bundle_size
    if size not in sizes:
        offered = ", ".join(str(n) for n in sizes if n > 1)
        alone = size == 1
        issue = f"jpcli issue {quoted(product)}"
        raise BadInput(
            "unknown_bundle",
            f"{product} is not sold {'alone' if alone else f'as a bundle of {size}'}",
            hint=f"Bundles of {offered} are:   {issue} --bundle {_last(offered)}"
            if offered
            else f"Issue single ones:   {issue} --quantity {max(1, size)}",
            subject=product,
        )
    return size


def check_no_bundle(ledger: Ledger, product: str, bundle_size: int | None) -> None:
    """The Licensing API has no bundles (Refused `no_bundles_at_jetpack`)."""
    if bundle_size not in {None, 1} and at_jetpack(ledger):
        raise Refused(
            "no_bundles_at_jetpack",
            "Bundles can't be issued at Jetpack by a program",
            hint="Buy it in Jetpack's dashboard, then:   jpcli jetpack pull --from FILE",
            subject=product,
        )


def check_price(ledger: Ledger, product: str, bundle_size: int, at: int) -> None:
    """A license that nothing says the price of can't be billed, so it is not issued (Refused
    `no_price`), nor is what is hidden (`product_hidden`)."""
    check_offered(ledger, product)
    day = ledger.calendar.day_of(at)
    for _, offer, _, points in products.priced_offers(ledger, product):
        if offer.bundle_size == bundle_size and not any(p.from_day <= day for p in points):
            bundle = f" --bundle {bundle_size}" if bundle_size > 1 else ""
            raise Refused(
                "no_price",
                f"{product} has no price yet on {ledger.calendar.iso(day)}",
                hint=f"Set one:   jpcli products set-price {quoted(product)}{bundle}"
                f" --price PRICE --from {ledger.calendar.iso(day)}",
                subject=product,
            )


def _last(text: str) -> str:
    return text.rsplit(", ", 1)[-1]


def _told(ledger: Ledger, at: int) -> str:
    return local_text_and_zone(at, ledger.calendar)


def check_has_site(client: str | None) -> None:
    """Of what is on no site: W2, a client is named with a site (BadInput `client_without_site`)."""
    if client is not None:
        raise BadInput(
            "client_without_site",
            "A client comes with a site: a license belongs to the client of its site",
            hint="Name the site, too:   --site URL",
            subject=client,
        )
