"""`jpcli cards add`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.commands.cards.list import COLUMNS
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.collection import CardsAnswer
    from jpcli.services.desk import Desk

POLL_SECONDS = 2.0
MOST_POLLS = 900  # half an hour


@command(
    "cards add",
    writes=True,
    asks=False,
    examples=(
        "jpcli cards add --brand visa --last4 4242 --exp 12/2030 --primary",
        "jpcli cards add                # with Stripe: opens its page for cards",
        "jpcli cards add pm_1Q2w… --primary",
    ),
)
def run(
    invocation: Invocation,
    card: Annotated[
        str | None,
        typer.Argument(metavar="[pm_…]", help="With Stripe: an existing payment method."),
    ] = None,
    brand: Annotated[
        str | None, typer.Option("--brand", metavar="BRAND", help="As visa, mastercard.")
    ] = None,
    last4: Annotated[
        str | None,
        typer.Option("--last4", metavar="DIGITS", help="The last four digits, never more."),
    ] = None,
    exp: Annotated[
        str | None, typer.Option("--exp", metavar="MM/YYYY", help="When it expires.")
    ] = None,
    primary: Annotated[
        bool, typer.Option("--primary", help="Charge it first. The first card is primary anyway.")
    ] = False,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="With Stripe: only say where to enter the card.")
    ] = False,
) -> Result:
    """A card number never goes in: without Stripe only the brand, the last four digits and the
    expiry, with Stripe a page of Stripe's own."""
    from jpcli.domain.card_numbers import check_no_card_number
    from jpcli.domain.errors import BadInput
    from jpcli.services.collection.collector import collector_of

    for text in (card, brand, last4, exp):
        if text is not None:
            check_no_card_number(text)
    if primary and no_wait and card is None:
        raise BadInput(
            "usage",
            "--primary is for a card that is there: with --no-wait nobody knows it yet",
            hint="Once it was entered:   jpcli cards sync\nThen:   jpcli cards primary CARD",
            subject="--primary",
        )
    described = brand is not None or last4 is not None or exp is not None
    if card is not None and described:
        raise UsageError("A pm_… brings its own brand, digits and expiry: leave those out.")
    desk = invocation.desk(writes=True)
    collector = collector_of(desk)
    if card is not None:
        return _shown(collector.attach_card(desk, card, primary=primary))
    if described:
        return _shown(collector.add_card(desk, brand, last4, exp, primary=primary))
    return _by_checkout(invocation, desk, primary, no_wait)


def _by_checkout(invocation: Invocation, desk: Desk, primary: bool, no_wait: bool) -> Result:
    """Say where the page is, open it for a person, and wait for it."""
    import time

    from jpcli.cli.render.stderr import write_notes
    from jpcli.domain.answers import Note
    from jpcli.domain.errors import Busy
    from jpcli.services.collection.collector import collector_of

    collector = collector_of(desk)
    page = collector.open_checkout(desk)
    if no_wait:
        hint = "Once the card was entered:   jpcli cards sync"
        note = Note("checkout", f"Enter the card at {page.url}", hint=hint)
        data = {"checkout": {"id": page.id, "url": page.url, "status": page.status}}
        return Result({**data, "cards": []}, "cards", columns=COLUMNS, notes=(note,))
    write_notes([Note("checkout", f"Enter the card at {page.url}")], invocation.output)
    if invocation.output.error_terminal:
        import webbrowser

        webbrowser.open(page.url)
    polls = iter(range(MOST_POLLS))

    def pause() -> None:
        if next(polls, None) is None:
            raise Busy(
                "checkout_waiting",
                "No card was entered on the page within half an hour",
                hint="When it was:   jpcli cards sync",
                subject=page.id,
            )
        time.sleep(POLL_SECONDS)

    return _shown(collector.finish_checkout(desk, page, primary=primary, wait=pause))


def _shown(answer: Answer[CardsAnswer]) -> Result:
    return result_of(answer, "cards", columns=COLUMNS, view="cards:draw")
