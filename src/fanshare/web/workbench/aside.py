"""What to put aside for tax and insurance, by quarter: a range by tables with dates, or by a rate of her own."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError
from fanshare.core.instants import local_date, zone
from fanshare.core.money import format_percent
from fanshare.core.typed_amount import in_field
from fanshare.core.workbench import typed as reading
from fanshare.core.workbench.aside import NO, YES, Quarter, by_quarter, vat_of
from fanshare.core.workbench.aside_rules import Country
from fanshare.core.workbench.documents import Shelf
from fanshare.core.workbench.entries import Aside, Cost
from fanshare.core.workbench.invoicing import Issued
from fanshare.core.workbench.lines import Line, lines
from fanshare.flows import tax_rules, workbench_books
from fanshare.web.language import gettext, later
from fanshare.web.said import plain
from fanshare.web.workbench.bench import Bench, benched, page, typed

_COUNTRIES = {
    "DE": later("Germany"),
    "AT": later("Austria"),
    "GB": later("United Kingdom (not Scotland)"),
    "US": later("United States (federal)"),
}
_ASKED = {
    "insured": later("Do you pay statutory health insurance yourself, because no job or family insures you?"),
    "childless": later("Are you 23 or older and without children?"),
    "church": later("Do you pay church tax?"),
    "qbi": later("Does the deduction for business income (section 199A) apply to you?"),
}
_UNKNOWN = {
    "DE": later(
        "Not counted: children, a joint assessment with a partner, pension insurance, the Künstlersozialkasse (it "
        "bears half), private insurance, trade tax, and what you may take off besides."
    ),
    "AT": later(
        "Not counted: tax credits, a trade licence that asks for insurance below the limit too, corrections of "
        "insurance for earlier years, reliefs for small side incomes, and what you may take off besides."
    ),
    "GB": later(
        "Not counted: Scotland’s own rates, the trading allowance of 1,000 instead of your costs, student loans, the "
        "child benefit charge, marriage allowance, pensions, and what you may take off besides."
    ),
    "US": later(
        "Not counted: the taxes of states and cities, a joint return, children and credits, itemized deductions, "
        "your own health insurance, and what you may take off besides. It is reckoned for somebody single."
    ),
}
_LAST_YEARS = 5


@benched(form=True, opened=True)
def aside(bench: Bench) -> Any:
    """The quarters of a tax year, and what she says of herself."""
    shelf = bench.shelf()
    if bench.request.method != "POST":
        return _aside(bench, shelf)
    try:
        workbench_books.keep_aside(bench.books, _said(bench, shelf))
    except BadInputError as error:
        return _aside(bench, shelf, problem=plain(error))
    return HttpResponseRedirect(reverse("workbench_aside"))


def _known(currency: str) -> dict[str, Country]:
    """Tables in the currency of the books: nothing is converted."""
    return {code: one for code, one in tax_rules.set_aside().items() if one.currency == currency}


def _said(bench: Bench, shelf: Shelf) -> Aside:
    known = _known(shelf.settings.currency)
    code = reading.one_of(typed(bench, "country"), known)
    own = reading.percent(typed(bench, "own")) or 0
    if own < 0:
        raise BadInputError("bad_rate", "Write a rate such as 1.27, between -10 and 50.")
    said = {one: reading.one_of(typed(bench, one), {"", YES, NO}) for one in known[code].asks}
    answers = ",".join(f"{one}={answer}" for one, answer in said.items() if answer)
    return Aside(code, reading.amount(typed(bench, "other")), own, answers)


def _answers(said: Aside) -> dict[str, str]:
    return dict(one.split("=", 1) for one in said.answers.split(",") if "=" in one)


def _aside(bench: Bench, shelf: Shelf, *, problem: str = "") -> Any:
    today = local_date(bench.now, zone(shelf.settings.zone))
    known = _known(shelf.settings.currency)
    kept = shelf.aside if shelf.aside is not None and shelf.aside.country in known else None
    context: dict[str, Any] = {
        "currency": shelf.settings.currency,
        "countries": {code: gettext(_COUNTRIES[code]) for code in known},
        "values": _typed(bench, kept),
        "asked": [],
        "kept": kept,
        "problem": problem,
    }
    if kept is not None:
        context |= _shown(bench, shelf, known[kept.country], kept, today)
    return page(bench, "workbench/aside.html", context, status=422 if problem else 200)


def _typed(bench: Bench, kept: Aside | None) -> Mapping[str, str]:
    """What stands in the form: what was typed, else what was kept."""
    empty = dict.fromkeys(("country", "other", "own", *_ASKED), "")
    if bench.request.method == "POST":
        return {name: str(bench.request.POST.get(name, ""))[:40] for name in empty}
    if kept is None:
        return empty
    return {
        **empty,
        **_answers(kept),
        "country": kept.country,
        "other": in_field(kept.other) if kept.other else "",
        "own": format_percent(kept.own) if kept.own else "",
    }


def _shown(bench: Bench, shelf: Shelf, country: Country, kept: Aside, today: date) -> dict[str, Any]:
    earned = workbench_books.earned(bench.conn, bench.worn, shelf.settings.currency)
    found, year = lines(shelf.books(earned.counted), today), _year(bench, country.year_of(today))
    quarters = by_quarter(country, year, found, today, kept.other, _answers(kept), kept.own)
    table = country.years.get(year)
    return {
        "year": year,
        "years": _years(country, found, today),
        "quarters": [(one, *_vat(shelf, one)) for one in quarters],
        "taxed": any(sum(_vat(shelf, one)) for one in quarters),
        "least": sum(one.least for one in quarters),
        "most": sum(one.most for one in quarters),
        "profit": sum(one.profit for one in quarters),
        "due": [day for day in country.due_on(year) if day >= today],
        "table": table,
        "due_source": country.due_source,
        "language": "de" if country.code in ("DE", "AT") else "en",
        "name": gettext(_COUNTRIES[country.code]),
        "asked": [(one, gettext(_ASKED[one])) for one in country.asks],
        "unknown": gettext(_UNKNOWN[country.code]),
        "others": sorted(earned.others.items()),
        "named": f"{year}/{(year + 1) % 100:02d}" if country.quarters[0][:2] != (1, 1) else str(year),
    }


def _vat(shelf: Shelf, quarter: Quarter) -> tuple[int, int]:
    return vat_of(shelf.of(Issued), shelf.of(Cost), quarter.first, quarter.last)


def _years(country: Country, found: list[Line], today: date) -> list[int]:
    """Years in which something stands, the newest first, and this one."""
    seen = {country.year_of(line.day) for line in found} | {country.year_of(today)}
    return sorted(seen, reverse=True)[:_LAST_YEARS]


def _year(bench: Bench, usual: int) -> int:
    asked = str(bench.request.GET.get("year", ""))
    return int(asked) if asked.isascii() and asked.isdigit() and 2000 <= int(asked[:5]) <= usual else usual
