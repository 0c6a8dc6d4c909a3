"""The bash script. Bash 3.2 reads it, too, and bash-completion need not be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.shells import sh

if TYPE_CHECKING:
    from tools.shells.grammar import Page

_TEMPLATE = r"""# Completion of jpcli for bash; written by `jpcli completion bash`, not by hand.
#
# Commands, options and fixed values are answered here, without a process. For names in the ledger
# `jpcli --complete KIND PREFIX` is asked. Text from the command line or the ledger is never
# evaluated, and what is inserted is quoted.

# Split $1 as the shell will: into `words`, without their quotes; the last one is the one that is
# being typed, and `quote` is the quote that is open in it. `expands` is set when the shell would
# not take that word as it is: what follows "$" may become a command. COMP_WORDS can't be used: it
# is split at ':' and '=', too, and keeps the quotes.
_jpcli_split() {
  local rest=$1 word= part begun=
  words=() quote= expands=
  while [[ -n $rest ]]; do
    case $rest in
      [[:blank:]]*)
        [[ -n $begun ]] && words+=("$word")
        word= begun= expands=
        part=${rest%%[![:blank:]]*}
        rest=${rest:${#part}} ;;
      \\*)
        begun=1 word+=${rest:1:1} rest=${rest:2} ;;
      \'*)
        begun=1 rest=${rest:1} part=${rest%%\'*}
        word+=$part
        if [[ ${#part} -eq ${#rest} ]]; then quote=\' rest=; else rest=${rest:${#part} + 1}; fi ;;
      \"*)
        begun=1 quote=\" rest=${rest:1}
        while [[ -n $rest ]]; do
          part=${rest%%[\"\\]*}
          word+=$part rest=${rest:${#part}}
          [[ $part == *[\$\`!]* ]] && expands=1
          case $rest in
            \"*) quote= rest=${rest:1}; break ;;
            \\[\$\`\"\\]*) word+=${rest:1:1} rest=${rest:2} ;;
            \\*) word+=\\ rest=${rest:1} ;;
          esac
        done ;;
      *)
        begun=1 part=${rest%%[[:blank:]\\\'\"]*}
        word+=$part rest=${rest:${#part}}
        [[ $part == *[\$\`!]* ]] && expands=1 ;;
    esac
  done
  words+=("$word")
}

# Set `quoted` to $1 so that it stands for itself after what is typed already.
_jpcli_quote() {
  local dollar=\$ tick=\` slash=\\ mark=\" apostrophe=\'
  quoted=$1
  [[ -n $1 ]] || return 0
  case $quote in
    \')
      quoted=${quoted//"$apostrophe"/"$apostrophe$slash$apostrophe$apostrophe"} ;;
    \")
      quoted=${quoted//"$slash"/"$slash$slash"}
      quoted=${quoted//"$mark"/"$slash$mark"}
      quoted=${quoted//"$dollar"/"$slash$dollar"}
      quoted=${quoted//"$tick"/"$slash$tick"}
      quoted=${quoted//!/"$mark$apostrophe!$apostrophe$mark"} ;;
    *)
      printf -v quoted %q "$1" ;;
  esac
}

# Offer those of `words` that begin with $2, what is typed of the value; $1 is as much of it as
# readline will replace. Every reply begins with that, so that nothing typed is ever changed; the
# part they share is quoted, and what follows it is only shown.
_jpcli_offer() {
  local word shared quoted found
  found=()
  for word in ${words[@]+"${words[@]}"}; do
    [[ $word == "$2"* ]] && found+=("$word")
  done
  [[ ${#found[@]} -gt 0 ]] || return 0
  shared=${found[0]}
  for word in "${found[@]}"; do
    while [[ $word != "$shared"* ]]; do shared=${shared%?}; done
  done
  _jpcli_quote "${shared:${#2}}"
  # Readline closes an open quote only after text that does not look closed already.
  [[ ${#found[@]} -eq 1 && ${COMP_LINE:COMP_POINT:1} != "$quote" ]] && quoted+=$quote
  for word in "${found[@]}"; do
    COMPREPLY+=("$1$quoted${word:${#shared}}")
  done
}

# Set `words` to the names of kind $1 that begin with $2.
_jpcli_ask() {
  local name about program=jpcli
  [[ $called == */* && -x $called ]] && program=$called
  words=()
  while IFS=$'\t' read -r name about; do
    words+=("$name")
  done < <(
    [[ -n $ledger ]] && export JPCLI_LEDGER="$ledger"
    "$program" --complete "$1" "$2" </dev/null 2>/dev/null
  )
}

_jpcli() {
  local IFS=$' \t\n' line=${COMP_LINE:0:COMP_POINT} called=$1 typed=$2 words quote expands
  local where= kind= option= value= expects= plain= given=' ' ledger= number=0 index last word
  COMPREPLY=()
  _jpcli_split "$line"
  last=$((${#words[@]} - 1))
  value=${words[last]}
  [[ -z $expands ]] || return 0
  for ((index = 1; index < last; index++)); do
    word=${words[index]}
    if [[ -n $expects ]]; then
      [[ $expects == --ledger ]] && ledger=$word
      expects=
    elif [[ -n $plain || $word != -* ]]; then
      case $where in
        @GROUPS@) where=${where:+$where }$word ;;
        *) number=$((number + 1)) ;;
      esac
    else
      given+="${word%%=*} "
      case $word in
        --) plain=1 ;;
        --ledger=*) ledger=${word#*=} ;;
        @TAKES_VALUE@) expects=$word ;;
      esac
    fi
  done
  # shellcheck disable=SC2088
  [[ $ledger == '~/'* ]] && ledger=$HOME/${ledger:2}

  if [[ -n $expects ]]; then
    option=$expects
  elif [[ -z $plain && $value == --*=* ]]; then
    option=${value%%=*} value=${value#*=}
  elif [[ -z $plain && $value == -* ]]; then
    _jpcli_options
    _jpcli_offer "$typed" "$value"
    return 0
  fi

  words=()
  if [[ -n $option ]]; then
    [[ $option == -* ]] && case $option in
@SHORT@
    esac
    case "$where $option" in
@VALUES@
    esac
  else
    case $where in
@MEMBERS@
    esac
    case $where:$((number + 1)) in
@PLACES@
    esac
  fi
  case $kind in
    '') ;;
    /files) compopt -o default 2>/dev/null; return 0 ;;
    *[@:])
      compopt -o nospace 2>/dev/null
      _jpcli_ask "$kind" "$value" ;;
    *) _jpcli_ask "$kind" "$value" ;;
  esac
  _jpcli_offer "$typed" "$value"
}

# Set `words` to the options of `where` that are not given yet.
_jpcli_options() {
  local word left=()
  words=()
  case $where in
@OPTIONS@
  esac
  for word in ${words[@]+"${words[@]}"}; do
    case $word in
      @REPEATING@) left+=("$word") ;;
      *) [[ $given == *" $word "* ]] || left+=("$word") ;;
    esac
  done
  words=(${left[@]+"${left[@]}"})
}

complete -F _jpcli jpcli
"""


def script(pages: list[Page]) -> str:
    """The whole script."""
    members = [
        f"      {sh.quoted(page.path)}) words=({sh.words(name for name, _ in page.members)}) ;;"
        for page in pages
        if page.members
    ]
    options = [
        f"    {sh.quoted(page.path)}) words=({sh.words(o.flags[0] for o in page.options)}) ;;"
        for page in pages
    ]
    return sh.filled(
        _TEMPLATE,
        groups=sh.groups(pages),
        takes_value=sh.takes_value(pages),
        repeating=sh.repeating(pages),
        short=sh.short(pages, "      "),
        values=sh.values(pages, "      "),
        members="\n".join(members),
        places=sh.places(pages, "      "),
        options="\n".join(options),
    )
