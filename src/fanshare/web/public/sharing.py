"""How the sharing works: a visitor chooses an order and who helped, and sees every step with its figures."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.shortcuts import render

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY
from fanshare.core.money import MICROS, Micros, format_percent, format_trimmed
from fanshare.core.terms import MAX_BUYER_BPS, MAX_FAN_BPS, Terms
from fanshare.core.typed_amount import typed_amount
from fanshare.core.typical import Typical
from fanshare.core.who_helped import MOST, Helped, Helper, example_terms, helped, with_fan_part
from fanshare.flows.outlook import EXAMPLE, outlook
from fanshare.web import site
from fanshare.web.authorisation import require
from fanshare.web.desk import Visit
from fanshare.web.errors import error_page
from fanshare.web.joining.looking import promises
from fanshare.web.language import gettext as _
from fanshare.web.language import later, ngettext
from fanshare.web.pages_port import Split
from fanshare.web.public.explaining import Bar, bar
from fanshare.web.public.views import readable
from fanshare.web.said import plain
from fanshare.web.wording import counted, exact, percent, shown

#: The rates of the general page, until a visitor types others.
_RATE, _FAN, _BUYER = 1_200, 2_000, 500
_HELPERS = {
    Helper.FAN: later("A fan brought the buyer by her link"),
    Helper.BOTH: later("A fan brought the buyer before; this time she came by the creator’s link"),
    Helper.CREATOR: later("The creator alone"),
    Helper.NOBODY: later("Nobody"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form holds, as it was typed and as it was understood; ``problem`` says what was not."""

    typed: dict[str, str]
    net: Micros
    helper: Helper
    rates: dict[str, int]
    problem: str = ""


@require("public.sharing")
@readable
def general(request: Any) -> Any:
    """With rates that the visitor chooses."""
    limits = {"rate": (_RATE, 10_000), "part": (_FAN, MAX_FAN_BPS), "buyer": (_BUYER, MAX_BUYER_BPS)}
    wish = _asked(request.GET, limits)
    terms = example_terms(wish.rates["rate"], wish.rates["part"], wish.rates["buyer"])
    return _page(request, wish, terms, "EUR", {"tenant": None, "promises": (), "typical": None})


@require("public.sharing")
@readable
def of_programme(request: Any, programme: str) -> Any:
    """Under the terms of a programme, with what its people typically earned."""
    desk = site.of(request).desk
    try:
        with desk.visited(request, programme) as visit:
            terms = visit.programme.book.at(visit.now)
            wish = _asked(request.GET, {"part": (terms.fan_bps, terms.fan_max_bps)})
            found = outlook(visit.programme, visit.tenant.currency, visit.now)
            more = {
                "tenant": visit.tenant,
                "promises": promises(found),
                "typical": _typical(visit, desk.typical(visit)),
            }
            return _page(request, wish, with_fan_part(terms, wish.rates["part"]), visit.tenant.currency, more)
    except FanshareError as error:
        if error.status == 404:
            return error_page(request, 404)
        raise


def _page(request: Any, wish: Asked, terms: Terms, currency: str, more: dict[str, Any]) -> Any:
    mine = helped(terms, currency, wish.net, wish.helper)
    context = {
        "wish": wish,
        "helpers": {helper.value: _(words) for helper, words in _HELPERS.items()},
        "bar": _bar(mine, currency),
        "steps": list(_steps(mine, wish.helper, terms, currency)),
        "table": [(_(words), helped(terms, currency, wish.net, helper)) for helper, words in _HELPERS.items()],
        "currency": currency,
        "most_fan": percent(terms.fan_max_bps),
        **more,
    }
    return render(request, "public/sharing.html", context, status=422 if wish.problem else 200)


def _asked(given: Any, limits: dict[str, tuple[int, int]]) -> Asked:
    """Read the form; what can't be read is said and the page shows its example instead."""
    usual = {name: usual for name, (usual, _most) in limits.items()}
    shown_as = {"order": format_trimmed(EXAMPLE), "who": Helper.FAN.value}
    shown_as |= {name: format_percent(bps) for name, bps in usual.items()}
    typed = {name: given.get(name, words).strip()[:40] for name, words in shown_as.items()}
    shown_first = Asked(typed, EXAMPLE, Helper.FAN, usual)
    try:
        net = _order(typed["order"])
        rates = {name: _bps(typed[name], most) for name, (_usual, most) in limits.items()}
        return replace(shown_first, net=net, helper=Helper(typed["who"]), rates=rates)
    except BadInputError as error:
        unclear = error.code == "unclear_amount"
        return replace(shown_first, problem=plain(error) if unclear else error.message)
    except ValueError:
        return replace(shown_first, problem=_("Choose who helped from the list."))


def _order(text: str) -> Micros:
    amount = _number(text, _("Type what the goods cost as a number such as 59.00."))
    if not 0 < amount <= MOST:
        raise BadInputError("bad_amount", _("Type an amount above 0 and up to a million."))
    return amount


def _bps(text: str, most: int) -> int:
    bps = _number(text.rstrip("% "), _("Type a rate as a number of percent such as 20.")) * 100 // MICROS
    if not 0 <= bps <= most:
        words = _("A rate here is between 0 and %(most)s.") % {"most": percent(most)}
        raise BadInputError("bad_rate", words)
    return bps


def _number(text: str, advice: str) -> int:
    try:
        return typed_amount(text)
    except BadInputError as error:
        if error.code == "unclear_amount":
            raise
        raise BadInputError("bad_amount", advice) from None


def _bar(mine: Helped, currency: str) -> Bar:
    return bar(Split(currency, mine.net, mine.shares), creator=_("the creator"))


def _steps(mine: Helped, helper: Helper, terms: Terms, currency: str) -> Iterator[str]:
    """Every step of the division, in plain words and with exact amounts."""
    yield _("The buyer keeps goods for %(net)s, without tax and shipping.") % {"net": exact(mine.net, currency)}
    if helper is Helper.NOBODY:
        yield _("Nobody brought her here, so there is nothing to share: the shop keeps it all.")
        return
    yield _commission(mine, currency)
    yield from _fan_steps(mine, helper, currency)
    yield _("The creator gets all the rest: %(amount)s.") % {"amount": exact(mine.shares.creator, currency)}
    days = terms.hold // DAY
    ready = ngettext(
        "It is ready %(n)s day after the goods were sent.", "It is ready %(n)s days after the goods were sent.", days
    )
    yield ready % {"n": days}
    yield _("If goods come back, their part of every share goes back too.")


def _fan_steps(mine: Helped, helper: Helper, currency: str) -> Iterator[str]:
    """What fan and buyer get of the commission, and why."""
    if helper is Helper.CREATOR:
        yield _("No fan brought this buyer, so no part is a fan’s: what would be hers is the creator’s.")
        return
    part = {"rate": percent(mine.fan_bps), "amount": exact(mine.shares.fan, currency)}
    yield _("The fan brought this buyer to the creator: %(rate)s of the commission are hers, %(amount)s.") % part
    if helper is Helper.BOTH:
        yield _("This time the buyer came by the creator’s own link. The fan’s part stays: she brought her first.")
    elif mine.buyer_bps:
        gift = {"rate": percent(mine.buyer_bps), "amount": exact(mine.shares.buyer, currency)}
        yield _("The fan’s link decided, so the buyer gets %(rate)s of the commission back: %(amount)s.") % gift


def _commission(mine: Helped, currency: str) -> str:
    values = {"amount": exact(mine.commission, currency), "granted": exact(mine.granted, currency)}
    if mine.commission != mine.granted:
        return _("The terms give %(granted)s, of which their limits leave a commission of %(amount)s.") % values
    if mine.bps is None:
        return _("The terms give a commission of %(amount)s on such goods.") % values
    return _("The terms give %(rate)s of it as commission: %(amount)s.") % {**values, "rate": percent(mine.bps)}


def _typical(visit: Visit, found: dict[str, Typical | None]) -> list[tuple[str, str]]:
    """What fans and creators of this programme have earned so far, the zeros included."""
    titles = {"fan": _("Fans"), "creator": _("Creators")}
    return [(title, _told(found[kind], visit.tenant.currency)) for kind, title in titles.items()]


def _told(one: Typical | None, currency: str) -> str:
    if one is None:
        return _("Too few to tell: figures appear from 20 people on.")
    half = _("Half of all %(people)s have earned at most %(median)s in all so far.")
    some = _("Earned anything at all: %(earning)s of them.")
    values = {"people": counted(one.people), "earning": counted(one.earning), "median": shown(one.median, currency)}
    return f"{half} {some}" % values
