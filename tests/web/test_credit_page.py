"""Keep as shop credit, over real books and a running shop: one question, one code, and an unused one comes back."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from playwright.sync_api import expect

from fanshare.core.ledger import open_with
from fanshare.core.money import MICROS
from fanshare.flows import own_data
from fanshare.flows.accept import Shop, accept
from fanshare.flows.connections import NewConnection, add_connection
from fanshare.flows.shop_credits import allow
from fanshare.jobs.shop_credits import work_credits
from fanshare.store.ledger import post_logged
from fanshare.store.queries import shop_credits as rows
from fanshare.store.server import Server
from fanshare.world.woo_shop import WooShop
from tests.support.schema import schema_template
from tests.web.support.browser import chromium, watched
from tests.web.support.company import Company, founded, order
from tests.web.support.device import Device
from tests.web.support.serving import Answer, served

__all__ = ["schema_template"]

PATH = "/credit/linen"


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("credit")) as made, WooShop() as shop:
        brand, now = made.brand, made.house.now
        at = brand.connect_woo(shop)
        with brand.access.transaction():
            accept(
                brand.access,
                Shop(at.id, at.endpoint),
                [order(brand, "W1", brand.link)],
                brand.programme.book,
                brand.programme.secrets,
                now,
            )
        post_logged(brand.access, [open_with(brand.finn, 10 * MICROS, "EUR", waiting=False)], at=now)
        allow(brand.programme, at.id, True, now)
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ").split())


def hidden(answer: Answer) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))


def shop_of(answer: Answer) -> str:
    return hidden(answer)["shop"]


def worked(company: Company) -> list[rows.Credit]:
    work_credits(company.brand.programme, company.house.clock)
    return rows.listed(company.brand.access)


def test_what_became_ready_today_is_offered_to_a_fan_tomorrow(company: Company) -> None:
    finn = company.device("finn")
    assert "Nothing is ready yet" in words(finn.get(PATH))
    company.house.later(24 * 60 * 60 * MICROS)
    assert "10.00 € can become a code" in words(company.device("finn").get(PATH))


def _asked(device: Device, amount: str) -> Answer:
    """The question that stands before the money moves."""
    page = device.get(PATH)
    return device.post(PATH, {**hidden(page), "amount": amount})


def test_a_code_is_made_after_one_question_and_however_often_it_is_answered_once(company: Company) -> None:
    house = company.house
    post_logged(company.brand.access, [open_with(company.fay, 3 * MICROS, "EUR", waiting=False)], at=house.now)
    house.later(24 * 60 * 60 * MICROS)
    fay = company.device("fay")
    before = len(rows.listed(company.brand.access))
    for amount in ("", "ten", "0.001", "-1", "9999999999999999999999"):
        refused = _asked(fay, amount)
        assert (refused.status, "Write the amount in digits" in words(refused)) == (422, True), amount
    assert "more than may be turned" in words(_asked(fay, "3.01"))
    refused = _asked(fay, "1.500")
    assert ("can be read in two ways" in words(refused), 'value="1.500"' in refused.text) == (True, True)
    assert 'value="3,00"' in fay.get(PATH, HTTP_ACCEPT_LANGUAGE="de").text
    question = _asked(fay, "2,50")
    assert "Turn 2.50 € into a code?" in words(question)
    assert len(rows.listed(company.brand.access)) == before
    for _ in range(2):
        assert fay.post(PATH, hidden(question)).status == 302
    made = worked(company)
    assert (len(made), made[-1].amount, made[-1].state) == (before + 1, 2_500_000, "shown")
    page = fay.get(PATH)
    assert f'value="{made[-1].shown}"' in page.text
    assert "2.50 €" in words(page)
    assert made[-1].shown not in company.device("cleo").get(PATH).text
    programme = company.brand.programme
    assert made[-1].shown in str(own_data.copy(programme, company.fay, house.now)["credits"])
    assert own_data.copy(programme, company.carla, house.now)["credits"] == []


def test_an_unused_code_is_taken_back_by_its_owner_alone(company: Company) -> None:
    brand, house = company.brand, company.house
    post_logged(brand.access, [open_with(company.carla, 4 * MICROS, "EUR", waiting=False)], at=house.now)
    carla = company.device("carla")
    carla.post(PATH, hidden(_asked(carla, "4.00")))
    number = worked(company)[-1].id
    for name, status in (("cleo", 422), ("finn", 422), ("bea", 403)):
        stray = company.device(name)
        stray.get(PATH)
        assert stray.post(PATH, {**hidden(stray.get("/sign-out")), "back": str(number)}).status == status
    page = carla.get(PATH)
    assert carla.post(PATH, {**hidden(page), "back": str(number)}).status == 302
    assert "is being taken back" in words(carla.get(PATH))
    assert worked(company)[-1].state == "cancelled"
    said = words(carla.get(PATH))
    assert "taken back: ready again" in said
    assert "4.00 € can become a code" in said
    for wrong in ("x", "9" * 30, ""):
        assert carla.post(PATH, {**hidden(carla.get(PATH)), "back": wrong}).status == 422


def test_a_fan_turns_her_money_into_a_code_on_her_phone(company: Company) -> None:
    house, brand = company.house, company.brand
    post_logged(brand.access, [open_with(brand.cleo, 5 * MICROS, "EUR", waiting=False)], at=house.now)
    app = company.app(hosts=("127.0.0.1",), public_url="http://127.0.0.1")
    with chromium() as browser, served(app) as base, watched(browser, base) as seen:
        seen.page.goto(f"{base}/sign-in/confirm?t={company.token('cleo')}")
        seen.page.get_by_role("button", name="Sign in").click()
        seen.page.wait_for_url(base + "/home")
        seen.page.set_viewport_size({"width": 360, "height": 740})
        seen.open(PATH)
        seen.page.get_by_label("How much").fill("1.25")
        seen.press(seen.page.get_by_role("button", name="Go on"))
        seen.fit("credit-sure")
        seen.page.get_by_role("button", name="Yes, make the code").click()
        seen.page.wait_for_url(f"{base}{PATH}")
        expect(seen.page.get_by_text("the shop is asked for the code")).to_be_visible()
        code = worked(company)[-1]
        seen.open(PATH)
        seen.fit("credit")
        assert seen.page.get_by_label("The code").last.input_value() in {one.shown for one in worked(company)}
        seen.page.get_by_role("button", name="Take it back 1.25").first.click()
        seen.page.get_by_text("is being taken back").first.wait_for()
        assert next(one for one in worked(company) if one.id == code.id).state == "cancelled"
        assert seen.console == []


def test_a_brand_sees_what_codes_are_out_and_never_the_codes(company: Company) -> None:
    brand, path = company.brand, "/brand/linen/credit"
    post_logged(brand.access, [open_with(company.carla, 3 * MICROS, "EUR", waiting=False)], at=company.house.now)
    carla = company.device("carla")
    carla.post(PATH, hidden(_asked(carla, "2.00")))
    made = worked(company)
    page = company.device("bea").get(path)
    assert "unused" in words(page)
    assert made
    assert all(one.shown not in page.text for one in made), "whoever reads a code can spend it"
    for name, status in (("fina", 200), ("rea", 200), ("dora", 403), ("cleo", 403), ("finn", 403)):
        assert company.device(name).get(path).status == status, name
    shop = hidden(page)["shop"]
    for name in ("rea", "fina"):
        assert _say(company.device(name), f"{path}/allow", shop=shop, allowed="no").status == 403, name
    bea = company.device("bea")
    assert _say(bea, f"{path}/allow", shop=shop, allowed="no").status == 302
    assert rows.shops(brand.access) == []
    assert "no new codes" in words(bea.get(path))
    assert "The brand gives no shop credit so far" in words(carla.get(PATH)), "something of hers is ready"
    new = NewConnection("generic", base_url="https://keyless.example", secrets=("whsec_" + "a" * 32,))
    made_now = add_connection(brand.programme, new, company.house.now, can_fetch=False, reports_fulfilment=False)
    keyless = str(next(one[0] for one in rows.allowed(brand.access) if one[2] == made_now.endpoint))
    assert f'name="shop" value="{keyless}"' not in bea.get(path).text, "nobody could make codes there"
    refused = _say(bea, f"{path}/allow", shop=keyless, allowed="yes")
    assert (refused.status, "give it the shop's keys" in words(refused)) == (422, True)
    assert "keyless.example</option>" in bea.get(f"{path}/stock").text, "a shop is called as its owner calls it"
    assert re.search(r"127\.0\.0\.1:\d+ \(WooCommerce\):", words(bea.get(path)))
    assert rows.shops(brand.access) == [], "or somebody's money would wait for a code that nobody makes"
    assert _say(bea, f"{path}/allow", shop="999999", allowed="yes").status == 422
    assert _say(bea, f"{path}/allow", shop=shop, allowed="yes").status == 302
    assert [str(one.id) for one in rows.shops(brand.access)] == [shop]
    done = [row[0] for row in company.house.rows("SELECT about FROM audit WHERE what = 'credit.allow' ORDER BY id")]
    assert [one.rpartition(" ")[2] for one in done] == ["ended", "allowed"]


def _wishing(answer: Answer) -> dict[str, str]:
    """The form of a wish, without that of a code of hers which she could give back."""
    return {name: value for name, value in hidden(answer).items() if name != "back"}


def _say(device: Device, path: str, **values: str) -> Answer:
    return device.post(path, {**hidden(device.get("/sign-out")), **values})


def test_a_brand_brings_its_own_codes_and_somebody_takes_one_and_gives_it_back(company: Company) -> None:
    brand, house, path = company.brand, company.house, "/brand/linen/credit/stock"
    bea = company.device("bea")
    raw = b"code,value,currency,end\nGIFT-1,1.00,EUR,\nGIFT-2,3.00,EUR,2099-12-31\nbad row,x\ngift-1,1.00,EUR,\n"
    shop = str(brand.shop.id)
    looked = _send(bea, path, raw, shop=shop, do="look")
    assert "Nothing is changed yet." in words(looked)
    assert "1 × This code stands in row 2 already." in words(looked)
    assert "GIFT" not in looked.text
    taken = _send(bea, path, raw, shop=shop, do="take")
    assert "What became of it new 2 here already 0 rows refused 2" in words(taken)
    assert "here already 2" in words(_send(bea, path, raw, shop=shop, do="take"))
    assert _send(bea, path, raw, shop="0", do="take").status == 422
    at = next(one[0] for one in rows.allowed(brand.access) if one[0] != brand.shop.id)
    assert "makes the codes of this shop itself" in words(_send(bea, path, raw, shop=str(at), do="take"))
    for name in ("rea", "fina", "dora", "cleo"):
        assert company.device(name).get(path).status == 403, name
    assert _say(bea, "/brand/linen/credit/allow", shop=shop, allowed="yes").status == 302

    post_logged(brand.access, [open_with(company.carla, 2 * MICROS, "EUR", waiting=False)], at=house.now)
    carla = company.device("carla")
    assert '<option value="1.00">' in carla.get(PATH).text
    wish = {"shop": shop, "stock": "yes", "currency": "EUR"}
    form = _wishing(carla.get(PATH))
    refused = carla.post(PATH, {**form, **wish, "amount": "1.50"})
    assert "No code of this value can be had now" in words(refused)
    question = carla.post(PATH, {**form, **wish, "amount": "1.00"})
    assert "what a basket leaves over may be lost" in words(question)
    assert carla.post(PATH, _wishing(question)).status == 302
    row = next(one for one in rows.of_party(brand.access, company.carla) if one.stock)
    page = carla.get(PATH)
    assert (row.shown, 'value="GIFT-1"' in page.text) == ("GIFT-1", True)
    assert "GIFT-1" not in bea.get(path).text, "whoever reads a code can spend it"
    assert carla.post(PATH, {**hidden(page), "back": str(row.id)}).status == 302
    assert "the brand looks whether it was used" in words(carla.get(PATH))
    assert "given back, waiting for your word: 1" in words(bea.get("/brand/linen/credit"))
    assert "GIFT-1" in bea.get(path).text
    said = {"do": "answer", "credit": str(row.id), "used": "no"}
    assert "Tick that you mean it" in words(_say(bea, path, **said))
    assert _say(bea, path, **said, sure="yes").status == 302
    assert "taken back: ready again" in words(carla.get(PATH))
    assert "Tick that you mean it" in words(_send(bea, path, raw, shop=shop, do="out"))
    would = "taken out 1 given to somebody 1 from before a restore 0 never here 0 rows refused 1"
    assert f"What would become of it {would}" in words(_send(bea, path, raw, shop=shop, do="look-out"))
    assert f"What became of it {would}" in words(_send(bea, path, raw, shop=shop, do="out", sure="yes"))
    assert rows.of_party(brand.access, company.carla)[0].shown == "GIFT-1", "what somebody was given stays known"
    done = [row[0] for row in house.rows("SELECT what FROM audit WHERE starts_with(what, 'credit.')")]
    assert sorted({*done} - {"credit.allow"}) == ["credit.answer", "credit.stock", "credit.stock_out"]


def _send(device: Device, path: str, content: bytes, **values: str) -> Answer:
    return device.upload(path, content, called="file", **values)
