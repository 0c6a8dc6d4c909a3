"""The rows of NDJSON (an object a line) and of JSON documents: an array, objects in a row, or an
answer of jpcli with a list in it."""

from __future__ import annotations

import json
import re
from typing import IO, TYPE_CHECKING, Any

from jpcli.domain.errors import BadInput
from jpcli.domain.limits import MAX_CELL_CHARACTERS, MAX_DIGITS, MAX_LINE_BYTES
from jpcli.domain.texts import clean
from jpcli.domain.words import shortened
from jpcli.services.files.json_decoder import Decoder
from jpcli.services.files.json_text import Broken, Text
from jpcli.services.files.rows import INNER, Row, named, too_long

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.services.files.rows import Expected

_ANSWER = re.compile(rb'\s*\{\s*"version"\s*:\s*"jpcli/')
# The lists of an answer that are rows; others, as of what went wrong, are not.
_LISTS = ("licenses", "products", "differences")


class _Decoder(Decoder):
    """The same, for rows."""

    def checked(self, value: Any, text: str, line: int, expected: Expected) -> Row | None:
        """The row, or None after noting why `value`, which was decoded from `text`, is none."""
        if type(value) is not dict:
            expected.add("not_an_object", "an object {…} belongs here", line)
        elif len(text) > MAX_CELL_CHARACTERS and too_long(value.values()):
            message = f"a text of more than {MAX_CELL_CHARACTERS:,} characters"
            expected.add("cell_too_long", message, line)
        elif (flaw := self.flaw(value, text)) is not None:
            expected.add(*flaw, line)
        elif (name := expected.no_text(value)) is not None:
            expected.add("bad_value", f"{name} must be a text or a number", line, name)
        else:
            return Row(line, {name: _cleaned(cell) for name, cell in value.items()})
        return None


class _Plain:
    """Decodes what nearly every line of a long file is, at half the price: an object of texts,
    numbers and lists of such objects, without escapes. What is anything else is left to `_Decoder`,
    which says what is wrong with it."""

    def __init__(self) -> None:
        self._decode = json.JSONDecoder(
            parse_float=str, parse_int=_whole, parse_constant=_refused
        ).raw_decode

    def values(self, text: str) -> dict[str, Any] | None:
        """What `_Decoder` makes of the line; None where that has to be asked."""
        if "\\" in text or len(text) > MAX_CELL_CHARACTERS:
            return None
        try:
            values, end = self._decode(text, 0)
        except (ValueError, RecursionError):
            return None
        if type(values) is not dict or end != len(text):
            return None
        texts = len(values)
        for name, cell in values.items():
            if type(cell) is str:
                texts += 1
                values[name] = clean(cell)
            elif name in INNER and (type(cell) is list or type(cell) is dict):
                inner = _texts_in(cell)
                if inner < 0:
                    return None
                texts += inner
            elif cell is not None and type(cell) is not int:
                return None
        # A key that stands there twice is in the text, and not in what was made of it.
        return values if text.count('"') == 2 * texts else None


def _texts_in(cell: list[Any] | dict[str, Any]) -> int:
    """How many keys and texts are in a list of objects; -1 where anything else is in it."""
    texts = 0
    for item in cell:
        if type(item) is not dict:
            return -1
        texts += len(item)
        for value in item.values():
            if type(value) is str:
                texts += 1
            elif type(value) is list or type(value) is dict:
                return -1
    return texts


def _whole(text: str) -> int:
    return int(text) if len(text) <= MAX_DIGITS else _refused(text)


def _refused(text: str) -> int:
    raise ValueError(text)


def is_answer(head: bytes) -> bool:
    """Whether this is what jpcli writes with `--json`."""
    return _ANSWER.match(head) is not None


def is_one_a_line(head: bytes) -> bool:
    """Tell NDJSON from an object that goes over several lines, by the first two lines of text."""
    first, _, rest = head.strip().partition(b"\n")
    if not rest or rest.lstrip().startswith(b"{"):
        return True
    try:
        text = first.decode().strip()
        _, end = _Decoder().decode(text)
    except (ValueError, RecursionError):
        return False
    return end == len(text)


def rows_of_lines(lines: Iterable[bytes], expected: Expected) -> Iterator[Row]:
    """Rows of NDJSON. A bad line is noted, and the next one is read."""
    decoder = _Decoder()
    plain = _Plain()
    for number, raw in enumerate(lines, 1):
        try:
            text = raw.decode().strip()
            if not text:
                continue
            values = plain.values(text)
            if values is not None:
                yield Row._make((number, values))
                continue
            value, end = decoder.decode(text)
        except (ValueError, RecursionError) as error:
            if len(raw) >= MAX_LINE_BYTES:
                expected.add("line_too_long", f"more than {MAX_LINE_BYTES} bytes", number)
                return
            _note(error, number, expected)
            continue
        if end != len(text):
            expected.add("bad_json", f"not valid JSON: more after column {end}", number)
        elif row := decoder.checked(value, text, number, expected):
            yield row


def rows_of_values(head: bytes, stream: IO[bytes], expected: Expected) -> Iterator[Row]:
    """Rows of an array, or of objects one after the other. Reading ends where it is broken."""
    text = Text(stream)
    decoder = _Decoder()
    try:
        text.start(head)
        if text.take("["):
            yield from _elements(text, decoder, expected)
            text.expect_end()
            return
        while True:
            yield from _element(text, decoder, expected)
            if text.at_end():
                return
    except Broken as broken:
        _note(broken.reason, text.line, expected)


def rows_of_answer(head: bytes, stream: IO[bytes], file: str, expected: Expected) -> Iterator[Row]:
    """Rows of the list of licenses, products or differences in an answer. Raises BadInput `no_rows`
    where it has none, as the answer of a command that failed."""
    text = Text(stream)
    decoder = _Decoder()
    lists, failure = 0, None
    try:
        text.start(head)
        for name in _fields(text, decoder):
            if name != "data" or not text.comes("{"):
                value, _ = text.take_value(decoder)
                failure = value if name == "error" else failure
                continue
            for inner in _fields(text, decoder):
                if inner in _LISTS and text.take("["):
                    lists += 1
                    yield from _elements(text, decoder, expected)
                else:
                    text.take_value(decoder)
        text.expect_end()
    except Broken as broken:
        _note(broken.reason, text.line, expected)
        return
    if not lists:
        what = "an answer of jpcli without a list of licenses or products"
        if isinstance(failure, dict) and isinstance(failure.get("message"), str):
            what = f"the answer of a command that failed: {shortened(failure['message'])}"
        raise BadInput("no_rows", f"{named(file)} is {what}", subject=file)


def _fields(text: Text, decoder: _Decoder) -> Iterator[str]:
    """The names in an object; whoever asks takes the value before the next one."""
    text.expect("{")
    if text.take("}"):
        return
    while True:
        name, _ = text.take_value(decoder)
        text.expect(":")
        yield str(name)
        if text.take("}"):
            return
        text.expect(",")


def _elements(text: Text, decoder: _Decoder, expected: Expected) -> Iterator[Row]:
    """The rows of an array whose bracket was taken, to its end."""
    if text.take("]"):
        return
    while True:
        yield from _element(text, decoder, expected)
        if text.take("]"):
            return
        text.expect(",")


def _element(text: Text, decoder: _Decoder, expected: Expected) -> Iterator[Row]:
    """The value that comes next, if it is a row."""
    line = text.line
    value, source = text.take_value(decoder)
    if row := decoder.checked(value, source, line, expected):
        yield row


def _note(error: Exception, line: int, expected: Expected) -> None:
    if isinstance(error, UnicodeDecodeError):
        expected.add("bad_utf8", "not UTF-8 text", line)
    elif isinstance(error, RecursionError):
        expected.add("bad_json", "not valid JSON: nested too deeply", line)
    elif isinstance(error, json.JSONDecodeError):
        message = f"not valid JSON: {error.msg.lower()} at column {error.colno}"
        expected.add("bad_json", message, line)
    else:
        expected.add("bad_json", f"not valid JSON: {str(error).lower()}", line)


def _cleaned(value: Any) -> Any:
    return clean(value) if type(value) is str else value
