from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from hashlib import sha256

import pytest

from jpcli.domain.card_numbers import looks_like_card_number
from jpcli.domain.errors import BadInput
from jpcli.domain.names import (
    BASE62,
    check_client_name,
    check_license_key,
    check_product_slug,
    new_keys,
)
from tests.domain.refused import refused


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
    error = refused(check_license_key, text, "bad_license_key", "jetpack-scan_xZjtE12WIVwBus4n2wbI")
    assert "\x1b" not in error.message


@pytest.mark.parametrize(
    "key",
    [
        "4111111111111111",
        "jetpack-scan_4111111111111111",
        "jetpack-scan_4111-1111-1111-1111",
        "jetpack-scan_4111.1111_1111:x_1111-4111-1111-1111-1111",
        "jetpack-backup-t1_abc-4111111111111111.f",
    ],
)
def test_figures_alone_in_a_key_may_be_a_card_number(key: str) -> None:
    with pytest.raises(BadInput) as caught:
        check_license_key(key)
    assert caught.value.code == "card_number"


@pytest.mark.parametrize(
    "key",
    [
        "jetpack-scan_a4111111111111111",
        "jetpack-scan_4111111111111111f",
        "jetpack-scan_4111-1111-1111-1111f",
        "jetpack-scan_c0ffee4111111111111111beef",
        "jetpack-scan_x4111-b1111-1111c-1111",
    ],
)
def test_figures_among_letters_are_a_part_of_a_key(key: str) -> None:
    assert check_license_key(key) == key


def test_no_key_in_hexadecimal_is_taken_for_a_card_number() -> None:
    keys = [sha256(n.to_bytes(2)).hexdigest()[:32] for n in range(3000)]
    assert [key for key in keys if looks_like_card_number(key)]
    for key in keys:
        assert check_license_key(f"jetpack-scan_{key}")


@pytest.mark.parametrize(
    "text", ["", "Jetpack-Scan", "jetpack scan", "-scan", "_scan", "scan.1", "a" * 101, "é", "../x"]
)
def test_what_is_no_product_is_refused(text: str) -> None:
    refused(check_product_slug, text, "bad_product", "jetpack-scan")


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "a\x00", "\x1b[31mred", "a" * 201, "a\u202eb"])
def test_what_is_no_client_is_refused(text: str) -> None:
    refused(check_client_name, text, "bad_client", "1 to 200 characters")


@pytest.mark.parametrize("text", ["a", "1", "a-", "a_b", "a" * 100])
def test_the_shortest_and_the_longest_names(text: str) -> None:
    assert check_product_slug(text) == check_license_key(text) == check_client_name(text) == text
    double = text * (200 // len(text))
    assert check_license_key(double) == check_client_name(double) == double


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (check_license_key, "bad_license_key"),
        (check_product_slug, "bad_product"),
        (check_client_name, "bad_client"),
    ],
)
def test_a_name_that_is_far_too_long_is_shown_as_it_begins(
    check: Callable[[str], str], code: str
) -> None:
    assert f"'b{'a' * 79}…'" in refused(check, "b" + "a" * 5000, code, "").message
    assert f"'b\\x07{'a' * 78}'" in refused(check, "b\x07" + "a" * 78, code, "").message


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
    # Exactly as many as two keys need, one by one.
    figures = iter(range(50))
    keys = new_keys("p", 2, lambda _count: bytes([next(figures)]))
    assert keys == ["p_" + BASE62[:25], "p_" + BASE62[25:50]]
