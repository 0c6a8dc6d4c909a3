"""What each kind of event does to the life of a license (B1, D1, W1)."""

from __future__ import annotations

from jpcli.domain import events, license_events
from jpcli.domain.events import Event
from jpcli.domain.history import Assignment, History
from jpcli.domain.instants import format_instant

KEY, A, B = "ai_1", "https://a.example", "https://b.example"
SECOND = 1_000_000


def lived(*told: tuple[events.Entry, int], life: History | None = None) -> History:
    for (kind, subject, data), at in told:
        event = Event(1, kind, subject, at, 99, "ann", None, data)
        life = license_events.after(life, event, str.upper)
    assert life is not None
    return life


ISSUED = (events.license_issued(KEY, events.license_terms("ai")), 10)
ON_A = (events.license_assigned(KEY, A), 20)


def test_d1_a_license_begins_on_no_site_when_it_is_issued() -> None:
    assert lived(ISSUED) == History(10, None, ())


def test_w1_a_stay_ends_where_the_next_begins() -> None:
    on_a = Assignment(A.upper(), 20)
    assert lived(ISSUED, ON_A) == History(10, None, (on_a,))
    transferred = lived(ISSUED, ON_A, (events.license_transferred(KEY, B, A), 30))
    both = (Assignment(A.upper(), 20, 30), Assignment(B.upper(), 30))
    assert transferred == History(10, None, both)
    back = lived((events.license_transferred(KEY, A, B), 35), life=transferred)
    there = both[1]._replace(to_at=35)
    assert back.assignments == (both[0], there, Assignment(A.upper(), 35))
    free = (events.license_unassigned(KEY, A), 25)
    ended = Assignment(A.upper(), 20, 25)
    assert lived(ISSUED, ON_A, free) == History(10, None, (ended,))
    # A stay that has ended is not ended again.
    again = lived(ISSUED, ON_A, free, (events.license_assigned(KEY, B), 40))
    assert again == History(10, None, (ended, Assignment(B.upper(), 40)))


def test_d1_a_revocation_ends_the_license_and_not_its_last_stay() -> None:
    revoked = lived(ISSUED, ON_A, (events.license_revoked(KEY), 50))
    assert revoked == History(10, 50, (Assignment(A.upper(), 20),))


def test_an_import_is_a_whole_life_and_looks_back() -> None:
    stays = [
        {"site": A, "client": None, "from": format_instant(SECOND), "to": format_instant(2**40)},
        {"site": B, "client": "Ann", "from": format_instant(2**40), "to": None},
    ]
    terms = events.license_terms("ai")
    data = {**terms, "issued_at": format_instant(0), "revoked_at": None, "assignments": stays}
    entry = events.license_imported(KEY, data)
    listed = (Assignment(A.upper(), SECOND, 2**40), Assignment(B.upper(), 2**40))
    assert lived((entry, 2**50)) == History(0, None, listed)
    ended = {**data, "revoked_at": format_instant(2**41), "assignments": []}
    assert lived((events.license_imported(KEY, ended), 2**50)) == History(0, 2**41, ())
    kind, subject, _ = entry
    assert license_events.earliest_at(Event(1, kind, subject, 2**50, 0, "", None, data)) == 0


def test_all_other_events_reach_back_to_their_own_instant() -> None:
    for kind in events.ABOUT_LICENSES:
        if kind not in license_events.LOOKING_BACK:
            event = Event(1, kind, KEY, 77, 99, "ann", None, {"issued_at": format_instant(0)})
            assert license_events.earliest_at(event) == 77
    assert {*license_events.MAKING, *license_events.ENDING} < set(events.ABOUT_LICENSES)
