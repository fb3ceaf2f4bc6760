"""What goods cost, as the brand says: what is left after it, after discounts, commission and the operator's fee."""

import random
import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.core.instants import DAY, day_begin, local_date, zone
from fanshare.core.margin import CostRate, Sold, margin, rate_at
from fanshare.core.terms_text import parse
from fanshare.flows.publish_terms import publish_terms
from fanshare.flows.set_up import decide_brands
from fanshare.store import books
from fanshare.store.queries import goods_costs, results
from fanshare.store.server import Server
from tests.jobs.house import TERMS
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
PAGE = "/brand/linen/costs"


@pytest.fixture
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("costs")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\N{NO-BREAK SPACE}", " ").split())


def say(device: Device, percent: str, day: str) -> Answer:
    form = {"csrfmiddlewaretoken": device.cookies["fanshare_form"], "percent": percent, "day": day}
    return device.post(PAGE, form)


def test_what_was_never_said_is_unknown_and_once_said_it_is_taken_off(company: Company) -> None:
    mona = company.device("mona")
    seen = words(mona.get("/brand/linen"))
    assert "goods kept, after discounts 257.00 €" in seen
    assert "what the goods cost unknown left unknown" in seen
    assert "the shop does not say so for every order" in seen
    assert "What the goods of 4 orders cost was never said." in seen
    assert "Nobody has said it" in words(mona.get(PAGE))
    assert say(mona, "45", "2026-11-19").status == 302
    assert "What the goods of 3 orders cost was never said." in words(mona.get("/brand/linen"))
    assert say(mona, "40,5", "2026-10-01").status == 302
    seen = words(mona.get("/brand/linen"))
    found = re.search(
        r"commission − (\d+\.\d\d) € what the goods cost, as you say − (\d+\.\d\d) € left (\d+\.\d\d) €", seen
    )
    assert found is not None, seen
    assert found[2] == "106.74", "45 % of 59.00 and 40.5 % of the other 198.00"
    cents = [int(one.replace(".", "")) for one in found.groups()]
    assert 0 <= 25700 - sum(cents) <= 2
    told = words(mona.get(PAGE))
    assert "You say: 45 % of what buyers pay for goods." in told
    assert re.search(r"Thu 1 Oct 40.5 % .* Thu 19 Nov 45 % ", told)
    said = company.house.rows("SELECT about FROM audit WHERE what = 'costs.say' ORDER BY id")
    assert said == [("45 % from 2026-11-19 on",), ("40.5 % from 2026-10-01 on",)]
    assert say(mona, "", "2026-11-01").status == 302
    assert "What the goods of 3 orders cost was never said." in words(mona.get("/brand/linen"))


def test_the_fee_of_the_books_is_taken_off_where_there_are_several_brands(company: Company) -> None:
    mona, brand = company.device("mona"), company.brand
    assert "fee of whoever runs" not in words(mona.get("/brand/linen"))
    decide_brands(brand.access, several=True, now=company.house.now)
    assert "fee of whoever runs this installation 0.00 €" in words(mona.get("/brand/linen"))
    publish_terms(brand.access, {**parse(TERMS, "toml"), "operator": {"fee_percent": "25"}}, company.house.now)
    company.house.later(DAY)
    tell(brand, order(brand, "P5001", brand.link, 100_000_000, ago=1))
    booked = sum(books.fees(brand.access).values())
    assert booked == 3_000_000
    (one,) = results.margins(brand.access, 0)
    assert one.fee == booked
    assert one.before_cost == one.goods - one.commission - booked
    assert "fee of whoever runs this installation − 3.00 €" in words(mona.get("/brand/linen"))


def test_each_order_costs_by_the_rate_in_force_when_it_was_placed(company: Company) -> None:
    chance, access = random.Random(88), company.brand.access
    orders = access.fetch(
        "SELECT o.placed_at, o.net, (SELECT sum(p.amount)::bigint FROM position p WHERE p.programme_id = o.programme_id"
        " AND p.order_id = o.id) FROM shop_order o WHERE o.programme_id = %(programme_id)s AND o.net > 0"
    )
    rates: list[CostRate] = []
    for _ in range(40):
        since = chance.choice(orders)[0] + chance.choice((-1, 0, 1, -DAY, DAY))
        rates.append(CostRate(since, chance.choice((None, 0, 1, 3333, 99_999))))
        goods_costs.add(access, rates[-1].bps, since, company.house.now)
        wanted = margin("EUR", [Sold(1, net, paid, 0, 0, False, rate_at(rates, at)) for at, net, paid in orders])
        (found,) = results.margins(access, 0)
        assert 0 <= wanted.cost - found.cost <= len(orders), "each rate's sum is rounded once"
        assert (found.goods, found.commission, found.uncosted) == (wanted.goods, wanted.commission, wanted.uncosted)


@pytest.mark.parametrize(
    ("percent", "day"),
    [("x", "2026-11-01"), ("-1", "2026-11-01"), ("1000", "2026-11-01"), ("1.234", "2026-11-01"), ("40", "1999-12-31"),
     ("40", "soon"), ("40", ""), ("40", "2028-01-01"), ("40", "9999-12-31")],
)  # fmt: skip
def test_what_is_no_rate_or_day_is_refused_with_a_sentence_and_stays_typed(
    company_of_all: Company, percent: str, day: str
) -> None:
    answer = say(company_of_all.device("bea"), percent, day)
    assert (answer.status, 'role="alert"' in answer.text) == (422, True)
    assert f'value="{percent}"' in answer.text
    assert company_of_all.house.value("SELECT count(*) FROM goods_cost") == 0


def test_only_who_decides_says_it_and_others_of_the_brand_see_what_is_left(company_of_all: Company) -> None:
    for name in ("fina", "rea", "cleo", "finn", "dora"):
        assert say(company_of_all.device(name), "40", "2026-11-01").status == 403, name
    seen = company_of_all.device("rea").get("/brand/linen")
    assert "left unknown" in words(seen)
    assert PAGE not in seen.text


def test_the_page_speaks_german(company_of_all: Company) -> None:
    device = company_of_all.device("bea")
    device.cookies["fanshare_language"] = "de"
    assert "Was deine Ware kostet" in words(device.get(PAGE))
    assert "Was davon bleibt" in words(device.get("/brand/linen"))


@pytest.fixture(scope="module")
def company_of_all(
    schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """One for all who change nothing."""
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("no-costs")) as made:
        yield made


def test_a_day_begins_at_midnight_of_the_zone() -> None:
    berlin = zone("Europe/Berlin")
    for at in range(0, 400 * DAY, 7 * DAY + 12345):
        begin = day_begin(local_date(at, berlin), berlin)
        assert begin <= at < begin + 25 * 3_600_000_000
        assert local_date(begin, berlin) == local_date(at, berlin)
        assert begin == 0 or local_date(begin - 1, berlin) != local_date(at, berlin)
