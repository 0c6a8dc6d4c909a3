"""A client that is made by a slip of the keyboard: who names it is told, on every road."""

from __future__ import annotations

import os
import shlex
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests import engines
from tests.cli.conftest import copied, run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODE = "similar_client"


class Office(NamedTuple):
    """Clients `Acme Studio` and `Branch 1`; a license on a site, one on none."""

    jpcli: Callable[..., Any]
    folder: Path
    placed: str
    free: str

    def words(self, line: str, client: str) -> list[str]:
        """The line with the client in it, and in the files that it reads."""
        files = {
            "ORDERS": f"product,site,client\njetpack-scan,new.example,{client}\n",
            "PLACES": f"license_key,site,client\n{self.free},new.example,{client}\n",
            "PLAN": f'[sites."new.example"]\nclient = "{client}"\nproducts = ["jetpack-scan"]\n',
        }
        names = {"FREE": self.free, "PLACED": self.placed, "NAME": client}
        for name, text in files.items():
            path = self.folder / f"{name.lower()}.{'toml' if name == 'PLAN' else 'csv'}"
            path.write_text(text, "utf-8")
            names[name] = str(path)
        return [names.get(word, word) for word in shlex.split(line)]

    def clients(self) -> set[str]:
        return {row["client"] for row in self.jpcli("clients", "list", "--json").data["clients"]}

    def state(self) -> str:
        return engines.engine.dump(engines.place(self.folder / "ledger.db"))


@pytest.fixture
def office(ledger: Callable[..., Any], begun: Path, tmp_path: Path) -> Office:
    return Office(ledger, tmp_path, *copied(begun / "new_clients.db", lambda: _made(ledger)))


def _made(ledger: Callable[..., Any]) -> tuple[str, str]:
    def issued(*words: str) -> str:
        (found,) = ledger("issue", *words, "--json").data["licenses"]
        return str(found["license_key"])

    placed = issued("jetpack-scan", "--site", "a.example", "--client", "Acme Studio")
    assert ledger("clients", "add", "Branch 1").code == 0
    return placed, issued("jetpack-scan")


ROADS = (
    "issue jetpack-scan --site new.example --client NAME",
    "issue --from ORDERS",
    "assign FREE --site new.example --client NAME",
    "assign --from PLACES",
    "transfer PLACED --to new.example --client NAME",
    "transfer --site a.example --to new.example --to-client NAME",
    "sites move a.example --client NAME",
    "apply PLAN --yes",
)


def said(run: Any) -> list[str]:
    assert run.code == 0, run.err
    return [note["message"] for note in run.json.get("notes", ()) if note["code"] == CODE]


@pytest.mark.parametrize("line", ROADS)
@pytest.mark.parametrize("name", ["Acme Studoi", "acme studio", "Acme Studios"])
def test_a_slip_is_remarked_on_with_who_may_be_meant(office: Office, line: str, name: str) -> None:
    run = office.jpcli(*office.words(line, name), "--json")
    assert said(run) == [f"{name} is a new client; did you mean Acme Studio?"]
    (note,) = (note for note in run.json["notes"] if note["code"] == CODE)
    typed = shlex.split(note["hint"].partition("   ")[2])[1:]
    assert office.jpcli(*typed).code == 0
    assert office.clients() == {"Acme Studio", "Branch 1", name}


@pytest.mark.parametrize("line", ROADS)
def test_new_client_says_that_it_is_meant(office: Office, line: str) -> None:
    run = office.jpcli(*office.words(line, "Acme Studios"), "--new-client", "--json")
    assert said(run) == []
    assert "Acme Studios" in office.clients()


@pytest.mark.parametrize("line", ROADS)
@pytest.mark.parametrize("name", ["Acme Studio", "Zebra", "Branch 2", "Acme Studio 2"])
def test_nothing_is_said_of_who_is_known_or_called_otherwise(
    office: Office, line: str, name: str
) -> None:
    run = office.jpcli(*office.words(line, name), "--json")
    if run.code == 0:
        assert said(run) == []


@pytest.mark.parametrize("line", [*ROADS, "plan PLAN"])
def test_a_dry_run_says_what_would_be(office: Office, line: str) -> None:
    before = office.state()
    dry = () if line.startswith("plan") else ("--dry-run",)
    run = office.jpcli(*office.words(line, "Acme Studoi"), *dry, "--json")
    assert said(run) == ["Acme Studoi would be a new client; did you mean Acme Studio?"]
    assert office.state() == before


TERMINAL = [line.replace(" --yes", "") for line in ROADS]


@pytest.mark.parametrize("line", TERMINAL)
def test_on_a_terminal_it_is_asked_about_and_a_no_changes_nothing(
    office: Office, line: str
) -> None:
    before = office.state()
    run = run_on_terminal(*office.words(line, "Acme Studoi"), answer="n\n", columns=140)
    assert run.code == 2
    assert "did you mean Acme Studio?" in run.out
    assert office.state() == before


def test_after_a_yes_it_is_done_and_said_no_more(office: Office) -> None:
    line = office.words(TERMINAL[0], "Acme Studoi")
    run = run_on_terminal(*line, answer="y\n", columns=140)
    assert run.code == 0, run.out
    assert "Make 1 new client?" in run.out
    assert run.out.count("did you mean") == 1
    assert "Acme Studoi" in office.clients()


@pytest.mark.parametrize(
    ("name", "more"), [("Acme Studio", ()), ("Zebra", ()), ("Acme Studoi", ("--new-client",))]
)
def test_nobody_is_asked_about_other_names(
    office: Office, name: str, more: tuple[str, ...]
) -> None:
    run = run_on_terminal(*office.words(TERMINAL[0], name), *more)
    assert (run.code, "[y/N]" in run.out) == (0, False)


def test_of_very_many_new_clients_the_first_are_remarked_on(office: Office) -> None:
    path = office.folder / "many.csv"
    rows = [
        f"jetpack-scan,s{n}.example,Acme Studio{'x' * (n % 3 + 1)}{chr(97 + n)}" for n in range(26)
    ]
    path.write_text("\n".join(["product,site,client", *rows, ""]))
    run = office.jpcli("issue", "--from", str(path), "--json")
    assert len(said(run)) == 20


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("assign --from {pipe} --site new.example --client 'Acme Studio'", "free"),
        ("transfer --from {pipe} --to new.example --client 'Acme Studio'", "placed"),
    ],
)
def test_what_can_be_read_once_is_not_tried_beforehand(line: str, key: str, office: Office) -> None:
    """A trial would leave nothing of a pipe that is no standard input."""
    pipe = office.folder / "pipe"
    os.mkfifo(pipe)
    text = f"license_key\n{getattr(office, key)}\n"
    writer = Thread(target=pipe.write_text, args=(text,), daemon=True)
    writer.start()
    shown = run_on_terminal(*shlex.split(line.format(pipe=pipe)))
    writer.join(10)
    assert shown.code == 0, shown.out
    assert "No rows" not in shown.out
    (row,) = office.jpcli("licenses", "show", getattr(office, key), "--json").data["licenses"]
    assert row["site"] == "https://new.example"
