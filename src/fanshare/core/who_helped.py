"""Who helped a sale, and what that makes of its commission: the figures behind "how the sharing works"."""

from dataclasses import dataclass, replace
from enum import StrEnum

from fanshare.core.instants import DAY
from fanshare.core.money import MAX_MICROS, MICROS, Micros
from fanshare.core.sharing import Shares, share
from fanshare.core.terms import MAX_BUYER_BPS, MAX_FAN_BPS, Rule, Terms
from fanshare.core.terms_example import worked_order

#: The largest order that is worked out for a visitor.
MOST: Micros = min(MAX_MICROS, 1_000_000 * MICROS)


class Helper(StrEnum):
    """Whose doing an order was."""

    NOBODY = "nobody"
    CREATOR = "creator"
    FAN = "fan"
    BOTH = "both"


#: Helper -> whether a fan brought this buyer to the creator, and whether her link or code decided the order.
_EVIDENCE = {Helper.CREATOR: (False, False), Helper.FAN: (True, True), Helper.BOTH: (True, False)}


@dataclass(frozen=True, slots=True)
class Helped:
    """One order, micros. ``granted`` is what the rule gives, ``commission`` what limits leave of it, all in ``shares``.

    ``bps`` is the rule's rate; ``None`` where no single rate gave it.
    """

    net: Micros
    granted: Micros
    commission: Micros
    shares: Shares
    bps: int | None
    fan_bps: int
    buyer_bps: int


def helped(terms: Terms, currency: str, net: Micros, helper: Helper) -> Helped:
    """Divide one order of one piece, the first of its period. Raises ``ValueError`` unless 0 <= ``net`` <= ``MOST``."""
    if not 0 <= net <= MOST:
        raise ValueError("an order is worked out up to a million")
    worked = worked_order(terms, currency, net).before
    rule = next((rule for rule in terms.rules if rule.id == worked.rule_id), None)
    known = None if rule is None or worked.bonuses else rule.bps
    if helper is Helper.NOBODY:
        return Helped(net, 0, 0, Shares(0, 0, 0), known, terms.fan_bps, terms.buyer_bps)
    introduced, by_fan = _EVIDENCE[helper]
    shares = share(worked.commission, terms.fan_bps, terms.buyer_bps, introduced=introduced, by_fan=by_fan)
    return Helped(net, worked.granted, worked.commission, shares, known, terms.fan_bps, terms.buyer_bps)


def example_terms(rate_bps: int, fan_bps: int, buyer_bps: int) -> Terms:
    """Terms of nobody, with one rate for everything. Raises ``ValueError`` outside the hard limits."""
    if not 0 <= rate_bps <= 10_000 or not 0 <= fan_bps <= MAX_FAN_BPS or not 0 <= buyer_bps <= MAX_BUYER_BPS:
        raise ValueError("rates outside their limits")
    rule = Rule("standard", bps=rate_bps)
    return Terms(1, 0, (rule,), fan_bps=fan_bps, buyer_bps=buyer_bps, window=30 * DAY)


def with_fan_part(terms: Terms, fan_bps: int) -> Terms:
    """The same terms where a creator gives her fans this part, as far as the terms allow it."""
    return replace(terms, fan_bps=min(fan_bps, terms.fan_max_bps, MAX_FAN_BPS))
