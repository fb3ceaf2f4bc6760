"""Keep as shop credit: what is ready becomes a code, after one question; an unused code is taken back."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core import shop_credits as way
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.money import Micros, format_minor, parse_amount
from fanshare.core.typed_amount import typed_amount
from fanshare.flows import credit_stock, shop_credits
from fanshare.flows.authorisation import Role
from fanshare.flows.credit_stock import StockOffer
from fanshare.flows.shop_credits import Turnable, Wish
from fanshare.store.queries import fan_days
from fanshare.store.queries import shop_credits as rows
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated
from fanshare.web.wording import writable


@dataclass(frozen=True, slots=True)
class Sure:
    """What is asked once more before money moves. ``key`` makes a second click the same wish."""

    offer: Turnable | StockOffer
    currency: str
    amount: Micros
    key: str

    @property
    def of_stock(self) -> bool:
        """Whether it is a code that the brand made itself."""
        return isinstance(self.offer, StockOffer)

    @property
    def stays(self) -> Micros:
        """What stays ready of what she may turn."""
        return self.offer.most - self.amount


@seated("credit.keep", Role.CREATOR, Role.FAN, form=True, fresh=True)
def keep(here: Here) -> Any:
    """What she may turn into a code, the question before it is done, and what became of her codes."""
    offers, stocks = _offers(here), _stocks(here)
    problem, sure = "", None
    if here.request.method == "POST":
        try:
            sure = _act(here, offers, stocks)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = _words(error)
        else:
            if sure is None:
                return HttpResponseRedirect(here.request.path)
    context = {
        "offers": [] if sure else [(one, _first(here, one)) for one in offers],
        "stocks": [] if sure else [(one, _worths(one)) for one in stocks],
        "sure": sure,
        "typed": format_minor(sure.amount, sure.currency) if sure else "",
        "nothing_ready": not any(amount > 0 for amount in _ready(here).values()),
        "no_shop": not rows.shops(here.access) and not stocks,
        "rows": rows.of_party(here.access, here.me),
        "takes_back": {way.WANTED, way.ASKED, way.SHOWN},
        "problem": problem,
    }
    return page(here, "credit/keep.html", context, status=422 if problem else 200)


def _first(here: Here, offer: Turnable) -> str:
    """What stands in the field: what she wrote there before it was refused, else all that she may turn."""
    wrote, shop = here.request.POST.get("amount", "")[:20], here.request.POST.get("shop", "")
    return wrote if shop == str(offer.shop.id) else writable(offer.most, offer.shop.currency)


def _act(here: Here, offers: list[Turnable], stocks: list[StockOffer]) -> Sure | None:
    """Take one back, ask once more, or turn. ``None`` when it is done."""
    if "back" in here.request.POST:
        shop_credits.cancel(here.programme, here.me, _number(field(here, "back")), here.now)
        return None
    shop, key = _number(field(here, "shop")), field(here, "key", 100)
    currency, of_stock = field(here, "currency", 3), field(here, "stock", 3) == "yes"
    if key:
        ask = credit_stock.take if of_stock else shop_credits.ask
        ask(here.programme, Wish(here.me, shop, currency, parse_amount(field(here, "amount"))), key, here.now)
        return None
    if of_stock:
        return _sure_of(shop, currency, parse_amount(field(here, "amount")), stocks)
    offer = next((one for one in offers if one.shop.id == shop), None)
    if offer is None:
        raise ConflictError("not_ready", "Nothing can be turned into credit of this shop now.")
    amount = typed_amount(field(here, "amount"), offer.shop.currency)
    way.check_amount(amount, offer.most, offer.shop.currency)
    return Sure(offer, offer.shop.currency, amount, shop_credits.drawn_key())


def _sure_of(shop: int, currency: str, amount: Micros, stocks: list[StockOffer]) -> Sure:
    for one in stocks:
        if (one.shop.id, one.currency) == (shop, currency) and amount in one.values:
            return Sure(one, currency, amount, shop_credits.drawn_key())
    raise ConflictError("not_there", "No code of this value can be had now; look again what is there.")


def _worths(offer: StockOffer) -> list[tuple[Micros, str]]:
    return [(one, format_minor(one, offer.currency)) for one in offer.values]


def _offers(here: Here) -> list[Turnable]:
    """What she may turn now; of a fan no more than was ready at midnight, as everywhere on her pages."""
    found = shop_credits.offers(here.programme, here.me, here.now)
    if (ready := _at_midnight(here)) is None:
        return found
    capped = [one._replace(most=way.turnable(_least(one, ready), one.shop.currency)) for one in found]
    return [one for one in capped if one.most]


def _stocks(here: Here) -> list[StockOffer]:
    """The same for codes that the brand made itself."""
    found = credit_stock.offers(here.programme, here.me, here.now)
    if (ready := _at_midnight(here)) is None:
        return found
    capped = [one._replace(most=min(one.most, ready.get(one.currency, 0))) for one in found]
    return [one._replace(values=tuple(of for of in one.values if of <= one.most)) for one in capped if one.most]


def _at_midnight(here: Here) -> dict[str, Micros] | None:
    """What was ready of a fan at midnight, by currency; ``None`` for others."""
    if here.hat.role is not Role.FAN:
        return None
    return {one.currency: one.ready for one in fan_days.purses(here.access, here.me, here.midnight)}


def _ready(here: Here) -> dict[str, Micros]:
    """What is ready of her, by currency; of a fan what was at midnight."""
    then = _at_midnight(here)
    return dict(rows.balances(here.access, here.me)) if then is None else then


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
