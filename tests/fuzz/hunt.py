"""`python -m tests.fuzz.hunt SECONDS FOLDER TARGET…`: look for inputs that no test has, led by
coverage, and print each kind of fault once. Needs `python -m pip install atheris`.

FOLDER gets a folder a target with every input that reached something new; `--keep FOLDER TARGET…`
puts the few of them that reach all of it into `tests/data/fuzz`.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
import traceback
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

LARGEST = 600


def main(argv: list[str]) -> None:
    if argv[0] == "--keep":
        for name in argv[2:]:
            _keep(name, Path(argv[1]) / name)
        return
    import atheris

    with atheris.instrument_imports(include=["jpcli"], enable_loader_override=False):
        _import_all()
    for name in argv[2:]:  # what is imported takes a minute, and a hunt ends its process
        child = os.fork()
        if not child:
            _hunt(name, int(argv[0]), Path(argv[1]) / name)
        os.waitpid(child, 0)


def _hunt(name: str, seconds: int, folder: Path) -> None:
    import atheris

    from tests.fuzz.corpus import kept
    from tests.fuzz.place import Place
    from tests.fuzz.targets import TARGETS

    target = TARGETS[name]
    place = Place(Path(tempfile.mkdtemp()))
    folder.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(kept(name)):
        (folder / f"seed-{number}").write_bytes(data)
    words = folder.with_name(folder.name + ".dict")
    texts = {"null", *target.words, *re.findall(r"[\w-]{2,20}", " ".join(target.seeds))}
    words.write_text("".join(f'"{word}"\n' for word in sorted(texts) if word.isascii()))
    faults: Counter[str] = Counter()
    tried = 0

    def told() -> None:
        _say(f"{name}: {tried:,} inputs, {len(faults)} kinds of faults")

    def feed(data: bytes) -> None:
        nonlocal tried
        tried += 1
        try:
            target.feed(place, data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            kind = _kind(error)
            faults[kind] += 1
            if faults[kind] == 1:
                _say(f"\nFAULT {name} {kind}\n  input {data!r}\n  {error}")
        finally:
            if not target.quick:
                place.put_back()
        if tried & (tried - 1) == 0:  # the last line is at least half of the truth
            told()

    options = [f"-max_total_time={seconds}", f"-dict={words}", "-max_len=2000", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *options, "-timeout=60", "-rss_limit_mb=2000", str(folder)], feed)
    try:
        atheris.Fuzz()
    finally:
        told()


def _say(text: str) -> None:
    assert sys.__stderr__ is not None
    sys.__stderr__.write(f"{text}\n")
    sys.__stderr__.flush()


def _import_all() -> None:
    """What is imported later would not be led by coverage."""
    from jpcli.cli.app.table import COMMANDS

    for target, _ in COMMANDS.values():
        import_module(f"jpcli.cli.commands.{target.partition(':')[0]}")
    root = Path(import_module("jpcli").__file__ or "").parent
    for path in sorted(root.rglob("*.py")):
        module = ".".join(path.relative_to(root.parent).with_suffix("").parts)
        if not module.endswith(("__init__", "__main__")):
            import_module(module)


def _kind(error: Exception) -> str:
    from tests.fuzz.place import Fault

    text = str(error)
    if isinstance(error, Fault):
        inner = re.search(r"internal error: (\w+)", text)
        return text.partition("\n")[0] + (f" {inner[1]}" if inner else "")
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/jpcli/" in f.filename]
    where = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else "here"
    return f"{type(error).__name__} {where}"


def _keep(name: str, folder: Path) -> None:
    """The smallest inputs first, each that reaches a line that none before it did."""
    from tests.fuzz.corpus import keep, kept
    from tests.fuzz.place import Place
    from tests.fuzz.targets import TARGETS

    place = Place(Path(tempfile.mkdtemp()))
    inputs = {each.read_bytes() for each in folder.iterdir() if each.is_file()} | {*kept(name)}
    reached: set[tuple[str, int]] = set()
    chosen = []
    seeds = {seed.encode("utf-8", "surrogateescape") for seed in TARGETS[name].seeds}
    for data in sorted(inputs, key=lambda each: (each not in seeds, len(each), each)):
        if len(data) > LARGEST:
            break
        found = _lines_reached(lambda data=data: TARGETS[name].feed(place, data))
        place.put_back()
        if not found <= reached:
            reached |= found
            chosen.append(data)
    keep(name, chosen)
    print(f"{name}: {len(chosen)} of {len(inputs)} inputs kept")  # noqa: T201


def _lines_reached(call: Any) -> set[tuple[str, int]]:
    found: set[tuple[str, int]] = set()

    def trace(frame: Any, event: str, _argument: Any) -> Any:
        if "/jpcli/" not in frame.f_code.co_filename:
            return None
        if event == "line":
            found.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    sys.settrace(trace)
    try:
        call()
    except Exception:  # noqa: BLE001 - a fault is for the tests to tell
        pass
    finally:
        sys.settrace(None)
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
