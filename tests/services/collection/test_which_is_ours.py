"""Which of Stripe's invoices is one of ours, whether it is as closed, and what of the others stands
for a month: tables that ask no server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import AuthProblem, Busy, Failed, JpcliError, Refused
from jpcli.domain.instants import parse_instant
from jpcli.payments.gateway import RemoteInvoice, RemoteLine
from jpcli.services.collection.stripe import remote_invoice, strangers
from jpcli.services.collection.stripe.draft import line_items
from jpcli.services.desk import Desk
from jpcli.services.invoices import close, settle
from tests.services.agency import Agency
from tests.services.collection.books import (
    AGAIN,
    AUGUST_2,
    JULY,
    JUNE,
    MAY,
    Books,
    books,
    ledger,
)

__all__ = ["books", "ledger"]

VOID_MONTH = f"{JUNE}-2"
# Instants that are asked from: a week before the end of a month.
SINCE = {JUNE: "2024-06-23T00:00:00Z", JULY: "2024-07-24T00:00:00Z"}
OWN: Any = object()


def ids(found: list[RemoteInvoice]) -> list[str]:
    return [one.id for one in found]


# --- where it is looked for ---

# (what there is of: the customer's, the known ones, the account's since), the customer, the id that
# is known here; then what is found, and what was asked.
LOOKS: dict[str, tuple[dict[str, list[str]], str | None, str | None, list[str], list[str]]] = {
    "the customer's": ({"of": ["in_1", "in_2"]}, "cus_1", None, ["in_1", "in_2"], ["of"]),
    "known among them": ({"of": ["in_1"]}, "cus_1", "in_1", ["in_1"], ["of"]),
    "known beside them": (
        {"of": ["in_1"], "known": ["in_2"]},
        "cus_1",
        "in_2",
        ["in_1", "in_2"],
        ["of", "known"],
    ),
    "known and gone": ({"of": ["in_1"]}, "cus_1", "in_2", ["in_1"], ["of", "known"]),
    "known alone": (
        {"known": ["in_2"], "since": ["in_3"]},
        "cus_1",
        "in_2",
        ["in_2"],
        ["of", "known"],
    ),
    "of another customer": ({"since": ["in_3"]}, "cus_1", None, ["in_3"], ["of", "since"]),
    "known and gone, and of another": (
        {"since": ["in_3"]},
        "cus_1",
        "in_2",
        ["in_3"],
        ["of", "known", "since"],
    ),
    "without a customer": (
        {"of": ["in_1"], "since": ["in_3", "in_4"]},
        None,
        None,
        ["in_3", "in_4"],
        ["since"],
    ),
    "nowhere": ({}, "cus_1", None, [], ["of", "since"]),
}


@pytest.mark.parametrize("number", [JUNE, AGAIN])
@pytest.mark.parametrize("case", LOOKS)
def test_an_invoice_is_looked_for_so(books: Books, case: str, number: str) -> None:
    there, customer, known, found, asked = LOOKS[case]
    strange = [
        books.remote("in_7", MAY),
        books.remote("in_8", None),
        books.remote("in_9", number, ledger_id="another"),
    ]
    stripe = books.stripe(
        **{
            where: [books.remote(name, number) for name in names]
            + (strange if where != "known" else [])
            for where, names in {"of": [], "since": [], **there}.items()
        }
    )
    invoice = books.invoice(number, gateway_id=known)
    assert ids(remote_invoice.all_ours(books.desk, stripe, invoice, customer)) == found
    assert [what for what, _ in stripe.asked] == asked
    since = SINCE[number.removesuffix("-2")]
    for what, about in stripe.asked:
        wanted = {"of": customer, "known": known, "since": parse_instant(since)}[what]
        assert about == wanted, what


# What stands there under the number, by its status, and which of it is the one.
FOUND: list[tuple[list[str], int | None]] = [
    ([], None),
    (["void"], 0),
    (["void", "void"], 1),
    (["open", "void"], 0),
    (["void", "paid", "void"], 1),
    (["draft"], 0),
    (["uncollectible"], 0),
]


@pytest.mark.parametrize(("statuses", "place"), FOUND)
def test_the_one_that_stands_is_the_one_else_the_last_void_one(
    books: Books, statuses: list[str], place: int | None
) -> None:
    there = [books.remote(f"in_{at}", status=status) for at, status in enumerate(statuses)]
    found = remote_invoice.find_ours(books.desk, books.stripe(of=there), books.invoice(), "cus_1")
    assert found == (None if place is None else there[place])


@pytest.mark.parametrize("second", ["draft", "open", "paid", "uncollectible"])
def test_of_two_that_stand_none_is(books: Books, second: str) -> None:
    there = [books.remote("in_1"), books.remote("in_2", status=second)]
    there.append(books.remote("in_3", status="void"))
    with pytest.raises(Failed) as caught:
        remote_invoice.find_ours(books.desk, books.stripe(of=there), books.invoice(), "cus_1")
    assert (caught.value.code, caught.value.subject) == ("two_at_stripe", JUNE)
    message = f"There are 2 invoices {JUNE} at Stripe: in_1 (open), in_2 ({second});"
    assert caught.value.message.startswith(message)
    assert f"jpcli invoice push {JUNE} --replace" in str(caught.value.hint)


# --- is it as closed ---

REPLACE, VOID = f"jpcli invoice push {JUNE} --replace", f"jpcli invoice void {JUNE}"
DOORS: list[tuple[str, str, str | None]] = [
    ("open", "draft", REPLACE),
    ("draft", "draft", REPLACE),
    ("draft", "open", VOID),
    ("open", "open", VOID),
    ("open", "paid", None),
    ("open", "uncollectible", None),
    ("void", "draft", None),
    ("void", "open", None),
    ("paid", "draft", None),
    ("paid", "open", None),
    ("uncollectible", "open", None),
]


@pytest.mark.parametrize(("here", "there", "command"), DOORS)
def test_what_is_not_as_closed_has_a_way_on_that_is_not_refused(
    books: Books, here: str, there: str, command: str | None
) -> None:
    invoice, remote = books.invoice(status=here), books.remote(status=there, content_hash="x")
    assert remote_invoice.door(invoice, remote) == command
    stripe = books.stripe(lines=books.lines())
    for other in (remote, books.remote(status=there, total_minor=1)):
        with pytest.raises(Failed) as caught:
            remote_invoice.check_same(books.desk, stripe, invoice, other)
        hint = str(caught.value.hint)
        assert caught.value.subject == JUNE
        assert there in caught.value.message
        assert ("Or bill what this ledger has" in hint) == (command is not None)
        assert hint.endswith(command or "")


@pytest.mark.parametrize(
    ("fields", "same"),
    [({}, True), ({"ledger_id": "x"}, False), ({"ledger_id": None}, False)]
    + [({"content_hash": text}, False) for text in ("x", None)],
)
def test_it_was_made_for_what_was_closed_here(
    books: Books, fields: dict[str, Any], same: bool
) -> None:
    remote = books.remote(**fields)
    stripe = books.stripe(lines=books.lines())
    assert remote_invoice.is_same(books.desk, stripe, books.invoice(), remote) is same
    assert stripe.asked == ([("lines", "in_1")] if same else [])
    if not same:
        with pytest.raises(Failed) as caught:
            remote_invoice.check_origin(books.desk, books.invoice(), remote)
        assert caught.value.code == "other_contents"


def _line(position: int | None, amount: int | None = None) -> Callable[[list[RemoteLine]], Any]:
    """The first line with another position, or another amount."""

    def change(lines: list[RemoteLine]) -> list[RemoteLine]:
        changed = lines[0]._replace(position=position)
        return [changed if amount is None else changed._replace(amount_minor=amount), *lines[1:]]

    return change


LINES: dict[str, tuple[Callable[[list[RemoteLine]], list[RemoteLine]], bool]] = {
    "all": (lambda lines: lines, True),
    "in another order": (lambda lines: lines[::-1], True),
    "one is missing": (lambda lines: lines[1:], False),
    "none": (lambda _: [], False),
    "one twice": (lambda lines: [*lines, lines[0]], False),
    "a foreign one": (lambda lines: [*lines, lines[0]._replace(position=None)], False),
    "of no position": (_line(None), False),
    "of another position": (_line(7), False),
    "another amount": (_line(0, 1), False),
}


@pytest.mark.parametrize("case", LINES)
@pytest.mark.parametrize("given", [False, True])
def test_every_line_is_as_it_was_closed(books: Books, case: str, given: bool) -> None:
    change, same = LINES[case]
    stripe = books.stripe(lines=change(books.lines()))
    items = line_items(books.desk, books.invoice()) if given else None
    remote = books.remote()
    if same:
        remote_invoice.check_same(books.desk, stripe, books.invoice(), remote, items)
        return
    with pytest.raises(Failed) as caught:
        remote_invoice.check_same(books.desk, stripe, books.invoice(), remote, items)
    assert caught.value.code == "total_mismatch"
    assert f"in {len(books.lines())}; it stays open" in caught.value.message


@pytest.mark.parametrize("fields", [{"total_minor": 1}, {"currency": "eur"}])
def test_so_are_its_total_and_its_currency(books: Books, fields: dict[str, Any]) -> None:
    stripe = books.stripe(lines=books.lines())
    with pytest.raises(Failed) as caught:
        remote_invoice.check_same(books.desk, stripe, books.invoice(), books.remote(**fields))
    assert caught.value.code == "total_mismatch"


@pytest.mark.parametrize("error", [Busy("network", ""), Failed("stripe_refused", "")])
def test_what_stripe_would_not_tell_says_nothing_of_it(books: Books, error: JpcliError) -> None:
    stripe = books.stripe(lines=[])
    stripe.fails = error
    with pytest.raises(type(error)):
        remote_invoice.is_same(books.desk, stripe, books.invoice(), books.remote())


KEPT: list[tuple[list[tuple[str, bool]], int | None]] = [
    ([("draft", True), ("open", True), ("paid", True)], 2),
    ([("draft", True), ("open", True)], 1),
    ([("uncollectible", True), ("draft", True)], 1),
    ([("uncollectible", True), ("void", True)], 0),
    ([("paid", False), ("draft", True)], 1),
    ([("open", True), ("open", True)], 0),
    ([("void", True)], None),
    ([("open", False), ("draft", False)], None),
]


@pytest.mark.parametrize(("there", "place"), KEPT)
def test_of_several_the_one_that_is_as_closed_is_kept_a_paid_one_first(
    books: Books, there: list[tuple[str, bool]], place: int | None
) -> None:
    found = [
        books.remote(f"in_{at}", status=status, **({} if same else {"content_hash": "x"}))
        for at, (status, same) in enumerate(there)
    ]
    stripe = books.stripe(lines=books.lines())
    kept = remote_invoice.keep_one(books.desk, stripe, books.invoice(), found)
    assert kept == (None if place is None else found[place])


# --- whose state it has ---

# Our number and its status and the id that is known; what is there by place; then the place and the
# index of the one whose state it has, and what is remarked.
MATCHES: dict[str, tuple[dict[str, Any], dict[str, list[dict[str, Any]]], Any, str | None]] = {
    "as closed": ({}, {"of": [{}]}, "of", None),
    "void": ({}, {"of": [{"status": "void", "content_hash": "x"}]}, "of", None),
    "void beside one": ({}, {"of": [{"status": "void"}, {}]}, "of", None),
    "never there": ({}, {}, None, None),
    "gone": ({"gateway_id": "in_x"}, {}, None, "not_at_stripe"),
    "gone and void": ({"gateway_id": "in_x", "status": "void"}, {}, None, None),
    "gone and paid": ({"gateway_id": "in_x", "status": "paid"}, {}, None, "not_at_stripe"),
    "known beside": (
        {"gateway_id": "known0"},
        {"of": [{}], "known": [{}]},
        None,
        "two_at_stripe",
    ),
    "known among them": (
        {"gateway_id": "of0"},
        {"of": [{}], "known": [{"id": "of0"}]},
        "of",
        None,
    ),
    "known alone": ({"gateway_id": "known0"}, {"known": [{}]}, "known", None),
    "known, and its marks are gone": (
        {"gateway_id": "known0"},
        {"known": [{"ledger_id": None, "our_number": None, "content_hash": None}]},
        None,
        "other_contents",
    ),
    "of a deleted customer": ({}, {"since": [{}]}, "since", None),
    "the same, a draft": ({"status": "draft"}, {"since": [{}]}, "since", None),
    "the same, paid": ({"status": "paid"}, {"since": [{}]}, None, None),
    "the same, beside one": ({}, {"of": [{}], "since": [{}]}, "of", None),
    "of another ledger": ({}, {"of": [{"ledger_id": "x"}]}, None, None),
    "of another number": ({}, {"of": [{"our_number": MAY}]}, None, None),
    "two": ({}, {"of": [{}, {}]}, None, "two_at_stripe"),
    "two of what is void here": ({"status": "void"}, {"of": [{}, {}]}, None, "two_at_stripe"),
    "two void ones": ({}, {"of": [{"status": "void"}, {"status": "void"}]}, "of", None),
    "two, one void": ({}, {"of": [{}, {"status": "void"}]}, "of", None),
    "of other contents": ({}, {"of": [{"content_hash": "x"}]}, None, "other_contents"),
    "another total": ({}, {"of": [{"total_minor": 1}]}, "of", "total_mismatch"),
    "another total in a draft": ({}, {"of": [{"total_minor": 1, "status": "draft"}]}, "of", None),
    "its month was billed again": ({"number": JULY}, {"of": [{}]}, None, "void_here"),
    "the same, void there": ({"number": JULY}, {"of": [{"status": "void"}]}, "of", None),
}


@pytest.mark.parametrize("case", MATCHES)
def test_what_an_invoice_is_here_follows_from_the_one_there(books: Books, case: str) -> None:
    ours, there, chosen, code = MATCHES[case]
    number = ours.get("number", JUNE)
    invoice = books.invoice(number, **{n: v for n, v in ours.items() if n != "number"})
    found = {
        where: [books.remote(f"{where}{at}", number, **fields) for at, fields in enumerate(each)]
        for where, each in there.items()
    }
    remote, note = strangers.matched(
        books.desk, books.stripe(**found), invoice, found.get("of", [])
    )
    standing = [one for one in found.get(chosen, []) if one.status != "void"]
    assert remote == ((standing or found[chosen])[-1] if chosen else None)
    assert (None if note is None else note.code) == code
    if note is not None:
        assert (note.kind, note.subject) == ("warning", number)
        assert number in note.message
        assert note.hint
        status = ours.get("status", "open")
        push = code == "two_at_stripe" or (code == "not_at_stripe" and status == "open")
        assert (f"invoice push {number}" in note.hint) == (push and status != "void")


@pytest.mark.parametrize(
    ("status", "known", "can"),
    [
        ("draft", None, True),
        ("open", "in_1", True),
        ("open", None, True),
        ("uncollectible", "in_1", True),
        ("paid", "in_1", True),
        ("paid", None, False),
        ("void", "in_1", False),
        ("void", None, False),
    ],
)
def test_what_is_void_or_was_paid_by_hand_is_not_pushed(
    books: Books, status: str, known: str | None, can: bool
) -> None:
    invoice = books.invoice(status=status, gateway_id=known)
    assert remote_invoice.can_be_pushed(invoice) is can


@pytest.mark.parametrize("status", ["draft", "open", "paid", "void"])
@pytest.mark.parametrize("number", [JUNE, JULY, AGAIN])
def test_what_is_void_here_and_billed_again_does_not_stand_there(
    books: Books, number: str, status: str
) -> None:
    remote = books.remote("in_1", number, status=status)
    if number != JULY or status == "void":
        remote_invoice.check_not_billed_again(books.desk, books.invoice(number), remote)
        return
    with pytest.raises(Failed) as caught:
        remote_invoice.check_not_billed_again(books.desk, books.invoice(number), remote)
    assert (caught.value.code, caught.value.subject) == ("void_here", JULY)
    for part in (AGAIN, "in_1", status):
        assert part in caught.value.message


# --- what else stands for a month ---


def test_what_is_unknown_here_is_of_this_ledger_has_a_number_and_stands(books: Books) -> None:
    there = [
        books.remote("in_1", MAY),
        books.remote("in_2", JUNE),
        books.remote("in_3", JULY),
        books.remote("in_4", None),
        books.remote("in_5", MAY, ledger_id="another"),
        books.remote("in_6", MAY, status="void"),
        books.remote("in_7", VOID_MONTH, status="paid"),
    ]
    assert ids(strangers.unknown_here(books.desk, there)) == ["in_1", "in_7"]
    notes = strangers.strangers(books.desk, there)
    assert [(n.code, n.kind, n.subject) for n in notes] == [
        ("unknown_here", "warning", MAY),
        ("unknown_here", "warning", VOID_MONTH),
    ]


# What stands there, and whether it holds up July's second invoice.
OTHERS: dict[str, tuple[dict[str, Any], bool]] = {
    "another number of the month": ({"number": f"{JULY}-3"}, True),
    "a paid one": ({"number": f"{JULY}-3", "status": "paid"}, True),
    "a void one": ({"number": f"{JULY}-3", "status": "void"}, False),
    "of another ledger": ({"number": f"{JULY}-3", "ledger_id": "x"}, False),
    "another month": ({"number": MAY}, False),
    "what is void here": ({"number": JULY}, True),
    "void on both sides": ({"number": JULY, "status": "void"}, False),
    "void here, of another ledger": ({"number": JULY, "ledger_id": "x"}, False),
    "itself": ({"number": AGAIN}, False),
    "no number": ({"number": None}, False),
}


@pytest.mark.parametrize("where", ["of", "since"])
@pytest.mark.parametrize("customer", ["cus_1", None])
@pytest.mark.parametrize("case", OTHERS)
def test_a_month_is_brought_there_only_where_nothing_else_stands_for_it(
    books: Books, case: str, customer: str | None, where: str
) -> None:
    fields, held = OTHERS[case]
    stripe = books.stripe(**{where: [books.remote(**{"name": "in_1", **fields})]})
    invoice = books.invoice(AGAIN)
    if held and (customer or where == "since"):
        with pytest.raises(Refused) as caught:
            strangers.check_month_unbilled(books.desk, stripe, invoice, customer)
        assert (caught.value.code, caught.value.subject) == ("billed_before", AGAIN)
        assert str(fields["number"]) in caught.value.message
        assert f"jpcli invoice void {AGAIN}" in str(caught.value.hint)
        is_known = fields["number"] == JULY
        assert ("void in this ledger" in caught.value.message) is is_known
        assert ("jpcli invoice sync" in str(caught.value.hint)) is is_known
        assert ("ledger restore" in str(caught.value.hint)) is not is_known
    else:
        strangers.check_month_unbilled(books.desk, stripe, invoice, customer)
    asked = [("of", customer)] if customer else []
    assert stripe.asked == [*asked, ("since", parse_instant(SINCE[JULY]))]


@pytest.fixture
def young(tmp_path: Path) -> Iterator[Books]:
    """June and July are over and not closed; May's invoice is void."""
    agency = Agency(tmp_path / "young.db", "2024-05-15T00:00:00Z").init()
    agency.card()
    agency.issue("jetpack-scan")
    agency.now = "2024-06-02T09:00:00Z"
    agency.do(close.close_due)
    agency.do(settle.void, MAY)
    agency.now = AUGUST_2
    with agency.desk() as desk:
        yield Books(desk)


def closing(books: Books) -> dict[str, str]:
    """The contents that months would be closed with."""
    trial = Desk(books.desk.ledger, now_at=books.desk.now_at, actor="ann", dry_run=True)
    found = close.close_due(trial, None).data["invoices"]
    return {item["number"]: item["content_hash"] for item in found}


CLOSING: list[tuple[dict[str, Any], tuple[str | None, str | None], bool]] = [
    ({"number": JUNE, "content_hash": OWN}, (None, None), False),
    ({"number": JUNE, "content_hash": "x"}, (None, None), True),
    ({"number": JUNE, "content_hash": "x", "status": "void"}, (None, None), False),
    ({"number": JUNE, "content_hash": "x", "ledger_id": "y"}, (None, None), False),
    ({"number": JULY, "content_hash": "x"}, (None, None), True),
    ({"number": JULY, "content_hash": "x"}, (None, "2024-06"), False),
    ({"number": JULY, "content_hash": "x"}, (None, "2024-07"), True),
    ({"number": JULY, "content_hash": "x"}, ("2024-05", None), False),
    ({"number": MAY}, (None, None), True),
    ({"number": MAY}, ("2024-05", None), True),
    ({"number": MAY, "status": "void"}, (None, None), False),
    ({"number": MAY, "ledger_id": "y"}, ("2024-05", None), False),
]


@pytest.mark.parametrize(("fields", "asked", "refused"), CLOSING)
def test_a_month_is_closed_where_it_was_not_billed_or_with_these_contents(
    young: Books,
    fields: dict[str, Any],
    asked: tuple[str | None, str | None],
    refused: bool,
) -> None:
    own = closing(young).get(fields["number"], "")
    made = RemoteInvoice("in_1", None, "open", "usd", 700, 0, 0, None, None)
    marks = {"our_number": fields["number"], "ledger_id": young.ledger_id, "content_hash": "z"}
    more = {name: value for name, value in fields.items() if name != "number"}
    remote = made._replace(**{**marks, **more})
    if remote.content_hash is OWN:
        remote = remote._replace(content_hash=own)
    stripe, ledger = young.stripe(of=[remote]), young.desk.ledger
    events = ledger.value("SELECT count(*) FROM events")
    if refused:
        with pytest.raises(Refused) as caught:
            strangers.check_not_billed(young.desk, stripe, *asked)
        assert (caught.value.code, caught.value.subject) == ("billed_before", fields["number"])
        for part in ("$7.00", fields["number"], f"{fields['number'][4:]} w"):
            assert part in caught.value.message
    else:
        strangers.check_not_billed(young.desk, stripe, *asked)
    assert stripe.asked == [("of", "cus_1")]
    assert ledger.value("SELECT count(*) FROM events") == events


def test_what_is_void_here_and_not_billed_again_may_stand_there(young: Books) -> None:
    remote = RemoteInvoice("in_1", None, "open", "usd", 700, 0, 0, None, None)
    remote_invoice.check_not_billed_again(young.desk, young.invoice(MAY), remote)


@pytest.mark.parametrize(
    ("error", "closed"), [(Busy("network", ""), True), (AuthProblem("wrong_key", ""), False)]
)
def test_a_month_is_closed_where_stripe_does_not_answer_and_not_where_it_refuses(
    young: Books, error: JpcliError, closed: bool
) -> None:
    stripe = young.stripe()
    stripe.fails = error
    if closed:
        strangers.check_not_billed(young.desk, stripe, None)
    else:
        with pytest.raises(AuthProblem):
            strangers.check_not_billed(young.desk, stripe, None)
