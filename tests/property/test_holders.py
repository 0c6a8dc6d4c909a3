"""Whose money it is: whatever is moved, transferred, priced, revoked, voided and billed again, in
whatever order, all bills together state for every holder what the final history costs it, and a
bill that was closed says the same for ever (I3, I8, M5, W1, W2)."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import dunning
from jpcli.domain.errors import Decline, JpcliError
from jpcli.services.clients.rename import rename_client
from jpcli.services.collection.stripe import attempts
from jpcli.services.invoices import close, invoices, settle
from jpcli.services.invoices.known import known_invoice
from jpcli.services.invoices.statement import export
from jpcli.services.ledger import upkeep
from jpcli.services.licenses import assign, licenses
from jpcli.services.sites.rename import rename_site
from tests.property.agencies import agencies
from tests.property.model import holder_costs
from tests.property.test_closing import WEEKS, back_dated
from tests.services.agency import BEGUN, PRICES, A, Agency, B, C, codes, minor, plain

SITES = [A, B, C, "https://d.example"]
CLIENTS = ["Ada", "Bob", None, "Cem"]
PRODUCTS = ["jetpack-scan", "jetpack-ai", "jetpack-security-t1"]
WORDS = [
    *("issue", "bundle", "assign", "assign", "move", "move", "free", "revoke", "revoke"),
    *("price", "price", "close", "void", "void old", "pay", "attempt"),
    *("call site", "call client"),
]
BYS = {"product": "product", "site": "site", "client": "client", "license": "license_key"}
BYS["day"] = "day"
MARKUP = "33.333333"
DECLINES = ["insufficient_funds", "lost_card", None]
LAST = "2024-07-02T12:00:00Z"
MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06"]

actions = st.tuples(st.sampled_from(WORDS), st.integers(0, 11), st.integers(0, 75))


class Story:
    """One agency, one action a week; what is refused did not happen."""

    def __init__(self, path: Path, zone: str) -> None:
        self.agency = Agency(path).init(zone=zone, payment_terms_days=365)
        self.agency.card(now=BEGUN)
        self.prices: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(PRICES)))
        self.owners: dict[str, list[tuple[str, str | None]]] = {}
        self.stated: dict[str, Any] = {}
        # What sites and clients are called now, and whose name each ever was: here they go by the
        # first of theirs.
        self.called: dict[str | None, str] = {}
        self.meant: dict[Any, Any] = {}
        self.agency.now = "2024-01-01T12:00:00Z"
        self.keys = self.agency.issue("jetpack-scan", 4)
        self.keys += self.agency.issue("jetpack-security-t1", bundle_size=3)
        for key, site, client in zip(self.keys, SITES[:3], CLIENTS, strict=False):
            self.agency.do(assign.assign, [key], site, client)
            self.owners[site] = [(self.agency.now, client)]

    def act(self, now: str, what: str, which: int, back: int) -> None:
        self.agency.now = now
        if now[8:10] == "03":
            self.bill("close", 0)
        at = back_dated(now, back)
        key, site = self.keys[which % len(self.keys)], SITES[which % 4]
        try:
            if what == "issue":
                self.keys += self.agency.issue(PRODUCTS[which % 3], 1 + which % 2, at=at)
            elif what == "bundle":
                self.keys += self.agency.issue("jetpack-security-t1", bundle_size=3, at=at)
            elif what == "assign":
                self.assign(key, site, self.not_before(key, at))
            elif what == "move":
                client = CLIENTS[back % 4]
                answer = self.agency.move_site(self.name(site), self.name(client), at=at)
                if "moved" in codes(answer):
                    self.owners[site].append((at, client))
            elif what == "call site":
                self.call(rename_site, site, f"https://{'az'[back % 2]}{back}-{now[:10]}.example")
            elif what == "call client":
                self.call(rename_client, CLIENTS[which % 4] or "Ada", f"{'AZ'[back % 2]} {now}")
            elif what == "free":
                self.agency.unassign(key, at=self.not_before(key, at))
            elif what == "revoke":
                self.agency.revoke(key, at=self.not_before(key, at))
            elif what == "price":
                self.set_price(PRODUCTS[which % 3], f"0.{11 + 7 * which}", at[:10])
            else:
                self.bill(what, which)
        except JpcliError:
            pass

    def name(self, first: Any) -> Any:
        return self.called.get(first, first)

    def call(self, rename: Any, first: str, name: str) -> None:
        self.agency.do(rename, self.name(first), name)
        self.called[first], self.meant[name] = name, first

    def assign(self, key: str, site: str, at: str) -> None:
        (found,) = self.agency.ask(licenses.show, [key])["licenses"]
        if found["site"] is None:
            self.agency.assign(key, self.name(site), at=at)
        else:
            self.agency.transfer(key, self.name(site), at=at)
        self.owners.setdefault(site, [(at, None)])

    def not_before(self, key: str, at: str) -> str:
        """A change can't be dated before the license's last one."""
        (found,) = self.agency.ask(licenses.show, [key])["licenses"]
        return max([at, *(str(event["at"]) for event in found["history"])])

    def set_price(self, product: str, price: str, since: str) -> None:
        self.agency.set_price(product, price, since)
        row = {"product": product, "name": product, "amount": price, "from": since}
        row |= {"price_interval": "day", "currency": "usd", "bundle_size": "1"}
        same = ("product", "bundle_size", "from")
        self.prices = [
            known for known in self.prices if any(known[name] != row[name] for name in same)
        ]
        self.prices.append(row)

    def bill(self, what: str, which: int) -> None:
        if what == "close":
            self.agency.do(close.close_due)
            self.remember()
            return
        found = self.agency.ask(invoices.list_invoices)["invoices"]
        numbers = [item["number"] for item in found if item["status"] == "open"]
        if what == "void old":
            numbers.reverse()
        number = numbers[which % 2 % len(numbers)] if numbers else "none"
        if what == "attempt":
            self.attempt(number, which)
            return
        self.agency.do(settle.mark_paid if what == "pay" else settle.void, number)

    def attempt(self, number: str, which: int) -> None:
        """A card is tried, which is written down and changes nobody's bill."""
        decline = Decline(DECLINES[which % 3], charge=f"ch_{which % 5}") if which % 4 else None
        outcome = dunning.DECLINED if decline else dunning.PENDING
        with self.agency.desk() as desk:
            card = f"card_{which % 2}", "visa ···· 4242"
            attempts.record(desk, known_invoice(desk, number), card, outcome, decline)

    def remember(self) -> None:
        """I8: note what every bill that is not void says; it must say it for ever."""
        for item in self.agency.ask(invoices.list_invoices)["invoices"]:
            if item["status"] != "void" and item["number"] not in self.stated:
                self.stated[item["number"]] = self.says(item["number"], item["period"])

    def says(self, number: str, month: str) -> Any:
        with self.agency.desk(writes=False) as desk:
            exported = [plain(export(desk, number, None, markup)[1]) for markup in (None, MARKUP)]
            said = [
                {name: found["invoice"][name] for name in ("lines", "clients", "licenses_per_day")}
                for found in exported
            ]
        return said, {by: self.preview(month, by)["groups"] for by in BYS}

    def preview(self, month: str, by: str) -> dict[str, Any]:
        """Every grouping adds up, with a markup and without."""
        shown = self.agency.preview(month, by=by, markup=MARKUP)
        for name, whole in (
            ("days", sum(line["license_days"] for line in shown["lines"])),
            ("amount", minor(shown["total"])),
            ("to_date", minor(shown["total_to_date"])),
            ("amount_with_markup", minor(shown["total_with_markup"])),
        ):
            values = [group[name] for group in shown["groups"]]
            assert sum(v if name == "days" else minor(v) for v in values) == whole, (by, name)
        return shown


def all_bills(story: Story) -> dict[str, dict[Any, tuple[int, int]]]:
    """(license-days, minor units) of each holder on all bills that count, without credit."""
    agency, meant = story.agency, story.meant
    sums: dict[str, dict[Any, tuple[int, int]]] = {by: {} for by in (*BYS, "holder")}

    def add(by: str, key: Any, days: int, amount: int) -> None:
        key = tuple(meant.get(k, k) for k in key) if by == "holder" else meant.get(key, key)
        old = sums[by].get(key, (0, 0))
        sums[by][key] = (old[0] + days, old[1] + amount)

    for item in agency.ask(invoices.list_invoices)["invoices"]:
        if item["status"] == "void":
            continue
        with agency.desk(writes=False) as desk:
            clients = plain(export(desk, item["number"])[1])["invoice"]["clients"]
        for client in clients:
            for site in client["sites"]:
                add("holder", (client["client"], site["site"]), site["days"], minor(site["amount"]))
        for by, name in BYS.items():
            shown = agency.preview(item["period"], by=by)
            for group in shown["groups"]:
                add(by, group[name], group["days"], minor(group["amount"]))
            credit = sum(minor(li["amount"]) for li in shown["lines"] if li["kind"] == "credit")
            add(by, None, 0, -credit)
    return {by: {key: row for key, row in found.items() if any(row)} for by, found in sums.items()}


def difference(one: dict[Any, tuple[int, int]], other: dict[Any, tuple[int, int]]) -> Any:
    """What two divisions differ by, all in all."""
    return tuple(
        sum(row[side] for row in one.values()) - sum(row[side] for row in other.values())
        for side in (0, 1)
    )


def all_costs(story: Story, zone: str) -> dict[str, dict[Any, tuple[int, int]]]:
    """The same, as the model has it."""
    rows = [
        {k: v for k, v in row.items() if v is not None or k == "revoked_at"}
        for row in story.agency.ask(upkeep.export)["licenses"]
    ]
    for stay in (stay for row in rows for stay in row["assignments"]):
        stay |= {name: story.meant.get(stay[name], stay[name]) for name in ("site", "client")}
    sums: dict[str, dict[Any, tuple[int, int]]] = {by: {} for by in (*BYS, "holder")}
    for month in MONTHS:
        found = holder_costs(rows, story.owners, story.prices, month, zone, "usd")
        for by, mine in sums.items():
            for key, row in found[BYS.get(by, by)].items():
                old = mine.get(key, (0, 0))
                mine[key] = (old[0] + row[0], old[1] + row[1])
    return {by: {key: row for key, row in found.items() if any(row)} for by, found in sums.items()}


@given(
    st.sampled_from(["UTC", "America/Santiago"]),
    st.lists(actions, min_size=10, max_size=len(WEEKS)),
)
@agencies(25)
def test_i3_all_bills_together_state_for_every_holder_what_it_costs(
    zone: str, told: list[tuple[str, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        story = Story(Path(folder) / "ledger.db", zone)
        agency = story.agency
        for now, (what, which, back) in zip(WEEKS, told, strict=False):
            story.act(now, what, which, back)
            for by in BYS:
                story.preview(now[:7], by)
        # At the end everything that waits is closed, and once more after nothing has happened.
        for now in ("2024-06-02T12:00:00Z", LAST):
            agency.now = now
            agency.do(close.close_due)
            story.remember()
        bills, costs = all_bills(story), all_costs(story, zone)
        for by in ("product", "site", "client", "holder"):
            assert bills[by] == costs[by], by
        # What one license gains and another loses within an offer and a holder has no line to stand
        # on, so licenses and days add up all in all.
        for by in ("license", "day"):
            assert difference(bills[by], costs[by]) == (0, 0), by
        live = {
            item["number"]: item["period"]
            for item in agency.ask(invoices.list_invoices)["invoices"]
            if item["status"] != "void"
        }
        for number, said in story.stated.items():
            if number in live:
                assert story.says(number, live[number]) == said, number
        assert agency.problems() == []
