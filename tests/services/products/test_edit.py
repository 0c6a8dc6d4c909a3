"""Products put right: hidden, called otherwise, a price that is not to come after all."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.services.billing.preview import preview
from jpcli.services.products import products
from jpcli.services.products.edit import hide_product, remove_price, rename_product
from tests.services.agency import Agency, codes

SCAN, SECURITY = "jetpack-scan", "jetpack-security-t1"


def refused(agency: Agency, use_case: Any, *args: Any, **options: Any) -> str:
    before = agency.state()
    with pytest.raises(JpcliError) as error:
        agency.do(use_case, *args, **options)
    assert agency.state() == before
    return error.value.code


def listed(agency: Agency, **options: Any) -> set[str]:
    found = agency.ask(products.list_products, **options)["products"]
    return {offer["product"] for offer in found}


def test_what_is_hidden_is_not_issued_and_billed_as_ever(agency: Agency) -> None:
    key = agency.issue_one(SCAN, at="2024-08-01T00:00:00Z")
    before = agency.preview("2024-08")["lines"]
    assert codes(agency.do(hide_product, SCAN)) == ["product_edited"]
    assert codes(agency.do(hide_product, SCAN)) == ["already_hidden"]
    assert agency.preview("2024-08")["lines"] == before
    assert (SCAN in listed(agency), listed(agency, hidden=True)) == (False, {SCAN})
    with pytest.raises(JpcliError) as error:
        agency.issue(SCAN)
    assert error.value.code == "product_hidden"
    assert str(error.value.hint).endswith(f"jpcli products hide {SCAN} --back")
    agency.assign(key, "https://a.example")
    agency.do(hide_product, SCAN, back=True)
    agency.issue(SCAN)
    assert listed(agency, hidden=True) == set()
    assert refused(agency, hide_product, "jetpack-nothing") == "unknown_product"
    assert agency.problems() == []


def test_another_name_is_on_bills_to_come(agency: Agency) -> None:
    agency.issue(SECURITY)
    agency.bundle()
    agency.do(rename_product, SECURITY, "Guard")
    names = [line["name"] for line in agency.ask(preview, "2024-08")["lines"]]
    assert names == ["Guard", "Security, bundle of 3"]
    assert codes(agency.do(rename_product, SECURITY, "Guard")) == ["already_renamed"]
    agency.set_price(SECURITY, "0.40", "2024-09-01")
    assert agency.ask(products.show_product, SECURITY)["products"][0]["name"] == "Guard"
    assert refused(agency, rename_product, SECURITY, "\n") == "bad_name"
    assert agency.problems() == []


def test_a_price_to_come_is_taken_back(agency: Agency) -> None:
    before = agency.ask(products.list_products)
    agency.set_price(SCAN, "0.20", "2024-08-20")
    agency.issue(SCAN)
    dear = agency.preview("2024-08")["total"]
    agency.do(remove_price, SCAN, "2024-08-20")
    assert agency.ask(products.list_products) == before
    assert agency.preview("2024-08")["total"] != dear
    assert refused(agency, remove_price, SCAN, "2024-08-20") == "unknown_price"
    assert refused(agency, remove_price, SCAN, "2022-01-01") == "price_in_force"
    assert refused(agency, remove_price, SCAN, "2024-09-01", 3) == "unknown_bundle"
    assert refused(agency, remove_price, SCAN, "tomorrow") == "bad_date"
    agency.set_price(SECURITY, "0.60", "2024-09-01", bundle_size=3)
    agency.do(remove_price, SECURITY, "2024-09-01", 3)
    assert agency.ask(products.list_products) == before
    assert agency.problems() == []
