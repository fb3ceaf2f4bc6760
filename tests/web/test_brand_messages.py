"""What shops sent: listed without contents; opened for one look, by whom it may, and written down each time."""

import os
import re
from collections.abc import Iterator
from html import unescape

import msgspec
import pytest

from fanshare.core.instants import DAY, MINUTE, Instant, utc_day
from fanshare.flows.day_keys import DayKeys, drop_old
from fanshare.store.queries import edge
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
PAGE = "/brand/linen/messages"
BODY = b'{"id":1042,"total":59.00,"email":"ann@example.test","note":"<script>x</script>"}'
HEADERS = {
    "content-type": "application/json",
    "webhook-signature": "v1,c2VjcmV0",
    "x-wc-webhook-topic": "order.updated",
    "x-shopify-access-token": "shpat_canary",
    ":token": "canary-of-an-address",
}


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("messages")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def arrived(
    company: Company, at: Instant, body: bytes = BODY, topic: str = "order.updated", state: str = "done"
) -> str:
    """A message as the drain writes it; returns its name."""
    brand, name = company.brand, os.urandom(16)
    sealed = DayKeys(company.house.conn, KEYS).seal(at, msgspec.msgpack.encode((HEADERS, body)), name)
    row = edge.NewDelivery(name, at, brand.shop.id, brand.shop.endpoint, topic, sealed, bytes(32))
    assert edge.insert_deliveries(brand.access, [row]) == {name}
    reason = "This order has no currency." if state == "parked" else ""
    company.house.conn.execute("UPDATE delivery SET state = %s, reason = %s WHERE id = %s", [state, reason, name])
    return name.hex()


def look(device: Device, name: str) -> Answer:
    device.get("/sign-out")
    return device.post(f"{PAGE}/{name}", {"csrfmiddlewaretoken": device.cookies["fanshare_form"]})


def looks(company: Company) -> list[tuple[str, ...]]:
    return company.house.rows("SELECT actor, about FROM audit WHERE what = 'message.look' ORDER BY id")


def test_a_message_is_opened_on_demand_without_its_secrets_and_each_look_is_audited(company: Company) -> None:
    name, mona, before = arrived(company, company.house.now), company.device("mona"), looks(company)
    closed = mona.get(f"{PAGE}/{name}")
    assert "ann@example.test" not in closed.text
    assert "Show what the shop sent" in words(closed)
    assert looks(company) == before, "knowing that it came is no look"
    opened = look(mona, name)
    assert '"total": 59.00,' in unescape(opened.text)
    assert "ann@example.test" in opened.text
    assert "<script>x" not in opened.text
    assert "x-wc-webhook-topic order.updated" in words(opened)
    assert "webhook-signature left out" in words(opened)
    assert not re.search("canary|c2VjcmV0", opened.text)
    assert look(mona, name).status == 200
    assert [about for _, about in looks(company)[len(before) :]] == [f"message {name} of linen-shop"] * 2


def test_only_owner_and_manager_of_the_programme_see_messages_and_after_a_fresh_sign_in(company: Company) -> None:
    name = arrived(company, company.house.now)
    for who in ("fina", "rea", "otto", "cleo", "finn", "dora"):
        device = company.device(who)
        assert {device.get(PAGE).status, device.get(f"{PAGE}/{name}").status, look(device, name).status} == {403}, who
    before, bea, dora = looks(company), company.device("bea"), company.device("dora")
    assert dora.get(f"/brand/wool/messages/{name}").status == 404
    assert bea.get(f"{PAGE}/{name[:-2]}zz").status == 404
    company.house.later(31 * MINUTE)
    asked = look(bea, name)
    assert (asked.status, "ann@example.test" in asked.text) == (401, False)
    assert looks(company) == before
    assert PAGE not in company.device("rea").get("/brand/linen/connections").text
    assert PAGE in company.device("mona").get("/brand/linen/connections").text


def test_what_was_dropped_says_so_and_is_no_look(company: Company) -> None:
    old, erased = arrived(company, company.house.now - 32 * DAY), arrived(company, company.house.now)
    company.house.conn.execute("UPDATE delivery SET sealed_body = NULL WHERE id = %s", [bytes.fromhex(erased)])
    assert drop_old(company.house.conn, company.house.now) >= 1
    before, bea = looks(company), company.device("bea")
    assert "What it held was dropped" in words(bea.get(f"{PAGE}/{old}"))
    gone = look(bea, old)
    assert gone.status == 410
    assert f"Raw deliveries of {utc_day(company.house.now - 32 * DAY)} were dropped after 30 days." in words(gone)
    assert "asked to be forgotten" in words(look(bea, erased))
    assert looks(company) == before


def test_the_list_is_filtered_searched_paged_and_a_file(company: Company) -> None:
    at = company.house.now - 3 * DAY
    names = [arrived(company, at, topic=f"page-me-{n:02}") for n in range(30)]
    parked = arrived(company, at, topic="odd", state="parked")
    bea = company.device("bea")
    first = bea.get(f"{PAGE}?q=page-me")
    further = re.search(r'href="(\?[^"]*after=[^"]+)"', first.text)
    assert further is not None
    second = bea.get(PAGE + unescape(further[1]))
    shown = [set(re.findall(rf"{PAGE}/([0-9a-f]{{32}})", page.text)) for page in (first, second)]
    assert [len(one) for one in shown] == [25, 5]
    assert shown[0] | shown[1] == set(names), "all of one instant, none twice"
    listed = bea.get(f"{PAGE}?state=parked&shop=linen-shop")
    assert parked in listed.text
    assert "This order has no currency." in words(listed)
    assert names[0] not in listed.text
    assert parked in bea.get(f"{PAGE}?state=parked&as=csv").text
    assert parked not in bea.get(f"{PAGE}?from={utc_day(at + 2 * DAY)}").text
    assert bea.get(f"{PAGE}?state=nonsense").status == 400


def test_what_is_no_json_is_shown_as_it_came_and_what_is_long_is_cut(company: Company) -> None:
    bea = company.device("bea")
    assert "id=7&amp;sum=9" in look(bea, arrived(company, company.house.now, b"id=7&sum=9")).text
    assert look(bea, arrived(company, company.house.now, b"\xff\x00\xfe")).status == 200
    assert look(bea, arrived(company, company.house.now, b"[" * 90_000)).status == 200
    assert "Cut after 100000 characters." in words(look(bea, arrived(company, company.house.now, b"a" * 100_001)))
