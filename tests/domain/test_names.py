from __future__ import annotations

import os
from collections import Counter

import pytest

from jpcli.domain.errors import BadInput
from jpcli.domain.names import (
    BASE62,
    check_client_name,
    check_license_key,
    check_product_slug,
    new_keys,
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a b",
        "-x",
        "_x",
        "--yes",
        "a/b",
        "a\nb",
        "a\x1b[31m",
        "ключ",
        "a,b",
        "=1+1",
        "@x",
        "a" * 201,
        "a'b",
        'a"b',
        "a;b",
        "[red]",
    ],
)
def test_what_is_no_license_key_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_license_key(text)
    assert caught.value.code == "bad_license_key"
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    "text", ["", "Jetpack-Scan", "jetpack scan", "-scan", "_scan", "scan.1", "a" * 101, "é", "../x"]
)
def test_what_is_no_product_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_product_slug(text)
    assert caught.value.code == "bad_product"


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\x00", "\x1b[31mred", "a" * 201, "a\u202eb"])
def test_what_is_no_client_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_client_name(text)
    assert caught.value.code == "bad_client"


def test_names_as_people_give_them() -> None:
    key = "jetpack-scan_xZjtE12WIVwBus4n2wbIrYcIM"
    assert check_license_key(key) == key
    assert check_product_slug("jetpack-security-t1") == "jetpack-security-t1"
    assert check_client_name("  Client 4 ") == "Client 4"
    assert check_client_name("[inc] Müller & Söhne") == "[inc] Müller & Söhne"
    assert check_client_name("Mu\u0308ller") == "Müller"


def test_a_new_key_is_the_product_and_25_characters_of_base_62() -> None:
    keys = new_keys("jetpack-scan", 1000, os.urandom)
    assert len(set(keys)) == 1000
    for key in keys:
        product, _mark, secret = key.rpartition("_")
        assert product == "jetpack-scan"
        assert len(secret) == 25
        assert set(secret) <= set(BASE62)
        assert check_license_key(key) == key
    assert new_keys("jetpack-scan", 0, os.urandom) == []


def test_every_character_of_a_key_is_equally_likely() -> None:
    every_byte = bytes(range(256)) * 1000
    keys = new_keys("p", 4000, lambda count: every_byte[:count])
    counts = Counter("".join(key[2:] for key in keys))
    assert set(counts) == set(BASE62)
    assert max(counts.values()) - min(counts.values()) < 10


def test_bytes_that_make_no_character_are_asked_for_again() -> None:
    answers = iter([b"\xff" * 64, bytes(100)])
    assert new_keys("p", 1, lambda _count: next(answers)) == ["p_" + "A" * 25]
