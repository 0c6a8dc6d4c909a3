"""Each command hands its options to its service, and its answer to the reader."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests import engines
from tests.cli.conftest import ENTRY, run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Jpcli = Callable[..., Any]


def licenses(jpcli: Jpcli, *filters: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = jpcli("licenses", "list", "--json", *filters).data["licenses"]
    return found


def keys(jpcli: Jpcli, *filters: str) -> list[str]:
    return [found["license_key"] for found in licenses(jpcli, *filters)]


# init, demo


def test_init(jpcli: Jpcli, tmp_path: Path) -> None:
    made = jpcli(
        *("init", "--json", "--currency", "eur", "--time-zone", "Europe/Berlin"),
        *("--name", "Büro", "--prices", "none", "--payment-terms-days", "14"),
    )
    assert made.code == 0
    assert made.json["command"] == "init"
    assert made.data["currency"] == "eur"
    assert made.data["time_zone"] == "Europe/Berlin"
    assert made.data["payment_terms_days"] == 14
    assert made.data["products"] == 0
    again = jpcli("init", "--json")
    assert (again.code, again.error["code"]) == (3, "ledger_exists")


def test_without_a_ledger(jpcli: Jpcli) -> None:
    missing = jpcli("status", "--json")
    assert missing.code != 0
    assert "jpcli init" in missing.error["hint"]


# issue


def test_issue(ledger: Jpcli) -> None:
    issued = ledger(
        *("issue", "jetpack-scan", "-n", "2", "--site", "a.example", "--client", "A", "--json"),
        *("--at", "2026-11-01T09:00:00Z"),
        now="2026-11-03T00:00:00Z",
    )
    assert issued.code == 0
    assert len(issued.data["licenses"]) == 2
    for found in issued.data["licenses"]:
        assert found["site"] == "https://a.example"
        assert found["client"] == "A"
        assert found["issued_at"] == "2026-11-01T09:00:00Z"
    bundle = ledger("issue", "jetpack-security-t1", "--bundle", "5", "--json").data["licenses"]
    assert len(bundle) == 6
    assert bundle[0]["bundle_size"] == 5


@pytest.mark.parametrize("quantity", ["0", "-1", "x", "1.5"])
def test_issue_needs_a_number(quantity: str, ledger: Jpcli) -> None:
    wrong = ledger("issue", "jetpack-scan", "--quantity", quantity, "--json")
    assert wrong.code == 2
    assert keys(ledger) == []


def test_issue_is_refused_without_a_card(jpcli: Jpcli) -> None:
    jpcli("init")
    refused = jpcli("issue", "jetpack-scan", "--json")
    assert (refused.code, refused.error["code"]) == (3, "no_primary_card")
    assert "jpcli cards add" in refused.error["hint"]
    assert "no_primary_card" in refused.err


def test_dry_runs_write_nothing(ledger: Jpcli) -> None:
    tried = ledger("issue", "jetpack-scan", "--dry-run", "--json")
    assert tried.code == 0
    assert tried.data["dry_run"] is True
    assert keys(ledger) == []


def test_the_same_key_again_changes_nothing(ledger: Jpcli) -> None:
    line = ("issue", "jetpack-scan", "--json", "--idempotency-key", "k1")
    assert ledger(*line).data == ledger(*line).data
    assert len(keys(ledger)) == 1
    other = ledger("issue", "jetpack-ai", "--json", "--idempotency-key", "k1")
    assert (other.code, other.error["code"]) == (3, "idempotency_key_reused")


# --from


def test_orders_from_a_file(ledger: Jpcli, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "product,quantity,site,client,bundle_size\n"
        "jetpack-scan,2,a.example,A,\n"
        "jetpack-security-t1,1,,,5\n"
    )
    issued = ledger("issue", "--from", str(orders), "--json")
    assert issued.code == 0
    assert len(issued.data["licenses"]) == 8


def test_bad_orders_are_listed_with_their_lines(ledger: Jpcli, tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text("product,quantity\njetpack-scan,2\nbogus,1\njetpack-scan,many\n")
    wrong = ledger("issue", "--from", str(orders), "--json")
    assert wrong.code == 2
    assert {problem["line"] for problem in wrong.error["problems"]} == {3, 4}
    assert "line 3: " in wrong.err
    assert "line 4: " in wrong.err
    assert keys(ledger) == []
    going = ledger("issue", "--from", str(orders), "--json", "--keep-going")
    assert going.code == 1
    assert len(going.data["licenses"]) == 2
    assert {problem["line"] for problem in going.data["problems"]} == {3, 4}
    assert "line 3: " in going.err


def test_a_list_can_be_piped_into_revoke(agency: Jpcli) -> None:
    before = len(keys(agency, "--state", "revoked"))
    line = f'"{sys.executable}" -c "{ENTRY}"'
    pipe = (
        f"{line} licenses list --state assigned --format csv | {line} revoke --from - --yes --json"
    )
    done = subprocess.run(["bash", "-c", pipe], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["data"]["licenses"]) == 1
    assert len(keys(agency, "--state", "revoked")) == before + 1


def test_transfers_from_a_file(agency: Jpcli, tmp_path: Path) -> None:
    (key,) = keys(agency, "--state", "assigned")
    moves = tmp_path / "moves.ndjson"
    moves.write_text(json.dumps({"license_key": key, "to": "far.example"}) + "\n")
    assert agency("transfer", "--from", str(moves)).code == 0
    assert licenses(agency, "--site", "far.example")[0]["license_key"] == key


@pytest.mark.parametrize(
    "line",
    [
        "issue jetpack-scan --from f.csv",
        "issue --from f.csv --quantity 2",
        "issue --from f.csv --site a.example",
        "issue",
        "issue jetpack-scan --keep-going",
        "transfer key",
        "transfer",
        "transfer --to a.example",
        "transfer key --from f.csv",
        "transfer --from f.csv --client A",
        "assign key --from f.csv --site a.example",
        "assign --from f.csv --client A",
        "assign key --site a.example --keep-going",
        "unassign key --from f.csv",
        "revoke",
        "revoke key --from f.csv",
        "assign key",
        "assign --site a.example",
        "unassign",
        "sites move a.example",
        "sites move a.example --client A --no-client",
        "invoice preview --by month",
        "cards add",
        "products set-price jetpack-scan",
    ],
)
def test_lines_that_make_no_sense(line: str, ledger: Jpcli) -> None:
    wrong = ledger(*line.split(), "--json")
    assert (wrong.code, wrong.error["code"]) == (2, "usage")


# assign, unassign, transfer, revoke


def test_the_life_of_a_license(ledger: Jpcli) -> None:
    ledger("issue", "jetpack-scan", now="2026-11-02T10:00:00Z")
    (key,) = keys(ledger)
    ledger("assign", key, "--site", "a.example", "--client", "A", now="2026-11-03T10:00:00Z")
    assert licenses(ledger)[0]["client"] == "A"
    ledger("transfer", key, "--to", "b.example", "--client", "B", now="2026-11-04T10:00:00Z")
    assert licenses(ledger)[0]["site"] == "https://b.example"
    ledger("unassign", key, now="2026-11-05T10:00:00Z")
    assert licenses(ledger)[0]["state"] == "unassigned"
    needs_yes = ledger("revoke", key, "--json")
    assert (needs_yes.code, needs_yes.error["code"]) == (2, "confirmation_required")
    assert "--yes" in needs_yes.error["hint"]
    ledger("revoke", key, "--yes", "--reason", "over", "--at", "2026-11-06", now=TODAY)
    assert licenses(ledger)[0]["revoked_at"].startswith("2026-11-06T23:59:59")
    again = ledger("revoke", key, "--yes", "--json")
    assert again.code == 0
    assert [note["code"] for note in again.json["notes"]] == ["already_revoked"]
    (shown,) = ledger("licenses", "show", key, "--json").data["licenses"]
    assert [event["kind"].partition(".")[2] for event in shown["history"]] == [
        "issued",
        "assigned",
        "transferred",
        "unassigned",
        "revoked",
    ]
    assert shown["history"][-1]["reason"] == "over"


TODAY = "2026-11-22T11:00:00Z"


def test_a_license_is_revoked_after_a_yes(agency: Jpcli) -> None:
    (key,) = keys(agency, "--state", "assigned")
    asked = run_on_terminal("revoke", key, answer="y\n")
    assert asked.code == 0
    assert f"Revoke {key}?" in asked.out
    assert keys(agency, "--state", "assigned") == []


def test_the_question_is_about_what_ends(agency: Jpcli) -> None:
    bundle = next(found for found in licenses(agency) if found["bundle_size"])
    asked = run_on_terminal("revoke", bundle["license_key"], answer="n\n")
    assert f"Revoke {bundle['license_key']} and the 5 licenses in it?" in asked.out
    unknown = agency("revoke", "jetpack-scan_0000000000000000000000000", "--json")
    assert (unknown.code, unknown.error["code"]) == (2, "unknown_license")
    (gone,) = keys(agency, "--state", "revoked")
    again = agency("revoke", gone, "--json")
    assert again.code == 0
    assert agency("ledger", "check").code == 0


# licenses


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (["--state", "revoked"], 1),
        (["--product", "jetpack-complete"], 2),
        (["--site", "blog.example"], 1),
        (["--client", "[b]Blog[/b]"], 1),
        (["--older-than", "19"], 2),
        (["--newer-than", "19"], 6),
        (["--search", "blog.exa"], 1),
        (["--search", "no such thing"], 0),
    ],
)
def test_filters(filters: list[str], count: int, agency: Jpcli) -> None:
    assert len(keys(agency, *filters)) == count


def test_sorting(agency: Jpcli) -> None:
    by_key = keys(agency, "--sort", "key")
    assert by_key == sorted(by_key)
    assert keys(agency, "--sort", "key", "--reverse") == by_key[::-1]
    wrong = agency("licenses", "list", "--sort", "price", "--json")
    assert wrong.code == 2


def test_counting(agency: Jpcli) -> None:
    counted = agency("licenses", "count", "--json").data
    assert counted == {"total": 6, "assigned": 1, "unassigned": 5, "revoked": 1}
    by_client = agency("licenses", "count", "--by", "client", "--json").data
    assert {group["client"] for group in by_client["groups"]} >= {"[b]Blog[/b]", None}
    rows = agency("licenses", "count", "--by", "product").rows
    assert rows[0] == ["product", "total", "assigned", "unassigned", "revoked"]
    assert "more" not in run_on_terminal("licenses", "count", "--by", "product").out


def test_the_timeline(agency: Jpcli) -> None:
    drawn = agency("licenses", "timeline", "2026-11", "--product", "jetpack-complete", "--json")
    assert drawn.data["period"] == "2026-11"
    assert [found["days"] for found in drawn.data["licenses"]] == [19, 29]


# sites, clients, products, cards


def test_sites_and_clients(agency: Jpcli) -> None:
    assert agency("sites", "move", "new.example", "--client", "Zeta").code == 0
    assert agency("sites", "show", "new.example", "--json").data["client"] == "Zeta"
    assert agency("sites", "move", "new.example", "--no-client").code == 0
    assert agency("sites", "show", "new.example", "--json").data["client"] is None
    (row,) = agency("sites", "list", "--json", "--search", "blog").data["sites"]
    assert row["site"] == "https://blog.example"
    assert agency("clients", "add", "Quiet Ltd").code == 0
    names = [row["client"] for row in agency("clients", "list", "--json").data["clients"]]
    assert "Quiet Ltd" in names
    assert agency("clients", "show", "Quiet Ltd", "--json").data["licenses"] == []


def test_prices(ledger: Jpcli, tmp_path: Path) -> None:
    line = ("products", "set-price", "jetpack-scan", "--price", "0.20", "--from", "2026-12-01")
    (offer,) = ledger(*line, "--json").data["products"]
    assert offer["prices"][-1] == {"from": "2026-12-01", "day_price": "0.20"}
    ledger("products", "set-price", "jetpack-scan", "--price", "1.5", "--bundle", "7")
    shown = ledger("products", "show", "jetpack-scan", "--json").data["products"]
    assert [offer["bundle_size"] for offer in shown] == [None, 7]
    prices = tmp_path / "prices.csv"
    prices.write_text("product,amount\nnew-thing,0.5\n")
    assert ledger("products", "import", str(prices)).code == 0
    prices.write_text("product,amount\nnew-thing,much\n")
    wrong = ledger("products", "import", str(prices), "--json")
    assert (wrong.code, wrong.error["problems"][0]["line"]) == (2, 2)


def test_cards(ledger: Jpcli) -> None:
    line = ("cards", "add", "--brand", "mastercard", "--last4", "4444", "--exp", "01/2031")
    cards = ledger(*line, "--json").data["cards"]
    assert [card["primary"] for card in cards] == [True, False]
    first, second = (card["id"] for card in cards)
    cards = ledger("cards", "primary", second, "--json").data["cards"]
    assert [card["primary"] for card in cards] == [False, True]
    assert ledger("cards", "remove", second).code == 0
    last = ledger("cards", "remove", first, "--json")
    assert (last.code, last.error["code"]) == (2, "confirmation_required")
    assert "Issuing new licenses is paused until you add a card" in last.error["hint"]
    assert ledger("cards", "remove", first, "--yes").code == 0
    assert ledger("cards", "list", "--format", "csv").out.startswith("id,brand,last4,exp_month")


def test_a_card_number_is_refused(ledger: Jpcli) -> None:
    wrong = ledger(
        *("cards", "add", "--brand", "visa", "--last4", "4242 4242 4242 4242"),
        *("--exp", "12/2030", "--json"),
    )
    assert (wrong.code, wrong.error["code"]) == (2, "card_number")
    assert "4242 4242" not in wrong.out + wrong.err


# invoice preview


def test_preview(agency: Jpcli) -> None:
    data = agency("invoice", "preview", "--json").data
    assert data["period"] == "2026-11"
    assert data["licenses"] == {"total": 7, "assigned": 2, "unassigned": 5}
    assert (
        sum(line["amount"]["amount_minor"] for line in data["lines"])
        == (data["total"]["amount_minor"])
    )
    assert "details" not in data


@pytest.mark.parametrize("by", ["product", "site", "client", "license", "day"])
def test_preview_by(by: str, agency: Jpcli) -> None:
    data = agency("invoice", "preview", "--by", by, "--markup", "20", "--json").data
    groups = data["groups"]
    assert ("license_key" if by == "license" else by) in groups[0]
    for name in ("amount", "to_date"):
        total = data["total" if name == "amount" else "total_to_date"]["amount_minor"]
        assert sum(group[name]["amount_minor"] for group in groups) == total
    assert len(agency("invoice", "preview", "--by", by).rows) == len(groups) + 1


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize(
    "command",
    [("licenses", "timeline"), ("invoice", "preview", "--by", "site")],
    ids=["timeline", "groups"],
)
def test_a_month_without_a_row_has_the_header_of_others(
    command: tuple[str, ...], form: str, agency: Jpcli
) -> None:
    some = agency(*command, "--format", form).out.splitlines()
    none = agency(*command, "2020-01", "--format", form).out.splitlines()
    assert len(some) > 1
    assert none == some[:1]


def test_what_if(agency: Jpcli) -> None:
    (key,) = keys(agency, "--state", "assigned")
    now = agency("invoice", "preview", "--json").data["total"]["amount_minor"]
    more = agency(
        *("invoice", "preview", "--json", "--issue", "jetpack-ai:2@2026-11-25"),
        *("--issue", "jetpack-scan:1@2026-11-30", "--revoke", f"{key}@2026-11-24"),
    ).data
    assert more["total"]["amount_minor"] == now + 2 * 6 * 27 + 16 - 6 * 82
    assert more["what_if"]["revoke"] == [f"{key}@2026-11-24"]
    assert agency("invoice", "preview", "--json").data["total"]["amount_minor"] == now


def test_as_of(agency: Jpcli) -> None:
    early = agency("invoice", "preview", "2026-11", "--as-of", "2026-11-05", "--json").data
    assert early["licenses"]["total"] == 2
    assert early["as_of"] == "2026-11-05T23:59:59.999999Z"


# log, ledger


def test_log(agency: Jpcli) -> None:
    (key,) = keys(agency, "--state", "revoked")
    events = agency("log", "--license", key, "--json").data["events"]
    assert events[0]["kind"] == "license.revoked"
    recent = agency("log", "--since", "2026-11-20", "--kind", "license", "--json").data["events"]
    assert [event["seq"] for event in recent] == [events[0]["seq"]]
    assert agency("log", "--until", "2026-10-01", "--json").data["events"] == []
    assert agency("log", "--site", "blog.example", "--json").data["total"] >= 1


def test_check(agency: Jpcli) -> None:
    data = agency("ledger", "check", "--json").data
    assert data["ok"] is True
    assert data["problems"] == []


@pytest.mark.file("bits of a file")
def test_a_damaged_ledger_fails_the_check(agency: Jpcli, tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    content = path.read_bytes()
    assert b"shop.example" in content
    path.write_bytes(content.replace(b"https://shop.example", b"https://shoq.example"))
    found = agency("ledger", "check", "--json")
    assert found.code == 1
    assert found.data["ok"] is False
    assert found.data["problems"]


def test_export_and_import(agency: Jpcli, tmp_path: Path) -> None:
    exported = agency("ledger", "export").out
    assert exported == agency("ledger", "export", "--format", "ndjson").out
    history = tmp_path / "history.ndjson"
    history.write_text(exported)
    other = ("--ledger", engines.place(tmp_path / "other.db"))
    agency("init", *other)
    assert agency("ledger", "import", str(history), *other).code == 0
    again = agency("ledger", "import", str(history), *other, "--json").data
    assert (again["imported"], again["unchanged"]) == (0, 8)
    assert agency("ledger", "export", *other).out == exported
    header, *rows = agency("ledger", "export", "--format", "csv").out.splitlines()
    assert header == (
        "license_key,product,issued_at,revoked_at,site,client,assigned_at,bundle_key,bundle_size"
    )
    assert len(rows) == 8
    assert agency("ledger", "export", "--json").json["command"] == "ledger export"


@pytest.mark.file("on a server no ledger is replaced")
def test_a_backup_is_restored_over_the_ledger_with_a_yes(agency: Jpcli, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.db")
    assert agency("ledger", "backup", copy).code == 0
    agency("issue", "jetpack-scan")
    needs_yes = agency("ledger", "restore", copy, "--json")
    assert (needs_yes.code, needs_yes.error["code"]) == (2, "confirmation_required")
    assert agency("ledger", "restore", copy, "--yes").code == 0
    assert len(keys(agency)) == 8


def test_a_backup_is_restored_where_nothing_is(agency: Jpcli, tmp_path: Path) -> None:
    copy, fresh = str(tmp_path / "copy.db"), engines.place(tmp_path / "fresh.db")
    assert agency("ledger", "backup", copy).code == 0
    line = ("ledger", "restore", copy, "--ledger", fresh, "--idempotency-key", "k", "--json")
    first = agency(*line)
    assert (first.code, first.data["ledger"]) == (0, fresh)
    assert len(keys(agency, "--ledger", fresh)) == 8
    assert (agency(*line).data, agency(*line).code) == (first.data, 0)


@pytest.mark.alike("form")
@pytest.mark.parametrize("form", ["table", "json", "ndjson", "csv", "tsv", "md"])
def test_every_format_of_every_reading_command(form: str, agency: Jpcli) -> None:
    (key,) = keys(agency, "--state", "revoked")
    for line in (
        "status",
        "invoice preview",
        "invoice preview --by site",
        "licenses list",
        f"licenses show {key}",
        "licenses count",
        "licenses count --by site",
        "licenses timeline",
        "sites list",
        "sites show new.example",
        "clients list",
        "products list",
        "products show jetpack-scan",
        "cards list",
        "log",
        "ledger check",
        "ledger export",
    ):
        shown = agency(*line.split(), "--format", form)
        assert shown.code == 0, line
        assert shown.out or line == "ledger check", line
        assert "Traceback" not in shown.err
        if form == "json":
            assert shown.json["version"] == "jpcli/1"
            assert line.startswith(shown.json["command"])
        if form == "ndjson":
            assert all(json.loads(row) for row in shown.out.splitlines())
