"""Answers that were there before their question: only as long as nothing changed them."""

from __future__ import annotations

from contextlib import closing, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database.engines import open_ledger
from jpcli.ledger.database.server_foreseen import tables_in
from jpcli.ledger.database.server_link import Link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jpcli.ledger.database.connection import Ledger

_COUNT = "SELECT COUNT(*) FROM clients"
_COUNT_OF = "SELECT COUNT(*) FROM clients WHERE id > :least"
_NAMED = "SELECT id FROM clients WHERE name = :name"
_ADD = "INSERT INTO clients (id, name) VALUES (?, ?)"
_MANY = 3_000


@pytest.fixture
def ledger(address: str, jpcli: Callable[..., Any]) -> Iterator[Ledger]:
    assert jpcli("init").code == 0
    with closing(open_ledger(address, writes=True)) as found:
        yield found


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements went out in each go."""
    found: list[int] = []
    real = Link.send_all

    def send_all(link: Link, statements: Any) -> Any:
        found.append(len(statements))
        return real(link, statements)

    monkeypatch.setattr(Link, "send_all", send_all)
    return found


def test_what_was_foreseen_takes_no_way_of_its_own(ledger: Ledger, trips: list[int]) -> None:
    with ledger.transaction(asks=[lambda: ledger.value(_COUNT)]):
        assert trips == [5]
        assert [ledger.value(_COUNT), ledger.all(_COUNT), list(ledger.rows(_COUNT))] == [
            *(0, [(0,)], [(0,)])
        ]
        ledger.ahead([lambda: ledger.one(_NAMED, name="a"), lambda: ledger.one(_NAMED, name="b")])
        assert trips == [5]
        assert ledger.one(_NAMED, name="b") is None
        assert ledger.one(_NAMED, name="a") is None
        assert trips == [5, 3]


@pytest.mark.parametrize(
    "write",
    [
        lambda ledger: ledger.execute(_ADD, (1, "a")),
        lambda ledger: ledger.execute_many(_ADD, [(1, "a")]),
        lambda ledger: ledger.execute_many(_ADD, [(n, f"{n}") for n in range(100)]),
        lambda ledger: ledger.execute(f"{_ADD} ON CONFLICT DO NOTHING", (1, "a")),
        lambda ledger: ledger.execute("INSERT INTO clients (id, name) SELECT 1, 'a'"),
    ],
    ids=["one", "few", "copied", "conflict", "selected"],
)
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "noted"])
def test_what_is_written_is_seen(
    sent: bool, write: Callable[[Ledger], None], ledger: Ledger
) -> None:
    with ledger.transaction():
        ledger.ahead([lambda: ledger.value(_COUNT)])
        if sent:
            assert ledger.value(_COUNT) == 0
        write(ledger)
        assert ledger.value(_COUNT) > 0


def test_no_transaction_knows_what_another_was_told(address: str, ledger: Ledger) -> None:
    with ledger.transaction(keep=False, asks=[lambda: ledger.value(_COUNT)]):
        assert ledger.value(_COUNT) == 0
    with closing(open_ledger(address, writes=True)) as other, other.transaction():
        other.execute(_ADD, (1, "a"))
    assert ledger.value(_COUNT) == 1
    with ledger.transaction():
        assert ledger.value(_COUNT) == 1


def test_items_come_in_order_with_their_answers(ledger: Ledger, trips: list[int]) -> None:
    names = [f"client {number}" for number in range(_MANY)]
    with ledger.transaction():
        ledger.execute_many(_ADD, [(n + 10, name) for n, name in enumerate(names)])
        trips.clear()
        each = ledger.each(names, lambda name: [partial(ledger.one, _NAMED, name=name)])
        assert [ledger.value(_NAMED, name=name) for name in each] == list(range(10, _MANY + 10))
        assert len(trips) < 10


@pytest.mark.parametrize("inside", [True, False])
def test_a_question_may_ask_for_several_itself(ledger: Ledger, inside: bool) -> None:
    """As the sum of a month asks about each of its products; also between two transactions."""

    def ask(n: int) -> list[int]:
        each = ledger.each(range(n), lambda m: [partial(ledger.value, _COUNT_OF, least=m)])
        return [ledger.value(_COUNT_OF, least=m) for m in each]

    with ledger.transaction() if inside else nullcontext():
        alone = [ask(n) for n in range(4)]
        each = ledger.each(range(4), lambda n: [partial(ask, n)])
        assert [ask(n) for n in each] == alone


def test_answers_of_many_rows_keep_their_order(ledger: Ledger) -> None:
    sql = "SELECT name, id, name FROM clients WHERE id % 7 = :rest OR name = :name ORDER BY id DESC"
    with ledger.transaction():
        ledger.execute_many(_ADD, [(n + 10, f"{n}") for n in range(300)])
        alone = [ledger.all(sql, rest=n % 9, name=None if n % 2 else f"{n}") for n in range(40)]

        def ask(n: int) -> list[Any]:
            return ledger.all(sql, rest=n % 9, name=None if n % 2 else f"{n}")

        each = ledger.each(range(40), lambda n: [partial(ask, n)])
        assert [ask(n) for n in each] == alone


@pytest.mark.parametrize("count", [3, 200])
def test_many_changes_at_once_are_those_one_by_one(count: int, ledger: Ledger) -> None:
    with ledger.transaction():
        ledger.execute_many(
            "INSERT INTO sites (id, url) VALUES (?, ?)", [(n, f"{n}") for n in range(1, count)]
        )
        ledger.execute_many(
            "UPDATE sites SET url = ? WHERE id = ?", [(f"x{n}", n) for n in range(1, count)]
        )
        ledger.execute_many("DELETE FROM sites WHERE id = ?", [(n,) for n in range(2, count, 2)])
        found = ledger.all("SELECT id, url FROM sites ORDER BY id")
        assert found == [(n, f"x{n}") for n in range(1, count, 2)]
        # The same row twice: the last one counts.
        ledger.execute_many(
            "UPDATE sites SET url = ? WHERE id = ?", [(f"y{n}", 1) for n in range(count)]
        )
        assert ledger.value("SELECT url FROM sites WHERE id = 1") == f"y{count - 1}"


def test_items_are_prepared_again_after_a_write(ledger: Ledger, trips: list[int]) -> None:
    names = [f"client {number}" for number in range(400)]
    with ledger.transaction():
        each = ledger.each(names, lambda name: [partial(ledger.one, _NAMED, name=name)])
        for number, name in enumerate(each):
            assert ledger.one(_NAMED, name=name) is None
            if number % 200 == 150:
                ledger.execute(_ADD, (number, f"client {number + 1}"))
                assert ledger.value(_NAMED, name=f"client {number + 1}") == number
                ledger.execute("DELETE FROM clients")
    assert len(trips) < 40


@pytest.mark.parametrize("left_early", [True, False])
def test_outside_a_transaction_answers_last_as_long_as_their_items(
    left_early: bool, address: str, ledger: Ledger, trips: list[int]
) -> None:
    each = iter(ledger.each(range(10), lambda _: [lambda: ledger.value(_COUNT)]))
    assert [ledger.value(_COUNT) for _, _ in zip(range(5), each, strict=False)] == [0] * 5
    assert len(trips) == 1
    if left_early:
        each.close()  # type: ignore[attr-defined]
    else:
        assert len(list(each)) > 3
    with closing(open_ledger(address, writes=True)) as other, other.transaction():
        other.execute(_ADD, (1, "a"))
    assert ledger.value(_COUNT) == 1


def test_what_an_ask_does_wrong_is_left_to_who_asks_in_earnest(ledger: Ledger) -> None:
    def wrong() -> None:
        if not ledger.value(_COUNT):
            raise JpcliError("wrong", "wrong")

    with ledger.transaction(asks=[wrong]):
        ledger.ahead([wrong, wrong])
        assert list(ledger.each([1], lambda _: [wrong])) == [1]
        with pytest.raises(JpcliError):
            wrong()


def test_a_statement_names_its_tables() -> None:
    assert tables_in("SELECT s.id FROM sites s JOIN clients c") == {"sites", "clients"}
    assert tables_in("UPDATE marks SET first_active_day = 1") == {"marks"}
    assert "events" in tables_in("DROP INDEX IF EXISTS what")
