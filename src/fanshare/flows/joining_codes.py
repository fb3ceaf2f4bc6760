"""A code by itself for everybody who joins, if an owner or manager says so: of a plan, asked for as other codes are.

Joining never waits for it and never fails by it: whoever could not get one is tried again by the worker, as when a shop
cannot make codes and its stock is empty. Then the brand sees who waits and codes to make by hand.
"""

import re
from collections.abc import Sequence

from fanshare.core import ad_labels, code_plans
from fanshare.core.errors import ConflictError, FanshareError
from fanshare.core.instants import DAY, Instant
from fanshare.flows import audit, code_stock, shop_codes
from fanshare.flows.code_plans import plan_now
from fanshare.flows.context import Programme
from fanshare.flows.links import Label
from fanshare.store.queries import bulk_codes
from fanshare.store.queries import joining_codes as rows
from fanshare.store.queries import shop_codes as shop_code_rows
from fanshare.store.queries.joining_codes import Joined, Rule

#: Codes given out in one go; the others follow in the next.
BATCH = 50
#: Codes that are proposed to be made by hand at once.
MOST_PROPOSED = 50
_LONGEST_NAME = 16
_TRIES = 9


def set_rule(programme: Programme, plan: str, now: Instant, *, creators: bool, fans: bool, named: bool) -> Rule | None:
    """Say who gets a code by joining from now on; nobody where neither is wanted. Said again it changes nothing.

    Raises ``BadInputError`` (``unknown_plan``).
    """
    access = programme.access
    with access.transaction():
        bulk_codes.lock(access)
        before = rows.rule(access)
        wanted = None
        if creators or fans:
            wanted = Rule(plan_now(programme, plan).plan.name, creators, fans, named, now)
        if _said(before) == _said(wanted):
            return before
        rows.put(access, wanted)
        about = "nobody" if wanted is None else f"{plan} for {_whom(wanted)}"
        audit.noted(access, "codes.joining", now, about)
    return wanted


def give(programme: Programme, owner: int, now: Instant) -> bool:
    """Ask for a code for somebody who has just joined; whether one is asked for. It never keeps her from joining."""
    found = rows.rule(programme.access)
    joined = [] if found is None else rows.waiting(programme.access, found, owner=owner, limit=1)
    return found is not None and any(_ask(programme, found, one, now) for one in joined)


def give_missing(programme: Programme, now: Instant, batch: int = BATCH) -> int:
    """Try again for those who have joined and got none yet; how many got one. Two at once give nobody two.

    To whom the shop itself has refused one, it is not asked again for a day.
    """
    access = programme.access
    found = rows.rule(access)
    rested = now - DAY
    if found is None or not rows.waiting(access, found, refused_since=rested, limit=1):
        return 0
    with access.transaction():
        bulk_codes.lock(access)
        # What one of them is refused keeps nobody else from hers.
        missing = rows.waiting(access, found, refused_since=rested, limit=batch)
        return sum(_ask(programme, found, one, now) for one in missing)


def proposed(programme: Programme, rule: Rule, number: int) -> list[str]:
    """Texts that nobody has, to be made by hand in a shop where fanshare makes none; empty where it makes them."""
    found = plan_now(programme, rule.plan)
    if found.plan.source != code_plans.STOCK:
        return []
    return [shop_codes.draw_text(programme, found.plan, found.connection) for _ in range(min(number, MOST_PROPOSED))]


def made(programme: Programme, rule: Rule, texts: str, now: Instant) -> code_stock.Brought:
    """Codes that the brand has made in its shop: into the plan's stock, and to those who wait for one.

    Raises what ``code_stock.bring`` raises.
    """
    with programme.access.transaction():
        brought = code_stock.bring(programme, rule.plan, texts.encode(), now)
        if brought.new:
            audit.noted(programme.access, "codes.stock", now, f"{brought.new} of the plan {rule.plan}")
    give_missing(programme, now)
    return brought


def _ask(programme: Programme, rule: Rule, one: Joined, now: Instant) -> bool:
    """Ask for one, unless somebody has done so meanwhile."""
    access = programme.access
    with access.transaction():
        shop_code_rows.lock_owner(access, one.owner)
        still = rows.waiting(access, rule, owner=one.owner, limit=1)
        return bool(still) and _asked(programme, rule, one, now)


def _asked(programme: Programme, rule: Rule, one: Joined, now: Instant) -> bool:
    """What refuses it is for the worker to try again, and for the brand to see."""
    country = ad_labels.COUNTRIES.get(one.country) or ad_labels.COUNTRIES["GB"]
    label = Label(country.code, "other", country.label)
    wish = shop_codes.Wish(rule.plan, one.creator, one.owner, label)
    for text in _texts(programme, rule, one):
        try:
            shop_codes.ask(programme, wish if not text else _named(wish, text), now)
        except ConflictError as error:
            if error.code != "code_taken":
                return False
        except FanshareError:
            return False
        else:
            return True
    return False


def _texts(programme: Programme, rule: Rule, one: Joined) -> Sequence[str]:
    """What her code may be called: her name, with a number where it is taken; else it is drawn. Fans have no name."""
    plan = plan_now(programme, rule.plan).plan
    name = re.sub(r"[^A-Z0-9]", "", one.slug.upper())[:_LONGEST_NAME]
    drawn = ["", ""]
    if not rule.named or not name or plan.source == code_plans.STOCK or plan.discount.single_use:
        return drawn
    usual = plan.prefix + name if len(plan.prefix + name) >= code_plans.LEAST_TEXT else f"{plan.prefix}{name}100"
    return [usual, *(f"{usual}{number}" for number in range(2, _TRIES)), *drawn]


def _named(wish: shop_codes.Wish, text: str) -> shop_codes.Wish:
    return shop_codes.Wish(wish.plan, wish.creator, wish.owner, wish.label, text)


def _said(rule: Rule | None) -> tuple[object, ...] | None:
    return None if rule is None else rule[:4]


def _whom(rule: Rule) -> str:
    return " and ".join([*(["creators"] if rule.creators else []), *(["fans"] if rule.fans else [])])
