"""Bulk files: one transaction, every bad row with its line, and the good ones alone if asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jpcli.cli.app.root import run as jpcli
from jpcli.cli.commands.issue import COLUMNS as ORDER_COLUMNS
from jpcli.domain.errors import BadInput, JpcliError, Problem, Refused
from jpcli.ledger.queries.licenses import LICENSE_COLUMNS
from jpcli.services.files.read import read_rows
from jpcli.services.invoices.close import close
from jpcli.services.licenses import assign, issue, revoke
from tests.services.agency import A, Agency, codes
from tests.thorough import examples

FILES: dict[str, tuple[Any, frozenset[str], frozenset[str]]] = {
    "issue": (issue.issue_rows, ORDER_COLUMNS, frozenset({"product"})),
    "transfer": (
        assign.transfer_rows,
        frozenset({*LICENSE_COLUMNS, "to"}),
        frozenset({"license_key", "to"}),
    ),
    "assign": (
        assign.assign_rows,
        frozenset({*LICENSE_COLUMNS, "site"}),
        frozenset({"license_key", "site"}),
    ),
    "unassign": (
        assign.unassign_rows,
        frozenset(LICENSE_COLUMNS),
        frozenset({"license_key"}),
    ),
    "revoke": (revoke.revoke_rows, frozenset(LICENSE_COLUMNS), frozenset({"license_key"})),
}


def run(agency: Agency, name: str, content: str | bytes, **options: Any) -> Any:
    """A bulk command with this file; `keep_going` and the options of every command."""
    path = Path(agency.called).with_suffix(".bulk")
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    use_case, known, required = FILES[name]
    keep_going = options.pop("keep_going", False)

    def call(desk: Any) -> Any:
        problems: list[Problem] = []
        rows = read_rows(str(path), known=known, required=required, problems=problems)
        return use_case(desk, rows, problems, keep_going=keep_going)

    return agency.do(call, **options)


def refused(
    agency: Agency, name: str, content: str, **options: Any
) -> list[tuple[str, int | None]]:
    """(code, line) of every bad row; nothing was written."""
    before = agency.state()
    with pytest.raises(JpcliError) as caught:
        run(agency, name, content, **options)
    assert agency.state() == before
    return [(problem.code, problem.line) for problem in caught.value.problems]


def partly(agency: Agency, name: str, content: str, **options: Any) -> list[tuple[str, int | None]]:
    """(code, line) of the bad rows that a run left out."""
    answer = run(agency, name, content, keep_going=True, **options)
    return [(problem["code"], problem["line"]) for problem in answer.data.get("problems", [])]


def in_state(agency: Agency) -> dict[str, int]:
    counts: dict[str, int] = {}
    with agency.desk(writes=False) as desk:
        from jpcli.services.licenses.licenses import build_filter, list_licenses

        data = list_licenses(desk, build_filter(desk)).data
        for row in data["licenses"].rows:
            counts[row[2]] = counts.get(row[2], 0) + 1
    return counts


# --- issue ---------------------------------------------------------------------------------------

ORDERS = """\
product,quantity,site,client,bundle_size
jetpack-scan,2,a.example,Ann,
jetpack-scan,,a.example,Ann,
jetpack-security-t1,1,,,3
jetpack-ai,3,,,
"""


def test_a_file_of_orders_is_issued_in_one_transaction(agency: Agency) -> None:
    answer = run(agency, "issue", ORDERS)
    assert codes(answer) == ["issued", "costs", "double_product"]
    assert len(answer.data["licenses"]) == 3 + 4 + 3
    assert in_state(agency) == {"assigned": 3, "unassigned": 6, "bundle": 1}
    assert agency.check()["ok"]


BAD_ORDERS = """\
product,quantity,site,client,bundle_size
jetpack-scan,1,,,
nope,1,,,
jetpack-scan,0,,,
jetpack-scan,-1,,,
jetpack-scan,1.5,,,
jetpack-scan,many,,,
jetpack-scan,1,ftp://a.example,,
jetpack-scan,1,,Ann,
jetpack-scan,1,,,7
jetpack-security-t1,1,,,0
jetpack-security-t1,1,,,x
jetpack-security-t1,1,a.example,,3
,1,,,
jetpack-scan,1,a.example,Ann,
jetpack-scan,1,a.example,Bob,
jetpack-scan,1,,,,,x,
"""
BAD_LINES = [
    ("unknown_product", 3),
    ("bad_quantity", 4),
    ("bad_quantity", 5),
    ("bad_quantity", 6),
    ("bad_quantity", 7),
    ("bad_site", 8),
    ("client_without_site", 9),
    ("unknown_bundle", 10),
    ("unknown_bundle", 11),
    ("bad_bundle_size", 12),
    ("bundle_to_site", 13),
    ("missing_value", 14),
    ("site_has_other_client", 16),
]


# A file, and for each problem in it the single command; None where only a file can be so wrong.
WRONG_ORDERS = """\
product,quantity,site,client
nope,,,
jetpack-scan,x,,
jetpack-scan,1,,Ann
jetpack-scan,1,a b,
jetpack-ai,0,,
"""
WRONG_PLACES = """\
license_key,site,client
{placed},b.example,
nope_1,b.example,
,x,
{free},a b,
{free},a.example,Zoe
"""
WRONG_ROWS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "issue": (
        WRONG_ORDERS,
        (
            (issue.issue, "nope"),
            None,
            (issue.issue, "jetpack-scan", 1, None, None, "Ann"),
            (issue.issue, "jetpack-scan", 1, None, "a b"),
            (issue.issue, "jetpack-ai", 0),
        ),
    ),
    "transfer": (
        "license_key,to\n{free},b.example\nnope_1,b.example\n,x\n{free},a b\n",
        (
            (assign.transfer, ["{free}"], "b.example"),
            (assign.transfer, ["nope_1"], "b.example"),
            None,
            (assign.transfer, ["{free}"], "a b"),
        ),
    ),
    "assign": (
        WRONG_PLACES,
        (
            (assign.assign, ["{placed}"], "b.example"),
            (assign.assign, ["nope_1"], "b.example"),
            None,
            (assign.assign, ["{free}"], "a b"),
            (assign.assign, ["{free}"], "a.example", "Zoe"),
        ),
    ),
    "unassign": (
        "license_key\nnope_1\n\n{bundle}\n",
        ((assign.unassign, ["nope_1"]), (assign.unassign, ["{bundle}"])),
    ),
    "revoke": (
        "license_key\nnope_1\n{child}\n",
        ((revoke.revoke, ["nope_1"]), (revoke.revoke, ["{child}"])),
    ),
}


@pytest.mark.parametrize("name", WRONG_ROWS)
def test_rows_are_told_in_their_order_with_the_hint_of_the_single_command(
    agency: Agency, name: str
) -> None:
    names = {"free": agency.issue_one("jetpack-scan")}
    bundle = agency.issue("jetpack-security-t1", bundle_size=3)
    names["bundle"], names["child"] = bundle[0], bundle[-1]
    (names["placed"],) = agency.issue("jetpack-scan", site=A, client="Ann")
    content, singles = WRONG_ROWS[name]
    with pytest.raises(JpcliError) as caught:
        run(agency, name, content.format(**names))
    found = caught.value.problems
    lines = [problem.line or 0 for problem in found]
    assert lines == sorted(lines)
    assert len(found) == len(singles)
    for problem, single in zip(found, singles, strict=True):
        if not single:
            continue
        words = [
            [word.format(**names) for word in part] if isinstance(part, list) else part
            for part in single[1:]
        ]
        with pytest.raises(JpcliError) as alone:
            agency.do(single[0], *words)
        assert (problem.code, problem.hint) == (alone.value.code, alone.value.hint)


def by_line(found: list[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
    return sorted(found, key=lambda item: item[1] or 0)


def test_every_bad_order_is_reported_with_its_line_and_nothing_is_issued(agency: Agency) -> None:
    found = refused(agency, "issue", BAD_ORDERS)
    assert found[:-1] == BAD_LINES
    assert found[-1][1] == 17


def test_keep_going_issues_the_good_orders_and_reports_the_others(agency: Agency) -> None:
    found = by_line(partly(agency, "issue", BAD_ORDERS))
    assert found[:-1] == BAD_LINES
    assert in_state(agency) == {"assigned": 1, "unassigned": 1}
    assert agency.check()["ok"]


def test_a_file_with_one_bad_order_names_its_line_too(agency: Agency) -> None:
    assert refused(agency, "issue", "product\n\nnope\n") == [("unknown_product", 3)]
    assert partly(agency, "issue", "product\n\nnope\n") == [("unknown_product", 3)]


def test_r1_no_card_stops_a_file_also_with_keep_going(new_agency: Agency) -> None:
    for keep_going in (False, True):
        before = new_agency.state()
        with pytest.raises(Refused) as caught:
            run(new_agency, "issue", ORDERS, keep_going=keep_going)
        assert caught.value.code == "no_primary_card"
        assert new_agency.state() == before


def test_keep_going_reaches_the_last_good_row_behind_very_many_bad_ones(
    agency: Agency, capsys: pytest.CaptureFixture[str]
) -> None:
    source = Path(agency.called).with_suffix(".csv")
    source.write_text("product,quantity\n" + "jetpack-ai,1,x\n" * 250 + "jetpack-scan,1\n")
    arguments = ["issue", "--from", str(source), "--ledger", agency.path]
    assert jpcli(arguments) == 2
    assert in_state(agency) == {}
    assert jpcli([*arguments, "--keep-going"]) == 1
    assert "line 251" in capsys.readouterr().err
    assert in_state(agency) == {"unassigned": 1}


def test_a_dry_run_of_a_file_writes_nothing(agency: Agency) -> None:
    before = agency.state()
    answer = run(agency, "issue", ORDERS, dry_run=True)
    assert answer.data["dry_run"] is True
    assert len(answer.data["licenses"]) == 10
    assert agency.state() == before


def test_orders_may_be_dated_back(agency: Agency) -> None:
    run(agency, "issue", "product\njetpack-scan\n", at="2024-07-25")
    assert agency.preview("2024-07")["lines"][0]["days"] == 7


# --- transfer and revoke -------------------------------------------------------------------------


@pytest.fixture
def stocked(agency: Agency) -> tuple[Agency, dict[str, str]]:
    placed, other = agency.issue("jetpack-scan", 2, at="2024-07-01", site=A)
    free, gone = agency.issue("jetpack-scan", 2, at="2024-07-01")
    agency.revoke(gone, at="2024-07-02")
    parent, (child, used, _) = agency.bundle(at="2024-07-01")
    agency.assign(used, A, at="2024-07-02")
    names = ("placed", "other", "free", "gone", "parent", "child", "used")
    keys = (placed, other, free, gone, parent, child, used)
    return agency, dict(zip(names, keys, strict=True))


TRANSFERS = """\
license_key,to
{placed},b.example
{free},b.example
{gone},b.example
{parent},b.example
nope,b.example
{used},https://c.example/
{other},a.example
{other},not a site
{placed},c.example
"""
BAD_TRANSFERS = [
    ("not_assigned", 3),
    ("license_revoked", 4),
    ("bundle_parent", 5),
    ("unknown_license", 6),
    ("bad_site", 9),
]


def test_every_bad_transfer_is_reported_and_nothing_moves(
    stocked: tuple[Agency, dict[str, str]],
) -> None:
    agency, keys = stocked
    assert refused(agency, "transfer", TRANSFERS.format(**keys)) == BAD_TRANSFERS


def test_keep_going_moves_the_good_ones_in_their_order(
    stocked: tuple[Agency, dict[str, str]],
) -> None:
    agency, keys = stocked
    assert partly(agency, "transfer", TRANSFERS.format(**keys)) == BAD_TRANSFERS
    sites = agency.groups("2024-08", "site")
    assert sites == {A: 14 + 14 + 31, "https://c.example": 17 + 17, None: 31 + 31 + 31}
    assert agency.check()["ok"]


ASSIGNMENTS = """\
license_key,site,client
{free},b.example,Ben
{placed},b.example,
{placed},a.example,
{gone},b.example,
{parent},b.example,
{child},b.example,Cem
{child},b.example,Ben
nope,b.example,
{free},not a site,
"""
BAD_ASSIGNMENTS = [
    ("already_assigned", 3),
    ("license_revoked", 5),
    ("bundle_parent", 6),
    ("site_has_other_client", 7),
    ("unknown_license", 9),
    ("bad_site", 10),
]


def test_every_bad_assignment_is_reported_and_nothing_is_assigned(
    stocked: tuple[Agency, dict[str, str]],
) -> None:
    agency, keys = stocked
    assert refused(agency, "assign", ASSIGNMENTS.format(**keys)) == BAD_ASSIGNMENTS


def test_keep_going_assigns_the_good_ones(stocked: tuple[Agency, dict[str, str]]) -> None:
    agency, keys = stocked
    assert partly(agency, "assign", ASSIGNMENTS.format(**keys)) == BAD_ASSIGNMENTS
    assert in_state(agency) == {"assigned": 5, "unassigned": 1, "bundle": 1, "revoked": 1}
    assert agency.check()["ok"]


def test_what_is_unassigned_by_a_list_is_free(stocked: tuple[Agency, dict[str, str]]) -> None:
    agency, keys = stocked
    rows = "license_key,site\n{placed},x\n{free},\n{nope},\n{parent},\n{used},\n"
    content = rows.format(nope="nope", **keys)
    expected = [("unknown_license", 4), ("bundle_parent", 5)]
    assert refused(agency, "unassign", content) == expected
    assert partly(agency, "unassign", content) == expected
    assert in_state(agency) == {"assigned": 1, "unassigned": 5, "bundle": 1, "revoked": 1}
    assert agency.check()["ok"]


def test_r2_a_past_due_invoice_stops_a_file_of_assignments(
    stocked: tuple[Agency, dict[str, str]],
) -> None:
    agency, keys = stocked
    agency.do(close, "2024-07", now="2024-08-01T09:00:00Z")
    for keep_going in (False, True):
        before = agency.state()
        with pytest.raises(Refused) as caught:
            run(
                agency,
                "assign",
                ASSIGNMENTS.format(**keys),
                keep_going=keep_going,
                now="2024-08-20T09:00:00Z",
            )
        assert caught.value.code == "invoice_past_due"
        assert agency.state() == before
    run(agency, "unassign", f"license_key\n{keys['placed']}\n", now="2024-08-20T09:00:00Z")


REVOCATIONS = """\
license_key
{placed}
{child}
{gone}
nope
{used}
{placed}
{parent}
{child}
"""


def test_a_bad_revocation_stops_them_all(stocked: tuple[Agency, dict[str, str]]) -> None:
    agency, keys = stocked
    found = refused(agency, "revoke", REVOCATIONS.format(**keys))
    assert found == [("bundle_child_unassigned", 3), ("unknown_license", 5)]


def test_keep_going_revokes_the_good_ones(stocked: tuple[Agency, dict[str, str]]) -> None:
    """The bundle takes its children along, the one that could not go by itself as well."""
    agency, keys = stocked
    found = partly(agency, "revoke", REVOCATIONS.format(**keys))
    assert found == [("bundle_child_unassigned", 3), ("unknown_license", 5)]
    assert in_state(agency) == {"assigned": 1, "unassigned": 1, "revoked": 7}
    assert agency.check()["ok"]


def test_refusals_alone_are_a_refusal_and_bad_rows_are_bad_input(
    stocked: tuple[Agency, dict[str, str]],
) -> None:
    agency, keys = stocked
    with pytest.raises(Refused):
        run(agency, "transfer", f"license_key,to\n{keys['free']},b.example\n")
    with pytest.raises(BadInput):
        run(agency, "transfer", f"license_key,to\n{keys['free']},b.example\nnope,b.example\n")


def test_a_list_of_licenses_can_be_fed_back(stocked: tuple[Agency, dict[str, str]]) -> None:
    agency, keys = stocked
    run(agency, "revoke", f"license_key,product,state\n{keys['free']},x,unassigned\n")
    assert in_state(agency)["revoked"] == 2


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("keep_going", [False, True])
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x00\x01\x02", "not_text"),
        (b"PK\x03\x04", "not_text"),
    ],
)
def test_what_is_no_file_of_rows_is_refused(
    agency: Agency, name: str, content: bytes, code: str, keep_going: bool
) -> None:
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        run(agency, name, content, keep_going=keep_going)
    assert caught.value.code == code
    assert agency.state() == before


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("header", [True, False])
def test_a_file_without_rows_changes_nothing(agency: Agency, name: str, header: bool) -> None:
    before = agency.state()
    answer = run(agency, name, ",".join(sorted(FILES[name][2])) + "\n" if header else "")
    assert (answer.data, codes(answer)) == ({"licenses": []}, ["no_rows"])
    assert agency.state() == before


# --- anything at all -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    made = Agency(tmp_path_factory.mktemp("scratch") / "ledger.db").init()
    made.card(now="2023-01-01T00:00:00Z")
    return made


@settings(max_examples=examples(150))
@given(data=st.data(), name=st.sampled_from(sorted(FILES)), keep_going=st.booleans())
def test_no_file_however_bad_crashes_or_leaves_a_trace(
    scratch: Agency, data: st.DataObject, name: str, keep_going: bool
) -> None:
    content = bytearray(ORDERS.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        first = data.draw(st.integers(0, len(content)))
        last = min(len(content), first + data.draw(st.integers(0, 30)))
        content[first:last] = data.draw(st.binary(max_size=6))
    before = scratch.state()
    try:
        answer = run(scratch, name, bytes(content), keep_going=keep_going, dry_run=True)
    except JpcliError as error:
        assert error.exit_code in (2, 3)  # noqa: PT017
    else:
        assert answer.data["dry_run"] is True
    assert scratch.state() == before
