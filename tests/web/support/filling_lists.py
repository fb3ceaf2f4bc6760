"""Rows for every list: each function adds three, of the same moment, with words that a spreadsheet would run."""

import os
from dataclasses import replace

import msgspec

from fanshare.core.code_plans import STOCK, CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.instants import DAY, HOUR
from fanshare.core.orders import Status
from fanshare.core.products import Product
from fanshare.flows import audit, claims, code_stock
from fanshare.flows.appeals import appeal
from fanshare.flows.claims import Said
from fanshare.flows.code_plans import set_plan
from fanshare.flows.day_keys import DayKeys
from fanshare.flows.links import NewCode, NewLink, add_code, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.flows.rulings import NewRuling, find_order, rule
from fanshare.flows.shop_codes import Wish, ask
from fanshare.store.queries import appeals, edge, products
from fanshare.store.queries import claims as claim_rows
from tests.edge.running import KEYS
from tests.jobs.house import LABEL
from tests.web.support.company import Company, order, tell

EVIL = "=HYPERLINK(1)"
SHOWN = "https://shop.example/linen"
#: Where a list cannot be told apart by words, this many rows are added at once.
AT_ONCE = 3


def orders(company: Company, n: int) -> None:
    """Orders of one moment through Cleo's link; the shop numbers them as it likes."""
    brand = company.brand
    tell(brand, *(order(brand, f"{EVIL}{n}{i}", brand.link, ago=HOUR) for i in range(AT_ONCE)))


def fan_orders(company: Company, n: int) -> None:
    """Orders through Finn's link, of two days ago."""
    brand = company.brand
    tell(brand, *(order(brand, f"fan-{n}{i}", brand.fan_link, ago=2 * DAY) for i in range(AT_ONCE)))


def links(company: Company, n: int) -> None:
    """Links of Cleo with names that she chose."""
    brand = company.brand
    for i in range(AT_ONCE):
        wanted = NewLink(brand.cleo, brand.cleo, SHOWN, LABEL, f"{EVIL}{n}{i}")
        add_link(brand.programme, wanted, company.house.now)


def people(company: Company, n: int) -> None:
    """Creators who gave themselves such names."""
    for i in range(AT_ONCE):
        joiner = Joiner(f"{EVIL} {n}{i}", f"p{n}{i}@example.test")
        add_creator(company.brand.programme, joiner, company.house.now)


def fans(company: Company, n: int) -> None:
    """Fans of a creator who gave herself such a name; the first of them brought a sale."""
    brand, now = company.brand, company.house.now
    creator = add_creator(brand.programme, Joiner(f"{EVIL} v{n}", f"v{n}@example.test"), now)
    for i in range(AT_ONCE):
        fan = add_fan(brand.programme, Joiner("", f"v{n}{i}@example.test"), now)
        link, _ = add_link(brand.programme, NewLink(creator, fan, SHOWN, LABEL), now)
        if i == 0:
            tell(brand, order(brand, f"V{n}{i}", link, ago=0))


def codes(company: Company, n: int) -> None:
    """Codes of a stock, each of another creator."""
    brand, now = company.brand, company.house.now
    if not company.house.value("SELECT count(*) FROM code_plan WHERE name = 'stock'"):
        plan = CodePlan("stock", Discount("EUR", percent_bps=1500), prefix="LIN", per_owner=3, source=STOCK)
        set_plan(brand.programme, brand.shop.id, plan, now - 30 * DAY)
    code_stock.bring(brand.programme, "stock", "\n".join(f"LINEN{n}{i}" for i in range(AT_ONCE)).encode(), now)
    for i in range(AT_ONCE):
        whose = add_creator(brand.programme, Joiner(f"{EVIL} c{n}{i}", f"c{n}{i}@example.test"), now)
        ask(brand.programme, Wish("stock", whose, whose, LABEL), now)


def her_codes(company: Company, n: int) -> None:
    """Codes of Cleo's, as a shop may call them."""
    brand = company.brand
    for i in range(AT_ONCE):
        add_code(brand.programme, NewCode(brand.cleo, brand.cleo, f"{EVIL}HERS{n}{i}", LABEL), company.house.now)


def goods(company: Company, n: int) -> None:
    """Products as the shop names them."""
    brand = company.brand
    told = [Product(f"g{n}{i}", f"{EVIL}{n}{i}", SHOWN, 59_000_000, "EUR", False, "", False) for i in range(AT_ONCE)]
    products.put(brand.access, brand.shop.id, told, company.house.now)


def messages(company: Company, n: int) -> None:
    """Messages of a shop that came in the same microsecond."""
    brand, at = company.brand, company.house.now
    rows = []
    for i in range(AT_ONCE):
        name = os.urandom(16)
        sealed = DayKeys(company.house.conn, KEYS).seal(at, msgspec.msgpack.encode(({}, b"{}")), name)
        endpoint = brand.shop.endpoint
        rows.append(edge.NewDelivery(name, at, brand.shop.id, endpoint, f"{EVIL}{n}{i}", sealed, bytes(32)))
    edge.insert_deliveries(brand.access, rows)


def done(company: Company, n: int) -> None:
    """What people did, about things that are called like this."""
    for i in range(AT_ONCE):
        audit.noted(company.brand.access, "terms.publish", company.house.now, f"{EVIL}{n}{i}")


def sellers(company: Company, n: int) -> None:
    """Creators with the same sales of the same moment."""
    brand, now = company.brand, company.house.now
    for i in range(AT_ONCE):
        who = add_creator(brand.programme, Joiner(f"{EVIL} s{n}{i}", f"s{n}{i}@example.test"), now - 10 * DAY)
        link, _ = add_link(brand.programme, NewLink(who, who, SHOWN, LABEL), now - 10 * DAY)
        tell(brand, order(brand, f"S{n}{i}", link))


def bought(company: Company, n: int) -> None:
    """The same sum of products that the shop calls like this."""
    brand = company.brand
    for i in range(AT_ONCE):
        one = order(brand, f"B{n}{i}", brand.link)
        tell(brand, replace(one, lines=(replace(one.lines[0], product=f"{EVIL}b{n}{i}"),)))


def sold_on_days(company: Company, n: int) -> None:
    """A sale on each of three days on which nothing else was sold."""
    brand = company.brand
    first = 10 + 4 * n if n < 2 else 24
    tell(brand, *(order(brand, f"D{n}{i}", brand.link, ago=(first + i) * DAY) for i in range(AT_ONCE)))


def cancelled(company: Company, n: int) -> None:
    """Orders that were cancelled after they had been booked."""
    brand = company.brand
    told = [order(brand, f"{EVIL}x{n}{i}", brand.link) for i in range(AT_ONCE)]
    tell(brand, *told)
    tell(brand, *(replace(one, modified_at=company.house.now, status=Status.CANCELLED) for one in told))


def claimed(company: Company, n: int) -> None:
    """Claims of creators who gave themselves such names; one of them is answered."""
    brand, now = company.brand, company.house.now
    for i in range(AT_ONCE):
        who = add_creator(brand.programme, Joiner(f"{EVIL} l{n}{i}", f"l{n}{i}@example.test"), now)
        claims.claim(brand.programme, who, who, Said(f"L{n}{i}"), now)
    claims.refuse(brand.programme, claim_rows.listed(brand.access, limit=1)[0].id, EVIL, now)


def checked(company: Company, n: int) -> None:
    """Orders of Cleo that somebody looks at, the last of them until another day."""
    brand, now = company.brand, company.house.now
    told = [order(brand, f"{EVIL}h{n}{i}", brand.link) for i in range(AT_ONCE)]
    tell(brand, *told)
    for i, one in enumerate(told):
        number = find_order(brand.access, one.order_id)
        rule(brand.programme, NewRuling("held", EVIL, number, until=now + (40 + n % 9 + i // 2) * DAY), now)
    brand.house.work()


def objected(company: Company, n: int) -> None:
    """Objections to orders of Cleo; one of them is answered."""
    brand, now = company.brand, company.house.now
    told = [order(brand, f"{EVIL}a{n}{i}", brand.link) for i in range(AT_ONCE)]
    tell(brand, *told)
    orders = [find_order(brand.access, one.order_id) for one in told]
    for number in orders:
        appeal(brand.programme, number, brand.cleo, "This is not right", now)
    (waiting,) = appeals.listed(brand.access, order=orders[0], waiting=True)
    rule(brand.programme, NewRuling("upheld", EVIL, orders[0], answers=(waiting.id,)), now)
