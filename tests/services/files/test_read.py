"""Files of rows: every format by content, every malformed file refused with its line."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jpcli.domain.errors import BadInput, Problem
from jpcli.domain.limits import MAX_LINE_BYTES
from jpcli.services.files.read import read_rows
from jpcli.services.files.rows import Row, refuse_problems

KNOWN = frozenset({"license_key", "to", "price", "quantity", "assignments"})
REQUIRED = frozenset({"license_key"})
BOM = "\ufeff"


class Reader:
    """Reads bytes through a file and keeps what the reader found."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "rows"
        self.problems: list[Problem] = []

    def rows(self, content: str | bytes, **options: Any) -> list[Row]:
        self.path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.rows_of(str(self.path), **options)

    def rows_of(self, source: str, **options: Any) -> list[Row]:
        options = {"known": KNOWN, "required": REQUIRED, **options}
        return list(read_rows(source, problems=self.problems, **options))

    def found(self) -> list[tuple[str, int | None]]:
        return [(problem.code, problem.line) for problem in self.problems]


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


A = Row(1, {"license_key": "a", "to": "x"})


# --- formats -------------------------------------------------------------------------------------

TWO_ROWS = [
    ("csv", "license_key,to\na,x\nb,\n", [2, 3]),
    ("tsv", "license_key\tto\na\tx\nb\t\n", [2, 3]),
    ("quoted header", '"license_key","to"\n"a","x"\n"b",""\n', [2, 3]),
    ("ndjson", '{"license_key": "a", "to": "x"}\n{"license_key": "b", "to": null}\n', [1, 2]),
    ("array", '[{"license_key": "a", "to": "x"}, {"license_key": "b", "to": null}]', [1, 1]),
    (
        "array over lines",
        '\n[\n {"license_key": "a",\n  "to": "x"},\n\n {"license_key": "b", "to": null}\n]\n',
        [3, 6],
    ),
    (
        "objects over lines",
        '{\n "license_key": "a",\n "to": "x"\n}\n{\n "license_key": "b",\n "to": null\n}\n',
        [1, 5],
    ),
    ("no last line end", "license_key,to\na,x\nb,", [2, 3]),
    ("blank lines", "\n\nlicense_key,to\n\na,x\n\n\nb,\n\n", [5, 8]),
    ("blank ndjson", '\n{"license_key": "a", "to": "x"}\n\n{"license_key":"b","to":null}', [2, 4]),
    ("spaces in the header", " license_key , to \na,x\nb,\n", [2, 3]),
]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("bom", ["", BOM], ids=["plain", "bom"])
@pytest.mark.parametrize(
    ("content", "lines"), [case[1:] for case in TWO_ROWS], ids=[case[0] for case in TWO_ROWS]
)
def test_formats_are_told_apart_by_content(
    reader: Reader, content: str, lines: list[int], bom: str, line_end: str
) -> None:
    rows = reader.rows(bom + content.replace("\n", line_end))
    values: list[dict[str, Any]] = [
        {"license_key": "a", "to": "x"},
        {"license_key": "b", "to": None},
    ]
    assert rows == [Row(line, value) for line, value in zip(lines, values, strict=True)]
    assert reader.problems == []


@pytest.mark.parametrize("content", ['{"license_key": "a", "to": "x"}', '{"license_key":\n"a"\n}'])
def test_a_single_object_is_one_row(reader: Reader, content: str) -> None:
    assert reader.rows(content) == [Row(1, json.loads(content))]


def test_one_column_needs_no_delimiter(reader: Reader) -> None:
    assert reader.rows("license_key\na\n\nb\n") == [
        Row(2, {"license_key": "a"}),
        Row(4, {"license_key": "b"}),
    ]


@pytest.mark.parametrize("content", ["[]", " [ \n ] \n", "license_key,to\n"])
def test_a_file_may_say_that_it_has_no_rows(reader: Reader, content: str) -> None:
    assert reader.rows(content) == []
    assert reader.problems == []


def test_values_keep_their_types_and_prices_are_no_floats(reader: Reader) -> None:
    (row,) = reader.rows('{"license_key": "é", "quantity": 3, "price": 0.10, "to": null}')
    assert row.values == {"license_key": "é", "quantity": 3, "price": "0.10", "to": None}
    assert type(row.values["quantity"]) is int


@pytest.mark.parametrize("price", ["0.27", "1e2", "1E400", "-0.0", "0.1000000000000000055"])
def test_a_number_with_a_fraction_stays_as_it_was_written(reader: Reader, price: str) -> None:
    (row,) = reader.rows(f'[{{"license_key": "a", "price": {price}}}]')
    assert row.values["price"] == price


def test_nested_values_are_handed_on(reader: Reader) -> None:
    (row,) = reader.rows('{"license_key": "a", "assignments": [{"site": "s", "to": null}]}')
    assert row.values["assignments"] == [{"site": "s", "to": None}]


def test_a_record_over_several_lines_is_named_by_its_first(reader: Reader) -> None:
    rows = reader.rows('license_key,to\n"a","x\ny\nz"\n\nb,"q\n"\nc,\n')
    assert [row.line for row in rows] == [2, 6, 8]
    assert rows[0].values["to"] == "x\ny\nz"


def test_delimiters_and_quotes_inside_quotes_are_text(reader: Reader) -> None:
    assert reader.rows('license_key,to\n"a,\tb","say ""x"""\n')[0].values == {
        "license_key": "a,\tb",
        "to": 'say "x"',
    }


def test_a_column_that_may_be_absent_is_absent(reader: Reader) -> None:
    assert reader.rows('{"license_key": "a"}') == [Row(1, {"license_key": "a"})]


# --- bad rows: noted with their line, and reading goes on ----------------------------------------

GOOD = '{"license_key": "a"}\n'
BAD_LINES = [
    ('{"license_key": "a", "t\n', "bad_json"),
    ('{"license_key": "a"} {"license_key": "b"}\n', "bad_json"),
    ('{"license_key": "a",}\n', "bad_json"),
    ("license_key,to\n", "bad_json"),
    ('{"license_key": "a\tb"}\n', "bad_json"),
    ('{"license_key": 1' + "0" * 5000 + "}\n", "bad_number"),
    ('{"license_key": ' + "[" * 100_000 + "\n", "bad_json"),
    ('{"license_key": "a", "price": NaN}\n', "bad_number"),
    ('{"license_key": "a", "price": -Infinity}\n', "bad_number"),
    ('{"license_key": "a", "license_key": "b"}\n', "duplicate_key"),
    ('{"license_key": "a", "assignments": [{"to": 1, "to": 2}]}\n', "duplicate_key"),
    ('["a"]\n', "not_an_object"),
    ("null\n", "not_an_object"),
    ("17\n", "not_an_object"),
    ('{"license_key": "\\ud800"}\n', "bad_text"),
    ('{"license_key": "a", "tu": "x"}\n', "unknown_column"),
    ("{}\n", "missing_value"),
    ('{"license_key": null}\n', "missing_value"),
]


@pytest.mark.parametrize(("bad", "code"), BAD_LINES)
def test_a_bad_line_of_ndjson_is_noted_and_the_next_is_read(
    reader: Reader, bad: str, code: str
) -> None:
    rows = reader.rows(GOOD + "\n" + bad + GOOD)
    assert [row.line for row in rows] == [1, 4]
    assert reader.found() == [(code, 3)]


@pytest.mark.parametrize(("bad", "code"), [case for case in BAD_LINES if case[1] != "bad_json"])
def test_a_bad_element_of_an_array_is_noted_and_the_next_is_read(
    reader: Reader, bad: str, code: str
) -> None:
    rows = reader.rows(f"[\n{GOOD},\n{bad},{GOOD}]")
    assert [row.line for row in rows] == [2, 5]
    assert reader.found() == [(code, 4)]


def test_bad_utf8_in_a_line_is_noted_and_the_next_is_read(reader: Reader) -> None:
    rows = reader.rows(GOOD.encode() + b'{"license_key": "\xe9"}\n' + GOOD.encode())
    assert [row.line for row in rows] == [1, 3]
    assert reader.found() == [("bad_utf8", 2)]


BAD_RECORDS = [
    (b"b\n", "wrong_cells"),
    (b"b,c,d\n", "wrong_cells"),
    (b'"b"c,d\n', "bad_csv"),
    (b"b\xff,c\n", "bad_utf8"),
    (b"b,\0\n", "not_text"),
    (b",c\n", "missing_value"),
]


@pytest.mark.parametrize(("bad", "code"), BAD_RECORDS)
def test_a_bad_record_of_csv_is_noted_and_the_next_is_read(
    reader: Reader, bad: bytes, code: str
) -> None:
    # The faulty bytes come after the first 64 KiB, from which the format is told.
    long = b"a," + b"x" * 70_000 + b"\n"
    rows = reader.rows(b"license_key,to\n" + long + bad + b"c,z\n")
    assert [row.line for row in rows] == [2, 4]
    assert reader.found() == [(code, 3)]


def test_bad_utf8_in_a_quoted_record_spoils_that_record_alone(reader: Reader) -> None:
    rows = reader.rows(b'license_key,to\na,"x\n\xff\ny"\nb,z\n')
    assert [row.line for row in rows] == [5]
    assert reader.found() == [("bad_utf8", 3)]


def test_a_quote_that_is_never_closed_is_noted_where_it_opens(reader: Reader) -> None:
    assert [row.line for row in reader.rows('license_key,to\na,x\nb,"y\nc,z\n')] == [2]
    assert reader.found() == [("bad_csv", 3)]


def test_an_unknown_column_suggests_the_nearest(reader: Reader) -> None:
    reader.rows('{"licence_key": "a"}')
    assert reader.problems[0].message == "unknown column 'licence_key', did you mean 'license_key'?"
    assert reader.problems[0].subject == "licence_key"


# --- documents that break in the middle ----------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "rows", "found"),
    [
        ('[{"license_key": "a"},\n {"license_key": "b"', 1, ("bad_json", 2)),
        ('[{"license_key": "a"},\n {"license_key": "b"}\n', 2, ("bad_json", 3)),
        ('[{"license_key": "a"}\n {"license_key": "b"}]', 1, ("bad_json", 2)),
        ('[{"license_key": "a"},\n]', 1, ("bad_json", 2)),
        ('[,{"license_key": "a"}]', 0, ("bad_json", 1)),
        ("[", 0, ("bad_json", 1)),
        ('[\n\n"a', 0, ("bad_json", 3)),
        ('[{"license_key": "a"}]\n\nx', 1, ("bad_json", 3)),
        ('[{"license_key": "a"}]\n[]', 1, ("bad_json", 2)),
        ('{\n "license_key": "a",\n "to": x\n}\n', 0, ("bad_json", 3)),
        ('{\n "license_key": "a"\n}\n}\n', 1, ("bad_json", 4)),
        ('{\n "license_key": "a"', 0, ("bad_json", 2)),
        ("[" * 100_000, 0, ("bad_json", 1)),
    ],
)
def test_a_broken_document_is_read_up_to_there(
    reader: Reader, content: str, rows: int, found: tuple[str, int]
) -> None:
    assert len(reader.rows(content)) == rows
    assert reader.found() == [found]


def test_bad_utf8_in_an_array_is_noted_with_its_line(reader: Reader) -> None:
    many = b"[\n" + b'{"license_key": "a"},\n' * 30_000 + b'{"license_key": "\xe9"}]\n'
    rows = reader.rows(many)
    assert len(rows) < 30_000
    assert reader.found() == [("bad_utf8", 30_002)]


def test_bad_utf8_at_the_very_end_is_noted(reader: Reader) -> None:
    reader.rows(b'[{"license_key": "a"}\n]\n\xc3')
    assert reader.found() == [("bad_utf8", 3)]


# --- files without any readable row --------------------------------------------------------------

REFUSED = [
    ("NUL bytes", b"license_key\0\n", "not_text", None),
    ("an SQLite file", b"SQLite format 3\0\x10\x00", "not_text", None),
    ("a zip file", b"PK\x03\x04\x14\x00", "not_text", None),
    ("an escape sequence", b"\x1b[31mlicense_key\n", "not_text", None),
    ("Latin-1 header", b"license_key,\xe9\n", "bad_utf8", 1),
    ("two columns of one name", b"license_key,to,to\na,b,c\n", "duplicate_column", 1),
    ("unknown column", b"\nlicense_key,tu\na,b\n", "unknown_column", 2),
    ("missing column", b"to\na\n", "missing_column", 1),
    ("unnamed column", b"license_key,,to\na,b,c\n", "unnamed_column", 1),
    ("no header", b"jetpack-scan_1\njetpack-scan_2\n", "unknown_column", 1),
    ("old line ends", b"license_key\rto\n", "bad_csv", 1),
    ("open quote in the header", b'license_key,"to\na,b\n', "bad_csv", 1),
    ("colons", b"license_key:to\na:b\n", "unknown_column", 1),
    ("a JSON string", b'"license"', "unknown_column", 1),
]


@pytest.mark.parametrize(
    ("content", "code", "line"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_a_file_without_readable_rows_is_refused(
    reader: Reader, content: bytes, code: str, line: int | None
) -> None:
    with pytest.raises(BadInput) as caught:
        reader.rows(content)
    assert caught.value.code == code
    assert caught.value.exit_code == 2
    assert "\n" not in caught.value.message
    if line is not None:
        assert caught.value.problems[0].line == line
        assert f"line {line}:" in caught.value.message


def test_all_faults_of_a_header_are_reported_at_once(reader: Reader) -> None:
    with pytest.raises(BadInput) as caught:
        reader.rows("to,to,,tu\n")
    assert sorted(problem.code for problem in caught.value.problems) == [
        "duplicate_column",
        "missing_column",
        "unknown_column",
        "unnamed_column",
    ]
    assert caught.value.hint is not None
    assert "license_key" in caught.value.hint


def test_a_file_that_does_not_exist_is_refused(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        reader.rows_of(str(tmp_path / "none"))
    assert caught.value.code == "no_such_file"
    assert caught.value.subject == str(tmp_path / "none")


def test_a_folder_is_refused(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        reader.rows_of(str(tmp_path))
    assert caught.value.code == "is_a_folder"


def test_a_name_that_no_file_can_have_is_refused(reader: Reader) -> None:
    with pytest.raises(BadInput) as caught:
        reader.rows_of("a\0b")
    assert caught.value.code == "unreadable_file"


class Failing(io.RawIOBase):
    """A disk that fails after some bytes."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = list(parts)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.parts:
            raise OSError(5, os.strerror(5))
        part = self.parts.pop()
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize("parts", [[], [b"license_key\n" * 6000], [b"[" + b" " * 66_000]])
def test_a_read_error_is_refused(reader: Reader, parts: list[bytes]) -> None:
    stream = io.BufferedReader(Failing(*parts), 100_000)
    with pytest.raises(BadInput) as caught:
        reader.rows_of("-", stdin=stream)
    assert caught.value.code == "unreadable_file"
    assert os.strerror(5) in caught.value.message


def test_a_file_without_permission_is_refused(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.touch(mode=0)
    user = os.geteuid()
    if user == 0:  # root may read every file
        os.seteuid(65534)
    try:
        with pytest.raises(BadInput) as caught:
            reader.rows_of(str(path))
    finally:
        os.seteuid(user)
    assert caught.value.code == "unreadable_file"


# --- standard input ------------------------------------------------------------------------------


def test_a_dash_reads_standard_input(reader: Reader) -> None:
    rows = reader.rows_of("-", stdin=io.BytesIO(b"license_key,to\na,x\n"))
    assert rows == [Row(2, {"license_key": "a", "to": "x"})]


READ_STDIN = """
from jpcli.domain.errors import BadInput
from jpcli.services.files.read import read_rows
try:
    rows = read_rows("-", known=frozenset({"to"}), required=frozenset(), problems=[])
    print([row.line for row in rows])
except BadInput as error:
    print(error.code)
"""


def read_in_a_process(prefix: str = "", **options: Any) -> str:
    command = ["sh", "-c", f'exec "$0" -c "$1" {prefix}', sys.executable, READ_STDIN]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=True, **options)
    return str(done.stdout.decode().strip())


def test_the_standard_input_of_the_process_is_read() -> None:
    assert read_in_a_process(input=b"to\na\nb\n") == "[2, 3]"


def test_a_closed_standard_input_is_refused() -> None:
    assert read_in_a_process("<&-") == "no_stdin"


def test_a_standard_input_without_content_has_no_rows() -> None:
    assert read_in_a_process("</dev/null") == "[]"


def test_a_terminal_is_refused() -> None:
    import pty

    ours, theirs = pty.openpty()
    try:
        assert read_in_a_process(stdin=theirs) == "stdin_is_terminal"
    finally:
        os.close(ours)
        os.close(theirs)


# --- anything at all -----------------------------------------------------------------------------

FRAGMENTS = [b"license_key", b"to", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\t", b"\n", b"\r"]
FRAGMENTS += [b"1", b"-", b".5", b"null", b"\\u", b"d800", b" ", b"\xef\xbb\xbf", b"\xff", b"\0"]


@given(st.binary(max_size=60) | st.lists(st.sampled_from(FRAGMENTS), max_size=40).map(b"".join))
@example(b'{"license_key": "a"}\r{"license_key": "b"}')
@example(b"license_key\rto\n")
def test_any_content_gives_rows_or_problems_with_a_line(content: bytes) -> None:
    problems: list[Problem] = []
    lines = content.count(b"\n") + 1
    stream = io.BytesIO(content)
    try:
        rows = list(read_rows("-", known=KNOWN, required=REQUIRED, problems=problems, stdin=stream))
    except BadInput as error:
        problems.extend(error.problems)
    else:
        assert [row.line for row in rows] == sorted(row.line for row in rows)
        assert all(1 <= row.line <= lines and "license_key" in row.values for row in rows)
    assert all(problem.line and problem.line <= lines for problem in problems)


@given(st.integers(0, 10**6))
def test_a_file_cut_anywhere_is_never_read_as_whole(at: int) -> None:
    whole = as_lines([{"license_key": "é", "to": "x,y"}, {"license_key": "b", "to": "{"}]).encode()
    cut = whole[: 1 + at % (len(whole) - 2)]
    problems: list[Problem] = []
    stream = io.BytesIO(cut)
    rows = list(read_rows("-", known=KNOWN, required=REQUIRED, problems=problems, stdin=stream))
    assert len(rows) == cut.count(b"}")
    assert bool(problems) == (not cut.endswith((b"}", b"\n")))


# --- many problems -------------------------------------------------------------------------------


def test_reading_ends_when_there_are_too_many_problems(reader: Reader) -> None:
    reader.rows("license_key\n" + "a,b\n" * 500)
    assert len(reader.problems) == 101
    assert reader.found()[-1] == ("too_many_problems", 102)


def test_the_callers_problems_count_too(reader: Reader) -> None:
    reader.path.write_text("license_key\n" + "a\n" * 500)
    seen = 0
    for row in read_rows(
        str(reader.path), known=KNOWN, required=REQUIRED, problems=reader.problems
    ):
        seen += 1
        reader.problems.append(Problem("unknown_license", "a", "no such license", row.line))
    assert seen == 100
    assert reader.found()[-1] == ("too_many_problems", 102)


def test_without_a_limit_every_good_row_is_read(reader: Reader) -> None:
    rows = reader.rows("license_key\n" + "a,b\n" * 500 + "c\n", max_problems=None)
    assert [row.line for row in rows] == [502]
    assert len(reader.problems) == 500


def test_problems_are_raised_together(reader: Reader) -> None:
    reader.rows("license_key,to\na\nb,c,d\n")
    with pytest.raises(BadInput) as caught:
        refuse_problems("keys.csv", reader.problems)
    error = caught.value
    assert error.message == "keys.csv, line 2: 1 cell, but the header names 2 cells (and 1 more)"
    assert error.problems == tuple(reader.problems)
    refuse_problems("keys.csv", [])


# --- size ----------------------------------------------------------------------------------------


def as_array(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False)


def as_indented_array(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1)


def as_lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.mark.parametrize("write", [as_array, as_indented_array, as_lines])
def test_rows_are_whole_wherever_the_chunks_end(reader: Reader, write: Any) -> None:
    random_ = random.Random(7)
    sizes = [random_.choice([0, 1, 50, 3000, 40_000, 65_000]) for _ in range(60)]
    rows: list[dict[str, Any]] = [
        {"license_key": f"é{number}", "to": ("€\n" * size).strip(), "quantity": number}
        for number, size in enumerate(sizes)
    ]
    assert [row.values for row in reader.rows(write(rows))] == rows
    assert reader.problems == []


@pytest.mark.weighed
@pytest.mark.parametrize("write", [as_array, as_indented_array, as_lines])
def test_a_long_file_is_not_held_in_memory(reader: Reader, write: Any) -> None:
    content = write([{"license_key": f"k{number}", "to": "x" * 100} for number in range(60_000)])
    reader.path.write_text(content)
    del content
    tracemalloc.start()
    rows = read_rows(str(reader.path), known=KNOWN, required=REQUIRED, problems=reader.problems)
    assert sum(1 for _ in rows) == 60_000
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reader.path.stat().st_size > 7_000_000
    assert peak_bytes < 2_500_000


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"license_key": "', "line_too_long"),
        (b'[{"license_key": "', "bad_json"),
        (b"license_key\n", "line_too_long"),
    ],
)
def test_a_line_without_an_end_is_not_held_in_memory(
    reader: Reader, content: bytes, code: str
) -> None:
    assert reader.rows(content + b"x" * (5 * MAX_LINE_BYTES)) == []
    assert [problem.code for problem in reader.problems] == [code]
