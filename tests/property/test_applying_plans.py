"""Any ledger and any wish: afterwards it is so, with the fewest new licenses and nothing else."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.answers import Answer
from jpcli.domain.errors import Refused
from jpcli.ledger.queries.licenses import LicenseFilter
from jpcli.services.licenses import licenses
from jpcli.services.plan import apply, first_file, order, plan
from jpcli.services.sites import sites
from tests.property.agencies import agencies
from tests.services.agency import Agency, minor

PRODUCTS = ("jetpack-ai", "jetpack-scan", "jetpack-security-t1")
SITES = ("https://a.example", "https://b.example", "https://c.example", "https://d.example")
CLIENTS = {SITES[0]: "Ann", SITES[1]: "Bob", SITES[2]: None}
ISSUED, MOVED = "2024-08-01T09:00:00Z", "2024-08-09T09:00:00Z"


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    """A ledger with a card and one without."""
    found = {}
    for has_card in (True, False):
        path = tmp_path_factory.mktemp("ledger") / "ledger.db"
        agency = Agency(path).init()
        if has_card:
            agency.card(now="2024-08-01T00:00:00Z")
        found[has_card] = path
    return found


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Singles and bundles, on sites and on none, some moved before, some revoked."""
    found: list[dict[str, Any]] = []

    def life(key: str, product: str, **more: Any) -> None:
        url = draw(st.sampled_from((None, *SITES[:3])))
        revoked = draw(st.integers(0, 5)) == 0 and not more
        row = {"license_key": key, "product": product, "issued_at": ISSUED, **more}
        row["revoked_at"] = MOVED if revoked else None
        row["assignments"] = []
        if url is not None:
            since = draw(st.sampled_from((ISSUED, MOVED)))
            row["assignments"].append({"site": url, "client": CLIENTS[url], "from": since})
        found.append(row)

    for number in range(draw(st.integers(0, 8))):
        product = draw(st.sampled_from(PRODUCTS))
        life(f"{product}_single{number}", product)
    for number in range(draw(st.integers(0, 2))):
        product = PRODUCTS[2]
        parent = f"{product}_bundle{number}"
        head = {"license_key": parent, "product": product, "issued_at": ISSUED, "bundle_size": 3}
        found.append({**head, "revoked_at": None, "assignments": []})
        for child in range(3):
            life(f"{parent}child{child}", product, bundle_key=parent)
    return found


@st.composite
def wishes(draw: st.DrawFn) -> str:
    """A file, as a person may write it."""
    lines = [f"complete = {json.dumps(draw(st.booleans()))}", "[spares]"]
    names = draw(st.lists(st.sampled_from((*PRODUCTS, "*")), unique=True))
    for name in names:
        most = draw(st.integers(0, 3))
        least = 0 if name == "*" else draw(st.integers(0, most))
        lines.append(f'"{name}" = {{ least = {least}, most = {most} }}')
    for url in draw(st.lists(st.sampled_from(SITES), unique=True)):
        lines.append(f'[sites."{url}"]')
        client = CLIENTS.get(url, "Zoe")
        if draw(st.booleans()) or client is None:
            lines.append(f'client = "{client or "Cat"}"')
        counts = draw(st.dictionaries(st.sampled_from(PRODUCTS), st.integers(0, 3)))
        inner = ", ".join(f"{name} = {count}" for name, count in counts.items())
        lines.append(f"products = {{ {inner} }}")
    return "\n".join(lines) + "\n"


def rows(agency: Agency) -> dict[str, dict[str, Any]]:
    found = agency.ask(licenses.list_licenses, LicenseFilter())["licenses"]
    return {row["license_key"]: row for row in found}


def owners(agency: Agency) -> dict[str, Any]:
    return {row["site"]: row["client"] for row in agency.ask(sites.list_sites)["sites"]}


def do(agency: Agency, file: Path) -> Answer[Any]:
    return agency.do(lambda desk: apply.apply(desk, order.read_order(desk, str(file))))


def least_issues(text: str, before: dict[str, dict[str, Any]]) -> Counter[str]:
    """How many of each product there must be more, counted from the file and the list alone."""
    import tomllib

    wanted = tomllib.loads(text)
    needed: Counter[str] = Counter()
    for wish in wanted.get("sites", {}).values():
        needed.update(wish["products"])
    for name, spare in wanted["spares"].items():
        if name != "*":
            needed[name] += spare["least"]
    usable: Counter[str] = Counter()
    for row in before.values():
        listed = row["site"] is None or row["site"] in wanted.get("sites", {})
        bundle = row["bundle_size"] is not None
        if row["state"] != "revoked" and not bundle and (listed or wanted["complete"]):
            usable[row["product"]] += 1
    return needed - usable


@agencies(60)
@given(history=histories(), text=wishes(), has_card=st.sampled_from((True, True, True, False)))
def test_after_apply_the_plan_is_empty(
    templates: dict[bool, Path], history: list[dict[str, Any]], text: str, has_card: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        agency = Agency(shutil.copy(templates[has_card], folder / "ledger.db"))
        source = folder / "history.ndjson"
        source.write_text("\n".join(json.dumps(row) for row in history) or "[]")
        if history:
            agency.import_file(source)
        file = folder / "sites.toml"
        file.write_text(text)
        before, owned = rows(agency), owners(agency)
        issues = least_issues(text, before)
        if issues and not has_card:
            state = agency.state()
            with pytest.raises(Refused, match="no primary card"):
                do(agency, file)
            assert agency.state() == state
            return
        answer = do(agency, file)
        _check_done(agency, file, answer, before, owned, issues)


def _check_done(
    agency: Agency,
    file: Path,
    answer: Answer[Any],
    before: dict[str, dict[str, Any]],
    owned: dict[str, Any],
    issues: Counter[str],
) -> None:
    steps = answer.data["steps"]
    issued = [step["license_key"] for step in steps if step["action"] == "issue"]
    after = rows(agency)
    assert set(after) - set(before) == set(issued)
    assert Counter(after[key]["product"] for key in issued) == issues
    again = agency.ask(plan.plan, str(file))
    assert again["steps"] == []
    touched = {step["license_key"] for step in steps}
    clients = {step["site"] for step in steps if step["action"] == "client"}
    for key, row in before.items():
        if not touched & {key, row["bundle_key"]}:
            same = ("client",) if row["site"] in clients else ()
            assert {n: v for n, v in after[key].items() if n not in same} == {
                n: v for n, v in row.items() if n not in same
            }
    for url, client in owned.items():
        assert owners(agency)[url] == client or url in clients
    for step in steps:
        if step["site"] is not None and step["license_key"] is not None:
            assert after[step["license_key"]]["site"] == step["site"]
            assert after[step["license_key"]]["client"] == step["client"]
    bill = answer.data["bill"]["month"]
    assert minor(bill["planned"]) == minor(agency.preview("2024-08")["total"])
    full = answer.data["bill"]["full_month"]
    assert minor(full["planned"]) == minor(agency.preview("2024-09")["total"])
    assert agency.problems() == []
    with agency.desk(writes=False) as desk:
        today = file.with_name("today.toml")
        first_file.init(desk, str(today))
        assert plan.plan(desk, str(today)).data["steps"] == []
