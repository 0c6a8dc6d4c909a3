# Completion of jpcli for fish; written by `jpcli completion fish`, not by hand.
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
            case ''
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --version 'Show the version' \
                    --help 'Show this message and exit'
            case 'licenses' 'jetpack' 'sites' 'clients' 'products' 'cards' 'invoice' 'stripe' 'settings' 'ledger'
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'init'
                printf '%s\t%s\n' \
                    --currency 'What everything costs in' \
                    --time-zone 'Whose midnights part the days' \
                    --name 'The agency\'s name' \
                    --prices 'A price list, or none' \
                    --payments 'Who collects: offline or stripe' \
                    --collect 'With Stripe: charge a card (the default), or send the invoice by mail' \
                    --licensing 'jetpack: licenses are issued at Jetpack\'s Licensing API' \
                    --bill-from 'The first month to bill' \
                    --payment-terms-days 'Days until an invoice is past due' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'demo'
                printf '%s\t%s\n' \
                    --keep 'Keep the ledger, in this file' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --help 'Show this message and exit'
            case 'status' 'sites show' 'clients show' 'products show' 'invoice verify' 'invoice sync' 'invoice reconcile' 'cards sync' 'stripe login' 'stripe portal' 'stripe status' 'jetpack login' 'settings show' 'ledger export' 'ledger template'
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --help 'Show this message and exit'
            case 'report'
                printf '%s\t%s\n' \
                    --html 'Write this file, one page by itself' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --yes 'Answer yes to every question' \
                    --help 'Show this message and exit'
            case 'issue'
                printf '%s\t%s\n' \
                    --quantity 'How many' \
                    --bundle 'Bundles of SIZE licenses' \
                    --site 'Put them on this site at once' \
                    --client 'Whose site it is' \
                    --new-client 'A client that is nearly called as another one is meant so' \
                    --from 'Many at once, from CSV, TSV, JSON or NDJSON' \
                    --keep-going 'With --from: leave out bad rows, report them, exit 1' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'assign'
                printf '%s\t%s\n' \
                    --site 'The site to put them on' \
                    --client 'Whose site it is' \
                    --product 'Choose those of this product' \
                    --state 'Choose those that are assigned, unassigned, active, revoked, bundle or all' \
                    --bundle 'Choose what is in a bundle: its key, or a size' \
                    --all 'Take all that are chosen, where they are several' \
                    --new-client 'A client that is nearly called as another one is meant so' \
                    --from 'Many at once, from CSV, TSV, JSON or NDJSON' \
                    --keep-going 'With --from: leave out bad rows, report them, exit 1' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'unassign'
                printf '%s\t%s\n' \
                    --no-email 'At Jetpack: send no mail to the owners of the sites' \
                    --site 'Choose those on this site' \
                    --client 'Choose this client\'s' \
                    --product 'Choose those of this product' \
                    --state 'Choose those that are assigned, unassigned, active, revoked, bundle or all' \
                    --bundle 'Choose what is in a bundle: its key, or a size' \
                    --all 'Take all that are chosen, where they are several' \
                    --from 'Many at once, from CSV, TSV, JSON or NDJSON' \
                    --keep-going 'With --from: leave out bad rows, report them, exit 1' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'transfer'
                printf '%s\t%s\n' \
                    --to 'The site to move them to' \
                    --client 'Whose site that is' \
                    --to-client 'Whose site --to is, in any case' \
                    --site 'Choose those on this site' \
                    --product 'Choose those of this product' \
                    --state 'Choose those that are assigned, unassigned, active, revoked, bundle or all' \
                    --bundle 'Choose what is in a bundle: its key, or a size' \
                    --all 'Take all that are chosen, where they are several' \
                    --new-client 'A client that is nearly called as another one is meant so' \
                    --from 'Many at once, from CSV, TSV, JSON or NDJSON' \
                    --keep-going 'With --from: leave out bad rows, report them, exit 1' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'revoke'
                printf '%s\t%s\n' \
                    --reason 'Why, for the log' \
                    --site 'Choose those on this site' \
                    --client 'Choose this client\'s' \
                    --product 'Choose those of this product' \
                    --state 'Choose those that are assigned, unassigned, active, revoked, bundle or all' \
                    --bundle 'Choose what is in a bundle: its key, or a size' \
                    --all 'Take all that are chosen, where they are several' \
                    --from 'Many at once, from CSV, TSV, JSON or NDJSON' \
                    --keep-going 'With --from: leave out bad rows, report them, exit 1' \
                    --in-use 'With --yes: also bundles with licenses on sites' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'licenses list'
                printf '%s\t%s\n' \
                    --state 'assigned, unassigned, active (assigned or not), revoked, bundle or all' \
                    --product 'Only this product' \
                    --site 'Only on this site' \
                    --client 'Only this client\'s' \
                    --no-client 'Only what is nobody\'s' \
                    --bundle 'Only a bundle and what is in it: its key, or a size' \
                    --no-bundle 'Only what is sold alone, so without bundles\' licenses' \
                    --older-than 'Issued more than DAYS days ago' \
                    --newer-than 'Issued at most DAYS days ago' \
                    --search 'TEXT is in the key, the site or the client' \
                    --sort 'issued, key, product, site, client or state' \
                    --reverse 'The other way round' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'licenses show'
                printf '%s\t%s\n' \
                    --site 'Choose those on this site' \
                    --client 'Choose this client\'s' \
                    --product 'Choose those of this product' \
                    --state 'Choose those that are assigned, unassigned, active, revoked, bundle or all' \
                    --bundle 'Choose what is in a bundle: its key, or a size' \
                    --all 'Take all that are chosen, where they are several' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --help 'Show this message and exit'
            case 'licenses count'
                printf '%s\t%s\n' \
                    --by 'product, site or client' \
                    --state 'assigned, unassigned, active (assigned or not), revoked, bundle or all' \
                    --product 'Only this product' \
                    --site 'Only on this site' \
                    --client 'Only this client\'s' \
                    --no-client 'Only what is nobody\'s' \
                    --bundle 'Only a bundle and what is in it: its key, or a size' \
                    --no-bundle 'Only what is sold alone, so without bundles\' licenses' \
                    --older-than 'Issued more than DAYS days ago' \
                    --newer-than 'Issued at most DAYS days ago' \
                    --search 'TEXT is in the key, the site or the client' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'licenses timeline'
                printf '%s\t%s\n' \
                    --state 'assigned, unassigned, active (assigned or not), revoked, bundle or all' \
                    --product 'Only this product' \
                    --site 'Only on this site' \
                    --client 'Only this client\'s' \
                    --no-client 'Only what is nobody\'s' \
                    --bundle 'Only a bundle and what is in it: its key, or a size' \
                    --no-bundle 'Only what is sold alone, so without bundles\' licenses' \
                    --search 'TEXT is in the key, the site or the client' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'sites list'
                printf '%s\t%s\n' \
                    --client 'Only this client\'s sites' \
                    --no-client 'Only what is nobody\'s' \
                    --search 'Only sites whose URL has TEXT' \
                    --archived 'Only those put away' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'sites move'
                printf '%s\t%s\n' \
                    --client 'Whose site it is from now on' \
                    --no-client 'It is nobody\'s from now on' \
                    --new-client 'A client that is nearly called as another one is meant so' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'sites rename' 'clients rename' 'products rename' 'invoice pay' 'settings set' 'ledger import'
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'sites merge'
                printf '%s\t%s\n' \
                    --into 'The site that is left' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'sites archive' 'clients archive'
                printf '%s\t%s\n' \
                    --back 'Take it out again' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'clients list'
                printf '%s\t%s\n' \
                    --archived 'Only those put away' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'clients add' 'cards primary'
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'clients edit'
                printf '%s\t%s\n' \
                    --address 'Where its bills go' \
                    --email 'Where they are mailed' \
                    --tax-id 'What stands on its bills' \
                    --markup 'What its bills add on top, as 20' \
                    --clear 'Have none: one of address, email, tax-id, markup' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'clients report'
                printf '%s\t%s\n' \
                    --output 'Write this file' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md, html, pdf' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --yes 'Answer yes to every question' \
                    --help 'Show this message and exit'
            case 'clients merge'
                printf '%s\t%s\n' \
                    --into 'The client that is left' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'products list'
                printf '%s\t%s\n' \
                    --hidden 'Only those that are not offered any more' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'products set-price'
                printf '%s\t%s\n' \
                    --price 'Per day, for one license or one bundle' \
                    --from 'The first day at this price' \
                    --bundle 'The price of a bundle of SIZE' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'products remove-price'
                printf '%s\t%s\n' \
                    --from 'The day on which the price would begin' \
                    --bundle 'The price of a bundle of SIZE' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'products hide'
                printf '%s\t%s\n' \
                    --back 'Offer it again' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'products import'
                printf '%s\t%s\n' \
                    --from 'What Jetpack sells to you, instead' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'products template'
                printf '%s\t%s\n' \
                    --currency 'What the prices will be in' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --help 'Show this message and exit'
            case 'cards list' 'invoice list'
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'cards add'
                printf '%s\t%s\n' \
                    --brand 'As visa, mastercard' \
                    --last4 'The last four digits, never more' \
                    --exp 'When it expires' \
                    --primary 'Charge it first' \
                    --no-wait 'With Stripe: only say where to enter the card' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'cards remove'
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'invoice preview'
                printf '%s\t%s\n' \
                    --by 'Split it by product, site, client, license or day' \
                    --client 'Only this client\'s' \
                    --no-client 'Only what is nobody\'s' \
                    --markup 'Add what you bill on top, as 20' \
                    --as-of 'As it stood at that time, or at the day\'s end' \
                    --revoke 'What if this were revoked? Repeatable' \
                    --issue 'What if these were issued? Repeatable' \
                    --months 'The totals of N months, from this one on' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'undo' 'invoice void'
                printf '%s\t%s\n' \
                    --reason 'Why, for the log' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'log'
                printf '%s\t%s\n' \
                    --license 'Only this license' \
                    --site 'Only what concerns this site' \
                    --actor 'Only what NAME did' \
                    --kind 'As license, license.issued, card, price' \
                    --since 'From this time or day on' \
                    --until 'Up to this time or that day\'s end' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'invoice explain'
                printf '%s\t%s\n' \
                    --product 'Only its lines' \
                    --license 'Only this license' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'invoice diff'
                printf '%s\t%s\n' \
                    --by 'Also whose part changed: client or site' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'invoice close'
                printf '%s\t%s\n' \
                    --due 'Every month that is over, in order' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'invoice show'
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md, html, pdf' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --help 'Show this message and exit'
            case 'invoice export'
                printf '%s\t%s\n' \
                    --client 'One client\'s part' \
                    --no-client 'The part that is nobody\'s' \
                    --markup 'Add what you bill on top, as 20' \
                    --output 'Write this file' \
                    --each-client 'Write each client\'s into this folder' \
                    --as 'What statements are: html, pdf or csv' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md, html, pdf, beancount, hledger, proof' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --yes 'Answer yes to every question' \
                    --help 'Show this message and exit'
            case 'month-end'
                printf '%s\t%s\n' \
                    --output 'The folder' \
                    --as 'What statements are: html, pdf or csv' \
                    --books 'What the journal is for: beancount (unless told) or hledger' \
                    --replace 'Write over files that were changed, or are not jpcli\'s, too' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'invoice mark-paid'
                printf '%s\t%s\n' \
                    --reference 'How it was paid' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'invoice push'
                printf '%s\t%s\n' \
                    --replace 'Take away at Stripe first what is not as it was closed' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'stripe customer'
                printf '%s\t%s\n' \
                    --name 'Who the invoices are for' \
                    --email 'Where Stripe mails them' \
                    --phone 'With its country code' \
                    --address-line1 'Street and number' \
                    --address-line2 'Floor, suite, mailbox' \
                    --postal-code 'Postal or ZIP code' \
                    --city 'City or town' \
                    --state 'State, county or province' \
                    --country 'Two letters, as US or DE' \
                    --tax-id 'As eu_vat:DE123456789 or us_ein:…' \
                    --no-tax-id 'Take one away' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'jetpack connect'
                printf '%s\t%s\n' \
                    --user 'A user of its WordPress: id, login or e-mail address' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'jetpack status'
                printf '%s\t%s\n' \
                    --check 'Exit 1 when anything waits to be settled' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --help 'Show this message and exit'
            case 'jetpack resolve'
                printf '%s\t%s\n' \
                    --key 'An order: the license that came of it' \
                    --not-issued 'An order: nothing came of it' \
                    --no-email 'Finishing unassign: send the owner of the site no mail' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'jetpack pull'
                printf '%s\t%s\n' \
                    --check 'Change nothing' \
                    --from 'Many at once, from CSV, TSV, JSON or NDJSON' \
                    --keep-going 'With --from: leave out bad rows, report them, exit 1' \
                    --revoke-missing 'With --from: revoke here what Jetpack does not know' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'ledger check'
                printf '%s\t%s\n' \
                    --since-head 'A head noted down before, or its beginning' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --help 'Show this message and exit'
            case 'ledger backup'
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'ledger move'
                printf '%s\t%s\n' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --help 'Show this message and exit'
            case 'ledger restore'
                printf '%s\t%s\n' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'audit'
                printf '%s\t%s\n' \
                    --policy 'TOML, see docs/audit.md' \
                    --init 'Write a policy for what there is today' \
                    --schema 'Print the JSON schema of a policy, for editors' \
                    --output 'Write this file, too, in any format of --format' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md, junit, github' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --yes 'Answer yes to every question' \
                    --help 'Show this message and exit'
            case 'savings'
                printf '%s\t%s\n' \
                    --idle 'On no site for DAYS days is of no use' \
                    --client 'Only on the sites of this client' \
                    --no-client 'Only what is nobody\'s' \
                    --kind 'Only these: bundle, singles, half-empty, idle, contained, duplicate' \
                    --output 'Write all of it as a plan for `apply`' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --help 'Show this message and exit'
            case 'plan'
                printf '%s\t%s\n' \
                    --out 'Save it, for `jpcli apply PLANFILE`' \
                    --detailed-exitcode 'Exit 0 for nothing to do, 10 for changes' \
                    --init 'Write the file for what there is today' \
                    --output 'Write this file, too, in any format of --format' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md, github' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --limit 'Show at most N' \
                    --yes 'Answer yes to every question' \
                    --help 'Show this message and exit'
            case 'apply'
                printf '%s\t%s\n' \
                    --new-client 'A client that is nearly called as another one is meant so' \
                    --ledger 'The ledger' \
                    --wait 'How long to wait for a ledger that is busy or out of reach' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --at 'When it happened: today, yesterday, -7d, 2026-11-22, \'2026-11-22 09:30\' (in the ledger\'s zone), 2026-11-22T09:30:00Z' \
                    --dry-run 'Show what would be done, write nothing' \
                    --yes 'Answer yes to every question' \
                    --idempotency-key 'The same key again returns the first answer and does nothing' \
                    --help 'Show this message and exit'
            case 'help' 'completion'
                printf '%s\t%s\n' \
                    --format 'One of auto, table, json, ndjson, csv, excel, tsv, md' \
                    --json 'Short for --format json' \
                    --quiet 'No remarks, only errors and warnings' \
                    --no-color 'No color' \
                    --actor 'Who does this, for the log' \
                    --help 'Show this message and exit'
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
                case '' 'licenses' 'jetpack' 'sites' 'clients' 'products' 'cards' 'invoice' 'stripe' 'settings' 'ledger'
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
            case --actor --address --address-line1 --address-line2 --as --as-of --at --bill-from --books --brand --bundle --by --city --clear --client --collect --country --currency --each-client --email --exp --format --from --html --idempotency-key --idle --init --into --issue --keep --key --kind --last4 --ledger --license --licensing --limit --markup --months --name --newer-than --no-tax-id --older-than --out --output --payment-terms-days --payments --phone --policy --postal-code --price --prices --product --quantity --reason --reference --revoke --search --since --since-head --site --sort --state --tax-id --time-zone --to --to-client --until --user --wait -n
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
                contains -- $name --as --books --clear --issue --kind --output --revoke
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
            case -n
                set option --quantity
        end
        switch "$at $option"
            case '* --as'
                set words html pdf csv
            case '* --bill-from'
                set kind 'months'
            case '* --books'
                set words beancount hledger
            case '* --brand'
                set words amex cartes_bancaires diners discover eftpos_au jcb link mastercard unionpay unknown visa
            case '* --bundle'
                set kind 'bundles'
            case 'licenses count --by'
                set words product site client
            case 'invoice preview --by'
                set words product site client license day
            case 'invoice diff --by'
                set words client site
            case '* --clear'
                set words address email tax-id markup
            case '* --client' '* --to-client'
                set kind 'clients'
            case '* --collect'
                set words charge send
            case '* --currency'
                set kind 'currencies'
            case '* --each-client' 'issue --from' 'assign --from' 'unassign --from' 'transfer --from' 'revoke --from' 'jetpack pull --from' '* --html' '* --init' '* --keep' '* --ledger' '* --out' 'clients report --output' 'invoice export --output' 'month-end --output' 'savings --output' '* --policy' '* --prices'
                set kind '/files'
            case ' --format' 'licenses --format' 'jetpack --format' 'sites --format' 'clients --format' 'products --format' 'cards --format' 'invoice --format' 'stripe --format' 'settings --format' 'ledger --format' 'init --format' 'demo --format' 'status --format' 'report --format' 'issue --format' 'assign --format' 'unassign --format' 'transfer --format' 'revoke --format' 'licenses list --format' 'licenses show --format' 'licenses count --format' 'licenses timeline --format' 'sites list --format' 'sites show --format' 'sites move --format' 'sites rename --format' 'sites merge --format' 'sites archive --format' 'clients list --format' 'clients add --format' 'clients edit --format' 'clients rename --format' 'clients merge --format' 'clients archive --format' 'clients show --format' 'products list --format' 'products show --format' 'products set-price --format' 'products remove-price --format' 'products rename --format' 'products hide --format' 'products import --format' 'products template --format' 'cards list --format' 'cards add --format' 'cards primary --format' 'cards remove --format' 'invoice preview --format' 'undo --format' 'log --format' 'invoice explain --format' 'invoice diff --format' 'invoice close --format' 'invoice verify --format' 'invoice list --format' 'month-end --format' 'invoice mark-paid --format' 'invoice void --format' 'invoice push --format' 'invoice pay --format' 'invoice sync --format' 'invoice reconcile --format' 'cards sync --format' 'stripe login --format' 'stripe customer --format' 'stripe portal --format' 'stripe status --format' 'jetpack connect --format' 'jetpack login --format' 'jetpack status --format' 'jetpack resolve --format' 'jetpack pull --format' 'settings show --format' 'settings set --format' 'ledger check --format' 'ledger export --format' 'ledger import --format' 'ledger template --format' 'ledger backup --format' 'ledger move --format' 'ledger restore --format' 'savings --format' 'apply --format' 'help --format' 'completion --format'
                set words auto table json ndjson csv excel tsv md
            case 'clients report --format' 'invoice show --format'
                set words auto table json ndjson csv excel tsv md html pdf
            case 'invoice export --format'
                set words auto table json ndjson csv excel tsv md html pdf beancount hledger proof
            case 'audit --format'
                set words auto table json ndjson csv excel tsv md junit github
            case 'plan --format'
                set words auto table json ndjson csv excel tsv md github
            case 'products import --from'
                set words jetpack
            case 'sites merge --into' '* --site' '* --to'
                set kind 'sites'
            case '* --issue'
                set kind 'products:'
            case 'savings --kind'
                set words bundle singles half-empty idle contained duplicate
            case '* --license'
                set kind 'licenses'
            case '* --licensing'
                set words none jetpack
            case '* --payments'
                set words offline stripe
            case '* --product'
                set kind 'products'
            case '* --revoke'
                set kind 'active@'
            case '* --sort'
                set words recorded issued key product site client state
            case 'assign --state' 'unassign --state' 'transfer --state' 'revoke --state' 'licenses list --state' 'licenses show --state' 'licenses count --state' 'licenses timeline --state'
                set words assigned unassigned revoked active bundle all
            case '* --time-zone'
                set kind 'zones'
        end
    else
        switch $at
            case ''
                printf '%s\t%s\n' \
                    init 'Make a ledger: currency, time zone, name, price list' \
                    demo 'Build a sample agency in a temporary ledger and walk through it' \
                    status 'One screen: cards, licenses, the bill so far, what to do next' \
                    report 'Write a page to leave open: the bill, clients, days, what to do' \
                    issue 'Issue licenses' \
                    assign 'Assign licenses to a site' \
                    unassign 'Free licenses from their sites' \
                    transfer 'Move licenses to another site in one step, without a gap' \
                    revoke 'End licenses for good' \
                    licenses 'List, show and count licenses, draw their days' \
                    jetpack 'The Licensing API, where the licenses are real' \
                    invoice 'The monthly bill' \
                    month-end 'Close, collect, and write each client\'s statement and a journal' \
                    products 'Products, bundles and their day prices' \
                    cards 'Cards on file' \
                    stripe 'The account that collects the money' \
                    sites 'Sites, and whose they are' \
                    clients 'The agency\'s customers, who own the sites' \
                    audit 'Check counts, waste and the bill against a policy' \
                    savings 'What could be saved, and a plan that saves it' \
                    plan 'Show what it takes to have what a file wants, and what that costs' \
                    apply 'Do what `plan` shows, in one transaction' \
                    undo 'Write the opposite of the last command, or of an event\'s' \
                    log 'The events of the ledger, newest first' \
                    settings 'Name, terms, the first month that is billed' \
                    ledger 'Check, copy, export and restore the ledger' \
                    help 'Show how a command is used' \
                    completion 'Print the completion script of a shell'
            case 'licenses'
                printf '%s\t%s\n' \
                    list 'List licenses, filtered and sorted' \
                    show 'Show licenses with their whole history' \
                    count 'Count licenses, in total or by a field' \
                    timeline 'Draw the days on which licenses were active'
            case 'jetpack'
                printf '%s\t%s\n' \
                    connect 'Connect a site, so that it can get licenses' \
                    login 'Store the token in the system\'s keyring' \
                    status 'What waits at Jetpack, and how to settle it' \
                    resolve 'Settle a call whose answer was lost' \
                    pull 'Hold every license against Jetpack, and take it over'
            case 'sites'
                printf '%s\t%s\n' \
                    list 'List the sites, their clients and licenses' \
                    show 'Show one site and its licenses' \
                    move 'Give a site to another client' \
                    rename 'Give a site another address' \
                    merge 'Make one of two sites that are the same' \
                    archive 'Put a site away, or take it out again'
            case 'clients'
                printf '%s\t%s\n' \
                    list 'List the clients' \
                    add 'Add a client' \
                    edit 'Set a client\'s address, e-mail, tax id and markup' \
                    report 'What each client costs, is billed and brings' \
                    rename 'Give a client another name' \
                    merge 'Make one of two clients that are the same' \
                    archive 'Put a client away, or take it out again' \
                    show 'Show one client, its sites and licenses'
            case 'products'
                printf '%s\t%s\n' \
                    list 'List products, bundles and today\'s prices' \
                    show 'Show one product and all its prices' \
                    set-price 'Set the price of a product from a date on' \
                    remove-price 'Take back a price that is to come' \
                    rename 'Let people read another name for a product' \
                    hide 'Offer a product no more, or again' \
                    import 'Import a price list' \
                    template 'Begin a price list, in any currency'
            case 'cards'
                printf '%s\t%s\n' \
                    list 'List the cards on file' \
                    add 'Add a card' \
                    primary 'Make a card the one that is charged first' \
                    remove 'Remove a card' \
                    sync 'Take over the cards as Stripe has them'
            case 'invoice'
                printf '%s\t%s\n' \
                    preview 'Preview a month: the days so far and projected' \
                    explain 'Explain every line of a month down to licenses, dates and events' \
                    diff 'What made the bill change between two months' \
                    close 'Close a month that is over: its invoice is final' \
                    show 'Show a closed invoice with its lines' \
                    export 'Write an invoice as a statement to mail' \
                    verify 'Recompute an exported proof, without a ledger' \
                    list 'List the closed invoices' \
                    mark-paid 'Note that an invoice was paid elsewhere' \
                    void 'Void an open invoice' \
                    push 'Bring a closed invoice to Stripe, charging nothing' \
                    pay 'Charge the primary card, then the others in order' \
                    sync 'Take over what happened at Stripe' \
                    reconcile 'Compare every line with Stripe\'s'
            case 'stripe'
                printf '%s\t%s\n' \
                    login 'Store the secret key in the system\'s keyring' \
                    customer 'Show or set name, e-mail, address and tax ids on the invoices' \
                    portal 'Print a link to the page for cards and invoices' \
                    status 'Check the secret key and what it is for'
            case 'settings'
                printf '%s\t%s\n' \
                    show 'Show the settings of the ledger' \
                    set 'Change a setting: bill-from, name, payment terms'
            case 'ledger'
                printf '%s\t%s\n' \
                    check 'Replay the events and compare' \
                    export 'Write the license history to a file or stdout' \
                    import 'Import a license history, all or nothing' \
                    template 'Begin a license history: columns, an example' \
                    backup 'Copy a ledger, even while it is in use' \
                    move 'Copy a ledger to a server, or from one' \
                    restore 'Put a backup in a ledger\'s place'
        end
        switch "$at $number"
            case 'issue 1' 'products show 1' 'products set-price 1' 'products remove-price 1' 'products rename 1' 'products hide 1'
                set kind 'products'
            case 'assign *'
                set kind 'unassigned'
            case 'unassign *' 'transfer *'
                set kind 'assigned'
            case 'revoke *'
                set kind 'active'
            case 'licenses show *'
                set kind 'licenses'
            case 'licenses timeline 1' 'invoice preview 1' 'invoice explain 1' 'invoice diff 1' 'invoice diff 2' 'invoice close 1' 'month-end 1'
                set kind 'months'
            case 'sites show 1' 'sites move 1' 'sites rename 1' 'sites rename 2' 'sites merge 1' 'sites archive 1' 'jetpack connect 1'
                set kind 'sites'
            case 'clients edit 1' 'clients rename 1' 'clients merge 1' 'clients archive 1' 'clients show 1'
                set kind 'clients'
            case 'products import 1' 'invoice verify 1' 'ledger import 1' 'ledger backup 1' 'ledger move 1' 'ledger move 2' 'ledger restore 1' 'plan 1' 'apply 1'
                set kind '/files'
            case 'cards primary 1' 'cards remove 1'
                set kind 'cards'
            case 'invoice show 1' 'invoice export 1' 'invoice mark-paid 1' 'invoice void 1' 'invoice push 1' 'invoice pay 1' 'invoice reconcile 1'
                set kind 'invoices'
            case 'jetpack resolve 1'
                set kind 'wishes'
            case 'settings set 1'
                set words address bill-from collect name payment-note payments payment-terms-days tax-id zone-data
            case 'help *'
                set words init demo status report issue assign unassign transfer revoke licenses list show count timeline sites move rename merge archive clients add edit products set-price remove-price hide import template cards primary remove invoice preview undo log explain diff close export verify month-end mark-paid void push pay sync reconcile stripe login customer portal jetpack connect resolve pull settings set ledger check backup restore audit savings plan apply help completion
            case 'completion 1'
                set words bash zsh fish
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
