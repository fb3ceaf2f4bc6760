"""After a restore: asks shops for their codes of credit, and leaves those that the books lack to a person."""

import re
from collections.abc import Iterable

from fanshare.core.code_plans import ALPHABET
from fanshare.core.found_payments import Outside
from fanshare.core.instants import Instant
from fanshare.flows import found_payments
from fanshare.flows.connections import connections
from fanshare.flows.context import Programme
from fanshare.flows.found_payments import Looked
from fanshare.flows.shop_credits import DRAWN, PREFIX
from fanshare.integrations.code_types import CodeSeen
from fanshare.jobs.shop_codes import can_make, open_maker
from fanshare.store.queries import shop_credits

_TEXT = re.compile(f"{PREFIX}[{ALPHABET}]{{{DRAWN}}}")
_MARK = re.compile(r"[a-z0-9]{20}")


def find_codes(programme: Programme, by: str, now: Instant) -> Looked:
    """Ask each shop in which fanshare makes codes. Raises ``FanshareError``: what asking a shop raises, ``not_held``.

    ``unlisted`` are the endpoints of shops that show no list to programs, or whose currency no order tells.
    """
    found, unlisted = Looked(), []
    for shop in connections(programme):
        if not can_make(shop):
            continue
        currency = shop_credits.currency(programme.access, shop.id)
        maker = open_maker(shop, currency or "")
        try:
            told = maker.ours(now) if currency else None
        finally:
            maker.close()
        if told is None:
            unlisted.append(shop.endpoint)
        else:
            looked = found_payments.take_codes(programme, shop.id, _credits(told, shop.endpoint), by, now)
            found = found.and_(looked)
    return found._replace(unlisted=tuple(unlisted))


def _credits(told: Iterable[CodeSeen], endpoint: str) -> Iterable[Outside]:
    """Of all codes that carry a mark of ours those that are somebody's credit: by their text, worth and single use.

    The mark is the ``key``: the books know each of their credits by it.
    """
    for one in told:
        text, discount = one.text.upper(), one.discount
        if _TEXT.fullmatch(text) and _MARK.fullmatch(one.mark) and discount and discount.amount and discount.uses == 1:
            yield Outside(f"{endpoint}/{text}", one.mark, "", discount.amount, discount.currency)
