"""Programmes: what each here offers creators beside the one she is in, and who else is in it and lets that be seen."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.money import format_micros
from fanshare.core.punctuality import Punctuality
from fanshare.flows.authorisation import Role
from fanshare.flows.offers import Offer, beside
from fanshare.flows.outlook import EXAMPLE, Outlook
from fanshare.store.queries import fellows
from fanshare.web.came_back import told
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.joining.looking import funded
from fanshare.web.language import gettext as _
from fanshare.web.language import ngettext
from fanshare.web.lists import PAGE, Asked, Spec, asked, place
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
    sorts = {"name": _("by name"), "more": _("what an order brings"), "sooner": _("what is ready soonest")}
    behind = here.request.GET.get("behind", "")[:20]
    wish = asked(here.request.GET, Spec({}, sorts, _("search"), dates=False), here.zone, behind=behind)
    everyone = here.desk.offers(here.access.conn)
    found = _sorted([one for one in everyone if wish.text.casefold() in one.name.casefold()], wish)
    if wish.form:
        return exported(wish.form, "programmes", map(_row, found), _COLUMNS, cut=False)
    return _list(here, wish, everyone, found)


def _list(here: Here, wish: Asked, everyone: Sequence[Offer], found: Sequence[Offer]) -> Any:
    first = max(0, wish.after[0]) if wish.after is not None else 0
    behind = _behind(here)
    others = fellows.fellows(here.access, here.me, behind, PAGE + 1)
    mine = {hat.programme for hat in (here.hat, *here.others) if hat.role is Role.CREATOR}
    context = {
        "asked": wish,
        "order": EXAMPLE,
        "rows": [
            (one, beside(one, everyone, here.tenant.slug), _paid(one.outlook), one.slug in mine)
            for one in found[first : first + PAGE]
        ],
        "next": place((first + PAGE, 0)) if len(found) > first + PAGE else "",
        "told": told,
        "seen": fellows.is_seen(here.access, here.me),
        "kept": here.request.GET.get("kept") == "1",
        "fellows": others[:PAGE],
        "more_fellows": others[PAGE - 1].party if len(others) > PAGE else None,
        "behind": behind,
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
