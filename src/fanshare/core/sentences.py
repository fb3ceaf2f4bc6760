"""Plain sentences for a share, from the same figures that its proof covers (English).

One text per role: who brought the buyer and when, what the commission is made of, which part of it is hers. Amounts
are exact, without trailing zeros. The stand-alone verifier writes the same texts again and compares, so every word
here follows from the settlement alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from fanshare.core.money import format_trimmed
from fanshare.core.moving import ABSORBED, BONUS, CLAIM, CLAIM_ORDER, DEBT, DEBT_ORDER, NAMES
from fanshare.core.settlement_leaf import LimitEntry, LineEntry, Settlement, Share, parse_exact, parse_signed

_LIMITS = {"code": "limit with a code", "margin": "margin budget of"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: What became of a gift, as its giver and as the creator reads it.
_GIFTS = {
    ("giver", "given"): "Your gift of {} to a creator's goal, on its way since {}",
    ("giver", "kept"): "Your gift of {} to a creator, hers since {}",
    ("giver", "back"): "Your gift of {} to a creator's goal, yours again since {}",
    ("creator", "given"): "A fan's gift of {} to your goal, on its way since {}",
    ("creator", "kept"): "A fan's gift of {} to you, yours since {}",
    ("creator", "back"): "A fan's gift of {} to your goal, hers again since {}",
}
_FOLLOWS = {NAMES[CLAIM_ORDER]: "bears for a claim", NAMES[DEBT_ORDER]: "bore of an old debt"}
_PERIODS = {"day": "daily", "week": "weekly", "month": "monthly", "all": "overall"}


def sentence(settlement: Settlement, role: str) -> str:
    """Why this role gets what it gets; empty where the role has no share in the settlement.

    ``You brought this buyer on 14 Nov. Commission 7.08 is 12 % of 59.00 of goods; your share is 20 % of it: 1.416``
    """
    share = settlement.share(role)
    if share is None:
        return ""
    return f"{_opening(settlement, role)} {commission(settlement)}; {_own_part(settlement, share)}"


def opening_sentence(body: Mapping[str, Any]) -> str:
    """``Opening balance moved from Rewardful on 22 Nov 2026: 45.20 EUR``, with its day where some of it waits."""
    micros = parse_signed(body["amount"])
    amount = f"{format_trimmed(abs(micros))} {body['currency']}"
    on = f"{day(body['moved_on'])} {body['moved_on'][:4]}"
    if body["tool"] == NAMES[CLAIM]:
        return f"Borne by the brand for a claim accepted on {on}: {amount}"
    if body["tool"] == NAMES[DEBT]:
        return f"Borne by the brand on {on} of {NAMES[DEBT]}: {amount}"
    if body["tool"] == NAMES[ABSORBED]:
        return f"A debt that the brand took upon itself on {on}: {amount}"
    if body["tool"] == NAMES[BONUS]:
        return f"A bonus of the brand, given by hand on {on}: {amount}"
    if body["tool"] in _FOLLOWS:
        what = "Taken back" if micros < 0 else "Given again"
        return f"{what} on {on} of what the brand {_FOLLOWS[body['tool']]}, as its order was changed: {amount}"
    text = f"Opening balance moved from {body['tool']} on {on}: {amount}"
    if body["matures_at"] is None:
        return text
    ready = body["matures_at"][:10]
    return f"{text}, ready on {day(ready)} {ready[:4]} (UTC)"


def gift_sentence(body: Mapping[str, Any], role: str) -> str:
    """``Your gift of 5.00 EUR to a creator, hers since 27 Nov 2026 (UTC)``, for ``giver`` or ``creator``."""
    on = body["at"][:10]
    amount = f"{format_trimmed(parse_exact(body['amount']))} {body['currency']}"
    return _GIFTS[role, body["state"]].format(amount, f"{day(on)} {on[:4]} (UTC)")


def commission(settlement: Settlement) -> str:
    """``Commission 7.08 is 12 % of 59.00 of goods``, with credit, bonuses and limits where they play a part."""
    items = _made_of(settlement)
    if not items:
        why = ", ".join([reason.replace("_", " ") for reason in settlement.reasons] + [*_over(settlement)])
        return f"Nothing of this sale counts{f' ({why})' if why else ''}, so the commission is 0.00"
    granted = settlement.limits[0].before if settlement.limits else settlement.uncapped
    text = f"Commission {format_trimmed(granted)} is {items}{_terms_of(settlement)}"
    for limit in settlement.limits:
        text += _limited(limit)
    left = settlement.uncapped
    for cap in settlement.caps:
        if cap.after != left:
            text += f", of which the {_PERIODS[cap.level]} limit leaves {format_trimmed(cap.after)}"
        left = cap.after
    return text


def _terms_of(settlement: Settlement) -> str:
    """The group, and the months that ran or were over."""
    text = f" for creators of the group {settlement.group}" if settlement.group else ""
    if settlement.recurring is not None and settlement.recurring.paid:
        months = _counted(settlement.recurring.paid)
        text += f", within {months} of the buyer's first order on {_date(settlement.recurring.first_on)}"
    return text + "".join(f" ({over})" for over in _over(settlement))


def _over(settlement: Settlement) -> Iterator[str]:
    told = settlement.recurring
    if told is not None and told.over:
        first = f"the buyer's first order on {_date(told.first_on)}"
        yield f"{_counted(told.over)} from {first} are over" if any(told.over) else f"{first} was the only one to count"


def _counted(months: tuple[int, ...]) -> str:
    """``3 and 12 months``, ``1 month``"""
    counts = [str(each) for each in months if each]
    return f"{_listed(counts)} {'month' if counts == ['1'] else 'months'}"


def _limited(limit: LimitEntry) -> str:
    text = "" if limit.told else ", where the shop does not tell all of the discount"
    if limit.after != limit.before:
        name = f"{_LIMITS[limit.kind]} {percent(limit.bps)}" if limit.kind == "margin" else _LIMITS[limit.kind]
        spared = f" less the discount of {format_trimmed(limit.discount)}" if limit.discount else ""
        text += f", of which the {name}{spared} leaves {format_trimmed(limit.after)}"
    return text


def percent(bps: int) -> str:
    """``12 %``, ``7.5 %``"""
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"


def day(text: str) -> str:
    """``14 Nov`` of ``2026-11-14``."""
    moment = date.fromisoformat(text)
    return f"{moment.day} {_MONTHS[moment.month - 1]}"


def _date(text: str) -> str:
    """``14 Nov 2025`` of ``2025-11-14``: a first order may be years ago."""
    return f"{day(text)} {text[:4]}"


def _opening(settlement: Settlement, role: str) -> str:
    if role == "creator":
        by = "A fan of yours" if settlement.fan_decided else "You"
        return f"{by} brought this sale on {day(settlement.decided_on)}."
    if role == "buyer":
        how = "You came through a fan" if settlement.fan_decided else "No fan decided this sale, found"
        return f"{how} on {day(settlement.decided_on)}."
    if settlement.introduced_on is None:
        return "No fan brought this buyer."
    return f"You brought this buyer on {day(settlement.introduced_on)}."


def _own_part(settlement: Settlement, share: Share) -> str:
    if share.role == "creator":
        gifts = (_given(settlement, "fan", "the fan who brought the buyer"), _given(settlement, "buyer", "the buyer"))
        less = _listed(gifts)
        return f"you keep {format_trimmed(share.amount)}{f' after {less}' if less else ''}"
    applies = settlement.introduced_by is not None if share.role == "fan" else settlement.fan_decided
    bps = settlement.fan_bps if share.role == "fan" else settlement.buyer_bps
    return f"your share is {percent(bps if applies else 0)} of it: {format_trimmed(share.amount)}"


def _given(settlement: Settlement, role: str, name: str) -> str:
    share = settlement.share(role)
    return f"{format_trimmed(share.amount)} for {name}" if share and share.amount else ""


def _made_of(settlement: Settlement) -> str:
    rates: dict[tuple[int, bool], int] = {}
    fixed = steps = stepped = 0
    for line in settlement.lines:
        if line.kind == "tiers":
            steps, stepped = steps + line.pool, stepped + sum(each.amount for each in line.stretches)
        elif line.kind == "flat" and line.limit_bps is None:
            fixed += line.pool
        elif line.kind != "none":
            key = _rate(line)
            rates[key] = rates.get(key, 0) + line.net
    whole = [_at_rate(bps, limited, net) for (bps, limited), net in rates.items()]
    whole += [f"a fixed {format_trimmed(fixed)}"] if fixed else []
    whole += _bonuses(settlement)
    tiers = f"{format_trimmed(steps)} by steps on {format_trimmed(stepped)} of goods" if stepped else ""
    return _listed([_credited(whole, f"{settlement.credit}"), tiers, _further(settlement)])


def _further(settlement: Settlement) -> str:
    """``a further 2.00 as the month's sales reached 1000.00``"""
    if not settlement.further:
        return ""
    amount, reached = sum(one.amount for one in settlement.further), max(one.reached for one in settlement.further)
    return f"a further {format_trimmed(amount)} as the month's sales reached {format_trimmed(reached)}"


def _bonuses(settlement: Settlement) -> list[str]:
    """``the bonus welcome of 5.00``, one for each name."""
    amounts: dict[str, int] = {}
    for one in settlement.bonuses:
        amounts[one.bonus] = amounts.get(one.bonus, 0) + one.line.pool
    return [f"the bonus {name} of {format_trimmed(amount)}" for name, amount in amounts.items()]


def _rate(line: LineEntry) -> tuple[int, bool]:
    return (line.bps, False) if line.limit_bps is None else (line.limit_bps, True)


def _at_rate(bps: int, limited: bool, net: int) -> str:
    return f"{percent(bps)} {'(the most with a code) ' if limited else ''}of {format_trimmed(net)} of goods"


def _credited(items: list[str], credit: str) -> str:
    text = _listed(items)
    if not text or credit == "1":
        return text
    return f"{credit} of {text}" if len(items) == 1 else f"{credit} of ({text})"


def _listed(items: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``"""
    *rest, last = [item for item in items if item] or [""]
    return f"{', '.join(rest)} and {last}" if rest else last
