"""Two clients who are one: the sites of the one are the other's, and the one is put away.

Owns from when on. A merge corrects a name that was written twice, so it holds for all that is not
billed yet, and changes nothing in months that are closed: no part of a bill that was stated moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from jpcli.domain import agency_events, events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput
from jpcli.domain.instants import SECOND, format_instant
from jpcli.domain.names import check_client_name
from jpcli.domain.periods import month_period, parse_month
from jpcli.domain.words import command_line, count
from jpcli.ledger.queries import clients, sites
from jpcli.services.billing.waiting import next_to_close
from jpcli.services.change import change
from jpcli.services.clients.edit import known_of
from jpcli.services.meant import check_client_known
from jpcli.services.put_away import check_client_in_use

if TYPE_CHECKING:
    from jpcli.domain.contract.clients import ClientsMergedAnswer
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


class Owner(NamedTuple):
    """Whose a site is from an instant on; the first one since ever."""

    from_at: int
    client: str | None


def merge_clients(desk: Desk, client: str, into: str) -> Answer[ClientsMergedAnswer]:
    """Let the sites of a client be another's, from the first day that is in no closed month on or
    from `--at`, and archive the client.

    Raises BadInput `unknown_client`, `same_client`, Refused as `check_client_in_use`.
    """
    name, kept = check_client_name(client), check_client_name(into)

    def do(writer: Writer) -> Answer[ClientsMergedAnswer]:
        ledger = desk.ledger
        found = clients.standing(ledger, name)
        if found is not None and found.name == name and found.into == kept:
            note = Note("already_merged", f"{name} was merged into {kept} already", "info", name)
            return Answer(_data(desk, kept, 0), (note,))
        _check(desk, name, kept)
        at = _first_open(desk) if desk.at_text is None else desk.effective_at()
        day = ledger.calendar.first_day_ending_after(at)
        used_before = clients.sites_used_before(ledger, name, day)
        owned = clients.owned_since(ledger, name, day)
        for site_id, url in owned:
            before = [Owner(at, who) for who, _, _, at in sites.owners_of(ledger, site_id)]
            now = taken_over(before, name, kept, at, was_used=site_id in used_before)
            _record(writer, url, before, now)
        writer.record(*agency_events.client_archived(name, True, kept))
        writer.flush()
        since = f"from {ledger.calendar.iso(day)} on"
        message = f"Merged {name} into {kept}, {since}: {count(len(owned), 'site')}"
        note = Note("clients_merged", message, "ok", kept)
        return Answer(_data(desk, kept, len(owned)), (note,))

    return change(desk, {"command": "clients merge", "client": name, "into": kept}, do)


def _data(desk: Desk, kept: str, moved: int) -> ClientsMergedAnswer:
    return cast("ClientsMergedAnswer", {**known_of(desk, kept), "sites_moved": moved})


def taken_over(
    owners: list[Owner], name: str, kept: str, at: int, *, was_used: bool
) -> list[Owner]:
    """Whose a site is, and was, when `kept` has all that `name` had of it from the instant `at` on.

    A site that was named after that has the days before it, too; where a license was on it then
    (`was_used`) those stay whose they are.
    """
    found: list[Owner] = []
    ends = [owner.from_at for owner in owners[1:]]
    for number, owner in enumerate(owners):
        begins_later = owner.from_at >= at
        if owner.client != name or (number < len(ends) and ends[number] <= at):
            found.append(owner)
        elif begins_later and (number or not was_used):
            found.append(Owner(owner.from_at, kept))
        else:
            found += [Owner(min(owner.from_at, at - SECOND), name), Owner(at, kept)]
    return [
        owner
        for number, owner in enumerate(found)
        if number == 0 or found[number - 1].client != owner.client
    ]


def _record(writer: Writer, url: str, before: list[Owner], now: list[Owner]) -> None:
    last = now[-1]
    if now == [*before, last]:
        moved = events.site_moved(url, last.client, before[-1].client)
        writer.record(*moved, at=last.from_at)
        return
    owners = [{"client": one.client, "from": format_instant(one.from_at)} for one in now]
    writer.record(*events.site_owners_set(url, owners), at=last.from_at)


def _first_open(desk: Desk) -> int:
    """The instant at which the first month begins that is not closed, or now if that is to come."""
    calendar = desk.ledger.calendar
    period = month_period(calendar, *parse_month(next_to_close(desk)))
    return min(calendar.start_of(period.first_day), desk.effective_at())


def _check(desk: Desk, name: str, kept: str) -> None:
    if name == kept:
        raise BadInput(
            "same_client",
            f"{name} can't be merged into itself",
            hint=command_line("See what it has:   jpcli clients show", name),
            subject=name,
        )
    for each in (name, kept):
        check_client_known(desk.ledger, each)
        check_client_in_use(each, clients.standing(desk.ledger, each))
