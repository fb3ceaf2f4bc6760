"""Connecting a shop by the form: from an empty programme to a signed delivery, without a secret that shows anywhere."""

import logging
import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.errors import FanshareError
from fanshare.core.instants import MINUTE, SECOND
from fanshare.flows.connecting import KINDS
from fanshare.flows.connections import connections
from fanshare.flows.context import Programme
from fanshare.jobs.fetches import Fetches, shop_settings
from fanshare.jobs.systems import Connectors
from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded
from tests.web.support.connecting import brand, connect, delivery, only, send, words

__all__ = ["schema_template"]
CANARIES = ("cs_canary_of_a_rest_secret", "shpss_canary_of_an_app", "rk_live_canary0of0a0key", "whsec_canary_of_a_hook")
WOO = {"kind": "woocommerce", "shop": "https://shop.example", "key": "ck_1", "shop_secret": CANARIES[0]}
SHOPIFY = {"kind": "shopify", "shop": "linen.myshopify.com", "key": "client-id", "shop_secret": CANARIES[1]}
STRIPE = {"kind": "stripe", "hosts": "shop.example", "shop_secret": CANARIES[2], "hook_secret": CANARIES[3]}
GENERIC = {"kind": "generic", "shop": "https://shop.example"}


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("connecting")) as made:
        yield made


@pytest.fixture(autouse=True)
def shops_are_not_asked(company: Company) -> Iterator[None]:
    """A worker of a later test would ask the shops of an earlier one, and there is nobody."""
    yield
    company.house.conn.execute("UPDATE connection SET can_fetch = false")


def audit(programme: Programme) -> list[tuple[str, str]]:
    rows = programme.access.conn.execute(
        "SELECT what, about FROM audit WHERE programme_id = %s AND what LIKE 'connection.%%' ORDER BY id",
        [programme.access.programme_id],
    )
    return [(row[0], row[1]) for row in rows]


def test_each_system_is_connected_with_what_it_needs_and_says_what_to_do_in_it(company: Company) -> None:
    programme, owner = brand(company, "silk"), company.device("silk")
    listed = words(owner.get("/brand/silk/connections/new"))
    for name in ("WooCommerce", "Shopify", "Stripe", "Signed orders", "Postbacks"):
        assert name in listed
    expected = {
        "woocommerce": (WOO, "makes the webhooks by one button"),
        "shopify": (SHOPIFY, "three compliance webhooks"),
        "stripe": (STRIPE, "checkout.session.*"),
        "generic": (GENERIC, "as Standard Webhooks are"),
        "postback": ({"kind": "postback", "shop": "https://shop.example"}, "what stands in braces"),
    }
    assert set(expected) == set(KINDS)
    for kind, (fields, step) in expected.items():
        answer = connect(owner, "silk", **fields)
        made = connections(programme)[-1]
        assert (answer.status, made.kind) == (200, kind), words(answer)
        assert step in words(answer)
        assert f"/hooks/{made.endpoint}" in answer.text
        drawn = made.secrets[0].decode() if kind in ("woocommerce", "generic", "postback") else ""
        assert drawn in unescape(answer.text), "what was drawn here is shown this once"
        seen = owner.get(f"/brand/silk/connections/{made.id}")
        assert "waiting for the first delivery" in words(seen)
        assert not drawn or drawn not in unescape(seen.text)
    shops = connections(programme)
    assert [one.api for one in shops] == [
        ("ck_1", CANARIES[0]), ("client-id", CANARIES[1]), ("stripe", CANARIES[2]), None, None]  # fmt: skip
    assert shops[2].secrets == (CANARIES[3].encode(),)
    assert audit(programme) == [("connection.add", f"{one.kind} {one.endpoint}") for one in shops]
    assert "connected a shop" in words(owner.get("/brand/silk/team"))


def test_no_secret_that_was_typed_shows_in_a_page_a_log_or_the_audit(
    company: Company, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    programme, owner = brand(company, "lace"), company.device("lace")
    seen: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for fields in (WOO, SHOPIFY, STRIPE):
            seen.append(connect(owner, "lace", **fields).text)
            seen.append(connect(owner, "lace", **{**fields, "hosts": "https://no/host"}).text)
            one = connections(programme)[-1]
            do = f"/brand/lace/connections/{one.id}/do"
            seen.append(send(owner, do, do="secret", hook_secret="whsec_canary_of_another").text)
            seen.append(
                send(owner, do, do="keys", key="x" if one.kind == "stripe" else "", shop_secret=CANARIES[1]).text
            )
            seen.append(owner.get(f"/brand/lace/connections/{one.id}").text)
        pages = ("connections", "start", "team", "messages", "connections/new")
        seen += [owner.get(f"/brand/lace/{page}").text for page in pages]
        company.house.later(31 * MINUTE)
        for path in ("connections/new", f"connections/{one.id}/do"):
            asked = send(owner, f"/brand/lace/{path}", what="connect", do="keys", **STRIPE)
            assert asked.status == 401
            seen.append(asked.text)
    out = capfd.readouterr()
    rows = company.house.rows("SELECT actor || what || about FROM audit")
    everything = [*seen, caplog.text, out.out, out.err, str(rows)]
    assert "canary" not in " ".join(everything)
    dump = company.house.rows("SELECT c::text FROM connection c")
    assert "canary" not in str(dump), "they lie sealed"
    assert CANARIES[0] in {one.api[1] for one in connections(programme) if one.api}, "the control: they are there"
    assert "canary" not in repr(connections(programme)), "nor would a traceback show them"


def test_a_secret_is_typed_again_after_she_was_asked_who_she_is(company: Company) -> None:
    programme, owner = brand(company, "felt"), company.device("felt")
    company.house.later(31 * MINUTE)
    asked = send(owner, "/brand/felt/connections/new", what="connect", once="a" * 20, **WOO)
    assert (asked.status, "once more" in words(asked)) == (401, True)
    assert 'name="shop" value="https://shop.example"' in asked.text, "the rest goes on"
    assert owner.sign_in(company.token("felt")).status == 302
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', asked.text))
    del fields["csrfmiddlewaretoken"]
    again = send(owner, "/brand/felt/connections/new", **fields)
    assert (again.status, "Enter the secrets once more" in words(again)) == (422, True)
    assert 'value="https://shop.example"' in again.text
    assert connections(programme) == []
    assert send(owner, "/brand/felt/connections/new", what="connect", once="a" * 20, **WOO).status == 200
    assert only(programme).api == ("ck_1", CANARIES[0])


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({**WOO, "shop": ""}, "Enter the address of your shop"),
        ({**WOO, "shop": "http://shop.example"}, "A shop's address is https://"),
        ({**WOO, "shop": "https://[x"}, "Enter the address of your shop"),
        ({**WOO, "shop_secret": ""}, "A REST key has two parts"),
        ({**WOO, "shop": "https://10.0.0.7"}, "does not lead to the public internet"),
        ({**WOO, "shop": "https://127.0.0.1:8080"}, "does not lead to the public internet"),
        ({**WOO, "shop": "https://metadata.internal"}, "does not lead to the public internet"),
        ({**WOO, "shop": "https://u:p@shop.example"}, "A shop's address is https://"),
        ({**SHOPIFY, "shop": "https://shop.example"}, "ends in .myshopify.com"),
        ({**SHOPIFY, "shop": "https://localhost"}, "does not lead to the public internet"),
        ({**SHOPIFY, "shop_secret": "shpat_x"}, "This is an access token"),
        ({**SHOPIFY, "key": ""}, "client id and client secret"),
        ({**STRIPE, "shop_secret": "pk_live_x"}, "begins with rk_live_"),
        ({**STRIPE, "hook_secret": "secret12"}, "begins with whsec_"),
        ({**GENERIC, "hosts": "https://x"}, "A host is a name"),
        ({**GENERIC, "shop": "x" * 501}, "holds more than it may"),
        ({**GENERIC, "once": "linen-shop"}, "not as it was sent to you"),
    ],
)
def test_what_is_wrong_is_said_without_a_word_of_commands_and_connects_nothing(
    company: Company, fields: dict[str, str], said: str
) -> None:
    before = company.house.value("SELECT count(*) FROM connection")
    refused = connect(company.device("bea"), "linen", **fields)
    assert (refused.status, said in words(refused)) == (422, True), words(refused)
    assert "--" not in words(refused)
    assert company.house.value("SELECT count(*) FROM connection") == before


def test_an_address_that_moved_inside_after_it_was_checked_is_still_not_asked(company: Company) -> None:
    programme, owner = brand(company, "wick"), company.device("wick")
    assert connect(owner, "wick", **WOO).status == 200
    company.house.conn.execute(
        "UPDATE connection SET base_url = 'https://127.0.0.1:9' WHERE id = %s", [only(programme).id]
    )
    shop = only(programme)
    assert shop_settings(shop)["reach"] == "public"
    fetches = Fetches()
    try:
        fetch = fetches(programme, shop)
        assert fetch is not None
        with pytest.raises(FanshareError, match="not on the public internet") as refused:
            fetch.order("1")
        assert refused.value.code == "shop_refused"
        with pytest.raises(FanshareError, match="not on the public internet"):
            Connectors("https://share.example").look_after(programme, shop, company.house.now)
        company.house.conn.execute("UPDATE connection SET settings = settings - 'reach' WHERE id = %s", [shop.id])
        with pytest.raises(FanshareError) as unreachable:
            fetches(programme, only(programme)).order("1")  # type: ignore[union-attr]
        assert unreachable.value.code == "shop_unreachable", "the control: without the mark it is called"
    finally:
        fetches.close()


def test_a_form_that_is_sent_twice_connects_one_shop(company: Company) -> None:
    programme, owner = brand(company, "hemp"), company.device("hemp")
    form = {"once": "b" * 20, "what": "connect", **GENERIC}
    assert send(owner, "/brand/hemp/connections/new", **form).status == 200
    again = send(owner, "/brand/hemp/connections/new", **form)
    assert (again.status, again.headers["location"]) == (302, "/brand/hemp/connections")
    assert only(programme).endpoint == "gen-" + "b" * 20


def test_a_signed_delivery_over_the_real_edge_is_seen_good_or_bad_and_a_better_secret_takes_it_after_all(
    company: Company,
) -> None:
    programme, house = brand(company, "cord"), company.house
    with house.open():
        owner = company.device("cord", company.app())
        answer = connect(owner, "cord", **GENERIC)
        shop = only(programme)
        page, do = f"/brand/cord/connections/{shop.id}", f"/brand/cord/connections/{shop.id}/do"
        drawn = re.search(r"whsec_[A-Za-z0-9+/=]+", unescape(answer.text))
        assert drawn is not None
        house.worker.housekeeping()
        assert house.edge_knows(shop.endpoint)
        stolen = b"whsec_c3RvbGVuIHNlY3JldCBvZiBzb21lYm9keQ=="
        assert delivery(company, shop, stolen).status_code == 401
        house.work()
        bad = words(owner.get(page))
        assert "it came, signature bad" in bad
        assert "signed with another secret" in bad
        house.later(SECOND)
        assert delivery(company, shop, drawn[0].encode()).status_code == 200
        house.work()
        assert "it came, signature good" in words(owner.get(page))
        assert "A message of the shop has arrived" in words(owner.get("/brand/cord/start"))
        house.later(SECOND)
        assert delivery(company, shop, stolen, "T2").status_code == 401
        house.work()
        assert "it came, signature bad" in words(owner.get(page))
        taken = send(owner, do, do="secret", hook_secret=stolen.decode())
        assert "2 refused messages fit it" in words(taken)
        assert "it came, signature good" in words(owner.get(page))
        house.work()
    told = "SELECT external_id FROM shop_order WHERE programme_id = %s ORDER BY external_id"
    assert house.rows(told, programme.access.programme_id) == [("T1",), ("T2",)]


def test_the_test_button_sends_a_signed_order_that_earns_nobody_anything(company: Company) -> None:
    programme, house = brand(company, "jute"), company.house
    with house.open():
        owner = company.device("jute", company.app())
        connect(owner, "jute", **GENERIC)
        shop = only(programme)
        do = f"/brand/jute/connections/{shop.id}/do"
        early = send(owner, do, do="test")
        assert early.status in (200, 422), "the edge may not know the shop yet"
        house.worker.housekeeping()
        assert house.edge_knows(shop.endpoint)
        sent = send(owner, do, do="test")
        assert "The test message was sent and taken" in words(sent)
        house.work()
        assert "it came, signature good" in words(owner.get(f"/brand/jute/connections/{shop.id}"))
        assert send(owner, do, do="pause").status == 302
        assert send(owner, do, do="test").status == 422
    orders = house.rows("SELECT external_id FROM shop_order WHERE programme_id = %s", programme.access.programme_id)
    assert orders
    assert all(number.startswith("TEST-") for (number,) in orders)
    assert house.rows("SELECT * FROM position WHERE programme_id = %s", programme.access.programme_id) == []


def test_secrets_are_drawn_and_ended_keys_changed_and_the_connection_paused_with_a_line_for_each(
    company: Company,
) -> None:
    programme, owner = brand(company, "reed"), company.device("reed")
    connect(owner, "reed", **WOO)
    shop = only(programme)
    page, do = f"/brand/reed/connections/{shop.id}", f"/brand/reed/connections/{shop.id}/do"
    drawn = send(owner, do, do="secret")
    assert "The secret, shown this once" in words(drawn)
    assert only(programme).secrets[0].decode() in unescape(drawn.text)
    marks = re.findall(r'name="mark" value="([0-9a-f]{8})"', owner.get(page).text)
    assert len(marks) == 1, "the newest one can't be ended here"
    assert send(owner, do, do="retire", mark=marks[0]).status == 302
    assert len(only(programme).secrets) == 1
    assert "is not valid any more" in words(send(owner, do, do="retire", mark=marks[0]))
    assert "asked with the new key" in words(send(owner, do, do="keys", key="ck_2", shop_secret="cs_2"))
    assert only(programme).api == ("ck_2", "cs_2")
    assert "has two parts" in words(send(owner, do, do="keys"))
    assert "is not asked any more" in words(send(owner, do, do="keys", remove="yes"))
    assert (only(programme).api, only(programme).can_fetch) == (None, False)
    assert send(owner, do, do="pause").status == 302
    assert only(programme).paused
    assert "paused" in words(owner.get(page))
    assert send(owner, do, do="resume").status == 302
    assert only(programme).on
    assert "FANSHARE_URL" not in words(owner.get(page))
    assert send(owner, do, do="webhooks").status == 422
    for wrong in ("x", ""):
        assert send(owner, do, do=wrong).status == 422
    assert [what for what, _ in audit(programme)] == [
        "connection.add", "connection.secret", "connection.retire", "connection.keys", "connection.keys",
        "connection.pause", "connection.resume"]  # fmt: skip


def test_owners_managers_and_operators_connect_and_others_only_look(company: Company) -> None:
    path = f"/brand/linen/connections/{company.brand.shop.id}"
    for name in ("bea", "mona", "otto"):
        device = company.device(name)
        assert (device.get("/brand/linen/connections/new").status, device.get(path).status) == (200, 200), name
        assert "What it signs with" in words(device.get(path))
    for name in ("rea", "fina"):
        device = company.device(name)
        assert device.get("/brand/linen/connections/new").status == 403
        assert send(device, f"{path}/do", do="pause").status == 403
        seen = device.get(path)
        assert (seen.status, "What it signs with" in words(seen)) == (200, False)
        assert "/connections/new" not in device.get("/brand/linen/connections").text
    for name in ("cleo", "finn", "dora"):
        assert company.device(name).get(path).status == 403
    dora = company.device("dora")
    assert dora.get(f"/brand/wool/connections/{company.brand.shop.id}").status == 404, "a shop of another programme"
    assert send(dora, f"/brand/wool/connections/{company.brand.shop.id}/do", do="pause").status == 404


def test_a_page_of_a_connection_asks_few_statements(company: Company) -> None:
    seen: list[str] = []
    device = company.device("bea", company.app(lambda conn: Watching(conn, seen)))
    for path in ("connections/new", f"connections/{company.brand.shop.id}"):
        seen.clear()
        assert device.get(f"/brand/linen/{path}").status == 200
        assert len([one for one in seen if re.match(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE)", one)]) <= 12, seen
