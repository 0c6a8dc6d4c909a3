"""Random agencies, command by command, against the brute-force model (all of D, M, B and W).

Each command goes through the services to a real ledger and into a paper book. What the book says is
refused must be refused and leave no trace; in the end every bill, whole or split, as of any moment
or supposing anything, must be the model's bill of the book.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import event, given
from hypothesis import strategies as st

from jpcli.domain.errors import JpcliError
from jpcli.services.ledger import upkeep
from tests.property import model
from tests.property.agencies import agencies
from tests.property.histories import SCENES, Scene, instants, rows, text
from tests.services.agency import Agency
from tests.services.book import Book, Paper

LATER = "2040-01-01T00:00:00Z"
SITES = ("https://x.example", "https://y.example", "https://z.example")
CLIENTS = (None, "Xan", "Yun")
OFFERS = (("jetpack-ai", 1), ("jetpack-scan", 1), ("jetpack-scan", 3))
AMOUNTS = {
    "usd": ("0.16", "0.27", "1.93", "0.005", "0.0000000000001"),
    "jpy": ("0", "3", "16", "0.5", "27.333333333333"),
    "kwd": ("0.016", "0.275", "0.0055", "1.234", "0.5"),
}
# Where a date comes twice, a move at its beginning reaches back into the date before it.
DATES_COME_TWICE = {"America/St_Johns", "Antarctica/Casey"}
GROUPINGS = {
    "product": "product",
    "site": "site",
    "client": "client",
    "license": "license_key",
    "day": "day",
}


class Step(NamedTuple):
    """One command: what, about which license or product, to which site, when."""

    kind: str
    which: int
    where: int
    at: datetime
    in_time: bool


KINDS = ["issue"] * 3 + ["bundle", "assign", "transfer", "unassign", "revoke"] * 2
KINDS += ["transfer", "revoke child", "revoke bundle", "price", "hand over", "hand over", "import"]


def steps(scene: Scene) -> st.SearchStrategy[list[Step]]:
    small = st.integers(0, 30)
    in_time = st.integers(0, 5).map(bool)
    step = st.builds(Step, st.sampled_from(KINDS), small, small, instants(scene), in_time)
    return st.lists(step, min_size=8, max_size=24)


class Story:
    """A ledger and the book beside it."""

    def __init__(self, folder: str, scene: Scene, currency: str) -> None:
        self.scene = scene
        self.currency = currency
        long_ago = (scene.first - timedelta(days=400)).isoformat()
        self.book = Book([self._price(offer, 0, long_ago) for offer in OFFERS])
        self.agency = Agency(Path(folder) / "ledger.db", LATER)
        self._init(self.agency)
        self.agency.card(now="2023-01-01T00:00:00Z")

    def _init(self, agency: Agency) -> None:
        names = list(self.book.prices[0])
        lines = [",".join(names), *(",".join(row.values()) for row in self.book.prices)]
        prices = "\n".join(lines) + "\n"
        agency.init(zone=self.scene.zone, currency=self.currency, prices=prices, now=LATER)

    def _price(self, offer: tuple[str, int], which: int, since: str) -> dict[str, str]:
        amounts = AMOUNTS[self.currency]
        return {
            "product": offer[0],
            "name": f"{offer[0]} {offer[1]}",
            "amount": amounts[which % len(amounts)],
            "price_interval": "day",
            "from": since,
            "bundle_size": str(offer[1]),
        }

    # --- commands -------------------------------------------------------------------------------

    def begin(self) -> None:
        """Something to work with from the first command on: two licenses on sites, a bundle."""
        noon = datetime(self.scene.first.year, self.scene.first.month, 1, 12, tzinfo=UTC)
        for number, kind in enumerate(("issue", "issue", "bundle")):
            at = noon - timedelta(days=10 - 6 * number)
            self._issue(Step(kind, number, number, at, in_time=True))

    def take(self, step: Step, imported: list[dict[str, Any]]) -> None:
        """One command; one that the book refuses must be refused without a trace."""
        if step.kind == "import":
            self._import(imported)
        elif step.kind == "price":
            self._set_price(step)
        elif step.kind == "hand over":
            self._hand_over(step)
        elif step.kind in {"issue", "bundle"}:
            self._issue(step)
        elif self.book.papers:
            paper = self._choose(step)
            at = max(step.at, self._last(paper)) if step.in_time else step.at
            if step.kind.startswith("revoke"):
                self._revoke(paper, at)
            else:
                self._move(step, paper, at)

    def _choose(self, step: Step) -> Paper:
        """One that the command fits, as a rule; any at all now and then."""
        papers = list(self.book.papers.values())
        fits: Callable[[Paper], object] = {
            "assign": lambda paper: paper.movable and paper.site is None,
            "transfer": lambda paper: paper.movable and paper.site is not None,
            "unassign": lambda paper: paper.movable and paper.site is not None,
            "revoke": lambda paper: paper.movable and not paper.parent,
            "revoke child": lambda paper: paper.movable and paper.parent and paper.site,
            "revoke bundle": lambda paper: paper.size and paper.revoked is None,
        }[step.kind]
        fitting = [paper for paper in papers if fits(paper)] if step.in_time else []
        return (fitting or papers)[step.which % len(fitting or papers)]

    def _last(self, paper: Paper) -> datetime:
        sheets = [paper, *(self.book.children(paper.key) if paper.size else [])]
        return max(sheet.last for sheet in sheets)

    def _issue(self, step: Step) -> None:
        site, client = SITES[step.where % 3], CLIENTS[step.where % 2]
        if step.kind == "bundle":
            answer = self.agency.bundle("jetpack-scan", at=text(step.at))
            parent, children = answer
            self._write(Paper(parent, "jetpack-scan", step.at, size=3))
            for key in children:
                self._write(Paper(key, "jetpack-scan", step.at, parent=parent))
            return
        product = OFFERS[step.which % 2][0]
        known = self.book.owners.get(site)
        options: dict[str, Any] = {}
        if step.where % 3 < 2:
            options = {"site": site, "client": None if known else client}
        (key,) = self.agency.issue(product, 1, at=text(step.at), **options)
        paper = Paper(key, product, step.at)
        if options:
            self.book.name_site(site, client, step.at)
            paper.move(step.at, site)
        self._write(paper)

    def _write(self, paper: Paper) -> None:
        self.book.papers[paper.key] = paper

    def _move(self, step: Step, paper: Paper, at: datetime) -> None:
        site = SITES[step.where % 3]
        to = None if step.kind == "unassign" else site
        allowed = paper.movable and at >= paper.last
        if step.kind == "assign":
            allowed = allowed and paper.site in {None, site}
        if step.kind == "transfer":
            allowed = allowed and paper.site is not None
        arguments = [paper.key] if to is None else [paper.key, to]
        if not self._done(allowed, getattr(self.agency, step.kind), *arguments, at=text(at)):
            return
        if paper.site == to:
            return  # already there
        if to is not None:
            self.book.name_site(to, None, at)
        paper.move(at, to)

    def _revoke(self, paper: Paper, at: datetime) -> None:
        allowed = at >= self._last(paper) and not (paper.parent and paper.site is None)
        if paper.revoked is not None:
            allowed = at == paper.revoked
        again = paper.revoked is not None
        answer = self._done(allowed, self.agency.revoke, paper.key, at=text(at))
        if answer is None or again:
            return
        paper.revoked = at
        for child in self.book.children(paper.key) if paper.size else []:
            child.revoked = child.revoked or at
        for item in answer.data.get("replacements", []):
            key = str(item["license_key"])
            self._write(Paper(key, paper.product, at, parent=paper.parent))

    def _hand_over(self, step: Step) -> None:
        """At the beginning of a day, so that nobody has a part of one."""
        sites = [site for site in SITES if site in self.book.owners]
        if not sites or self.scene.zone in DATES_COME_TWICE:
            return
        site, client = sites[step.where % len(sites)], CLIENTS[step.which % 3]
        owners = self.book.owners[site]
        on = model.local_date(step.at, self.scene.zone)
        if step.in_time:
            on = max(on, model.local_date(owners[-1][0], self.scene.zone) + timedelta(days=1))
        first, last = on - timedelta(days=1), on + timedelta(days=1)
        at = next(s.start for s in model.stretches(self.scene.zone, first, last) if s.on >= on)
        same = owners[-1][1] == client
        allowed = same or at >= owners[-1][0]
        if self._done(allowed, self.agency.move_site, site, client, at=text(at)) and not same:
            owners.append((at, client))

    def _set_price(self, step: Step) -> None:
        offer = OFFERS[step.which % 3]
        since = self.scene.first + timedelta(days=step.where)
        price = self._price(offer, step.where, since.isoformat())
        self.agency.set_price(offer[0], price["amount"], price["from"], bundle_size=offer[1])
        same = ("product", "bundle_size", "from")
        self.book.prices = [
            row for row in self.book.prices if any(row[name] != price[name] for name in same)
        ]
        self.book.prices.append(price)

    def _import(self, imported: list[dict[str, Any]]) -> None:
        if not imported or imported[0]["license_key"] in self.book.papers:
            return
        self.load(self.agency, imported)
        self.book.add_rows(imported)

    def _done(self, allowed: bool, call: Any, *arguments: Any, **options: Any) -> Any:
        event(f"{call.__name__} {'allowed' if allowed else 'refused'}")
        if allowed:
            return call(*arguments, **options)
        before = self.agency.state()
        try:
            call(*arguments, **options)
        except JpcliError:
            assert self.agency.state() == before
            return None
        raise AssertionError(f"{call.__name__}{arguments} should have been refused")

    # --- what must hold -------------------------------------------------------------------------

    @staticmethod
    def load(agency: Agency, history: list[dict[str, Any]]) -> dict[str, Any]:
        path = Path(agency.called).with_suffix(".ndjson")
        path.write_text("".join(json.dumps(row) + "\n" for row in history), encoding="utf-8")
        return dict(agency.import_file(path).data)

    def expected(
        self, history: list[dict[str, Any]] | None = None, as_of: datetime | None = None
    ) -> dict[str, Any]:
        return model.expected_preview(
            self.book.rows() if history is None else history,
            self.book.prices,
            self.scene.month,
            self.scene.zone,
            self.currency,
            text(as_of),
        )

    def compare(self, expected: dict[str, Any], *without: str, **question: Any) -> None:
        """Lines, totals and every grouping, but for those that can't have the same names."""
        for by, name in GROUPINGS.items():
            if by in without:
                continue
            found = self.agency.preview(self.scene.month, by=by, **question)
            for key in ("licenses", "total", "total_to_date", "first_day", "last_day"):
                assert found[key] == expected[key], key
            lines = [{k: line[k] for k in expected["lines"][0]} for line in found["lines"]]
            assert lines == expected["lines"]
            assert found["groups"] == expected["groups"][name]

    def travels(self, folder: str) -> None:
        """Export, import into a fresh ledger, and again: the same bills, nothing twice."""
        exported = self.agency.ask(upkeep.export)["licenses"]
        other = Agency(Path(folder) / "other.db", LATER)
        self._init(other)
        self.load(other, exported)
        for by in GROUPINGS:
            ours = self.agency.preview(self.scene.month, by=by)
            assert other.preview(self.scene.month, by=by) == ours
        before = other.state()
        assert self.load(other, exported)["imported"] == 0
        assert other.state() == before
        assert other.ask(upkeep.export)["licenses"] == exported
        assert other.problems() == []


@st.composite
def stories(draw: st.DrawFn) -> tuple[Scene, str, list[Step], list[Any], datetime, int, date]:
    scene = draw(st.sampled_from(SCENES))
    currency = draw(st.sampled_from(sorted(AMOUNTS)))
    commands = draw(steps(scene))
    imported = [
        {**draw(rows(scene)), "license_key": f"imported_{number}"}
        for number in range(draw(st.integers(0, 2)))
    ]
    as_of = draw(instants(scene))
    supposed_on = scene.first + timedelta(days=draw(st.integers(0, 27)))
    return scene, currency, commands, imported, as_of, draw(st.integers(0, 30)), supposed_on


def suppose_issued(story: Story, on: date, product: str) -> None:
    """Two more licenses from a day on."""
    occurred = model.dates_of(story.scene.zone, on, on)
    if not occurred:
        return
    begins = model.stretches(story.scene.zone, on, on)[0].start
    papers = [Paper(f"new_{number}", product, begins) for number in range(2)]
    rows_of_new: list[dict[str, Any]] = [
        {
            "license_key": paper.key,
            "product": product,
            "issued_at": text(begins),
            "revoked_at": None,
            "assignments": [],
        }
        for paper in papers
    ]
    expected = story.expected([*story.book.rows(), *rows_of_new])
    story.compare(expected, "license", issue=[f"{product}:2@{on.isoformat()}"])


def suppose_revoked(story: Story, which: int, at: datetime) -> None:
    """One that may be revoked is, bundles with all that is in them."""
    papers = [paper for paper in story.book.papers.values() if paper.revoked is None]
    papers = [paper for paper in papers if not paper.parent or paper.site]
    if not papers:
        return
    paper = papers[which % len(papers)]
    children = story.book.children(paper.key) if paper.size else []
    at = max([at, paper.last, *(child.last for child in children)])
    ended = {paper.key, *(child.key for child in children if child.revoked is None)}
    history = [
        {**row, "revoked_at": text(at)} if row["license_key"] in ended else row
        for row in story.book.rows()
    ]
    if paper.parent:
        history.append(
            {
                "license_key": f"(replaces {paper.key})",
                "product": paper.product,
                "issued_at": text(at),
                "revoked_at": None,
                "assignments": [],
                "bundle_key": paper.parent,
            }
        )
    story.compare(story.expected(history), revoke=[f"{paper.key}@{text(at)}"])


@agencies(40)
@given(stories())
def test_d_m_b_w_whatever_an_agency_does_its_bills_are_the_models(case: Any) -> None:
    scene, currency, commands, imported, as_of, which, supposed_on = case
    with tempfile.TemporaryDirectory() as folder:
        story = Story(folder, scene, currency)
        story.begin()
        for step in commands:
            story.take(step, imported)
        story.compare(story.expected())
        story.compare(story.expected(as_of=as_of), as_of=text(as_of))
        suppose_revoked(story, which, as_of)
        suppose_issued(story, supposed_on, OFFERS[which % 2][0])
        assert story.agency.problems() == []
        story.travels(folder)
