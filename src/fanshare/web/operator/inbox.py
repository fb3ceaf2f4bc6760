"""What shops sent to any programme: when, from where, what became of it; never what stands in it."""

from collections.abc import Callable
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, format_rfc3339
from fanshare.flows import inbox
from fanshare.store.queries import operating, tenants
from fanshare.store.queries.operating import Message
from fanshare.store.queries.tenants import Tenant
from fanshare.web.brand.messages import states
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, taken
from fanshare.web.operator.office import AT_ONCE, Office, operated, page

_COLUMNS = ("received_at", "programme", "shop", "topic", "state", "why", "bytes")
_REFUSED_FOR = 7 * DAY


class Received(NamedTuple):
    """A message, and whose it is."""

    house: Tenant
    message: Message


@operated("operator.see")
def inbox_of_all(here: Office) -> Any:
    """Where something waits, is parked or was refused; beneath it the messages of all programmes, or of one."""
    houses = tenants.all_tenants(here.conn)
    wish = asked(here.request.GET, _spec(houses), here.zone)
    chosen = [one for one in houses if wish.chosen["programme"] in ("", one.slug)]
    shown = taken(wish, _received(here, wish, chosen), lambda one: one.message.place)
    if wish.form:
        return exported(wish.form, "inbox", map(_document, shown.rows), _COLUMNS, cut=shown.cut)
    counted = [(one, operating.waiting(here.access(one), here.now - _REFUSED_FOR)) for one in chosen]
    waiting = [(one, found) for one, found in counted if found.waits or found.parked or found.refused]
    said = here.request.GET.get("again", "")
    context = {
        "asked": wish,
        "rows": shown.rows,
        "next": shown.next,
        "states": states(),
        "houses": houses,
        "waiting": waiting[:AT_ONCE],
        "more": max(0, len(waiting) - AT_ONCE),
        "again": said.isdigit() and int(said[:9]),
    }
    return page(here, "operator/inbox.html", context)


@operated("operator.change", form=True)
def inbox_retry(here: Office) -> Any:
    """Have everything that is parked in a programme read once more."""
    if here.request.method != "POST":
        return HttpResponseRedirect(reverse("operator_inbox"))
    tenant = tenants.tenant(here.conn, here.request.POST.get("programme", "")[:100])
    if tenant is None:
        raise BadInputError("unknown_programme", "There is no such programme.", 404)
    count = inbox.retry(here.access(tenant), here.now)
    return HttpResponseRedirect(f"{reverse('operator_inbox')}?again={count}")


def _spec(houses: list[Tenant]) -> Spec:
    filters = {
        "state": (_("state"), {name: said for name, (_kind, _icon, said) in states().items()}),
        "programme": (_("programme"), {one.slug: one.name for one in houses}),
    }
    sorts = {"newest": _("newest first"), "oldest": _("oldest first")}
    return Spec(filters, sorts, search=_("shop, topic or why"))


def _received(here: Office, wish: Asked, houses: list[Tenant]) -> list[Received]:
    """The first behind the place that is asked for, of each programme and then of all: no statement reads across."""
    oldest = wish.sort == "oldest"
    each = (
        [
            Received(house, one)
            for one in operating.messages(
                here.access(house),
                state=wish.chosen["state"],
                text=wish.text,
                since=wish.since,
                until=wish.until,
                oldest=oldest,
                after=wish.after,
                limit=wish.limit + 1,
            )
        ]
        for house in houses
    )
    place: Callable[[Received], tuple[int, int]] = lambda one: one.message.place  # noqa: E731
    return list(islice(merge(*each, key=place, reverse=not oldest), wish.limit + 1))


def _document(row: Received) -> dict[str, Any]:
    house, one = row
    return {
        "received_at": format_rfc3339(one.at),
        "programme": house.slug,
        "shop": f"{one.kind} {one.endpoint}",
        "topic": one.topic,
        "state": one.state,
        "why": one.code,
        "bytes": "" if one.size is None else one.size,
    }
