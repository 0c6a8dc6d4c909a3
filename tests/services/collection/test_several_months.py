"""Where several months wait or are open: which of them a close closes, charges and tells of."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import AuthProblem, Failed, JpcliError, Refused
from jpcli.ledger.queries.licenses import LicenseFilter
from jpcli.services.collection.stripe import collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import close as closing
from jpcli.services.invoices import invoices
from jpcli.services.licenses.licenses import list_licenses
from tests import engines
from tests.services.agency import codes
from tests.services.collection.conftest import Shop

pytestmark = pytest.mark.once

AUGUST_2 = "2024-08-02T09:00:00Z"
JUNE, JULY, AUGUST = "INV-2024-06", "INV-2024-07", "INV-2024-08"


@pytest.fixture
def two_months(shop: Shop) -> Shop:
    """June is closed and open, for there was no card; July waits, and there is one."""
    shop.close()
    shop.attach()
    shop.now = AUGUST_2
    return shop


def numbers(answer: Any) -> list[str]:
    return [invoice["number"] for invoice in answer.data["invoices"]]


def statuses(shop: Shop) -> dict[str, str]:
    return {i["number"]: i["status"] for i in shop.ask(invoices.list_invoices)["invoices"]}


def paid(shop: Shop) -> int:
    return sum(charge["paid"] for charge in shop.double.objects("charge"))


def test_a_month_that_is_named_is_closed_and_collected_and_no_other(two_months: Shop) -> None:
    answer = two_months.close("2024-07")
    assert numbers(answer) == [JULY]
    assert statuses(two_months) == {JUNE: "open", JULY: "paid"}
    assert paid(two_months) == 1


def test_an_open_month_that_is_named_is_collected_and_none_is_closed(two_months: Shop) -> None:
    answer = two_months.close("2024-06")
    assert numbers(answer) == [JUNE]
    assert statuses(two_months) == {JUNE: "paid"}
    assert paid(two_months) == 1


def test_all_that_waits_is_closed_collected_and_told_of(two_months: Shop) -> None:
    answer = two_months.close(None)
    assert numbers(answer) == [JUNE, JULY]
    assert statuses(two_months) == {JUNE: "paid", JULY: "paid"}
    assert paid(two_months) == 2
    told = {(note.code, note.subject) for note in answer.notes}
    assert {("collected", JUNE), ("collected", JULY), ("closed", JULY)} <= told


@pytest.mark.parametrize(
    ("month", "told"),
    [("2024-06", [JUNE]), ("2024-07", [JULY]), (None, [JUNE, JULY])],
)
def test_a_dry_run_tells_of_the_same_and_asks_nobody(
    two_months: Shop, month: str | None, told: list[str]
) -> None:
    before, asked = two_months.state(), len(two_months.double.requests())
    answer = two_months.close(month, dry_run=True)
    assert numbers(answer) == told
    assert [n.subject for n in answer.notes if n.code == "would_collect"] == told
    assert (two_months.state(), len(two_months.double.requests())) == (before, asked)


def test_of_months_that_wait_only_the_one_that_is_named_is_closed(shop: Shop) -> None:
    shop.attach()
    shop.now = AUGUST_2
    before = shop.state()
    assert numbers(shop.close("2024-06", dry_run=True)) == [JUNE]
    assert shop.state() == before
    assert numbers(shop.close("2024-06")) == [JUNE]
    assert statuses(shop) == {JUNE: "paid"}
    assert paid(shop) == 1


@pytest.mark.parametrize("july", ["waits", "is open"])
def test_nothing_behind_the_last_month_is_closed_collected_or_told_of(
    two_months: Shop, july: str
) -> None:
    if july == "is open":
        two_months.do(closing.close, "2024-07")
    before = two_months.state()
    dry = two_months.do(collector.close, None, until="2024-06", dry_run=True)
    assert (numbers(dry), two_months.state()) == ([JUNE], before)
    assert numbers(two_months.do(collector.close, None, until="2024-06")) == [JUNE]
    behind = {} if july == "waits" else {JULY: "draft"}
    assert statuses(two_months) == {JUNE: "paid", **behind}
    assert paid(two_months) == 1


@pytest.mark.parametrize(
    ("month", "until", "closes"),
    [
        ("2024-06", None, True),
        (None, "2024-06", True),
        (None, "2024-07", False),
        (None, None, False),
    ],
)
def test_a_month_that_was_billed_otherwise_holds_up_none_before_it(
    shop: Shop, month: str | None, until: str | None, closes: bool
) -> None:
    """On a ledger that was put back June is as it was billed, and July is not."""
    shop.attach()
    shop.now = AUGUST_2
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    shop.close(None)
    engines.copy(backup, shop.called)
    shop.issue("jetpack-ai", at="2024-07-20T00:00:00Z")
    if closes:
        assert numbers(shop.do(collector.close, month, until=until)) == [JUNE]
        assert statuses(shop) == {JUNE: "paid"}
    else:
        before, posts = shop.state(), shop.posts()
        with pytest.raises(Refused) as caught:
            shop.do(collector.close, month, until=until)
        assert (caught.value.code, caught.value.subject) == ("billed_before", JULY)
        assert (shop.state(), shop.posts()) == (before, posts)
    assert paid(shop) == 2


def test_of_several_invoices_only_the_one_that_is_named_is_compared(two_months: Shop) -> None:
    two_months.close(None)
    for invoice in two_months.double.objects("invoice"):
        if invoice["metadata"]["jpcli_invoice"] == JUNE:
            two_months.double.edit(invoice["id"], total=5)
    for name, compared, differing in (
        ("2024-07", 1, []),
        (JULY, 1, []),
        ("2024-06", 1, [JUNE]),
        (None, 2, [JUNE]),
    ):
        answer = two_months.do(stripe_billing.reconcile, name)
        assert [one["invoice"] for one in answer.data["differences"]] == differing
        assert (answer.data["ok"], answer.data["invoices"]) == (not differing, compared)
        code = "differences" if differing else "reconciled"
        assert [note.code for note in answer.notes] == [code]


def test_what_stripe_cannot_be_asked_about_is_closed_and_not_collected(shop: Shop) -> None:
    shop.attach()
    shop.double.fault("status", method="GET", path="/v1/invoices", status=500, times=99)
    answer = shop.do(collector.close, "2024-06")
    assert [error.exit_code for error in answer.failures] == [75]
    assert (statuses(shop), paid(shop)) == ({JUNE: "draft"}, 0)
    shop.double.clear_faults()
    shop.close()
    assert (statuses(shop), paid(shop)) == ({JUNE: "paid"}, 1)


def test_a_month_without_a_line_does_not_end_the_collecting(shop: Shop) -> None:
    shop.attach()
    shop.now = "2024-06-20T00:00:00Z"
    for item in shop.ask(list_licenses, LicenseFilter())["licenses"]:
        if item["bundle_key"] is None:  # a bundle takes its own with it
            shop.revoke(item["license_key"])
    shop.now = "2024-08-05T00:00:00Z"
    shop.issue("jetpack-scan")
    shop.now = "2024-09-02T00:00:00Z"
    said = shop.close(None, dry_run=True).notes
    assert [note.subject for note in said if note.code == "would_collect"] == [JUNE, AUGUST]
    answer = shop.close(None)
    assert numbers(answer) == [JUNE, JULY, AUGUST]
    assert set(statuses(shop).values()) == {"paid"}
    assert paid(shop) == 2


# --- closing itself fails ---


def broken(monkeypatch: pytest.MonkeyPatch, error: JpcliError) -> None:
    def fail(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(closing, "close_due", fail)
    monkeypatch.setattr(closing, "close", fail)


def test_what_was_closed_before_is_collected_where_closing_fails(
    two_months: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch, Failed("made_up", "Made up"))
    answer = two_months.do(collector.close, None)
    assert [(error.code, error.message) for error in answer.failures] == [("made_up", "Made up")]
    assert statuses(two_months) == {JUNE: "paid"}


def test_a_key_under_which_nothing_was_closed_is_there_for_what_is(two_months: Shop) -> None:
    with pytest.MonkeyPatch.context() as patch:
        broken(patch, Failed("made_up", "Made up"))
        assert two_months.do(collector.close, None, key="k").failures
    assert numbers(two_months.do(collector.close, None, key="k")) == [JULY]
    assert statuses(two_months) == {JUNE: "paid", JULY: "paid"}


@pytest.mark.parametrize(
    ("month", "error", "open_before"),
    [
        ("2024-07", Failed("made_up", "Made up"), True),
        (None, AuthProblem("made_up", "Made up"), True),
        (None, Failed("made_up", "Made up"), False),
    ],
    ids=["a named month", "a wrong key", "nothing else to collect"],
)
def test_otherwise_it_is_the_answer_and_nothing_is_charged(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    month: str | None,
    error: JpcliError,
    open_before: bool,
) -> None:
    shop.now = AUGUST_2
    if open_before:
        shop.close("2024-06")
    shop.attach()
    broken(monkeypatch, error)
    with pytest.raises(type(error), match="Made up"):
        shop.do(collector.close, month)
    assert paid(shop) == 0


@pytest.mark.parametrize(("status", "tried"), [(401, [JUNE]), (400, [JUNE, JULY])])
def test_a_wrong_key_is_as_wrong_for_all_others_and_nothing_else_is(
    two_months: Shop, status: int, tried: list[str]
) -> None:
    two_months.do(closing.close, "2024-07")
    two_months.double.fault("status", method="GET", path=".*/lines", times=99, status=status)
    answer = two_months.do(collector.close, None)
    assert [error.subject for error in answer.failures] == tried
    assert [problem["subject"] for problem in answer.data["problems"]] == tried
    pages = [note.message for note in answer.notes if note.code == "hosted_page"]
    assert [JUNE in page for page in pages] == [True]  # July is not there yet
    assert paid(two_months) == 0


@pytest.mark.once
@pytest.mark.parametrize("month", ["2024-06", None])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_key_that_was_used_for_another_request_charges_nobody(
    shop: Shop, month: str | None, dry_run: bool
) -> None:
    shop.do(closing.close, "2024-06")
    shop.do(stripe_billing.push, "2024-06", key="k")
    shop.attach()
    before, posts = shop.state(), shop.posts()
    with pytest.raises(Refused) as caught:
        shop.do(collector.close, month, key="k", dry_run=dry_run)
    assert caught.value.code == "idempotency_key_reused"
    assert (shop.state(), shop.posts()) == (before, posts)


@pytest.mark.parametrize(
    ("first", "then"),
    [((None, "2024-05"), (None, "2024-06")), ((None, None), (None, "2024-06"))],
)
def test_a_key_of_other_months_charges_nobody(
    shop: Shop, first: tuple[Any, Any], then: tuple[Any, Any]
) -> None:
    shop.now = "2024-06-20T00:00:00Z"  # nothing waits yet
    assert numbers(shop.do(collector.close, *first, key="k")) == []
    shop.now = AUGUST_2
    shop.do(closing.close, "2024-06")
    shop.attach()
    before, posts = shop.state(), shop.posts()
    for month, until in (then, ("2024-06", None), ("2024-07", None)):
        with pytest.raises(Refused) as caught:
            shop.do(collector.close, month, until, key="k")
        assert caught.value.code == "idempotency_key_reused"
        assert (shop.state(), shop.posts()) == (before, posts)


@pytest.mark.once
def test_a_key_goes_on_until_all_is_collected_and_then_gives_that_answer(shop: Shop) -> None:
    shop.attach("pm_card_chargeCustomerFail")
    shop.do(closing.close, "2024-06")
    assert shop.do(collector.close, "2024-06", key="k").failures
    shop.attach("pm_card_visa", primary=True)
    first = shop.do(collector.close, "2024-06", key="k")
    assert (first.failures, statuses(shop)) == ((), {JUNE: "paid"})
    posts = shop.posts()
    again = shop.do(collector.close, "2024-06", key="k")
    assert again.data == first.data
    assert "repeated" in codes(again)
    assert shop.posts() == posts
    with pytest.raises(Refused) as caught:
        shop.do(stripe_billing.push, "2024-06", key="k")
    assert caught.value.code == "idempotency_key_reused"
