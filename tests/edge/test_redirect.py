"""What a visitor gets, and what is noted about the visit."""

from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from fanshare.config.keys import CLICK_ID
from fanshare.core import clickid
from fanshare.core.instants import DAY, MINUTE, SECOND
from fanshare.spool.records import ClickVerdict
from fanshare.spool.writer import Limits
from tests.edge.running import KEYS, NOON, Edge, running, tuned
from tests.spool.faulty import FaultyDisk


def query_of(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query))


def test_a_click_leads_to_the_shop_with_an_id_that_proves_it(edge: Edge) -> None:
    response = edge.client.get("/r/cleo")
    assert response.status_code == 302
    query = query_of(response.headers["location"])
    assert response.headers["location"].startswith("https://shop.example/p/shoes?size=38&fs=")
    assert query == {
        "size": "38",
        "fs": query["fs"],
        "utm_id": query["fs"],
        "utm_source": "fanshare",
        "utm_medium": "creator",
        "utm_campaign": "cleo",
    }
    assert clickid.read(query["fs"], KEYS.derive(CLICK_ID)) == clickid.ClickRef(1, NOON)
    (click,) = edge.clicks()
    assert (click.click_id, click.link_id, click.programme_id, click.at) == (query["fs"], 1, 1, NOON)
    assert (click.verdict, click.platform) == (ClickVerdict.COUNTED, "ios")


def test_the_answer_may_not_be_stored_or_indexed_and_sets_no_cookie(edge: Edge) -> None:
    headers = edge.client.get("/r/cleo").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex"
    assert "referrer-policy" in headers
    assert "set-cookie" not in headers
    assert "server" not in headers


def test_a_code_is_matched_without_regard_to_case(edge: Edge) -> None:
    assert edge.client.get("/r/CLEO").status_code == 302
    assert edge.client.get("/r/Cleo/").status_code == 302


def test_a_fans_link_says_so_and_its_code_stands_for_a_missing_campaign(edge: Edge) -> None:
    query = query_of(edge.client.get("/r/finn").headers["location"])
    assert (query["utm_medium"], query["utm_campaign"]) == ("fan", "finn")


def test_the_visitors_own_query_goes_along_but_overrides_nothing(edge: Edge) -> None:
    mine = "color=red&size=44&fs=forged&FS=forged&fs[]=x&utm_source=evil&utm.medium=evil&utm_term=evil&a=1;fs=forged"
    query = urlsplit(edge.client.get(f"/r/cleo?{mine}&gclid=abc%20d").headers["location"]).query
    pairs = parse_qsl(query)
    assert ("color", "red") in pairs
    assert ("gclid", "abc d") in pairs
    assert ("size", "38") in pairs
    assert ("size", "44") not in pairs
    assert "forged" not in query
    assert "evil" not in query


def test_a_query_beyond_two_kilobytes_is_left_behind(edge: Edge) -> None:
    location = edge.client.get("/r/cleo?x=" + "a" * 2050).headers["location"]
    assert "x=" not in location
    assert "fs=" in location


def test_a_deep_link_stays_in_the_shop(edge: Edge) -> None:
    assert urlsplit(edge.client.get("/r/cleo?to=/p/hat").headers["location"]).path == "/p/hat"
    for nasty in ("//evil.example", "/\\evil.example", "https://evil.example", "/%2fevil", "/%5cevil", "/../x", "x"):
        location = edge.client.get("/r/cleo", params={"to": nasty}).headers["location"]
        assert urlsplit(location)[:3] == ("https", "shop.example", "/p/shoes")


def test_a_payment_link_carries_the_click_where_stripe_keeps_it(edge: Edge) -> None:
    query = query_of(edge.client.get("/r/pay?client_reference_id=forged").headers["location"])
    (click,) = edge.clicks()
    assert query["client_reference_id"] == query["fs"] == click.click_id
    assert query["prefilled_promo_code"] == "MIRA10"
    assert "client_reference_id" not in query_of(edge.client.get("/r/cleo").headers["location"])
    assert "client_reference_id" not in query_of(edge.client.head("/r/pay").headers["location"])


@pytest.mark.parametrize("code", ["paused", "ended"])
def test_a_paused_link_leads_to_the_shop_without_an_id_and_is_not_counted(edge: Edge, code: str) -> None:
    response = edge.client.get(f"/r/{code}")
    assert response.status_code == 302
    assert response.headers["location"] == "https://shop.example/p/shoes?size=38"
    (click,) = edge.clicks()
    assert (click.verdict, click.click_id) == (ClickVerdict.PAUSED, "")


@pytest.mark.parametrize("code", ["nobody", "nolabel", "blank", "evil", "", "a", "x" * 65, "cl%00eo", "%F0%9F%91%9F"])
def test_what_is_not_live_is_explained_in_plain_words(steady: Edge, code: str) -> None:
    response = steady.client.get(f"/r/{code}")
    assert response.status_code == 404
    assert "This link does not work" in response.text
    assert "location" not in response.headers
    assert steady.clicks() == []


def verdict(edge: Edge, headers: dict[str, str], method: str = "GET") -> tuple[ClickVerdict, bool]:
    before = len(edge.clicks())
    response = edge.client.request(method, "/r/cleo", headers=headers)
    assert response.status_code == 302
    assert response.headers["location"].startswith("https://shop.example/p/shoes")
    (click,) = edge.clicks()[before:]
    assert ("fs=" in response.headers["location"]) == bool(click.click_id)
    return click.verdict, bool(click.click_id)


def test_visits_that_are_no_clicks_are_sent_on_but_not_counted(edge: Edge) -> None:
    assert verdict(edge, {}, "HEAD") == (ClickVerdict.HEAD, False)
    assert verdict(edge, {"user-agent": "WhatsApp/2.23.20.0 A"}) == (ClickVerdict.PREVIEW, False)
    assert verdict(edge, {"user-agent": "Slackbot-LinkExpanding 1.0"}) == (ClickVerdict.PREVIEW, False)
    assert verdict(edge, {"user-agent": "curl/8.5.0"}) == (ClickVerdict.BOT, False)
    assert verdict(edge, {"sec-fetch-dest": "image"}) == (ClickVerdict.EMBEDDED, False)
    assert verdict(edge, {"sec-fetch-dest": "iframe"}) == (ClickVerdict.EMBEDDED, False)
    assert verdict(edge, {"sec-fetch-dest": "empty"}) == (ClickVerdict.EMBEDDED, False)
    assert verdict(edge, {"sec-fetch-dest": "document"}) == (ClickVerdict.COUNTED, True)


@pytest.mark.parametrize(
    "headers", [{"sec-purpose": "prefetch;prerender"}, {"purpose": "prefetch"}, {"x-moz": "prefetch"}]
)
def test_a_prefetch_carries_an_id_that_an_order_can_confirm(edge: Edge, headers: dict[str, str]) -> None:
    assert verdict(edge, headers) == (ClickVerdict.PROVISIONAL, True)
    assert verdict(edge, {}) == (ClickVerdict.COUNTED, True)


def test_a_second_click_within_a_minute_is_a_duplicate_and_evidence_all_the_same(edge: Edge) -> None:
    assert verdict(edge, {}) == (ClickVerdict.COUNTED, True)
    edge.clock.advance(59 * SECOND)
    assert verdict(edge, {}) == (ClickVerdict.DUPLICATE, True)
    assert verdict(edge, {"user-agent": "Mozilla/5.0 (Windows NT 10.0)"}) == (ClickVerdict.COUNTED, True)
    edge.clock.advance(2 * SECOND)
    assert verdict(edge, {}) == (ClickVerdict.COUNTED, True)
    first, *others = edge.clicks()
    assert len({click.click_id for click in edge.clicks()}) == 4
    assert first.visitor == others[0].visitor != others[1].visitor


def test_a_duplicate_is_seen_across_midnight_although_the_salt_changes(edge: Edge) -> None:
    edge.clock.freeze(NOON + DAY // 2 - 10 * SECOND)
    assert verdict(edge, {})[0] is ClickVerdict.COUNTED
    edge.clock.advance(20 * SECOND)
    assert verdict(edge, {})[0] is ClickVerdict.DUPLICATE
    first, second = edge.clicks()
    assert first.visitor != second.visitor
    edge.clock.advance(2 * MINUTE)
    assert verdict(edge, {})[0] is ClickVerdict.COUNTED


def test_activation_and_referrer_are_noted(edge: Edge) -> None:
    for headers in (
        {"sec-fetch-mode": "navigate", "sec-fetch-user": "?1", "referer": "https://l.instagram.com/"},
        {"sec-fetch-mode": "navigate", "referer": "https://www.shop.example/checkout/?step=2"},
        {"referer": "https://shop.example/"},
        {"referer": "https://www.google.de/search"},
        {"referer": "https://blog.example/"},
    ):
        edge.client.get("/r/cleo", headers=headers)
        edge.clock.advance(2 * MINUTE)
    found = [(click.referrer_kind, click.checkout_referrer, click.user_activation) for click in edge.clicks()]
    assert found == [
        ("social", False, True),
        ("checkout", True, False),
        ("shop", False, None),
        ("search", False, None),
        ("other", False, None),
    ]


def test_no_address_and_no_user_agent_is_on_the_disk(edge: Edge) -> None:
    for _ in range(3):
        edge.client.get("/r/cleo", headers={"x-forwarded-for": "203.0.113.77"})
    for path in edge.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"127.0.0.1" not in content
            assert b"203.0.113.77" not in content
            assert b"iPhone" not in content


def test_a_trusted_proxy_names_the_visitor_and_a_stranger_does_not(tmp_path: Path) -> None:
    def visitors(directory: Path, trusted: tuple[str, ...]) -> list[bytes]:
        directory.mkdir()
        with running(directory, settings=tuned(trusted_proxies=trusted)) as edge:
            for chain in ("203.0.113.1", "203.0.113.2", "198.51.100.9, 203.0.113.1", "203.0.113.1, 127.0.0.1"):
                edge.client.get("/r/cleo", headers={"x-forwarded-for": chain})
            return [click.visitor for click in edge.clicks()]

    first, second, third, fourth = visitors(tmp_path / "a", ("127.0.0.0/8",))
    assert first == third == fourth != second
    assert len(set(visitors(tmp_path / "b", ()))) == 1


def test_with_a_full_spool_visitors_still_reach_the_shop_and_the_loss_is_counted(tmp_path: Path) -> None:
    settings = tuned(clicks=Limits(quota=1_000))
    with running(tmp_path, settings=settings) as edge:
        for _ in range(30):
            assert "fs=" in edge.client.get("/r/cleo").headers["location"]
        kept = len(edge.clicks())
        assert 0 < kept < 30
        assert edge.app.counts.lost_clicks == 30 - kept
        assert f"fanshare_edge_clicks_lost_total {30 - kept}.0" in edge.client.get("/metrics").text


def test_with_a_dead_disk_visitors_still_reach_the_shop(tmp_path: Path) -> None:
    disk = FaultyDisk()
    with running(tmp_path, files=disk) as edge:
        disk.broken = True
        for _ in range(5):
            assert edge.client.get("/r/cleo").status_code == 302
        disk.broken = False


def test_without_a_snapshot_links_ask_for_patience(tmp_path: Path) -> None:
    with running(tmp_path, snapshot=False) as edge:
        response = edge.client.get("/r/cleo")
        assert response.status_code == 503
        assert "retry-after" in response.headers
        assert edge.client.get("/readyz").status_code == 503
        assert edge.client.get("/healthz").status_code == 200


def test_other_methods_are_refused_with_the_ones_that_work(edge: Edge) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        response = edge.client.request(method, "/r/cleo")
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
