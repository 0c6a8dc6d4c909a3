"""Nothing goes out and nothing is written under `--dry-run`: every command that knows it, in every
state of an invoice. The commands come from the command tree, so a new one is in this by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jpcli.cli.app.options import COMMON, LISTS, WRITES
from jpcli.cli.app.root import load_command, run
from jpcli.cli.app.table import COMMANDS
from jpcli.domain.errors import Refused
from jpcli.payments.gateway import DraftInvoice, LineItem
from jpcli.services.collection.gateway import stripe_gateway
from jpcli.services.collection.stripe import cards, collector, outbox
from tests.services.agency import codes
from tests.services.collection.conftest import Shop
from tests.services.collection.states import NUMBER, STATES

pytestmark = pytest.mark.once

SHARED = (*COMMON, *LISTS, *WRITES)
FILES = {
    "apply": '[sites."https://a.example"]\nproducts = ["jetpack-scan"]\n',
    "ledger import": '{"license_key": "jetpack-ai_1", "product": "jetpack-ai",'
    ' "issued_at": "2024-07-01T00:00:00Z"}\n',
    "products import": "product,amount,currency,from\njetpack-ai,0.30,usd,2024-08-01\n",
}
# What a command needs beside its arguments and required options, and other roads through it.
ROADS: dict[str, list[list[str]]] = {
    "assign": [["{LICENSE}", "--site", "https://b.example"]],
    "cards add": [["pm_card_visa"], []],
    "cards remove": [["{CARD}"], ["{CARD}", "--yes"]],
    "invoice close": [["2024-06"], ["--due"], ["2024-06", "--yes"], ["2024-07"]],
    "clients archive": [["Client"]],
    "clients edit": [["Client", "--email", "ann@example.com"]],
    "clients merge": [["Client", "--into", "Twin"]],
    "clients rename": [["Client", "Other"]],
    "jetpack connect": [["https://a.example", "--user", "1"]],
    "month-end": [["--output", "{FILE}.d"], ["2024-06", "--output", "{FILE}.d"]],
    "products remove-price": [["jetpack-ai", "--from", "2024-12-01"]],
    "products rename": [["jetpack-ai", "Other"]],
    "settings set": [["name", "Other"], ["bill-from", "2024-07"]],
    "sites archive": [["https://e.example"]],
    "sites merge": [["https://e.example", "--into", "https://a.example"]],
    "sites rename": [["https://e.example", "https://f.example"]],
    "sites move": [["https://a.example", "--client", "C"]],
    "stripe customer": [[], ["--email", "ann@example.com"], ["--tax-id", "eu_vat:DE123456789"]],
    "undo": [[], ["--yes"], ["1"]],
    "transfer": [["{LICENSE}", "--to", "https://b.example"]],
}

# So that those have something to be done with.
SET_UP = (
    "unassign {license_key}",
    "clients add Client",
    "clients add Twin",
    "products set-price jetpack-ai --price 0.30 --from 2024-12-01",
)


def dry_commands() -> list[str]:
    return [path for path in sorted(COMMANDS) if "dry_run" in load_command(path).spec.shared]


def lines(path: str, known: dict[str, str]) -> list[list[str]]:
    """Command lines: every argument and required option by what its help calls it."""
    if path in ROADS:
        return [[word.format_map(known) for word in road] for road in ROADS[path]]
    words: list[str] = []
    for param in load_command(path).params:
        if param.name in SHARED or not (param.required or param.param_type_name == "argument"):
            continue
        metavar = str(param.metavar).strip("[]…")
        if param.param_type_name == "option":
            words.append(param.opts[0])
        words.append(known[metavar])
    return [words]


def test_the_table_has_the_commands_that_matter() -> None:
    assert {"invoice close", "invoice pay", "invoice push", "invoice void", "cards remove"} <= set(
        dry_commands()
    )


@pytest.fixture
def typed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Runs a command line on the shop's ledger in this process."""
    monkeypatch.setenv("JPCLI_LEDGER", shop.path)

    def call(*words: str) -> tuple[int, str]:
        monkeypatch.setenv("JPCLI_NOW", shop.now)
        capsys.readouterr()
        code = run(list(words))
        said = capsys.readouterr()
        return code, said.out + said.err

    return call


def writes(shop: Shop) -> list[str]:
    return [f"{r['method']} {r['path']}" for r in shop.double.requests() if r["method"] != "GET"]


@pytest.mark.parametrize("state", STATES)
def test_no_command_writes_anything_anywhere(
    shop: Shop, typed: Callable[..., tuple[int, str]], tmp_path: Path, state: str
) -> None:
    card, other = shop.attach(), shop.attach("pm_card_mastercard")
    shop.assign(shop.issue_one("jetpack-scan"), "https://a.example")
    (license_key,) = shop.issue("jetpack-ai")
    shop.assign(license_key, "https://e.example")
    STATES[state](shop)
    assert other
    for line in SET_UP:
        code, said = typed(*line.format(license_key=license_key).split())
        assert code == 0, said
    known = {
        "CARD": card,
        "INVOICE": NUMBER if state != "none" else "2024-06",
        "LICENSE": license_key,
        "PRODUCT": "jetpack-ai",
        "AMOUNT": "0.30",
        "NAME": "Client",
        "URL": "https://c.example",
        "MONTH": "2024-06",
        "TEXT": "text",
        "WISH": "1",
    }
    before = shop.state()
    ran = 0
    for path in dry_commands():
        source = tmp_path / f"{path.replace(' ', '-')}.txt"
        source.write_text(FILES.get(path, ""), encoding="utf-8")
        for words in lines(path, {**known, "FILE": str(source)}):
            shop.double.clear_requests()
            code, said = typed(*path.split(), *words, "--dry-run", "--json")
            assert writes(shop) == [], (path, words)
            assert shop.state() == before, (path, words)
            assert code != 1, (path, words, said)
            ran += code == 0
            if code == 2:  # only what such an invoice can't be asked
                assert '"unknown_invoice"' in said, (path, words, said)
    assert ran >= len(dry_commands()) // 2


def test_a_closed_month_that_is_not_collected_says_what_would_be(shop: Shop) -> None:
    shop.attach()
    STATES["open"](shop)
    for month in ("2024-06", None):
        answer = shop.close(month, dry_run=True)
        assert "would_collect" in codes(answer)
        assert answer.data["dry_run"] is True
        assert [item["number"] for item in answer.data["invoices"]] == [NUMBER]


@pytest.mark.parametrize(
    ("command", "would"),
    [
        (collector.push, "bring {} to Stripe, charging no card"),
        (collector.pay, "charge {} to the cards on file"),
        (collector.mark_paid, "mark {} as paid, not through Stripe"),
        (collector.void, "void {}; 2024-06 could be billed again"),
    ],
)
def test_what_would_be_done_with_an_invoice_is_said(
    shop: Shop, command: Callable[..., Any], would: str
) -> None:
    STATES["draft not pushed"](shop)
    asked = len(shop.double.requests())
    answer = shop.do(command, NUMBER, dry_run=True)
    assert [(note.code, note.kind, note.subject, note.message) for note in answer.notes] == [
        ("would", "info", NUMBER, f"Would {would.format(f'{NUMBER} over $13.12')}"),
        ("dry_run", "info", None, "Dry run: nothing was written, and Stripe was not called"),
    ]
    assert answer.data["dry_run"] is True
    assert answer.data["invoice"]["number"] == NUMBER
    assert len(shop.double.requests()) == asked


def test_a_wish_is_not_even_noted(shop: Shop) -> None:
    before = shop.state()
    asked: list[str] = []
    with shop.desk(dry_run=True) as desk, pytest.raises(Refused) as caught:
        outbox.carry_out(desk, "x", {}, perform=asked.append, find=lambda: None)
    assert (caught.value.code, asked, shop.state()) == ("no_dry_run", [], before)


def test_every_call_of_the_gateway_that_writes_is_refused(shop: Shop) -> None:
    """Also where somebody forgets to ask whether it is a dry run."""
    card = shop.attach()
    with shop.desk() as desk:
        customer = cards.ensure_customer(desk, stripe_gateway(desk))
    STATES["draft"](shop)
    (there,) = shop.double.objects("invoice")
    given: dict[str, Any] = {
        "customer": customer,
        "card_id": card,
        "invoice_id": there["id"],
        "currency": "usd",
        "changes": {"name": "x"},
        "draft": DraftInvoice("x", "x", "usd", None),
        "item": LineItem(0, 1, "x", 0, 0),
        "items": [LineItem(0, 1, "x", 0, 0)],
        "metadata": {},
    }
    shop.double.clear_requests()
    refused = 0
    with shop.desk(dry_run=True) as desk:
        gateway = stripe_gateway(desk)
        for name in dir(gateway):
            call = getattr(gateway, name)
            code = getattr(call, "__code__", None)
            if name.startswith("_") or code is None or "key" not in call.__annotations__:
                continue
            wanted = [word for word in call.__annotations__ if word not in ("key", "return")]
            with pytest.raises(Refused, match="without doing it"):
                call(**{word: given.get(word, "x") for word in wanted}, key="k")
            refused += 1
    assert refused >= 10
    assert writes(shop) == []
