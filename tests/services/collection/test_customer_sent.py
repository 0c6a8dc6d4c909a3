"""What `stripe customer` sends, says and asks, and in which order: tables that ask no server. What
Stripe makes of it is in `test_customer.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput, Busy, Failed, Refused
from jpcli.payments.gateway import RemoteCustomer, RemoteTaxId
from jpcli.services.collection.stripe import customer as room
from jpcli.services.collection.stripe.customer import customer, portal
from tests.services.agency import Agency
from tests.services.collection.conftest import JUNE_15

OLD, NEW = "eu_vat:DE1", "gb_vat:GB2"
HAS = {"name": "Acme", "email": "a@b.example", "phone": None}
LIVES_AT = {"line1": "Main Street 1", "city": "Ulm", "country": None}


class Stripe:
    """One customer with a tax id; every change that is sent, and its key."""

    def __init__(self) -> None:
        tax_id = RemoteTaxId("txi_1", "eu_vat", "de 1", "verified")
        self.found = RemoteCustomer(
            "cus_1", **HAS, address=LIVES_AT, tax_ids=(tax_id,), balance_minor=-5
        )
        self.customers_seen: dict[str, str] = {}
        self.made, self.sent, self.keys, self.looks = ["cus_1"], list[Any](), list[str](), 0
        self.fails: Exception | None = None

    def find_customers(self, _: str) -> list[str]:
        return self.made

    def account_id(self) -> None:
        return None

    def customer(self, name: str) -> RemoteCustomer:
        assert name == "cus_1"
        self.looks += 1
        return self.found

    def send(self, key: str, *what: Any) -> None:
        if self.fails is not None:
            raise self.fails
        assert isinstance(key, str)
        self.sent.append(what)
        self.keys.append(key)

    def update_customer(self, name: str, changes: Any, key: str) -> None:
        self.send(key, "update", name, changes)
        plain = {n: v for n, v in changes.items() if n != "address"}
        self.found = self.found._replace(
            **plain, address=changes.get("address", self.found.address)
        )

    def add_tax_id(self, name: str, kind: str, value: str, key: str) -> None:
        self.send(key, "add", name, f"{kind}:{value}")
        new = RemoteTaxId(f"txi_{len(self.sent) + 1}", kind, value, "pending")
        self.found = self.found._replace(tax_ids=(*self.found.tax_ids, new))

    def remove_tax_id(self, name: str, tax_id: str, key: str) -> None:
        self.send(key, "remove", name, tax_id)
        left = tuple(one for one in self.found.tax_ids if one.id != tax_id)
        self.found = self.found._replace(tax_ids=left)

    def portal(self, name: str, key: str) -> str:
        self.send(key, "portal", name)
        return f"https://stripe.example/{name}"


@pytest.fixture
def stripe(monkeypatch: pytest.MonkeyPatch) -> Stripe:
    there = Stripe()
    monkeypatch.setattr(room, "stripe_gateway", lambda _: there)
    return there


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    return Agency(tmp_path / "ledger.db", JUNE_15).init(payments="stripe")


# What is asked for; then what is sent, and the codes and messages of what is said.
UPDATED, DONE = "customer_changed", "already_so"
CASES: dict[str, tuple[dict[str, str], dict[str, str], list[Any], list[tuple[str, str]]]] = {
    "nothing": ({}, {}, [], []),
    "a name": (
        {"name": " Acme Inc "},
        {},
        [("update", "cus_1", {"name": "Acme Inc"})],
        [(UPDATED, "name")],
    ),
    "only what is different": (
        {"name": "Acme", "phone": "1"},
        {},
        [("update", "cus_1", {"phone": "1"})],
        [(UPDATED, "phone")],
    ),
    "what is so": ({"name": "Acme", "city": "Ulm"}, {}, [], [(DONE, "Stripe has it so already")]),
    "a part of the address": (
        {"country": "de", "postal_code": "89073"},
        {},
        [
            (
                "update",
                "cus_1",
                {
                    "address": {
                        "line1": "Main Street 1",
                        "postal_code": "89073",
                        "city": "Ulm",
                        "country": "DE",
                    }
                },
            )
        ],
        [(UPDATED, "country, postal code")],
    ),
    "a street": (
        {"line1": "2"},
        {},
        [("update", "cus_1", {"address": {"line1": "2", "city": "Ulm"}})],
        [(UPDATED, "address line 1")],
    ),
    "a tax id": ({}, {"tax_id": NEW}, [("add", "cus_1", NEW)], [("tax_id_added", NEW)]),
    "one that is there": (
        {},
        {"tax_id": "EU_VAT: de 1"},
        [],
        [(DONE, f"Stripe has {OLD} already")],
    ),
    "one less": ({}, {"no_tax_id": OLD}, [("remove", "cus_1", "txi_1")], [("tax_id_removed", OLD)]),
    "an exchange": (
        {},
        {"tax_id": NEW, "no_tax_id": OLD},
        [("add", "cus_1", NEW), ("remove", "cus_1", "txi_1")],
        [("tax_id_added", NEW), ("tax_id_removed", OLD)],
    ),
    "anew": (
        {},
        {"tax_id": OLD, "no_tax_id": OLD},
        [("remove", "cus_1", "txi_1"), ("add", "cus_1", OLD)],
        [("tax_id_removed", OLD), ("tax_id_added", OLD)],
    ),
    "all of it": (
        {"email": "c@d.example"},
        {"tax_id": NEW},
        [("update", "cus_1", {"email": "c@d.example"}), ("add", "cus_1", NEW)],
        [(UPDATED, "email"), ("tax_id_added", NEW)],
    ),
}


def said(answer: Answer[Any], wanted: list[tuple[str, str]]) -> None:
    assert [note.code for note in answer.notes] == [code for code, _ in wanted]
    for note, (_, part) in zip(answer.notes, wanted, strict=True):
        assert part in note.message


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_what_is_different_is_sent_and_said(
    stripe: Stripe, agency: Agency, case: str, dry_run: bool
) -> None:
    given, options, sent, notes = CASES[case]
    before = agency.state()
    answer = agency.do(customer, given, **options, dry_run=dry_run)
    shown = stripe.found
    assert answer.data.get("dry_run", False) is dry_run
    assert answer.data["customer"] == room.customer_object(shown, "usd")
    if dry_run:
        said(answer, [*notes, ("dry_run", "nothing was sent")])
        assert (stripe.sent, agency.state()) == ([], before)
        assert all(n.message.startswith("Would") for n in answer.notes[:-1] if n.code != DONE)
        return
    said(answer, notes)
    assert stripe.sent == sent
    assert len(set(stripe.keys)) == len(sent)
    assert stripe.looks == 1 + bool(notes)
    assert [note.kind for note in answer.notes] == ["info" if c == DONE else "ok" for c, _ in notes]
    if case == "nothing":
        assert agency.state() == before


def test_the_customer_is_told_as_it_is_there(stripe: Stripe, agency: Agency) -> None:
    assert agency.do(customer, {}).data["customer"] == {
        "id": "cus_1",
        **HAS,
        "address": LIVES_AT,
        "tax_ids": [{"type": "eu_vat", "value": "de 1", "status": "verified"}],
        "balance": {"amount_minor": -5, "currency": "usd", "amount": "-0.05"},
    }


def test_a_dry_run_without_a_customer_says_that_one_would_be_made(
    stripe: Stripe, agency: Agency
) -> None:
    stripe.made = []
    answer = agency.do(customer, {"name": "x"}, dry_run=True)
    assert answer.data == {"customer": None, "dry_run": True}
    said(answer, [("dry_run", "it would be made")])


REQUESTS: list[tuple[dict[str, str], dict[str, Any]]] = [
    ({"name": "x"}, {}),
    ({"name": "y"}, {}),
    ({"email": "x@y.example"}, {}),
    ({}, {"tax_id": NEW}),
    ({}, {"no_tax_id": OLD}),
    ({}, {"tax_id": OLD}),
    ({"name": "x"}, {"tax_id": NEW}),
    ({"name": "x"}, {"no_tax_id": OLD}),
]


@pytest.mark.parametrize("first", range(len(REQUESTS)))
def test_a_key_is_for_one_request_and_what_only_shows_has_none(
    stripe: Stripe, agency: Agency, first: int
) -> None:
    given, options = REQUESTS[first]
    answer = agency.do(customer, given, **options, key="k")
    sent = list(stripe.sent)
    again = agency.do(customer, given, **options, key="k")
    assert (again.data, stripe.sent) == (answer.data, sent)
    before = agency.state()
    for other, (given, options) in enumerate(REQUESTS):
        if other != first:
            with pytest.raises(Refused) as caught:
                agency.do(customer, given, **options, key="k")
            assert caught.value.code == "idempotency_key_reused"
    assert (stripe.sent, agency.state()) == (sent, before)
    assert agency.do(customer, {}, key="k").notes == ()


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("eu_vat:DE1", OLD),
        (" EU_VAT : de 1 ", None),
        ("EU_VAT:de 1", OLD),
        ("eu_vat:a:b", "eu_vat:A:B"),
        ("eu-vat:1", None),
        ("_:1", None),
        ("eu_vat", None),
        ("eu_vat: ", None),
        (":1", None),
    ],
)
@pytest.mark.parametrize("option", ["--tax-id", "--no-tax-id"])
def test_a_tax_id_is_its_type_and_its_value(text: str, taken: str | None, option: str) -> None:
    if taken is None:
        with pytest.raises(BadInput) as caught:
            room._tax_id(text, option)
        assert (caught.value.code, caught.value.subject) == ("bad_tax_id", option)
    else:
        assert ":".join(room._tax_id(text, option)) == taken


@pytest.mark.parametrize("name", ["line1", "line2", "city", "postal_code", "name", "phone"])
@pytest.mark.parametrize(
    ("value", "good"), [("x" * 250, True), ("x" * 251, False), (" ", False), ("a\nb", False)]
)
def test_a_value_is_a_line_of_some_length(name: str, value: str, good: bool) -> None:
    if good:
        assert room._checked({name: value}) == {name: value}
        return
    with pytest.raises(BadInput) as caught:
        room._checked({name: value})
    option = f"--address-{name}" if name.startswith("line") else f"--{name.replace('_', '-')}"
    assert (caught.value.code, caught.value.subject) == (f"bad_{name}", option)


def test_a_link_is_asked_for_under_a_key_of_its_moment(stripe: Stripe, agency: Agency) -> None:
    answer = agency.do(portal)
    assert answer.data == {"portal": {"url": "https://stripe.example/cus_1"}}
    assert (stripe.sent, [note.code for note in answer.notes]) == (
        [("portal", "cus_1")],
        ["portal"],
    )
    assert str(answer.notes[0].hint).endswith("jpcli cards sync")
    with agency.desk(writes=False) as desk:
        assert stripe.keys == [f"jpcli-portal-{desk.ledger.meta['ledger_id']}-{desk.now_at}"]
    stripe.fails = Failed("not_configured", "no settings")
    with pytest.raises(Failed) as caught:
        agency.do(portal)
    assert caught.value.code == "not_configured"
    stripe.fails = Busy("network", "")
    with pytest.raises(Busy):
        agency.do(portal)


@pytest.mark.parametrize(("mails", "email", "good"), [(1, None, 0), (1, "a@b", 1), (0, None, 1)])
def test_an_address_is_needed_where_invoices_are_mailed(
    stripe: Stripe, tmp_path: Path, mails: int, email: str | None, good: int
) -> None:
    way: dict[str, Any] = {"collect": "send"} if mails else {}
    agency = Agency(tmp_path / "mails.db", JUNE_15).init(payments="stripe", **way)
    stripe.found = stripe.found._replace(email=email)
    with agency.desk() as desk:
        if good:
            room.check_address(desk, stripe)  # type: ignore[arg-type]
            assert stripe.looks == mails
            return
        with pytest.raises(Refused) as caught:
            room.check_address(desk, stripe)  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.subject) == ("no_email", "cus_1")
    assert caught.value.hint == room.ADD_EMAIL


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("email", "a@b.example", None),
        ("email", "a", "bad_email"),
        ("email", "a@", "bad_email"),
        ("email", "@b", "bad_email"),
        ("email", "a@b@c", "bad_email"),
        ("email", "a b@c", "bad_email"),
        ("country", "US", None),
        ("country", "USA", "bad_country"),
        ("country", "1A", "bad_country"),
        ("country", "ÄÖ", "bad_country"),
        ("name", "4242 4242 4242 4242", "card_number"),
        ("line1", "4242 4242 4242 4242", "card_number"),
    ],
)
def test_a_value_is_looked_at_before_anything_is_sent(
    name: str, value: str, code: str | None
) -> None:
    if code is None:
        assert room._checked({name: value}) == {name: value}
        return
    with pytest.raises(BadInput) as caught:
        room._checked({name: value})
    assert caught.value.code == code
