"""Neighbors in the chain, whatever Python makes of their hashes."""

from __future__ import annotations

from jpcli.services.proofs.links import Links


class Alike(bytes):
    """Bytes of which Python makes the same, as where its key is known."""

    def __hash__(self) -> int:
        return 1


def found(*links: tuple[int, bytes, bytes]) -> list[tuple[str, str]]:
    told = Links()
    for seq, previous, own in links:
        told.add(seq, Alike(previous), Alike(own))
    return [(code, subject) for code, subject, _ in told.problems()]


A, B, C = (sign * 32 for sign in (b"a", b"b", b"c"))


def test_neighbors_that_fit_are_right_in_any_order() -> None:
    assert found((8, B, C), (7, A, B)) == []


def test_a_forged_link_is_found() -> None:
    assert found((7, A, B), (8, A, C)) == [("chain_broken", "event 8")]


def test_an_event_that_is_there_twice_is_found() -> None:
    assert found((7, A, B), (7, A, B)) == [("event_twice", "event 7")]
