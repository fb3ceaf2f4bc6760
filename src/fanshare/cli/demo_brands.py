"""What several brands under one operator have in a demonstration: money that was paid in, forms, credit in both shops.

Birkenhof pays in what it is asked for, Leinen & Ton has paid in nothing yet: whoever thinks of joining sees which.
"""

from collections.abc import Iterable

from fanshare.cli.demo_setup import Market, WooStory
from fanshare.config.wiring import Installation
from fanshare.core.credit_stock import Piece, Told
from fanshare.core.instants import local_date
from fanshare.core.invoices.model import Party
from fanshare.core.money import MICROS, Micros, from_minor_units
from fanshare.core.tax.dpi import contents
from fanshare.core.tax.forms import Asks, FormKind, form
from fanshare.flows import connection_changes, credit_stock, dpi, funding, hand_bonuses, shop_credits, tax_forms
from fanshare.flows.tax_rules import rules
from fanshare.store.directory import Programme as Tenant
from fanshare.world.market import CURRENCY
from fanshare.world.residences import residence
from fanshare.world.story import World

#: What stays for refunds of what was paid out lately.
_RESERVE_BPS = 500
_ROUND = 100 * MICROS
#: Codes that Birkenhof made in its own shop, where fanshare can make none: worth so many cents, so many of each.
_STOCK = {500: 60, 1_000: 40, 2_500: 30, 5_000: 20}
_BONUS_CENTS = 2_500
_BONUS_FOR = "For the pictures of the new clay"
_OPERATOR = Party(
    name="Otto Beispiel",
    street="Hafenstraße 1",
    postcode="20457",
    city="Hamburg",
    country="DE",
    tax_number="86095742719",
)


def hold_money(opened: Installation, tenants: Iterable[Tenant]) -> None:
    """The operator holds the money of every brand, before anybody works."""
    for tenant in tenants:
        funding.switch_on(opened.access(tenant, "demo"), tenant, _RESERVE_BPS, opened.clock())


def pay_in(opened: Installation, tenant: Tenant, what: str) -> Micros:
    """A brand transfers what it is asked for, rounded up to whole hundreds; what it has transferred so."""
    found = funding.accounts(opened.access(tenant, "demo"), opened.clock(), tenant.currency)
    assert found is not None, "the operator holds its money"
    asked = next(one.asked_for for one in found[1] if one.currency == tenant.currency)
    amount = -(-asked // _ROUND) * _ROUND
    if amount:
        slip = funding.Slip(tenant.currency, amount, what)
        funding.book(opened.programme(tenant, "demo"), slip, what, "demo", opened.clock())
    return amount


def ask_where_taxed(opened: Installation, market: Market, world: World) -> None:
    """Birkenhof asks where people are taxed: every creator but the last has said so, and none of the fans yet."""
    programme, now = opened.programme(market.tenant, "demo"), opened.clock()
    today = local_date(now, programme.book.at(now).zone)
    with programme.access.transaction():
        tax_forms.ask(programme.access, Asks.RESIDENCE, now)
        for one in world.creators[:-1]:
            signed = form(FormKind.RESIDENCE, residence(one), today)
            tax_forms.sign(programme, market.creators[one.key], signed, now)
    reports = contents.operator(_OPERATOR, "fanshare demo", rules().union)
    dpi.set_operator(opened.conn, opened.keys, "demo", reports, now)


def give_credit(opened: Installation, market: Market, woo: WooStory) -> int:
    """Both shops give credit: one by codes that it brought, the other makes them when asked; how many were brought.

    Mira's sale still waits for its day, so she is given a bonus: something of hers is ready.
    """
    now = opened.clock()
    birkenhof, leinen_ton = opened.programme(market.tenant, "demo"), opened.programme(woo.tenant, "demo")
    shop = connection_changes.find(birkenhof, market.endpoint)
    brought = credit_stock.take_in(birkenhof, shop, Told(tuple(_pieces()), ()), now)
    shop_credits.allow(birkenhof, shop.id, True, now)
    shop_credits.allow(leinen_ton, connection_changes.find(leinen_ton, woo.endpoint).id, True, now)
    amount = from_minor_units(_BONUS_CENTS, CURRENCY)
    hand_bonuses.give(leinen_ton, hand_bonuses.Wish(woo.mira, CURRENCY, amount, _BONUS_FOR), "demo", now)
    return brought.new


def _pieces() -> Iterable[Piece]:
    row = 1
    for cents, number in _STOCK.items():
        for place in range(number):
            row += 1
            yield Piece(row, f"BIRKE{cents // 100}-{place + 101}", CURRENCY, from_minor_units(cents, CURRENCY), None)
