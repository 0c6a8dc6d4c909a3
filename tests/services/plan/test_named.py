"""What a plan file says of licenses by their keys, and of bundles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput
from jpcli.services.plan import apply, order, plan
from tests.services.agency import A, Agency, B, C, codes, minor
from tests.services.plan.test_plan import applied, planned, refusal, site, steps

SECURITY = "jetpack-security-t1"


def test_a_license_that_is_named_ends_and_nothing_else_does(agency: Agency) -> None:
    ends, stays = agency.issue("jetpack-scan", 2, site=A)
    answer = applied(agency, f'revoke = ["{ends}"]\n')
    assert steps(answer) == [("revoke", ends, None, A)]
    assert planned(agency, f'revoke = ["{ends}"]\n').data["steps"] == []
    assert agency.stored("SELECT license_key FROM licenses WHERE revoked_at IS NULL") == [(stays,)]


def test_a_site_that_still_wants_it_gets_another(agency: Agency) -> None:
    (ends,) = agency.issue("jetpack-scan", site=A)
    (spare,) = agency.issue("jetpack-scan")
    answer = applied(agency, f'revoke = ["{ends}"]\n' + site(A, ["jetpack-scan"]))
    assert steps(answer) == [("assign", spare, A, None), ("revoke", ends, None, A)]


def test_bundles_that_are_missing_are_issued_and_used_at_once(agency: Agency) -> None:
    first, second = agency.issue(SECURITY, site=A)[0], agency.issue(SECURITY, site=B)[0]
    text = (
        f'revoke = ["{first}", "{second}"]\n[bundles]\n{SECURITY} = {{ 3 = 1 }}\n'
        + site(A, [SECURITY])
        + site(B, [SECURITY])
    )
    told = planned(agency, text)
    assert steps(told) == [
        ("issue", None, None, None),
        ("assign", None, A, None),
        ("assign", None, B, None),
        ("revoke", first, None, A),
        ("revoke", second, None, B),
    ]
    assert [step["bundle_size"] for step in told.data["steps"]] == [3, None, None, None, None]
    assert minor(told.data["bill"]["full_month"]["difference"]) == 30 * (50 - 2 * 32)
    tried = applied(agency, text, dry_run=True)
    assert tried.data["steps"] == told.data["steps"]
    answer = applied(agency, text)
    parent, child, other, *_ = (step["license_key"] for step in answer.data["steps"])
    held = dict(
        agency.stored(
            "SELECT l.license_key, s.url FROM licenses l LEFT JOIN sites s ON s.id = l.site_id"
            " WHERE l.revoked_at IS NULL"
        )
    )
    assert len(held) == 4
    assert (held[parent], held[child], held[other]) == (None, A, B)
    full = minor(answer.data["bill"]["full_month"]["planned"])
    assert full == minor(agency.preview("2024-09")["total"]) == 30 * 50
    assert agency.problems() == []
    assert codes(planned(agency, text)) == ["nothing_to_do"]


def test_more_bundles_than_the_file_says_stay(agency: Agency) -> None:
    agency.bundle()
    agency.bundle()
    assert planned(agency, f"[bundles]\n{SECURITY} = {{ 3 = 1 }}\n").data["steps"] == []
    told = planned(agency, f"[bundles]\n{SECURITY} = {{ 3 = 4 }}\n")
    assert [step["action"] for step in told.data["steps"]] == ["issue", "issue"]


def test_a_bundle_that_ends_is_none_of_those_that_are_wanted(agency: Agency) -> None:
    parent, _ = agency.bundle()
    text = f'revoke = ["{parent}"]\n[bundles]\n{SECURITY} = {{ 3 = 1 }}\n'
    assert [row[:2] for row in steps(planned(agency, text))] == [
        ("issue", None),
        ("revoke", parent),
    ]


def test_a_new_bundle_is_not_revoked_as_a_spare_at_once(agency: Agency) -> None:
    text = f"[spares]\n{SECURITY} = 0\n[bundles]\n{SECURITY} = {{ 3 = 1 }}\n"
    answer = planned(agency, text)
    assert [step["action"] for step in answer.data["steps"]] == ["issue"]
    assert "spares_in_bundles" in codes(answer)
    applied(agency, text)
    assert planned(agency, text).data["steps"] == []  # nor the next time, to be issued once more


@pytest.mark.parametrize("spares", [SECURITY, '"*"'])
def test_of_more_bundles_than_there_have_to_be_the_used_ones_stay(
    agency: Agency, spares: str
) -> None:
    idle, _ = agency.bundle()
    used, (child, *_) = agency.bundle()
    agency.assign(child, A)
    text = f"[spares]\n{spares} = 0\n[bundles]\n{SECURITY} = {{ 3 = 1 }}\n"
    (step,) = planned(agency, text).data["steps"]
    assert (step["action"], step["license_key"]) == ("revoke", idle)
    applied(agency, text)
    assert planned(agency, text).data["steps"] == []
    (row,) = agency.stored(f"SELECT revoked_at FROM licenses WHERE license_key = '{used}'")
    assert row == (None,)


def test_sites_that_get_another_are_not_said_to_lose_it(agency: Agency) -> None:
    parent, children = agency.bundle()
    for child, place in zip(children, (A, B, C), strict=True):
        agency.assign(child, place)
    listed = site(A, [SECURITY]) + site(C, ["jetpack-ai"])  # C without what it had
    text = f'revoke = ["{parent}"]\n{listed}'
    (note,) = [note for note in planned(agency, text).notes if note.code == "bundle_in_use"]
    assert [place in note.message for place in (A, B, C)] == [False, True, True]


@pytest.mark.parametrize(
    ("place", "wanted", "ends", "is_told"),
    [(A, 1, 1, False), (A, 2, 0, False), (A, 0, 2, True), (B, 0, 0, False)],
    ids=["keeps one", "keeps both", "keeps none", "is not listed"],
)
def test_a_spare_bundle_is_in_use_only_where_a_site_keeps_none(
    agency: Agency, place: str, wanted: int, ends: int, is_told: bool
) -> None:
    for _ in range(2):
        _, (child, *_) = agency.bundle()
        agency.assign(child, A)
    listed = f'[sites."{place}"]\nproducts = {{ {SECURITY} = {wanted} }}\n'
    told = planned(agency, f"[spares]\n{SECURITY} = {2 if wanted else 0}\n{listed}")
    assert [row[0] for row in steps(told)] == ["revoke"] * ends
    assert ("bundle_in_use" in codes(told)) is is_told


def test_a_bundle_that_is_on_no_site_ends_without_a_word(agency: Agency) -> None:
    parent, _ = agency.bundle()
    for text in (f'revoke = ["{parent}"]\n', f"[spares]\n{SECURITY} = 0\n"):
        told = planned(agency, text)
        assert [row[0] for row in steps(told)] == ["revoke"]
        assert "bundle_in_use" not in codes(told)


def test_a_bundle_is_recorded_as_issuing_one_does(agency: Agency) -> None:
    agency.bundle()
    applied(agency, f"[bundles]\n{SECURITY} = {{ 3 = 2 }}\n")
    issued = [
        (data["product"], data["bundle_size"], data["bundle_key"] is not None)
        for data in (
            json.loads(text)
            for (text,) in agency.stored(
                "SELECT data FROM events WHERE kind = 'license.issued' ORDER BY seq"
            )
        )
    ]
    assert issued[:4] == issued[4:] == [(SECURITY, 3, False), *[(SECURITY, 3, True)] * 3]


@pytest.mark.parametrize("at", ["2024-08-10", "2024-08-11T09:59:59Z"])
@pytest.mark.parametrize(
    "text",
    [
        'revoke = ["{parent}"]\n',
        "[spares]\njetpack-security-t1 = 0\n",
        "complete = true\n[spares]\n'*' = 0\n",
    ],
)
def test_a_bundle_does_not_end_before_what_happened_last_in_it(
    agency: Agency, text: str, at: str
) -> None:
    parent, (first, _, last) = agency.bundle(now="2024-08-01T00:00:00Z")
    for key in (first, last):
        agency.assign(key, A, now="2024-08-09T10:00:00Z")
    agency.unassign(first, now="2024-08-09T11:00:00Z")
    agency.unassign(last, now="2024-08-11T10:00:00Z")
    text = text.format(parent=parent)
    error = refusal(agency, lambda: applied(agency, text, at=at))
    assert (error.code, error.subject) == ("before_last_event", last)
    assert [row[0] for row in steps(applied(agency, text, at="2024-08-11"))] == ["revoke"]


def test_a_license_in_a_bundle_and_one_that_is_not_known_are_refused(agency: Agency) -> None:
    parent, (child, *_) = agency.bundle()
    error = refusal(agency, lambda: applied(agency, f'revoke = ["{child}"]\n'))
    assert (error.code, error.exit_code, error.subject) == ("bundle_child", 3, child)
    assert error.problems[0].hint == f"See the bundle:   jpcli licenses show {parent}"
    error = refusal(agency, lambda: applied(agency, 'revoke = ["jetpack-scan_none"]\n'))
    assert (error.code, error.exit_code) == ("unknown_license", 2)


def test_everything_that_is_wrong_with_names_is_told_at_once_with_its_line(agency: Agency) -> None:
    _, (child, *_) = agency.bundle()
    agency.issue("jetpack-scan", 2)
    good = agency.issue_one()
    text = f"""\
revoke = [
  "{good}",
  "jetpack-scan_none",  # "a name"
  "{child}",
  7,
  "jetpack-scan", "scn",
]
[sites."{A}"]
products = ["jetpack-scn"]
"""
    error = refusal(agency, lambda: applied(agency, text))
    assert [(p.code, p.line, p.subject) for p in error.problems] == [
        ("unknown_license", 3, "jetpack-scan_none"),
        ("bundle_child", 4, child),
        ("bad_value", 5, "revoke[4]"),
        ("ambiguous_license", 6, "jetpack-scan"),
        ("unknown_license", 6, "scn"),
        ("unknown_product", 9, f"sites.{A}.products[1]"),
    ]
    assert (error.exit_code, all(p.hint for p in error.problems[:2])) == (2, True)
    assert "line 3: There is no license jetpack-scan_none" in error.message
    refused = refusal(agency, lambda: applied(agency, f'revoke = ["{child}", "{child}"]\n'))
    assert (refused.exit_code, [p.line for p in refused.problems]) == (3, [1, 1])


@pytest.mark.parametrize("name", ["key", "beginning", "product"])
def test_a_license_may_be_named_for_short_and_a_saved_plan_has_its_key(
    agency: Agency, tmp_path: Path, name: str
) -> None:
    ends, saved = agency.issue_one(), tmp_path / "sites.plan"
    agency.bundle()
    short = {"key": ends, "beginning": ends[: len("jetpack-scan_") + 4], "product": "scan"}[name]
    text = f'revoke = ["{short}", "{ends}"]\n'
    told = planned(agency, text, out=saved)
    assert steps(told) == [("revoke", ends, None, None)]
    assert json.loads(saved.read_text())["wanted"]["revoke"] == [ends]
    if name != "key":
        assert f'"{short}"' not in saved.read_text()
    agency.do(lambda desk: apply.apply(desk, order.read_order(desk, str(saved))))
    assert planned(agency, text).data["steps"] == []


def test_a_size_that_is_not_sold_is_refused(agency: Agency) -> None:
    text = "[bundles]\njetpack-scan = { 7 = 1 }\n"
    error = refusal(agency, lambda: applied(agency, text))
    assert error.code == "unknown_bundle"


def test_no_bundle_is_issued_at_jetpack_or_without_a_card(
    agency: Agency, new_agency: Agency
) -> None:
    text = f"[bundles]\n{SECURITY} = {{ 3 = 1 }}\n"
    assert refusal(new_agency, lambda: applied(new_agency, text)).code == "no_primary_card"
    agency.sql("UPDATE meta SET value = 'jetpack' WHERE key = 'licensing'")
    error = refusal(agency, lambda: applied(agency, text, dry_run=True))
    assert error.code == "no_bundles_at_jetpack"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('revoke = "x"\n', "bad_value", 1),
        ("revoke = [1]\n", "bad_value", 1),
        ("bundles = 3\n", "bad_value", 1),
        ("[bundles]\njetpack-scan = 3\n", "bad_value", 2),
        ("[bundles]\njetpack-scan = { 1 = 3 }\n", "bad_number", 2),
        ("[bundles]\njetpack-scan = { many = 3 }\n", "bad_number", 2),
        ("[bundles]\njetpack-scan = { 3 = -1 }\n", "bad_number", 2),
        ("[bundles]\njetpack-scan = { 3 = 900000 }\n", "bad_number", None),
        ("[bundles]\njetpack-scn = { 3 = 1 }\n", "unknown_product", 2),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    agency: Agency, text: str, code: str, line: int | None
) -> None:
    with pytest.raises(BadInput) as caught:
        planned(agency, text)
    assert [(p.code, p.line) for p in caught.value.problems] == [(code, line)]


def test_a_saved_plan_keeps_both(agency: Agency, tmp_path: Path) -> None:
    (ends,) = agency.issue(SECURITY, site=A)
    text = f'revoke = ["{ends}"]\n[bundles]\n{SECURITY} = {{ 3 = 1 }}\n' + site(A, [SECURITY])
    saved = tmp_path / "sites.plan"
    told = planned(agency, text, out=saved)

    def do(desk: Any) -> Answer[Any]:
        return apply.apply(desk, order.read_order(desk, str(saved)))

    answer = agency.do(do)
    assert [row[0] for row in steps(answer)] == [row[0] for row in steps(told)]
    saved.write_text(saved.read_text().replace('"3": 1', '"3": 2').replace('"3":1', '"3":2'))
    with pytest.raises(BadInput, match="was changed after it was saved"):
        agency.ask(plan.plan, str(saved))
