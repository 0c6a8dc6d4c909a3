"""What spreadsheets make of a file of rows is read, and what jpcli writes; what may mean two things
is refused."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.cli.render import delimited, markdown
from jpcli.cli.shared.tables import Table
from jpcli.domain.errors import BadInput, Problem
from jpcli.services.files.read import read_rows
from jpcli.services.files.rows import whole_number

if TYPE_CHECKING:
    from jpcli.services.files.rows import Row

KNOWN = frozenset({"license_key", "to", "client"})
REQUIRED = frozenset({"license_key", "to"})
BOM = "\ufeff"
WANTED = [
    {"license_key": "a", "to": "x", "client": "Ann"},
    {"license_key": "b", "to": "y", "client": None},
]
PLAIN = "license_key,to,client\na,x,Ann\nb,y,\n"


def rows_of(content: str | bytes, problems: list[Problem] | None = None) -> list[Row]:
    raw = content.encode() if isinstance(content, str) else content
    found: list[Problem] = [] if problems is None else problems
    stream = io.BytesIO(raw)
    rows = list(read_rows("-", known=KNOWN, required=REQUIRED, problems=found, stdin=stream))
    assert problems is not None or not found, found
    return rows


PIPED = "| a | x | Ann |\n| b | y |  |\n"

FORMS = {
    "semicolons": PLAIN.replace(",", ";"),
    "pipes": PLAIN.replace(",", "|"),
    "tabs": PLAIN.replace(",", "\t"),
    "a line that tells the separator": "sep=;\n" + PLAIN.replace(",", ";"),
    "the same in quotes": '"sep=|"\r\n' + PLAIN.replace(",", "|"),
    "empty columns behind": "license_key,to,client,,\na,x,Ann,,\nb,y,,,\n",
    "empty cells behind": "license_key,to,client\na,x,Ann,\nb,y,,,,\n",
    "empty rows": "license_key,to,client\na,x,Ann\n,,\nb,y,\n , ,\n,,,,\n",
    "empty rows before": ",,\n;;\nlicense_key,to,client\na,x,Ann\nb,y,\n",
    "capitals": "License_Key,TO,Client\na,x,Ann\nb,y,\n",
    "words": "License key, To ,CLIENT\na,x,Ann\nb,y,\n",
    "blanks": "license_key ,to, client\n a ,\tx, Ann \nb,y\u00a0,  \n",
    "a comma in a cell": 'license_key;to;client\n"a";x;Ann\nb;y;""\n',
    "Markdown": "| license_key | to | client |\n| --- | ---: | :-: |\n" + PIPED,
    "escaped": "| license\\_key | to | client |\n| --- | --- | --- |\n" + PIPED,
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("form", FORMS)
def test_a_spreadsheet_is_read(form: str, encoding: str) -> None:
    mark = BOM if encoding == "utf-16-be" else ""
    rows = rows_of((mark + FORMS[form]).encode(encoding))
    assert [row.values for row in rows] == WANTED


def test_a_long_file_in_utf16_is_read_to_its_end() -> None:
    many = PLAIN + "c,𝔷ü,€\n" * 40_000
    rows = rows_of(many.encode("utf-16"))
    assert (len(rows), rows[-1].line) == (40_002, 40_003)
    assert rows[-1].values == {"license_key": "c", "to": "𝔷ü", "client": "€"}


@pytest.mark.parametrize("tail", [b"\n", b"\x00\xd8\n\x00", b"\x00\xdc\n\x00"])
def test_what_is_no_utf16_is_noted_with_its_line(tail: bytes) -> None:
    problems: list[Problem] = []
    rows_of(b"\xff\xfe" + PLAIN.encode("utf-16-le") + tail, problems)
    assert [(problem.code, problem.line) for problem in problems] == [("bad_utf8", 4)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("license_key,to,Client,client\na,x,Ann,Bob\n", "duplicate_column"),
        ("license_key,to,,client\na,x,,Ann\n", "unnamed_column"),
        ("license_key.to.client\na.x.Ann\n", "unknown_column"),
        ("sep=;\n" + PLAIN, "unknown_column"),
    ],
)
def test_a_header_that_is_not_sure_is_refused(content: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        rows_of(content)
    assert caught.value.code == code


@pytest.mark.parametrize("row", ["a,x,Ann,Bob", "a,x", "a;x;Ann"])
def test_a_cell_without_a_column_is_never_dropped(row: str) -> None:
    problems: list[Problem] = []
    assert rows_of(f"license_key,to,client,\n{row}\n", problems) == []
    assert [(problem.code, problem.line) for problem in problems] == [("wrong_cells", 2)]


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3), ("3", 3), ("3.0", 3), ("3.00", 3), ("03", 3), ("0", 0)]
    + [(text, None) for text in ("3.000", "3,0", "3.5", "1e3", "-3", "", " 3", "٣", "1_0", "3.")]
    + [(value, None) for value in (None, True, "1234567890")],
)
def test_a_whole_number(value: Any, number: int | None) -> None:
    assert whole_number(value) == number


# --- answers of jpcli ----------------------------------------------------------------------------


def answer(data: Any, **more: Any) -> dict[str, Any]:
    return {"version": "jpcli/1", "command": "licenses list", "data": data, **more}


LISTED = [{"license_key": "a", "to": "x"}, {"license_key": "b", "to": "y"}]
NOTES = [{"code": "more", "message": "licenses"}]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(
    "data",
    [
        {"licenses": LISTED, "total": 2},
        {"total": 2, "licenses": LISTED},
        {"problems": [{"code": "c"}], "products": LISTED, "replacements": [{"license_key": "n"}]},
    ],
)
def test_the_list_in_an_answer_is_read(data: Any, indent: int | None) -> None:
    rows = rows_of(json.dumps(answer(data, notes=NOTES), indent=indent) + "\n")
    assert [row.values for row in rows] == LISTED


def test_rows_of_an_answer_have_their_lines() -> None:
    rows = rows_of(json.dumps(answer({"licenses": LISTED}), indent=2))
    assert [row.line for row in rows] == [6, 10]


def test_an_answer_may_say_that_there_are_no_rows() -> None:
    assert rows_of(json.dumps(answer({"licenses": [], "total": 0}))) == []


@pytest.mark.parametrize(
    "content",
    [
        {"version": "jpcli/1", "error": {"code": "no_ledger", "message": "…"}},
        answer({"licenses": {"total": 3}}),
        answer({}),
        answer([]),
    ],
)
def test_an_answer_without_a_list_is_refused(content: Any) -> None:
    with pytest.raises(BadInput) as caught:
        rows_of(json.dumps(content))
    assert caught.value.code == "no_rows"


def test_an_answer_that_breaks_off_anywhere_is_noted() -> None:
    whole = json.dumps(answer({"licenses": LISTED, "total": 2}))
    for end in range(20, len(whole)):
        problems: list[Problem] = []
        rows_of(whole[:end], problems)
        assert [problem.code for problem in problems] == ["bad_json"], whole[:end]


# --- the way there and back ----------------------------------------------------------------------

_TEXTS = st.text(
    st.characters(exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=8
)
_ODD = """
@home =1 '=1 ''=1 '-1 -3.10 '-3.10 + "24/7" " a\\tb a|b | a,b;c ::error::x ##[error]x \\x3a:
\\x5cx3a \\ a\\ \\\\x23 --- '
"""
_NAMES = _TEXTS.map(str.strip).filter(bool) | st.sampled_from(_ODD.split())
WRITERS = {
    "csv": delimited.write_csv,
    "excel": delimited.write_excel,
    "tsv": delimited.write_tsv,
    "md": markdown.write_markdown,
}


@pytest.mark.parametrize("form", WRITERS)
@given(names=st.lists(st.tuples(_NAMES, st.none() | _NAMES), min_size=1, max_size=5))
def test_what_is_written_is_read_back(form: str, names: list[tuple[str, str | None]]) -> None:
    out = io.StringIO()
    rows = [("k", name, other) for name, other in names]
    WRITERS[form](out, Table(("license_key", "to", "client"), iter([rows])))
    found = [tuple(row.values.values()) for row in rows_of(out.getvalue())]
    assert found == rows
