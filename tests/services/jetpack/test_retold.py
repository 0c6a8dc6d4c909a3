"""What is told of a plan that Jetpack did a part of: that part, as it is in the ledger."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.ledger.queries.licenses import number_of
from jpcli.services.licenses import assign, issue, revoke
from jpcli.services.plan import apply, order
from tests.services.agency import A, B, C, codes, minor, plain
from tests.services.jetpack.conftest import Desk

PLAN = f"""\
[sites."{A}"]
client = "Acme"
products = ["jetpack-scan"]
[sites."{B}"]
client = "Beta"
products = ["jetpack-scan", "jetpack-ai"]
[sites."{C}"]
products = ["jetpack-security-t1", "jetpack-scan"]
"""
# A call that is refused, and how many steps are told then: one is moved, one put on a site, two are
# issued and put on one, one is issued alone, and one would be taken off.
CALLS = [
    ("POST", "assign", 1, 0),
    ("POST", "assign", 2, 1),
    ("POST", "issue", 1, 2),
    ("POST", "assign", 3, 3),
    ("POST", "issue", 2, 3),
    ("POST", "assign", 4, 4),
    ("POST", "issue", 3, 4),
    ("DELETE", "assign", 1, 0),
]
PATHS = {"issue": "/license", "assign": "/license/.*/site"}


@pytest.fixture
def prepared(agency: Desk) -> Desk:
    """With a license to assign, one to move, and one to take off its site."""
    agency.issue_one("jetpack-scan")
    agency.issue_one("jetpack-ai", site=C)
    agency.issue_one("jetpack-ai", site=A)
    agency.double.forget()
    return agency


def applied(agency: Desk) -> Answer[Any]:
    source = Path(f"{agency.called}.toml")
    source.write_text(PLAN, encoding="utf-8")
    return agency.do(lambda desk: apply.apply(desk, order.read_order(desk, str(source))))


def check_told(agency: Desk, answer: Answer[Any]) -> list[dict[str, Any]]:
    """The steps; what they say is so."""
    data = plain(answer)
    steps = [dict(each) for each in data["steps"]]
    told = Counter(each["action"] for each in steps)
    assert {action: n for action, n in data["counts"].items() if n} == dict(told)
    for step in steps:
        if step["action"] in {"issue", "assign", "transfer", "unassign"}:
            shown = agency.shown(step["license_key"])
            assert (shown["site"], shown["client"]) == (step["site"], step["client"])
    month = data["bill"]["month"]
    assert month["planned"] == agency.preview(month["period"])["total"]
    assert minor(month["planned"]) - minor(month["now"]) == minor(month["difference"])
    full = data["bill"]["full_month"]
    assert full["planned"] == agency.preview(full["period"])["total"]
    agency.check_equal()
    return steps


def test_all_of_it(prepared: Desk) -> None:
    answer = applied(prepared)
    steps = check_told(prepared, answer)
    assert Counter(each["action"] for each in steps) == {
        "client": 1,
        "transfer": 1,
        "assign": 1,
        "issue": 3,
        "unassign": 1,
    }
    assert {"applied", "costs"} <= set(codes(answer))
    assert "stopped" not in codes(answer)


@pytest.mark.parametrize(("method", "what", "nth", "told"), CALLS)
def test_a_part_of_it(prepared: Desk, method: str, what: str, nth: int, told: int) -> None:
    prepared.double.next("status", method, PATHS[what], nth=nth, status=400, after=False)
    answer = applied(prepared)
    steps = check_told(prepared, answer)
    assert len(steps) == told
    unplaced = [each for each in steps if each["action"] == "issue" and each["site"] is None]
    assert len(unplaced) == (what == "assign" and nth > 2)
    (problem,) = plain(answer)["problems"]
    assert problem["code"] == "jetpack_refused"
    assert [note.message for note in answer.notes] == [
        f"{told - len(unplaced)} of 6 steps done; what was done stays"
    ]
    assert answer.notes[0].hint == "Run the same command again for the rest."


def test_who_is_told_that_nothing_is_known_of_a_part_is_told_to_settle_it(prepared: Desk) -> None:
    prepared.double.next("lost", "POST", "/license", nth=2)
    answer = applied(prepared)
    assert len(plain(answer)["steps"]) == 3
    (note,) = answer.notes
    assert note.hint == "First settle what is not known:   jpcli jetpack status"
    assert [each.code for each in answer.failures] == ["outcome_unknown"]


def said(answer: Answer[Any], *wanted: str) -> dict[str, str]:
    return {note.code: note.message for note in answer.notes if note.code in wanted}


def rows(*keys: str, **more: str) -> str:
    head = ",".join(("license_key", *more))
    return head + "\n" + "".join(",".join((key, *more.values())) + "\n" for key in keys)


REFUSED = [((), 3), ((2,), 2), ((1, 3), 1), ((1, 2, 3), 0)]


def refuse(agency: Desk, nths: tuple[int, ...], method: str, path: str) -> None:
    for nth in nths:
        agency.double.next("status", method, path, nth=nth, status=400, after=False)


@pytest.mark.parametrize(("nths", "done"), REFUSED)
def test_as_many_as_were_issued_and_since_when(
    agency: Desk, nths: tuple[int, ...], done: int
) -> None:
    agency.double.world.ahead = 86_400
    refuse(agency, nths, "POST", "/license")
    answer = agency.rows(
        issue.issue_rows, "product,quantity\n" + "jetpack-scan,1\n" * 3, keep_going=True
    )
    licenses = f"{done} license{'s' * (done > 1)}"
    expected = {"issued": f"Issued {licenses}; billed from 2024-08-16 on"} if done else {}
    assert said(answer, "issued") == expected
    assert len(plain(answer)["licenses"]) == done
    assert ("costs" in plain(answer)) is (done == 3)
    assert len(plain(answer).get("problems", [])) == 3 - done


@pytest.mark.parametrize(("nths", "done"), REFUSED)
@pytest.mark.parametrize("name", ["assign", "unassign", "revoke"])
def test_as_many_as_were_changed(agency: Desk, name: str, nths: tuple[int, ...], done: int) -> None:
    keys = agency.issue("jetpack-scan", 3, **({"site": A} if name == "unassign" else {}))
    agency.double.world.ahead = 86_400
    method = "POST" if name == "assign" else "DELETE"
    refuse(agency, nths, method, "/license" if name == "revoke" else PATHS["assign"])
    use_case: Any = {
        "assign": assign.assign_rows,
        "unassign": assign.unassign_rows,
        "revoke": revoke.revoke_rows,
    }[name]
    text = rows(*keys, site=A) if name == "assign" else rows(*keys)
    answer = agency.rows(use_case, text, keep_going=True)
    licenses = f"{done} license{'s' * (done > 1)}"
    told = said(answer, "changed", "revoked")
    if name == "revoke":
        assert told == (
            {"revoked": f"Revoked {licenses}; 2024-08-16 is billed still"} if done else {}
        )
    else:
        (message,) = told.values() if done else ("",)
        assert (f" {licenses}" in message) is bool(done)
    assert len(plain(answer)["licenses"]) == done
    agency.check_equal()


@pytest.mark.parametrize(("nths", "done"), REFUSED)
def test_a_site_has_a_product_as_often_as_it_has(
    agency: Desk, nths: tuple[int, ...], done: int
) -> None:
    refuse(agency, nths, "POST", PATHS["assign"])
    text = "product,quantity,site\n" + f"jetpack-scan,1,{A}\n" * 3
    answer = agency.rows(issue.issue_rows, text, keep_going=True)
    told = said(answer, "double_product")
    assert list(told) == ["double_product"] * (done > 1)
    assert all(f" {done} " in message for message in told.values()), told


def test_what_a_rule_and_what_jetpack_refused_stand_by_line(agency: Desk) -> None:
    text = "product,quantity\njetpack-scan,1\njetpack-none,1\njetpack-scan,1\njetpack-scan,none\n"
    refuse(agency, (2,), "POST", "/license")
    answer = agency.rows(issue.issue_rows, text, keep_going=True)
    data = plain(answer)
    told = [(each["line"], each["code"]) for each in data["problems"]]
    assert [line for line, _ in told] == [3, 4, 5]
    assert told[1] == (4, "jetpack_refused")
    (made,) = data["licenses"]
    with agency.desk(writes=False) as desk:
        number = number_of(desk.ledger, made["license_key"])
    assert list(answer.chosen["licenses"].numbers) == [number]


def test_each_product_that_a_site_has_twice_is_told_of_by_itself(agency: Desk) -> None:
    refuse(agency, (3,), "POST", PATHS["assign"])
    text = "product,quantity,site\n" + f"jetpack-scan,1,{A}\n" * 3 + f"jetpack-ai,1,{A}\n" * 2
    answer = agency.rows(issue.issue_rows, text, keep_going=True)
    doubles = [note.message for note in answer.notes if note.code == "double_product"]
    assert sorted(" 2 " in each for each in doubles) == [True, True]
    assert len(set(doubles)) == 2


FAMILIES = """\
product,name,family,amount,price_interval,currency,from,bundle_size
jetpack-ai,AI,one,0.27,day,usd,2022-01-01,1
jetpack-scan,Scan,one,0.16,day,usd,2022-01-01,1
jetpack-backup-t1,Backup,two,0.30,day,usd,2022-01-01,1
jetpack-security-t1,Security,two,0.32,day,usd,2022-01-01,1
"""


def test_each_family_that_a_site_has_twice_is_told_of_by_itself(agency: Desk) -> None:
    """As it is after what Jetpack refused: of the second family nothing is double then."""
    source = Path(f"{agency.called}-families.csv")
    source.write_text(FAMILIES, encoding="utf-8")
    agency.import_prices(source)
    products = ("jetpack-ai", "jetpack-scan", "jetpack-backup-t1", "jetpack-security-t1")
    text = "product,quantity,site\n" + "".join(f"{each},1,{A}\n" for each in products)
    one = f"{A} has jetpack-ai and jetpack-scan, both of the family one"
    two = f"{A} has jetpack-backup-t1 and jetpack-security-t1, both of the family two"
    refuse(agency, (4,), "POST", PATHS["assign"])
    answer = agency.rows(issue.issue_rows, text, keep_going=True)
    assert [note.message for note in answer.notes if note.code == "double_family"] == [one]
    last = "product,quantity,site\n" + f"jetpack-security-t1,1,{A}\n"
    answer = agency.rows(issue.issue_rows, last, keep_going=True)
    told = [note.message for note in answer.notes if note.code == "double_family"]
    assert told == [one, two]


@pytest.mark.parametrize("is_refused", [False, True])
def test_what_is_nearly_called_as_another_is_remarked_on_where_it_came_to_be(
    agency: Desk, is_refused: bool
) -> None:
    agency.issue_one("jetpack-scan", site="https://www.new.example", client="Zeddicus")
    if is_refused:
        refuse(agency, (1,), "POST", PATHS["assign"])
    text = "product,quantity,site,client\njetpack-scan,1,https://new.example,Zedicus\n"
    answer = agency.rows(issue.issue_rows, text + f"jetpack-ai,1,{B},\n", keep_going=True)
    told = said(answer, "similar_site", "similar_client")
    assert set(told) == (set() if is_refused else {"similar_site", "similar_client"})
