"""`products import --from jetpack`: Jetpack's price list by the road of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import engines
from tests.cli.jetpack.conftest import at_jetpack as at_jetpack

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run
    from tests.cli.jetpack.conftest import Desk

COLUMNS = "product,name,family,amount,price_interval,currency"
IMPORT = "products import --from jetpack"


def prices(answer: Any) -> dict[str, str]:
    return {
        each["product"]: each["day_price"]
        for each in answer["products"]
        if each["bundle_size"] is None
    }


def test_it_is_what_a_file_with_the_same_rows_comes_to(
    at_jetpack: Desk, jpcli: Callable[..., Run], tmp_path: Any
) -> None:
    found = at_jetpack.do(IMPORT)
    assert (found["imported"], found["unchanged"]) == (9, 0)
    rows = [
        f"{slug},{name},{family},{amount},{interval},usd"
        for family, slug, _, name, amount, interval in at_jetpack.double.world.products
    ]
    (tmp_path / "list.csv").write_text("\n".join([COLUMNS, *rows]))
    other = engines.place(tmp_path / "other.db")
    jpcli("init", "--ledger", other)
    same = jpcli("products", "import", str(tmp_path / "list.csv"), "--ledger", other, "--json")
    assert same.data == found
    assert prices(found)["jetpack-scan"] == "0.16"


def test_a_price_a_month_becomes_one_a_day(at_jetpack: Desk) -> None:
    found = prices(at_jetpack.do(IMPORT))
    assert found["jetpack-backup-daily"] == "0.33"  # 9.95 × 12 / 365 = 0.327 (M3)
    assert found["jetpack-security-daily"] == "0.66"  # 19.95 × 12 / 365 = 0.6559


def test_what_is_known_changes_nothing(at_jetpack: Desk) -> None:
    at_jetpack.do(IMPORT)
    before = at_jetpack.everything()
    again = at_jetpack.do(IMPORT)
    assert (again["imported"], again["unchanged"]) == (0, 9)
    assert at_jetpack.everything() == before


def test_a_dry_run_asks_and_writes_nothing(at_jetpack: Desk) -> None:
    before = at_jetpack.everything()
    found = at_jetpack.do(f"{IMPORT} --dry-run")
    assert (found["imported"], found["dry_run"]) == (9, True)
    assert at_jetpack.everything() == before
    assert at_jetpack.double.calls() == ["GET /partner/product-families"]


def test_prices_in_another_currency_are_refused(at_jetpack: Desk) -> None:
    at_jetpack.double.world.currency = "EUR"
    before = at_jetpack.everything()
    done = at_jetpack(*IMPORT.split(), "--json")
    assert (done.code, done.error["code"]) == (3, "other_currency")
    assert done.error["message"] == "Jetpack's prices are in EUR, the ledger in usd (M6)"
    assert at_jetpack.everything() == before


def test_a_product_in_two_families_is_there_once_unless_its_prices_differ(
    at_jetpack: Desk,
) -> None:
    world = at_jetpack.double.world
    first = world.products[0]
    world.products = (*world.products, ("other", *first[1:]))
    assert at_jetpack.do(IMPORT)["imported"] == 9
    world.products = (*world.products, ("third", *first[1:4], 7.5, "day"))
    before = at_jetpack.everything()
    done = at_jetpack(*IMPORT.split(), "--json")
    assert (done.code, done.error["code"]) == (2, "bad_price_list")
    assert [each["code"] for each in done.error["problems"]] == ["double_price"]
    assert at_jetpack.everything() == before


@pytest.mark.parametrize(
    "argv", [[], ["list.csv", "--from", "jetpack"], ["--from", "stripe"], ["--from", ""]]
)
def test_it_is_a_file_or_jetpack(at_jetpack: Desk, argv: list[str]) -> None:
    done = at_jetpack("products", "import", *argv, "--json")
    assert done.code == 2
    assert at_jetpack.double.requests == []


def test_a_ledger_that_is_not_at_jetpack_takes_none(jpcli: Callable[..., Run]) -> None:
    jpcli("init")
    done = jpcli(*IMPORT.split(), "--json")
    assert (done.code, done.error["code"]) == (3, "not_at_jetpack")


def test_the_same_key_again_gives_the_first_answer(at_jetpack: Desk) -> None:
    first = at_jetpack.do(f"{IMPORT} --idempotency-key k")
    again = at_jetpack(
        "products", "import", "--from", "jetpack", "--idempotency-key", "k", "--json"
    )
    assert again.data == first
    assert "repeated" in [note["code"] for note in again.json["notes"]]


def test_a_list_that_can_not_be_read_is_no_list(
    at_jetpack: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jpcli.jetpack.patience.FIRST_PAUSE_SECONDS", 0)
    before = at_jetpack.everything()
    at_jetpack.double.next("body", body='[{"products": 7}]', times=0)
    done = at_jetpack(*IMPORT.split(), "--json")
    assert (done.code, done.error["code"]) == (75, "jetpack_server_error")
    assert at_jetpack.everything() == before
