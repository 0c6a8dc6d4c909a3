from __future__ import annotations

import pytest

from jpcli.domain.site_urls import normalize_url
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
        " https://example.com",
        "https://example.com\n",
        "https://example.com/a\tb",
        "https://example.com/\x1b[31m",
        "https://example.com/\u202egnp",
        "https://example.com/\u00a0",
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
        ("https://example.com/café", "https://example.com/café"),
        ("https://example.com/http://other.example", "https://example.com/http://other.example"),
        ("MÜNCHEN.example", "https://xn--mnchen-3ya.example"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("my_site.example.com", "https://my_site.example.com"),
        ("192.0.2.1", "https://192.0.2.1"),
        ("example.com:1", "https://example.com:1"),
        ("example.com:65535", "https://example.com:65535"),
        (".".join(["a" * 49] * 5) + ".abc", "https://" + ".".join(["a" * 49] * 5) + ".abc"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080"),
    ],
)
def test_one_site_is_written_one_way(text: str, url: str) -> None:
    assert normalize_url(text) == url
    assert normalize_url(url) == url
