"""Plain sentences for a share, from the same figures that its proof covers: English, which a page says in her language.

One text per role: who brought the buyer and when, what the commission is made of, which part of it is hers. Amounts
are exact, without trailing zeros. The stand-alone verifier writes the same texts again and compares, so every word
here follows from the settlement alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from fanshare.core.marks import Day, Figure, Word, later, say, together
from fanshare.core.money import format_percent, format_trimmed
from fanshare.core.moving import ABSORBED, ALLOWANCE, BONUS, CLAIM, CLAIM_ORDER, DEBT, DEBT_ORDER, EXPENSE, NAMES
from fanshare.core.settlement_leaf import LimitEntry, LineEntry, Settlement, Share, parse_exact, parse_signed
from fanshare.core.terms_sentences import listed

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LIMITS = {
    "code": later(", of which the limit with a code%(spared)s leaves %(left)s"),
    "margin": later(", of which the margin budget of %(percent)s%(spared)s leaves %(left)s"),
}
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
_CAPS = {
    "day": later(", of which the daily limit leaves %(amount)s"),
    "week": later(", of which the weekly limit leaves %(amount)s"),
    "month": later(", of which the monthly limit leaves %(amount)s"),
    "all": later(", of which the overall limit leaves %(amount)s"),
}
_TO_FAN, _TO_BUYER = later("%(amount)s for the fan who brought the buyer"), later("%(amount)s for the buyer")
#: Reasons of a leaf that come with our own words; one that a person wrote is told as she wrote it.
REASONS = (later("denied"), later("held"), later("shared"), later("old link"), later("own purchase"))


def sentence(settlement: Settlement, role: str) -> str:
    """Why this role gets what it gets, as ``marks.say`` makes it; empty where the role has no share in the settlement.

    ``You brought this buyer on 14 Nov. Commission 7.08 is 12 % of 59.00 of goods; your share is 20 % of it: 1.416``
    """
    share = settlement.share(role)
    if share is None:
        return ""
    parts = {"opening": _opening(settlement, role), "commission": commission(settlement)}
    return say("%(opening)s %(commission)s; %(part)s", **parts, part=_own_part(settlement, share))


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
    if body["tool"] in (NAMES[EXPENSE], NAMES[ALLOWANCE]):
        how = "against a receipt" if body["tool"] == NAMES[EXPENSE] else "without a receipt"
        return f"An expense that the brand paid back {how} on {on}: {amount}"
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
        reasons = [*(Word(reason.replace("_", " ")) for reason in settlement.reasons), *_over(settlement)]
        why = say(" (%(reasons)s)", reasons=together(reasons, ", ")) if reasons else ""
        return say("Nothing of this sale counts%(why)s, so the commission is %(none)s", why=why, none=_figure(0))
    granted = settlement.limits[0].before if settlement.limits else settlement.uncapped
    return say(
        "Commission %(granted)s is %(items)s%(more)s",
        granted=_figure(granted),
        items=items,
        more=together((*_terms_of(settlement), *map(_limited, settlement.limits), *_capped(settlement))),
    )


def _capped(settlement: Settlement) -> Iterator[str]:
    left = settlement.uncapped
    for cap in settlement.caps:
        if cap.after != left:
            yield say(_CAPS[cap.level], amount=_figure(cap.after))
        left = cap.after


def _terms_of(settlement: Settlement) -> Iterator[str]:
    """The group, and the months that ran or were over."""
    if settlement.group:
        yield say(" for creators of the group %(group)s", group=settlement.group)
    told = settlement.recurring
    if told is not None and told.paid:
        months, first = _counted(told.paid), _day(told.first_on, whole=True)
        yield say(", within %(months)s of the buyer's first order on %(day)s", months=months, day=first)
    yield from (say(" (%(over)s)", over=over) for over in _over(settlement))


def _over(settlement: Settlement) -> Iterator[str]:
    told = settlement.recurring
    if told is None or not told.over:
        return
    first = _day(told.first_on, whole=True)
    if any(told.over):
        months = _counted(told.over)
        yield say("%(months)s from the buyer's first order on %(day)s are over", months=months, day=first)
    else:
        yield say("the buyer's first order on %(day)s was the only one to count", day=first)


def _counted(months: tuple[int, ...]) -> str:
    """``3 and 12 months``, ``1 month``"""
    counts = [str(each) for each in months if each]
    one = say("%(count)s month", count="1")
    return one if counts == ["1"] else say("%(counts)s months", counts=_listed(counts))


def _limited(limit: LimitEntry) -> str:
    parts = [] if limit.told else [say(", where the shop does not tell all of the discount")]
    if limit.after != limit.before:
        spared = say(" less the discount of %(amount)s", amount=_figure(limit.discount)) if limit.discount else ""
        left = {"spared": spared, "left": _figure(limit.after)}
        parts.append(
            say(
                ", of which the margin budget of %(percent)s%(spared)s leaves %(left)s",
                percent=_rate_of(limit.bps),
                **left,
            )
            if limit.kind == "margin"
            else say(", of which the limit with a code%(spared)s leaves %(left)s", **left)
        )
    return together(parts)


def percent(bps: int) -> str:
    """``12 %``, ``7.5 %``"""
    whole, rest = divmod(bps, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + " %"


def day(text: str) -> str:
    """``14 Nov`` of ``2026-11-14``."""
    moment = date.fromisoformat(text)
    return f"{moment.day} {_MONTHS[moment.month - 1]}"


# A statement names the same days and rates on line after line.
@lru_cache(maxsize=4096)
def _day(text: str, *, whole: bool = False) -> Day:
    """``14 Nov``, or ``14 Nov 2025`` where ``whole``: a first order may be years ago."""
    return Day(text, f"{day(text)} {text[:4]}" if whole else day(text))


def _figure(micros: int) -> Figure:
    return Figure(format_trimmed(micros))


@lru_cache(maxsize=1024)
def _rate_of(bps: int) -> str:
    """``12 %``, as a value of a sentence."""
    return together((Figure(format_percent(bps)), " %"))


def _opening(settlement: Settlement, role: str) -> str:
    decided = _day(settlement.decided_on)
    if role == "creator":
        if settlement.fan_decided:
            return say("A fan of yours brought this sale on %(day)s.", day=decided)
        return say("You brought this sale on %(day)s.", day=decided)
    if role == "buyer":
        if settlement.fan_decided:
            return say("You came through a fan on %(day)s.", day=decided)
        return say("No fan decided this sale, found on %(day)s.", day=decided)
    if settlement.introduced_on is None:
        return say("No fan brought this buyer.")
    return say("You brought this buyer on %(day)s.", day=_day(settlement.introduced_on))


def _own_part(settlement: Settlement, share: Share) -> str:
    amount = _figure(share.amount)
    if share.role == "creator":
        gifts = _listed((_given(settlement, "fan", _TO_FAN), _given(settlement, "buyer", _TO_BUYER)))
        return (
            say("you keep %(amount)s after %(gifts)s", amount=amount, gifts=gifts)
            if gifts
            else say("you keep %(amount)s", amount=amount)
        )
    applies = settlement.introduced_by is not None if share.role == "fan" else settlement.fan_decided
    bps = settlement.fan_bps if share.role == "fan" else settlement.buyer_bps
    return say("your share is %(percent)s of it: %(amount)s", percent=_rate_of(bps if applies else 0), amount=amount)


def _given(settlement: Settlement, role: str, words: str) -> str:
    share = settlement.share(role)
    return say(words, amount=_figure(share.amount)) if share and share.amount else ""


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
    whole += [say("a fixed %(amount)s", amount=_figure(fixed))] if fixed else []
    whole += _bonuses(settlement)
    by_steps = ""
    if stepped:
        by_steps = say("%(amount)s by steps on %(of)s of goods", amount=_figure(steps), of=_figure(stepped))
    return _listed([_credited(whole, f"{settlement.credit}"), by_steps, _further(settlement)])


def _further(settlement: Settlement) -> str:
    """``a further 2.00 as the month's sales reached 1000.00``"""
    if not settlement.further:
        return ""
    amount, reached = sum(one.amount for one in settlement.further), max(one.reached for one in settlement.further)
    words = later("a further %(amount)s as the month's sales reached %(reached)s")
    return say(words, amount=_figure(amount), reached=_figure(reached))


def _bonuses(settlement: Settlement) -> list[str]:
    """``the bonus welcome of 5.00``, one for each name."""
    amounts: dict[str, int] = {}
    for one in settlement.bonuses:
        amounts[one.bonus] = amounts.get(one.bonus, 0) + one.line.pool
    return [
        say("the bonus %(name)s of %(amount)s", name=name, amount=_figure(amount)) for name, amount in amounts.items()
    ]


def _rate(line: LineEntry) -> tuple[int, bool]:
    return (line.bps, False) if line.limit_bps is None else (line.limit_bps, True)


def _at_rate(bps: int, limited: bool, net: int) -> str:
    parts = {"percent": _rate_of(bps), "net": _figure(net)}
    if limited:
        return say("%(percent)s (the most with a code) of %(net)s of goods", **parts)
    return say("%(percent)s of %(net)s of goods", **parts)


def _credited(items: list[str], credit: str) -> str:
    text = _listed(items)
    if not text or credit == "1":
        return text
    if len(items) == 1:
        return say("%(credit)s of %(items)s", credit=credit, items=text)
    return say("%(credit)s of (%(items)s)", credit=credit, items=text)


def _listed(items: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``"""
    found = [item for item in items if item]
    return (listed(found) if len(found) > 1 else found[0]) if found else ""
