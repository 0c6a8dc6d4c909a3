"""What was known of clients, and how the ledger was set, as of any event."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import agency_events
from jpcli.ledger.events.log import last_seq
from jpcli.ledger.queries import clients
from jpcli.ledger.queries.sites import client_exists
from jpcli.ledger.snapshots.details import ClientThen, clients_then, facts_then
from jpcli.services.invoices import close
from jpcli.services.invoices.statements import Statements
from jpcli.services.ledger.settings import set_one
from jpcli.services.licenses import assign
from jpcli.services.sites import sites
from tests.services.agency import BEGUN, A, Agency, B, compared

_NAMES = ("Ada", "Bob", "Cleo")
_steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "rename", *agency_events.CLIENT_DETAILS]),
        st.sampled_from(_NAMES),
        st.sampled_from([*_NAMES, None]),
    ),
    max_size=12,
)


def told(agency: Agency, step: tuple[str, str, str | None]) -> None:
    """One change; what can't be is none."""
    what, name, value = step
    with agency.desk() as desk:
        is_there = client_exists(desk.ledger, name)
        if what == "add" and not is_there:
            sites.add_client(desk, name)
        elif is_there and what != "add":
            with desk.writing() as writer:
                if what != "rename":
                    writer.record(*agency_events.client_edited(name, {what: value}))
                elif value is not None and not client_exists(desk.ledger, value):
                    writer.record(*agency_events.client_renamed(value, name))


def known(agency: Agency) -> tuple[int, dict[str, ClientThen]]:
    """The last event, and what the tables say of every client now."""
    with agency.desk(writes=False) as desk:
        found = {}
        for (name,) in desk.ledger.all("SELECT name FROM clients"):
            details = clients.details(desk.ledger, name)
            assert details is not None
            found[name] = ClientThen(*details[:5])
        return last_seq(desk.ledger), found


@given(_steps)
def test_each_event_left_what_the_tables_said_then(
    steps: list[tuple[str, str, str | None]],
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        agency = Agency(Path(folder) / "ledger.db").init(prices=None)
        seen = [known(agency)]
        for step in steps:
            told(agency, step)
            seen.append(known(agency))
        with agency.desk(writes=False) as desk:
            for seq, expected in seen:
                then = clients_then(desk.ledger, seq)
                assert {each.name: each for each in then.values()} == expected


def test_settings_as_they_were(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init(name="Then")
    with agency.desk(writes=False) as desk:
        before = last_seq(desk.ledger)
    agency.do(set_one, "name", "Now")
    agency.do(set_one, "tax-id", "X1")
    with agency.desk(writes=False) as desk:
        assert facts_then(desk.ledger, before)["name"] == "Then"
        assert "tax_id" not in facts_then(desk.ledger, before)
        assert (facts_then(desk.ledger)["name"], facts_then(desk.ledger)["tax_id"]) == ("Now", "X1")


def test_a_statement_keeps_its_number_and_its_name(tmp_path: Path) -> None:
    """Whoever is added, renamed or put together later; and is found by either name."""
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    keys = agency.issue("jetpack-scan", 3, now="2024-07-01T09:00:00Z")
    agency.do(assign.assign, [keys[0]], B, "Zoe", now="2024-07-01T09:00:00Z")
    agency.do(assign.assign, [keys[1]], A, "Ada", now="2024-07-01T09:00:00Z")
    agency.do(close.close, "2024-07", now="2024-08-01T09:00:00Z")
    agency.now = "2024-08-02T09:00:00Z"

    def numbers() -> list[tuple[str | None, str | None]]:
        with agency.desk(writes=False) as desk:
            found = Statements(desk, "2024-07")
            return [(each.client, found.number_of(each)) for each in found.receivers]

    expected = [("Zoe", "INV-2024-07-01"), ("Ada", "INV-2024-07-02"), (None, "INV-2024-07-00")]
    assert numbers() == expected
    agency.do(sites.add_client, "Aaron")
    with agency.desk() as desk, desk.writing() as writer:
        writer.record(*agency_events.client_renamed("Adele", "Ada"))
        writer.record(*agency_events.client_archived("Adele", True, "Zoe"))
    assert numbers() == expected
    with agency.desk(writes=False) as desk:
        found = Statements(desk, "2024-07")
        assert compared(found.named("Adele")) == compared(found.named("Ada"))
        assert found.named("Ada").own_number == "INV-2024-07-02"
        assert found.named("Aaron").own_number is None
        assert sum(count.licenses for count in found.named("Ada").per_day) == 31
