# Completion of jpcli for bash; written by `jpcli completion bash`, not by hand.
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
        '' | licenses | jetpack | sites | clients | products | cards | invoice | stripe | settings | ledger) where=${where:+$where }$word ;;
        *) number=$((number + 1)) ;;
      esac
    else
      given+="${word%%=*} "
      case $word in
        --) plain=1 ;;
        --ledger=*) ledger=${word#*=} ;;
        --actor | --address | --address-line1 | --address-line2 | --as | --as-of | --at | --bill-from | --books | --brand | --bundle | --by | --city | --clear | --client | --collect | --country | --currency | --each-client | --email | --exp | --format | --from | --html | --idempotency-key | --idle | --init | --into | --issue | --keep | --key | --kind | --last4 | --ledger | --license | --licensing | --limit | --markup | --months | --name | --newer-than | --no-tax-id | --older-than | --out | --output | --payment-terms-days | --payments | --phone | --policy | --postal-code | --price | --prices | --product | --quantity | --reason | --reference | --revoke | --search | --since | --since-head | --site | --sort | --state | --tax-id | --time-zone | --to | --to-client | --until | --user | --wait | -n) expects=$word ;;
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
      -n) option=--quantity ;;
    esac
    case "$where $option" in
      *' --as') words=(html pdf csv) ;;
      *' --bill-from') kind=months ;;
      *' --books') words=(beancount hledger) ;;
      *' --brand') words=(amex cartes_bancaires diners discover eftpos_au jcb link mastercard unionpay unknown visa) ;;
      *' --bundle') kind=bundles ;;
      'licenses count --by') words=(product site client) ;;
      'invoice preview --by') words=(product site client license day) ;;
      'invoice diff --by') words=(client site) ;;
      *' --clear') words=(address email tax-id markup) ;;
      *' --client' | *' --to-client') kind=clients ;;
      *' --collect') words=(charge send) ;;
      *' --currency') kind=currencies ;;
      *' --each-client' | 'issue --from' | 'assign --from' | 'unassign --from' | 'transfer --from' | 'revoke --from' | 'jetpack pull --from' | *' --html' | *' --init' | *' --keep' | *' --ledger' | *' --out' | 'clients report --output' | 'invoice export --output' | 'month-end --output' | 'savings --output' | *' --policy' | *' --prices') kind=/files ;;
      ' --format' | 'licenses --format' | 'jetpack --format' | 'sites --format' | 'clients --format' | 'products --format' | 'cards --format' | 'invoice --format' | 'stripe --format' | 'settings --format' | 'ledger --format' | 'init --format' | 'demo --format' | 'status --format' | 'report --format' | 'issue --format' | 'assign --format' | 'unassign --format' | 'transfer --format' | 'revoke --format' | 'licenses list --format' | 'licenses show --format' | 'licenses count --format' | 'licenses timeline --format' | 'sites list --format' | 'sites show --format' | 'sites move --format' | 'sites rename --format' | 'sites merge --format' | 'sites archive --format' | 'clients list --format' | 'clients add --format' | 'clients edit --format' | 'clients rename --format' | 'clients merge --format' | 'clients archive --format' | 'clients show --format' | 'products list --format' | 'products show --format' | 'products set-price --format' | 'products remove-price --format' | 'products rename --format' | 'products hide --format' | 'products import --format' | 'products template --format' | 'cards list --format' | 'cards add --format' | 'cards primary --format' | 'cards remove --format' | 'invoice preview --format' | 'undo --format' | 'log --format' | 'invoice explain --format' | 'invoice diff --format' | 'invoice close --format' | 'invoice verify --format' | 'invoice list --format' | 'month-end --format' | 'invoice mark-paid --format' | 'invoice void --format' | 'invoice push --format' | 'invoice pay --format' | 'invoice sync --format' | 'invoice reconcile --format' | 'cards sync --format' | 'stripe login --format' | 'stripe customer --format' | 'stripe portal --format' | 'stripe status --format' | 'jetpack connect --format' | 'jetpack login --format' | 'jetpack status --format' | 'jetpack resolve --format' | 'jetpack pull --format' | 'settings show --format' | 'settings set --format' | 'ledger check --format' | 'ledger export --format' | 'ledger import --format' | 'ledger template --format' | 'ledger backup --format' | 'ledger move --format' | 'ledger restore --format' | 'savings --format' | 'apply --format' | 'help --format' | 'completion --format') words=(auto table json ndjson csv excel tsv md) ;;
      'clients report --format' | 'invoice show --format') words=(auto table json ndjson csv excel tsv md html pdf) ;;
      'invoice export --format') words=(auto table json ndjson csv excel tsv md html pdf beancount hledger proof) ;;
      'audit --format') words=(auto table json ndjson csv excel tsv md junit github) ;;
      'plan --format') words=(auto table json ndjson csv excel tsv md github) ;;
      'products import --from') words=(jetpack) ;;
      'sites merge --into' | *' --site' | *' --to') kind=sites ;;
      *' --issue') kind=products: ;;
      'savings --kind') words=(bundle singles half-empty idle contained duplicate) ;;
      *' --license') kind=licenses ;;
      *' --licensing') words=(none jetpack) ;;
      *' --payments') words=(offline stripe) ;;
      *' --product') kind=products ;;
      *' --revoke') kind=active@ ;;
      *' --sort') words=(recorded issued key product site client state) ;;
      'assign --state' | 'unassign --state' | 'transfer --state' | 'revoke --state' | 'licenses list --state' | 'licenses show --state' | 'licenses count --state' | 'licenses timeline --state') words=(assigned unassigned revoked active bundle all) ;;
      *' --time-zone') kind=zones ;;
    esac
  else
    case $where in
      '') words=(init demo status report issue assign unassign transfer revoke licenses jetpack invoice month-end products cards stripe sites clients audit savings plan apply undo log settings ledger help completion) ;;
      licenses) words=(list show count timeline) ;;
      jetpack) words=(connect login status resolve pull) ;;
      sites) words=(list show move rename merge archive) ;;
      clients) words=(list add edit report rename merge archive show) ;;
      products) words=(list show set-price remove-price rename hide import template) ;;
      cards) words=(list add primary remove sync) ;;
      invoice) words=(preview explain diff close show export verify list mark-paid void push pay sync reconcile) ;;
      stripe) words=(login customer portal status) ;;
      settings) words=(show set) ;;
      ledger) words=(check export import template backup move restore) ;;
    esac
    case $where:$((number + 1)) in
      issue:1 | 'products show':1 | 'products set-price':1 | 'products remove-price':1 | 'products rename':1 | 'products hide':1) kind=products ;;
      assign:*) kind=unassigned ;;
      unassign:* | transfer:*) kind=assigned ;;
      revoke:*) kind=active ;;
      'licenses show':*) kind=licenses ;;
      'licenses timeline':1 | 'invoice preview':1 | 'invoice explain':1 | 'invoice diff':1 | 'invoice diff':2 | 'invoice close':1 | month-end:1) kind=months ;;
      'sites show':1 | 'sites move':1 | 'sites rename':1 | 'sites rename':2 | 'sites merge':1 | 'sites archive':1 | 'jetpack connect':1) kind=sites ;;
      'clients edit':1 | 'clients rename':1 | 'clients merge':1 | 'clients archive':1 | 'clients show':1) kind=clients ;;
      'products import':1 | 'invoice verify':1 | 'ledger import':1 | 'ledger backup':1 | 'ledger move':1 | 'ledger move':2 | 'ledger restore':1 | plan:1 | apply:1) kind=/files ;;
      'cards primary':1 | 'cards remove':1) kind=cards ;;
      'invoice show':1 | 'invoice export':1 | 'invoice mark-paid':1 | 'invoice void':1 | 'invoice push':1 | 'invoice pay':1 | 'invoice reconcile':1) kind=invoices ;;
      'jetpack resolve':1) kind=wishes ;;
      'settings set':1) words=(address bill-from collect name payment-note payments payment-terms-days tax-id zone-data) ;;
      help:*) words=(init demo status report issue assign unassign transfer revoke licenses list show count timeline sites move rename merge archive clients add edit products set-price remove-price hide import template cards primary remove invoice preview undo log explain diff close export verify month-end mark-paid void push pay sync reconcile stripe login customer portal jetpack connect resolve pull settings set ledger check backup restore audit savings plan apply help completion) ;;
      completion:1) words=(bash zsh fish) ;;
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
    '') words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --version --help) ;;
    licenses) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    jetpack) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    sites) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    clients) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    products) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    cards) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    invoice) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    stripe) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    settings) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    ledger) words=(--ledger --wait --format --json --quiet --no-color --actor --limit --at --dry-run --yes --idempotency-key --help) ;;
    init) words=(--currency --time-zone --name --prices --payments --collect --licensing --bill-from --payment-terms-days --ledger --wait --format --json --quiet --no-color --actor --yes --idempotency-key --help) ;;
    demo) words=(--keep --format --json --quiet --no-color --actor --help) ;;
    status) words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    report) words=(--html --ledger --wait --format --json --quiet --no-color --actor --yes --help) ;;
    issue) words=(--quantity --bundle --site --client --new-client --from --keep-going --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --yes --idempotency-key --help) ;;
    assign) words=(--site --client --product --state --bundle --all --new-client --from --keep-going --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --yes --idempotency-key --help) ;;
    unassign) words=(--no-email --site --client --product --state --bundle --all --from --keep-going --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --idempotency-key --help) ;;
    transfer) words=(--to --client --to-client --site --product --state --bundle --all --new-client --from --keep-going --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --yes --idempotency-key --help) ;;
    revoke) words=(--reason --site --client --product --state --bundle --all --from --keep-going --in-use --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --yes --idempotency-key --help) ;;
    'licenses list') words=(--state --product --site --client --no-client --bundle --no-bundle --older-than --newer-than --search --sort --reverse --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    'licenses show') words=(--site --client --product --state --bundle --all --ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'licenses count') words=(--by --state --product --site --client --no-client --bundle --no-bundle --older-than --newer-than --search --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    'licenses timeline') words=(--state --product --site --client --no-client --bundle --no-bundle --search --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    'sites list') words=(--client --no-client --search --archived --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    'sites show') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'sites move') words=(--client --no-client --new-client --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --yes --idempotency-key --help) ;;
    'sites rename') words=(--ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'sites merge') words=(--into --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --idempotency-key --help) ;;
    'sites archive') words=(--back --ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'clients list') words=(--archived --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    'clients add') words=(--ledger --wait --format --json --quiet --no-color --actor --at --dry-run --idempotency-key --help) ;;
    'clients edit') words=(--address --email --tax-id --markup --clear --ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'clients report') words=(--output --ledger --wait --format --json --quiet --no-color --actor --limit --yes --help) ;;
    'clients rename') words=(--ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'clients merge') words=(--into --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --idempotency-key --help) ;;
    'clients archive') words=(--back --ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'clients show') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'products list') words=(--hidden --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    'products show') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'products set-price') words=(--price --from --bundle --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --yes --idempotency-key --help) ;;
    'products remove-price') words=(--from --bundle --ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'products rename') words=(--ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'products hide') words=(--back --ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'products import') words=(--from --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --yes --idempotency-key --help) ;;
    'products template') words=(--currency --ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'cards list') words=(--ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    'cards add') words=(--brand --last4 --exp --primary --no-wait --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --idempotency-key --help) ;;
    'cards primary') words=(--ledger --wait --format --json --quiet --no-color --actor --at --dry-run --idempotency-key --help) ;;
    'cards remove') words=(--ledger --wait --format --json --quiet --no-color --actor --at --dry-run --yes --idempotency-key --help) ;;
    'invoice preview') words=(--by --client --no-client --markup --as-of --revoke --issue --months --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    undo) words=(--reason --ledger --wait --format --json --quiet --no-color --actor --dry-run --yes --idempotency-key --help) ;;
    log) words=(--license --site --actor --kind --since --until --ledger --wait --format --json --quiet --no-color --limit --help) ;;
    'invoice explain') words=(--product --license --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    'invoice diff') words=(--by --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    'invoice close') words=(--due --ledger --wait --format --json --quiet --no-color --actor --dry-run --yes --idempotency-key --help) ;;
    'invoice show') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'invoice export') words=(--client --no-client --markup --output --each-client --as --ledger --wait --format --json --quiet --no-color --actor --yes --help) ;;
    'invoice verify') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'invoice list') words=(--ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    month-end) words=(--output --as --books --replace --ledger --wait --format --json --quiet --no-color --actor --dry-run --yes --idempotency-key --help) ;;
    'invoice mark-paid') words=(--reference --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --idempotency-key --help) ;;
    'invoice void') words=(--reason --ledger --wait --format --json --quiet --no-color --actor --dry-run --yes --idempotency-key --help) ;;
    'invoice push') words=(--replace --ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'invoice pay') words=(--ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'invoice sync') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'invoice reconcile') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'cards sync') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'stripe login') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'stripe customer') words=(--name --email --phone --address-line1 --address-line2 --postal-code --city --state --country --tax-id --no-tax-id --ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'stripe portal') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'stripe status') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'jetpack connect') words=(--user --ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'jetpack login') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'jetpack status') words=(--check --ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'jetpack resolve') words=(--key --not-issued --no-email --ledger --wait --format --json --quiet --no-color --actor --dry-run --yes --idempotency-key --help) ;;
    'jetpack pull') words=(--check --from --keep-going --revoke-missing --ledger --wait --format --json --quiet --no-color --actor --dry-run --yes --idempotency-key --help) ;;
    'settings show') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'settings set') words=(--ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'ledger check') words=(--since-head --ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'ledger export') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'ledger import') words=(--ledger --wait --format --json --quiet --no-color --actor --dry-run --idempotency-key --help) ;;
    'ledger template') words=(--ledger --wait --format --json --quiet --no-color --actor --help) ;;
    'ledger backup') words=(--ledger --wait --format --json --quiet --no-color --actor --idempotency-key --help) ;;
    'ledger move') words=(--wait --format --json --quiet --no-color --actor --help) ;;
    'ledger restore') words=(--ledger --wait --format --json --quiet --no-color --actor --yes --idempotency-key --help) ;;
    audit) words=(--policy --init --schema --output --ledger --wait --format --json --quiet --no-color --actor --yes --help) ;;
    savings) words=(--idle --client --no-client --kind --output --ledger --wait --format --json --quiet --no-color --actor --limit --help) ;;
    plan) words=(--out --detailed-exitcode --init --output --ledger --wait --format --json --quiet --no-color --actor --limit --yes --help) ;;
    apply) words=(--new-client --ledger --wait --format --json --quiet --no-color --actor --at --dry-run --yes --idempotency-key --help) ;;
    help) words=(--format --json --quiet --no-color --actor --help) ;;
    completion) words=(--format --json --quiet --no-color --actor --help) ;;
  esac
  for word in ${words[@]+"${words[@]}"}; do
    case $word in
      --as | --books | --clear | --issue | --kind | --output | --revoke) left+=("$word") ;;
      *) [[ $given == *" $word "* ]] || left+=("$word") ;;
    esac
  done
  words=(${left[@]+"${left[@]}"})
}

complete -F _jpcli jpcli
