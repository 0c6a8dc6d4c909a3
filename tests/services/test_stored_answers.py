"""What is kept under an idempotency key: a reference, from which the first answer comes again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain import events
from jpcli.domain.answers import Rows
from jpcli.domain.errors import Refused
from jpcli.domain.plan_terms import ACTIONS, SiteWish, Spare, Wanted
from jpcli.ledger.writer import writing
from jpcli.services import bulk, spool, stored_answers, summed
from jpcli.services.files.rows import Row
from jpcli.services.ledger import upkeep
from jpcli.services.licenses import assign, issue, revoke
from jpcli.services.plan import apply
from jpcli.services.plan.order import Order
from tests import engines
from tests.services.agency import A, Agency, B, C, plain

SCAN, BUNDLE = "jetpack-scan", "jetpack-security-t1"


class Stock:
    """Licenses in every state, by what they are."""

    def __init__(self, agency: Agency) -> None:
        self.placed = agency.issue(SCAN, 4, at="2024-07-01", site=A, client="Ann")
        self.free = agency.issue(SCAN, 3, at="2024-07-01")
        self.gone = agency.issue(SCAN, 2, at="2024-07-01")
        agency.revoke(*self.gone, at="2024-07-02")
        self.parent, self.children = agency.bundle(at="2024-07-01")
        self.other, (self.used, self.spare, _) = agency.bundle(at="2024-07-01")
        agency.assign(self.used, B)


def rows(use_case: Any, listed: list[dict[str, Any]], **options: Any) -> Callable[[Any], Any]:
    def call(desk: Any) -> Any:
        numbered = [Row(line, values) for line, values in enumerate(listed, 2)]
        return use_case(desk, numbered, [], **options)

    return call


def requests(stock: Stock) -> dict[str, Callable[[Any], Any]]:
    """Everything that answers with licenses, plain and with what is in no event."""
    placed, free, gone = stock.placed, stock.free, stock.gone
    moves = [
        {"license_key": placed[0], "to": B},
        {"license_key": placed[1], "to": A},  # it is there already
        {"license_key": placed[0], "to": C},  # twice
        {"license_key": free[0], "to": B},  # on no site
        {"license_key": "nope", "to": B},
        {"license_key": placed[2], "to": "not a site"},
        {"license_key": stock.used, "to": C},
    ]
    ends = [placed[1], gone[0], placed[1], "nope", stock.used, stock.spare, stock.parent]
    ends += [stock.children[0], placed[0]]
    return {
        "issue": lambda desk: issue.issue(desk, SCAN, 3),
        "issue on a site": lambda desk: issue.issue(desk, SCAN, 3, None, A, "Ann"),
        "issue bundles": lambda desk: issue.issue(desk, BUNDLE, 2, 3),
        "issue --from": rows(
            issue.issue_rows,
            [
                {"product": SCAN, "site": "https://new.example", "client": "New"},
                {"product": BUNDLE, "bundle_size": "3"},
                {"product": SCAN, "quantity": "2"},
            ],
        ),
        "issue --from --keep-going": rows(
            issue.issue_rows, [{"product": SCAN}, {"product": "nope"}], keep_going=True
        ),
        "issue nothing": rows(issue.issue_rows, []),
        "assign": lambda desk: assign.assign(desk, free[:2], B, "Bob"),
        "assign again": lambda desk: assign.assign(desk, [placed[0], free[0], free[0]], A),
        "unassign": lambda desk: assign.unassign(desk, placed[1:3]),
        "unassign again": lambda desk: assign.unassign(desk, [free[0], placed[0], placed[0]]),
        "transfer": lambda desk: assign.transfer(desk, [placed[2], placed[0]], C, "Cy"),
        "transfer --from": rows(assign.transfer_rows, moves[:1] + moves[6:]),
        "transfer --from, twice": rows(assign.transfer_rows, moves[:3]),
        "transfer --from --keep-going": rows(assign.transfer_rows, moves, keep_going=True),
        "revoke": lambda desk: revoke.revoke(desk, [placed[2], placed[0]], "over"),
        "revoke a bundle": lambda desk: revoke.revoke(desk, [placed[3], stock.parent, free[0]]),
        "revoke a child": lambda desk: revoke.revoke(desk, [stock.used, placed[0]]),
        "revoke again": lambda desk: revoke.revoke(desk, [*gone, placed[0], *gone]),
        "revoke --from": rows(revoke.revoke_rows, [{"license_key": key} for key in placed]),
        "revoke --from --keep-going": rows(
            revoke.revoke_rows, [{"license_key": key} for key in ends], keep_going=True
        ),
        "apply": lambda desk: apply.apply(desk, Order("sites.toml", "a", WISH)),
        "apply nothing": lambda desk: apply.apply(desk, Order("-", "b", Wanted({}, {}))),
    }


NAMES = [
    "issue",
    "issue on a site",
    "issue bundles",
    "issue --from",
    "issue --from --keep-going",
    "issue nothing",
    "assign",
    "assign again",
    "unassign",
    "unassign again",
    "transfer",
    "transfer --from",
    "transfer --from, twice",
    "transfer --from --keep-going",
    "revoke",
    "revoke a bundle",
    "revoke a child",
    "revoke again",
    "revoke --from",
    "revoke --from --keep-going",
    "apply",
    "apply nothing",
]

# It takes a step of every kind.
WISH = Wanted(
    {
        A: SiteWish("Ann", {SCAN: 1}),
        B: SiteWish("Bob", {}),
        C: SiteWish("Cy", {SCAN: 4, "jetpack-ai": 2}),
        "https://new.example": SiteWish(None, {"jetpack-ai": 1}),
    },
    {SCAN: Spare(0, 1), "jetpack-ai": Spare(1)},
)


@pytest.fixture
def stock(agency: Agency) -> Stock:
    return Stock(agency)


@pytest.fixture(params=["short", "long"])
def _length(request: pytest.FixtureRequest, stock: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long: every list is in a file, and kept in parts, as those of a million rows are."""
    if request.param == "long":
        monkeypatch.setattr(spool, "BATCH", 2)
        monkeypatch.setattr(bulk, "BATCH", 2)
        monkeypatch.setattr(stored_answers, "MOST_ROWS", 1)
        monkeypatch.setattr(summed, "AT_ONCE", 2)


def text_of(answer: Any) -> str:
    """An answer byte for byte, but for the remark that it is a repetition."""
    notes = [list(note) for note in answer.notes if note.code != "repeated"]
    return json.dumps([plain(answer), notes])


def move_on(agency: Agency) -> None:
    """Change every license and every site that there is."""
    later = {"now": "2024-08-20T00:00:00Z"}
    for site in (A, B, C, "https://new.example"):
        agency.assign(agency.issue_one(**later), site, **later)
        agency.move_site(site, "Eve", **later)
    with agency.desk(writes=False) as desk:
        sql = "SELECT license_key, site_id, revoked_at, child FROM licenses"
        found = desk.ledger.all(sql)
    living = [row for row in found if row[2] is None]
    for key, site, *_ in living:
        if site is not None:
            agency.transfer(key, "https://later.example", client="Zoe", **later)
    for key, _, _, child in living:
        if not child:
            agency.revoke(key, **later)


@pytest.mark.usefixtures("_length")
# A file without rows does not use up its key, so there is no answer that could come again.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "issue nothing"])
def test_the_first_answer_comes_again_byte_for_byte(
    agency: Agency, stock: Stock, name: str
) -> None:
    call = requests(stock)[name]
    first = text_of(agency.do(call, key="k1"))
    assert text_of(agency.do(call, key="k1")) == first
    move_on(agency)
    before = agency.state()
    assert text_of(agency.do(call, key="k1", now="2024-09-01T00:00:00Z")) == first
    assert text_of(agency.do(call, key="k1", dry_run=True)) == first
    assert agency.state() == before
    assert agency.check()["ok"]
    if not engines.on_server():  # where a backup is a file
        copy = Path(agency.called).with_name("restored.db")
        agency.do(upkeep.backup, str(copy))
        assert text_of(Agency(copy).do(call, key="k1")) == first


@pytest.mark.parametrize("name", ["issue", "issue bundles", "transfer", "revoke"])
@pytest.mark.parametrize("ends", [False, True])
def test_what_happened_right_before_and_after_is_no_part_of_it(
    agency: Agency, stock: Stock, name: str, ends: bool
) -> None:
    def neighbor() -> None:
        key = agency.issue_one()
        if ends:
            agency.revoke(key)

    call = requests(stock)[name]
    neighbor()
    first = text_of(agency.do(call, key="k1"))
    neighbor()
    assert text_of(agency.do(call, key="k1")) == first


def test_every_request_is_in_the_table(stock: Stock) -> None:
    assert list(requests(stock)) == NAMES


def test_the_plan_in_the_table_has_steps_of_every_kind(agency: Agency, stock: Stock) -> None:
    counts = agency.do(requests(stock)["apply"]).data["counts"]
    assert set(ACTIONS) == {action for action, number in counts.items() if number}


@pytest.mark.usefixtures("_length")
@pytest.mark.parametrize("name", ["issue --from", "revoke --from", "assign"])
def test_the_key_with_another_request_is_refused(agency: Agency, stock: Stock, name: str) -> None:
    calls = requests(stock)
    agency.do(calls[name], key="k1")
    before = agency.state()
    for other in ("issue nothing", "issue --from", "revoke --from", "transfer --from", "assign"):
        if other != name:
            with pytest.raises(Refused) as caught:
                agency.do(calls[other], key="k1")
            assert caught.value.code == "idempotency_key_reused"
    assert agency.state() == before


def test_the_order_of_the_rows_and_each_of_them_count(agency: Agency, stock: Stock) -> None:
    keys = [{"license_key": key} for key in stock.placed]
    agency.do(rows(revoke.revoke_rows, keys), key="k1")
    for others in (keys[:-1], keys[1:], keys[::-1], [*keys, keys[0]], []):
        with pytest.raises(Refused) as caught:
            agency.do(rows(revoke.revoke_rows, others), key="k1")
        assert caught.value.code == "idempotency_key_reused"


# --- what is stored -------------------------------------------------------------------------------


def stored(agency: Agency) -> tuple[str, int]:
    """The answer that the ledger has, and how much text is in all events about the key."""
    with agency.desk(writes=False) as desk:
        text = desk.ledger.value("SELECT answer FROM answers")
        size = desk.ledger.value("SELECT SUM(LENGTH(data)) FROM events WHERE subject = 'k1'")
    return text, size


@pytest.mark.parametrize("name", [n for n in NAMES if "--keep-going" not in n and n[:5] != "apply"])
def test_no_license_is_stored_twice(agency: Agency, stock: Stock, name: str) -> None:
    """Of what was there already only the remark has the key, which is in no event."""
    answer = agency.do(requests(stock)[name], key="k1")
    text, _ = stored(agency)
    remarks = {note.subject for note in answer.notes}
    for row in answer.data["licenses"]:
        assert row["license_key"] in remarks or row["license_key"] not in text


def test_an_answer_of_many_licenses_is_stored_as_a_range(agency: Agency) -> None:
    keys = agency.issue(SCAN, 1500, key="k1")
    assert stored(agency)[1] < 1_000
    agency.do(rows(revoke.revoke_rows, [{"license_key": key} for key in keys]), key="k2")
    with agency.desk(writes=False) as desk:
        sql = "SELECT SUM(LENGTH(data)) FROM events WHERE subject = 'k2'"
        assert desk.ledger.value(sql) < 1_000


def test_what_is_in_no_event_is_stored_in_parts(agency: Agency, stock: Stock) -> None:
    keys = agency.issue(SCAN, 2500)
    agency.revoke(*keys)
    call = rows(revoke.revoke_rows, [{"license_key": key} for key in [*keys, *keys]])
    first = agency.do(call, key="k1")
    assert isinstance(first.data["licenses"], Rows)
    assert len(first.notes) == 5000
    with agency.desk(writes=False) as desk:
        longest = desk.ledger.value("SELECT MAX(LENGTH(data)) FROM events")
        kinds = desk.ledger.all("SELECT kind, COUNT(*) FROM events WHERE subject = 'k1' GROUP BY 1")
    assert longest < 300_000
    assert dict(kinds) == {events.REQUEST_LISTED: 3 + 5, events.REQUEST_ANSWERED: 1}
    assert text_of(agency.do(call, key="k1")) == text_of(first)
    assert agency.check()["ok"]


# --- those of an older jpcli ----------------------------------------------------------------------


def older_hash(request: dict[str, Any]) -> str:
    """As it was made of the whole request at once."""
    from hashlib import sha256

    text = json.dumps(
        {**request, "at": None}, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    return sha256(text.encode()).hexdigest()


def test_an_answer_that_is_stored_whole_still_comes_again(agency: Agency, stock: Stock) -> None:
    first, second = stock.placed[:2]
    data = {"licenses": [{"license_key": first, "state": "as it was"}], "problems": []}
    text = json.dumps({"data": data, "notes": [["c", "said then", "ok", None, None]]})
    requests: dict[str, dict[str, Any]] = {
        "k-issue": {"command": "issue", "rows": [[SCAN, 1, None, A, "Zoë"]]},
        "k-move": {"command": "transfer", "rows": [[first, B, None], [second, C, None]]},
        "k-end": {"command": "revoke", "rows": [first, second], "reason": "over"},
        "k-none": {"command": "revoke", "rows": [], "reason": None},
    }
    with agency.desk() as desk, writing(desk.ledger, actor="ann", now_at=desk.now_at) as writer:
        for key, request in requests.items():
            writer.record(*events.request_answered(key, older_hash(request), text))
    moves = [{"license_key": first, "to": B}, {"license_key": second, "to": C}]
    ends = [{"license_key": first}, {"license_key": second}]
    calls = {
        "k-issue": rows(issue.issue_rows, [{"product": SCAN, "site": A, "client": "Zoë"}]),
        "k-move": rows(assign.transfer_rows, moves),
        "k-end": rows(revoke.revoke_rows, ends, reason="over"),
        "k-none": rows(revoke.revoke_rows, []),
    }
    before = agency.state()
    for key, call in calls.items():
        again = agency.do(call, key=key)
        assert again.data == data
        assert [note.message for note in again.notes][:1] == ["said then"]
        others = [other for name, other in calls.items() if name != key]
        for other in others:
            with pytest.raises(Refused):
                agency.do(other, key=key)
    assert agency.state() == before
    assert agency.check()["ok"]


def test_of_a_long_list_one_part_at_a_time_waits_in_memory(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part has a thousand rows, and events wait by the thousand."""
    monkeypatch.setattr(stored_answers, "MOST_ROWS", 10)
    waiting = [0]
    with agency.desk(key="k") as desk, desk.writing() as writer:
        record, flush = writer.record, writer.flush

        def recording(*arguments: Any, **options: Any) -> None:
            waiting.append(waiting[-1] + 1)
            record(*arguments, **options)

        def flushing() -> None:
            waiting.append(0)
            flush()

        monkeypatch.setattr(writer, "record", recording)
        monkeypatch.setattr(writer, "flush", flushing)
        keeping = stored_answers._Keeping(desk, writer)
        keeping.listed([number] for number in range(100))
    assert waiting.count(1) == 10
    assert max(waiting) == 1
