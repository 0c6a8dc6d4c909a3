"""What `invoice push`, `pay`, `reconcile` and `close` do where Stripe collects: whom they call with
what, what they answer and refuse, and what a key keeps. Tables that ask no server."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from jpcli.domain.answers import Note
from jpcli.domain.errors import AuthProblem, Busy, Declined, Failed, JpcliError, Refused
from jpcli.services.collection.stripe import close as closing
from jpcli.services.collection.stripe import invoices as roads
from jpcli.services.collection.stripe import push as pushing
from jpcli.services.collection.stripe.settle import NOT_CALLED
from jpcli.services.desk import Desk
from jpcli.services.invoices.invoices import invoice_object
from tests.services.agency import Agency
from tests.services.collection.books import AGAIN, JULY, JUNE, Books, ledger

__all__ = ["ledger"]

GATEWAY = SimpleNamespace()
REMOTE = SimpleNamespace(id="in_1", status="open", reference=None, outside_minor=0)
TAKEN = Note("taken_away", "in_2 was deleted", "info", JUNE)
SETTLED = Note("collected", "paid", "ok", JUNE)


class Roads(NamedTuple):
    """A copy of the books, and what was called."""

    agency: Agency
    called: list[tuple[Any, ...]]
    monkeypatch: pytest.MonkeyPatch

    def stand(self, number: str = JUNE, **fields: Any) -> None:
        """How an invoice stands here."""
        columns = ", ".join(f"{name} = {value!r}" for name, value in fields.items())
        self.agency.sql(f"UPDATE invoices SET {columns} WHERE number = '{number}'")

    def do(self, road: Any, *args: Any, **options: Any) -> Any:
        return self.agency.do(road, *args, **options)


def called(name: str, into: list[tuple[Any, ...]], answer: Any) -> Any:
    def call(desk: Desk, gateway: Any, *args: Any, **options: Any) -> Any:
        assert isinstance(desk, Desk)
        assert gateway is GATEWAY
        said = [getattr(arg, "number", arg) for arg in args]
        into.append((name, *said, *options.values()))
        if isinstance(answer, JpcliError):
            raise answer
        return answer

    return call


def gateway(desk: Desk) -> Any:
    assert isinstance(desk, Desk)
    return GATEWAY


@pytest.fixture
def books(ledger: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Roads:
    made = Roads(ledger.copied(tmp_path / "ledger.db"), [], monkeypatch)
    for module in (roads, closing):
        monkeypatch.setattr(module, "stripe_gateway", gateway)
    answers = {
        (pushing, "push"): REMOTE,
        (roads, "take_away"): (TAKEN,),
        (roads, "unmailed"): None,
        (roads, "collect"): (SETTLED,),
        (roads, "differences"): [],
        (closing, "collect"): (SETTLED,),
        (closing, "mail"): (SETTLED,),
        (closing, "check_address"): None,
        (closing, "check_not_billed"): None,
    }
    for (module, name), answer in answers.items():
        monkeypatch.setattr(module, name, called(name, made.called, answer))
    return made


def refused(books: Roads, road: Any, *args: Any, **options: Any) -> str:
    before = books.agency.state()
    with pytest.raises(Refused) as caught:
        books.do(road, *args, **options)
    assert (caught.value.subject, books.called, books.agency.state()) == (JUNE, [], before)
    return caught.value.code


# --- push ---

# How it stands here, and what pushing it is refused as.
STANDS: dict[str, tuple[dict[str, Any], str | None, str | None]] = {
    "open": ({}, None, None),
    "draft": ({"status": "draft"}, None, None),
    "paid there": ({"status": "paid", "gateway_id": "in_1"}, None, "already_paid"),
    "paid before": ({"status": "paid"}, "already_paid", "already_paid"),
    "given up": ({"status": "uncollectible"}, None, "invoice_uncollectible"),
    "void": ({"status": "void", "voided_seq": 1}, "invoice_void", "invoice_void"),
}


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("stands", STANDS)
def test_what_is_pushed(books: Roads, stands: str, replace: bool, dry_run: bool) -> None:
    fields, code, _ = STANDS[stands]
    if fields:
        books.stand(**fields)
    if code is not None:
        assert refused(books, roads.push, JUNE, replace=replace, dry_run=dry_run) == code
        return
    answer = books.do(roads.push, "2024-06", replace=replace, dry_run=dry_run)
    if dry_run:
        assert [note.code for note in answer.notes] == ["would", NOT_CALLED.code]
        assert "bring INV-2024-06 over $" in answer.notes[0].message
        assert answer.notes[0].message.endswith("to Stripe, charging no card")
        assert (answer.data["dry_run"], books.called) == (True, [])
        return
    looks = [("push", JUNE), ("unmailed", JUNE, REMOTE)]
    assert books.called == ([("take_away", JUNE)] if replace else []) + looks
    pushed = Note("pushed", f"{JUNE} is at Stripe: open", "ok", JUNE, None)
    assert answer.notes == ((TAKEN, pushed) if replace else (pushed,))
    assert [one["number"] for one in answer.data["invoices"]] == [JUNE]
    assert answer.data["invoices"][0]["status"] == fields.get("status", "open")


def test_what_is_pushed_and_not_mailed_names_what_mails_it(books: Roads) -> None:
    trouble = SimpleNamespace(command="jpcli invoice close 2024-06")
    books.monkeypatch.setattr(roads, "unmailed", lambda *_: trouble)
    (note,) = books.do(roads.push, JUNE).notes
    assert note.message == f"{JUNE} is at Stripe: open, and not mailed"
    assert note.hint == "Have Stripe mail it:   jpcli invoice close 2024-06"


# --- pay ---


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("stands", STANDS)
def test_what_is_charged_by_hand(books: Roads, stands: str, dry_run: bool) -> None:
    fields, _, code = STANDS[stands]
    if fields:
        books.stand(**fields)
    if code is not None:
        assert refused(books, roads.pay, JUNE, dry_run=dry_run) == code
        return
    answer = books.do(roads.pay, "2024-06", dry_run=dry_run)
    if dry_run:
        assert answer.notes[0].message.startswith(f"Would charge {JUNE} over $")
        assert answer.notes[0].message.endswith(" to the cards on file")
        assert (answer.data["dry_run"], books.called) == (True, [])
        return
    assert (books.called, answer.notes) == ([("collect", JUNE, True)], (SETTLED,))
    assert [one["number"] for one in answer.data["invoices"]] == [JUNE]


# --- keys ---

REQUESTS: dict[str, tuple[Any, tuple[Any, ...], dict[str, Any]]] = {
    "push": (roads.push, (JUNE,), {}),
    "push --replace": (roads.push, (JUNE,), {"replace": True}),
    "push another": (roads.push, (AGAIN,), {}),
    "push another --replace": (roads.push, (AGAIN,), {"replace": True}),
    "pay": (roads.pay, (JUNE,), {}),
    "pay another": (roads.pay, (AGAIN,), {}),
}


@pytest.mark.parametrize("first", REQUESTS)
@pytest.mark.parametrize("then", REQUESTS)
def test_a_key_is_for_one_request(books: Roads, first: str, then: str) -> None:
    road, args, options = REQUESTS[first]
    told = books.do(road, *args, **options, key="k")
    calls = list(books.called)
    assert calls
    road, args, options = REQUESTS[then]
    if first == then:
        books.stand(status="void", voided_seq=1)  # the answer is kept, however it stands since
        books.stand(AGAIN, status="void", voided_seq=1)
        assert books.do(road, *args, **options, key="k").data == told.data
    else:
        with pytest.raises(Refused) as caught:
            books.do(road, *args, **options, key="k")
        assert caught.value.code == "idempotency_key_reused"
    assert books.called == calls


CLOSINGS: tuple[tuple[str | None, ...], ...] = ((None,), ("2024-06",), (AGAIN,), (None, "2024-06"))


@pytest.mark.parametrize("args", CLOSINGS)
def test_a_key_of_something_else_collects_nothing(books: Roads, args: tuple[str | None]) -> None:
    ways(books)
    books.do(roads.push, JUNE, key="k")
    books.called.clear()
    for dry_run in (False, True):
        before = books.agency.state()
        with pytest.raises(Refused) as caught:
            books.do(closing.close, *args, key="k", dry_run=dry_run)
        assert caught.value.code == "idempotency_key_reused"
        assert (books.called, books.agency.state()) == ([], before)


@pytest.mark.parametrize("args", CLOSINGS)
def test_what_was_closed_under_a_key_is_no_other_request(
    books: Roads, args: tuple[str | None]
) -> None:
    ways(books)
    books.do(closing.close, *args, key="k")
    books.called.clear()
    for others in CLOSINGS:
        if others != args:
            with pytest.raises(Refused) as caught:
                books.do(closing.close, *others, key="k")
            assert (caught.value.code, books.called) == ("idempotency_key_reused", [])


def test_a_month_that_is_named_has_its_answer_kept_with_what_went_wrong(books: Roads) -> None:
    ways(books)
    books.monkeypatch.setattr(closing, "collect", called("collect", books.called, ERRORS[0]))
    first = books.do(closing.close, "2024-06", key="k")
    ((kept,),) = books.agency.stored("SELECT answer FROM answers WHERE idempotency_key = 'k'")
    assert first.data["problems"][0]["message"] in kept


# --- reconcile ---


@pytest.mark.parametrize(
    ("name", "numbers", "said"),
    [
        (None, [JUNE, JULY, AGAIN], "3 invoices are the same at Stripe"),
        (AGAIN, [AGAIN], "1 invoice is the same at Stripe"),
        ("2024-06", [JUNE], "1 invoice is the same at Stripe"),
    ],
)
@pytest.mark.parametrize("differ", [0, 1, 2])
def test_what_is_compared_and_told(
    books: Roads, name: str | None, numbers: list[str], said: str, differ: int
) -> None:
    found = [{"what": "status"}] * differ

    def differences(desk: Any, gateway: Any, chosen: Any, *, all_of_them: bool) -> Any:
        assert (isinstance(desk, Desk), gateway) == (True, GATEWAY)
        books.called.append(([one.number for one in chosen], all_of_them))
        return found

    books.monkeypatch.setattr(roads, "differences", differences)
    answer = books.do(roads.reconcile, *([] if name is None else [name]))
    assert books.called == [(numbers, name is None)]
    assert answer.data == {"ok": not differ, "invoices": len(numbers), "differences": found}
    (note,) = answer.notes
    if not differ:
        assert (note.code, note.message, note.kind) == ("reconciled", said, "ok")
        return
    words = "1 difference" if differ == 1 else "2 differences"
    assert (note.code, note.kind) == ("differences", "warning")
    assert note.message == f"{words} to Stripe"


# --- close ---


def ways(books: Roads, *, mails: bool = False, mailed: tuple[str, ...] = ()) -> None:
    way, was_mailed = SimpleNamespace(mails=mails), {JUNE: False, AGAIN: False}
    was_mailed |= dict.fromkeys(mailed, True)
    books.monkeypatch.setattr(closing, "way_of", lambda books: books.meta and way)
    books.monkeypatch.setattr(
        closing, "was_mailed", lambda books, one: books.meta and was_mailed.get(one.number, False)
    )


@pytest.mark.parametrize("mails", [False, True])
@pytest.mark.parametrize("month", [None, "2024-06", JULY, AGAIN])
def test_what_is_collected_and_how(books: Roads, month: str | None, mails: bool) -> None:
    ways(books, mails=mails)
    answer = books.do(closing.close, month) if month != JULY else None
    if answer is None:  # void, and its month was closed again
        with pytest.raises(JpcliError):
            books.do(closing.close, month)
        return
    numbers = {None: [JUNE, AGAIN], "2024-06": [JUNE], AGAIN: [AGAIN]}[month]
    each = [("mail", n) if mails else ("collect", n, False) for n in numbers]
    looks = [("check_not_billed", None, None)] if month is None else []
    assert books.called == [("check_address",), *looks, *each]
    notes = [note for note in answer.notes if note.code != "nothing_to_close"]
    assert (notes, answer.failures) == ([SETTLED] * len(numbers), ())
    with books.agency.desk(writes=False) as desk:
        objects = [invoice_object(desk, Books(desk).invoice(number)) for number in numbers]
    assert answer.data["invoices"] == objects
    assert answer.data["problems"] == []


@pytest.mark.parametrize(
    ("mailed", "asked"), [((), True), ((JUNE,), True), ((AGAIN,), True), ((JUNE, AGAIN), False)]
)
def test_an_address_is_asked_for_where_one_is_to_be_mailed(
    books: Roads, mailed: tuple[str, ...], asked: bool
) -> None:
    ways(books, mails=True, mailed=mailed)
    books.do(closing.close, None)
    assert (("check_address",) in books.called) == asked


@pytest.mark.parametrize(
    ("month", "until", "asked"),
    [
        ("2024-06", None, False),
        ("2024-08", None, True),
        (None, None, True),
        (None, "2024-07", False),
        (None, "2024-08", True),
    ],
)
def test_an_address_is_asked_for_where_a_month_waits(
    books: Roads, month: str | None, until: str | None, asked: bool
) -> None:
    ways(books, mailed=(JUNE, AGAIN))
    books.agency.now = "2024-10-02T09:00:00Z"
    books.do(closing.close, month, until)
    assert (("check_address",) in books.called) == asked
    looks = [] if month == "2024-06" else [("check_not_billed", month, until)]
    assert [call for call in books.called if call[0] == "check_not_billed"] == looks


def test_only_what_is_left_of_the_months_that_are_named_is_collected(books: Roads) -> None:
    ways(books)
    books.do(closing.close, None, "2024-06")
    assert books.called[2:] == [("collect", JUNE, False)]


def test_months_that_wait_are_closed_up_to_the_one_that_is_named(books: Roads) -> None:
    ways(books, mailed=(JUNE, AGAIN))
    books.agency.now = "2024-10-02T09:00:00Z"
    answer = books.do(closing.close, None, "2024-08")
    august = "INV-2024-08"
    each = [("collect", number, False) for number in (JUNE, AGAIN, august)]
    assert books.called == [("check_address",), ("check_not_billed", None, "2024-08"), *each]
    assert [one["number"] for one in answer.data["invoices"]] == [JUNE, AGAIN, august]
    books.called.clear()
    books.stand(august, status="paid")
    ways(books, mailed=(JUNE, AGAIN))
    books.do(closing.close, None, "2024-08")  # nothing waits but later months
    assert ("check_address",) not in books.called


ERRORS = (
    Busy("busy", "later", hint="wait"),
    Declined("card_declined", f"{AGAIN} no", hint="another card"),
    Failed("total_mismatch", "differs", hint="look", problems=()),
    AuthProblem("bad_key", "wrong key"),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_what_could_not_be_collected_is_told_of_its_invoice(
    books: Roads, error: JpcliError
) -> None:
    ways(books)

    def collect(_desk: Any, _gateway: Any, number: str, *, by_hand: bool) -> Any:
        books.called.append((number, by_hand))
        raise error

    books.monkeypatch.setattr(closing, "collect", collect)
    answer = books.do(closing.close, None)
    numbers = [JUNE] if isinstance(error, AuthProblem) else [JUNE, AGAIN]
    assert books.called[2:] == [(number, False) for number in numbers]
    told = [(type(e), e.code, e.subject, e.hint, e.message) for e in answer.failures]
    messages = [error.message if n in error.message else f"{n}: {error.message}" for n in numbers]
    assert told == [
        (type(error), error.code, number, error.hint, message)
        for number, message in zip(numbers, messages, strict=True)
    ]
    assert answer.data["problems"] == [
        {"code": error.code, "subject": number, "message": message, "hint": error.hint}
        for number, message in zip(numbers, messages, strict=True)
    ]


def test_where_closing_fails_what_was_closed_before_is_collected_and_it_is_told(
    books: Roads,
) -> None:
    ways(books)
    failed = Refused("billed_before", "billed", subject="INV-2024-08")
    books.monkeypatch.setattr(closing, "check_not_billed", called("look", books.called, failed))
    answer = books.do(closing.close, None)
    assert books.called[2:] == [("collect", JUNE, False), ("collect", AGAIN, False)]
    assert answer.failures == (failed,)
    books.stand(status="paid")
    books.stand(AGAIN, status="paid")
    books.called.clear()
    with pytest.raises(Refused) as caught:
        books.do(closing.close, None)
    assert (caught.value, books.called) == (failed, [("look", None, None)])


def test_what_was_paid_meanwhile_is_not_collected(books: Roads) -> None:
    """Nor is a month without a line, which is paid as it is closed."""
    ways(books)
    with books.agency.desk(writes=False) as desk:
        left = [Books(desk).invoice(number) for number in (JUNE, AGAIN)]
    books.stand(AGAIN, status="paid")
    books.monkeypatch.setattr(closing, "uncollected", lambda *_: left)
    answer = books.do(closing.close, None)
    assert books.called[2:] == [("collect", JUNE, False)]
    assert [one["status"] for one in answer.data["invoices"]] == ["open", "paid"]


@pytest.mark.parametrize(
    ("fields", "hint", "told"),
    [
        ({}, None, []),
        ({"page_url": "https://p"}, None, ["hosted_page"]),
        ({"page_url": "https://p"}, "wait", ["hosted_page"]),
        ({"page_url": "https://p"}, "pay it:   https://p", []),
        ({"page_url": "https://p", "status": "draft"}, None, []),
    ],
)
def test_where_it_can_be_paid_is_told_beside_what_went_wrong(
    books: Roads, fields: dict[str, Any], hint: str | None, told: list[str]
) -> None:
    ways(books)
    if fields:
        books.stand(**fields)
    failed = Declined("card_declined", "no", hint=hint)
    books.monkeypatch.setattr(closing, "collect", called("collect", books.called, failed))
    answer = books.do(closing.close, "2024-06")
    assert [note.code for note in answer.notes] == told


def test_with_a_key_that_is_wrong_nothing_that_was_closed_before_is_collected(
    books: Roads,
) -> None:
    ways(books)
    wrong = AuthProblem("bad_key", "wrong key")
    books.monkeypatch.setattr(closing, "check_not_billed", called("look", books.called, wrong))
    with pytest.raises(AuthProblem):
        books.do(closing.close, None)
    assert books.called == [("check_address",), ("look", None, None)]


def test_what_is_told_of_one_stays_beside_what_went_wrong_with_the_next(books: Roads) -> None:
    ways(books)
    books.stand(AGAIN, page_url="https://p")

    def collect(_desk: Any, _gateway: Any, number: str, *, by_hand: bool) -> Any:
        assert not by_hand
        if number == AGAIN:
            raise Declined("card_declined", "no")
        return (SETTLED,)

    books.monkeypatch.setattr(closing, "collect", collect)
    answer = books.do(closing.close, None)
    assert [note.code for note in answer.notes if note.code != "nothing_to_close"] == [
        SETTLED.code,
        "hosted_page",
    ]


def test_what_has_fewer_attempts_is_tried_first(books: Roads) -> None:
    ways(books)
    tried = {JUNE: [1, 2], AGAIN: [1]}
    books.monkeypatch.setattr(closing, "attempts", lambda _, number: tried[number])
    books.do(closing.close, None)
    assert books.called[2:] == [("collect", AGAIN, False), ("collect", JUNE, False)]


@pytest.mark.parametrize("mails", [False, True])
@pytest.mark.parametrize("today", [(JUNE, AGAIN), (AGAIN,), ()])
def test_what_a_dry_run_says_would_be_collected(
    books: Roads, today: tuple[str, ...], mails: bool
) -> None:
    ways(books, mails=mails)
    books.monkeypatch.setattr(
        closing, "goes_out_today", lambda desk, one: desk.today and one.number in today
    )
    before = books.agency.state()
    answer = books.do(closing.close, None, dry_run=True)
    would = [note for note in answer.notes if note.code == "would_collect"]
    assert [(note.subject, note.kind) for note in would] == [(number, "info") for number in today]
    how = "mailed" if mails else "collected"
    assert all(f"{n.subject} would be {how}: $" in n.message for n in would)
    assert [note.code for note in answer.notes].count("dry_run") == 1
    assert [one["number"] for one in answer.data["invoices"]] == [JUNE, AGAIN]
    assert answer.data["dry_run"] is True
    assert (books.called, books.agency.state()) == ([], before)


@pytest.mark.parametrize("args", [("2024-06",), (None, "2024-06")])
def test_a_dry_run_is_of_the_months_that_are_named(books: Roads, args: tuple[str | None]) -> None:
    ways(books)
    books.monkeypatch.setattr(closing, "goes_out_today", lambda *_: True)
    answer = books.do(closing.close, *args, dry_run=True)
    assert [one["number"] for one in answer.data["invoices"]] == [JUNE]
    would = [note.subject for note in answer.notes if note.code == "would_collect"]
    assert would == [JUNE]
    assert [note.code for note in answer.notes].count("dry_run") == 1


@pytest.mark.parametrize("until", [None, "2024-08"])
def test_a_dry_run_foresees_what_would_be_closed_beside_what_waits(
    books: Roads, until: str | None
) -> None:
    ways(books)
    books.monkeypatch.setattr(closing, "goes_out_today", lambda *_: False)
    books.agency.now = "2024-10-02T09:00:00Z"
    before = books.agency.state()
    answer = books.do(closing.close, None, until, dry_run=True)
    months = ["INV-2024-08"] if until else ["INV-2024-08", "INV-2024-09"]
    assert [one["number"] for one in answer.data["invoices"]] == [JUNE, AGAIN, *months]
    would = [note.subject for note in answer.notes if note.code == "would_collect"]
    assert would == months
    assert [note.code for note in answer.notes].count("dry_run") == 1
    assert books.agency.state() == before


def test_a_dry_run_foresees_the_month_that_is_named(books: Roads) -> None:
    ways(books)
    books.agency.now = "2024-10-02T09:00:00Z"
    answer = books.do(closing.close, "2024-08", dry_run=True)
    assert [one["number"] for one in answer.data["invoices"]] == ["INV-2024-08"]
    assert [note.subject for note in answer.notes if note.code == "would_collect"] == [
        "INV-2024-08"
    ]
    assert [note.code for note in answer.notes].count("dry_run") == 1
