"""A brand gives a sale to whoever brought it: looked at first, exactly as it is settled, and decided once."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY
from fanshare.flows import reassigning
from fanshare.flows.appeals import appeal
from fanshare.flows.context import Programme, open_programme
from fanshare.flows.people import Joiner, add_creator
from fanshare.flows.reassigning import Look, Wish
from fanshare.flows.rulings import find_order
from fanshare.store.access import Access, connect
from fanshare.store.queries import brand as books
from fanshare.store.queries import claims
from fanshare.store.server import Server
from tests.edge.running import KEYS
from tests.jobs.house import Brand
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]

CAPPED = """
[[commission]]
id = "standard"
percent = "12"

[[caps]]
per = "month"
amount = "10.00"
currency = "EUR"
"""


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("assign")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " "))).split())


def sold(company: Company, number: str, **more: Any) -> int:
    """A sale through Cleo's own link."""
    tell(company.brand, order(company.brand, number, company.brand.link, **more))
    return find_order(company.brand.access, number)


def hidden(page: Answer) -> dict[str, str]:
    first = page.text.partition('name="what"')[0].rpartition("<form")[2]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', first))
    return {name: unescape(text) for name, text in found.items()} | {"what": "give"}


def rulings(company: Company, number: int) -> int:
    return int(company.house.value("SELECT count(*) FROM ruling WHERE order_id = %s", number))


def booked(brand: Brand, number: int) -> dict[tuple[int, str, int | None], int]:
    return {(row.creator, row.role, row.party): row.amount for row in books.shares(brand.access, number) if row.amount}


def then(look: Look) -> dict[tuple[int, str, int | None], int]:
    return {(row.creator, row.role, row.party): row.after for row in look.rows if row.after}


def test_a_sale_is_looked_at_given_and_settled_exactly_as_shown(company: Company) -> None:
    mona, brand = company.device("mona"), company.brand
    number = sold(company, "A5001")
    appeal(brand.programme, number, brand.cleo, "It was not me.", company.house.now)
    path = f"/brand/linen/orders/{number}/assign"
    assert f'href="{path}"' in mona.get(f"/brand/linen/orders/{number}").text
    looked = mona.fill(path, who="carla-quince", reason="Her <b>post</b> came first")
    seen = words(looked)
    assert looked.status == 200
    assert "Carla Quince creator Carla Quince 0.00 € 7.08 €" in seen
    assert "Cleo creator Cleo 7.08 € 0.00 €" in seen
    assert "Her &lt;b&gt;post&lt;/b&gt; came first" in looked.text
    assert rulings(company, number) == 0, "looking decides nothing"
    assert company.house.value("SELECT count(*) FROM order_creator WHERE order_id = %s", number) == 1
    form = hidden(looked)
    for _ in range(2):
        sent = mona.post(path, form)
        assert (sent.status, sent.headers["location"]) == (302, f"/brand/linen/orders/{number}")
    assert rulings(company, number) == 1, "sent twice, decided once"
    company.house.work()
    assert booked(brand, number) == {(company.carla, "creator", company.carla): 7_080_000}
    after = words(mona.get(f"/brand/linen/orders/{number}"))
    assert "given to somebody else: Her <b>post</b> came first" in after
    assert "answered" in after, "the objection is answered by it"
    written = company.house.rows("SELECT actor FROM audit WHERE what = 'ruling.add' AND about LIKE 'reassigned%%'")
    assert len(written) == 1
    assert written[0][0].startswith("brand:")
    assert "Nothing would change" in words(mona.fill(path, who="carla-quince", reason="again"))


def test_a_fan_is_named_by_a_link_or_code_and_stays_a_pseudonym(company: Company) -> None:
    bea, brand = company.device("bea"), company.brand
    number = sold(company, "A5002")
    path = f"/brand/linen/orders/{number}/assign"
    looked = bea.fill(path, who=f"https://share.example/r/{brand.fan_code}", reason="Typed at checkout")
    seen = words(looked)
    assert re.search(r"To fan [0-9a-z]{6} , who brought the buyer to Cleo", seen.replace(",", " ,"))
    assert re.search(r"fan [0-9a-z]{6} fan Cleo 0\.00 € 1\.416 €", seen)
    assert "Finn" not in looked.text
    assert bea.post(path, hidden(looked)).status == 302
    company.house.work()
    assert booked(brand, number) == {
        (brand.cleo, "creator", brand.cleo): 5_664_000,
        (brand.cleo, "fan", brand.finn): 1_416_000,
    }


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"who": "", "reason": "x"}, "Say who brought the sale"),
        ({"who": "nobody-here", "reason": "x"}, "Nobody here has this short name"),
        ({"who": "cleo", "reason": " "}, "needs a reason"),
        ({"who": "cleo", "reason": "x"}, "Nothing would change"),
        ({"who": "carla-quince", "reason": "x", "of": "abc"}, "Choose whose part"),
        ({"who": "carla-quince", "reason": "x", "what": "give"}, "This form is not whole"),
    ],
)
def test_what_cannot_be_says_why_and_keeps_what_was_typed(company: Company, typed: dict[str, str], said: str) -> None:
    number = find_order(company.brand.access, "C1001")
    answer = company.device("bea").fill(f"/brand/linen/orders/{number}/assign", **typed)
    assert (answer.status, said in words(answer)) == (422, True)
    assert f'value="{typed["who"]}"' in answer.text
    assert rulings(company, number) == 0


def test_only_who_may_decide_gives_sales_away_and_of_her_own_brand(company: Company) -> None:
    number = find_order(company.brand.access, "C1001")
    path = f"/brand/linen/orders/{number}/assign"
    for name in ("fina", "rea", "dora", "cleo", "finn"):
        device = company.device(name)
        assert device.get(path).status == 403, name
        device.get("/sign-out")
        form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "who": "carla-quince", "reason": "x"}
        assert device.post(path, form).status == 403, name
    assert company.device("dora").get(f"/brand/wool/orders/{number}/assign").status == 404
    assert company.device("otto").get(path).status == 200


def test_whoever_came_long_ago_shows_that_it_is_she_and_goes_on_where_she_was(company: Company) -> None:
    number = sold(company, "A5003")
    mona, path = company.device("mona"), f"/brand/linen/orders/{number}/assign"
    form = hidden(mona.fill(path, who="carla-quince", reason="Hers"))
    company.house.later(DAY // 4)
    asked = mona.post(path, form)
    assert asked.status == 401
    assert 'name="seen"' in asked.text, "the form is sent on"
    assert rulings(company, number) == 0


def test_what_changed_meanwhile_is_looked_at_again(company: Company) -> None:
    number = sold(company, "A5004")
    bea, mona, path = company.device("bea"), company.device("mona"), f"/brand/linen/orders/{number}/assign"
    old, other = (hidden(one.fill(path, who="carla-quince", reason="Hers")) for one in (bea, mona))
    less = order(company.brand, "A5004", company.brand.link, 40_000_000)
    tell(company.brand, replace(less, modified_at=less.modified_at + DAY))
    stale = bea.post(path, old)
    assert (stale.status, "has changed meanwhile" in words(stale)) == (409, True)
    fresh = hidden(bea.fill(path, who="carla-quince", reason="Hers"))
    assert bea.post(path, fresh).status == 302
    late = mona.post(path, other)
    assert (late.status, "Somebody decided about this order meanwhile" in words(late)) == (409, True)
    assert rulings(company, number) == 1


def at_once(company: Company, wish: Wish, looked: Look, times: int, workers: int) -> list[str]:
    """What becomes of one form that is sent many times at once."""

    def one(_: int) -> str:
        with connect(company.house.database.dsn()) as conn:
            programme = on(conn, company.brand)
            try:
                return str(reassigning.reassign(programme, wish, looked.newest, looked.seen, company.house.now))
            except FanshareError as error:
                return error.code

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, range(times)))


def on(conn: Any, brand: Brand) -> Programme:
    access = Access(conn, brand.tenant.id, "brand:1")
    return open_programme(access, brand.tenant.public_id, KEYS)


def test_fifty_at_once_make_one_decision(company: Company) -> None:
    number = sold(company, "A5005")
    wish = Wish(number, "Hers", company.carla)
    looked = reassigning.look(company.brand.programme, wish, company.house.now)
    assert len(set(at_once(company, wish, looked, 50, 8))) == 1
    assert rulings(company, number) == 1


def test_without_the_lock_two_would_both_decide(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    number = sold(company, "A5006")
    wish = Wish(number, "Hers", company.carla)
    looked = reassigning.look(company.brand.programme, wish, company.house.now)
    both, honest = threading.Barrier(2, timeout=20), reassigning.look

    def together(*args: Any) -> Look:
        found = honest(*args)
        both.wait()
        return found

    monkeypatch.setattr(reassigning, "look", together)
    monkeypatch.setattr(claims, "lock_order", lambda *_: None)
    assert len(set(at_once(company, wish, looked, 2, 2))) == 2
    assert rulings(company, number) == 2


def test_caps_and_later_orders_of_the_buyer_are_in_the_preview(company: Company) -> None:
    house = company.house
    capped = Brand.founded(house, "capped", CAPPED)
    dana = add_creator(capped.programme, Joiner("Dana", "dana@example.test"), house.now - 40 * DAY)
    for n in range(4):
        tell(capped, order(capped, f"K{n}", capped.link, 50_000_000, ago=(9 - n) * DAY))
    number = find_order(capped.access, "K0")
    assert booked(capped, find_order(capped.access, "K1")) == {(capped.cleo, "creator", capped.cleo): 4_000_000}
    wish = Wish(number, "Dana's", dana)
    looked = reassigning.look(capped.programme, wish, house.now)
    assert looked.others == 2, "what the cap had cut moves up"
    reassigning.reassign(capped.programme, wish, looked.newest, looked.seen, house.now)
    house.work()
    assert booked(capped, number) == then(looked) == {(dana, "creator", dana): 6_000_000}
    assert booked(capped, find_order(capped.access, "K2")) == {(capped.cleo, "creator", capped.cleo): 4_000_000}
    second = find_order(capped.access, "K1")
    wish = Wish(second, "Dana's too", dana)
    looked = reassigning.look(capped.programme, wish, house.now)
    reassigning.reassign(capped.programme, wish, looked.newest, looked.seen, house.now)
    house.work()
    assert booked(capped, second) == then(looked) == {(dana, "creator", dana): 4_000_000}, "her own cap counts as well"


def test_a_word_that_means_several_is_asked_about_again(company: Company) -> None:
    programme, now = company.brand.programme, company.house.now
    with pytest.raises(BadInputError) as refused:
        reassigning.named(programme, "finn", now)
    assert refused.value.code in {"fan_by_code", "unknown_party"}
    assert reassigning.named(programme, "Carla Quince", now) == (company.carla, None)
    assert reassigning.named(programme, company.brand.code, now) == (company.brand.cleo, None)
    assert reassigning.named(programme, company.brand.fan_code, now) == (company.brand.cleo, company.brand.finn)


def test_the_page_asks_the_database_little(company: Company) -> None:
    seen: list[str] = []
    device: Device = company.device("bea", company.app(lambda conn: Watching(conn, seen)))
    number = find_order(company.brand.access, "C1001")
    seen.clear()
    assert device.get(f"/brand/linen/orders/{number}/assign").status == 200
    assert len([one for one in seen if "BEGIN" not in one]) <= 12
