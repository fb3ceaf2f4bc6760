"""What a new version of the terms makes worse, and when it may take effect (DESIGN section 7, last paragraph).

The check is careful rather than clever: whatever *can* lower what some creator, fan or buyer gets counts as lowering.
What is given to one out of a fixed commission is taken from another, so a higher part of fans or buyers counts too.
"""

from collections.abc import Iterator
from operator import attrgetter

from fanshare.core.instants import DAY, MINUTE, Instant
from fanshare.core.marks import Figure, later, say, say_n
from fanshare.core.money import Micros, format_trimmed
from fanshare.core.terms import SPLITTING, Bracket, BuyerKind, Level, Policy, Rule, Terms
from fanshare.core.terms_sentences import conditions, days, money, percentage, policy_sentence, rate
from fanshare.core.tiers import rate_of

#: Every change that lowers something is known at least this long before, whatever the terms promise.
LEAST_NOTICE = DAY

_CAPS = {
    Level.DAY: later("A creator's commission is at most %(amount)s per day; %(was)s."),
    Level.WEEK: later("A creator's commission is at most %(amount)s per week; %(was)s."),
    Level.MONTH: later("A creator's commission is at most %(amount)s per month; %(was)s."),
    Level.ALL: later("A creator's commission is at most %(amount)s in all; %(was)s."),
}
#: Field of the terms -> what is said where it falls, and where it rises.
_PARTS = (
    (
        "fan_bps",
        later("The fan's usual part falls from %(before)s %% to %(after)s %%."),
        later("The fan's usual part rises from %(before)s %% to %(after)s %%, which leaves less for creators."),
    ),
    (
        "buyer_bps",
        later("The buyer's part falls from %(before)s %% to %(after)s %%."),
        later("The buyer's part rises from %(before)s %% to %(after)s %%, which leaves less for creators."),
    ),
)


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
        yield say("Who earns a sale changes: %(policy)s", policy=policy_sentence(new))
    elif new.policy is Policy.DECAY and new.half_life != old.half_life:
        yield say(
            "Older clicks weigh half as much after %(now)s instead of %(before)s, which "
            "moves parts of a sale between creators.",
            now=_days(new.half_life),
            before=_days(old.half_life),
        )
    window = {"now": _days(new.window), "before": _days(old.window)}
    if new.window < old.window:
        yield say("A click counts for %(now)s instead of %(before)s.", **window)
    elif new.window > old.window and (new.policy is Policy.FIRST or new.policy in SPLITTING):
        yield say(
            "A click counts for %(now)s instead of %(before)s, so that earlier clicks of other "
            "creators take part in a sale.",
            **window,
        )
    if new.stand_down != old.stand_down:
        yield say(
            "Clicks on coupon sites stand down %(now)s minutes before the order instead of "
            "%(before)s, which moves sales between creators.",
            now=new.stand_down // MINUTE,
            before=old.stand_down // MINUTE,
        )
    periods = old.needs_period or new.needs_period or old.has_months or new.has_months
    if new.time_zone != old.time_zone and periods:
        moved = {"now": new.time_zone, "before": old.time_zone}
        yield say("Days, weeks and months begin in %(now)s instead of %(before)s.", **moved)


def _rules(old: Terms, new: Terms) -> Iterator[str]:
    by_id = {rule.id: rule for rule in new.rules}
    for rule in old.rules:
        if any(covers(other, rule) for other in new.rules):
            continue
        now = by_id.get(rule.id)
        if now is None:
            yield say(
                "Rule %(rule)s (%(was)s) is gone, and no other rule gives as much for all that it spoke of.",
                rule=rule.id,
                was=_gives(rule),
            )
        else:
            gives = _gives(now)
            yield say(
                "Rule %(rule)s can give less: %(now)s; it was %(was)s.", rule=rule.id, now=gives, was=_gives(rule)
            )


def _bonuses(old: Terms, new: Terms) -> Iterator[str]:
    """Bonuses are added up, so each one must stay by itself: no other can stand in for it."""
    by_id = {bonus.id: bonus for bonus in new.bonuses}
    for bonus in old.bonuses:
        now, was = by_id.get(bonus.id), _gives(bonus)
        if now is None and not _gives_nothing(bonus):
            yield say("Bonus %(bonus)s (%(was)s) is gone.", bonus=bonus.id, was=was)
        elif now is not None and not covers(now, bonus):
            less = {"bonus": bonus.id, "now": _gives(now), "was": was}
            yield say("Bonus %(bonus)s can give less: %(now)s; it was %(was)s.", **less)


def _gives(rule: Rule) -> str:
    return say("%(rate)s%(conditions)s", rate=rate(rule), conditions=conditions(rule))


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
        yield say(
            "With a typed code the commission is at most %(percent)s %%; %(was)s.",
            percent=percentage(new.code_max_bps),
            was=_was(old.code_max_bps),
        )
    if new.margin_bps is not None and (old.margin_bps is None or new.margin_bps < old.margin_bps):
        yield say(
            "Discount and commission together are at most %(percent)s %% of the goods before discount; %(was)s.",
            percent=percentage(new.margin_bps),
            was=_was(old.margin_bps),
        )
    for cap in new.caps:
        before = old.cap(cap.level, cap.currency)
        if before is None or cap.amount < before:
            yield say(_CAPS[cap.level], amount=money(cap.amount, cap.currency), was=_cap_was(before))


def _cap_was(before: Micros | None) -> str:
    if before is None:
        return say("there was no such limit")
    return say("it was %(amount)s", amount=Figure(format_trimmed(before)))


def _was(bps: int | None) -> str:
    return say("there was no limit") if bps is None else say("it was %(percent)s %%", percent=percentage(bps))


def _fans(old: Terms, new: Terms) -> Iterator[str]:
    for field, falls, rises in _PARTS:
        before, after = attrgetter(field)(old), attrgetter(field)(new)
        if after != before:
            moved = falls if after < before else rises
            yield say(moved, before=percentage(before), after=percentage(after))
    if new.fan_max_bps < old.fan_max_bps:
        yield say(
            "Creators can give fans at most %(now)s %% instead of %(before)s %%.",
            now=percentage(new.fan_max_bps),
            before=percentage(old.fan_max_bps),
        )
    if new.introducer_days != old.introducer_days:
        reach = {"now": _reach(new), "before": _reach(old)}
        yield (
            say("A fan earns on her buyer's %(now)s instead of her buyer's %(before)s.", **reach)
            if new.introducer_days < old.introducer_days
            else say(
                "A fan earns on her buyer's %(now)s instead of her buyer's %(before)s, which leaves less for creators.",
                **reach,
            )
        )


def _reach(terms: Terms) -> str:
    if terms.introducer_days:
        return say_n("orders of %(num)s day", "orders of %(num)s days", terms.introducer_days)
    return say("first order only")


def _time(old: Terms, new: Terms) -> Iterator[str]:
    if new.hold > old.hold:
        yield say(
            "Earnings wait %(now)s before they are ready, instead of %(before)s.",
            now=_days(new.hold),
            before=_days(old.hold),
        )
    if new.notice_days < old.notice_days:
        yield say(
            "Changes are announced %(now)s before instead of %(before)s.",
            now=days(new.notice_days),
            before=days(old.notice_days),
        )


def _days(duration: int) -> str:
    return days(duration // DAY)
