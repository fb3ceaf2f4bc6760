"""Keep as shop credit: what is ready becomes a code, after one question; an unused code is taken back."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core import shop_credits as way
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.money import Micros, format_minor, parse_amount
from fanshare.flows import shop_credits
from fanshare.flows.authorisation import Role
from fanshare.flows.shop_credits import Turnable, Wish
from fanshare.store.queries import fan_days
from fanshare.store.queries import shop_credits as rows
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated


@dataclass(frozen=True, slots=True)
class Sure:
    """What is asked once more before money moves. ``key`` makes a second click the same wish."""

    offer: Turnable
    amount: Micros
    key: str


@seated("credit.keep", Role.CREATOR, Role.FAN, form=True, fresh=True)
def keep(here: Here) -> Any:
    """What she may turn into a code, the question before it is done, and what became of her codes."""
    offers = _offers(here)
    problem, sure = "", None
    if here.request.method == "POST":
        try:
            sure = _act(here, offers)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = _words(error)
        else:
            if sure is None:
                return HttpResponseRedirect(here.request.path)
    context = {
        "offers": [] if sure else [(one, format_minor(one.most, one.shop.currency)) for one in offers],
        "sure": sure,
        "typed": format_minor(sure.amount, sure.offer.shop.currency) if sure else "",
        "rows": rows.of_party(here.access, here.me),
        "takes_back": {way.WANTED, way.ASKED, way.SHOWN},
        "problem": problem,
    }
    return page(here, "credit/keep.html", context, status=422 if problem else 200)


def _act(here: Here, offers: list[Turnable]) -> Sure | None:
    """Take one back, ask once more, or turn. ``None`` when it is done."""
    if "back" in here.request.POST:
        shop_credits.cancel(here.programme, here.me, _number(field(here, "back")), here.now)
        return None
    shop, key = _number(field(here, "shop")), field(here, "key", 100)
    offer = next((one for one in offers if one.shop.id == shop), None)
    if key:
        amount, currency = parse_amount(field(here, "amount")), field(here, "currency", 3)
        shop_credits.ask(here.programme, Wish(here.me, shop, currency, amount), key, here.now)
        return None
    if offer is None:
        raise ConflictError("not_ready", "Nothing can be turned into credit of this shop now.")
    amount = parse_amount(field(here, "amount"))
    way.check_amount(amount, offer.most, offer.shop.currency)
    return Sure(offer, amount, shop_credits.drawn_key())


def _offers(here: Here) -> list[Turnable]:
    """What she may turn now; of a fan no more than was ready at midnight, as everywhere on her pages."""
    found = shop_credits.offers(here.programme, here.me, here.now)
    if here.hat.role is not Role.FAN:
        return found
    ready = {one.currency: one.ready for one in fan_days.purses(here.access, here.me, here.midnight)}
    capped = [one._replace(most=way.turnable(_least(one, ready), one.shop.currency)) for one in found]
    return [one for one in capped if one.most]


def _least(offer: Turnable, ready: dict[str, Micros]) -> Micros:
    return min(offer.most, ready.get(offer.shop.currency, 0))


def _number(text: str) -> int:
    """Raises ``BadInputError`` ``unknown_credit``."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise BadInputError("unknown_credit", "There is no such credit.", 404)
    return int(text)


def _words(error: FanshareError) -> str:
    """What went wrong, in her language where it is an everyday thing."""
    known = {
        "bad_amount": _("Write the amount in digits, such as 5.00, and in whole cents."),
        "not_ready": _("This is more than may be turned into credit now; look again what is ready."),
        "bad_credit_state": _("This code was used or is over; there is nothing to take back."),
        "unknown_credit": _("There is no such code of yours."),
        "no_credit_here": _("This shop gives no credit any more."),
    }
    return known.get(error.code) or plain(error)
