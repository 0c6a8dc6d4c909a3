"""The inputs that are kept: a file a target, an input a line, a byte a character."""

from __future__ import annotations

import json
from pathlib import Path

from tests.fuzz.targets import TARGETS

FOLDER = Path(__file__).parents[1] / "data" / "fuzz"


def kept(name: str) -> list[bytes]:
    """What is kept for a target, and what its reader begins with."""
    path = FOLDER / f"{name}.jsonl"
    lines = path.read_text("ascii").splitlines() if path.exists() else []
    seeds = [seed.encode("utf-8", "surrogateescape") for seed in TARGETS[name].seeds]
    return list(dict.fromkeys(seeds + [json.loads(line).encode("latin-1") for line in lines]))


def keep(name: str, inputs: list[bytes]) -> None:
    """Replace what is kept for a target."""
    FOLDER.mkdir(exist_ok=True)
    seeds = {seed.encode("utf-8", "surrogateescape") for seed in TARGETS[name].seeds}
    lines = [json.dumps(each.decode("latin-1")) for each in inputs if each not in seeds]
    (FOLDER / f"{name}.jsonl").write_text("".join(f"{line}\n" for line in lines), "ascii")
