"""No reader of input falls over: what was kept of long hunts, and a few changes of it each time.

`tests/fuzz/hunt.py` looks longer, led by coverage.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jpcli.domain.errors import BadInput
from tests.fuzz import parsers
from tests.fuzz.corpus import FOLDER, kept
from tests.fuzz.place import Fault, Place, check
from tests.fuzz.targets import TARGETS
from tests.thorough import examples

pytestmark = pytest.mark.xdist_group("fuzz")

QUICK_CHANGES, CHANGES = 100, 5
MOST_KEPT_BYTES = 200_000
ODD = (b"", b"\0", b"\xff", b"\n", b'"', b"\xe2\x80\xa8", b"9" * 5000, b"-", b"1e999", b"[" * 2000)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("fuzz"))


def changed(inputs: list[bytes]) -> st.SearchStrategy[bytes]:
    """One of the inputs, or two of them in one, with a part cut out and something put in."""
    cuts = st.tuples(st.integers(0, 400), st.integers(0, 12))
    part = st.sampled_from([*inputs, *ODD]) | st.binary(max_size=4)

    def edit(text: bytes, cut: tuple[int, int], part: bytes) -> bytes:
        start = cut[0] % (len(text) + 1)
        return text[:start] + part + text[start + cut[1] :]

    return st.builds(edit, st.sampled_from(inputs), cuts, part)


@pytest.mark.parametrize("name", TARGETS)
def test_no_reader_falls_over(name: str, place: Place) -> None:
    target, inputs = TARGETS[name], kept(name)

    def feed(data: bytes) -> None:
        try:
            target.feed(place, data)
        finally:
            if not target.quick:
                place.put_back()

    for data in inputs:
        feed(data)

    @settings(
        max_examples=examples(QUICK_CHANGES if target.quick else CHANGES),
        suppress_health_check=list(HealthCheck),
    )
    @given(changed(inputs))
    def feed_changed(data: bytes) -> None:
        feed(data)

    feed_changed()


def test_what_is_kept_stays_small_and_has_a_reader() -> None:
    files = {path.stem: path.stat().st_size for path in FOLDER.iterdir()}
    assert files.keys() <= TARGETS.keys()
    assert sum(files.values()) < MOST_KEPT_BYTES


BROKEN = {
    "an exception": lambda text: text[5],
    "a refusal without a message": lambda _: (_ for _ in ()).throw(BadInput("x", "")),
    "a code that is none": lambda _: (_ for _ in ()).throw(BadInput("x y!", "m")),
}


@pytest.mark.parametrize("parse", BROKEN.values(), ids=BROKEN)
def test_a_parser_that_falls_over_is_noticed(parse: object) -> None:
    with pytest.raises((Fault, IndexError)):
        parsers.parsed(parse, "x")  # type: ignore[arg-type]


def test_a_number_that_is_another_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jpcli.domain.money.parse_percent", lambda _: 1)
    with pytest.raises(Fault, match="another number"):
        parsers.numbers("20")


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ("raise ValueError('\\x1b')", "mistake of ours"),
        ("raise BadInput('x', 'no') from write(place)", "written and refused"),
        ("spend(3)", "too slow"),
    ],
)
def test_a_command_that_does_what_none_may_is_noticed(
    broken: str, fault: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3
    import time

    def write(place: Place) -> None:
        connection = sqlite3.connect(place.path)
        connection.execute("INSERT INTO meta VALUES ('x', 'y')")
        connection.commit()
        connection.close()

    def spend(seconds: float) -> None:
        begun = time.process_time()
        monkeypatch.setattr("time.process_time", lambda: begun + seconds)

    def status(_desk: object) -> None:
        exec(broken, {"BadInput": BadInput, "write": write, "spend": spend, "place": place})

    monkeypatch.setattr("jpcli.services.status.status", status)
    try:
        with pytest.raises(Fault, match=fault):
            place.judged("status")
    finally:
        place.put_back()


def test_a_refusal_is_held_to_have_written_nothing(place: Place) -> None:
    assert place.judged("issue", "no-such", "--json").code == 2
    assert not place.changed()
    assert place.judged("issue", "jetpack-scan", "--json").code == 0
    assert place.changed()
    place.put_back()
    assert not place.changed()


def test_an_input_names_no_file_elsewhere(place: Place) -> None:
    for word in ("/etc/passwd", "--out=/x", "-o/x", "../x"):
        assert place.filled([word]) is None
    assert place.filled(["https://a.example/x", "{folder}"]) == [
        "https://a.example/x",
        str(place.folder),
    ]
    check(holds=True, fault="never")
