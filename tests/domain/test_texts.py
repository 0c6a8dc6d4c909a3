"""Text in its one form: what goes, what stays, what is refused."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.errors import BadInput
from jpcli.domain.names import check_client_name
from jpcli.domain.texts import check_remark, clean, is_plain_line

# What is taken apart, put together, dropped or kept, and letters beside it.
PIECES = st.sampled_from(
    "aAüÜßé \t\n\u0301\u0308\xa0\u2003\u3000\ufeff\u200b\xad\u200c\u200d\u200e\u202e\u0d9a\u0dca"
    "\u0dc2\u0645\u06cc\u05d0\u094d\u093c\u1100\u1161\U0001f469\x1b\x85\u2028"
)
texts = st.one_of(st.text(max_size=20), st.lists(PIECES, max_size=12).map("".join))


@given(texts)
def test_a_text_in_its_one_form_stays_as_it_is(text: str) -> None:
    found = clean(text)
    assert clean(found) == found == normalize("NFC", found)
    for form in ("NFC", "NFD"):
        assert clean(normalize(form, text)) == found
    assert clean(f"\ufeff \u200b{text}\xa0\u200d\n") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mu\u0308ller", "Müller"),
        ("M\xfcller\xa0AG", "Müller AG"),
        ("山田\u3000太郎", "山田 太郎"),
        ("\ufeffShop\u200b", "Shop"),
        ("\u200e \u2060Shop\xad\t", "Shop"),
        ("ක්\u200dෂ", "ක්\u200dෂ"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Ac\u200dme", "Acme"),
        ("Ac\u200cme AG", "Acme AG"),
        ("山\u200d田", "山田"),
        ("e\u200d\u0301", "é"),
        ("a  b", "a  b"),
    ],
)
def test_one_name_is_written_one_way(text: str, found: str) -> None:
    assert clean(text) == check_client_name(text) == check_remark(text, "--reason") == found


@pytest.mark.parametrize(
    "mark", "\u202a\u202b\u202c\u202d\u202e\u2066\u2069\x1b\x00\x85\u2028\u2029\ue000"
)
@pytest.mark.parametrize("form", ["{}b", "a{}b", "a{}", "ක්{}ෂ"])
def test_what_turns_text_around_or_acts_is_refused(form: str, mark: str) -> None:
    text = form.format(mark)
    assert not is_plain_line(clean(text))
    with pytest.raises(BadInput, match="cannot be the name"):
        check_client_name(text)
    with pytest.raises(BadInput) as caught:
        check_remark(text, "--reason")
    assert caught.value.code == "bad_text"


@pytest.mark.parametrize("mark", ["\u200b", "\u2060", "\ufeff", "\xad", "\u200e"])
def test_a_mark_that_nobody_sees_is_refused_within_a_name(mark: str) -> None:
    with pytest.raises(BadInput, match="cannot be"):
        check_client_name(f"Ac{mark}me")


def test_a_card_number_in_other_spaces_is_one() -> None:
    for space in ("\xa0", "\u3000", "\u2007"):
        with pytest.raises(BadInput) as caught:
            check_remark(space.join(["4111", "1111", "1111", "1111"]), "--reason")
        assert caught.value.code == "card_number"
