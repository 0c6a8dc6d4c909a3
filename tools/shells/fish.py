"""The fish script. One function answers everything, so nothing is evaluated but what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.shells import sh
from tools.shells.grammar import asked_values, value_options
from tools.shells.values import FREE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.shells.grammar import Option, Page
    from tools.shells.values import Value

_TEMPLATE = r"""# Completion of jpcli for fish; written by `jpcli completion fish`, not by hand.
#
# Commands, options and fixed values are answered here, without a process. For names in the ledger
# `jpcli --complete KIND PREFIX` is asked. Text from the command line or the ledger is never
# evaluated, and fish quotes what it inserts.

# What is typed of the word at the cursor, without its quotes.
function __jpcli_typed
    set -l typed (commandline -ct)
    for closing in '' "'" '"'
        set -l plain (string unescape -- $typed$closing)
        and printf '%s\n' $plain
        and return
    end
    printf '%s\n' $typed
end

# The ledger that is named before the command: JPCLI_LEDGER=PATH jpcli …
function __jpcli_assigned
    string match -rg '^\s*(?:\w+=\S*\s+)*JPCLI_LEDGER=(\S+)\s' -- (commandline -pc)
end

# The names of kind $argv[1] that begin with $argv[2], each after $argv[3]; the ledger is $argv[4].
function __jpcli_ask
    set -l program jpcli
    set -l called (commandline -opc)[1]
    string match -q '*/*' -- $called; and test -x $called; and set program $called
    set -q argv[4]; and set -lx JPCLI_LEDGER (string replace -r '^~/' ~/ -- $argv[4])
    for line in ($program --complete $argv[1] "$argv[2]" </dev/null 2>/dev/null)
        printf '%s%s\n' "$argv[3]" $line
    end
end

# The options of the command or group $argv[1], each with what it is.
function __jpcli_options
    switch $argv[1]
@OPTIONS@
    end
end

function __jpcli_complete
    set -l tokens (commandline -opc)
    set -l typed (__jpcli_typed)
    set -l before ''
    set -l at ''
    set -l number 1
    set -l option
    set -l plain
    set -l given
    set -l ledger (__jpcli_assigned)
    for word in $tokens[2..-1]
        if set -q option[1]
            test $option = --ledger; and set ledger $word
            set option
            continue
        end
        if set -q plain[1]; or not string match -q -- '-*' $word
            switch $at
                case @GROUPS@
                    set at (string trim -- "$at $word")
                case '*'
                    set number (math $number + 1)
            end
            continue
        end
        set -a given (string replace -r '=.*' '' -- $word)
        switch $word
            case --
                set plain 1
            case '--ledger=*'
                set ledger (string replace -- --ledger= '' $word)
            case @TAKES_VALUE@
                set option $word
        end
    end

    if not set -q option[1]; and not set -q plain[1]
        if string match -q -- '--*=*' $typed
            set option (string replace -r '=.*' '' -- $typed)
            set before $option=
            set typed (string replace -r '^[^=]*=' '' -- $typed)
        else if string match -q -- '-*' $typed
            set -l lines (__jpcli_options $at)
            for name in $given
                contains -- $name @REPEATING@
                or set lines (string match -v -- $name\t'*' $lines)
            end
            printf '%s\n' $lines
            return
        end
    end

    set -l kind
    set -l words
    if set -q option[1]
        switch $option
@SHORT@
        end
        switch "$at $option"
@VALUES@
        end
    else
        switch $at
@MEMBERS@
        end
        switch "$at $number"
@PLACES@
        end
    end
    set -q words[1]; and printf '%s\n' $before$words
    switch "$kind"
        case ''
        case /files
            printf '%s\n' $before(__fish_complete_path $typed)
        case '*'
            __jpcli_ask $kind "$typed" "$before" $ledger
    end
end

complete -c jpcli -e
complete -c jpcli -f -a '(__jpcli_complete)'
"""


def script(pages: list[Page]) -> str:
    """The whole script."""
    repeats = {o.flags[0] for page in pages for o in page.options if o.repeats}
    return sh.filled(
        _TEMPLATE,
        groups=" ".join(_quoted(page.path) for page in pages if page.members),
        takes_value=" ".join(value_options(pages)),
        repeating=" ".join(sorted(repeats)) or "''",
        options=_arms(
            (_quoted(page.path), _pairs((o.flags[0], o.about) for o in page.options))
            for page in pages
        ),
        short=_arms(
            (flag, f"set option {option.flags[0]}")
            for flag, option in sorted(_short(pages).items())
        ),
        values=_arms(
            (_quoted(f"{path} {flag}"), _told(value))
            for (path, flag), value in asked_values(pages).items()
            if value != FREE
        ),
        members=_arms((_quoted(page.path), _pairs(page.members)) for page in pages if page.members),
        places=_arms(_places(pages)),
    )


def _quoted(text: str) -> str:
    """A word in quotes; fish knows only `\\'` and `\\\\` in them."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _arms(pairs: Iterable[tuple[str, str]]) -> str:
    """`case` arms; those with the same body become one."""
    patterns: dict[str, list[str]] = {}
    for pattern, body in pairs:
        patterns.setdefault(body, []).append(pattern)
    lines = []
    for body, names in patterns.items():
        lines.append(f"            case {' '.join(names)}")
        lines += [f"                {line}" for line in body.split("\n")]
    return "\n".join(lines)


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """A command that prints names and what they are, a pair a line."""
    cells = " \\\n    ".join(f"{name} {_quoted(about)}" for name, about in pairs)
    return f"printf '%s\\t%s\\n' \\\n    {cells}"


def _told(value: Value) -> str:
    if value.words:
        return f"set words {' '.join(value.words)}"
    return f"set kind {_quoted(value.ask or sh.FILES)}"


def _places(pages: list[Page]) -> Iterable[tuple[str, str]]:
    for page in pages:
        for number, value in enumerate(page.places, 1):
            last = number == len(page.places) and page.rest
            if value != FREE:
                yield _quoted(f"{page.path} {'*' if last else number}"), _told(value)


def _short(pages: list[Page]) -> dict[str, Option]:
    options = (o for page in pages for o in page.options if o.value is not None)
    return {flag: option for option in options for flag in option.flags[1:]}
