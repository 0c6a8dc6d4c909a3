"""Any ledger and any wish: afterwards it is so, with the fewest new licenses and nothing else."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Collection

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


@st.composite
def whole_wishes(draw: st.DrawFn, history: list[dict[str, Any]]) -> tuple[str, list[str], int]:
    """A file that ends licenses by name and wants bundles as well; what it names, and how many
    bundles it wants."""
    keys = [row["license_key"] for row in history if "bundle_key" not in row]
    named = draw(st.lists(st.sampled_from(keys), unique=True, max_size=4)) if keys else []
    count = draw(st.integers(0, 3))
    text = f"revoke = {json.dumps(named)}\n{draw(wishes())}"
    return f"{text}[bundles]\n{PRODUCTS[2]} = {{ 3 = {count} }}\n", named, count


def rows(agency: Agency) -> dict[str, dict[str, Any]]:
    found = agency.ask(licenses.list_licenses, LicenseFilter())["licenses"]
    return {row["license_key"]: row for row in found}


def owners(agency: Agency) -> dict[str, Any]:
    return {row["site"]: row["client"] for row in agency.ask(sites.list_sites)["sites"]}


def do(agency: Agency, file: Path, **options: Any) -> Answer[Any]:
    return agency.do(lambda desk: apply.apply(desk, order.read_order(desk, str(file))), **options)


def least_issues(
    text: str, before: dict[str, dict[str, Any]], ended: Collection[str] = (), bundles: int = 0
) -> Counter[str]:
    """How many of each product there must be more, counted from the file and the list alone, where
    some end and so many bundles are new."""
    import tomllib

    wanted = tomllib.loads(text)
    needed: Counter[str] = Counter()
    for wish in wanted.get("sites", {}).values():
        needed.update(wish["products"])
    for name, spare in wanted["spares"].items():
        if name != "*":
            needed[name] += spare["least"]
    usable: Counter[str] = Counter({PRODUCTS[2]: 3 * bundles})
    for row in before.values():
        if row["license_key"] in ended or row["bundle_key"] in ended:
            continue
        listed = row["site"] is None or row["site"] in wanted.get("sites", {})
        bundle = row["bundle_size"] is not None
        if row["state"] != "revoked" and not bundle and (listed or wanted["complete"]):
            usable[row["product"]] += 1
    return needed - usable


def _begun(
    template: Path, folder: Path, history: list[dict[str, Any]], text: str
) -> tuple[Agency, Path]:
    """An agency with a history, and a plan file."""
    agency = Agency(shutil.copy(template, folder / "ledger.db"))
    source = folder / "history.ndjson"
    source.write_text("\n".join(json.dumps(row) for row in history) or "[]")
    if history:
        agency.import_file(source)
    file = folder / "sites.toml"
    file.write_text(text)
    return agency, file


@agencies(60)
@given(history=histories(), text=wishes(), has_card=st.sampled_from((True, True, True, False)))
def test_after_apply_the_plan_is_empty(
    templates: dict[bool, Path], history: list[dict[str, Any]], text: str, has_card: bool
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        agency, file = _begun(templates[has_card], folder, history, text)
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


@agencies(60)
@given(data=st.data(), history=histories(), at=st.sampled_from((None, "2024-08-10")))
def test_what_is_named_ends_and_bundles_are_there(
    templates: dict[bool, Path], data: st.DataObject, history: list[dict[str, Any]], at: str | None
) -> None:
    text, named, count = data.draw(whole_wishes(history))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        agency, file = _begun(templates[True], folder, history, text)
        before = rows(agency)
        left = [
            key
            for key, row in before.items()
            if row["state"] == "bundle" and key not in named and row["product"] == PRODUCTS[2]
        ]
        new = max(0, count - len(left))
        issues = least_issues(text, before, named, new)
        trial = do(agency, file, at=at, dry_run=True).data
        done = do(agency, file, at=at).data
        assert trial["counts"] == done["counts"]
        assert trial["bill"] == done["bill"]
        after = rows(agency)
        assert {after[key]["state"] for key in named} <= {"revoked"}
        # So many bundles, each whole, and as few single ones as can be.
        issued = Counter(
            "bundle" if step["bundle_size"] else step["product"]
            for step in done["steps"]
            if step["action"] == "issue"
        )
        assert issued == issues + Counter({"bundle": new})
        assert len(set(after) - set(before)) == issued.total() + 3 * new
        whole = [key for key, row in after.items() if row["state"] == "bundle"]
        assert len(whole) >= count
        for key in whole:
            children = [row for row in after.values() if row["bundle_key"] == key]
            assert sum(row["state"] != "revoked" for row in children) in (3, len(children))
        # Nothing that is not told has changed, nor ended before it was.
        told = {step["license_key"] for step in done["steps"]}
        for key, row in before.items():
            if key not in told and row["bundle_key"] not in told:
                assert (after[key]["state"], after[key]["site"]) == (row["state"], row["site"])
        assert agency.ask(plan.plan, str(file))["steps"] == []
        for label, month in (("month", "2024-08"), ("full_month", "2024-09")):
            assert minor(done["bill"][label]["planned"]) == minor(agency.preview(month)["total"])
        assert agency.problems() == []


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
