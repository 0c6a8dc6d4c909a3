"""Wishes to the Licensing API and their runs, against what the events say one by one."""

from __future__ import annotations

from random import Random

import pytest

from jpcli.domain import outside_events as told
from jpcli.ledger.queries import wishes
from jpcli.ledger.queries.wishes import Connection, Run, Wish
from tests.ledger.queries.memory import empty, record


class _Model:
    """What is known after each event, kept in lists."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.ledger = empty()
        self.wishes: dict[int, Wish] = {}
        self.runs: dict[tuple[str, int], Run] = {}
        self.connections: dict[str, Connection] = {}

    def run(self, at: int) -> None:
        request_hash = self.random.choice("ab")
        known = [run for run in self.runs.values() if run.request_hash == request_hash]
        what = self.random.choice(["begin", "take", "finish"]) if known else "begin"
        if what == "begin":
            number = len(known) + 1
            entry = told.run_begun(request_hash, number, f"p{at}")
            self.runs[request_hash, number] = Run(request_hash, number, f"p{at}", at, False)
        else:
            run = self.random.choice(known)
            if what == "take":
                entry = told.run_taken_over(request_hash, run.number, f"q{at}")
                run = run._replace(process=f"q{at}")
            else:
                entry = told.run_finished(request_hash, run.number)
                run = run._replace(finished=True)
            self.runs[request_hash, run.number] = run
        record(self.ledger, [(entry, at)])

    def wish(self, at: int) -> None:
        waits = [w for w in self.wishes.values() if w.state in ("open", "unknown")]
        what = self.random.choice(["make", "unknown", "done", "failed"]) if waits else "make"
        if what == "make":
            action = self.random.choice(["issue", "assign", "unassign", "transfer", "revoke"])
            run = self.random.choice([*self.runs.values(), None])
            place = None if run is None else self.random.randrange(3)
            whose = (None, None) if run is None else (run.request_hash, run.number)
            key = None if action == "issue" else "k_1"
            entry = told.wish_made(
                key or "scan",
                action=action,
                product="scan",
                license_key=key,
                site="https://a.example",
                client=None,
                before=None,
                run=whose[0],
                number=whose[1],
                position=place,
                process="p",
            )
            record(self.ledger, [(entry, at)])
            seq = self.ledger.one("SELECT MAX(seq) FROM events")[0]  # type: ignore[index]
            site = "https://a.example"
            self.wishes[seq] = Wish(
                *(seq, action, "scan", key, site, None, *whose, place, "p", at, "open", None)
            )
            return
        wish = self.random.choice(waits)
        if what == "unknown":
            entry = told.wish_unknown("x", wish.id, f"r{at}")
            wish = wish._replace(state="unknown", request_id=f"r{at}")
        else:
            key, request = self.random.choice([("k_2", f"s{at}"), (None, None)])
            entry = told.wish_settled("x", wish.id, what, key, request)
            wish = wish._replace(
                state=what,
                license_key=key or wish.license_key,
                request_id=request or wish.request_id,
            )
        self.wishes[wish.id] = wish
        record(self.ledger, [(entry, at)])

    def connection(self, at: int) -> None:
        url = self.random.choice(["https://a.example", "https://b.example"])
        blog, code = self.random.randrange(3), self.random.choice([None, "success"])
        record(self.ledger, [(told.connection_seen(url, blog, code), at)])
        before = self.connections.get(url)
        kept = code or (None if before is None else before.code)
        self.connections[url] = Connection(url, blog, kept)

    def check(self) -> None:
        ledger = self.ledger
        waits = [w for _, w in sorted(self.wishes.items()) if w.state in ("open", "unknown")]
        assert wishes.waiting(ledger) == waits
        assert [wishes.wish(ledger, n) for n in self.wishes] == list(self.wishes.values())
        assert wishes.wish(ledger, 10**9) is None
        for request_hash in "abc":
            runs = [run for (h, _), run in sorted(self.runs.items()) if h == request_hash]
            assert wishes.runs(ledger, request_hash) == runs
            for run in runs:
                mine = [w for w in self.wishes.values() if w[6:8] == run[:2]]
                mine.sort(key=lambda w: (w.position or 0, w.id))
                assert wishes.wishes_of(ledger, run) == mine
        for blog in range(4):
            seen = [c for _, c in sorted(self.connections.items()) if c.blog_id == blog]
            assert wishes.connections_by_blog(ledger, blog) == seen
        for url in ("https://a.example", "https://b.example", "https://c.example"):
            assert wishes.connection_of(ledger, url) == self.connections.get(url)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_known_is_what_was_told(seed: int) -> None:
    model = _Model(seed)
    for at in range(60):
        model.random.choice([model.run, model.wish, model.connection])(at)
        model.check()
