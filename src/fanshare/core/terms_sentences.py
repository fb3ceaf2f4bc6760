"""Terms in plain English: one sentence for every rule."""

from collections.abc import Iterable, Iterator

from fanshare.core.instants import DAY, MINUTE
from fanshare.core.money import Micros, format_trimmed
from fanshare.core.terms import Bracket, BuyerKind, Level, Policy, Rule, Terms
from fanshare.core.terms_document import format_percent
from fanshare.core.tiers import beginnings

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
        *_bonuses(terms, currency),
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
    if rule.per_buyer is not None:
        amount = f"{format_trimmed(rule.per_buyer)} {rule.currency}"
        return f"{amount} once for each new buyer, at most what she keeps of her first order"
    steps = list(_tiers(rule.brackets, rule.currency))
    lifts = [
        f", and once these reach {format_trimmed(begin)} {rule.currency}, {format_percent(bracket.bps)} % of all below"
        for begin, bracket in beginnings(rule.brackets)
        if bracket.retroactive
    ]
    return f"{listed(steps)} of a creator's sales in a calendar month{''.join(lifts)}"


def days(count: int) -> str:
    """``1 day``, ``30 days``"""
    return _counted(count, "day")


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
    rules = [rule for rule in terms.rules if holds_in(rule.currency, currency)]
    yield from map(rule_sentence, rules)
    if len(rules) > 1:
        yield (
            "Where several rules speak of the same goods, the one that gives the most money applies; of equals, the "
            "one named first here."
        )
    if not any(universal(rule, currency) for rule in rules):
        yield "Goods that no rule speaks of earn nothing."
    if any(rule.buyers is not BuyerKind.ANY for rule in (*rules, *terms.bonuses)):
        yield "A buyer is new to a creator until an order with this creator is placed and kept."
    if terms.has_retroactive_tiers:
        yield (
            "What a step gives on sales below it is a further amount of the orders that it lifts; a refund that takes "
            "the month below the step takes it back. Once a month is closed, later orders lift and lower nothing."
        )
    if terms.groups:
        yield "What counts is the group of the creator when the click was made, for a code when the order was placed."
    if terms.has_months:
        yield (
            "Months are calendar months from the buyer's first kept order with this creator, by the clocks of "
            f"{terms.time_zone}; a buyer whom the shop does not name has no earlier order."
        )
    yield (
        "Commission is counted on what the goods cost after discounts, without tax, shipping, tips, duties and gift "
        "cards; what is refunded earns nothing."
    )


def _bonuses(terms: Terms, currency: str | None) -> Iterator[str]:
    bonuses = [bonus for bonus in terms.bonuses if holds_in(bonus.currency, currency)]
    for bonus in bonuses:
        yield f"Bonus {bonus.id}, on top: {rate(bonus)}{conditions(bonus)}."
    if bonuses:
        yield "Every bonus that speaks of an order is added, and divided like the rest of the commission."


def _limits(terms: Terms, currency: str | None) -> Iterator[str]:
    if terms.code_max_bps is not None:
        limit, with_ = format_percent(terms.code_max_bps), ", bonuses included" if terms.bonuses else ""
        yield f"On an order with a creator's or fan's code the commission is at most {limit} % of the goods{with_}."
    if terms.margin_bps is not None:
        yield (
            f"Discount and commission together are at most {format_percent(terms.margin_bps)} % of what the goods cost "
            "before the discount; of several creators each has her part of the sale's room. A discount that the shop "
            "does not tell counts as none."
        )
    for cap in terms.caps:
        if holds_in(cap.currency, currency):
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
    if terms.fee_bps:
        yield f"The operator's fee is {format_percent(terms.fee_bps)} % of every commission; the brand pays it on top."
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
    if rule.buyers is not BuyerKind.ANY and rule.per_buyer is None:
        text += f", for {rule.buyers} buyers"
    if rule.countries:
        text += f", for orders from {listed(sorted(rule.countries))}"
    if rule.groups:
        text += f", for creators of the {_names(rule, 'groups', 'group', 'groups')}"
    if rule.not_groups:
        text += f", not for creators of the {_names(rule, 'not_groups', 'group', 'groups')}"
    return text + _within(rule.months)


def _within(months: int | None) -> str:
    if months is None:
        return ""
    return f", within {_counted(months, 'month')} of the buyer's first order" if months else ", on the first order only"


def _names(rule: Rule, field: str, one: str, many: str) -> str:
    names = sorted(getattr(rule, field))
    return f"{one if len(names) == 1 else many} {listed(names)}"


def listed(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``"""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def holds_in(own: str, currency: str | None) -> bool:
    """Whether something in currency ``own`` (empty: in every one) is worth telling to who asks for ``currency``."""
    return currency is None or own in ("", currency)


def universal(rule: Rule, currency: str | None) -> bool:
    """Whether a rule speaks of everything; without a chosen currency one that is bound to a currency does not."""
    fields = (*(field for field, _, _ in (*_NAMED, *_EXCEPT)), "countries", "groups", "not_groups")
    narrowed = any(getattr(rule, field) for field in fields) or rule.months is not None
    return not narrowed and rule.buyers is BuyerKind.ANY and (not rule.currency or currency is not None)
