"""Conversions in a statement: each follows from its rates, and its two legs are there together.

What was changed because a currency was replaced is, all of it together, what its sum is worth by the law's rate.
"""

from collections.abc import Iterable
from typing import Any

from fanshare.core.canonical import canonical
from fanshare.core.money import format_micros
from fanshare.core.rates import Converted, Quote, is_sound
from fanshare.core.replaced import LAW, is_lawful, unsummed
from fanshare.core.settlement_leaf import parse_exact
from fanshare.core.statement_compare import label
from fanshare.core.statement_form import ReadEntry, ReadStatement
from fanshare.core.statement_report import fail

_QUOTE = ("source", "day", "origin", "target", "origin_per", "target_per")
#: Which of both amounts, and in which currency, a leg moves.
_LEGS = {"exchanged": ("given", "origin"), "received": ("got", "target")}


def check_conversions(read: ReadStatement) -> None:
    """Raises a finding for a leg that does not follow from its rates, or stands without the other one."""
    pairs: dict[str, list[ReadEntry]] = {}
    for entry in read.entries:
        first = entry.chain[-1].body
        if "rate" in first:
            _check_leg(entry, first)
            pairs.setdefault(first["rate"]["pair"], []).append(entry)
    for legs in pairs.values():
        _check_pair(legs)
    if read.opened_at is None:
        _check_sums(legs[0].chain[-1].body["rate"] for legs in pairs.values())


def _check_leg(entry: ReadEntry, body: Any) -> None:
    rate, one = body["rate"], _converted(body["rate"])
    amount, currency = _LEGS[body["state"]]
    if not (is_lawful(one) if rate["source"] == LAW else is_sound(one)):
        raise fail(f"{label(entry)} does not follow from its rates.", rate["given"], rate["got"])
    if (body["amount"], body["currency"]) != (rate[amount], rate[currency]):
        raise fail(f"{label(entry)} is not what its rates say.", body["amount"], rate[amount])


def _converted(rate: Any) -> Converted:
    return Converted(Quote(*(rate[name] for name in _QUOTE)), parse_exact(rate["given"]), parse_exact(rate["got"]))


def _check_sums(rates: Iterable[Any]) -> None:
    wrong = unsummed(_converted(rate) for rate in rates if rate["source"] == LAW)
    for currency, got, right in wrong:
        raise fail(f"What was changed of {currency} is not what all of it is worth.", *map(format_micros, (got, right)))


def _check_pair(legs: list[ReadEntry]) -> None:
    firsts = [leg.chain[-1].body for leg in legs]
    whole = (
        sorted(first["state"] for first in firsts) == ["exchanged", "received"]
        and len({canonical(first["rate"]) for first in firsts}) == 1
        and len({(first["at"], leg.body["at"], len(leg.chain)) for first, leg in zip(firsts, legs, strict=True)}) == 1
    )
    if not whole:
        raise fail(f"{label(legs[0])} is one leg of a conversion, and the other one is missing or another.")
