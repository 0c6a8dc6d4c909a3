"""An agency's paper book: what each command should have done, kept beside the ledger.

It knows the rules of section 2 only so far as to say whether a command is carried out and what a
history file would then tell; the days and the money are the model's. Nothing of jpcli is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.property.model import instant


@dataclass
class Stay:
    """A license on a site."""

    site: str
    begun: datetime
    ended: datetime | None = None


@dataclass
class Paper:
    """The sheet of one license."""

    key: str
    product: str
    issued: datetime
    size: int | None = None
    parent: str | None = None
    revoked: datetime | None = None
    stays: list[Stay] = field(default_factory=list)

    @property
    def site(self) -> str | None:
        return self.stays[-1].site if self.stays and self.stays[-1].ended is None else None

    @property
    def last(self) -> datetime:
        instants = [self.issued, self.revoked]
        for stay in self.stays:
            instants += [stay.begun, stay.ended]
        return max(at for at in instants if at is not None)

    @property
    def movable(self) -> bool:
        return self.revoked is None and self.size is None

    def move(self, at: datetime, site: str | None) -> None:
        if self.site is not None:
            self.stays[-1].ended = at
        if site is not None:
            self.stays.append(Stay(site, at))


class Book:
    """All sheets, the price list, and whose sites were whose."""

    def __init__(self, prices: list[dict[str, str]]) -> None:
        self.papers: dict[str, Paper] = {}
        self.prices = prices
        self.owners: dict[str, list[tuple[datetime, str | None]]] = {}

    def name_site(self, site: str, client: str | None, at: datetime) -> None:
        """A site is made the first time it is named, with the client named with it."""
        self.owners.setdefault(site, [(at, client)])

    def children(self, parent: str) -> list[Paper]:
        return [paper for paper in self.papers.values() if paper.parent == parent]

    def rows(self) -> list[dict[str, Any]]:
        """Everything as a history file tells it, as the model reads it."""
        return [self._row(paper) for paper in self.papers.values()]

    def add_rows(self, rows: list[dict[str, Any]]) -> None:
        """Sheets of licenses that came with a file."""
        for row in rows:
            paper = Paper(row["license_key"], row["product"], instant(row["issued_at"]))
            paper.revoked = instant(row["revoked_at"]) if row["revoked_at"] else None
            for item in row["assignments"]:
                begun = instant(item["from"])
                ended = instant(item["to"]) if item["to"] else None
                paper.stays.append(Stay(item["site"], begun, ended))
                self.name_site(item["site"], item["client"], begun)
            self.papers[paper.key] = paper

    def _row(self, paper: Paper) -> dict[str, Any]:
        row: dict[str, Any] = {
            "license_key": paper.key,
            "product": paper.product,
            "issued_at": paper.issued.isoformat(),
            "revoked_at": paper.revoked.isoformat() if paper.revoked else None,
            "assignments": [item for stay in paper.stays for item in self._parts(stay, paper)],
        }
        if paper.size:
            row["bundle_size"] = paper.size
        if paper.parent:
            row["bundle_key"] = paper.parent
        return row

    def _parts(self, stay: Stay, paper: Paper) -> list[dict[str, Any]]:
        """A stay, cut where its site was handed to another client."""
        changes = self.owners[stay.site]
        last = stay.ended or paper.revoked
        cuts = [at for at, _ in changes[1:] if stay.begun < at and (last is None or at < last)]
        begins, ends = [stay.begun, *cuts], [*cuts, stay.ended]
        parts = []
        for begun, ended in zip(begins, ends, strict=True):
            client = changes[0][1]
            for at, name in changes:
                client = name if at <= begun else client
            parts.append(
                {
                    "site": stay.site,
                    "client": client,
                    "from": begun.isoformat(),
                    "to": ended.isoformat() if ended else None,
                }
            )
        return parts
