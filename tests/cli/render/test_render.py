"""Every format of stdout, with data that would like to be something else."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.cli.app.failures import report
from jpcli.cli.render.delimited import write_csv, write_tsv
from jpcli.cli.render.json import write_json, write_ndjson, write_ndjson_object
from jpcli.cli.render.markdown import write_markdown
from jpcli.cli.render.plain import cell_width, write_plain_table
from jpcli.cli.render.stdout import write_result
from jpcli.cli.shared.escape import is_clean, printable, visible
from jpcli.cli.shared.output import Output
from jpcli.cli.shared.result import DRAWN_ROWS, Result, result_of
from jpcli.cli.shared.tables import BATCH, FIRST_BATCH, Table, batches_of, table_of
from jpcli.domain.answers import Answer, Note, Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

pytestmark = pytest.mark.no_ledger

MONEY = {"amount_minor": 8127, "currency": "usd", "amount": "81.27"}
HOSTILE = "\x1b]0;gotcha\x07\u202e\r\n\t[b]bold[/b] \x9b31m | \u2028"
COMMANDS = ("::error::x", " ::add-mask::x", "\t::x", "\n::error::x", "\u00a0::x")
CELLS = st.one_of(
    st.none(),
    st.text(),
    st.integers(),
    st.booleans(),
    st.just(MONEY),
    st.lists(st.text(), max_size=3),
    st.sampled_from(
        ["=1+1", "-3.10", "+4", "@cmd", "\t=x", "\r", "", "-", "-x", "+1.2.3", HOSTILE, *COMMANDS]
    ),
)
JSON = Output("json", False, False, False, False, False)
PIPE = Output("tsv", False, False, False, False, False)


def table(columns: Iterable[str], *rows: tuple[Any, ...]) -> Table:
    return Table(tuple(columns), batches_of(iter(rows)))


def written(write: Callable[..., None], *arguments: Any) -> str:
    out = io.StringIO()
    write(out, *arguments)
    return out.getvalue()


def as_json(data: Any, notes: tuple[Note, ...] = (), indent: bool = False) -> str:
    return written(write_json, "some command", data, notes, indent)


def some_rows(count: int) -> Iterator[tuple[Any, ...]]:
    return ((f"key{n}", n, None if n % 2 else MONEY, n % 3 == 0) for n in range(count))


COLUMNS = ("key", "number", "cost", "flag")


# CSV


def test_csv_has_a_header_and_plain_cells() -> None:
    text = written(write_csv, table("abcdef", ("x,y", 1, None, True, MONEY, ["p", "q"])))
    assert text == 'a,b,c,d,e,f\n"x,y",1,,true,81.27,"[""p"",""q""]"\n'


@pytest.mark.parametrize("cell", ["=1+1", "+x", "-x", "@a", "-", "+1-2", "-1e5"])
def test_csv_cells_that_a_spreadsheet_would_run_are_guarded(cell: str) -> None:
    (_, row) = csv.reader(io.StringIO(written(write_csv, table("a", (cell,))), newline=""))
    assert row == ["'" + cell]


@pytest.mark.parametrize("cell", ["-3.10", "+4", "-0", "12", "", "a=b", "'", "'a", -5])
def test_csv_leaves_numbers_and_the_rest_alone(cell: Any) -> None:
    (_, row) = csv.reader(io.StringIO(written(write_csv, table("ab", (cell, "x")))))
    assert row == [str(cell), "x"]


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_csv_can_be_read_back(rows: list[tuple[Any, ...]]) -> None:
    text = written(write_csv, table(["a", "b"], *rows))
    _, *found = csv.reader(io.StringIO(text, newline=""))
    assert len(found) == len(rows)
    for row, cells in zip(rows, found, strict=True):
        for cell, shown in zip(row, cells, strict=True):
            if isinstance(cell, str):
                assert shown in (printable(cell), "'" + printable(cell))
                assert not shown.startswith(("=", "@", "\t", "\r"))


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_no_line_of_any_format_is_a_command(rows: list[tuple[Any, ...]]) -> None:
    def found(*more: Any) -> Table:
        return table(["a", "b"], *rows, *more)

    texts = [written(write, found()) for write in (write_csv, write_tsv, write_markdown)]
    texts.append(written(write_ndjson, found()))
    texts.append(written(write_plain_table, ["a", "b"], rows, False))
    texts.append(as_json({"rows": Rows(("a", "b"), iter(rows))}, indent=True))
    for text in texts:
        assert not any(line.strip().startswith("::") for line in text.splitlines())


def test_a_command_in_the_middle_of_a_line_is_none_either() -> None:
    text = "Ann ##[error]x ##vso[task.complete] ##b"
    for shown in (as_json({"a": text}), written(write_ndjson, table("a", (text,)))):
        assert "##[" not in shown
        assert "##vso" not in shown
        assert text in json.dumps(json.loads(shown))
    for write in (write_tsv, write_csv):
        shown = written(write, table("a", (text,)))
        assert shown == "a\nAnn \\x23#[error]x \\x23#vso[task.complete] ##b\n"
    assert written(write_csv, table("ab", ("##[a]", None), (3, '"##vso[x]'))) == (
        'a,b\n\\x23#[a],\n3,"""\\x23#vso[x]"\n'
    )


def test_csv_of_nothing_is_a_header() -> None:
    assert written(write_csv, table(["a", "b"])) == "a,b\n"


# TSV


def test_tsv_writes_control_characters_out() -> None:
    text = written(write_tsv, table(["a", "b"], (HOSTILE, 1)))
    assert text.splitlines()[1] == (
        r"\x1b]0;gotcha\x07\u202e\r\n\t[b]bold[/b] \x9b31m | \u2028" + "\t1"
    )


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_tsv_rows_are_lines_and_cells_are_columns(rows: list[tuple[Any, ...]]) -> None:
    lines = written(write_tsv, table(["a", "b"], *rows)).split("\n")
    assert len(lines) == len(rows) + 2
    assert lines.pop() == ""
    assert all(line.count("\t") == 1 for line in lines)


# JSON


def test_json_is_one_object() -> None:
    text = as_json({"n": 1, "rows": Rows(("a", "b"), iter([("x", None), ("y", MONEY)]))})
    assert text.count("\n") == 1
    assert json.loads(text) == {
        "version": "jpcli/1",
        "command": "some command",
        "data": {"n": 1, "rows": [{"a": "x", "b": None}, {"a": "y", "b": MONEY}]},
    }
    assert text.startswith('{"version":"jpcli/1","command":"some command","data":{"n":1,')


def test_json_has_the_notes() -> None:
    note = Note("already_revoked", "so it was", "info", "x")
    assert json.loads(as_json({}, (note,)))["notes"] == [note._asdict()]
    assert "notes" not in json.loads(as_json({}))


@pytest.mark.parametrize("count", [0, 1, FIRST_BATCH, FIRST_BATCH + 1, FIRST_BATCH + BATCH + 1])
@pytest.mark.parametrize("indent", [False, True])
def test_json_streams_any_number_of_rows(count: int, indent: bool) -> None:
    expected = [dict(zip(COLUMNS, row, strict=True)) for row in some_rows(count)]
    data = {"a": [], "rows": Rows(COLUMNS, some_rows(count)), "total": count}
    found = json.loads(as_json(data, indent=indent))["data"]
    assert found == {"a": [], "rows": expected, "total": count}
    assert json.loads(as_json({"rows": expected}))["data"]["rows"] == expected


def test_json_for_a_person_is_indented_as_json_does() -> None:
    data = {"n": {"deep": [1, {"x": "two\nlines"}]}, "rows": Rows(("a",), [(1,), ({"b": []},)])}
    text = as_json(data, (Note("c", "m"),), indent=True)
    assert text == json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("indent", [False, True])
def test_json_of_a_long_list_inside_of_objects_is_the_same(indent: bool) -> None:
    strange = "a\n\u202eb%s"
    keys = [f"{strange}{number}" for number in range(2 * BATCH + 1)]
    data = {"rows": [{"n": 1, "keys": keys, "last": None}, {"keys": []}], "one": {"keys": keys}}
    text = as_json(data, indent=indent)
    style: dict[str, Any] = {"indent": 2} if indent else {"separators": (",", ":")}
    whole = {"version": json.loads(text)["version"], "command": "some command", "data": data}
    expected = json.dumps(whole, ensure_ascii=False, **style)
    assert text == expected.replace("\u202e", "\\u202e") + "\n"


@pytest.mark.parametrize("count", [0, 1, FIRST_BATCH + BATCH + 1])
@pytest.mark.parametrize("indent", [False, True])
def test_json_streams_tables_inside_of_tables_and_objects(count: int, indent: bool) -> None:
    inner = [dict(zip(COLUMNS, row, strict=True)) for row in some_rows(count)]
    money, strange = {"amount_minor": 1, "amount": "0.01"}, "a\n\u202eb%s"
    clients = (
        (name, money, Rows(COLUMNS, some_rows(number)))
        for name, number in ((strange, count), (None, 1), ("none", 0))
    )
    data = {"invoice": {"n": strange, "clients": Rows(("a%s", "b", "sites"), clients)}}
    text = as_json(data, indent=indent)
    expected = [
        {"a%s": name, "b": money, "sites": sites}
        for name, sites in ((strange, inner), (None, first()), ("none", []))
    ]
    assert json.loads(text)["data"]["invoice"] == {"n": strange, "clients": expected}
    style: dict[str, Any] = {"indent": 2} if indent else {"separators": (",", ":")}
    same = json.dumps(json.loads(text), ensure_ascii=False, **style)
    assert text == same.replace("\u202e", "\\u202e") + "\n"


def test_an_answer_on_one_line_has_tables_inside_of_tables() -> None:
    clients = Rows(("name", "sites"), [("a", Rows(COLUMNS, some_rows(1)))])
    out = io.StringIO()
    write_ndjson_object(out, {"invoice": {"clients": clients}})
    assert json.loads(out.getvalue()) == {"invoice": {"clients": [{"name": "a", "sites": first()}]}}


def first() -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, row, strict=True)) for row in some_rows(1)]


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5), st.booleans())
def test_json_can_be_read_back_and_moves_no_cursor(
    rows: list[tuple[Any, ...]], indent: bool
) -> None:
    names = ("a%s", 'b"{')
    text = as_json({"rows": Rows(names, iter(rows))}, indent=indent)
    assert text.replace("\n", "") == printable(text.replace("\n", ""))
    expected = [dict(zip(names, row, strict=True)) for row in rows]
    assert json.loads(text)["data"]["rows"] == expected
    text = written(write_ndjson, table(names, *rows))
    assert [json.loads(line) for line in text.split("\n") if line] == expected


def test_json_keeps_letters_as_they_are() -> None:
    assert "Büro 日本" in as_json({"name": "Büro 日本"})


@pytest.mark.parametrize(
    "cells", [[{}], [{}, {}], [{"a": 1}, {}], [{"a": {}}, {"a": {}}], [None, {}]]
)
def test_json_of_empty_objects(cells: list[Any]) -> None:
    found = json.loads(as_json({"rows": Rows(("x",), [(cell,) for cell in cells])}))
    assert found["data"]["rows"] == [{"x": cell} for cell in cells]


@pytest.mark.parametrize(("good", "out"), [(3, ""), (5000, "partial")])
def test_json_that_breaks_off_is_followed_by_no_other_object(
    good: int, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = ((f"key{number}", 1 // (good - number)) for number in range(good + 1))
    with pytest.raises(ZeroDivisionError) as caught:
        write_result(Result({"rows": Rows(("a", "b"), rows)}, "rows"), "x", JSON)
    assert report(caught.value, ["--json"], {"format": "json"}) == 1
    shown = capsys.readouterr()
    assert "internal_error" in shown.err
    if out:
        assert '"error"' not in shown.out
    else:
        assert json.loads(shown.out)["error"]["code"] == "internal_error"


def test_ndjson_is_a_line_a_row() -> None:
    text = written(write_ndjson, table("ab", ("x\ny", MONEY), ("z", None)))
    assert len(text.splitlines()) == 2


# Markdown


def test_markdown() -> None:
    row = ("a|b", "*x* [l](u) <b>", "jetpack-scan_xZ", "_em_", "\\", 3, MONEY, None)
    lines = written(write_markdown, table("abcdefgh", row)).splitlines()
    assert lines[0] == "| a | b | c | d | e | f | g | h |"
    assert lines[1] == "| --- | --- | --- | --- | --- | ---: | ---: | --- |"
    assert lines[2] == (
        r"| a\|b | \*x\* \[l\](u) \<b> | jetpack-scan_xZ | \_em\_ | \\ | 3 | 81.27 |  |"
    )


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_markdown_rows_are_lines(rows: list[tuple[Any, ...]]) -> None:
    assert written(write_markdown, table("ab", *rows)).count("\n") == len(rows) + 2


# The plain table


def test_the_plain_table_cuts_nothing() -> None:
    rows = [("x" * 300, 1, MONEY), ("日本", 20, None)]
    lines = written(write_plain_table, ("license_key", "n", "cost"), rows, False).splitlines()
    assert lines[0].startswith("License key ")
    assert lines[1] == "x" * 300 + "   1  $81.27"
    assert lines[2] == "日本" + " " * 296 + "  20"


def test_the_plain_table_streams() -> None:
    seen: list[int] = []

    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(10_000):
            seen.append(number)
            yield (f"row {number}",)

    class Stop(Exception):
        pass

    class Out(io.StringIO):
        def write(self, text: str) -> int:
            if "row 300" in text:
                raise Stop
            return len(text)

    with pytest.raises(Stop):
        write_plain_table(Out(), ("a",), rows(), False)
    assert len(seen) < 400


@given(CELLS)
def test_the_plain_table_moves_no_cursor(cell: Any) -> None:
    text = written(write_plain_table, ("a",), [(cell,)], False)
    assert text.count("\n") == 2
    assert text.replace("\n", "") == printable(text.replace("\n", ""))


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("é", 1)])
def test_widths(text: str, width: int) -> None:
    assert cell_width(text) == width


# Escapes


@given(st.text())
def test_visible_text_is_clean_and_stays_so(text: str) -> None:
    assert is_clean(visible(text))
    assert visible(visible(text)) == visible(text)
    assert (visible(text) == text) is is_clean(text)


@pytest.mark.parametrize("text", ["", "plain", "Büro 日本", "\u00a0", "tab\\t"])
def test_what_is_harmless_stays(text: str) -> None:
    assert visible(text) == text


# Which table an answer is


def test_an_answer_without_a_table_is_a_table_of_its_fields() -> None:
    data = {"a": 1, "b": {"c": MONEY, "d": {"e": None}}, "f": [1, 2]}
    found = table_of(Result(data))
    assert found.columns == ("field", "value")
    assert list(next(found.batches)) == [("a", 1), ("b.c", MONEY), ("b.d.e", None), ("f", [1, 2])]


def test_a_list_of_objects_is_a_table_even_when_it_is_empty() -> None:
    found = table_of(Result({"x": [{"a": 1}, {"b": 2, "a": 3}]}, "x"))
    assert found.columns == ("a", "b")
    assert next(found.batches) == [(1, None), (3, 2)]
    assert table_of(Result({"x": []}, "x", ("a", "b"))).columns == ("a", "b")


def test_results_of_answers() -> None:
    problem = {"code": "c", "subject": None, "message": "m", "line": 3}
    result = result_of(Answer({"x": [{}, {}, {}], "problems": [problem]}), "x", limit=2)
    assert (result.exit_code, result.total, len(result.data["x"])) == (1, 3, 2)
    assert [found.line for found in result.problems] == [3]
    assert result_of(Answer({"x": [], "total": 9}), "x").total == 9
    assert result_of(Answer({"x": []}), "x").exit_code == 0


# The writer


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "tsv", "md", "table"])
def test_an_error_at_the_first_row_comes_before_any_output(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> Iterator[tuple[Any, ...]]:
        yield from ((number // 0,) for number in range(3))

    with pytest.raises(ZeroDivisionError):
        write_result(
            Result({"rows": Rows(("a",), broken())}, "rows"), "x", PIPE._replace(format=form)
        )
    assert capsys.readouterr().out == ""


def test_long_tables_are_not_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    output = PIPE._replace(format="table", terminal=True)
    rows = ((str(number),) for number in range(DRAWN_ROWS + 1))
    result = Result({"rows": Rows(("a",), rows)}, "rows", view="no_such_module:draw", total=300)
    write_result(result, "x", output)
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == DRAWN_ROWS + 2
    assert shown.err == ""


def test_a_cut_list_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    output = PIPE._replace(format="table", terminal=True)
    result = Result({"rows": Rows(("a",), [("1",)])}, "rows", total=10_000)
    write_result(result, "x", output)
    assert capsys.readouterr().err == "… and 9,999 more   --limit 0 shows all\n"
    result = Result({"rows": Rows(("a",), [("1",)])}, "rows", total=10_000)
    write_result(result, "x", PIPE)
    assert capsys.readouterr().err == ""


def test_a_payload_is_written_as_it_is(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write_result(Result({}, payload=["ü\n", b"\x00\xff"]), "x", PIPE._replace(format="json"))
    assert capsysbinary.readouterr().out == "ü\n".encode() + b"\x00\xff"
