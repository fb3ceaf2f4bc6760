"""Signing in through the real pages over a real database: links, cookies, forged forms, and who may see what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import pytest

from fanshare.core.instants import DAY, HOUR, MINUTE, Instant
from fanshare.core.terms_text import parse
from fanshare.flows import sign_in, staff
from fanshare.flows.context import open_programme
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.flows.publish_terms import publish_terms
from fanshare.integrations.bank_files import Banks
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.integrations.rails import Called
from fanshare.jobs.mail import PostOffice, send_due
from fanshare.jobs.systems import Connectors
from fanshare.store import directory
from fanshare.store.access import Connection, connect
from fanshare.store.server import Database
from fanshare.web.app import make_wsgi_app
from fanshare.web.desk import Desk
from fanshare.web.language import words_in
from fanshare.web.limits import WINDOW, Limiter
from fanshare.web.site import WsgiApp
from fanshare.web.stored_accounts import StoredAccounts
from fanshare.web.stored_pages import StoredPages
from tests.edge.running import KEYS
from tests.jobs.house import TERMS
from tests.support.mails import text_of
from tests.support.schema import NOW, found, schema_template, shared_database
from tests.web.support.device import HOST, Device

__all__ = ["schema_template", "shared_database"]


def _no_statement(*_of: object) -> bytes:
    raise AssertionError("signing in makes no statement")


@dataclass
class Place:
    """An installation with Bea, Cleo, Finn and Otto, and its pages."""

    conn: Connection
    database: Database
    slug: str
    other: str
    now: Instant = NOW

    def app(self, *, mail: bool = True, public_url: str = f"https://{HOST}") -> WsgiApp:
        reach = partial(connect, self.database.dsn())
        accounts = StoredAccounts(reach, KEYS, lambda: self.now, sends_mail=mail)
        store = StoredPages(reach, lambda: self.now)
        desk = Desk(
            reach,
            KEYS,
            lambda: self.now,
            _no_statement,
            lambda _url, _hosts, _http: None,
            lambda _conn: [],
            (),
            Connectors(),
            Banks(),
            Called(),
        )
        return make_wsgi_app(
            store,
            lambda: self.now,
            allowed_hosts=[HOST, "127.0.0.1"],
            accounts=accounts,
            public_url=public_url,
            desk=desk,
        )

    def link(self, name: str, wanted: str = "") -> str:
        """A fresh token for somebody, with the page it leads to."""
        address = f"{name}@example.test"
        return sign_in.make_link(self.conn, KEYS, address, self.now, at_once=1000, wanted=wanted)


@pytest.fixture(scope="module")
def place(shared_database: Database) -> Iterator[Place]:
    with connect(shared_database.dsn()) as conn:
        slugs = []
        for person in ("bea", "dana"):
            access = found(conn).access
            tenant = next(one for one in directory.programmes(conn) if one.id == access.programme_id)
            publish_terms(access, parse(TERMS, "toml"), NOW)
            staff.add_brand_person(access, tenant.public_id, KEYS, f"{person}@example.test", NOW)
            slugs.append(tenant.slug)
            if person == "bea":
                programme = open_programme(access, tenant.public_id, KEYS)
                add_creator(programme, Joiner("Cleo", "cleo@example.test"), NOW)
                add_fan(programme, Joiner("Finn", "finn@example.test"), NOW)
        staff.add_operator(conn, KEYS, "otto@example.test", NOW)
        yield Place(conn, shared_database, slugs[0], slugs[1])


def signed_in(place: Place, name: str) -> Device:
    device = Device(place.app())
    assert device.sign_in(place.link(name)).status == 302
    return device


def test_a_link_shows_one_button_and_only_pressing_it_signs_in(place: Place) -> None:
    device, token = Device(place.app()), place.link("cleo")
    for _ in range(3):  # a mail scanner looks, and looks again
        shown = device.get(f"/sign-in/confirm?t={token}")
        assert shown.status == 200
        assert shown.text.count("<button") == 1
        assert shown.headers["cache-control"] == "private, no-store"
    assert "fanshare" not in device.cookies
    assert device.get("/home").headers["location"] == "/sign-in"
    answer = device.sign_in(token)
    assert (answer.status, answer.headers["location"]) == (302, "/home")
    assert "Cleo at" in device.get("/home").text
    assert device.get(f"/sign-in/confirm?t={token}").status == 410
    assert Device(place.app()).sign_in(token).status in {403, 410}


def test_the_cookie_is_closed_to_scripts_other_sites_and_plain_http(place: Place) -> None:
    device = signed_in(place, "cleo")
    for name in ("__Host-fanshare", "__Host-fanshare_form"):
        flags = device.flags[name]
        assert flags["path"] == "/"
        assert flags["httponly"]
        assert flags["secure"]
        assert flags["samesite"] == "Lax"
        assert not flags["domain"]
    plain = Device(place.app(public_url=""))
    answer = plain.get("/sign-in", HTTP_HOST=HOST)
    assert "strict-transport-security" not in answer.headers
    assert device.get("/sign-in").headers["strict-transport-security"] == "max-age=31536000"
    assert not plain.flags["fanshare_form"]["secure"]


def test_a_planted_key_is_not_the_key_after_signing_in(place: Place) -> None:
    planted = {"__Host-fanshare": "planted" * 5}
    device = Device(place.app(), cookies=dict(planted))
    device.sign_in(place.link("finn"))
    assert device.cookies["fanshare"] != "planted" * 5
    assert Device(place.app(), cookies=planted).get("/home").status == 302
    first = device.cookies["fanshare"]
    device.sign_in(place.link("cleo"))
    assert device.cookies["fanshare"] != first
    assert Device(place.app(), cookies={"__Host-fanshare": first}).get("/home").status == 302


def test_a_cookie_that_a_neighbour_on_the_domain_can_set_is_not_read_by_https(place: Place) -> None:
    thief, cleo = signed_in(place, "finn"), signed_in(place, "cleo")
    his, form = thief.cookies["fanshare"], thief.cookies["fanshare_form"]
    assert Device(place.app(), cookies={"fanshare": his}).get("/home").status == 302, "nobody signs her in as himself"
    assert Device(place.app(), cookies={"__Host-fanshare": his}).get("/home").status == 200, "the control"
    for planted in ({"fanshare": his, "fanshare_form": form}, {}):
        cleo.cookies.update(planted)
        assert "Cleo at" in cleo.get("/home").text
    sent = {"csrfmiddlewaretoken": form, "address": "finn@example.test"}
    assert cleo.post("/sign-in", sent).status == 403, "nor does he know the mark of her forms"
    plain = Device(place.app(public_url=""), cookies={"fanshare": his})
    assert plain.get("/home").status == 200, "by http there is only the plain name"


PAGE = {"HTTP_ACCEPT": "text/html,application/xhtml+xml"}


def test_whoever_wanted_a_page_comes_to_it_once_she_is_in_and_it_is_forgotten(place: Place) -> None:
    device, wanted = Device(place.app()), f"/creator/{place.slug}/earnings?q=a%2Fb"
    assert device.get(wanted, **PAGE).headers["location"] == "/sign-in"
    assert device.flags["__Host-fanshare_wanted"]["httponly"]
    assert device.sign_in(place.link("cleo")).headers["location"] == wanted
    assert device.get(wanted).status == 200
    device.fill("/sign-out")
    assert device.sign_in(place.link("cleo")).headers["location"] == "/home"


def test_what_was_wanted_leads_nowhere_else_and_to_nothing_that_she_may_not_see(place: Place) -> None:
    for planted in hostile(place)[:9]:
        device = Device(place.app(), cookies={"__Host-fanshare_wanted": planted})
        assert device.sign_in(place.link("cleo")).headers["location"] == "/home", planted
    for stream in ({"HTTP_ACCEPT": "text/event-stream"}, {**PAGE, "HTTP_SEC_FETCH_DEST": "image"}):
        device = Device(place.app())
        assert device.get(f"/creator/{place.slug}/earnings", **stream).status == 302
        assert "fanshare_wanted" not in device.cookies


def mailed(place: Place, name: str) -> str:
    """The token of the newest link that is mailed to somebody now."""
    mailer = MemoryMailer(lambda: place.now)
    while send_due(place.conn, KEYS, PostOffice(mailer, f"https://{HOST}", words_in), lambda: place.now):
        pass
    found = [text_of(mail) for mail in mailer.sent if mail["To"] == f"{name}@example.test"]
    link = re.search(rf"https://{HOST}/sign-in/confirm\?t=([\w-]+)\n", found[-1])
    assert link is not None
    return link[1]


def test_a_link_leads_to_the_wanted_page_on_another_device_too(place: Place) -> None:
    there, wanted = replace(place, now=NOW + 3 * HOUR), f"/creator/{place.slug}/earnings?q=a%2Fb"
    asking, other = Device(there.app()), Device(there.app())
    assert asking.get(wanted, **PAGE).headers["location"] == "/sign-in"
    assert asking.fill("/sign-in", address="cleo@example.test").status == 200
    token = mailed(there, "cleo")
    rows = str(place.conn.execute("SELECT json_agg(l)::text FROM sign_in_link l").fetchone())
    assert "sealed_wanted" in rows
    assert b"earnings".hex() not in rows, "what she searched for lies nowhere in clear"
    assert not other.cookies
    assert other.sign_in(token).headers["location"] == wanted
    assert other.get(wanted).status == 200
    assert other.get("/sign-in").headers["location"] == "/home", "a page is led to once"


def test_a_browser_that_wants_a_page_itself_comes_to_that_and_not_to_what_its_link_carries(place: Place) -> None:
    device, wanted = Device(place.app()), f"/creator/{place.slug}/links"
    device.get(wanted, **PAGE)
    assert device.sign_in(place.link("cleo", f"/creator/{place.slug}/earnings")).headers["location"] == wanted
    planted = Device(place.app(), cookies={"__Host-fanshare_wanted": f"/brand/{place.slug}"})
    answer = planted.sign_in(place.link("cleo", wanted))
    assert answer.headers["location"] == wanted, "what she may not see hides nothing"


def hostile(place: Place) -> tuple[str, ...]:
    """Addresses that nobody is led to."""
    return (
        "https://evil.example/", "//evil.example", "/\\evil.example", "/nowhere", f"/brand/{place.slug}",
        f"/creator/{place.other}/earnings", "/static/css/base.css", "/" + "x" * 600, "javascript:alert(1)",
        "/home\t//evil.example", "\t//evil.example", f"/creator/{place.slug}/earnings?q=\u2028",
    )  # fmt: skip


def test_a_link_carries_nobody_elsewhere_nor_to_what_she_may_not_see(place: Place) -> None:
    for planted in hostile(place):
        answer = Device(place.app()).sign_in(place.link("cleo", planted))
        assert (answer.status, answer.headers["location"]) == (302, "/home"), planted
    there = replace(place, now=NOW + 4 * HOUR)
    for planted in hostile(place)[:-1]:  # no cookie holds the last one
        there.now += 16 * MINUTE
        asking = Device(there.app(), cookies={"__Host-fanshare_wanted": planted})
        assert asking.fill("/sign-in", address="cleo@example.test").status == 200
        answer = Device(there.app()).sign_in(mailed(there, "cleo"))
        assert (answer.status, answer.headers["location"]) == (302, "/home"), planted


def test_signing_out_ends_the_session_everywhere_its_key_went(place: Place) -> None:
    device = signed_in(place, "cleo")
    stolen = dict(device.cookies)
    assert device.get("/sign-out").status == 200
    assert device.get("/home").status == 200, "looking at the page signs nobody out"
    assert device.fill("/sign-out").status == 200
    assert "fanshare" not in device.cookies
    assert Device(place.app(), cookies=stolen).get("/home").status == 302


def test_a_form_from_another_site_or_without_its_token_is_refused(place: Place) -> None:
    token = place.link("cleo")
    device = Device(place.app())
    assert device.post("/sign-in/confirm", {"t": token}).status == 403
    page = device.get(f"/sign-in/confirm?t={token}").text
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    assert device.post("/sign-in/confirm", hidden, HTTP_ORIGIN="https://evil.example").status == 403
    assert sign_in.works(place.conn, token, place.now), "a refused form uses nothing up"
    assert device.post("/sign-in/confirm", hidden).status == 302


def test_a_wish_is_answered_alike_whoever_wishes(place: Place) -> None:
    def shape(address: str) -> tuple[int, str, int]:
        before = place.conn.execute("SELECT count(*) FROM outbox").fetchone()
        answer = Device(place.app()).fill("/sign-in", address=address)
        after = place.conn.execute("SELECT count(*) FROM outbox").fetchone()
        assert before is not None
        assert after is not None
        return answer.status, answer.text, after[0] - before[0]

    known, unknown = shape("cleo@example.test"), shape("stray@example.test")
    assert known == unknown
    assert known[0] == 200
    assert known[2] == 1
    assert Device(place.app()).fill("/sign-in", address="no address").status == 422


def test_without_mail_the_page_says_so_and_whom_to_ask(place: Place) -> None:
    page = Device(place.app(mail=False)).get("/sign-in").text
    assert "Mail is not set up here" in page
    assert "fanshare login-link ADDRESS" in page
    assert 'name="address"' not in page


def test_wishes_and_confirmations_are_limited_per_visitor(place: Place) -> None:
    app = place.app()
    statuses = [Device(app).fill("/sign-in", address="cleo@example.test").status for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert Device(app).get("/sign-in", REMOTE_ADDR="192.0.2.7").status == 200
    codes = [Device(app).get("/sign-in/confirm?t=guess").status for _ in range(31)]
    assert codes == [410] * 30 + [429]


def test_a_limit_is_forgotten_after_its_window_and_never_grows_without_end() -> None:
    limiter = Limiter()
    assert [limiter.allows("x", "a", 2, NOW) for _ in range(3)] == [True, True, False]
    assert limiter.allows("x", "b", 2, NOW)
    assert limiter.allows("y", "a", 2, NOW)
    assert limiter.allows("x", "a", 2, NOW + WINDOW)
    assert limiter.allows("x", "a", 2, NOW), "a clock that was set back begins anew"


def test_a_session_ends_by_itself_and_with_the_right_to_it(place: Place) -> None:
    device = signed_in(place, "dana")
    assert device.get("/home").status == 200
    later = Place(place.conn, place.database, place.slug, place.other, NOW + 15 * DAY)
    assert Device(later.app(), cookies=dict(device.cookies)).get("/home").status == 302
    tenant = next(one for one in directory.programmes(place.conn) if one.slug == place.other)
    access = found(place.conn).access.__class__(place.conn, tenant.id, "test")
    staff.remove_brand_person(access, tenant.public_id, KEYS, "dana@example.test", NOW)
    assert device.get("/home").status == 302


def test_an_old_link_says_that_it_is_old(place: Place) -> None:
    token = place.link("cleo")
    later = Place(place.conn, place.database, place.slug, place.other, NOW + 16 * MINUTE)
    answer = Device(later.app()).get(f"/sign-in/confirm?t={token}")
    assert answer.status == 410
    assert "does not work any more" in answer.text


def test_home_names_every_hat_and_leads_only_to_pages_that_exist(place: Place) -> None:
    for name, words in (
        ("bea", "You look after this programme"),
        ("finn", "You are a fan who helps"),
        ("otto", "You run this installation"),
    ):
        device = signed_in(place, name)
        page = device.get("/home")
        assert words in page.text
        assert page.headers["cache-control"] == "private, no-store"
        for href in re.findall(r'class="link-card" href="([^"]+)"', page.text):
            assert device.get(href).status == 200, href
