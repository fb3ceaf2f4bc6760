"""Addresses of other sites: what is kept cannot be read otherwise than it was checked, and a host shows what it is."""

from urllib.parse import urlsplit

import idna
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.foreign_address import LONGEST, read, shown_host


def to_ascii(host: str) -> str:
    return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")


def kept(typed: str) -> str:
    return read(typed, to_ascii).address


def shown(unicode_host: str) -> str:
    return shown_host(to_ascii(unicode_host), idna.decode)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" https://Example.COM ", "https://example.com/"),
        ("https://example.com:443/a?b=c#d", "https://example.com/a?b=c#d"),
        ("https://example.com./x", "https://example.com/x"),
        ("https://bücher.example/höhe?q=ü&a=%20b", "https://xn--bcher-kva.example/h%C3%B6he?q=%C3%BC&a=%20b"),
        ("HTTPS://video.example/watch?v=a-b_c", "https://video.example/watch?v=a-b_c"),
        ("https://example.com/'\"<b>", "https://example.com/'%22%3Cb%3E"),
    ],
)
def test_an_address_is_kept_as_the_browser_will_ask_for_it(typed: str, address: str) -> None:
    assert kept(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "example.com",
        "http://example.com/",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://example.com",
        "data:text/html,x",
        "//example.com",
        "https:example.com",
        "https:/example.com",
        "https:///example.com",
        "https:\\\\example.com",
        "https://bank.example\\@evil.example/",
        "https://bank.example@evil.example/",
        "https://u:p@evil.example/",
        "https://example.com:8443/",
        "https://example.com:x/",
        "https://[::1]/",
        "https://[::1",
        "https://127.0.0.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://localhost/",
        "https://printer/",
        "https://printer.local/",
        "https://a..example/",
        "https://-a.example/",
        "https://a_b.example/",
        "https://bank.example\u202e/",
        "https://ex\tample.com/",
        "https://exa mple.com/",
        "https://example.com/\x00",
        f"https://example.com/{'a' * LONGEST}",
        f"https://example.com/{'ü' * 800}",
    ],
)
def test_what_is_no_plain_address_of_another_site_is_refused(typed: str) -> None:
    with pytest.raises(BadInputError, match="https://"):
        kept(typed)


@given(
    st.one_of(
        st.text(max_size=60),
        st.builds("https://{}{}{}".format, st.text(max_size=30), st.sampled_from("/?#@\\:."), st.text(max_size=30)),
        st.builds(
            "https://{}.example/{}".format, st.from_regex(r"[a-z\u00e0-\u00ff]{1,20}", fullmatch=True), st.text()
        ),
    )
)
@example("https://a.example/\\/b.example")
@example("https://a.example?@b.example")
@example("https://a.example#@b.example")
def test_whatever_is_kept_reads_the_same_again_and_leads_to_its_host_by_https(typed: str) -> None:
    try:
        found = read(typed, to_ascii)
    except BadInputError:
        return
    parts = urlsplit(found.address)
    assert (parts.scheme, parts.netloc) == ("https", found.host)
    assert found.address.startswith(f"https://{found.host}/")
    assert found.address.isascii()
    assert not set(found.address) & set(' "<>\\^`{|}\t\r\n\x00')
    assert read(found.address, to_ascii) == found
    assert shown_host(found.host, idna.decode)


@pytest.mark.parametrize(
    ("host", "as_read"),
    [
        ("example.com", "example.com"),
        ("bücher.example", "bücher.example"),
        ("smørrebrød.example", "smørrebrød.example"),
        ("пример.рф", "пример.рф"),
        ("例え.jp", "例え.jp"),
        ("аррӏе.com", "xn--80ak6aa92e.com"),  # Cyrillic letters before a Latin name
        ("pаypal.example", "xn--pypal-4ve.example"),  # one Cyrillic letter
        ("paypaı.example", "xn--paypa-r4a.example"),  # a dotless i is Latin, and no i
    ],
)
def test_a_host_is_shown_in_its_own_writing_only_where_nobody_takes_it_for_another(host: str, as_read: str) -> None:
    assert shown(host) == as_read


@given(st.text("abcdeаеорсхαοɑı", min_size=1, max_size=12))
def test_letters_that_look_like_plain_ones_never_stand_beside_them(label: str) -> None:
    """Of all words of such letters before ``.example`` only the plain ones are shown as typed."""
    try:
        host = to_ascii(f"{label}.example")
    except ValueError:
        return
    text = shown_host(host, idna.decode)
    assert text.isascii()


def test_what_cannot_be_read_back_is_shown_as_it_is() -> None:
    assert shown_host("xn--zzzzzz99999.example", idna.decode) == "xn--zzzzzz99999.example"
