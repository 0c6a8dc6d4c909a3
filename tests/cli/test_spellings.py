"""One site and one client stay one, however they are spelled, on every road into a ledger."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from jpcli.domain.site_urls import normalize_url, readable
from tests.cli.conftest import Run

Jpcli = Callable[..., Run]

SITE = "https://xn--mller-kva.example/caf%C3%A9"
SITES = [
    SITE,
    "müller.example/café",
    "mu\u0308ller.example/cafe\u0301",
    "http://MÜLLER.example/caf%c3%a9/",
    "http://xn--mller-kva.example:80/café",
    "\ufeff müller.example::café\u200b",
]
CLIENT = "Müller AG"
CLIENTS = [CLIENT, "Mu\u0308ller AG", "Müller\xa0AG", "\ufeff Müller\u3000AG\u200b "]


@pytest.fixture
def books(ledger: Jpcli) -> Jpcli:
    """A ledger with one client, one site, and a license on it and elsewhere."""
    assert ledger("issue", "jetpack-scan", "--site", SITE, "--client", CLIENT).code == 0
    assert ledger("issue", "jetpack-boost", "--site", "other.example").code == 0
    assert ledger("issue", "jetpack-boost").code == 0
    return ledger


def names(jpcli: Jpcli) -> tuple[list[str], list[str]]:
    """Every site and every client that there is."""
    sites = [site["site"] for site in jpcli("sites", "list", "--json").data["sites"]]
    clients = [each["client"] for each in jpcli("clients", "list", "--json").data["clients"]]
    return sites, clients


def key_of(jpcli: Jpcli, *options: str) -> str:
    found = jpcli("licenses", "list", "--product", "jetpack-boost", "--json", *options)
    return str(found.data["licenses"][0]["license_key"])


def history(site: str, client: str | None) -> str:
    row = {"license_key": "new_1", "product": "jetpack-scan", "issued_at": "2026-11-01T00:00:00Z"}
    stay = {"site": site, "client": client, "from": "2026-11-01T00:00:00Z", "to": None}
    return json.dumps({**row, "assignments": [stay]})


def flat(site: str, client: str | None) -> str:
    heads = "license_key,product,issued_at,site,client"
    return f"{heads}\n\ufeffnew_1 ,jetpack-scan\u200b,2026-11-01T00:00:00Z,{site},{client or ''}\n"


def wish(site: str, client: str | None) -> str:
    whose = "" if client is None else f"client = {json.dumps(client, ensure_ascii=False)}\n"
    name = json.dumps(site, ensure_ascii=False)
    return f'[sites.{name}]\n{whose}products = ["jetpack-scan", "jetpack-boost\u200b"]\n'


def order(site: str, client: str | None) -> str:
    return json.dumps({"product": "\ufeffjetpack-boost ", "site": site, "client": client})


# What changes something: the arguments for a site, a client and a file that may hold them.
WRITES: dict[str, Callable[[Jpcli, str, str | None, Path], Run]] = {
    "issue": lambda do, site, client, _: do(
        "issue", "jetpack-boost", "--site", site, *_client(client)
    ),
    "assign": lambda do, site, client, _: do(
        "assign", key_of(do, "--state", "unassigned"), "--site", site, *_client(client)
    ),
    "transfer": lambda do, site, client, _: do(
        "transfer", key_of(do, "--site", "other.example"), "--to", site, *_client(client)
    ),
    "issue --from": lambda do, site, client, file: do(
        "issue", "--from", _file(file, order(site, client))
    ),
    "import json": lambda do, site, client, file: do(
        "ledger", "import", _file(file, history(site, client))
    ),
    "import csv": lambda do, site, client, file: do(
        "ledger", "import", _file(file, flat(site, client))
    ),
    "apply": lambda do, site, client, file: do("apply", _file(file, wish(site, client)), "--yes"),
}


def _client(client: str | None) -> list[str]:
    return [] if client is None else ["--client", client]


def _file(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.alike("site")
@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("road", WRITES)
def test_a_site_is_not_doubled(books: Jpcli, road: str, site: str, tmp_path: Path) -> None:
    before = names(books)
    done = WRITES[road](books, site, None, tmp_path / "file")
    assert done.code == 0, done.err
    assert names(books) == before
    assert len(books("licenses", "list", "--site", site, "--json").data["licenses"]) == 2
    assert books("ledger", "check").code == 0


@pytest.mark.alike("client")
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("road", WRITES)
def test_a_client_is_not_doubled(books: Jpcli, road: str, client: str, tmp_path: Path) -> None:
    before = names(books)
    done = WRITES[road](books, SITE, client, tmp_path / "file")
    assert done.code == 0, done.err
    assert names(books) == before


@pytest.mark.alike("turned")
@pytest.mark.parametrize("turned", ["Müller\u202eAG", "Müller\x1bAG"])
@pytest.mark.parametrize("road", WRITES)
def test_a_client_that_turns_text_around_is_refused_and_nothing_written(
    books: Jpcli, road: str, turned: str, tmp_path: Path
) -> None:
    before = books("ledger", "check", "--json").data
    assert WRITES[road](books, "new.example", turned, tmp_path / "file").code == 2
    assert books("ledger", "check", "--json").data == before


@pytest.mark.parametrize("site", SITES)
def test_a_site_is_found_by_every_spelling(books: Jpcli, site: str, tmp_path: Path) -> None:
    policy = _file(
        tmp_path / "policy.toml",
        f"[[licenses]]\nsite = {json.dumps(site, ensure_ascii=False)}\nexactly = 1\n",
    )
    assert books("sites", "show", site, "--json").data["site"] == SITE
    assert books("sites", "move", site, "--client", CLIENT).code == 0
    assert books("log", "--site", site, "--json").data["total"] == 2
    assert books("licenses", "count", "--site", site, "--json").data["total"] == 1
    assert len(books("licenses", "timeline", "--site", site, "--json").data["licenses"]) == 1
    audited = books("audit", "--policy", policy, "--json")
    assert audited.code == 0, audited.out


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_is_found_by_every_spelling(books: Jpcli, client: str, tmp_path: Path) -> None:
    text = f"[[licenses]]\nclient = {json.dumps(client, ensure_ascii=False)}\nexactly = 1\n"
    assert books("audit", "--policy", _file(tmp_path / "policy.toml", text)).code == 0
    assert books("clients", "show", client, "--json").data["client"] == CLIENT
    assert books("clients", "add", client, "--json").data["client"] == CLIENT
    assert books("sites", "list", "--client", client, "--json").data["total"] == 1
    assert books("licenses", "list", "--client", client, "--json").data["total"] == 1
    shown = books("invoice", "export", "2026-11", "--client", client, "--format", "json")
    assert shown.code == 0, shown.err
    assert books("sites", "move", "other.example", "--client", client).code == 0
    assert names(books)[1] == [CLIENT]


@pytest.mark.parametrize(
    "search", ["ÖL ag", "öl", "O\u0308l AG", "Öl\xa0AG", "ÉCOLE", "münchen", "ЖУК", "straße"]
)
def test_a_search_knows_the_case_of_every_script(ledger: Jpcli, search: str) -> None:
    for number, client in enumerate(["Öl AG", "École", "Жук", "STRASSE-Straße", "Oel AG"]):
        ledger("issue", "jetpack-scan", "--site", f"s{number}.example", "--client", client)
    ledger("issue", "jetpack-scan", "--site", "https://München.example")
    for command in ("list", "count"):
        found = ledger("licenses", command, "--search", search, "--json").data
        assert found["total"] == 1, search
    assert ledger("licenses", "list", "--search", "oeL aG", "--json").data["total"] == 1
    assert ledger("sites", "list", "--search", "MÜNCH", "--json").data["total"] == 1
    assert ledger("sites", "list", "--search", "XN--", "--json").data["total"] == 1


OLDER = [
    "http://a.example/café",
    "http://a.example/caf%c3%a9",
    "http://a.example/%7Eu",
    "http://b.example",
]


@pytest.mark.parametrize("kept", OLDER)
def test_a_site_that_an_older_jpcli_kept_is_found_and_not_doubled(
    ledger: Jpcli, kept: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("jpcli.services.sites.spelled.normalize_url", lambda text: text)
        assert ledger("issue", "jetpack-scan", "--site", kept).code == 0
    today = normalize_url(kept)
    for site in (kept, today, readable(today), today.replace("http:", "https:")):
        assert ledger("sites", "show", site, "--json").data["site"] == kept
        assert ledger("issue", "jetpack-scan", "--site", site).code == 0
    assert names(ledger)[0] == [kept]
    exported = _file(tmp_path / "history", ledger("ledger", "export", "--format", "ndjson").out)
    assert ledger("ledger", "import", exported, "--json").data["unchanged"] == 5
    assert names(ledger)[0] == [kept]
    plan = _file(tmp_path / "plan.toml", f'[sites."{today}"]\nproducts = {{ jetpack-scan = 5 }}\n')
    assert ledger("plan", plan, "--json").data["steps"] == []


def test_the_first_spelling_of_a_scheme_is_kept_within_one_file_too(
    ledger: Jpcli, tmp_path: Path
) -> None:
    rows = [
        {"product": "jetpack-scan", "site": site}
        for site in ("http://a.example", "https://a.example", "A.example/", "http://b.example/x")
    ]
    source = _file(tmp_path / "rows", "".join(json.dumps(row) + "\n" for row in rows))
    assert ledger("issue", "--from", source).code == 0
    assert names(ledger)[0] == ["http://a.example", "http://b.example/x"]


def test_two_registrations_are_two_sites(ledger: Jpcli) -> None:
    for site in ("straße.example", "strasse.example", "www.strasse.example"):
        assert ledger("issue", "jetpack-scan", "--site", site).code == 0
    assert names(ledger)[0] == [
        "https://strasse.example",
        "https://www.strasse.example",
        "https://xn--strae-oqa.example",
    ]
