"""Terms in plain English: one sentence for every rule, and an order worked out to the last digit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from fanshare.core.commission import line_pools, part
from fanshare.core.cumulative import Piece, capped
from fanshare.core.instants import DAY, MINUTE
from fanshare.core.money import MICROS, Micros, format_trimmed
from fanshare.core.orders import Buyer, Evidence, Line, OrderView, Status
from fanshare.core.sharing import share
from fanshare.core.terms import Bracket, BuyerKind, Level, Policy, Rule, Terms
from fanshare.core.terms_document import format_percent

CLOSING_SENTENCE = "Once a month is closed, room that a refund frees is not used again."

_POLICY = {
    Policy.CODE_FIRST: "A creator's or fan's code typed at the checkout decides who earns; without one, the last link "
    "clicked before the order does.",
    Policy.LAST: "The creator whose link or code reached the buyer last before the order earns on it.",
    Policy.FIRST: "The creator whose link or code reached the buyer first earns on the order.",
    Policy.LINEAR: "All creators whose links or codes reached the buyer earn an equal part of the sale.",
    Policy.POSITION: "Of the creators whose links or codes reached the buyer, the first and the last earn 40 % of the "
    "sale each and those between share 20 %; where there are only two, each earns half.",
    Policy.DECAY: "All creators whose links or codes reached the buyer earn a part of the sale, and a click counts "
    "half as much for every {half_life} it is older than the last one.",
}
_PER = {Level.DAY: "in a day", Level.WEEK: "in a week", Level.MONTH: "in a calendar month", Level.ALL: "in all"}
_NAMED = (
    ("products", "product", "products"),
    ("skus", "article", "articles"),
    ("categories", "category", "categories"),
    ("collections", "collection", "collections"),
)
_EXCEPT = (("not_products", "product", "products"), ("not_categories", "category", "categories"))


def sentences(terms: Terms, currency: str | None = None) -> list[str]:
    """Every rule of ``terms`` as a plain sentence, in a fixed order.

    With a ``currency``, rules and caps that can only hold in another one are left out.
    """
    return [
        *_who_earns(terms),
        *_commission(terms, currency),
        *_limits(terms, currency),
        *_fans(terms),
        *_time(terms),
        CLOSING_SENTENCE,
    ]


def policy_sentence(terms: Terms) -> str:
    """Who earns when several creators reached the buyer."""
    return _POLICY[terms.policy].format(half_life=days(terms.half_life // DAY))


def rule_sentence(rule: Rule) -> str:
    """``Rule standard: 12 % of the goods.``, with all its conditions."""
    return f"Rule {rule.id}: {rate(rule)}{conditions(rule)}."


def rate(rule: Rule) -> str:
    """What a rule gives, without its conditions: ``12 % of the goods``."""
    if rule.bps is not None:
        return f"{format_percent(rule.bps)} % of the goods"
    if rule.each is not None:
        return f"{format_trimmed(rule.each)} {rule.currency} for each piece, at most what it cost"
    steps = list(_tiers(rule.brackets, rule.currency))
    return f"{_listed(steps)} of a creator's sales in a calendar month"


def days(count: int) -> str:
    """``1 day``, ``30 days``"""
    return _counted(count, "day")


@dataclass(frozen=True, slots=True)
class WorkedShares:
    """One order divided, in micros.

    ``granted`` is what rule ``rule_id`` gives on ``net`` of kept goods, ``commission`` what the caps leave of it:
    the sum of ``fan``, ``buyer`` and ``creator``, and all the creator's (``creator_alone``) where no fan is involved.
    """

    net: Micros
    rule_id: str
    granted: Micros
    commission: Micros
    fan: Micros
    buyer: Micros
    creator: Micros
    creator_alone: Micros


@dataclass(frozen=True, slots=True)
class WorkedOrder:
    """An example: an order by a buyer whom a fan's link brought, before and after a refund. ``text`` says it all."""

    currency: str
    refund: Micros
    before: WorkedShares
    after: WorkedShares
    text: tuple[str, ...]


def worked_order(
    terms: Terms, currency: str = "EUR", net: Micros = 59 * MICROS, refund: Micros = 20 * MICROS
) -> WorkedOrder:
    """Work out one order of one piece, the first of its period, with the creator's usual part for fans.

    The line is one that the first rule for this currency speaks of; caps apply, no code was typed. ``refund`` (at most
    ``net``) is then given back. Formulas of DESIGN section 6.
    """
    refund = min(refund, net)
    view, rule = _example(terms, currency, net)
    before, after = (_worked(terms, view, rule, kept) for kept in (net, net - refund))
    text = (
        f"Example: a buyer orders goods for {format_trimmed(net)} {currency} through a fan's link.",
        _why(terms, before),
        _divided(terms, before),
        f"Without a fan the creator earns {format_trimmed(before.creator_alone)}.",
        f"If {format_trimmed(refund)} is refunded, goods for {format_trimmed(after.net)} are kept.",
        f"The commission is then {format_trimmed(after.commission)}. {_divided(terms, after)}",
    )
    return WorkedOrder(currency, refund, before, after, text)


def _who_earns(terms: Terms) -> Iterator[str]:
    yield policy_sentence(terms)
    yield f"A click counts for {days(terms.window // DAY)}."
    minutes = terms.stand_down // MINUTE
    unknown = f"does not count in the last {_counted(minutes, 'minute')} before the order" if minutes else "counts"
    yield (
        "A click on a coupon site or browser extension does not count once the buyer is at the checkout; where the "
        f"shop does not say when that was, it {unknown}."
    )


def _commission(terms: Terms, currency: str | None) -> Iterator[str]:
    rules = [rule for rule in terms.rules if _holds_in(rule.currency, currency)]
    yield from map(rule_sentence, rules)
    if len(rules) > 1:
        yield (
            "Where several rules speak of the same goods, the one that gives the most money applies; of equals, the "
            "one named first here."
        )
    if not any(_universal(rule, currency) for rule in rules):
        yield "Goods that no rule speaks of earn nothing."
    if any(rule.buyers is not BuyerKind.ANY for rule in rules):
        yield "A buyer is new to a creator until an order with this creator is placed and kept."
    yield (
        "Commission is counted on what the goods cost after discounts, without tax, shipping, tips, duties and gift "
        "cards; what is refunded earns nothing."
    )


def _limits(terms: Terms, currency: str | None) -> Iterator[str]:
    if terms.code_max_bps is not None:
        limit = format_percent(terms.code_max_bps)
        yield f"On an order with a creator's or fan's code the commission is at most {limit} % of the goods."
    for cap in terms.caps:
        if _holds_in(cap.currency, currency):
            amount = f"{format_trimmed(cap.amount)} {cap.currency}"
            yield f"A creator's commission is at most {amount} {_PER[cap.level]}, fans and buyers included."
    if terms.needs_period:
        yield f"Days, weeks (from Monday) and months begin at midnight in {terms.time_zone}."


def _fans(terms: Terms) -> Iterator[str]:
    usual, most = format_percent(terms.fan_bps), format_percent(terms.fan_max_bps)
    yield (
        f"The fan who brought the buyer gets {usual} % of the creator's commission, unless the creator chooses another "
        f"part from 0 to {most} %."
    )
    if terms.introducer_days:
        period = days(terms.introducer_days)
        yield f"The fan gets it on the buyer's orders with this creator for {period} after the click."
    else:
        yield "The fan gets it on the buyer's first order with this creator only."
    if terms.buyer_bps:
        part = format_percent(terms.buyer_bps)
        yield f"Where a fan's link or code decided, the buyer gets {part} % of the commission."
    yield "Where no fan is involved, all of it is the creator's."


def _time(terms: Terms) -> Iterator[str]:
    wait = days(terms.hold // DAY)
    yield f"Earnings are ready {wait} after the goods were sent, or after the order where the shop does not say."
    yield (
        "Everyone can join as a creator at once."
        if terms.open_admission
        else "Creators join by application with plain questions; follower numbers are never asked for."
    )
    notice = days(terms.notice_days)
    yield (
        f"A change that lowers anything is announced at least {notice} before it takes effect; clicks made before keep "
        "their rates."
    )


def _tiers(brackets: Iterable[Bracket], currency: str) -> Iterator[str]:
    below: Micros = 0
    for bracket in brackets:
        percent = f"{format_percent(bracket.bps)} %"
        if bracket.upto is None:
            yield f"{percent} of all" if not below else f"{percent} of what is above"
        elif not below:
            yield f"{percent} of the first {format_trimmed(bracket.upto)} {currency}"
        else:
            yield f"{percent} of the next {format_trimmed(bracket.upto - below)} {currency}"
        below = bracket.upto or below


def conditions(rule: Rule) -> str:
    """What a rule speaks of: ``, only of the product kit, for new buyers``; empty where it speaks of everything."""
    parts = [f"of the {_names(rule, *named)}" for named in _NAMED if getattr(rule, named[0])]
    text = f", only {' and '.join(parts)}" if parts else ""
    excluded = [f"the {_names(rule, *named)}" for named in _EXCEPT if getattr(rule, named[0])]
    text += f", except {' and '.join(excluded)}" if excluded else ""
    if rule.buyers is not BuyerKind.ANY:
        text += f", for {rule.buyers} buyers"
    if rule.countries:
        text += f", for orders from {_listed(sorted(rule.countries))}"
    return text


def _names(rule: Rule, field: str, one: str, many: str) -> str:
    names = sorted(getattr(rule, field))
    return f"{one if len(names) == 1 else many} {_listed(names)}"


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _holds_in(own: str, currency: str | None) -> bool:
    return currency is None or own in ("", currency)


def _universal(rule: Rule, currency: str | None) -> bool:
    """Whether a rule speaks of everything; without a chosen currency one that is bound to a currency does not."""
    narrowed = any(getattr(rule, field) for field, _, _ in (*_NAMED, *_EXCEPT)) or rule.countries
    return not narrowed and rule.buyers is BuyerKind.ANY and (not rule.currency or currency is not None)


def _example(terms: Terms, currency: str, net: Micros) -> tuple[OrderView, Rule | None]:
    """An order that a rule for this currency speaks of, if there is one; a rule for everything comes first."""
    rules = [rule for rule in terms.rules if _holds_in(rule.currency, currency)]
    rule = min(rules, key=lambda rule: not _universal(rule, currency), default=None)
    line = Line("1", net)
    if rule:
        line = Line(
            "1",
            net,
            product=_one_of(rule.products - rule.not_products),
            sku=_one_of(rule.skus),
            category=_one_of(rule.categories - rule.not_categories),
            collection=_one_of(rule.collections),
        )
    view = OrderView(
        order_id="1",
        birth="",
        placed_at=terms.effective_at,
        modified_at=terms.effective_at,
        status=Status.CAPTURED,
        currency=currency,
        lines=(line,),
        kept=(net,),
        test=False,
        fulfilled_at=None,
        country=_one_of(rule.countries) if rule else "",
        buyer=Buyer(),
        evidence=Evidence(),
    )
    return view, rule


def _one_of(names: frozenset[str]) -> str:
    return min(names, default="")


def _worked(terms: Terms, view: OrderView, rule: Rule | None, kept: Micros) -> WorkedShares:
    """The shares of the example with ``kept`` of its goods: commission, then every cap, then the division."""
    lines = line_pools(
        terms,
        replace(view, kept=(kept,)),
        new_buyer=rule is None or rule.buyers is not BuyerKind.RETURNING,
        credit=Fraction(1),
        by_code=False,
        tier_segments=[(0, kept)],
    )
    granted = amount = part(lines, Fraction(1))
    for level in Level:
        cap = terms.cap(level, view.currency)
        amount = amount if cap is None else capped([Piece(0, amount)], cap)
    shares = share(amount, terms.fan_bps, terms.buyer_bps, introduced=True, by_fan=True)
    return WorkedShares(
        net=kept,
        rule_id=lines[0].rule_id,
        granted=granted,
        commission=amount,
        fan=shares.fan,
        buyer=shares.buyer,
        creator=shares.creator,
        creator_alone=amount,
    )


def _why(terms: Terms, worked: WorkedShares) -> str:
    rule = next((rule for rule in terms.rules if rule.id == worked.rule_id), None)
    if rule is None:
        return "No rule speaks of them, so the commission is 0.00."
    text = f"Rule {rule.id} gives {rate(rule)}: the commission is {format_trimmed(worked.granted)}"
    if worked.commission != worked.granted:
        text += f", of which the limits leave {format_trimmed(worked.commission)}"
    return text + "."


def _divided(terms: Terms, worked: WorkedShares) -> str:
    fan = f"the fan gets {format_trimmed(worked.fan)} ({format_percent(terms.fan_bps)} %)"
    gifts = [fan]
    if terms.buyer_bps:
        gifts.append(f"the buyer {format_trimmed(worked.buyer)} ({format_percent(terms.buyer_bps)} %)")
    text = _listed([*gifts, f"the creator keeps {format_trimmed(worked.creator)}"])
    return f"Of it {text}."
