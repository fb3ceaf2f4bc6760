"""Terms in plain words: one sentence for every rule, in English, which pages can say in another language.

Neither wording is what holds: the document does, whose hash is in the log.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum

from fanshare.core.instants import DAY, MINUTE
from fanshare.core.marks import Figure, Word, later, say, say_n, together
from fanshare.core.money import Micros, format_trimmed
from fanshare.core.terms import Bracket, BuyerKind, Level, Policy, Rule, Terms
from fanshare.core.terms_document import format_percent
from fanshare.core.tiers import beginnings

CLOSING_SENTENCE = say("Once a month is closed, room that a refund frees is not used again.")

_POLICY = {
    Policy.CODE_FIRST: later(
        "A creator's or fan's code typed at the checkout decides who earns; without one, the last link "
        "clicked before the order does."
    ),
    Policy.LAST: later("The creator whose link or code reached the buyer last before the order earns on it."),
    Policy.FIRST: later("The creator whose link or code reached the buyer first earns on the order."),
    Policy.LINEAR: later("All creators whose links or codes reached the buyer earn an equal part of the sale."),
    Policy.POSITION: later(
        "Of the creators whose links or codes reached the buyer, the first and the last earn 40 % of the "
        "sale each and those between share 20 %; where there are only two, each earns half."
    ),
}
_DECAY = later(
    "All creators whose links or codes reached the buyer earn a part of the sale, and a click counts "
    "half as much for every %(half_life)s it is older than the last one."
)
_CAPS = {
    Level.DAY: later("A creator's commission is at most %(amount)s in a day, fans and buyers included."),
    Level.WEEK: later("A creator's commission is at most %(amount)s in a week, fans and buyers included."),
    Level.MONTH: later("A creator's commission is at most %(amount)s in a calendar month, fans and buyers included."),
    Level.ALL: later("A creator's commission is at most %(amount)s in all, fans and buyers included."),
}
_NAMED = (
    ("products", later("of the product %(names)s"), later("of the products %(names)s")),
    ("skus", later("of the article %(names)s"), later("of the articles %(names)s")),
    ("categories", later("of the category %(names)s"), later("of the categories %(names)s")),
    ("collections", later("of the collection %(names)s"), later("of the collections %(names)s")),
)
_EXCEPT = (
    ("not_products", later("the product %(names)s"), later("the products %(names)s")),
    ("not_categories", later("the category %(names)s"), later("the categories %(names)s")),
)
_BUYERS = {
    BuyerKind.NEW: later(", for new buyers"),
    BuyerKind.RETURNING: later(", for returning buyers"),
}


class Topic(StrEnum):
    """What a sentence of the terms is about, in the order of the sentences."""

    WHO_EARNS = "who_earns"
    COMMISSION = "commission"
    BONUSES = "bonuses"
    LIMITS = "limits"
    FANS = "fans"
    TIME = "time"


def by_topic(terms: Terms, currency: str | None = None) -> dict[Topic, list[str]]:
    """Every rule of ``terms`` as a plain sentence, by what it is about; every topic is there.

    With a ``currency``, rules and caps that can only hold in another one are left out.
    """
    return {
        Topic.WHO_EARNS: [*_who_earns(terms)],
        Topic.COMMISSION: [*_commission(terms, currency)],
        Topic.BONUSES: [*_bonuses(terms, currency)],
        Topic.LIMITS: [*_limits(terms, currency)],
        Topic.FANS: [*_fans(terms)],
        Topic.TIME: [*_time(terms), CLOSING_SENTENCE],
    }


def sentences(terms: Terms, currency: str | None = None) -> list[str]:
    """Every rule of ``terms`` as a plain sentence, in a fixed order; ``currency`` as ``by_topic`` has it."""
    return [sentence for some in by_topic(terms, currency).values() for sentence in some]


def policy_sentence(terms: Terms) -> str:
    """Who earns when several creators reached the buyer."""
    if terms.policy is Policy.DECAY:
        return say(_DECAY, half_life=days(terms.half_life // DAY))
    return say(_POLICY[terms.policy])


def rule_sentence(rule: Rule) -> str:
    """``Rule standard: 12 % of the goods.``, with all its conditions."""
    return say("Rule %(rule)s: %(rate)s%(conditions)s.", rule=rule.id, rate=rate(rule), conditions=conditions(rule))


def rate(rule: Rule) -> str:
    """What a rule gives, without its conditions: ``12 % of the goods``."""
    if rule.bps is not None:
        return say("%(percent)s %% of the goods", percent=percentage(rule.bps))
    if rule.each is not None:
        return say("%(amount)s for each piece, at most what it cost", amount=money(rule.each, rule.currency))
    if rule.per_buyer is not None:
        return say(
            "%(amount)s once for each new buyer, at most what she keeps of her first order",
            amount=money(rule.per_buyer, rule.currency),
        )
    lifts = [
        say(
            ", and once these reach %(amount)s, %(percent)s %% of all below",
            amount=money(begin, rule.currency),
            percent=percentage(bracket.bps),
        )
        for begin, bracket in beginnings(rule.brackets)
        if bracket.retroactive
    ]
    steps = listed(list(_tiers(rule.brackets, rule.currency)))
    return say("%(steps)s of a creator's sales in a calendar month%(lifts)s", steps=steps, lifts=together(lifts))


def days(count: int) -> str:
    """``1 day``, ``30 days``"""
    return say_n("%(num)s day", "%(num)s days", count)


def percentage(bps: int) -> Figure:
    """``12.5``, a figure of a sentence."""
    return Figure(format_percent(bps))


def money(micros: Micros, currency: str) -> str:
    """``59.00 EUR``, within a sentence."""
    return together((Figure(format_trimmed(micros)), currency), " ")


def _who_earns(terms: Terms) -> Iterator[str]:
    yield policy_sentence(terms)
    yield say("A click counts for %(days)s.", days=days(terms.window // DAY))
    minutes = terms.stand_down // MINUTE
    if minutes:
        yield say_n(
            "A click on a coupon site or browser extension does not count once the buyer is at the checkout; where the "
            "shop does not say when that was, it does not count in the last %(num)s minute before the order.",
            "A click on a coupon site or browser extension does not count once the buyer is at the checkout; where the "
            "shop does not say when that was, it does not count in the last %(num)s minutes before the order.",
            minutes,
        )
    else:
        yield say(
            "A click on a coupon site or browser extension does not count once the buyer is at the checkout; where the "
            "shop does not say when that was, it counts."
        )


def _commission(terms: Terms, currency: str | None) -> Iterator[str]:
    rules = [rule for rule in terms.rules if holds_in(rule.currency, currency)]
    yield from map(rule_sentence, rules)
    if len(rules) > 1:
        yield say(
            "Where several rules speak of the same goods, the one that gives the most money applies; of equals, the "
            "one named first here."
        )
    if not any(universal(rule, currency) for rule in rules):
        yield say("Goods that no rule speaks of earn nothing.")
    if any(rule.buyers is not BuyerKind.ANY for rule in (*rules, *terms.bonuses)):
        yield say("A buyer is new to a creator until an order with this creator is placed and kept.")
    if terms.has_retroactive_tiers:
        yield say(
            "What a step gives on sales below it is a further amount of the orders that it lifts; a refund that takes "
            "the month below the step takes it back. Once a month is closed, later orders lift and lower nothing."
        )
    if terms.groups:
        yield say(
            "What counts is the group of the creator when the click was made, for a code when the order was placed."
        )
    if terms.has_months:
        yield say(
            "Months are calendar months from the buyer's first kept order with this creator, by the clocks of "
            "%(zone)s; a buyer whom the shop does not name has no earlier order.",
            zone=terms.time_zone,
        )
    yield say(
        "Commission is counted on what the goods cost after discounts, without tax, shipping, tips, duties and gift "
        "cards; what is refunded earns nothing."
    )


def _bonuses(terms: Terms, currency: str | None) -> Iterator[str]:
    bonuses = [bonus for bonus in terms.bonuses if holds_in(bonus.currency, currency)]
    for bonus in bonuses:
        yield say(
            "Bonus %(bonus)s, on top: %(rate)s%(conditions)s.",
            bonus=bonus.id,
            rate=rate(bonus),
            conditions=conditions(bonus),
        )
    if bonuses:
        yield say("Every bonus that speaks of an order is added, and divided like the rest of the commission.")


def _limits(terms: Terms, currency: str | None) -> Iterator[str]:
    if terms.code_max_bps is not None:
        yield say(
            "On an order with a creator's or fan's code the commission is at most %(percent)s %% of the goods%(with)s.",
            percent=percentage(terms.code_max_bps),
            **{"with": Word(later(", bonuses included")) if terms.bonuses else ""},
        )
    if terms.margin_bps is not None:
        yield say(
            "Discount and commission together are at most %(percent)s %% of what the goods cost "
            "before the discount; of several creators each has her part of the sale's room. A discount that the shop "
            "does not tell counts as none.",
            percent=percentage(terms.margin_bps),
        )
    for cap in terms.caps:
        if holds_in(cap.currency, currency):
            yield say(_CAPS[cap.level], amount=money(cap.amount, cap.currency))
    if terms.needs_period:
        yield say("Days, weeks (from Monday) and months begin at midnight in %(zone)s.", zone=terms.time_zone)


def _fans(terms: Terms) -> Iterator[str]:
    yield say(
        "The fan who brought the buyer gets %(usual)s %% of the creator's commission, unless the creator chooses "
        "another part from 0 to %(most)s %%.",
        usual=percentage(terms.fan_bps),
        most=percentage(terms.fan_max_bps),
    )
    if terms.introducer_days:
        period = days(terms.introducer_days)
        yield say("The fan gets it on the buyer's orders with this creator for %(days)s after the click.", days=period)
    else:
        yield say("The fan gets it on the buyer's first order with this creator only.")
    if terms.buyer_bps:
        yield say(
            "Where a fan's link or code decided, the buyer gets %(percent)s %% of the commission.",
            percent=percentage(terms.buyer_bps),
        )
    yield say("Where no fan is involved, all of it is the creator's.")


def _time(terms: Terms) -> Iterator[str]:
    if terms.fee_bps:
        yield say(
            "The operator's fee is %(percent)s %% of every commission; the brand pays it on top.",
            percent=percentage(terms.fee_bps),
        )
    yield say(
        "Earnings are ready %(days)s after the goods were sent, or after the order where the shop does not say.",
        days=days(terms.hold // DAY),
    )
    yield (
        say("Everyone can join as a creator at once.")
        if terms.open_admission
        else say("Creators join by application with plain questions; follower numbers are never asked for.")
    )
    yield say(
        "A change that lowers anything is announced at least %(days)s before it takes effect; clicks made before keep "
        "their rates.",
        days=days(terms.notice_days),
    )


def _tiers(brackets: Iterable[Bracket], currency: str) -> Iterator[str]:
    below: Micros = 0
    for bracket in brackets:
        percent = percentage(bracket.bps)
        if bracket.upto is None and not below:
            yield say("%(percent)s %% of all", percent=percent)
        elif bracket.upto is None:
            yield say("%(percent)s %% of what is above", percent=percent)
        elif not below:
            upto = money(bracket.upto, currency)
            yield say("%(percent)s %% of the first %(amount)s", percent=percent, amount=upto)
        else:
            step = money(bracket.upto - below, currency)
            yield say("%(percent)s %% of the next %(amount)s", percent=percent, amount=step)
        below = bracket.upto or below


def conditions(rule: Rule) -> str:
    """What a rule speaks of: ``, only of the product kit, for new buyers``; empty where it speaks of everything."""
    return together(list(_conditions(rule)))


def _conditions(rule: Rule) -> Iterator[str]:
    if named := [_names(rule, *each) for each in _NAMED if getattr(rule, each[0])]:
        yield say(", only %(what)s", what=_all(named))
    if excluded := [_names(rule, *each) for each in _EXCEPT if getattr(rule, each[0])]:
        yield say(", except %(what)s", what=_all(excluded))
    if rule.buyers is not BuyerKind.ANY and rule.per_buyer is None:
        yield say(_BUYERS[rule.buyers])
    if rule.countries:
        yield say(", for orders from %(countries)s", countries=listed(sorted(rule.countries)))
    if rule.groups:
        one, many = later(", for creators of the group %(names)s"), later(", for creators of the groups %(names)s")
        yield _names(rule, "groups", one, many)
    if rule.not_groups:
        one = later(", not for creators of the group %(names)s")
        yield _names(rule, "not_groups", one, later(", not for creators of the groups %(names)s"))
    if rule.months == 0:
        yield say(", on the first order only")
    elif rule.months is not None:
        yield say_n(
            ", within %(num)s month of the buyer's first order",
            ", within %(num)s months of the buyer's first order",
            rule.months,
        )


def _names(rule: Rule, field: str, one: str, many: str) -> str:
    names = sorted(getattr(rule, field))
    return say(one if len(names) == 1 else many, names=listed(names))


def _all(parts: list[str]) -> str:
    """``a``, ``a and b``, ``a and b and c``"""
    return parts[0] if len(parts) == 1 else say("%(first)s and %(last)s", first=_all(parts[:-1]), last=parts[-1])


def listed(items: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``"""
    if len(items) == 1:
        return items[0]
    return say("%(first)s and %(last)s", first=together(items[:-1], ", "), last=items[-1])


def holds_in(own: str, currency: str | None) -> bool:
    """Whether something in currency ``own`` (empty: in every one) is worth telling to who asks for ``currency``."""
    return currency is None or own in ("", currency)


def universal(rule: Rule, currency: str | None) -> bool:
    """Whether a rule speaks of everything; without a chosen currency one that is bound to a currency does not."""
    fields = (*(field for field, _, _ in (*_NAMED, *_EXCEPT)), "countries", "groups", "not_groups")
    narrowed = any(getattr(rule, field) for field in fields) or rule.months is not None
    return not narrowed and rule.buyers is BuyerKind.ANY and (not rule.currency or currency is not None)
