"""A second checker of proofs, written from docs/proof.md alone: it uses nothing of jpcli.

It is as simple as can be: days are looked at one by one, instants a quarter of an hour at a time.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from typing import Any
from zlib import decompress
from zoneinfo import ZoneInfo

FIELDS = [
    *("kind", "product", "name", "bundle_size", "day_price_e12", "first_day", "last_day"),
    *("licenses", "assigned", "unassigned", "days", "license_days", "amount_minor", "period"),
]
EVENT = "seq kind subject at recorded_at actor reason data previous hash"
WITHHELD = "seq kind subject at shown previous hash"
PART = (
    "kind product name bundle_size day_price_e12 first_day last_day days license_days"
    " amount_minor before after part sites"
)
OTHER_PART = "kind product name bundle_size period part sites"
INVOICE = "number period first_day last_day currency time_zone total_minor content_hash head"
MEMBERS = (
    "form invoice whose markup closing ledger prices renames earlier lines holders shares sites"
    " licenses counts"
)
QUARTER = timedelta(minutes=15)
LISTS = ("holders", "shares")
NO_DECIMALS = {"jpy"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Wrong(Exception):
    """What is wrong with a proof."""


def check(text: str) -> str | None:
    """What is wrong first, or None."""
    try:
        _Proof(json.loads(text, object_pairs_hook=_once)).check()
    except Exception as error:  # noqa: BLE001  # whatever can't be read is wrong
        return f"{type(error).__name__}: {error}"
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "a name stands there twice")
    return dict(pairs)


def need(right: bool, what: str) -> None:
    if not right:
        raise Wrong(what)


def has(value: Any, names: str) -> Any:
    need(isinstance(value, dict) and value.keys() == set(names.split()), f"{names}: {value}")
    return value


def canonical(value: Any, *, keys: bool = True) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=keys)


def half_up(numerator: int, denominator: int) -> int:
    found = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -found if numerator < 0 else found


def split(amount: int, weights: list[int]) -> list[int]:
    if amount < 0:
        return [-part for part in split(-amount, weights)]
    total = sum(weights)
    parts = [amount * weight // total for weight in weights]
    rest = amount - sum(parts)
    order = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % total), n))
    for number in order[:rest]:
        parts[number] += 1
    return parts


@lru_cache(maxsize=64)
def zone_of(data: str | None) -> Any:
    if data is None:
        return UTC
    ((start, _, packed),) = [part.partition(":") for part in data.split(",")]
    need(start == "0", "this checker knows only one set of rules")
    return ZoneInfo.from_file(BytesIO(decompress(b64decode(packed))))


@lru_cache(maxsize=512)
def quarters(data: str | None, first: date, last: date) -> list[tuple[int, date]]:
    """Instants (microseconds) around some dates, with the local date of each."""
    zone, at = zone_of(data), datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
    at -= timedelta(days=1)
    found = []
    while at < end:
        found.append((micros(at), at.astimezone(zone).date()))
        at += QUARTER
    return found


def micros(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(text: str | None) -> int | None:
    return None if text is None else micros(datetime.fromisoformat(text))


class _Proof:
    def __init__(self, body: Any) -> None:
        need(list(has(body, MEMBERS)) == MEMBERS.split(), "members are not in their order")
        self.body = body
        self.invoice = has(body["invoice"], INVOICE)
        self.whole = body["whose"] is None
        self.client = None if self.whole else has(body["whose"], "client")["client"]
        self.hashes: dict[int, tuple[str, str]] = {}
        self.count = 0
        self.until = None if body["closing"] is None else body["closing"]["seq"] - self.before()

    def before(self) -> int:
        """How many events before the closing are a part of it."""
        listed = self.body["closing"]["data"].get("listed")
        if listed is None:
            return 0
        has(listed, "holders shares rows")
        need(all(type(value) is int for value in listed.values()), "listed")
        need(0 < listed["rows"] <= 10_000 and min(listed.values()) >= 0, "listed")
        return sum((listed[name] + listed["rows"] - 1) // listed["rows"] for name in LISTS)

    def check(self) -> None:
        body, invoice = self.body, self.invoice
        need(body["form"] == "jpcli-proof/1", "form")
        need(self.whole or body["closing"] is None, "closing")
        need(self.whole is False or body["markup"] is None, "markup")
        need((invoice["number"] is None) == (invoice["content_hash"] is None), "content_hash")
        need(not self.whole or (body["closing"] is None) == (invoice["number"] is None), "closing")
        for name in ("head", "content_hash"):
            value = invoice[name]
            need(value is None or len(bytes.fromhex(value)) == 32, name)
            need(value is None or value == value.lower(), name)
        self.facts()
        self.prices: dict[tuple[str, int], dict[date, int]] = defaultdict(dict)
        for event in self.events(body["prices"], "price."):
            data = event["data"]
            points = self.prices[event["subject"], data["bundle_size"]]
            points.pop(date.fromisoformat(data["from"]), None)
            if event["kind"] == "price.set":
                points[date.fromisoformat(data["from"])] = data["day_price_e12"]
        renames = self.events(body["renames"], "site.renamed client.renamed")
        self.renames = [(e["seq"], e["kind"], e["data"]["from"], e["subject"]) for e in renames]
        need(self.renames == sorted(self.renames), "renames are not in order")
        self.owners: dict[str, list[tuple[date, Any]]] = {}
        for site in body["sites"]:
            self.site(has(site, "site events"))
        need(len(self.owners) == len(body["sites"]), "a site stands there twice")
        self.sums: dict[Any, dict[str, Any]] = defaultdict(
            lambda: {"days": 0, "license_days": 0, "licenses": 0, "unassigned": 0, "by": {}}
        )
        self.windows()
        keys = [item["license_key"] for item in body["licenses"]]
        need(len(keys) == len(set(keys)), "a license stands there twice")
        for item in body["licenses"]:
            self.license(has(item, "license_key product bundle_size bundle_key days events"))
        if self.whole:
            self.lines()
            self.shares()
            self.seal()
        else:
            self.parts()
        counts = {
            "sites": len(body["sites"]),
            "licenses": len(body["licenses"]),
            "events": self.count,
        }
        need(body["counts"] == counts, f"counts {counts}")
        self.links()

    # --- events ---------------------------------------------------------------------------------

    def events(self, items: list[Any], kinds: str, *, late: bool = False) -> list[Any]:
        found = [self.event(item, kinds, late=late) for item in items]
        if kinds != "price.":
            need(all(a["seq"] < b["seq"] for a, b in pairwise(found)), "events are not in order")
        return found

    def event(self, item: Any, kinds: str, *, late: bool) -> Any:
        withheld = not self.whole and "shown" in item
        has(item, WITHHELD if withheld else EVENT)
        seq = item["seq"]
        need(type(seq) is int and type(item["at"]) is int, f"event {seq}")
        need(any(item["kind"].startswith(kind) for kind in kinds.split()), f"kind of {seq}")
        need(late or self.until is None or seq < self.until, f"event {seq} is too late")
        self.place(seq, item["previous"], item["hash"])
        self.count += 1
        need(not withheld or item["kind"].startswith(("license.", "site.")), f"{seq} is withheld")
        need(not withheld or item["kind"] != "site.renamed", f"{seq} is withheld")
        if withheld:
            return {**item, "data": item["shown"]}
        fields = [item[name] for name in EVENT.split()[:8]]
        text = canonical(fields, keys=False)
        made = sha256(bytes.fromhex(item["previous"]) + text.encode()).hexdigest()
        need(made == item["hash"], f"event {seq} does not fit its hash")
        return {**item, "data": json.loads(item["data"])}

    def place(self, seq: int, previous: str, own: str) -> None:
        need(len(bytes.fromhex(previous)) == len(bytes.fromhex(own)) == 32, f"hash of {seq}")
        need(previous == previous.lower() and own == own.lower(), f"hash of {seq}")
        need(seq not in self.hashes, f"event {seq} stands there twice")
        self.hashes[seq] = (previous, own)

    def links(self) -> None:
        for seq, (previous, _) in self.hashes.items():
            before = "00" * 32 if seq == 1 else self.hashes.get(seq - 1, ("", previous))[1]
            need(before == previous, f"event {seq} does not follow the one before it")

    def facts(self) -> None:
        told = self.events(self.body["ledger"], "ledger.created ledger.zone_set", late=True)
        need(told[0]["kind"] == "ledger.created" and told[0]["seq"] == 1, "no beginning")
        need(all(event["kind"] == "ledger.zone_set" for event in told[1:]), "two beginnings")
        numbers = [event["seq"] for event in told]
        need(numbers == sorted(set(numbers)), "zone rules out of order")
        facts: dict[str, str] = {}
        for event in told:
            facts |= event["data"]
        for name in ("currency", "time_zone"):
            need(self.invoice[name] == facts[name], name)
        self.zone_data = facts.get("zone_data")
        need(not facts.get("zone_exceptions"), "this checker knows no exceptions")
        need(self.zone_data is not None or facts["time_zone"] == "UTC", "no rules")
        skipped = facts["skipped_dates"]
        self.skipped = [int(day) for day in skipped.split(",")] if skipped else []
        self.step = 10 if facts["currency"] == "kwd" else 1
        self.label = self.invoice["period"]
        first, *_, last = self.dates(self.label)
        need(self.number(first) == self.invoice["first_day"], "first_day")
        need(self.number(last) == self.invoice["last_day"], "last_day")

    def dates(self, label: str) -> list[date]:
        day = date.fromisoformat(label + "-01")
        found = []
        while day.isoformat()[:7] == label:
            if day.toordinal() not in self.skipped:
                found.append(day)
            day += timedelta(days=1)
        return found

    def number(self, day: date) -> int:
        return day.toordinal() - sum(skipped < day.toordinal() for skipped in self.skipped)

    def local(self, at: int) -> date:
        return (EPOCH + timedelta(microseconds=at)).astimezone(zone_of(self.zone_data)).date()

    def now_called(self, kind: str, name: Any, seq: int) -> Any:
        for later, what, before, after in self.renames:
            if later > seq and what == kind and before == name:
                name = after
        return name

    def served(self, kind: str, name: Any) -> Any:
        """M5: by the name that it had first; of several who had it, the one before the others."""
        before = 10**20
        while name is not None:
            told = [one for one in self.renames if one[0] < before and one[1] == kind]
            told = [one for one in told if name in one[2:]]
            if not told or told[-1][2] == name:
                break
            before, name = told[-1][0], told[-1][2]
        return (name is None, name or "", before)

    # --- days -----------------------------------------------------------------------------------

    def site(self, site: Any) -> None:
        told = self.events(site["events"], "site.added site.moved site.owners_set")
        changes: list[tuple[date, Any]] = []
        for event in told:
            seq, data = event["seq"], event["data"]
            need(self.now_called("site.renamed", event["subject"], seq) == site["site"], "site")
            owners = [(event["at"], data["client"])] if "client" in data else []
            if event["kind"] == "site.owners_set":
                changes = []
                owners = [(instant(one["from"]), one["client"]) for one in data["owners"]]
            for at, client in owners:
                whose = self.now_called("client.renamed", client, seq)
                changes.append((date.min if not changes else self.local(at), whose))
        need(bool(changes), "a site without an owner")
        self.owners[site["site"]] = changes

    def windows(self) -> None:
        """(month, offer) -> [(first, last, price)], of all that is billed or corrected."""
        self.wanted: dict[tuple[str, tuple[str, int]], list[tuple[date, date, Any]]] = {}
        for line in self.body["lines"]:
            offer = (line["product"], line["bundle_size"])
            label = self.label if line["kind"] in ("license", "bundle") else line["period"]
            if line["kind"] == "credit" or (line["kind"] == "adjustment" and label == self.label):
                continue
            if self.whole or line["kind"] != "adjustment":
                self.wanted[label, offer] = []
        for (label, offer), stretches in self.wanted.items():
            for day in self.dates(label):
                points = [p for p in sorted(self.prices[offer].items()) if p[0] <= day]
                price = points[-1][1] if points else None
                if stretches and stretches[-1][2] == price:
                    stretches[-1] = (stretches[-1][0], day, price)
                else:
                    stretches.append((day, day, price))

    def license(self, item: Any) -> None:
        told = self.events(item["events"], "license.")
        need(all(event["subject"] == item["license_key"] for event in told), "subject")
        made, *later = told
        terms = made["data"]
        need(made["kind"] in ("license.issued", "license.imported"), "it begins otherwise")
        offer = (item["product"], item["bundle_size"])
        need(offer == (terms["product"], terms["bundle_size"] or 1), "terms")
        need(item["bundle_key"] == terms["bundle_key"], "bundle")
        issued: Any = made["at"]
        revoked: Any = None
        places: list[Any] = []
        if made["kind"] == "license.imported":
            issued, revoked = instant(terms["issued_at"]), instant(terms["revoked_at"])
            for stay in terms["assignments"]:
                places.append((instant(stay["from"]), made["seq"], stay["site"]))
                if stay["to"] is not None and instant(stay["to"]) != revoked:
                    places.append((instant(stay["to"]), made["seq"], None))
        for event in later:
            need(event["kind"] not in ("license.issued", "license.imported"), "made twice")
            if event["kind"] == "license.revoked":
                revoked = event["at"]
            else:
                places.append((event["at"], event["seq"], event["data"]["site"]))
        moves = [
            (self.local(at), self.now_called("site.renamed", site, seq)) for at, seq, site in places
        ]
        shown: list[list[Any]] = []
        for label, wanted in sorted(self.wanted):
            if wanted == offer:
                days = self.month(label, issued, revoked, moves)
                self.add(label, offer, days, child=item["bundle_key"] is not None)
                shown += self.stretches(days)
        need(shown != [], f"{item['license_key']} has no day")
        need(shown == item["days"], f"{item['license_key']}: {shown}")

    def month(
        self, label: str, issued: int, revoked: int | None, moves: list[tuple[date, Any]]
    ) -> list[tuple[date, Any, Any]]:
        """(date, site, client) of every day of a month on which a license is billed."""
        dates = self.dates(label)
        touched = {
            day
            for at, day in quarters(self.zone_data, dates[0], dates[-1])
            if issued <= at and (revoked is None or at < revoked)
        }
        touched |= {self.local(issued)}
        if revoked is not None and revoked > issued:
            touched |= {self.local(revoked - 1)}
        found = []
        for day in dates:
            if day not in touched:
                continue
            site = ([None] + [place for since, place in moves if since <= day])[-1]
            client = None if site is None else False
            if site in self.owners:
                client = [whose for since, whose in self.owners[site] if since <= day][-1]
            elif site is not None:
                need(not self.whole, f"{site} is not there")
                site = False
            found.append((day, site, client))
        return found

    def stretches(self, days: list[tuple[date, Any, Any]]) -> list[list[Any]]:
        found: list[list[Any]] = []
        last: date | None = None
        for day, site, client in days:
            if not self.whole and (client is False or client != self.client):
                continue
            follows = last is not None and self.number(day) == self.number(last) + 1
            if found and follows and found[-1][2:] == [site, client]:
                found[-1][1] = day.isoformat()
            else:
                found.append([day.isoformat(), day.isoformat(), site, client])
            last = day
        return found

    def add(self, label: str, offer: Any, days: list[Any], *, child: bool) -> None:
        for first, last, _ in self.wanted[label, offer]:
            mine = [item for item in days if first <= item[0] <= last]
            sums = self.sums[label, offer, first]
            if not child:
                sums["days"] += len(mine)
            if (offer[1] > 1 and not child) or not mine:
                continue
            sums["license_days"] += len(mine)
            sums["licenses"] += 1
            sums["unassigned"] += mine[-1][1] is None
            for _, site, client in mine:
                sums["by"][client, site] = sums["by"].get((client, site), 0) + 1

    # --- lines ----------------------------------------------------------------------------------

    def amount(self, days: int, price: int) -> int:
        return half_up(days * price, self.step * 10**12) * self.step

    def billed(self, names: Any) -> Any:
        """The lines that are days times a price, each with its sums; and that none is missing."""
        stated = {}
        for number, line in enumerate(self.body["lines"], 1):
            if line["kind"] in ("license", "bundle"):
                key = (line["product"], line["bundle_size"], line["first_day"])
                need(key not in stated, f"line {number} stands there twice")
                stated[key] = (number, line)
        for (label, offer), stretches in self.wanted.items():
            for first, last, price in stretches if label == self.label else ():
                sums = self.sums[label, offer, first]
                number, line = stated.pop((*offer, self.number(first)), (0, None))
                if line is None:
                    need(not names(sums), f"{offer} has days that no line has")
                    continue
                need(line["last_day"] == self.number(last), f"line {number}: last_day")
                need(line["day_price_e12"] == price, f"line {number}: price")
                need(line["kind"] == ("license" if offer[1] == 1 else "bundle"), "kind")
                due = self.amount(line["days"], price)
                need(line["amount_minor"] == due, f"line {number}: {due}")
                yield number, line, sums
        need(not stated, f"lines without days: {stated}")

    def lines(self) -> None:
        for number, line, sums in self.billed(lambda sums: sums["days"]):
            need(line["period"] is None, f"line {number}: period")
            for name in ("days", "license_days", "licenses", "unassigned"):
                need(line[name] == sums[name], f"line {number}: {name} {sums[name]}")
            need(line["assigned"] + line["unassigned"] == line["licenses"], "assigned")
        lines = self.body["lines"]
        corrected: set[Any] = set()
        for number, line in enumerate(lines, 1):
            has(line, " ".join(FIELDS))
            if line["kind"] == "adjustment":
                what = (line["period"], line["product"], line["bundle_size"])
                need(what not in corrected, f"line {number} stands there twice")
                closed = [self.label, *(invoice["period"] for invoice in self.body["earlier"])]
                ahead = line["period"] > self.label and line["period"] not in closed
                need(not ahead, f"line {number} corrects a later month that is open")
                corrected.add(what)
                self.adjustment(number, line)
            elif line["kind"] == "credit":
                need(number == len(lines), "credit is last")
                before = sum(other["amount_minor"] for other in lines[:-1])
                credit = line["amount_minor"]
                need(before + credit >= 0, "too much credit")
                need(credit <= 0 or before + credit == 0, "credit without need")
                zeros = [line[name] for name in FIELDS[4:12]]
                need(zeros == [0] * 8 and line["product"] == "", "credit")
                need(line["bundle_size"] == 1 and line["period"] is None, "credit")
            else:
                need(line["kind"] in ("license", "bundle"), "kind")
        total = sum(line["amount_minor"] for line in lines)
        need(total == self.invoice["total_minor"], f"total {total}")

    def adjustment(self, number: int, line: Any) -> None:
        label, offer = line["period"], (line["product"], line["bundle_size"])
        names = ("days", "license_days", "amount_minor")
        due, price = dict.fromkeys(names, 0), None
        for invoice in self.body["earlier"]:
            for one in invoice["lines"]:
                own = invoice["period"] == label and one["kind"] in ("license", "bundle")
                corrects = one["kind"] == "adjustment" and one["period"] == label
                if (one["product"], one["bundle_size"]) == offer and (own or corrects):
                    price = one["day_price_e12"]
                    for name in names:
                        due[name] -= one[name]
        for first, _, now in self.wanted.get((label, offer), ()) if label != self.label else ():
            sums = self.sums[label, offer, first]
            if sums["days"]:
                price = now
                due["days"] += sums["days"]
                due["license_days"] += sums["license_days"]
                due["amount_minor"] += self.amount(sums["days"], now)
        first, *_, last = self.dates(label)
        due |= {"first_day": self.number(first), "last_day": self.number(last)}
        due |= {"licenses": 0, "assigned": 0, "unassigned": 0}
        need(line["day_price_e12"] == price, f"line {number}: price")
        found = {name: line[name] for name in due}
        need(found == due, f"line {number}: {found}, due {due}")

    def shares(self) -> None:
        holders, shares = self.body["holders"], self.body["shares"]
        if holders is None or shares is None:
            need(holders is None and shares is None, "holders and shares")
            return
        need({row[1] for row in shares} == set(range(len(holders))), "holders")
        for holder in holders:
            need(len(holder) == 4, "a holder")
            need(self.body["closing"] is not None or holder[:2] == [None, None], "a number")
        found: Any = defaultdict(dict)
        for position, holder, days, amount in shares:
            need(0 <= position < len(self.body["lines"]), "a share of no line")
            key = (holders[holder][2], holders[holder][3])
            one = found[position].setdefault(key, [0, 0])
            one[0] += days
            one[1] += amount
        for position, line in enumerate(self.body["lines"]):
            if line["kind"] not in ("license", "bundle"):
                days = sum(share[0] for share in found[position].values())
                amount = sum(share[1] for share in found[position].values())
                need([days, amount] == [line["license_days"], line["amount_minor"]], "shares")
                continue
            first = next(
                one[0]
                for one in self.wanted[self.label, (line["product"], line["bundle_size"])]
                if self.number(one[0]) == line["first_day"]
            )
            offer = (line["product"], line["bundle_size"])
            due = self.parted(line["amount_minor"], self.sums[self.label, offer, first]["by"])
            need(dict(found[position]) == due, f"line {position + 1}: {due}")

    def parted(self, amount: int, days: dict[Any, int]) -> dict[Any, list[int]]:
        if not days:
            return {(None, None): [0, amount]}
        order = sorted(
            {client for client, _ in days}, key=lambda name: self.served("client.renamed", name)
        )
        weights = [sum(n for (who, _), n in days.items() if who == client) for client in order]
        found = {}
        for client, part in zip(order, split(amount, weights), strict=True):
            sites = sorted(
                (site for who, site in days if who == client),
                key=lambda name: self.served("site.renamed", name),
            )
            numbers = [days[client, site] for site in sites]
            for site, number, minor in zip(sites, numbers, split(part, numbers), strict=True):
                found[client, site] = [number, minor]
        return found

    def parts(self) -> None:
        body, markup = self.body, self.body["markup"]
        need(body["holders"] is None and body["shares"] is None and body["earlier"] == [], "others")
        numerator, denominator = 1, 1
        if markup is not None:
            places = len(markup.partition(".")[2])
            denominator = 100 * 10**places
            numerator = denominator + int(markup.replace(".", ""))

        def mine(sums: Any) -> dict[Any, int]:
            return {site: n for (who, site), n in sums["by"].items() if who == self.client}

        for number, line, sums in self.billed(mine):
            has(line, PART)
            days = mine(sums)
            before, after = line["before"], line["after"]
            need(before == sorted(before) and after == sorted(after), f"line {number}: order")
            every = sum(before) + sum(days.values()) + sum(after)
            need(line["license_days"] == every, f"line {number}: {every}")
            need(line["kind"] == "bundle" or line["days"] == every, f"line {number}: {every}")
            whole = half_up(line["amount_minor"] * numerator, denominator * self.step) * self.step
            part = whole if self.client is None else 0
            if every:
                part = split(whole, [*before, sum(days.values()), *after])[len(before)]
            own = self.parted(part, {(self.client, site): n for site, n in days.items()})
            sites = (
                [[site, *share] for (_, site), share in own.items()] if days else [[None, 0, part]]
            )
            due = {"license_days": sum(days.values()), "amount_minor": part}
            need(line["part"] == due, f"line {number}: {due}")
            key = canonical
            need(sorted(line["sites"], key=key) == sorted(sites, key=key), f"{number}: {sites}")
        for line in body["lines"]:
            if line["kind"] not in ("license", "bundle"):
                has(line, OTHER_PART)
                need(line["kind"] in ("adjustment", "credit"), "kind")
                sums = [
                    sum(site[1] for site in line["sites"]),
                    sum(site[2] for site in line["sites"]),
                ]
                need(list(has(line["part"], "license_days amount_minor").values()) == sums, "part")
        total = sum(line["part"]["amount_minor"] for line in body["lines"])
        need(total == self.invoice["total_minor"], f"total {total}")

    # --- hashes ---------------------------------------------------------------------------------

    def content(self, invoice: Any, lines: Any) -> None:
        content = {
            **{name: invoice[name] for name in ("number", "period", "first_day", "last_day")},
            "currency": self.invoice["currency"],
            "time_zone": self.invoice["time_zone"],
            "fields": FIELDS,
            "lines": [[has(line, " ".join(FIELDS))[name] for name in FIELDS] for line in lines],
            "total_minor": invoice["total_minor"],
        }
        made = sha256(canonical(content).encode()).hexdigest()
        need(made == invoice["content_hash"], f"content hash of {invoice['number']}")

    def seal(self) -> None:
        body, closing = self.body, self.body["closing"]
        earlier = [
            has(one, "number period first_day last_day lines total_minor content_hash")
            for one in body["earlier"]
        ]
        for one in earlier:
            self.content(one, one["lines"])
        need(len({one["number"] for one in earlier}) == len(earlier), "an invoice twice")
        if closing is None:
            return
        self.content(self.invoice, body["lines"])
        has(closing, "seq kind subject at recorded_at actor reason data previous")
        need(closing["subject"] == self.invoice["number"], "number")
        data = {**closing["data"]}
        for name in ("period", "first_day", "last_day", "total_minor", "content_hash"):
            need(data[name] == self.invoice[name], name)
        need(data.keys().isdisjoint({"lines", "holders", "shares"}), "closing")
        data["lines"] = [[line[name] for name in FIELDS] for line in body["lines"]]
        previous, left = closing["previous"], self.before()
        names = ("seq", "kind", "subject", "at", "recorded_at", "actor", "reason")

        def made(data: Any, **other: Any) -> str:
            fields = [*({**closing, **other}[name] for name in names), canonical(data)]
            return sha256(bytes.fromhex(previous) + canonical(fields).encode()).hexdigest()

        for name in LISTS:
            rows = body[name]
            if not left or "listed" not in data:
                data |= {} if rows is None else {name: rows}
                continue
            need(len(rows) == data["listed"][name], name)
            for first in range(0, len(rows), data["listed"]["rows"]):
                part = {name: rows[first : first + data["listed"]["rows"]]}
                seq = closing["seq"] - left
                own = made({**part, "first": first, "left": left}, seq=seq, kind="invoice.listed")
                self.place(seq, previous, own)
                previous, left = own, left - 1
        need(made(data) == self.invoice["head"], "head")
        self.place(closing["seq"], previous, self.invoice["head"])
