"""What is seldom meant is remarked on: nothing is refused, and a person is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run, run_on_terminal

Jpcli = Callable[..., Run]

DOUBLE = "https://a.example has 2 licenses of jetpack-scan, all of them billed"
FAMILY = "https://a.example has jetpack-complete and jetpack-security-t1, both of the family plans"
WWW = "https://www.a.example and https://a.example are two sites here"


@pytest.fixture
def spares(ledger: Jpcli) -> Jpcli:
    """Licenses on a site, on another, and on none."""
    for product in ("jetpack-scan", "jetpack-complete"):
        assert ledger("issue", product, "--site", "a.example").code == 0
    for product in ("jetpack-scan", "jetpack-security-t1", "jetpack-boost"):
        assert ledger("issue", product).code == 0
        assert ledger("issue", product, "--site", f"{product}.example").code == 0
    return ledger


def put(jpcli: Jpcli, road: str, product: str, site: str, folder: Path) -> Run:
    """One more license on a site, by one of the roads."""
    found = jpcli("licenses", "list", "--product", product, "--json").data["licenses"]
    spare = [each["license_key"] for each in found if each["site"] is None]
    placed = [each["license_key"] for each in found if f"{product}.ex" in (each["site"] or "")]
    source = folder / "rows.csv"
    if road == "issue":
        return jpcli("issue", product, "--site", site)
    if road == "assign":
        return jpcli("assign", spare[0], "--site", site)
    if road == "transfer":
        return jpcli("transfer", placed[0], "--to", site)
    if road == "issue --from":
        source.write_text(f"product,site\n{product},{site}\n")
        return jpcli("issue", "--from", str(source))
    if road == "assign --from":
        source.write_text(f"license_key,site\n{spare[0]},{site}\n")
        return jpcli("assign", "--from", str(source))
    source.write_text(f"license_key,to\n{placed[0]},{site}\n")
    return jpcli("transfer", "--from", str(source))


@pytest.mark.parametrize(
    ("product", "site", "message"),
    [
        ("jetpack-scan", "a.example", DOUBLE),
        ("jetpack-security-t1", "http://A.example/", FAMILY),
        ("jetpack-boost", "www.a.example", WWW),
    ],
)
@pytest.mark.parametrize(
    "road", ["issue", "assign", "transfer", "issue --from", "assign --from", "transfer --from"]
)
def test_a_site_that_has_something_twice_is_remarked_on(
    spares: Jpcli, road: str, product: str, site: str, message: str, tmp_path: Path
) -> None:
    assert "example" not in spares("status").err
    done = put(spares, road, product, site, tmp_path)
    assert done.code == 0
    assert message in done.err
    assert message in spares("status").err
    for line in done.err.splitlines():  # what it names can be typed
        if "   jpcli " in line:
            assert spares(*line.partition("   jpcli ")[2].split()).code == 0


def test_what_is_there_once_is_not_remarked_on(spares: Jpcli, tmp_path: Path) -> None:
    for road in ("issue", "assign", "transfer"):
        done = put(spares, road, "jetpack-boost", f"{road}.example", tmp_path)
        assert (done.code, "billed\n" in done.err, "two sites" in done.err) == (0, False, False)


def test_how_many_more_there_are_is_said_in_status(ledger: Jpcli) -> None:
    for site in ("a.example", "b.example", "www.b.example", "www.a.example", "http://c.example"):
        ledger("issue", "jetpack-scan", "-n", "2", "--site", site)
    ledger("issue", "jetpack-scan", "-n", "2", "--site", "https://www.c.example")
    told = ledger("status").err
    assert "2 licenses of jetpack-scan, all of them billed (and 5 more)" in told
    assert f"{WWW} (and 1 more)" in told


def test_a_registration_that_was_taken_for_another_is_remarked_on(ledger: Jpcli) -> None:
    ledger("issue", "jetpack-scan", "--site", "strasse.example/a")
    done = ledger("issue", "jetpack-scan", "--site", "straße.example/a")
    assert "https://straße.example/a and https://strasse.example/a are two sites here" in done.err


@pytest.mark.parametrize(
    ("there", "named"),
    [("strasse.example", "straße.example"), ("a.example", "www.a.example")],
)
def test_a_file_that_names_what_is_nearly_there_is_remarked_on(
    ledger: Jpcli, tmp_path: Path, there: str, named: str
) -> None:
    ledger("issue", "jetpack-scan", "--site", there)
    source = tmp_path / "sites.toml"
    source.write_text(f'[sites."{named}"]\nproducts = ["jetpack-boost"]\n')
    both = f"https://{named} and https://{there}"
    assert f"{both} would be two sites here" in ledger("plan", str(source)).err
    tried = ledger("apply", str(source), "--dry-run").err
    assert f"{both} would be two sites here" in tried
    assert f"{both} are two sites here" in ledger("apply", str(source), "--yes").err
    assert "two sites" not in ledger("plan", str(source)).err  # nothing to do


FREE = "Scan Daily costs nothing"
AWAY = "The price of a month of Scan Daily comes to nothing a day"
CLOSED = "2026-09 is closed"


def closed_books(jpcli: Jpcli) -> None:
    assert jpcli("init", "--bill-from", "2026-09", now="2026-09-02T08:00:00Z").code == 0
    jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030")
    assert jpcli("issue", "jetpack-scan").code == 0
    assert jpcli("invoice", "close", "2026-09", "--yes", now="2026-11-22T11:00:00Z").code == 0


def priced(road: str, folder: Path) -> tuple[list[str], str]:
    """The arguments of a price that is seldom meant, and what is said of it."""
    source = folder / "prices.csv"
    rows = {
        "file, free": ("jetpack-scan,0,day,", FREE),
        "file, rounded": ("jetpack-scan,0.01,month,", AWAY),
        "file, closed": ("jetpack-scan,0.17,day,2026-09-10", CLOSED),
    }
    if road in rows:
        row, message = rows[road]
        source.write_text(f"product,amount,price_interval,from\n{row}\n")
        return ["products", "import", str(source)], message
    command = ["products", "set-price", "jetpack-scan", "--price"]
    if road == "free":
        return [*command, "0.00"], FREE
    return [*command, "0.17", "--from", "2026-09-10"], CLOSED


ROADS = ["free", "closed", "file, free", "file, rounded", "file, closed"]


@pytest.mark.parametrize("road", ROADS)
def test_a_price_that_is_seldom_meant_is_remarked_on(
    jpcli: Jpcli, road: str, tmp_path: Path
) -> None:
    closed_books(jpcli)
    argv, message = priced(road, tmp_path)
    done = jpcli(*argv)
    assert done.code == 0
    assert message in done.err


@pytest.mark.parametrize("road", ROADS)
def test_on_a_terminal_it_is_asked_about(jpcli: Jpcli, road: str, tmp_path: Path) -> None:
    closed_books(jpcli)
    argv, message = priced(road, tmp_path)
    before = jpcli("ledger", "check", "--json").data
    told = run_on_terminal(*argv, answer="n\n", columns=200)
    assert (told.code, message in told.out) == (2, True)
    assert jpcli("ledger", "check", "--json").data == before
    assert run_on_terminal(*argv, answer="y\n", columns=200).code == 0
    assert jpcli("ledger", "check", "--json").data["events"] == before["events"] + 1


def test_a_price_as_usual_is_not_asked_about(ledger: Jpcli) -> None:
    done = run_on_terminal("products", "set-price", "jetpack-scan", "--price", "0.18")
    assert (done.code, "[y/N]" in done.out) == (0, False)


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_plan_is_looked_at_before_and_after_it_is_made(
    spares: Jpcli, tmp_path: Path, form: str
) -> None:
    """Also sites that are new with it, and what is twice or double in one file."""
    file = tmp_path / "sites.toml"
    file.write_text(
        '[sites."a.example"]\nproducts = { jetpack-scan = 2, jetpack-complete = 1 }\n'
        '[sites."new.example"]\nproducts = ["jetpack-complete", "jetpack-security-t1"]\n'
        '[sites."www.new.example"]\nproducts = ["jetpack-scan"]\n'
    )
    new = "https://new.example and https://www.new.example"
    told = spares("plan", str(file), "--format", form).err
    assert f"{new} would be two sites here" in told
    told = spares("apply", str(file), "--yes", "--dry-run", "--format", form).err
    assert f"{new} would be two sites here" in told
    assert DOUBLE.replace(" has ", " would have ") in told
    told = spares("apply", str(file), "--yes", "--format", form).err
    for message in (DOUBLE, FAMILY.replace("a.example", "new.example"), f"{new} are two sites"):
        assert told.count(message) == 1, told
    again = spares("apply", str(file), "--yes", "--format", form).err
    assert "two sites" not in again
