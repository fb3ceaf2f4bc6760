"""Programmes: what each here offers creators beside the one she is in, and who else is in it and lets that be seen."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.money import format_micros
from fanshare.core.punctuality import Punctuality
from fanshare.core.terms_beside import beside
from fanshare.core.terms_sentences import Topic
from fanshare.flows.authorisation import Role
from fanshare.flows.offers import Offer
from fanshare.flows.offers import beside as more_than
from fanshare.flows.outlook import EXAMPLE, Outlook
from fanshare.store.queries import fellows
from fanshare.web.came_back import of_all, told
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.exports import exported
from fanshare.web.joining.looking import funded, promises
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.lists import PAGE, Asked, Spec, Taken, asked, behind, by_number, taken
from fanshare.web.seated import field, page, seated

_COLUMNS = (
    "programme", "currency", "order", "creator_alone", "creator_with_fan", "fan", "buyer",
    "ready_after_days", "notice_days", "admission", "half_paid_within_days",
    "orders_looked_at", "came_back_at_least", "came_back_at_most",
)  # fmt: skip


@seated("creator.programmes", Role.CREATOR, form=True)
def programmes(here: Here) -> Any:
    """Find a programme, see how its terms differ and how promptly it pays; say whether others may see her."""
    if here.request.method == "POST":
        fellows.show(here.access, here.me, field(here, "seen") == "yes", here.now)
        return HttpResponseRedirect(f"{here.request.path}?kept=1#fellows")
    everyone = here.desk.offers(here.access.conn)
    wish = asked(here.request.GET, _spec(everyone), here.zone, behind=here.request.GET.get("behind", "")[:20])
    fits = [one for one in everyone if _fits(here, wish, one)]
    shown = taken(wish, behind(wish, _sorted(fits, wish), lambda one: one.id), by_number)
    if wish.form:
        return exported(wish.form, "programmes", map(_row, shown.rows), _COLUMNS, cut=shown.cut)
    return _list(here, wish, everyone, shown)


@seated("creator.programmes", Role.CREATOR)
def compared(here: Here, other: str) -> Any:
    """The terms of another programme beside those of the one she is in, sentence by sentence."""
    everyone = {one.slug: one for one in here.desk.offers(here.access.conn)}
    mine, there = everyone.get(here.tenant.slug), everyone.get(other)
    if mine is None or there is None or mine is there:
        return error_page(here.request, 404)
    context = {
        "mine": mine,
        "there": there,
        "topics": beside((mine.terms, mine.outlook.currency), (there.terms, there.outlook.currency)),
        "headings": _topics(),
        "paid": [(*promises(one.outlook), *of_all(one.came_back)) for one in (mine, there)],
        "inside": there.slug in _mine(here),
    }
    return page(here, "creator/compared.html", context)


def _topics() -> dict[Topic, str]:
    return {
        Topic.WHO_EARNS: _("Who earns"),
        Topic.COMMISSION: _("Commission"),
        Topic.BONUSES: _("Bonuses"),
        Topic.LIMITS: _("Limits"),
        Topic.FANS: _("Fans and buyers"),
        Topic.TIME: _("When, and for how long it holds"),
    }


def _spec(everyone: Sequence[Offer]) -> Spec:
    """No days: an offer is of now, and since when a programme is here says nothing about it."""
    sorts = {"name": _("by name"), "more": _("what an order brings"), "sooner": _("what is ready soonest")}
    ways = {"in": _("you are in it"), "open": _("open to everybody"), "application": _("by application")}
    currencies = {one: one for one in sorted({offer.outlook.currency for offer in everyone})}
    filters = {"way": (_("your way in"), ways), "currency": (_("currency"), currencies)}
    return Spec(filters, sorts, _("name"), dates=False)


def _mine(here: Here) -> set[str]:
    """The programmes in which she is a creator, by their short names."""
    return {hat.programme for hat in (here.hat, *here.others) if hat.role is Role.CREATOR}


def _fits(here: Here, wish: Asked, one: Offer) -> bool:
    way = "in" if one.slug in _mine(here) else "open" if one.outlook.open_admission else "application"
    named = wish.text.casefold() in one.name.casefold()
    return named and wish.chosen["way"] in ("", way) and wish.chosen["currency"] in ("", one.outlook.currency)


def _list(here: Here, wish: Asked, everyone: Sequence[Offer], shown: Taken[Offer]) -> Any:
    first = _behind(here)
    others = fellows.fellows(here.access, here.me, first, PAGE + 1)
    mine = _mine(here)
    context = {
        "asked": wish,
        "order": EXAMPLE,
        "rows": [
            (one, more_than(one, everyone, here.tenant.slug), _paid(one.outlook), one.slug in mine)
            for one in shown.rows
        ],
        "next": shown.next,
        "told": told,
        "seen": fellows.is_seen(here.access, here.me),
        "kept": here.request.GET.get("kept") == "1",
        "fellows": others[:PAGE],
        "more_fellows": others[PAGE - 1].party if len(others) > PAGE else None,
        "behind": first,
    }
    return page(here, "creator/programmes.html", context)


def _paid(found: Outlook) -> str:
    """How promptly it pays, and whether the money for it is there."""
    words = _promptly(found.punctuality)
    return words if found.funding is None else f"{words}. {funded(found.funding)}"


def _promptly(known: Punctuality | None) -> str:
    if known is None:
        return _("too few payouts yet to tell")
    if known.unpaid:
        words = ngettext("half waits for more than %(n)s day", "half waits for more than %(n)s days", known.days)
    else:
        words = ngettext("half within %(n)s day", "half within %(n)s days", known.days)
    return words % {"n": known.days}


def _sorted(found: Sequence[Offer], wish: Asked) -> list[Offer]:
    """Orders are compared within a currency: her own programme's order of names stands between equals."""
    if wish.sort == "more":
        return sorted(found, key=lambda one: (one.outlook.currency, -one.outlook.shares.creator_alone))
    if wish.sort == "sooner":
        return sorted(found, key=lambda one: one.outlook.hold_days)
    return list(found)


def _behind(here: Here) -> int:
    text = here.request.GET.get("behind", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _row(offer: Offer) -> dict[str, Any]:
    known = offer.outlook
    paid = known.punctuality
    back = next(iter(offer.came_back or ()), None)
    return {
        "programme": offer.name,
        "currency": known.currency,
        "order": format_micros(EXAMPLE),
        "creator_alone": format_micros(known.shares.creator_alone),
        "creator_with_fan": format_micros(known.shares.creator),
        "fan": format_micros(known.shares.fan),
        "buyer": format_micros(known.shares.buyer),
        "ready_after_days": known.hold_days,
        "notice_days": known.notice_days,
        "admission": "open" if known.open_admission else "by_application",
        "half_paid_within_days": "" if paid is None or paid.unpaid else paid.days,
        "orders_looked_at": "" if back is None else back.orders,
        "came_back_at_least": "" if back is None else back.back,
        "came_back_at_most": "" if back is None else back.most,
    }
