"""A saved plan is input like any other: whoever can write a file can make its hash, too.

Each plan here is a good one that somebody changed, with the hash made again.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.services.plan import apply, order, plan
from tests.services.agency import A, Agency, B

if TYPE_CHECKING:
    from collections.abc import Callable

CARD = "4242424242424242"
NEW = "https://new.example"


class Crafted:
    """A plan for an agency that has a license in use, as the object in its file."""

    def __init__(self, agency: Agency, path: Path) -> None:
        self.agency = agency
        self.path = path
        (self.in_use,) = agency.issue("jetpack-scan", site=B, client="Ann")
        source = path.with_suffix(".toml")
        source.write_text(f'[sites."{A}"]\nproducts = ["jetpack-ai"]\n')
        with agency.desk(writes=False) as desk:
            plan.plan(desk, str(source), str(path))
        self.body: dict[str, Any] = json.loads(path.read_text())

    @property
    def sites(self) -> dict[str, Any]:
        sites: dict[str, Any] = self.body["wanted"]["sites"]
        return sites

    @property
    def step(self) -> dict[str, Any]:
        step: dict[str, Any] = self.body["steps"][0]
        return step

    def write(self) -> None:
        hashed = {name: self.body.get(name) for name in ("ledger_head", "wanted", "steps")}
        text = json.dumps(hashed, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        made = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        if self.body.get("plan_hash") is not None:
            self.body["plan_hash"] = made
        self.path.write_text(json.dumps(self.body, ensure_ascii=True))

    def refused(self) -> JpcliError:
        """What both commands say; nothing is written, by neither."""
        before = self.agency.state()
        with pytest.raises(JpcliError) as at_plan, self.agency.desk(writes=False) as desk:
            plan.plan(desk, str(self.path))
        with pytest.raises(JpcliError) as at_apply:
            self.agency.do(lambda desk: apply.apply(desk, order.read_order(desk, str(self.path))))
        assert self.agency.state() == before
        assert at_plan.value.code == at_apply.value.code
        return at_apply.value


@pytest.fixture
def crafted(agency: Agency, tmp_path: Path) -> Crafted:
    return Crafted(agency, tmp_path / "sites.plan")


def put(path: str, value: Any) -> Callable[[Crafted], None]:
    """Put a value at a place such as `wanted.complete`."""

    def change(plan: Crafted) -> None:
        *outer, last = path.split(".")
        found: Any = plan.body
        for name in outer:
            found = found[int(name)] if isinstance(found, list) else found[name]
        found[int(last) if isinstance(found, list) else last] = value

    return change


def wish(url: str, products: Any, client: Any = None) -> Callable[[Crafted], None]:
    def change(plan: Crafted) -> None:
        plan.sites[url] = {"client": client, "products": products}

    return change


def revoke_in_use(plan: Crafted) -> None:
    plan.step.update(action="revoke", license_key=plan.in_use, product="jetpack-scan", site=None)
    plan.step.update({"from": B})
    plan.body["counts"].update(issue=0, revoke=1)


def twice(plan: Crafted) -> None:
    plan.body["steps"].append(plan.step)
    plan.body["counts"]["issue"] = 2


def deep(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


PLANS: dict[str, tuple[Callable[[Crafted], None], str]] = {
    "a card number as a site": (wish(f"https://{CARD}.example", {}), "card_number"),
    "and as a path": (wish("https://d.example/4242-4242-4242-4242", {}), "card_number"),
    "and as a client": (wish(NEW, {"jetpack-ai": 1}, "4242 4242 4242 4242"), "card_number"),
    "a site that is none": (wish("javascript:alert(1)", {"jetpack-ai": 1}), "bad_site"),
    "an empty site": (wish("", {"jetpack-ai": 1}), "bad_site"),
    "a site that gives a command": (wish("::error::x", {"jetpack-ai": 1}), "bad_site"),
    "one site written twice": (wish(A.upper(), {"jetpack-ai": 1}), "duplicate_site"),
    "a client with an escape": (wish(NEW, {"jetpack-ai": 1}, "\x1b[2J"), "bad_client"),
    "a client with half a pair": (wish(NEW, {"jetpack-ai": 1}, "\ud800"), "bad_client"),
    "a client that is a list": (wish(NEW, {"jetpack-ai": 1}, ["Ann"]), "bad_client"),
    "another owner": (wish(B, {"jetpack-scan": 1}, "Bob"), "site_has_other_client"),
    "less than none": (wish(NEW, {"jetpack-ai": -1}), "bad_number"),
    "very many": (wish(NEW, {"jetpack-ai": 10**18}), "bad_number"),
    "a part of one": (wish(NEW, {"jetpack-ai": 1.5}), "bad_number"),
    "true": (wish(NEW, {"jetpack-ai": True}), "bad_number"),
    "a number as text": (wish(NEW, {"jetpack-ai": "1"}), "bad_number"),
    "no number": (wish(NEW, {"jetpack-ai": float("nan")}), "bad_plan"),
    "no end of them": (wish(NEW, {"jetpack-ai": float("inf")}), "bad_plan"),
    "nothing": (wish(NEW, {"jetpack-ai": None}), "bad_number"),
    "a product that is not sold": (wish(NEW, {"jetpack-gold": 1}), "unknown_product"),
    "products that are a list": (wish(NEW, ["jetpack-ai"]), "bad_plan"),
    "a site that is a list": (put("wanted.sites", {NEW: []}), "bad_plan"),
    "sites that are a list": (put("wanted.sites", []), "bad_plan"),
    "a wish that is a text": (put("wanted", "everything"), "bad_plan"),
    "complete is a text": (put("wanted.complete", "yes"), "bad_value"),
    "spares below none": (put("wanted.spares", {"jetpack-ai": [-1, None]}), "bad_number"),
    "at most less than at least": (put("wanted.spares", {"jetpack-ai": [3, 1]}), "bad_number"),
    "three numbers of spares": (put("wanted.spares", {"jetpack-ai": [0, 1, 2]}), "bad_plan"),
    "spares of all others, twice": (put("wanted.spares", {"*": [0, 0]}), "bad_plan"),
    "others at least": (put("wanted.other_spares", [5, None]), "bad_number"),
    "an unknown key in the wish": (put("wanted.force", True), "bad_plan"),
    "an unknown key beside it": (put("at", "2020-01-01"), "bad_plan"),
    "a key is missing": (lambda plan: plan.body.pop("bill"), "bad_plan"),
    "no hash": (put("plan_hash", None), "bad_plan"),
    "deep nesting": (put("wanted.sites", deep(900)), "bad_plan"),
    "deeper in a step": (put("steps.0.site", deep(900)), "bad_plan"),
    "a step too many": (twice, "bad_plan"),
    "no steps": (put("steps", []), "bad_plan"),
    "steps that are an object": (put("steps", {}), "bad_plan"),
    "a step that is none": (put("steps.0", "issue"), "bad_plan"),
    "a step of another kind": (put("steps.0.action", "delete"), "bad_plan"),
    "a step with another key": (put("steps.0.price", 0), "bad_plan"),
    "a step with a key less": (lambda plan: plan.step.pop("client"), "bad_plan"),
    "a good step and one that is none": (
        lambda plan: plan.body["steps"].append({**plan.step, "site": 7}),
        "bad_plan",
    ),
    "a size of none": (put("steps.0.bundle_size", 0), "bad_plan"),
    "a size that is no number": (put("steps.0.bundle_size", True), "bad_plan"),
    "a head that is short": (put("ledger_head", "0" * 63), "bad_plan"),
    "a step dated back": (put("steps.0.at", "2020-01-01T00:00:00Z"), "bad_plan"),
    "a size below none": (put("steps.0.bundle_size", -5), "bad_plan"),
    "another license": (put("steps.0.license_key", "jetpack-ai_x"), "bad_plan"),
    "the revocation of a license in use": (revoke_in_use, "bad_plan"),
    "counts that lie": (put("counts.issue", 0), "bad_plan"),
    "a bill that is none": (put("bill", "nothing"), "bad_plan"),
    "a time that is none": (put("made_at", "soon"), "bad_plan"),
    "another ledger": (put("ledger_head", "0" * 64), "plan_is_stale"),
    "a head that is none": (put("ledger_head", "x" * 64), "bad_plan"),
    "a head that is a list": (put("ledger_head", []), "bad_plan"),
    "another form": (put("form", "jpcli-plan/2"), "bad_plan"),
}


@pytest.mark.parametrize(("change", "code"), PLANS.values(), ids=PLANS)
def test_a_crafted_plan_is_refused(
    crafted: Crafted, change: Callable[[Crafted], None], code: str
) -> None:
    change(crafted)
    crafted.write()
    error = crafted.refused()
    assert error.code == code
    assert error.hint
    assert CARD not in error.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"jpcli-plan/1"', '"jpcli-plan/1", "form": "jpcli-plan/1"'),
        ('"jetpack-ai": 1', '"jetpack-ai": 1, "jetpack-ai": 2'),
        ('"jetpack-ai": 1', '"jetpack-ai": NaN'),
        ('"jetpack-ai": 1', '"jetpack-ai": -Infinity'),
        ('"jetpack-ai": 1', '"jetpack-ai": ' + "9" * 5_000),
        ('"complete": false', '"complete": ' + "[" * 100_000),
        ('"made_at"', "}"),
    ],
)
def test_what_is_no_json_is_no_plan(crafted: Crafted, old: str, new: str) -> None:
    crafted.write()
    text = crafted.path.read_text()
    assert old in text
    crafted.path.write_text(text.replace(old, new, 1))
    assert crafted.refused().code == "bad_plan"


@pytest.mark.parametrize("before", ["", "\n ", "\ufeff"])
def test_the_same_plan_unchanged_is_done(crafted: Crafted, before: str) -> None:
    crafted.write()
    crafted.path.write_text(before + crafted.path.read_text())
    done = crafted.agency.do(
        lambda desk: apply.apply(desk, order.read_order(desk, str(crafted.path)))
    )
    assert [step["action"] for step in done.data["steps"]] == ["issue"]
