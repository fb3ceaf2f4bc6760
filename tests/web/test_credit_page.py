"""Keep as shop credit, over real books and a running shop: one question, one code, and an unused one comes back."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.ledger import open_with
from fanshare.core.money import MICROS
from fanshare.flows import own_data
from fanshare.flows.accept import Shop, accept
from fanshare.flows.shop_credits import allow
from fanshare.jobs.shop_credits import work_credits
from fanshare.store.ledger import post_logged
from fanshare.store.queries import shop_credits as rows
from fanshare.store.server import Server
from fanshare.world.woo_shop import WooShop
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order
from tests.web.support.device import Device
from tests.web.support.serving import Answer

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
    assert "There is nothing that can become a code now" in words(finn.get(PATH))
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
    question = _asked(fay, "2.50")
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
