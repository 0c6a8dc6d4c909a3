"""What people call things: a license by the beginning of its key, a product by its last words; and
names that there are not, on every road where one is taken."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests import engines
from tests.cli.conftest import copied

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Names(NamedTuple):
    """An agency: `scan` is the only license of its product, on a site; two of jetpack-complete, of
    which `free` is on none."""

    jpcli: Callable[..., Any]
    folder: Path
    scan: str
    free: str
    placed: str

    def file(self, name: str, *lines: str) -> str:
        path = self.folder / name
        path.write_text("\n".join((*lines, "")), "utf-8")
        return str(path)

    def state(self) -> str:
        return engines.engine.dump(engines.place(self.folder / "ledger.db"))


@pytest.fixture
def names(ledger: Callable[..., Any], begun: Path, tmp_path: Path) -> Names:
    return Names(ledger, tmp_path, *copied(begun / "names.db", lambda: _made(ledger)))


def _made(ledger: Callable[..., Any]) -> tuple[str, ...]:
    def issued(*words: str) -> str:
        (found,) = ledger("issue", *words, "--json").data["licenses"]
        return str(found["license_key"])

    scan = issued("jetpack-scan", "--site", "shop.example", "--client", "Shop")
    free = issued("jetpack-complete")
    placed = issued("jetpack-complete", "--site", "blog.example", "--client", "Blog")
    return scan, free, placed


def short(key: str, least: int = 4) -> str:
    """The beginning of a key up to so many characters behind its product."""
    return key[: key.rindex("_") + 1 + least]


# Every command that names a license, `KEY` in its place, and which license it is.
LICENSES = (
    ("assign KEY --site a.example", "free"),
    ("unassign KEY", "placed"),
    ("transfer KEY --to a.example", "placed"),
    ("revoke KEY --yes", "free"),
    ("licenses show KEY", "placed"),
    ("log --license KEY", "placed"),
    ("invoice explain 2026-11 --license KEY", "placed"),
    ("invoice preview --by license --revoke KEY@2026-11-25", "placed"),
    ("assign --from FILE --site a.example", "free"),
    ("unassign --from FILE", "placed"),
    ("transfer --from FILE --to a.example", "placed"),
    ("revoke --from FILE --yes", "free"),
)


def argv(names: Names, line: str, key: str) -> list[str]:
    file = names.file("keys.csv", "license_key", key)
    return [word.replace("KEY", key).replace("FILE", file) for word in line.split()]


@pytest.mark.parametrize(("line", "which"), LICENSES)
def test_the_beginning_of_a_key_names_the_license_on_every_road(
    names: Names, line: str, which: str
) -> None:
    key = getattr(names, which)
    before = names.state()
    whole = names.jpcli(*argv(names, line, key), "--dry-run" if "--from" in line else "--json")
    run = names.jpcli(*argv(names, line, short(key)), "--json")
    assert run.code == whole.code == 0, run.err
    assert key in run.out
    changes = not line.startswith(("licenses", "log", "invoice"))
    assert (names.state() != before) == changes


@pytest.mark.parametrize(("line", "which"), LICENSES)
@pytest.mark.parametrize("named", ["jetpack-scan", "scan", "Scan"])
def test_a_product_names_the_only_license_that_it_has(
    names: Names, line: str, which: str, named: str
) -> None:
    if which == "free":
        assert names.jpcli("unassign", names.scan).code == 0
    run = names.jpcli(*argv(names, line, named), "--json")
    assert run.code == 0, run.err
    assert names.scan in run.out


@pytest.mark.parametrize(("line", "which"), LICENSES)
@pytest.mark.parametrize("named", ["complete", "jetpack-complete"])
def test_a_product_with_more_than_one_license_names_none(
    names: Names, line: str, which: str, named: str
) -> None:
    before = names.state()
    run = names.jpcli(*argv(names, line, named), "--json")
    found = run.error.get("problems") or [run.error]
    assert (run.code, found[0]["code"]) == (2, "ambiguous_license")
    assert names.state() == before


def test_a_license_that_was_revoked_still_counts(names: Names) -> None:
    assert names.jpcli("revoke", "scan", "--yes").code == 0
    assert names.jpcli("issue", "scan").code == 0
    again = names.jpcli("revoke", "scan", "--yes", "--json")  # as a script that runs once more
    assert (again.code, again.error["code"]) == (2, "ambiguous_license")


@pytest.mark.parametrize("least", [1, 3])
def test_less_than_four_characters_of_a_key_name_nothing(names: Names, least: int) -> None:
    run = names.jpcli("licenses", "show", short(names.placed, least), "--json")
    assert (run.code, run.error["code"]) == (2, "unknown_license")


def test_a_beginning_that_several_have_lists_them(names: Names) -> None:
    def row(key: str) -> str:
        life = {"license_key": key, "product": "jetpack-scan", "issued_at": "2026-11-01T07:00:00Z"}
        return json.dumps(life)

    keys = [f"jetpack-scan_AAAA{number:02}" for number in range(12)]
    keys.append("jetpack-scan_AAAA")  # which is a whole key, too
    source = names.file("history.ndjson", *map(row, keys))
    assert names.jpcli("ledger", "import", source).code == 0
    run = names.jpcli("revoke", "jetpack-scan_AAAA0", "--yes", "--json")
    assert (run.code, run.error["code"]) == (2, "ambiguous_license")
    assert [key in run.error["hint"] for key in keys[:10]] == [True] * 10
    exact = names.jpcli("licenses", "show", "jetpack-scan_AAAA", "--json")
    assert [each["license_key"] for each in exact.data["licenses"]] == ["jetpack-scan_AAAA"]


def test_named_twice_it_is_changed_once(names: Names) -> None:
    run = names.jpcli("revoke", names.free, short(names.free), short(names.free, 9), "--yes")
    assert run.code == 0
    assert run.err.count("already") == 2
    (found,) = names.jpcli("licenses", "show", names.free, "--json").data["licenses"]
    assert [event["kind"] for event in found["history"]] == ["license.issued", "license.revoked"]


def test_the_same_idempotency_key_gives_the_first_answer_whatever_the_name_means_by_now(
    names: Names,
) -> None:
    line = ("revoke", "scan", "--yes", "--json", "--idempotency-key", "k1")
    first = names.jpcli(*line)
    assert first.code == 0
    assert names.jpcli("issue", "jetpack-scan").code == 0
    again = names.jpcli(*line)
    assert (again.code, again.data) == (0, first.data)
    price = ("products", "set-price", "complete", "--price", "9", "--json", "--idempotency-key")
    first = names.jpcli(*price, "k2")
    more = names.file(
        "prices.csv", "product,name,amount,price_interval,currency,from",
        "vault-complete,Vault,1,day,usd,2026-01-01",
    )  # fmt: skip
    assert names.jpcli("products", "import", more).code == 0
    assert names.jpcli(*price, "k3").error["code"] == "ambiguous_product"
    assert names.jpcli(*price, "k2").data == first.data


# Every command that names a product, `SCAN` in its place.
PRODUCTS = (
    "issue SCAN",
    "issue --from FILE",
    "products show SCAN",
    "products set-price SCAN --price 0.5",
    "licenses list --product SCAN",
    "licenses count --by product --product SCAN",
    "licenses timeline --product SCAN",
    "invoice explain 2026-11 --product SCAN",
    "invoice preview --issue SCAN:2@2026-11-25",
    "plan PLAN",
)


def product_argv(names: Names, line: str, product: str) -> list[str]:
    file = names.file("orders.csv", "product,quantity", f"{product},1")
    plan = names.file("sites.toml", "complete = false", f'[spares]\n"{product}" = {{ least = 3 }}')
    words = (word.replace("SCAN", product) for word in line.split())
    return [word.replace("FILE", file).replace("PLAN", plan) for word in words]


@pytest.mark.parametrize("line", PRODUCTS)
def test_a_short_name_is_the_product_on_every_road(names: Names, line: str) -> None:
    run = names.jpcli(*product_argv(names, line, "scan"), "--json")
    assert run.code == 0, run.err
    assert "jetpack-scan" in run.out
    assert "jetpack-complete" not in run.out or "preview" in line


def test_a_product_that_a_plan_names_twice_stands_there_twice(names: Names) -> None:
    text = '[sites."a.example"]\nproducts = ["scan", "jetpack-scan"]'
    run = names.jpcli("plan", names.file("twice.toml", text), "--json")
    assert run.code == 2
    assert "jetpack-scan stands there twice" in run.error["problems"][0]["message"]


@pytest.mark.parametrize("line", PRODUCTS)
@pytest.mark.parametrize(
    ("named", "code", "hint"),
    [
        ("backup", "ambiguous_product", "jetpack-backup-t1, jetpack-backup-t2"),
        ("jetpack-scna", "unknown_product", "Did you mean jetpack-scan?"),
    ],
)
def test_a_name_of_several_products_or_of_none_says_which(
    names: Names, line: str, named: str, code: str, hint: str
) -> None:
    before = names.state()
    run = names.jpcli(*product_argv(names, line, named), "--json")
    assert run.code == 2
    found = run.error.get("problems") or [run.error]
    assert found[0]["code"] == code
    said = hint.removeprefix("Did you mean ").removesuffix("?")
    assert said in f"{found[0]['hint']} {found[0]['message']}"
    assert names.state() == before


# Filters by a name that there is not: the command, what is wrong, what may be meant.
FILTERS = (
    ("licenses list --client Shpo", "unknown_client", "Shop"),
    ("licenses list --client shop", "unknown_client", "Shop"),
    ("licenses list --site shop.exmaple", "unknown_site", "https://shop.example"),
    ("licenses count --site shop.exmaple", "unknown_site", "https://shop.example"),
    ("licenses count --client Shpo", "unknown_client", "Shop"),
    ("licenses timeline --client Shpo", "unknown_client", "Shop"),
    ("licenses timeline --site shop.exmaple", "unknown_site", "https://shop.example"),
    ("sites list --client Shpo", "unknown_client", "Shop"),
    ("sites show shop.exmaple", "unknown_site", "https://shop.example"),
    ("sites move shop.exmaple --client Blog", "unknown_site", "https://shop.example"),
    ("clients show Shpo", "unknown_client", "Shop"),
    ("log --site shop.exmaple", "unknown_site", "https://shop.example"),
    ("log --kind licence", "unknown_kind", "license"),
    ("invoice export 2026-11 --client Shpo", "unknown_client", "Shop"),
)


@pytest.mark.parametrize(("line", "code", "meant"), FILTERS)
def test_a_name_that_there_is_not_is_an_error_that_says_what_may_be_meant(
    names: Names, line: str, code: str, meant: str
) -> None:
    run = names.jpcli(*line.split(), "--json")
    assert (run.code, run.error["code"]) == (2, code)
    assert run.error["hint"] == f"Did you mean {meant}?"


def test_an_actor_who_did_nothing_is_remarked_on(names: Names) -> None:
    run = names.jpcli("log", "--actor", "testre", "--json")
    assert (run.code, run.data["events"]) == (0, [])
    (note,) = run.json["notes"]
    assert (note["code"], note["hint"]) == ("unknown_actor", "Did you mean tester?")
    run = names.jpcli("log", "--actor", "tester", "--since", "2026-11-30", "--json")
    assert (run.data["events"], run.json.get("notes", [])) == ([], [])


@pytest.mark.parametrize(
    "line",
    [
        "licenses list --client Nobody",
        "licenses list --site empty.example",
        "licenses count --product monitor",
        "licenses timeline --site empty.example",
        "sites list --client Nobody",
        "log --site empty.example --since 2026-11-22",
        "log --kind card --since 2026-11-23",
    ],
)
def test_nothing_found_for_a_name_that_there_is_is_no_failure(names: Names, line: str) -> None:
    assert names.jpcli("clients", "add", "Nobody").code == 0
    (key,) = names.jpcli("issue", "scan", "--site", "empty.example", "--json").data["licenses"]
    assert names.jpcli("transfer", key["license_key"], "--to", "shop.example").code == 0
    assert names.jpcli(*line.split(), "--json").code == 0
