"""Her own year: what she was paid, of which kinds, what was held for the tax authority; to print, and as JSON."""

from typing import Any

from django.http import HttpResponse

from fanshare.core.canonical import canonical
from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.core.tax.rules import Country, Level
from fanshare.flows import dpi_copy, tax_years
from fanshare.flows.authorisation import Role
from fanshare.flows.dpi_copy import Copy, Line
from fanshare.flows.tax_years import Year
from fanshare.flows.withholding import home
from fanshare.web.desk import Here
from fanshare.web.seated import page, seated
from fanshare.web.tax_words import kinds, years


@seated("payee.tax", Role.CREATOR, Role.FAN)
def year(here: Here) -> Any:
    """A calendar year, as it is counted where the brand is; days of payments are hers."""
    country = home(here.access)
    wanted, known = years(here, country)
    [mine] = tax_years.of_parties(here.access, wanted, [here.me])
    reported = dpi_copy.of_year(here.access, here.programme.keys, here.me, wanted)
    if here.request.GET.get("as") == "json":
        return _json(here, country, wanted, mine, reported)
    context = {
        "year": wanted,
        "years": known,
        "zone": country.zone,
        "mine": mine,
        "reported": reported,
        "kinds": kinds(),
        "levels": Level,
        "earnings": "creator_earnings" if here.hat.role is Role.CREATOR else "fan_earnings",
    }
    return page(here, "payee/tax_year.html", context)


def _json(here: Here, country: Country, wanted: int, mine: Year, reported: Copy | None) -> Any:
    said = {
        "brand": here.tenant.name,
        "year": wanted,
        "zone": country.zone,
        "sums": {
            currency: {str(kind): format_micros(amount) for kind, amount in amounts.items()}
            for currency, amounts in mine.sums.items()
        },
        "withheld": {currency: format_micros(amount) for currency, amount in mine.withheld.items()},
        "payments": [
            {
                "at": format_rfc3339(one.paid_at or 0),
                "currency": one.currency,
                "amount": format_micros(one.amount),
                "kinds": {str(kind): format_micros(amount) for kind, amount in one.kinds.items()},
                "withheld": one.withheld,
                "given": one.gift is not None,
            }
            for one in mine.payments
        ],
        "reports": [
            {"name": row.report.name, "amount": format_micros(row.amount), "currency": row.currency}
            for row in mine.standings
            if row.level is Level.REACHED
        ],
        "platform_report": None if reported is None else _copy(reported),
    }
    response = HttpResponse(canonical(said), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="year-{wanted}.json"'
    return response


def _copy(reported: Copy) -> dict[str, Any]:
    """Her copy of what a platform for several brands reports of her: as it is now, and as the authority knows it."""
    return {
        "by": reported.operator,
        "due": reported.due.isoformat(),
        "now": {currency: [*map(_quarter, lines)] for currency, lines in reported.lines.items()},
        "reported": [
            {
                "currency": one.currency,
                "reference": one.ref,
                "at": format_rfc3339(one.at),
                "quarters": [*map(_quarter, one.lines)],
            }
            for one in reported.told
        ],
    }


def _quarter(line: Line) -> dict[str, Any]:
    return {
        "consideration": format_micros(line.consideration),
        "activities": line.activities,
        "fees": format_micros(line.fees),
        "taxes": format_micros(line.taxes),
    }
