"""The story that `jpcli demo` tells: which commands, in which order, and why.

Owns the temporary folder that it happens in. What the commands do and print is theirs.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.cli.demo.session import Printed, play, recording
from jpcli.domain.errors import Failed
from jpcli.domain.instants import format_instant
from jpcli.services import demo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.cli.app.invocation import Invocation
    from jpcli.services.demo import Sample

HISTORY = "history.ndjson"
EXIT_REFUSED = 3


class Step(NamedTuple):
    """One command of the story, and the exit code that it has to end with."""

    why: str
    arguments: tuple[str, ...]
    exit_code: int = 0

    @property
    def command(self) -> str:
        """As one would type it."""
        from shlex import join

        return join(("jpcli", *self.arguments))


class Story(NamedTuple):
    """A story that is being told. `kept` is the file that the ledger stays in, or None."""

    invocation: Invocation
    folder: str
    kept: str | None
    present_at: int
    sample: Sample

    @property
    def ledger(self) -> str:
        """Where the ledger is."""
        return self.kept or os.path.join(self.folder, "ledger.db")

    def steps(self) -> Iterator[Step]:
        """Every step, to be played before the next one is asked for."""
        yield from _opening()
        year = format_instant(self.present_at)[:4]
        card = (
            "cards",
            "add",
            "--brand",
            "visa",
            "--last4",
            "4242",
            "--exp",
            f"12/{int(year) + 4}",
        )
        yield Step("Of a card only brand, last four digits and expiry are ever stored.", card)
        yield from _licenses(self)
        yield from _bill()

    def newest(self, product: str) -> str:
        """The key of the license that was issued last and is on no site."""
        desk = self.invocation._replace(location=self.ledger, now_at=self.present_at).desk()
        try:
            return demo.newest_license(desk, product)
        finally:
            desk.close()

    def play(self, step: Step, form: str) -> Printed:
        """Run a step; `form` is the format that it answers in."""
        output = self.invocation.output
        flags = ["--format", form]
        flags += ["--quiet"] if output.quiet else []
        flags += [] if output.color else ["--no-color"]
        located = [
            os.path.join(self.folder, each) if each == HISTORY else each for each in step.arguments
        ]
        environment = {
            "JPCLI_LEDGER": self.ledger,
            "JPCLI_NOW": format_instant(self.present_at),
            "JPCLI_ACTOR": self.invocation.actor,
        }
        return play([*flags, *located], environment, remarks=form == "table")

    def check(self, step: Step, printed: Printed) -> None:
        """Raise Failed `demo_stopped` where a step ended in another way than it has to."""
        if printed.exit_code == step.exit_code:
            return
        said = ""
        if printed.text.startswith(b"{"):
            said = ": " + json.loads(printed.text).get("error", {}).get("message", "")
        raise Failed(
            "demo_stopped",
            f"The demo stopped: '{step.command}' ended with {printed.exit_code}{said}",
            subject=step.command,
        )

    def drawn(self, view: str, data: Mapping[str, Any]) -> bytes:
        """What stands between the commands; with `--quiet` only the commands themselves."""
        from jpcli.cli.views import draw

        output = self.invocation.output
        with recording() as tape:
            draw(f"demo:{view}", {**data, "quiet": output.quiet}, output)
            return tape.text()

    def close(self) -> None:
        """Remove the folder and all that is in it."""
        from shutil import rmtree

        rmtree(self.folder, ignore_errors=True)


def open_story(invocation: Invocation, keep: str | None) -> Story:
    """Make the folder and the history in it.

    Raises Refused `ledger_exists` where there is a file to keep it in already, Failed
    `folder_unwritable` where nothing temporary can be written.
    """
    from tempfile import mkdtemp

    if keep is not None:
        demo.check_free(keep)
    present_at = demo.present(invocation.now_at)
    sample = demo.sample_agency(present_at)
    try:
        folder = mkdtemp(prefix="jpcli-demo-")
    except OSError as error:
        raise _no_room(error) from None
    story = Story(invocation, folder, keep, present_at, sample)
    try:
        with open(os.path.join(folder, HISTORY), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in sample.rows)
    except OSError as error:
        story.close()
        raise _no_room(error) from None
    return story


def _no_room(error: OSError) -> Failed:
    return Failed(
        "folder_unwritable",
        f"The demo needs a temporary folder, and none can be written ({error.strerror})",
        hint="Name another one in TMPDIR.",
    )


def _opening() -> Iterator[Step]:
    yield Step(
        "A ledger has one currency, one time zone and one price list.",
        ("init", "--name", demo.AGENCY),
    )
    yield Step(
        "What runs already comes along: two months, on six sites of three clients.",
        ("ledger", "import", HISTORY),
    )
    yield Step("Where does the agency stand?", ("status",))
    yield Step(
        "Osei Dental wants malware scans. Without a card, nothing new is issued.",
        ("issue", "jetpack-scan", "--quantity", "3"),
        EXIT_REFUSED,
    )


def _licenses(story: Story) -> Iterator[Step]:
    yield Step(
        "Now it works. From today on each is billed by the day, on a site or on none.",
        ("issue", "jetpack-scan", "--quantity", "3"),
    )
    yield Step(
        "A bundle costs less than its licenses one by one.",
        ("issue", "jetpack-security-t1", "--bundle", "5"),
    )
    yield Step(
        "One of the scans goes to the site it is for.",
        ("assign", story.newest("jetpack-scan"), "--site", "https://osei.example"),
    )
    yield Step(
        "Another license moves to the bakery's other site in one step: no day is billed twice.",
        ("transfer", story.sample.moving, "--to", "https://cakes.example"),
    )
    yield Step(
        f"This one has been on no site for {story.sample.idle_days} days: stop paying for it.",
        ("revoke", story.sample.idle, "--yes", "--reason", "never used"),
    )


def _bill() -> Iterator[Step]:
    yield Step("The bill: the days so far, and to the end of the month.", ("invoice", "preview"))
    yield Step(
        "The same bill, to the cent, by whose sites the licenses are on.",
        ("invoice", "preview", "--by", "client"),
    )
    yield Step(
        "The days behind it: a bar for each license, a letter for each site.",
        ("licenses", "timeline", "--client", "Bakery Lane"),
    )
    yield Step(
        "Every change is an event in a chain of hashes; replayed, they add up to the same.",
        ("ledger", "check"),
    )
