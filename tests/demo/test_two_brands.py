"""Two brands under one operator in a demonstration: what a visitor finds behind each door, in the real thing."""

import http.cookiejar
import json
import re
import signal
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest

from tests.demo.test_demo import Document, _document, _start, _wait_for

type Demo = tuple[Document, str]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """What a demonstration reports, and where it serves."""
    home = tmp_path_factory.mktemp("demo")
    process = _start(home)
    try:
        told = _document(process)
        yield told, json.loads(_wait_for(home / "demo" / "serve.json", process))["url"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()


class Visitor:
    """A browser without windows: it keeps cookies, goes through a door, and sends the forms it is shown."""

    def __init__(self, base: str, door: str = "") -> None:
        self._base, self.last = base, ""
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(jar)
        if door:
            self.sends(f"/demo/as/{door}", self.sees(f"/demo/as/{door}"))

    def sees(self, path: str) -> str:
        with self._opener.open(self._base + path, timeout=20) as answer:
            return str(answer.read().decode())

    def sends(self, path: str, page: str, **fields: str) -> str:
        """Send fields with the token of the page's form."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode()
        request = urllib.request.Request(self._base + path, body, {"origin": self._base})
        with self._opener.open(request, timeout=20) as answer:
            self.last = answer.url
            return str(answer.read().decode())


def test_who_thinks_of_joining_reads_which_brand_has_paid_in(demo: Demo) -> None:
    told, base = demo
    assert told["paid_in"]["leinen-ton"] == "0.00"
    assert float(told["paid_in"]["birkenhof"]) > float(told["commission"]["all"])
    funded, unfunded = (Visitor(base).sees(f"/join/{one}") for one in ("birkenhof", "leinen-ton"))
    assert "Funded: the money for all" in funded
    assert "Not funded: the brand has paid in nothing" in unfunded
    beside = Visitor(base, "creator").sees("/creator/birkenhof/programmes")
    assert "Funded: the money for all" in beside
    assert "Not funded: the brand has paid in nothing" in beside


@pytest.mark.parametrize(
    ("door", "brand", "words"),
    [
        ("shop", "birkenhof", "Reserve"),
        ("other-shop", "leinen-ton", "Not funded"),
        ("operator", "birkenhof", "October"),
    ],
)
def test_the_money_of_a_brand_is_seen_by_its_owner_and_by_the_operator(
    demo: Demo, door: str, brand: str, words: str
) -> None:
    assert words in Visitor(demo[1], door).sees(f"/brand/{brand}/funding")


def test_an_owner_sees_nothing_of_the_other_brand(demo: Demo) -> None:
    """The negative control of the doors: each opens what it says."""
    with pytest.raises(urllib.error.HTTPError, match=r"40[34]"):
        Visitor(demo[1], "other-shop").sees("/brand/birkenhof/funding")


def test_the_operator_looks_at_what_would_be_reported_of_sellers(demo: Demo) -> None:
    operator = Visitor(demo[1], "operator")
    page = operator.sees("/operator/dac7")
    assert "Otto Beispiel" in page
    found = operator.sends("/operator/dac7", page, do="look", year="2026")
    rows = re.findall(r"<tr>.*?</tr>", found, re.DOTALL)
    assert sum("Birkenhof" in row and "DE …" in row for row in rows) >= 10
    assert "she gave no form" in found


def test_each_link_of_the_report_leads_through_a_door_to_its_page(demo: Demo) -> None:
    told, base = demo
    behind = [href for href in told["links"] if href.startswith("/demo/as/")]
    assert len(behind) == 5
    for href in behind:
        visitor = Visitor(base)
        assert f'href="{href}"' in visitor.sees("/demo")
        page = visitor.sends(href, visitor.sees(href))
        assert "You are here as" in page, href
        assert visitor.last == base + href.partition("?to=")[2]


def test_both_shops_give_credit(demo: Demo) -> None:
    told, base = demo
    assert told["credit_codes"] == 150
    for door in ("creator", "fan"):
        assert "Codes of fixed values" in Visitor(base, door).sees("/credit/birkenhof")
    mira = Visitor(base, "other-creator")
    page = mira.sees("/credit/leinen-ton")
    assert "can become a code" in page
    shop = re.search(r'name="shop" value="([0-9]+)"', page)
    assert shop is not None
    assert "into a code?" in mira.sends("/credit/leinen-ton", page, shop=shop[1], currency="EUR", amount="25.00")
