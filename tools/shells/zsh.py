"""The zsh script: an autoloaded `_jpcli`, or one to source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.shells import sh

if TYPE_CHECKING:
    from tools.shells.grammar import Page

_TEMPLATE = r"""#compdef jpcli
# Completion of jpcli for zsh; written by `jpcli completion zsh`, not by hand.
#
# Commands, options and fixed values are answered here, without a process. For names in the ledger
# `jpcli --complete KIND PREFIX` is asked. Text from the command line or the ledger is never
# evaluated, and what is inserted is quoted.

# Offer the names in `$words_of`, each with what it is in `$about_of`; further arguments are
# compadd's.
_jpcli_offer() {
  local -a shown
  local -i width=0 index
  (( $#words_of )) || return 1
  if [[ -z ${(j::)about_of} ]]; then
    compadd "$@" -a words_of
    return
  fi
  for index in {1..$#words_of}; do
    (( $#words_of[index] > width )) && width=$#words_of[index]
  done
  for index in {1..$#words_of}; do
    if [[ -n $about_of[index] ]]; then
      shown+=("${(r:width:)words_of[index]}  -- $about_of[index]")
    else
      shown+=("$words_of[index]")
    fi
  done
  compadd -l -d shown "$@" -a words_of
}

# Set `ledger` to the one that is named before the command: JPCLI_LEDGER=PATH jpcli …
_jpcli_assigned() {
  local word
  for word in ${(z)LBUFFER}; do
    case $word in
      JPCLI_LEDGER=*) ledger=${(Q)word#*=} ;;
      ';' | '|'* | '&'*) ledger= ;;
    esac
  done
}

# Set `words_of` and `about_of` to the names of kind $1 that begin with what is typed.
_jpcli_ask() {
  local program=jpcli line prefix=$PREFIX
  [[ -n $ledger ]] || _jpcli_assigned
  [[ $ledger == '~/'* ]] && ledger=$HOME/${ledger[3,-1]}
  [[ $called == */* && -x $called ]] && program=$called
  [[ $compstate[quote] == \' ]] || prefix=${(Q)prefix}
  local -a lines
  lines=("${(@f)$(
    [[ -n $ledger ]] && export JPCLI_LEDGER=$ledger
    $program --complete $1 "$prefix" </dev/null 2>/dev/null
  )}")
  for line in $lines; do
    words_of+=("${line%%$'\t'*}")
    about_of+=("${line#*$'\t'}")
  done
}

# Set `words_of` and `about_of` to the options of `at` that are not given yet.
_jpcli_options() {
  local -a all
  local name about
  case $at in
@OPTIONS@
  esac
  for name about in $all; do
    case $name in
      @REPEATING@) ;;
      *) (( $given[(Ie)$name] )) && continue ;;
    esac
    words_of+=($name)
    about_of+=($about)
  done
}

_jpcli() {
  emulate -L zsh
  local at= kind= option= expects= plain= ledger= called=${(Q)words[1]} word about
  local -a given words_of about_of all
  local -i number=1 index
  for ((index = 2; index < CURRENT; index++)); do
    word=${(Q)words[index]}
    if [[ -n $expects ]]; then
      [[ $expects == --ledger ]] && ledger=$word
      expects=
    elif [[ -n $plain || $word != -* ]]; then
      case $at in
        @GROUPS@) at=${at:+$at }$word ;;
        *) number+=1 ;;
      esac
    else
      given+=(${word%%=*})
      case $word in
        --) plain=1 ;;
        --ledger=*) ledger=${word#*=} ;;
        @TAKES_VALUE@) expects=$word ;;
      esac
    fi
  done

  if [[ -n $expects ]]; then
    option=$expects
  elif [[ -z $plain && $PREFIX == --*=* ]]; then
    option=${PREFIX%%=*}
    compset -P 1 '*='
  elif [[ -z $plain && $PREFIX == -* ]]; then
    _jpcli_options
    _jpcli_offer
    return
  fi

  if [[ -n $option ]]; then
    case $option in
@SHORT@
    esac
    () {
      local -a words
      case "$at $option" in
@VALUES@
      esac
      words_of=($words)
    }
  else
    case $at in
@MEMBERS@
    esac
    for word about in $all; do
      words_of+=($word)
      about_of+=($about)
    done
    case $at:$number in
@PLACES@
    esac
  fi
  case $kind in
    '') ;;
    /files) _files; return ;;
    *[@:]) _jpcli_ask $kind; _jpcli_offer -S ''; return ;;
    *) _jpcli_ask $kind ;;
  esac
  _jpcli_offer
}

if [[ $funcstack[1] == _jpcli ]]; then
  _jpcli "$@"
else
  compdef _jpcli jpcli
fi
"""


def script(pages: list[Page]) -> str:
    """The whole script."""
    groups = [page for page in pages if page.members]
    return sh.filled(
        _TEMPLATE,
        groups=sh.groups(pages),
        takes_value=sh.takes_value(pages),
        repeating=sh.repeating(pages),
        short=sh.short(pages, "      "),
        values=sh.values(pages, "        "),
        members="\n".join(_pairs(page.path, page.members) for page in groups),
        places=sh.places(pages, "      "),
        options="\n".join(
            _pairs(page.path, [(o.flags[0], o.about) for o in page.options]) for page in pages
        ),
    )


def _pairs(path: str, pairs: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> str:
    """A `case` arm with names and what they are, a pair a line."""
    lines = "\n".join(f"      {name} {sh.quoted(about)}" for name, about in pairs)
    return f"    {sh.quoted(path)}) all=(\n{lines}\n    ) ;;"
