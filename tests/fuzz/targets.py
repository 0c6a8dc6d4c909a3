"""The readers of input from outside, each with inputs to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.fuzz import commands, parsers
from tests.services.proofs.large import large_proof, one_clients_proof

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fuzz.place import Place


class Target(NamedTuple):
    """`feed` raises Fault. A `quick` one needs no ledger. `words` go into other inputs."""

    feed: Callable[[Place, bytes], None]
    seeds: tuple[str, ...]
    quick: bool = False
    words: tuple[str, ...] = ()


def _text(parse: Callable[[str], None], *seeds: str) -> Target:
    def feed(_place: Place, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        parse(text)

    return Target(feed, seeds, quick=True)


def _bytes(parse: Callable[[bytes], None], *seeds: str) -> Target:
    return Target(lambda _place, data: parse(data), seeds, quick=True)


def _valued(line: str, *seeds: str) -> Target:
    return Target(commands.valued(*line.split()), seeds)


KEY = "jetpack-scan_" + "Q" * 25
ORDERS = (
    "product,quantity,site,client,bundle_size\njetpack-scan,2,x.example,Ann,\n",
    '[{"product": "jetpack-scan", "quantity": 2}, {"product": "jetpack-boost"}]',
    '{"product": "jetpack-anti-spam", "bundle_size": 20}\n{"product": "jetpack-scan"}\n',
    'product\tsite\njetpack-scan\t"x\ny.example"\n',
)
TIMES = (
    "2026-11-22",
    "2026-11-22T11:00:00.5Z",
    "2026-11-22 11:00+01:00",
    "2026-11",
    "today",
    "-7d",
)
ISSUED = '"issued_at": "2026-10-01T00:00:00Z"'
HISTORY = (
    (
        f"license_key,product,issued_at,revoked_at,site,client,assigned_at\n{KEY},jetpack-scan,"
        "2026-11-01T00:00,,x.example,Ann,2026-11-02T10:00:00+01:00\n"
    ),
    (
        f'{{"license_key": "{KEY}", "product": "jetpack-scan", {ISSUED}, "assignments":'
        ' [{"site": "x.example", "client": "Ann", "from": "2026-10-02T00:00:00Z", "to": null}]}'
    ),
    (
        f'{{"license_key": "b_1", "product": "jetpack-anti-spam", {ISSUED}, "bundle_size": 20}}\n'
        f'{{"license_key": "c_1", "product": "jetpack-anti-spam", {ISSUED}, "bundle_key": "b_1"}}'
    ),
)
PLANS = (
    'complete = false\n[spares]\njetpack-scan = { least = 1, most = 3 }\n"*" = 0\n'
    + commands.SITES.decode(),
    '[sites."a.example"]\nproducts = { jetpack-scan = 2 }\n',
    (
        '{"form": "jpcli-plan/1", "made_at": "2026-11-01T00:00:00Z", "ledger_head": "", "wanted":'
        ' {"complete": false, "other_spares": [0, null], "spares": {}, "sites": {}}, "steps": []}'
    ),
)
SAVED = (
    '{"made_at": "2026-11-01T00:00:00Z"}',
    '{"wanted": {"complete": false, "other_spares": [0, null], "spares": {}, "sites": {}}}',
    '{"steps": [], "counts": {}, "bill": {}}',
)
PRICES = (
    (
        "product,name,family,amount,price_interval,currency,from,bundle_size\n"
        "jetpack-x,X,x,0.27,day,usd,2026-01-01,1\n"
    ),
    '[{"product": "jetpack-x", "amount": 1.5, "bundle_size": 5, "price_interval": "month"}]',
)
POLICY = (
    '[checks]\nledger_check = true\npast_due = "warning"\n[bill]\nat_most = 250\n',
    '[[licenses]]\nproduct = "jetpack-*"\nat_most = 3\nsite = "*.example"\n',
    '[unassigned]\nat_most = 1\n[[required]]\nproducts = ["jetpack-scan"]\nsites = ["a.*"]\n',
)

PROOFS = ("".join(large_proof(2)), "".join(one_clients_proof(["https://a.example"])))

TARGETS: dict[str, Target] = {
    "times": _text(parsers.times, *TIMES),
    "numbers": _text(parsers.numbers, "0.27", "12.5%", "92233.7", "1e5", "00.10"),
    "names": _text(parsers.labels, KEY, "https://Shop.example:443/a/", "münchen.example", "Ann"),
    "cards": _text(parsers.card_fields, "4242", "12/2030", "visa", "4111 1111-1111.1111"),
    "rows": _bytes(parsers.rows, *ORDERS),
    "plans": _bytes(parsers.plans, *PLANS),
    "proofs": _bytes(parsers.proofs, *PROOFS),
    "dashboard": _text(
        parsers.dashboards,
        "a.example: Scan, 2 x Boost\nb.example\n  AI x3\n",
        f"Jetpack Scan\nhttps://A.example/\n{KEY}\nIssued on Feb 14, 2026\n3 May 2026\nRevoke",
        "Product\tSite\tQuantity\n| Backup (10GB) | a.example | 999 |\nScan on b.example",
        '"license_key","issued_at"\nWordPress.com hosting 2026-02-30\n999, 999 x Scan, 999 x AI',
    ),
    "line": Target(commands.line, commands.LINE_SEEDS, words=("--json", "--dry-run", "{placed}")),
    "at": _valued("issue jetpack-scan --at=@VALUE", *TIMES),
    "since": _valued("log --since=@VALUE", *TIMES, "2011-12-30", "yesterday"),
    "suppose-issue": _valued(
        "invoice preview --issue=@VALUE", "jetpack-scan:3@2026-11-20", "jetpack-boost@2026-12-01"
    ),
    "suppose-revoke": _valued(
        "invoice preview --revoke=@VALUE", "{placed}@2026-11-25", "{free}@2026-11-20T10:00:00Z"
    ),
    "site": _valued("assign {free} --site=@VALUE", "x.example", "http://[::1]:8080/A"),
    "client": _valued("clients add -- @VALUE", "Dora", "Bu\u0308ro", "[b]x"),
    "reason": _valued("revoke {placed} --yes --reason=@VALUE", "gone", "::error::x"),
    "setting": _valued("settings set name -- @VALUE", "Acme", "-x", "a\nb"),
    "terms": _valued("settings set payment-terms-days -- @VALUE", "30", "-1", "1e3"),
    "address": _valued("settings set address -- @VALUE", "1 Main Street", "none", "", "a\tb"),
    "payment-note": _valued("settings set payment-note -- @VALUE", "DE89 3704 0044", "4242" * 4),
    "bill-from": _valued("settings set bill-from -- @VALUE", "2026-10", "10/2026", "none"),
    "zone-data": _valued("settings set zone-data -- @VALUE", "machine", "/etc", "none"),
    "setting-name": _valued("settings set -- @VALUE 1", "payment_terms_days", "collect", "zone"),
    "undo": _valued("undo --yes -- @VALUE", "14", "-1", "0", "1e3", "\u0663", "9" * 20),
    "client-rename": _valued("clients rename -- Ann @VALUE", "Zoe", "Bob", "Ann", "a\u0301"),
    "client-merge": _valued("clients merge -- @VALUE --into Bob", "Ann", "Bob", "-x"),
    "client-merged": _valued("clients merge Ann --into=@VALUE", "Bob", "ann", "Zoe"),
    "client-edit": _valued("clients edit Ann --email=@VALUE", "a@b.example", "@", "a b@c"),
    "site-rename": _valued("sites rename -- a.example @VALUE", "n.example", "b.example", "a..b"),
    "site-merge": _valued("sites merge a.example --into=@VALUE", "b.example", "http://a.example/"),
    "product-rename": _valued("products rename -- jetpack-scan @VALUE", "Guard", "=1", "x" * 201),
    "remove-price": _valued("products remove-price boost --from=@VALUE", "2027-02-01", *TIMES),
    "price": _valued("products set-price jetpack-scan --price=@VALUE", "0.27", "0"),
    "quantity": _valued("issue jetpack-scan --quantity=@VALUE --dry-run", "3", "0x2", "1_0"),
    "markup": _valued("invoice preview --by client --markup=@VALUE", "20", "12.5%"),
    "expiry": _valued("cards add --brand visa --last4 1881 --exp=@VALUE", "12/2031", "1/31"),
    "month": _valued("invoice explain -- @VALUE", "2026-10", "INV-2026-09"),
    "license": _valued("licenses show -- @VALUE", "{placed}", "jetpack-scan", "jet"),
    "search": _valued("licenses list --search=@VALUE", "scan", "%", "a.example"),
    "issue": Target(commands.from_file("issue", "--from"), ORDERS),
    "transfer": Target(
        commands.from_file("transfer", "--from"),
        ("license_key,to\n{placed},c.example\n", '{"license_key": "{other}", "to": "a.example"}'),
    ),
    "assign": Target(
        commands.from_file("assign", "--from"),
        ("license_key,site,client\n{free},c.example,Ann\n", '[{"license_key": "{free}"}]'),
    ),
    "revoke": Target(
        commands.from_file("revoke", "--yes", "--from"),
        ("license_key\n{free}\n{placed}\n", '["x"]', '[{"license_key": "{other}"}]'),
    ),
    "history": Target(commands.history, HISTORY),
    "prices": Target(commands.from_file("products", "import"), PRICES),
    "policy": Target(commands.from_file("audit", "--policy"), POLICY),
    "apply": Target(commands.planned, PLANS),
    "saved-plan": Target(commands.saved_plan, SAVED),
    "environment": Target(
        commands.environment,
        ("JPCLI_NOW=2026-11-22T11:00:00Z\nJPCLI_ACTOR=x", "COLUMNS=80\nLOGNAME=y\nJPCLI_ACTOR="),
        words=("JPCLI_LEDGER", "NO_COLOR", "GITHUB_STEP_SUMMARY", "JPCLI_DEBUG"),
    ),
    "completion": Target(
        commands.completed, ("licenses\njet", "sites@\nhttps://", "bundles\njetpack-anti-spam")
    ),
    "bent-file": Target(commands.bent_file, ("\x0f\0\0\x12\0", "\x01\0\x10\x05\x7f", "\x02")),
    "bent-rows": Target(commands.bent_rows, ("\x05\0\x0199", "\x30\x04\x02{}", "\x31\x04\x0fnull")),
    "stored-answer": Target(
        commands.stored_answer, ('{"data": {"client": {}}, "notes": [["a", "b"]]}', "[]", "{")
    ),
    "stripe": Target(commands.stripe_answer, ('\x13\x01+{"total": 1.5}', "\x10\0{}", "\x02\x07[]")),
}
