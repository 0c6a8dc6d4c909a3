"""Pipes and devices: nobody waits for one with the ledger locked, and none is replaced or waited
for where a file is written."""

from __future__ import annotations

import gzip
import json
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jpcli.services.files import read
from tests.cli.conftest import ENTRY
from tests.cli.lines import NOW
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Callable

# More than a pipe holds: once it is written, the reader is at work.
MUCH = 200_000


def licenses() -> bytes:
    return b"".join(
        json.dumps(
            {
                "license_key": f"k_{number}",
                "product": "jetpack-scan",
                "issued_at": "2026-11-01T00:00:00Z",
            }
        ).encode()
        + b"\n"
        for number in range(MUCH // 80)
    )


def table(header: str, row: str) -> Callable[[], bytes]:
    return lambda: (header + "\n" + row + "\n" * MUCH).encode()


READS: dict[str, Callable[[], bytes]] = {
    "ledger import -": licenses,
    "ledger import {pipe}": licenses,
    "products import -": table("product,amount", "jetpack-scan,0.98"),
    "issue --from -": table("product,quantity", "jetpack-scan,1"),
    "transfer --from -": table("license_key,to", "{placed},c.example"),
    "transfer --from - --to c.example": table("license_key", "{placed}"),
    "assign --from -": table("license_key,site", "{free},c.example"),
    "unassign --from -": table("license_key", "{placed}"),
    "revoke --from - --yes": table("license_key", "{free}"),
    "plan -": lambda: b"#\n" * MUCH,
    "apply - --yes": lambda: b"#\n" * MUCH,
}


@pytest.mark.parametrize("road", READS)
def test_others_write_while_a_pipe_is_read(
    road: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPCLI_NOW", NOW)
    pipe = world.folder / "pipe"
    os.mkfifo(pipe)
    content = READS[road]()
    for name in ("placed", "free"):
        content = content.replace(f"{{{name}}}".encode(), world.names[name].encode())
    process = subprocess.Popen(
        [sys.executable, "-c", ENTRY, *road.format(pipe=pipe).split()],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stderr
    with open(pipe, "wb") if "{pipe}" in road else process.stdin as stream:
        stream.write(content)
        stream.flush()
        run = world.jpcli("clients", "add", "Zoe", now=NOW)
        assert (run.code, process.poll()) == (0, None), run.err
    error = process.stderr.read().decode()
    process.stderr.close()
    process.stdin.close()
    assert (process.wait(), error if "Traceback" in error else "") == (0, "")
    assert world.jpcli("ledger", "check").code == 0


@pytest.mark.parametrize("most", [1, 1000])
def test_a_pipe_without_an_end_is_refused_at_some_size(
    most: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "MAX_PIPE_BYTES", most)
    monkeypatch.setattr(read, "_PART_BYTES", 512)
    before = world.everything()
    pipe = world.folder / "pipe"
    os.mkfifo(pipe)
    endless = subprocess.Popen(["sh", "-c", f"yes '{{}}' > '{pipe}'"], stderr=subprocess.DEVNULL)
    run = world.jpcli("ledger", "import", str(pipe), "--json", now=NOW)
    endless.wait()
    pipe.unlink()
    assert (run.code, run.error["code"]) == (2, "file_too_large")
    assert world.everything() == before


def test_a_long_pipe_is_read_to_its_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "_PART_BYTES", 512)
    content = licenses()
    pipe = world.folder / "pipe"
    os.mkfifo(pipe)
    writer = subprocess.Popen(["sh", "-c", f"cat > '{pipe}'"], stdin=subprocess.PIPE)
    import threading

    thread = threading.Thread(target=writer.communicate, args=(content,))
    thread.start()
    run = world.jpcli("ledger", "import", str(pipe), "--json", now=NOW)
    thread.join()
    assert run.data["imported"] == content.count(b"\n")


# --- where a file is written ----------------------------------------------------------------------


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(path))


def linked_pipe(path: Path) -> None:
    os.mkfifo(f"{path}.to")
    path.symlink_to(f"{path}.to")


KINDS: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": a_socket,
    "a link to a pipe": linked_pipe,
    "a link to a folder": lambda path: path.symlink_to(path.parent),
    "a link to a device": lambda path: path.symlink_to("/dev/null"),
}
WRITES = (
    "invoice export 2026-09 --format csv --output {out}",
    "invoice export 2026-09 --format csv --output {out} --yes",
    "plan {folder}/sites.toml --out {out}",
)


@pytest.mark.alike("kind")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("road", WRITES)
def test_only_a_plain_file_is_written_over(
    road: str, kind: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world.folder)
    out = world.folder / "out"
    KINDS[kind](out)
    before = (out.lstat().st_mode, out.lstat().st_ino, out.stat().st_mode, out.stat().st_ino)
    names = sorted(os.listdir(world.folder))
    run = world.jpcli(*road.format(out=out, **world.names).split(), "--json", now=NOW)
    assert run.code == 2, run.err
    assert run.error["code"] in ("not_a_file", "output_is_folder")
    after = (out.lstat().st_mode, out.lstat().st_ino, out.stat().st_mode, out.stat().st_ino)
    assert after == before
    left = [name for name in os.listdir(world.folder) if not name.startswith("ledger.db-")]
    assert sorted(left) == [name for name in names if not name.startswith("ledger.db-")]


def older(path: Path) -> None:
    packed = Path(__file__).parents[1] / "data" / "ledger-1-offline.db.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))


ITSELF: dict[str, Callable[[Path], object]] = {
    "the ledger itself": lambda path: path.symlink_to(path.parent / "ledger.db"),
    "another name of it": lambda path: path.hardlink_to(path.parent / "ledger.db"),
}
LEDGERS: dict[str, Callable[[Path], object]] = ITSELF | {
    "another ledger": lambda path: path.write_bytes((path.parent / "backup.db").read_bytes()),
    "a link to another": lambda path: path.symlink_to(path.parent / "backup.db"),
    "an older one": older,
    "a damaged one": lambda path: path.write_bytes((path.parent / "backup.db").read_bytes()[:5000]),
}


each_ledger = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.file("names of one file") if kind in ITSELF else ())
        for kind in LEDGERS
    ],
)


@each_ledger
@pytest.mark.parametrize("road", WRITES)
def test_a_ledger_is_never_written_over(road: str, kind: str, world: World) -> None:
    out = world.folder / "out"
    LEDGERS[kind](out)
    before = world.everything()
    run = world.jpcli(*road.format(out=out, **world.names).split(), "--json", now=NOW)
    assert (run.code, run.error["code"]) == (3, "ledger_there"), run.err
    assert world.everything() == before


@each_ledger
def test_no_summary_of_an_audit_goes_into_a_ledger(
    kind: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = world.folder / "out"
    LEDGERS[kind](out)
    before = world.everything()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(out))
    run = world.jpcli("audit", "--json", now=NOW)
    assert "no_summary" in [note["code"] for note in run.json["notes"]], run.err
    assert world.everything() == before


def test_what_is_no_ledger_is_written_over_with_a_yes(world: World) -> None:
    out = world.folder / "out"
    other = sqlite3.connect(out)
    other.execute("CREATE TABLE x (y)")
    other.commit()
    other.close()
    words = WRITES[0].format(out=out, **world.names).split()
    assert world.jpcli(*words, "--json", now=NOW).error["code"] == "file_exists"
    assert world.jpcli(*words, "--yes", now=NOW).code == 0
    assert out.read_text().startswith("kind,")


def test_a_link_to_a_plain_file_is_followed(world: World) -> None:
    real, link = world.folder / "real.plan", world.folder / "link.plan"
    link.symlink_to(real)
    words = ["plan", f"{world.folder}/sites.toml", "--out"]
    assert world.jpcli(*words, str(real), now=NOW).code == 0
    real.write_text(real.read_text() + " ")
    assert world.jpcli(*words, str(link), now=NOW).code == 0
    assert link.is_symlink()
    assert not real.read_text().endswith(" ")
