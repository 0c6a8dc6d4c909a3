"""Completion in bash and zsh, in microseconds of the shell: what it answers without a process.

    python tests/bench/completion.py [TIMES]

`jpcli --complete` itself is in startup.py.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.measuring import ROOT, Measured, print_table, verdict

TIMES = 200
LIMIT_US = 1000
LINES = (
    "jpcli ",
    "jpcli iss",
    "jpcli licenses ",
    "jpcli licenses list --",
    "jpcli licenses list --state ",
    "jpcli invoice preview --by c",
    "jpcli --ledger x.db licenses list --state assigned --product jetpack-scan --client 'A B' --so",
)

# What a widget gives the function in zsh is put in its place; compadd and compset do next to
# nothing here, and are written in C there.
_PROGRAMS = {
    "bash": r"""
source "$1/jpcli.bash"
COMP_LINE=$2 COMP_POINT=${#2} word=${2##* }
start=$EPOCHREALTIME
for ((i = 0; i < $3; i++)); do _jpcli jpcli "$word" x; done
end=$EPOCHREALTIME
echo $(( (10#${end/./} - 10#${start/./}) / $3 ))
""",
    "zsh": r"""
zmodload zsh/datetime
compdef() { }; compadd() { }; compset() { }
source $1/_jpcli
typeset -A compstate
words=("${(@Qz)2}")
[[ $2 == *' ' ]] && words+=('')
CURRENT=$#words PREFIX=$words[-1]
start=$EPOCHREALTIME
for ((i = 0; i < $3; i++)); do _jpcli; done
printf '%d\n' $(( (EPOCHREALTIME - start) * 1000000 / $3 ))
""",
}


def microseconds(shell: str, line: str, times: int) -> int:
    """The mean time of one answer."""
    quick = {"bash": "--norc", "zsh": "-f"}[shell]
    done = subprocess.run(
        [shell, quick, "-c", _PROGRAMS[shell], shell, ROOT / "completions", line, str(times)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def measure(times: int) -> list[Measured]:
    """The slowest line in each shell that is there, in microseconds."""
    found = []
    for shell in filter(shutil.which, _PROGRAMS):
        took = max(microseconds(shell, line, times) for line in LINES)
        said = verdict(took, LIMIT_US, None)
        found.append(Measured(f"completion in {shell}, us", LIMIT_US, None, took, said))
    return found


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    rows = [("", "shell", "us", "must", "")]
    for shell in filter(shutil.which, _PROGRAMS):
        for line in LINES:
            took = microseconds(shell, line, times)
            rows.append((line, shell, str(took), str(LIMIT_US), verdict(took, LIMIT_US, None)))
    print_table(rows)


if __name__ == "__main__":
    main()
