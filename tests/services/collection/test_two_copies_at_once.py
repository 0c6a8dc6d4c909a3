"""Two copies of a ledger that bill one month under two numbers within the same seconds: each has
looked for the month before the other's draft stood at Stripe. It is charged once at most."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain import events
from jpcli.domain.errors import JpcliError, Refused
from jpcli.services.collection.stripe import account, collector
from jpcli.services.invoices import close, invoices
from tests import engines
from tests.services.collection.conftest import Shop
from tests.services.collection.states import MONTH, NUMBER, ROADS
from tests.stripe_double.wire import Gone

pytestmark = pytest.mark.once

AGAIN = f"{NUMBER}-2"
LOOK = "/v1/invoices"

Road = Callable[[Shop, str], Any]
# Where the first one is when the second one runs, and whether it is the first one's that stands.
MOMENTS: dict[str, tuple[str, str, str, bool]] = {
    "its draft is to be made": ("before", "POST", "/v1/invoices", False),
    "its draft was made": ("after", "POST", "/v1/invoices", True),
    "its lines were put on it": ("after", "POST", "/add_lines", True),
    "it has looked": ("before", "POST", "/finalize", True),
    "it was finalized": ("after", "POST", "/finalize", True),
}


def copy_that_billed_again(shop: Shop) -> Shop:
    """Both have closed the month; this one has voided it, and closed it under the next number."""
    shop.attach()
    shop.do(close.close, MONTH)
    other = Shop(Path(shop.called + ".copy"), shop.now)
    other.double, other.life = shop.double, shop.life
    engines.copy(shop.called, other.called)
    with other.desk() as desk, desk.writing() as writer:
        writer.record(*events.invoice_voided(NUMBER))
    other.do(close.close, MONTH)
    return other


def at(shop: Shop, moment: tuple[str, str, str], then: Callable[[], Any]) -> None:
    """Do something once when a request is there."""
    stage, method, path = moment

    def hook(entry: dict[str, Any], when: str) -> None:
        if (when, entry["method"]) == (stage, method) and entry["path"].endswith(path):
            shop.double.double.hook = None
            then()

    shop.double.double.hook = hook


def refusal(road: Road, shop: Shop, number: str) -> str | None:
    caught: Refused | None = None
    try:
        road(shop, number)
    except Refused as error:
        caught = error
    if caught is None:
        return None
    assert caught.subject == number
    assert f"{number} was not brought there" in caught.message
    assert f"jpcli invoice void {number}" in str(caught.hint)
    return caught.code


def here(shop: Shop) -> dict[str, str]:
    found = shop.ask(invoices.list_invoices)["invoices"]
    return {invoice["number"]: invoice["status"] for invoice in found}


def there(shop: Shop) -> dict[str, str]:
    found = shop.double.objects("invoice")
    return {i["metadata"]["jpcli_invoice"]: i["status"] for i in found}


def charges(shop: Shop) -> int:
    return len(shop.double.objects("charge"))


CASES = [
    *[(moment, road, road) for moment in MOMENTS for road in ("push", "pay")],
    *[("its lines were put on it", road, "pay") for road in ROADS if road != "pay"],
    *[("it has looked", "pay", road) for road in ROADS if road != "pay"],
]


@pytest.mark.parametrize(("moment", "mine", "theirs"), CASES)
def test_one_of_them_stands_whenever_the_other_comes(
    shop: Shop, moment: str, mine: str, theirs: str
) -> None:
    other = copy_that_billed_again(shop)
    stage, method, path, first_stands = MOMENTS[moment]
    told: list[str | None] = []
    at(
        shop,
        (stage, method, path),
        lambda: told.append(refusal(ROADS[theirs], other, AGAIN)),
    )
    mine_refused = refusal(ROADS[mine], shop, NUMBER)
    refused = {NUMBER: mine_refused, AGAIN: told[0]}
    stands, gone = (NUMBER, AGAIN) if first_stands else (AGAIN, NUMBER)
    assert refused == {stands: None, gone: "billed_before"}
    road = mine if first_stands else theirs
    assert there(shop) == {stands: "open" if road.startswith("push") else "paid"}
    assert charges(shop) == (road not in ("push", "push --replace", "mark-paid"))
    # Whoever gave way is told the same when it is run again, and makes nothing.
    loser = other if first_stands else shop
    posts, state = shop.posts(), loser.state()
    assert refusal(ROADS["pay"], loser, gone) == "billed_before"
    assert (shop.posts(), loser.state(), here(loser)[gone]) == (posts, state, "draft")


TOGETHER = (("before", "POST", "invoices"), ("after", "POST", "add_lines"))


@pytest.mark.parametrize("road", ROADS)
def test_where_each_sees_the_other_both_give_way_and_either_can_go_on(
    shop: Shop, road: str
) -> None:
    other = copy_that_billed_again(shop)
    both = threading.Barrier(2, timeout=60)

    def hook(entry: dict[str, Any], when: str) -> None:
        """Nothing stands when they look first, both drafts when they look again."""
        request = when, entry["method"], entry["path"].rpartition("/")[2]
        if request in TOGETHER or request[:2] == ("before", "DELETE"):
            both.wait()

    shop.double.double.hook = hook
    told: list[str | None] = []
    theirs = threading.Thread(target=lambda: told.append(refusal(ROADS[road], other, AGAIN)))
    theirs.start()
    told.append(refusal(ROADS[road], shop, NUMBER))
    theirs.join()
    shop.double.double.hook = None
    assert told == ["billed_before"] * 2
    assert (there(shop), charges(shop)) == ({}, 0)
    (hanging,) = shop.do(account.status).data["troubles"]
    assert (hanging["what"], hanging["subject"]) == ("not_pushed", NUMBER)
    assert refusal(ROADS["pay"], shop, NUMBER) is None
    assert refusal(ROADS["pay"], other, AGAIN) == "billed_before"
    assert (there(shop), charges(shop)) == ({NUMBER: "paid"}, 1)


KILLED = {
    "its draft was made": ("after", "POST", "/v1/invoices"),
    "its lines were put on it": ("after", "POST", "/add_lines"),
}


@pytest.mark.parametrize("moment", KILLED)
def test_what_one_left_that_was_killed_holds_up_the_other_until_it_goes_on(
    shop: Shop, moment: str
) -> None:
    """Its draft stands, and may be finalized as soon as it is run again."""
    other = copy_that_billed_again(shop)
    at(shop, ("before", "POST", LOOK), lambda: left(other, AGAIN, KILLED[moment]))
    assert refusal(ROADS["pay"], shop, NUMBER) == "billed_before"
    assert there(shop) == {AGAIN: "draft"}
    assert refusal(ROADS["pay"], other, AGAIN) is None
    assert refusal(ROADS["pay"], shop, NUMBER) == "billed_before"
    assert (there(shop), charges(shop)) == ({AGAIN: "paid"}, 1)


@pytest.mark.parametrize("first", [NUMBER, AGAIN])
def test_where_both_were_killed_the_first_that_goes_on_gives_way(shop: Shop, first: str) -> None:
    other = copy_that_billed_again(shop)

    def theirs() -> None:
        left(other, AGAIN, KILLED["its lines were put on it"])
        giving_way = dying(("before", "DELETE", ""), [])
        shop.double.double.hook = giving_way

    at(shop, ("before", "POST", LOOK), theirs)
    with suppress(JpcliError):
        ROADS["pay"](shop, NUMBER)
    shop.double.double.hook = None
    assert there(shop) == {NUMBER: "draft", AGAIN: "draft"}
    shops = {NUMBER: shop, AGAIN: other}
    last = AGAIN if first == NUMBER else NUMBER
    assert refusal(ROADS["pay"], shops[first], first) == "billed_before"
    assert refusal(ROADS["pay"], shops[last], last) is None
    assert (there(shop), charges(shop)) == ({last: "paid"}, 1)


def dying(moment: tuple[str, str, str], dead: list[bool]) -> Callable[[dict[str, Any], str], None]:
    """From then on every answer is lost, and nothing is done any more."""
    stage, method, path = moment

    def hook(entry: dict[str, Any], when: str) -> None:
        if (when, entry["method"]) == (stage, method) and entry["path"].endswith(path):
            dead.append(True)
        if dead:
            raise Gone

    return hook


def left(other: Shop, number: str, moment: tuple[str, str, str]) -> None:
    dead: list[bool] = []
    other.double.double.hook = dying(moment, dead)
    with suppress(JpcliError):
        ROADS["pay"](other, number)
    other.double.double.hook = None
    assert dead


def test_the_way_on_that_is_named_takes_over_what_the_other_one_billed(shop: Shop) -> None:
    other = copy_that_billed_again(shop)
    at(shop, ("before", "POST", LOOK), lambda: ROADS["pay"](other, AGAIN))
    assert refusal(ROADS["pay"], shop, NUMBER) == "billed_before"
    shop.do(collector.void, NUMBER, None)
    shop.close()
    assert here(shop) == {NUMBER: "void", AGAIN: "paid"}
    assert (shop.reconcile(), charges(shop)) == ([], 1)


@pytest.mark.parametrize("how", ["another month", "another ledger", "void"])
def test_what_is_no_bill_of_that_month_is_no_hindrance(shop: Shop, how: str) -> None:
    other = copy_that_billed_again(shop)

    def meanwhile() -> None:
        ROADS["push"](other, AGAIN)
        (found,) = [i for i in shop.double.objects("invoice") if i["status"] == "open"]
        marks = found["metadata"]
        if how == "another month":
            shop.double.edit(found["id"], metadata={**marks, "jpcli_invoice": "INV-2024-07"})
        elif how == "another ledger":
            shop.double.edit(found["id"], metadata={**marks, "jpcli_ledger": "another"})
        else:
            shop.double.edit(found["id"], status="void")

    at(shop, ("before", "POST", LOOK), meanwhile)
    assert refusal(ROADS["pay"], shop, NUMBER) is None
    assert charges(shop) == 1
