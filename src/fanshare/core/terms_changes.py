"""What a new version of the terms makes worse, and when it may take effect (DESIGN section 7, last paragraph).

The check is careful rather than clever: whatever *can* lower what some creator, fan or buyer gets counts as lowering.
What is given to one out of a fixed commission is taken from another, so a higher part of fans or buyers counts too.
"""

from collections.abc import Iterator
from operator import attrgetter

from fanshare.core.instants import DAY, MINUTE, Instant
from fanshare.core.money import format_trimmed
from fanshare.core.terms import SPLITTING, Bracket, BuyerKind, Cap, Policy, Rule, Terms
from fanshare.core.terms_document import format_percent
from fanshare.core.terms_sentences import conditions, days, policy_sentence, rate
from fanshare.core.tiers import rate_of

#: Every change that lowers something is known at least this long before, whatever the terms promise.
LEAST_NOTICE = DAY


def lowers(old: Terms, new: Terms) -> list[str]:
    """One sentence for everything that ``new`` can make worse for somebody; empty if it only improves."""
    return [
        *_who_earns(old, new),
        *_rules(old, new),
        *_bonuses(old, new),
        *_limits(old, new),
        *_fans(old, new),
        *_time(old, new),
    ]


def earliest_effective(old: Terms, new: Terms, logged_at: Instant) -> Instant:
    """When ``new`` may take effect at the earliest, if its hash entered the log at ``logged_at``.

    A version that lowers anything waits for the notice that ``old`` promises, at least 24 hours; another need not wait.
    """
    if not lowers(old, new):
        return logged_at
    return logged_at + max(LEAST_NOTICE, old.notice_days * DAY)


def _who_earns(old: Terms, new: Terms) -> Iterator[str]:
    if new.policy is not old.policy:
        yield f"Who earns a sale changes: {policy_sentence(new)}"
    elif new.policy is Policy.DECAY and new.half_life != old.half_life:
        yield (
            f"Older clicks weigh half as much after {_days(new.half_life)} instead of {_days(old.half_life)}, which "
            "moves parts of a sale between creators."
        )
    if new.window < old.window:
        yield f"A click counts for {_days(new.window)} instead of {_days(old.window)}."
    elif new.window > old.window and (new.policy is Policy.FIRST or new.policy in SPLITTING):
        yield (
            f"A click counts for {_days(new.window)} instead of {_days(old.window)}, so that earlier clicks of other "
            "creators take part in a sale."
        )
    if new.stand_down != old.stand_down:
        yield (
            f"Clicks on coupon sites stand down {new.stand_down // MINUTE} minutes before the order instead of "
            f"{old.stand_down // MINUTE}, which moves sales between creators."
        )
    periods = old.needs_period or new.needs_period or old.has_months or new.has_months
    if new.time_zone != old.time_zone and periods:
        yield f"Days, weeks and months begin in {new.time_zone} instead of {old.time_zone}."


def _rules(old: Terms, new: Terms) -> Iterator[str]:
    by_id = {rule.id: rule for rule in new.rules}
    for rule in old.rules:
        if any(covers(other, rule) for other in new.rules):
            continue
        now = by_id.get(rule.id)
        was = rate(rule) + conditions(rule)
        if now is None:
            yield f"Rule {rule.id} ({was}) is gone, and no other rule gives as much for all that it spoke of."
        else:
            yield f"Rule {rule.id} can give less: {rate(now)}{conditions(now)}; it was {was}."


def _bonuses(old: Terms, new: Terms) -> Iterator[str]:
    """Bonuses are added up, so each one must stay by itself: no other can stand in for it."""
    by_id = {bonus.id: bonus for bonus in new.bonuses}
    for bonus in old.bonuses:
        now, was = by_id.get(bonus.id), rate(bonus) + conditions(bonus)
        if now is None and not _gives_nothing(bonus):
            yield f"Bonus {bonus.id} ({was}) is gone."
        elif now is not None and not covers(now, bonus):
            yield f"Bonus {bonus.id} can give less: {rate(now)}{conditions(now)}; it was {was}."


def covers(new: Rule, old: Rule) -> bool:
    """Whether ``new`` speaks of everything that ``old`` speaks of and gives at least as much each time."""
    return _gives_nothing(old) or (_speaks_of_all(new, old) and _gives_as_much(new, old))


def _speaks_of_all(new: Rule, old: Rule) -> bool:
    return (
        new.buyers in (BuyerKind.ANY, old.buyers)
        and _within(old.countries, new.countries)
        and _within(old.skus, new.skus)
        and _within(old.collections, new.collections)
        and _still_named(old.products, old.not_products, new.products, new.not_products)
        and _still_named(old.categories, old.not_categories, new.categories, new.not_categories)
        and _still_named(old.groups, old.not_groups, new.groups, new.not_groups)
        and (new.months is None or (old.months is not None and new.months >= old.months))
    )


def _within(old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether a condition got no narrower; an empty list means all."""
    return not new or (bool(old) and old <= new)


def _still_named(
    old: frozenset[str], old_except: frozenset[str], new: frozenset[str], new_except: frozenset[str]
) -> bool:
    if not old:
        return not new and new_except <= old_except
    spoken_of = old - old_except
    return (not new or spoken_of <= new) and not spoken_of & new_except


def _gives_as_much(new: Rule, old: Rule) -> bool:
    if old.per_buyer is not None or new.per_buyer is not None:
        return new.currency == old.currency and (new.per_buyer or 0) >= (old.per_buyer or 0) > 0
    if new.bps is not None:
        return old.each is None and new.bps >= _highest_rate(old)
    if new.currency != old.currency:
        return False
    if new.each is not None:
        return old.each is not None and new.each >= old.each
    return bool(old.brackets) and _never_below(new.brackets, old.brackets)


def _highest_rate(rule: Rule) -> int:
    return rule.bps if rule.bps is not None else max(bracket.bps for bracket in rule.brackets)


def _gives_nothing(rule: Rule) -> bool:
    return rule.each is None and rule.per_buyer is None and _highest_rate(rule) == 0


def _never_below(new: tuple[Bracket, ...], old: tuple[Bracket, ...]) -> bool:
    """Whether the rate is as high at every point of every month: it only changes where a bracket begins."""
    starts = {0} | {bracket.upto for bracket in (*new, *old) if bracket.upto is not None}
    return all(
        rate_of(new, point, total) >= rate_of(old, point, total)
        for total in starts
        for point in starts
        if point <= total
    )


def _limits(old: Terms, new: Terms) -> Iterator[str]:
    if new.code_max_bps is not None and (old.code_max_bps is None or new.code_max_bps < old.code_max_bps):
        was = "there was no limit" if old.code_max_bps is None else f"it was {format_percent(old.code_max_bps)} %"
        yield f"With a typed code the commission is at most {format_percent(new.code_max_bps)} %; {was}."
    if new.margin_bps is not None and (old.margin_bps is None or new.margin_bps < old.margin_bps):
        was = "there was no limit" if old.margin_bps is None else f"it was {format_percent(old.margin_bps)} %"
        percent = format_percent(new.margin_bps)
        yield f"Discount and commission together are at most {percent} % of the goods before discount; {was}."
    for cap in new.caps:
        before = old.cap(cap.level, cap.currency)
        if before is None or cap.amount < before:
            was = "there was no such limit" if before is None else f"it was {format_trimmed(before)}"
            yield f"A creator's commission is at most {_cap(cap)}; {was}."


def _cap(cap: Cap) -> str:
    return f"{format_trimmed(cap.amount)} {cap.currency} {'in all' if cap.level == 'all' else f'per {cap.level}'}"


def _fans(old: Terms, new: Terms) -> Iterator[str]:
    for what, field in (("The fan's usual part", "fan_bps"), ("The buyer's part", "buyer_bps")):
        before, after = attrgetter(field)(old), attrgetter(field)(new)
        if after != before:
            moves = "falls" if after < before else "rises"
            text = f"{what} {moves} from {format_percent(before)} % to {format_percent(after)} %"
            yield text + ("." if after < before else ", which leaves less for creators.")
    if new.fan_max_bps < old.fan_max_bps:
        yield (
            f"Creators can give fans at most {format_percent(new.fan_max_bps)} % instead of "
            f"{format_percent(old.fan_max_bps)} %."
        )
    if new.introducer_days != old.introducer_days:
        text = f"A fan earns on her buyer's {_reach(new)} instead of her buyer's {_reach(old)}"
        yield text + ("." if new.introducer_days < old.introducer_days else ", which leaves less for creators.")


def _reach(terms: Terms) -> str:
    return f"orders of {days(terms.introducer_days)}" if terms.introducer_days else "first order only"


def _time(old: Terms, new: Terms) -> Iterator[str]:
    if new.hold > old.hold:
        yield f"Earnings wait {_days(new.hold)} before they are ready, instead of {_days(old.hold)}."
    if new.notice_days < old.notice_days:
        yield f"Changes are announced {days(new.notice_days)} before instead of {days(old.notice_days)}."


def _days(duration: int) -> str:
    return days(duration // DAY)
