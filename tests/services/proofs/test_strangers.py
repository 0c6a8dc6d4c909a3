"""A proof comes from a stranger: whatever is in the file, `verify` gives an answer or one error."""

from __future__ import annotations

import json
import socket
import sqlite3
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest

from jpcli.domain.errors import BadInput, JpcliError
from jpcli.ledger.database.zone_data import as_text, machine_data
from jpcli.services.clients import rename
from jpcli.services.invoices import close
from jpcli.services.proofs.verify import verify
from tests.services.agency import A, Agency, C
from tests.services.proofs.checker import check
from tests.services.proofs.test_proofs import made


@pytest.fixture(scope="module")
def right(begun: tuple[Agency, Agency], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A right proof of a small month."""
    agency = begun[1].copied(tmp_path_factory.mktemp("right") / "ledger.db")
    agency.issue("jetpack-scan", site=A, client="Ann", at="2024-08-02")
    return made(agency, "2024-08")


def refused(text: str | bytes) -> str:
    """The code of the one error; the message names the file and shows nothing that acts."""
    raw = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(BadInput) as caught:
        verify("-", BytesIO(raw))
    assert caught.value.exit_code == 2
    assert "standard input" in caught.value.message
    assert len(caught.value.message) < 500
    return caught.value.code


def test_what_is_no_json_is_refused(right: str) -> None:
    for text in (
        "",
        " ",
        "[]",
        "x",
        "{",
        right[:-20],
        right + "{}",
        "null",
        '{"a":1}',
        "\x00",
        "{}",
    ):
        assert refused(text) == "bad_json", text[:20]
    assert refused(b"\xff\xfe{\x00") == "bad_utf8"
    assert refused('{"version":"jpcli/1","error":{}}') == "bad_json"
    assert refused('{"form":"jpcli-proof/2"}') == "bad_proof"


def test_what_breaks_just_after_an_empty_list_is_one_error(right: str) -> None:
    """Where the reader goes on to its next piece."""
    begin, mark, rest = right.partition('"lines": [')
    for length in range(65_530, 65_545):
        text = f"{begin}{' ' * (length - len(begin.encode()) - len(mark) - 1)}{mark}]"
        assert refused(text.encode() + b"\xff" + rest.encode()) in ("bad_utf8", "bad_json")


def test_what_json_allows_and_no_proof_has(right: str) -> None:
    for before, after, code in (
        ('"total_minor":', '"total_minor":NaN,"x":', "bad_number"),
        ('"total_minor":', '"total_minor":1,"total_minor":', "duplicate_key"),
        ('"total_minor":', f'"x":{"9" * 1001},"total_minor":', "bad_number"),
        ('"total_minor":', f'"x":{"[" * 40}{"]" * 40},"total_minor":', "too_deep"),
        ('"total_minor":', f'"x":{"[" * 200_000},"total_minor":', "too_deep"),
        ('"markup": null', '"markup": "\\ud800"', "bad_text"),
        ('"currency":"usd"', '"currency":1', "bad_proof"),
        ('"period":"2024-08"', '"period":"2024-08\\u001b[2J"', "bad_proof"),
        ('"period":"2024-08"', '"period":"4242 4242 4242 4242"', "bad_proof"),
        ('"lines": [', '"lines": [1,', "bad_proof"),
        ('"lines": [', '"lines": [{},', "bad_proof"),
        ('"bundle_size":1', '"bundle_size":1.0', "bad_proof"),
        ('"bundle_size":1', f'"bundle_size":{2**63}', "bad_proof"),
        ('"bundle_size":1', '"bundle_size":true', "bad_proof"),
        ('"lines":', '"lined":', "bad_json"),
        ('"sites": [', '"sites": null, "x": [', "bad_proof"),
    ):
        assert before in right, before
        assert refused(right.replace(before, after, 1)) == code, after[:60]


def test_a_value_that_is_too_long_is_refused(right: str) -> None:
    long = right.replace('"markup": null', f'"markup": "{"x" * 2**21}"')
    assert refused(long) in ("bad_json", "bad_proof")


def test_a_card_number_is_not_repeated(right: str) -> None:
    text = right.replace(A, "https://4242424242424242.example")
    with pytest.raises(BadInput) as caught:
        verify("-", BytesIO(text.encode()))
    assert "4242" not in caught.value.message


def test_a_zone_that_is_none_is_refused(right: str) -> None:
    """Rules of a zone are data that a library reads; what it makes of nonsense is one error."""
    body = json.loads(right)
    random = Random(7)
    for _ in range(200):
        data = json.loads(body["ledger"][0]["data"])
        data["time_zone"] = random.choice(["Europe/Berlin", "../../etc/passwd", "", "x" * 500])
        data["zone_data"] = "".join(random.choices("0123456789:,AZaz+/=-", k=random.randrange(60)))
        data["skipped_dates"] = random.choice(["", "x", "1,2", "9" * 30])
        body["ledger"][0]["data"] = json.dumps(data)
        with pytest.raises(BadInput):
            verify("-", BytesIO(json.dumps(body).encode()))


def test_a_zone_of_very_many_rules_is_refused(right: str) -> None:
    """Each may be a few bytes that unfold to 64 KiB."""
    body = json.loads(right)
    rules = as_text(machine_data("Etc/UTC") or b"").removeprefix("0:")
    for number, code in ((100, None), (101, "bad_proof")):
        data = json.loads(body["ledger"][0]["data"])
        data["zone_data"] = ",".join(f"{second}:{rules}" for second in range(number))
        body["ledger"][0]["data"] = json.dumps(data)
        text = json.dumps(body)
        if code is None:
            found = verify("-", BytesIO(text.encode())).data["problems"]
            assert {problem["code"] for problem in found} == {"event_changed"}
        else:
            assert refused(text) == code


def test_any_nonsense_gives_an_answer_or_one_error(right: str) -> None:
    """Values of other kinds in every place, several at a time."""
    random = Random(3)
    others: list[Any] = [None, True, 0, -1, 2**62, 10**30, "", "x", [], {}, [[]], {"a": 1}, 1.5]
    body = json.loads(right)
    places = list(_places(body, ()))
    for _ in range(1_500):
        other = json.loads(right)
        for place in random.sample(places, random.choice([1, 1, 2, 5])):
            found = other
            try:
                for part in place[:-1]:
                    found = found[part]
                found[place[-1]] = deepcopy(random.choice(others))
            except (KeyError, IndexError, TypeError):
                continue
        try:
            verify("-", BytesIO(json.dumps(other).encode()))
        except JpcliError as error:
            assert error.exit_code == 2  # noqa: PT017


def test_data_of_events_may_be_any_nonsense(right: str) -> None:
    """With a hash that fits: whoever makes a history up may write anything into it."""
    from hashlib import sha256

    from tests.services.proofs.checker import canonical

    random = Random(5)
    others: list[Any] = [None, True, 0, 10**30, "", "x", "2024-99-99", [], {}, [[]], {"a": 1}, 1.5]
    for _ in range(600):
        body = json.loads(right)
        lists = [body[name] for name in ("ledger", "prices", "renames")]
        lists += [item["events"] for name in ("sites", "licenses") for item in body[name]]
        event = random.choice([one for several in lists for one in several])
        data = json.loads(event["data"])
        data[random.choice([*data, "more"])] = random.choice(others)
        event["data"] = canonical(data)
        fields = [event[name] for name in list(event)[:8]]
        text = canonical(fields, keys=False)
        event["hash"] = sha256(bytes.fromhex(event["previous"]) + text.encode()).hexdigest()
        try:
            verify("-", BytesIO(json.dumps(body).encode()))
        except JpcliError as error:
            assert error.exit_code == 2  # noqa: PT017


def _places(value: Any, place: tuple[Any, ...]) -> Any:
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for part, inner in parts:
        yield (*place, part)
        if isinstance(inner, dict | list):
            yield from _places(inner, (*place, part))


def test_problems_are_told_up_to_a_number(right: str) -> None:
    body = json.loads(right)
    body["sites"] *= 300
    found = verify("-", BytesIO(json.dumps(body).encode())).data
    assert (found["ok"], len(found["problems"])) == (False, 101)
    assert found["problems"][-1]["code"] == "too_many_problems"


def test_a_file_that_can_t_be_read_is_one_error(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none", "no_such_file"), (tmp_path, "is_a_folder")):
        with pytest.raises(BadInput) as caught:
            verify(str(path))
        assert caught.value.code == code


@pytest.mark.parametrize("member", ["ledger", "prices", "renames"])
def test_what_everybody_has_to_see_is_never_withheld(
    begun: tuple[Agency, Agency], tmp_path: Path, member: str
) -> None:
    """Who could withhold a price could show another, and a bill that fits it."""
    agency = begun[1].copied(tmp_path / "ledger.db")
    agency.issue("jetpack-scan", site=A, client="Ann", at="2024-08-02")
    agency.do(rename.rename_client, "Ann", "Anna")
    body = json.loads(made(agency, "2024-08", "Anna"))
    event = body[member][-1]
    for name in ("recorded_at", "actor", "reason"):
        del event[name]
    event["shown"] = json.loads(event.pop("data"))
    text = json.dumps(body)
    assert refused(text) == "bad_proof"
    assert "withheld" in str(check(text))


def test_no_ledger_is_opened_and_nobody_asked(
    right: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("nothing may be opened")

    file = tmp_path / "proof.json"
    file.write_text(right)
    monkeypatch.setattr(sqlite3, "connect", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    assert verify(str(file)).data["ok"]


@pytest.mark.parametrize("value", ["5", "true", "null", "[]", '"x"'])
@pytest.mark.parametrize(("client", "member"), [(None, "data"), ("Ann", "shown")])
def test_what_belongs_in_an_object_is_one(
    begun: tuple[Agency, Agency], tmp_path: Path, client: str | None, member: str, value: str
) -> None:
    """Of a closing, and of an event that is withheld."""
    agency = begun[1].copied(tmp_path / "ledger.db")
    key = agency.issue_one("jetpack-scan", site=A, client="Ann", at="2024-08-02")
    agency.transfer(key, C)
    agency.revoke(key, reason="a remark")
    agency.do(close.close_due, now="2024-09-01T10:00:00Z")
    body = json.loads(made(agency, "2024-08", client))
    if client is None:
        body["invoice"], body["closing"][member] = body["invoice"], json.loads(value)
    else:
        event = body["licenses"][0]["events"][-1]
        assert member in event
        event[member] = json.loads(value)
    assert refused(json.dumps(body)) == "bad_proof"
