"""Parts of very many holders as columns: a million of them in some thirty megabytes.

Owns how they are kept while a month is computed and closed, and their sums, differences and splits.
Whoever reads them gets the parts that were put in, in the same order, each made as it is read.
"""

from __future__ import annotations

from array import array
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from itertools import groupby, pairwise

from jpcli.domain.numbers import Slots
from jpcli.domain.shares import NOBODY, Holder, Share, marked_amounts
from jpcli.domain.split import largest_remainder

# In the place of the row number of nobody, or of no site: above every other.
NO_NUMBER = 2**63 - 1


class Holders:
    """Holders in the order in which they come; what finds one is made when one is looked for."""

    def __init__(self) -> None:
        self._clients, self._sites = array("q"), array("q")
        self._slots: Slots | None = None

    def __len__(self) -> int:
        return len(self._clients)

    def __iter__(self) -> Iterator[Holder]:
        return map(_holder, self._clients, self._sites)

    def at(self, place: int) -> Holder:
        """Who stands at a place."""
        return _holder(self._clients[place], self._sites[place])

    def append(self, holder: Holder) -> None:
        """One more, who is not there yet."""
        client_id, site_id = holder
        self._clients.append(NO_NUMBER if client_id is None else client_id)
        self._sites.append(NO_NUMBER if site_id is None else site_id)
        if self._slots is not None:
            self._slots.add(hash(holder))

    def place(self, holder: Holder) -> int:
        """Where one stands, from 0 on; -1 for who is not there."""
        if self._slots is None:
            self._slots = Slots()
            for each in self:
                self._slots.add(hash(each))
        clients, sites = self._clients, self._sites
        client_id = NO_NUMBER if holder[0] is None else holder[0]
        site_id = NO_NUMBER if holder[1] is None else holder[1]
        return (
            self._slots.find(
                hash(holder), lambda n: clients[n - 1] == client_id and sites[n - 1] == site_id
            )
            - 1
        )

    def number(self, holder: Holder) -> int:
        """The same; who is not there comes last."""
        place = self.place(holder)
        if place < 0:
            place = len(self)
            self.append(holder)
        return place

    def picked(self, places: Sequence[int]) -> Holders:
        """Those at these places, in this order."""
        found = Holders()
        found._clients = array("q", map(self._clients.__getitem__, places))
        found._sites = array("q", map(self._sites.__getitem__, places))
        return found

    def between(self, first: int, last: int) -> Holders:
        """Those from the place `first` on to before `last`."""
        found = Holders()
        found._clients, found._sites = self._clients[first:last], self._sites[first:last]
        return found

    def sites(self, places: slice) -> Iterable[int | None]:
        """The row numbers of the sites of some."""
        found = self._sites[places]
        return map(_number, found)

    def clients(self) -> Sequence[int]:
        """Their clients' row numbers, `NO_NUMBER` for nobody's."""
        return self._clients

    def numbers(self) -> array[int]:
        """The row numbers of their sites, `NO_NUMBER` for none."""
        return self._sites


class ManyShares(Mapping[Holder, Share]):
    """What each holder has of a line."""

    def __init__(self, shares: Iterable[tuple[Holder, Share]] = ()) -> None:
        self._holders = Holders()
        self._days, self._amounts = array("q"), array("q")
        for holder, share in shares:
            self._append(holder, *share)

    @classmethod
    def made(cls, holders: Holders, days: array[int], amounts: array[int]) -> ManyShares:
        """Of columns that nobody changes any more."""
        found = cls()
        found._holders, found._days, found._amounts = holders, days, amounts
        return found

    @classmethod
    def of(cls, shares: Mapping[Holder, Share]) -> ManyShares:
        """The same parts in columns."""
        return shares if isinstance(shares, cls) else cls(shares.items())

    def _append(self, holder: Holder, license_days: int, amount_minor: int) -> None:
        self._holders.append(holder)
        self._days.append(license_days)
        self._amounts.append(amount_minor)

    def picked(self, places: Sequence[int]) -> ManyShares:
        """Those at these places, in this order."""
        days, amounts = (
            array("q", map(column.__getitem__, places)) for column in (self._days, self._amounts)
        )
        return self.made(self._holders.picked(places), days, amounts)

    def between(self, first: int, last: int) -> ManyShares:
        """Those from the place `first` on to before `last`."""
        holders = self._holders.between(first, last)
        return self.made(holders, self._days[first:last], self._amounts[first:last])

    def marked_up(self, numerator: int, denominator: int, total_minor: int) -> ManyShares:
        """The same with a markup, as `domain.shares` has it."""
        amounts = marked_amounts(self._amounts, numerator, denominator, total_minor)
        return self.made(self._holders, self._days, array("q", amounts))

    def holder(self, place: int) -> Holder:
        """Whose part stands at a place."""
        return self._holders.at(place)

    def columns(self) -> tuple[array[int], array[int], array[int]]:
        """The row numbers of the sites, license-days and amounts; nobody may change them."""
        return self._holders.numbers(), self._days, self._amounts

    def sites(self, first: int, last: int) -> Iterator[tuple[int | None, int, int]]:
        """(row number of the site, license-days, amount) of those between two places."""
        places = slice(first, last)
        columns = self._days[places], self._amounts[places]
        return zip(self._holders.sites(places), *columns, strict=True)

    def plus(self, more: Mapping[Holder, Share], sign: int = 1) -> ManyShares:
        """The sum; who has no part here comes last."""
        holders = self._holders.between(0, len(self))
        days, amounts = self._days[:], self._amounts[:]
        for holder, share in more.items():
            place = holders.number(holder)
            if place == len(days):
                days.append(0)
                amounts.append(0)
            days[place] += sign * share[0]
            amounts[place] += sign * share[1]
        return self.made(holders, days, amounts)

    def minus(self, before: Mapping[Holder, Share]) -> ManyShares:
        """The difference, as `domain.shares` has it: who has the same in both is left out."""
        found = self.plus(before, -1)
        kept = array("q", (place for place, share in enumerate(found.values()) if any(share)))
        return found if len(kept) == len(found) else found.picked(kept)

    def __len__(self) -> int:
        return len(self._days)

    def __iter__(self) -> Iterator[Holder]:
        return iter(self._holders)

    def __getitem__(self, holder: Holder) -> Share:
        place = self._holders.place(holder)
        if place < 0:
            raise KeyError(holder)
        return Share(self._days[place], self._amounts[place])

    def items(self) -> ItemsView[Holder, Share]:
        """Holders with their parts, without looking any of them up."""
        return _Items(self)

    def values(self) -> ValuesView[Share]:
        """The parts, without looking any of them up."""
        return _Values(self)

    def parts(self) -> Iterator[Share]:
        """What `values` goes through."""
        return map(Share, self._days, self._amounts)


class _Items(ItemsView[Holder, Share]):
    def __init__(self, shares: ManyShares) -> None:
        super().__init__(shares)
        self._shares = shares

    def __iter__(self) -> Iterator[tuple[Holder, Share]]:
        return zip(self._shares, self._shares.parts(), strict=True)


class _Values(ValuesView[Share]):
    def __init__(self, shares: ManyShares) -> None:
        super().__init__(shares)
        self._shares = shares

    def __iter__(self) -> Iterator[Share]:
        return self._shares.parts()


def split_by_holder(amount_minor: int, days: Iterable[tuple[Holder, int]]) -> ManyShares:
    """An amount over clients by their license-days, then each client's part over its sites (M5).

    So sites add up to clients and clients to the amount. `days` come client by client, in the
    order in which equal remainders are served. Without any days the amount is nobody's.
    """
    holders, numbers = Holders(), array("q")
    for holder, number in days:
        holders.append(holder)
        numbers.append(number)
    if not any(numbers):
        return ManyShares([(NOBODY, Share(0, amount_minor))])
    return ManyShares.made(
        holders, numbers, split_by_client(amount_minor, holders.clients(), numbers)
    )


def split_by_client(amount_minor: int, clients: Sequence[int], days: Sequence[int]) -> array[int]:
    """The amounts of such a split, where the parts of a client are side by side."""
    ends = [0]
    for _, several in groupby(clients):
        ends.append(ends[-1] + sum(1 for _ in several))
    stretches = [slice(*ends) for ends in pairwise(ends)]
    parts = largest_remainder(amount_minor, [sum(days[one]) for one in stretches])
    found = array("q")
    for part, one in zip(parts, stretches, strict=True):
        found.extend(largest_remainder(part, days[one]))
    return found


def _holder(client_id: int, site_id: int) -> Holder:
    return Holder(_number(client_id), _number(site_id))


def _number(number: int) -> int | None:
    return None if number == NO_NUMBER else number
