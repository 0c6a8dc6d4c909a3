"""The calls of the Licensing API, done to a world."""

from __future__ import annotations

import random
import re
import time
from typing import Any

from tests.jetpack_double.world import License, Site, World

MESSAGES = {
    "rest_forbidden": "Sorry, you are not allowed to do that.",
    "missing_valid_payment_method": "A valid payment method is required.",
    "revoked_license": "The license has been revoked.",
    "attached_license": "The license is attached to another site.",
    "active_on_same_site": "The license is already active on this site.",
    "not_attached": "The license is not attached to a site.",
    "not_same_owner": "The site or license belongs to somebody else.",
    "multisite_incompatibility": "This product does not work on a multisite.",
    "license_not_found": "There is no such license.",
    "invalid_input": "The input is not valid.",
    "rest_no_route": "No route was found matching the URL and request method.",
    "rest_not_allowed": "This method is not allowed here.",
}
Query = dict[str, str]


class Refusal(Exception):
    """An error of the API."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def do(world: World, method: str, parts: list[str], query: Query, body: Any) -> Any:
    """What the API answers, as JSON; `parts` are those of the path. Raises Refusal, and ValueError
    for an address that is none."""
    given = body if isinstance(body, dict) else {}
    match method, parts:
        case "GET", ["product-families"]:
            return families(world, priced=False)
        case "GET", ["partner", "product-families"]:
            return families(world, priced=True)
        case "GET", ["license"]:
            return shown(world, _license(world, query.get("license_key")))
        case "POST", ["license"]:
            return shown(world, _issue(world, query, given))
        case "DELETE", ["license"]:
            return shown(world, _revoke(world, _license(world, query.get("license_key"))))
        case "POST", ["license", key, "site"]:
            return shown(world, _attach(world, _license(world, key), given.get("site")))
        case "DELETE", ["license", key, "site"]:
            return shown(world, _detach(world, _license(world, key), query))
        case "GET", ["licenses"]:
            return _list(world, query)
        case "POST", ["site-connection"]:
            return _connect(world, given)
    raise Refusal(404, "rest_no_route")


def shown(world: World, one: License) -> dict[str, Any]:
    found: dict[str, Any] = {
        "license_id": one.license_id,
        "license_key": one.license_key,
        "issued_at": moment(world, one.issued_at),
    }
    if one.revoked_at is not None or world.spelling.null_revoked:
        found["revoked_at"] = moment(world, one.revoked_at)
    return found


def listed(world: World, one: License) -> dict[str, Any]:
    site = None if one.blog_id is None else world.sites[one.blog_id]
    names = {slug: (number, name) for _, slug, number, name, _, _ in world.products}
    number, name = names.get(one.product, (2999, one.product))
    blog_id: Any = one.blog_id
    if blog_id is not None and world.spelling.blog_id_text:
        blog_id = str(blog_id)
    return {
        **shown(world, one),
        "product_id": number,
        "product": name,
        "blog_id": blog_id,
        "siteurl": None if site is None else site.url,
        "attached_at": moment(world, one.attached_at),
        "parent_license_id": one.parent_license_id,
        "quantity": one.quantity,
        "owner_type": "jetpack_partner_key",
    }


def moment(world: World, at: int | None) -> str | None:
    return None if at is None else time.strftime(world.spelling.time, time.gmtime(at))


def families(world: World, *, priced: bool) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for family, slug, number, name, amount, interval in world.products:
        product = {"product_id": number, "name": name, "slug": slug}
        if priced:
            product |= {"currency": world.currency, "amount": amount, "price_interval": interval}
        title = family.replace("-", " ").title()
        made = found.setdefault(family, {"name": title, "slug": family, "products": []})
        made["products"].append(product)
    return list(found.values())


def _license(world: World, key: str | None) -> License:
    if not key:
        raise Refusal(400, "invalid_input")
    if key in world.foreign:
        raise Refusal(403, "not_same_owner")
    if key not in world.licenses:
        raise Refusal(400, "license_not_found")
    return world.licenses[key]


def _issue(world: World, query: Query, body: dict[str, Any]) -> License:
    product = body.get("product", query.get("product"))
    if not isinstance(product, str) or not product or query.get("product", product) != product:
        raise Refusal(400, "invalid_input")
    known = {slug for _, slug, *_ in world.products}
    is_slug = re.fullmatch("[a-z0-9_-]+", product) is not None
    if not (is_slug and (world.any_product or product in known)):
        raise Refusal(400, "invalid_input")
    if not world.has_card:
        raise Refusal(400, "missing_valid_payment_method")
    return world.issue(product)


def _revoke(world: World, one: License) -> License:
    if one.revoked_at is not None and not world.repeats:
        raise Refusal(400, "revoked_license")
    if one.revoked_at is None:
        one.revoked_at = world.now()
        one.attached_at = one.blog_id = None
    return one


def _attach(world: World, one: License, named: Any) -> License:
    if isinstance(named, bool) or not isinstance(named, int | str) or named == "":
        raise Refusal(400, "invalid_input")
    if one.revoked_at is not None:
        raise Refusal(400, "revoked_license")
    site = world.find_site(named)
    if site is None:
        if not world.any_site or isinstance(named, int):
            raise Refusal(400, "invalid_input")
        site = world.site(named)
    _check_site(one, site)
    if one.blog_id is not None and one.blog_id != site.blog_id:
        raise Refusal(400, "attached_license")
    if one.blog_id is not None and not world.repeats:
        raise Refusal(400, "active_on_same_site")
    if one.blog_id is None:
        one.attached_at, one.blog_id = world.now(), site.blog_id
    return one


def _check_site(one: License, site: Site) -> None:
    if not site.ours or site.before:
        raise Refusal(403, "not_same_owner")
    if site.multisite and any(word in one.product for word in ("backup", "scan")):
        raise Refusal(400, "multisite_incompatibility")


def _detach(world: World, one: License, query: Query) -> License:
    if query.get("cancellation_email", "1") not in {"0", "1"}:
        raise Refusal(400, "invalid_input")
    if one.revoked_at is not None:
        raise Refusal(400, "revoked_license")
    if one.blog_id is None and not world.repeats:
        raise Refusal(400, "not_attached")
    if one.blog_id is not None:
        if query.get("cancellation_email", "1") == "1":
            url = world.sites[one.blog_id].url
            world.mails.append({"license_key": one.license_key, "site": url})
        one.attached_at = one.blog_id = None
    return one


def _list(world: World, query: Query) -> dict[str, Any]:
    if not world.lists:
        raise Refusal(world.lists_status, "rest_forbidden")
    state, words = query.get("filter", "not_revoked"), query.get("search", "")
    found = [
        one
        for one in world.licenses.values()
        if one.license_key not in world.foreign
        and _is(one, state)
        and (
            not words or words in one.license_key or words in (world.site_of(one.license_key) or "")
        )
        and query.get("parent_id", str(one.parent_license_id)) == str(one.parent_license_id)
    ]
    order = query.get("sort_field", "issued_at")
    found.sort(key=lambda one: (getattr(one, order) or 0, one.license_id))
    direction = world.sorts or query.get("sort_direction", "desc")
    if direction == "desc":
        found.reverse()
    if direction == "shuffled":
        random.Random(7).shuffle(found)
    page, size = int(query.get("page", "1")), int(query.get("per_page", "50"))
    return {
        "current_page": page,
        "items_per_page": size,
        "total_items": len(found),
        "total_pages": -(-len(found) // size),
        "items": [listed(world, one) for one in found[(page - 1) * size : page * size]],
    }


def _is(one: License, state: str) -> bool:
    revoked, attached = one.revoked_at is not None, one.blog_id is not None
    return {
        "all": True,
        "revoked": revoked,
        "not_revoked": not revoked,
        "attached": attached,
        "detached": not revoked and not attached,
    }[state]


def _connect(world: World, body: dict[str, Any]) -> dict[str, Any]:
    """Every refusal of this call is a 403: that is the only one that the guide has."""
    url, user = body.get("url"), body.get("local_user")
    valid = isinstance(url, str) and url.startswith(("http://", "https://")) and url[8:]
    if not valid or isinstance(user, bool) or not isinstance(user, int | str) or user == "":
        raise Refusal(403, "invalid_input")
    assert isinstance(url, str)
    site = world.find_site(url)
    code = "already_connected"
    if site is None:
        site, code = world.site(url), "success"
    elif site.before:
        code = "previously_connected"
    shown_id: Any = str(site.blog_id) if world.spelling.blog_id_text else site.blog_id
    return {"code": code, "blog_id": shown_id}
