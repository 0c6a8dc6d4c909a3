from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.errors import BadInput
from jpcli.domain.site_urls import normalize_pattern, normalize_url, readable, twin
from tests.domain.refused import refused


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "https://",
        "https:///path",
        "://example.com",
        "ftp://example.com",
        "javascript://example.com",
        "file:///etc/passwd",
        "mailto:a@example.com",
        "javascript:alert(1)",
        "https:/example.com",
        "https:example.com",
        "https",
        "HTTP.",
        "https.",
        "https://http.",
        "https.:8443",
        "https://ｈttps/a",
        "//example.com",
        "/path",
        "https://user@example.com",
        "https://user:secret@example.com",
        "user@example.com",
        "https://example.com?x=1",
        "https://example.com/a?x=1",
        "https://example.com/#top",
        "example.com#top",
        "https://exa mple.com",
        "https://example.com/a\tb",
        "https://example.com/\x1b[31m",
        "https://example.com/\u202egnp",
        "https://example.com/\u00a0a",
        "https://exam\nple.com",
        "https://exa\u200bmple.com",
        "https://example..com",
        "https://.example.com",
        "https://-example.com",
        "https://example-.com",
        "https://[red]example.com",
        "https://exa[m]ple.com",
        "https://[::1",
        "https://[::1]x",
        "https://[zz::1]",
        "https://[1]",
        "https://example.com:",
        "https://example.com:0",
        "https://example.com:65536",
        "https://example.com:000080",
        "https://" + ".".join(["a" * 49] * 5) + ".abcd",
        "https://example.com:8x",
        "https://example.com:８０",
        "https://example.com:80:80",
        "https://exa%6Dple.com",
        "https://example.com\\@evil.example",
        "https://example.com/<script>",
        'https://example.com/"',
        "https://" + "a" * 64 + ".com",
        "https://" + "a." * 130 + "com",
        "https://example.com/" + "a" * 1000,
        "https://xn--" + "ü" * 70 + ".com",
        "https//x",
        "HTTPS//example.com",
        "http//example.com/a",
        "ttps//example.com",
        "https://https//example.com",
        "xn--a",
        "https://xn--a.example",
        "https://a.xn--99999999.example",
        "https://xn--abc-.example",
        "https://xn--mnchen-3YA9.example",
        "[:::::]",
        "https://[1:2:3]",
        "https://[::1::]",
        "https://[fe80::1%eth0]",
        "https://[::ffff:999.1.1.1]",
        "https://1.2.3",
        "https://256.1.1.1",
        "https://example.1",
    ],
)
def test_what_is_no_site_is_refused(text: str) -> None:
    error = refused(normalize_url, text, "bad_site", "example.com")
    assert len(error.message) < 500


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("example.com", "https://example.com"),
        ("EXAMPLE.com", "https://example.com"),
        ("example.com.", "https://example.com"),
        ("https://example.com", "https://example.com"),
        ("HTTPS://Example.COM/", "https://example.com"),
        ("http://example.com", "http://example.com"),
        ("http://example.com:80/", "http://example.com"),
        ("https://example.com:443", "https://example.com"),
        ("http://example.com:443", "http://example.com:443"),
        ("example.com:8080", "https://example.com:8080"),
        ("localhost:8080/blog/", "https://localhost:8080/blog"),
        ("https://example.com:0443/a", "https://example.com/a"),
        ("https://example.com/Blog//", "https://example.com/Blog"),
        ("https://example.com/a/b?".removesuffix("?"), "https://example.com/a/b"),
        ("https://example.com/[inc]", "https://example.com/[inc]"),
        ("https://example.com/caf%C3%A9", "https://example.com/caf%C3%A9"),
        ("https://example.com/café", "https://example.com/caf%C3%A9"),
        ("https://example.com/http://other.example", "https://example.com/http://other.example"),
        ("MÜNCHEN.example", "https://xn--mnchen-3ya.example"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("my_site.example.com", "https://my_site.example.com"),
        ("192.0.2.1", "https://192.0.2.1"),
        ("example.com:1", "https://example.com:1"),
        ("example.com:65535", "https://example.com:65535"),
        (".".join(["a" * 49] * 5) + ".abc", "https://" + ".".join(["a" * 49] * 5) + ".abc"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080"),
        ("http://[2001:DB8:0:0:0:0:0:1]", "http://[2001:db8::1]"),
        ("xn--strae-oqa.example", "https://xn--strae-oqa.example"),
        ("xn--i-7iq.ws", "https://xn--i-7iq.ws"),
        ("https://example.com//a", "https://example.com//a"),
    ],
)
def test_one_site_is_written_one_way(text: str, url: str) -> None:
    assert normalize_url(text) == url
    assert normalize_url(url) == url


@pytest.mark.parametrize(
    ("text", "url", "shown"),
    [
        ("straße.example", "https://xn--strae-oqa.example", "https://straße.example"),
        ("STRASSE.example", "https://strasse.example", "https://strasse.example"),
        ("ΣΑΣ.example", "https://xn--mxa9ab.example", "https://σασ.example"),
        ("σας.example", "https://xn--mxa8ab.example", "https://σας.example"),
        ("mu\u0308ller.example", "https://xn--mller-kva.example", "https://müller.example"),
        ("müller。example。", "https://xn--mller-kva.example", "https://müller.example"),
        (
            "ශ්\u200dරී.example",
            "https://xn--10cl1a0b660p.example",
            "https://ශ්\u200dරී.example",
        ),
        ("i❤\ufe0f.example", "https://xn--i-7iq.example", "https://i❤.example"),
        ("a.example/café", "https://a.example/caf%C3%A9", "https://a.example/café"),
        ("a.example/cafe\u0301", "https://a.example/caf%C3%A9", "https://a.example/café"),
        ("a.example/caf%c3%a9/", "https://a.example/caf%C3%A9", "https://a.example/café"),
        ("a.example/%7Eu", "https://a.example/~u", "https://a.example/~u"),
        ("a.example/%2fb%20c", "https://a.example/%2Fb%20c", "https://a.example/%2Fb%20c"),
        ("a.example/%FF%C3", "https://a.example/%FF%C3", "https://a.example/%FF%C3"),
        ("a.example/%E2%80%AE", "https://a.example/%E2%80%AE", "https://a.example/%E2%80%AE"),
        ("a.example/%1B", "https://a.example/%1B", "https://a.example/%1B"),
        ("a.example/100%", "https://a.example/100%25", "https://a.example/100%25"),
        ("a.example::blog", "https://a.example/blog", "https://a.example/blog"),
        ("https://a.example::a::b/c", "https://a.example/a/b/c", "https://a.example/a/b/c"),
        ("a.example:8080::blog", "https://a.example:8080/blog", "https://a.example:8080/blog"),
        ("a.example/x::y", "https://a.example/x::y", "https://a.example/x::y"),
        ("\ufeffhttps://a.example\u200b", "https://a.example", "https://a.example"),
        (" https://a.example\r\n", "https://a.example", "https://a.example"),
    ],
)
def test_a_site_is_kept_as_the_wire_has_it_and_read_as_it_was_meant(
    text: str, url: str, shown: str
) -> None:
    assert normalize_url(text) == url
    assert url.isascii()
    assert readable(url) == shown
    assert normalize_url(shown) == url


@pytest.mark.parametrize(
    "text",
    [
        "fe80::1",
        "2001:db8::1",
        "::a.example",
        "xn--mller-fva9.example",
        "xn--Mller-KVA.example/\x1b",
        "a.example/%34111111111111111",
        "a.example/\uff14111111111111111",
        "xn--ab-m1t.example",
        "\u0301a.example",
    ],
)
def test_what_only_looks_like_a_site_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        normalize_url(text)
    assert caught.value.code in ("bad_site", "card_number")


LETTERS = st.sampled_from(
    "abzABZ019-_~.%/: üÜßςΣéΩжЖא山❤ﬁİẞ。\u0308\u0301\u200d\u200c\u0dca\u0d9a"
) | st.sampled_from(["%C3%A9", "%7e", "%E2%82%AC", "%2F", "::", "xn--"])


@given(st.lists(LETTERS, min_size=1, max_size=12).map("".join), st.lists(LETTERS, max_size=10))
def test_a_site_in_its_one_form_stays_as_it_is(host: str, path: list[str]) -> None:
    try:
        url = normalize_url(f"{host}.example/{''.join(path)}")
    except BadInput:
        return
    assert normalize_url(url) == url
    assert url.isascii()
    assert normalize_url(readable(url)) == url
    assert readable(readable(url)) == readable(url)
    assert twin(twin(url)) == url == normalize_url(twin(twin(url)))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.müller.example", "*.xn--mller-kva.example"),
        ("https://*.müller.example/café/*", "https://*.xn--mller-kva.example/caf%C3%A9/*"),
        ("*.example", "*.example"),
    ],
)
def test_a_pattern_is_read_as_the_wire_has_it(pattern: str, found: str) -> None:
    assert normalize_pattern(pattern) == found
