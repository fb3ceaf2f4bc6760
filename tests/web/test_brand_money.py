"""The money page of a brand comes to the balances of the ledger, whatever happened to orders and people."""

import csv
import io
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from fanshare.core.instants import DAY, SECOND
from fanshare.core.orders import OrderState, Refund
from fanshare.flows import openings, payouts
from fanshare.flows.openings import NewOpening
from fanshare.flows.rulings import NewRuling, absorb_debt, find_order, rule
from fanshare.store.server import Server
from tests.support import paying
from tests.support.schema import schema_template
from tests.web.support.company import Company, Watching, founded, order, tell
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
MONEY = "/brand/linen/money"
COLUMNS = {"pending": "waiting", "held": "being_checked", "unclaimed": "unclaimed", "available": "ready"}


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("money")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " "))).split())


def exported(device: Device, by: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(device.get(f"{MONEY}?by={by}&as=csv").text.lstrip("\ufeff"))))


def sums(rows: list[dict[str, str]], kinds: dict[str, str]) -> dict[str, int]:
    return {kind: sum(int(row[name].replace(".", "")) for row in rows) for kind, name in kinds.items()}


def booked(company: Company) -> dict[str, int]:
    """What the ledger has, past every page."""
    found = company.house.rows(
        "SELECT kind, sum(balance)::bigint FROM account WHERE programme_id = %s AND currency = 'EUR' GROUP BY kind",
        company.brand.tenant.id,
    )
    return {kind: dict(found).get(kind, 0) for kind in COLUMNS}


def agree(company: Company) -> None:
    device = company.device("bea")  # anew: the days that pass end a session
    dated = {kind: name for kind, name in COLUMNS.items() if kind != "available"}
    ledger = booked(company)
    assert sums(exported(device, "day"), dated) == {kind: ledger[kind] for kind in dated}
    assert sums(exported(device, "who"), COLUMNS) == ledger


def test_when_what_is_owed_becomes_ready_and_for_whom(company: Company) -> None:
    page = words(company.device("fina").get(MONEY))
    assert "ready 2.40 € waiting 18.84 €" not in page, "a fan's part waits as well"
    assert "ready 2.40 €" in page
    assert "Tue 1 Dec – 9.60 € –" in page, "the check ends by itself"
    assert "Mon 14 Dec 14.16 €" in page
    who = words(company.device("rea").get(f"{MONEY}?by=who&sort=waiting"))
    assert re.search(r"Cleo 2\.40 € 12\.74 € 9\.60 €", who), who
    assert re.search(r"fan [0-9a-z]{6} – 1\.41 €", who)
    assert "Finn" not in who
    fan = re.findall(r"fan ([0-9a-z]{6}) – 1\.41 €", who)[0]
    for text, found in (("cle", "Cleo"), (f"fan {fan}", f"fan {fan}"), (fan[:4], f"fan {fan}")):
        assert found in words(company.device("rea").get(f"{MONEY}?by=who&q={text}")), text
    nobody = words(company.device("rea").get(f"{MONEY}?by=who&q=Finn"))
    assert "Nothing fits this search." in nobody, "a name that no page shows is not found"


def test_whatever_happens_the_page_comes_to_the_ledger(company: Company) -> None:
    chance, brand = random.Random(35), company.brand
    orders: list[OrderState] = []

    def sell(n: int) -> None:
        link = chance.choice((brand.link, brand.fan_link))
        ago = chance.choice((1, 20, 34, 39)) * DAY
        orders.append(order(brand, f"R{n}", link, chance.randrange(1, 90_000_001), ago=ago))
        tell(brand, orders[-1])

    def give_back(n: int) -> None:
        one = chance.randrange(len(orders))
        money = chance.choice((1, orders[one].total // 3, orders[one].total))
        refund = Refund(f"refund-{n}", company.house.now, max(money, 1))
        changed = replace(orders[one], modified_at=company.house.now, refunds=(*orders[one].refunds, refund))
        orders[one] = changed
        tell(brand, changed)

    def hold(n: int) -> None:
        at = find_order(brand.access, chance.choice(orders).order_id)
        until = company.house.now + 5 * DAY
        rule(brand.programme, NewRuling("held", f"Looked at again, {n}", at, until=until), company.house.now)

    def pay(_n: int) -> None:
        for payout in paying.plan(brand.programme, company.house.now):
            paying.send(brand.programme, payout, company.house.now)
            ended = chance.choice((None, payouts.arrived, payouts.came_back))
            if ended is payouts.came_back:
                payouts.came_back(brand.programme, payout, "No such account", company.house.now)
            elif ended is not None:
                payouts.arrived(brand.programme, payout, company.house.now)

    def open_balance(n: int) -> None:
        ready = chance.choice((None, company.house.now + 3 * DAY))
        new = NewOpening(brand.cleo, f"{n:032x}", "EUR", 1_234_567, ready)
        openings.post_openings(brand.programme, "dub", "00" * 32, [new], company.house.now)

    def absorb(_n: int) -> None:
        absorb_debt(brand.programme, brand.cleo, "EUR", "It was our fault.", company.house.now)

    for n in range(3):
        sell(n)
    for n in range(3, 27):
        chance.choice((sell, give_back, give_back, hold, pay, open_balance, absorb))(n)
        company.house.later(chance.choice((SECOND, DAY, 4 * DAY)))
        company.house.work()
        agree(company)


def test_what_was_put_right_leads_to_its_order(company: Company) -> None:
    page = company.device("bea").get(f"{MONEY}?by=adjusted")
    assert "taken back: a refund, a cancellation or a decision" in words(page)
    found = re.search(r'href="(/brand/linen/orders/[0-9]+)">#R', page.text)
    assert found is not None
    assert company.device("bea").get(found[1]).status == 200
    taken = [row for row in exported(company.device("bea"), "adjusted") if row["what"].startswith("taken back")]
    back = company.house.value(
        "SELECT sum(t.amount) FROM transfer t JOIN account c ON c.programme_id = t.programme_id"
        " AND c.id = t.credit_account_id WHERE t.programme_id = %s AND c.kind = 'owed' AND t.kind = 'settle'",
        company.brand.tenant.id,
    )
    assert sum(int(row["amount"].replace(".", "")) for row in taken) == back


@pytest.mark.parametrize("query", ["?by=moon", "?currency=USD", "?by=who&sort=x", "?after=x", "?as=pdf"])
def test_an_address_that_cannot_be_is_refused(company: Company, query: str) -> None:
    assert company.device("bea").get(MONEY + query).status == 400


def test_the_page_asks_the_database_little_and_speaks_german(company: Company) -> None:
    seen: list[str] = []
    device = company.device("bea", company.app(lambda conn: Watching(conn, seen)))
    device.cookies["fanshare_language"] = "de"
    for query in ("", "?by=who", "?by=adjusted"):
        seen.clear()
        page = device.get(MONEY + query)
        assert "Geschuldet an Creator, Fans und Käufer" in words(page)
        assert len([one for one in seen if "BEGIN" not in one]) <= 18
