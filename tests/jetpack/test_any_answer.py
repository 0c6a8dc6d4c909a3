"""Whatever an answer has in it is a license, or is none; nothing else comes of it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jpcli.jetpack import shapes
from jpcli.jetpack.shapes import Garbled, RemoteLicense
from jpcli.jetpack.transport import _request_id, _wait_seconds

NUMBERS = st.integers() | st.floats() | st.sampled_from([0, -1, 2**63, 10**400])
TEXTS = st.text() | st.sampled_from(
    [
        "jetpack-scan_abcd",
        "2026-11-01T00:00:00Z",
        "2026-11-01 00:00:00",
        "day",
        "usd",
        "7",
        "\ud800",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def objects(*names: str) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, JSON)) | JSON


LICENSES = objects(*(name for name in RemoteLicense._fields if name != "site"), "siteurl")
PRODUCTS = objects("slug", "name", "currency", "amount", "price_interval")
FAMILIES = st.lists(
    st.fixed_dictionaries({"slug": JSON, "products": st.lists(PRODUCTS, max_size=3) | JSON})
)


@given(LICENSES)
def test_a_license(found: Any) -> None:
    try:
        one = shapes.license_of(found)
    except Garbled:
        return
    assert "_" in one.license_key or one.product == one.license_key
    assert one.issued_at >= 0


@given(st.lists(LICENSES, max_size=3) | JSON, JSON, JSON)
def test_a_page(items: Any, current: Any, total: Any) -> None:
    page = {"items": items, "current_page": current, "total_pages": total}
    try:
        shapes.page_of(page, 1)
    except Garbled:
        return
    assert isinstance(items, list)


@given(FAMILIES | JSON)
def test_a_price_list(found: Any) -> None:
    try:
        prices = shapes.prices_of(found)
    except Garbled:
        return
    assert all(isinstance(each.amount, str) for each in prices)


@given(objects("code", "blog_id"))
def test_a_connection(found: Any) -> None:
    try:
        assert isinstance(shapes.connected_of(found, None).code, str)
    except Garbled:
        pass


@given(
    st.binary() | objects("code", "error", "message", "data").map(lambda x: json.dumps(x).encode())
)
def test_an_error(body: bytes) -> None:
    code, text = shapes.told(body)
    assert code is None or 0 < len(code) <= 100
    assert text is None or isinstance(text, str)


@given(st.text(st.characters(max_codepoint=255)), st.none() | st.text())
def test_a_header(text: str, date: str | None) -> None:
    waited = _wait_seconds(text, date)
    assert waited is None or waited >= 0
    told = _request_id(text, "token")
    assert told is None or (told.isprintable() and len(told) <= 200)
