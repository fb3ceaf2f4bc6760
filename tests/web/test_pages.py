"""The public pages without a browser: what they say, what they never say, and what they answer to nonsense."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from markupsafe import Markup

from fanshare.core.errors import FanshareError
from fanshare.core.instants import DAY
from fanshare.core.money import parse_amount as m
from fanshare.core.sharing import Shares
from fanshare.core.terms import Rule, Terms
from fanshare.core.terms_example import worked_order
from fanshare.core.terms_sentences import sentences
from fanshare.web.app import make_wsgi_app
from fanshare.web.pages_port import ProgrammeCard, ProgrammeTerms, Split, TermsVersion
from tests.web.support import hostile, sample
from tests.web.support.memory import MemoryPageStore
from tests.web.support.serving import app, ask

FAN, HELD = "/why/fan-line-token-000000001", "/why/held-line-token-00000003"
#: Words of the books that no screen uses (DESIGN 2).
NEVER = ("pool", "touch", "settle", "micros", "introducer", "checkpoint")


def text(html: str) -> str:
    """What a reader sees, spaces made plain."""
    body = re.sub(r"(?s)<(head|desc|title)\b.*?</\1>", " ", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", body)).split())


@pytest.mark.parametrize("path", sample.PAGES.values())
def test_no_page_uses_a_word_of_the_books(path: str) -> None:
    words = set(re.findall(r"[a-z]+", text(ask(app(), path).text).lower()))
    assert [word for word in words if word.startswith(NEVER)] == []


def test_why_shows_the_amount_the_state_the_sentences_and_the_evidence() -> None:
    seen = text(ask(app(), FAN).text)
    for words in (
        "Why 1.41 €",
        "waiting until Tue 22 Dec",
        "Your part is 20 % of it: 1.416.",
        "Sat 14 Nov The buyer followed your link",
        "1.416 € exactly. We show 1.41 €, rounded down, and carry the rest of 0.006 € on.",
        "59.00 € of goods, 7.08 € of it commission; a rest of 0.01 € is carried on.",
        "Terms, version 3",
        "Not proved: that the shop reported every order.",
    ):
        assert words in seen, words
    assert sample.HASH in seen


def test_a_fan_is_not_told_the_order_number_and_the_creator_is() -> None:
    assert "#1042" not in ask(app(), FAN).text
    assert "order #1042" in text(ask(app(), "/why/creator-line-token-00002").text)


def test_a_held_estimated_line_says_both_and_when_it_ends() -> None:
    seen = text(ask(app(), HELD).text)
    assert "Why about 1.41 €" in seen
    assert "This is an estimate." in seen
    assert "If nothing is found by Sat 5 Dec, the money is released by itself." in seen


def test_money_that_left_is_named_with_its_state() -> None:
    assert "Fri 27 Nov 5.31 € is on its way to you" in text(ask(app(), "/why/creator-line-token-00002").text)


def test_an_order_given_back_has_no_picture_and_says_so() -> None:
    html = ask(app(), "/why/refunded-line-token-0004").text
    assert "No goods of this order remain" in html
    assert "split-bar" not in html


def test_a_shop_that_pays_more_than_it_keeps_is_shown_as_it_is() -> None:
    line = replace(sample.FAN_LINE, split=Split("EUR", m("3"), Shares(m("4"), m("1"), 0)))
    store = replace(sample.store(), lines={"fan-line-token-000000001": line})
    assert "the shop keeps -2.00 €" in text(ask(app(store), FAN).text)


def test_the_contact_names_the_line_without_giving_the_key_away() -> None:
    html = ask(app(), FAN).text
    assert 'href="mailto:help@bea.example?subject=A%20question%20about%20my%20amount%2C%20reference%20fan-li"' in html
    assert "fan-line-token-000000001" not in html


@pytest.mark.parametrize(
    ("contact", "words"), [("Come by on Fridays", "Come by on Fridays"), ("", "Ask whoever invited")]
)
def test_a_programme_without_a_mail_address_still_says_where_to_ask(contact: str, words: str) -> None:
    line = replace(sample.FAN_LINE, programme=replace(sample.BEA, contact=contact))
    assert words in ask(app(replace(sample.store(), lines={"fan-line-token-000000001": line})), FAN).text


def test_each_link_begins_with_its_label_inside_the_link() -> None:
    html = ask(app(), "/c/bea/cleo").text
    links = re.findall(r'(?s)<a class="link-card" href="([^"]+)" rel="sponsored noopener">(.*?)</a>', html)
    assert [unescape(href) for href, _ in links] == [link.href for link in sample.CLEO.links]
    for (_, inner), link in zip(links, sample.CLEO.links, strict=True):
        assert text(inner).startswith(f"{link.label} {link.text}")
    assert 'lang="de">Werbung' in html


def test_a_creator_without_links_gets_one_next_step() -> None:
    html = ask(app(), "/c/bea/emma").text
    assert "Emma has no links yet." in html
    assert html.count('class="button"') == 1


def test_terms_show_the_version_in_force_open_and_every_other_folded() -> None:
    seen = text(ask(app(), "/terms/bea").text)
    assert "in force since Mon 2 Nov" in seen
    assert (
        seen.index("Version 3") < seen.index("Version 4, from Mon 4 Jan 2027") < seen.index("Version 2, was in force")
    )


def test_real_terms_read_as_their_own_sentences_beside_their_own_example() -> None:
    terms = Terms(version=1, effective_at=0, rules=(Rule("standard", bps=1200),), buyer_bps=500)
    worked = worked_order(terms, "EUR").before
    split = Split("EUR", worked.net, Shares(worked.creator, worked.fan, worked.buyer))
    version = TermsVersion(1, 0, sample.HASH, tuple(sentences(terms, "EUR")), split)
    seen = text(
        ask(app(MemoryPageStore(terms_pages={"bea": ProgrammeTerms(sample.BEA, (version,))})), "/terms/bea").text
    )
    assert all(" ".join(sentence.split()) in seen for sentence in version.sentences)
    assert "the creator 5.31 € the fan 1.41 € the buyer 0.35 €" in seen


def test_a_start_page_for_none_one_and_several_programmes() -> None:
    other = ProgrammeCard("otto", "Otto Oils")
    pages = [ask(app(MemoryPageStore(cards=cards)), "/").text for cards in ((), (sample.BEA,), (sample.BEA, other))]
    assert "No programme is open here yet" in pages[0]
    assert "Bea Linen shares every sale" in pages[1]
    assert 'href="/terms/otto"' in pages[2]


def test_the_demonstration_is_only_where_one_ran() -> None:
    assert ask(app(), "/demo").status == 200
    assert ask(app(MemoryPageStore(cards=(replace(sample.BEA, is_demo=False),))), "/demo").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/why/no-line-has-this-token-00", "/why/short", "/why/" + "a" * 129, "/why/", "/c/bea/stray", "/c/stray/cleo",
        "/c/bea/cleo/", "/terms/stray", "/c/bea/%00", "/\xff\xfe", "/c/bea/cleo;x",
        "/static/../pages_port.py", "/static/x",
        "/why/fan-line-token-000000001\n",
    ],
)  # fmt: skip
def test_what_is_not_there_gets_the_one_plain_404_page(path: str) -> None:
    answer = ask(app(), path)
    assert answer.status == 404
    assert "There is no page here" in answer.text


def test_a_token_that_is_wrong_and_one_that_is_no_token_get_the_same_page() -> None:
    assert ask(app(), "/why/no-line-has-this-token-00").text == ask(app(), "/why/short").text


@pytest.mark.parametrize("host", ["stray.example", "127.0.0.1.stray.example", "a b", "", "127.0.0.1:x"])
def test_a_host_that_is_not_ours_gets_a_400_without_its_name(host: str) -> None:
    answer = ask(app(), "/", host=host)
    assert answer.status == 400
    assert "stray" not in answer.text


def test_a_forwarded_host_is_not_believed() -> None:
    assert "stray" not in ask(app(), FAN, HTTP_X_FORWARDED_HOST="stray.example").text
    assert ask(app(), "/", host="stray.example", HTTP_X_FORWARDED_HOST="127.0.0.1").status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "OPTIONS"])
def test_pages_can_only_be_read(method: str) -> None:
    answer = ask(app(), "/", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


class Broken(MemoryPageStore):
    """A store whose database is away, or worse."""

    def programmes(self) -> Sequence[ProgrammeCard]:
        raise FanshareError("not_ready", "The books are being opened", 503)

    def demo(self) -> None:
        raise RuntimeError("secret detail of a stack trace")


def test_an_error_of_ours_keeps_its_status_and_its_sentence() -> None:
    answer = ask(app(Broken()), "/")
    assert answer.status == 503
    assert "The books are being opened" in answer.text


def test_a_surprise_is_a_plain_500_page_without_details() -> None:
    answer = ask(app(Broken()), "/demo")
    assert answer.status == 500
    assert "Something broke on our side" in answer.text
    assert "secret detail" not in answer.text


@pytest.mark.parametrize("path", [*sample.PAGES.values(), "/why/short"])
def test_every_answer_carries_the_headers_and_no_cookie(path: str) -> None:
    headers = ask(app(), path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "set-cookie" not in headers


@pytest.mark.parametrize("case", ["400", "405", "500"])
def test_errors_carry_the_headers_too(case: str) -> None:
    answers = {
        "400": ask(app(), "/", host="stray.example"),
        "405": ask(app(), "/", method="POST"),
        "500": ask(app(Broken()), "/demo"),
    }
    assert answers[case].status == int(case)
    assert "default-src 'none'" in answers[case].headers["content-security-policy"]


def test_a_page_opened_by_a_token_is_kept_by_no_cache_and_no_search_engine() -> None:
    headers = ask(app(), FAN).headers
    assert headers["cache-control"] == "private, no-store"
    assert headers["x-robots-tag"] == "noindex"


def test_pages_stay_light() -> None:
    assert all(len(ask(app(), path).text.encode()) < 20_000 for path in sample.PAGES.values())


def test_two_applications_in_one_process_keep_to_their_own_store_and_time() -> None:
    early = app(now=sample.NOW)
    late = make_wsgi_app(MemoryPageStore(lines=sample.TOKENS), lambda: sample.NOW + 400 * DAY, allowed_hosts=["*"])
    assert "Sat 14 Nov 2026" in text(ask(late, FAN, host="any.example").text)
    assert "Sat 14 Nov 2026" not in text(ask(early, FAN).text)
    assert "Bea" not in text(ask(late, "/").text)


class Skeleton(HTMLParser):
    """The shape of a page: tags with the names of their attributes, no text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, frozenset[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, frozenset(name for name, _ in attrs)))


def skeleton(html: str) -> list[tuple[str, frozenset[str]]]:
    parser = Skeleton()
    parser.feed(html)
    return parser.tags


def harmless(store: MemoryPageStore, sound: MemoryPageStore, path: str) -> bool:
    """Whether a page of a poisoned store has the very shape it has with plain words."""
    return skeleton(ask(app(store), path).text) == skeleton(ask(app(sound), path).text)


@pytest.mark.parametrize("payload", hostile.PAYLOADS)
@pytest.mark.parametrize("path", [path for path in sample.PAGES.values() if path != "/no/such/page"])
def test_no_text_changes_the_shape_of_a_page(path: str, payload: str) -> None:
    assert harmless(hostile.store(payload), hostile.store("plain words"), path)


def test_the_shape_check_notices_text_that_is_not_escaped() -> None:
    trusted = hostile.store("plain words")
    broken = replace(
        trusted, creators={("bea", "cleo"): replace(sample.CLEO, name=Markup("<img src=x onerror=alert(1)>"))}
    )
    sound = replace(trusted, creators={("bea", "cleo"): replace(sample.CLEO, name="plain words")})
    assert harmless(sound, sound, "/c/bea/cleo")
    assert not harmless(broken, sound, "/c/bea/cleo")
