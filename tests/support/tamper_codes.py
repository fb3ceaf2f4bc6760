"""Codes of shops and stocks in the books that are edited behind their back."""

from fanshare.core.code_plans import STOCK, CodePlan
from fanshare.core.discounts import Discount
from fanshare.core.instants import HOUR, Instant
from fanshare.flows.code_plans import set_plan
from fanshare.flows.code_stock import bring
from fanshare.flows.links import Label
from fanshare.flows.shop_codes import Wish, ask, end
from tests.support.pg_books import PgBooks


def codes_are_given_out(books: PgBooks, start: Instant) -> None:
    """Four codes of a stock, all given out, of which one is ended."""
    programme = books.programme
    shop = books.access.value("SELECT min(id) FROM connection WHERE programme_id = %(programme_id)s")
    for name, uses, at in (("once", 1, start), ("often", None, start + 1)):
        discount = Discount("EUR", percent_bps=1500, uses=uses)
        set_plan(programme, shop, CodePlan(name, discount, source=STOCK, per_owner=9), at)
        bring(programme, name, f"{name}-0001\n{name}-0002\n".encode(), at + 1)
        for number in (2, 3):
            ask(programme, Wish(name, 1, 1, Label("DE", "instagram", "Werbung")), at + 10 * number)
    end(programme, "once-0001", start + HOUR)
