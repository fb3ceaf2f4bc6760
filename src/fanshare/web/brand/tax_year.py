"""A year of payments for the tax: per payee kinds, sums, what was held, and how near each report is."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.tax.rules import Level
from fanshare.flows import tax_alerts, tax_years
from fanshare.flows.authorisation import Role
from fanshare.flows.withholding import home
from fanshare.store.queries import brand_mail as mails
from fanshare.store.queries import listing
from fanshare.web import lists
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import MOST_EXPORTED, Asked
from fanshare.web.seated import page, seated
from fanshare.web.tax_words import COLUMNS, files, kinds, nothing, years

_AT_ONCE = 200


@seated("brand.tax", Role.BRAND, Role.OPERATOR, form=True)
def year(here: Here) -> Any:
    """A calendar year, as it is counted where the brand is; and whether who reads it is told of thresholds by mail."""
    country = home(here.access)
    of_brand = here.hat.role is Role.BRAND
    if here.request.method == "POST":
        if of_brand:
            mails.choose(here.access, here.me, here.now, wanted=here.request.POST.get("mail") == "yes")
        return HttpResponseRedirect(reverse("brand_tax_year", args=[here.tenant.slug]))
    wanted, known = years(here, country)
    spec = lists.Spec(
        filters={},
        sorts={"id": ""},
        search=_("Name of a creator, or how an id begins"),
        dates=False,
    )
    asked = lists.asked(here.request.GET, spec, here.zone, year=str(wanted))
    if asked.form:
        return _file(here, asked, wanted)
    found = tax_years.page(here.access, wanted, text=asked.text, after=_after(asked), limit=asked.limit + 1)
    shown = lists.taken(asked, found, lambda one: (0, one.party))
    people = listing.named(here.access, [one.party for one in shown.rows])
    context = {
        "asked": asked,
        "year": wanted,
        "years": known,
        "zone": country.zone,
        "kinds": kinds(),
        "levels": Level,
        "rows": [(named(who.kind, who.name, who.public_id), one) for one in shown.rows for who in [people[one.party]]],
        "next": shown.next,
        "reports": [
            (report, report.figure(wanted), report.due_on(wanted))
            for report in country.asked(several_brands=here.tenant.several_brands)
            if report.kinds
        ],
        "currency": country.currency,
        "may_report": not of_brand and here.tenant.several_brands,
        "mail": of_brand and bool(tax_alerts.asked(here.access, country)),
        "told": of_brand and not mails.stopped(here.access, here.me),
    }
    return page(here, "brand/tax_year.html", context)


def _after(asked: Asked) -> int:
    return 0 if asked.after is None else asked.after[1]


def _file(here: Here, asked: Asked, wanted: int) -> Any:
    """All of it, in slices, so that no more than a few payees' lives are in memory."""
    rows: list[dict[str, object]] = []
    after = 0
    while len(rows) <= MOST_EXPORTED:
        found = tax_years.page(here.access, wanted, text=asked.text, after=after, limit=_AT_ONCE)
        people = listing.named(here.access, [one.party for one in found])
        for one in found:
            who = people[one.party]
            called = named(who.kind, who.name, who.public_id)
            rows += files(one, called, who.public_id, wanted) or [nothing(called, who.public_id, wanted)]
        if len(found) < _AT_ONCE:
            break
        after = found[-1].party
    return exported(asked.form, f"tax-year-{wanted}", rows[:MOST_EXPORTED], COLUMNS, cut=len(rows) > MOST_EXPORTED)
