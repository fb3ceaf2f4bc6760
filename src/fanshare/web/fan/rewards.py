"""Rewards: what a fan does with what is ready: keep it as shop credit, give it to a creator, or have it paid out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.http import HttpResponseRedirect

from fanshare.core import goals as core
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.goals import Ready
from fanshare.core.money import Micros, format_micros, format_minor
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import gifts, goals
from fanshare.flows.authorisation import Role
from fanshare.flows.gifts import Wish
from fanshare.flows.shop_credits import drawn_key
from fanshare.store.queries import fan_days, fans, shop_credits
from fanshare.store.queries import gifts as rows
from fanshare.store.queries import goals as rows_of_goals
from fanshare.store.queries.fans import OwnCreator
from fanshare.store.queries.gifts import Sent
from fanshare.store.queries.goals import GoalRow
from fanshare.store.queries.payout_runs import stopped
from fanshare.web import wording
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, taken
from fanshare.web.money_states import paying
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: Creators that can be chosen on one page.
_AT_ONCE = 200
#: What the value of a goal begins with, where the others are creators.
GOAL = "goal "
_COLUMNS = ("day", "creator", "goal", "amount", "currency", "state")


@dataclass(frozen=True, slots=True)
class Sure:
    """What is asked once more before money moves. ``key`` makes a second click the same wish.

    ``goal`` is what it is for, and ``of`` since when the money is ready that comes back if the goal is not reached.
    """

    creator: OwnCreator
    goal: GoalRow | None
    of: tuple[Ready, ...]
    currency: str
    amount: Micros
    key: str


class Choice(NamedTuple):
    """Whom she may give, what for, and how much by currency."""

    creators: list[OwnCreator]
    goals: list[GoalRow]
    ready: dict[str, Micros]


@seated("fan.rewards", Role.FAN, form=True, fresh=True)
def rewards(here: Here) -> Any:
    """What is ready and the three ways it can go, the question before a gift, and what she gave."""
    states = {"kept": _("hers"), "promised": _("waits for the goal"), "back": _("yours again")}
    spec = Spec({"state": (_("state"), states)}, {"newest": _("newest first")}, search=_("creator or goal"))
    wish = asked(here.request.GET, spec, here.zone)
    given = taken(wish, _found(here, wish), lambda one: (one.gift.id, 0))
    if wish.form:
        return exported(wish.form, "gifts", (_document(here, one) for one in given.rows), _COLUMNS, cut=given.cut)
    creators = fans.creators(here.access, here.me, here.midnight, limit=_AT_ONCE)
    ready = _ready(here)
    aims = rows_of_goals.running(here.access, [one.id for one in creators], here.now)
    problem, sure = "", None
    if here.request.method == "POST":
        try:
            sure = _act(here, Choice(creators, aims, ready))
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = _words(error)
        else:
            if sure is None:
                done = "back" if "back" in here.request.POST else "given"
                return HttpResponseRedirect(f"{here.request.path}?{done}=1")
    context = {
        "sent": given.rows,
        "next": given.next,
        "asked": wish,
        "creators": creators,
        "aims": [(one, wording.shown(one.missing, one.currency)) for one in aims],
        "sure": sure,
        "problem": problem,
    }
    chosen = {name: here.request.POST.get(name, "")[:100] for name in ("creator", "currency", "amount")}
    context["chosen"] = chosen
    context["ready"] = [] if sure else [(one, most, _first(chosen, one, most)) for one, most in ready.items()]
    context["typed"] = format_minor(sure.amount, sure.currency) if sure else ""
    context["pays_on"], context["stopped"] = paying(here, here.now), stopped(here.access, here.me)
    context["given"], context["back"] = (here.request.GET.get(one) == "1" for one in ("given", "back"))
    context["names"] = {one.id: one.name for one in creators}
    context["now"] = here.now
    return page(here, "fan/rewards.html", context, status=422 if problem else 200)


def _first(chosen: Mapping[str, str], currency: str, most: Micros) -> str:
    """What stands in the field: what she wrote there before it was refused, else all that she may give."""
    return chosen["amount"][:20] if chosen["currency"] == currency else wording.writable(most, currency)


def _act(here: Here, choice: Choice) -> Sure | None:
    """Take back, ask once more, or give. ``None`` when it is done."""
    if "back" in here.request.POST:
        goals.take_back(here.programme, here.me, _number(field(here, "back")), here.now)
        return None
    to, currency = field(here, "creator", 100), field(here, "currency", 3)
    amount, key = typed_amount(field(here, "amount"), currency), field(here, "key", 100)
    aim = _number(to.removeprefix(GOAL)) if to.startswith(GOAL) else None
    if key and aim is not None:
        goals.give(here.programme, goals.Wish(here.me, aim, amount), key, here.now)
        return None
    if key:
        gifts.give(here.programme, Wish(here.me, to, currency, amount), key, here.now)
        return None
    return _sure(here, choice, to if aim is None else aim, currency, amount)


def _sure(here: Here, choice: Choice, to: str | int, currency: str, amount: Micros) -> Sure:
    """What she is asked about a gift to a creator (by the name of her page) or to a goal (by its number)."""
    goal = next((one for one in choice.goals if one.id == to), None)
    creator = next((one for one in choice.creators if one.slug == to or (goal and one.id == goal.creator)), None)
    if creator is None:
        raise BadInputError("unknown_creator", "You share for no creator of that name.", 404)
    if currency not in choice.ready:
        raise BadInputError("bad_amount", "Nothing is ready in this currency.")
    most = choice.ready[currency]
    if goal is not None:
        most = min(most, goal.missing) if goal.currency == currency else 0
    core.check_gift(amount, most, currency)
    of = (
        () if goal is None else core.take(core.ready_of(rows_of_goals.moves(here.access, here.me, currency)), amount)[0]
    )
    return Sure(creator, goal, of, currency, amount, drawn_key())


def _number(text: str) -> int:
    """Raises ``BadInputError`` ``unknown_gift``."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadInputError("unknown_gift", "There is no such gift of yours.", 404)
    return int(text)


def _ready(here: Here) -> dict[str, Micros]:
    """What she may give, by currency: no more than was ready at midnight, as everywhere on her pages."""
    then = {one.currency: one.ready for one in fan_days.purses(here.access, here.me, here.midnight)}
    now = dict(shop_credits.balances(here.access, here.me))
    most = {one: gifts.whole(min(amount, now.get(one, 0)), one) for one, amount in then.items()}
    return {one: amount for one, amount in most.items() if amount}


def _found(here: Here, wish: Asked) -> list[Sent]:
    state, limit = wish.chosen["state"], wish.limit + 1
    return rows.sent(here.access, here.me, text=wish.text, state=state, before=wish.before, limit=limit, **wish.span)


def _document(here: Here, one: Sent) -> dict[str, str]:
    return {
        "day": here.calendar.iso(one.gift.given_at),
        "creator": one.creator,
        "goal": one.title or "",
        "amount": format_micros(one.gift.amount),
        "currency": one.gift.currency,
        "state": one.gift.state,
    }


def _words(error: FanshareError) -> str:
    """What went wrong, in her language where it is an everyday thing."""
    known = {
        "bad_amount": _("Write the amount in digits, such as 5.00, and in whole cents."),
        "not_givable": _("This is more than you can give now; look again what is ready."),
        "goal_over": _("This goal is over; what it brought stands below."),
        "unknown_gift": _("There is no such gift of yours."),
        "unknown_goal": _("There is no such goal of a creator you share for."),
        "unknown_creator": _("You share for no creator of that name; choose one of yours."),
        "stopped": _("Payouts to you are stopped for the time being; until then nothing can be given."),
    }
    return known.get(error.code) or plain(error)
