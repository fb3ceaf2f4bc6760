"""The programmes of this installation: found, and founded."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.flows import invitations, programmes
from fanshare.store.queries import tenants
from fanshare.store.queries.tenants import Tenant
from fanshare.web import language, site
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, behind, by_number, taken
from fanshare.web.operator.office import Office, field, operated, page
from fanshare.web.said import plain

_FOUNDING = ("name", "currency", "country", "time_zone", "slug", "contact", "owner")
_COLUMNS = ("name", "slug", "currency", "country", "time_zone", "admission", "terms", "founded_at")


@operated("operator.change", form=True, fresh=True)
def all_programmes(here: Office) -> Any:
    """The programmes of this installation, and a form that founds another one."""
    problem = ""
    typed = {name: field(here, name, strict=False) for name in _FOUNDING}
    if here.request.method == "POST":
        try:
            made = programmes.found(
                here.conn, here.desk.keys, _wished(here), here.now, here.actor, owner=field(here, "owner")
            )
        except FanshareError as error:
            problem = plain(error)
        else:
            if (owner := field(here, "owner")) and site.of(here.request).accounts.sends_mail:
                said = language.of_visitor(here.request)
                invitations.invite(here.access(made), made.public_id, here.desk.keys, owner, said, here.now)
            return HttpResponseRedirect(f"{reverse('operator_programmes')}?founded={made.slug}")
    admissions = {"open": _("open to everybody"), "application": _("by application")}
    sorts = {"oldest": _("oldest first"), "newest": _("newest first"), "name": _("by name")}
    spec = Spec({"admission": (_("admission"), admissions)}, sorts, search=_("name"))
    wish, founded_at = asked(here.request.GET, spec, here.zone), tenants.founded_at(here.conn)
    shown = taken(wish, behind(wish, _found(here, wish, founded_at), lambda one: one.id), by_number)
    rows = [(one, tenants.newest_version(here.access(one)), founded_at[one.id]) for one in shown.rows]
    if wish.form:
        return exported(wish.form, "programmes", (_document(*row) for row in rows), _COLUMNS, cut=shown.cut)
    context = {
        "asked": wish,
        "rows": rows,
        "next": shown.next,
        "problem": problem,
        "typed": typed,
        "admissions": admissions,
        "founded": tenants.tenant(here.conn, here.request.GET.get("founded", "")[:100]),
    }
    return page(here, "operator/programmes.html", context, status=422 if problem else 200)


def _found(here: Office, wish: Asked, founded_at: Mapping[int, Instant]) -> list[Tenant]:
    """All that fit, in the order that is asked for: an installation has few enough to be held at once."""
    since, until, text = wish.since, wish.until, wish.text.casefold()
    rows = [
        one
        for one in tenants.all_tenants(here.conn)
        if (text in one.name.casefold() or text in one.slug)
        and wish.chosen["admission"] in ("", one.admission)
        and (since is None or founded_at[one.id] >= since)
        and (until is None or founded_at[one.id] < until)
    ]
    if wish.sort == "name":
        return sorted(rows, key=lambda one: (one.name.casefold(), one.id))
    return rows[::-1] if wish.sort == "newest" else rows


def _document(one: Tenant, terms: int, founded_at: Instant) -> dict[str, Any]:
    return {
        "name": one.name,
        "slug": one.slug,
        "currency": one.currency,
        "country": one.country,
        "time_zone": one.time_zone,
        "admission": one.admission,
        "terms": terms or "",
        "founded_at": format_rfc3339(founded_at),
    }


def _wished(here: Office) -> Any:
    name, currency, country, time_zone, slug, contact, _owner = (field(here, one) for one in _FOUNDING)
    demo = any(one.demo for one in tenants.all_tenants(here.conn))
    return programmes.checked(name, currency, country, time_zone or "UTC", slug=slug, contact=contact, demo=demo)
