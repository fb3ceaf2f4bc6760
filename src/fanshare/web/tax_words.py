"""What a year of payments holds, in words and as rows of a file."""

from collections.abc import Mapping

from fanshare.core.errors import BadInputError
from fanshare.core.money import format_micros
from fanshare.core.tax.kinds import TaxKind
from fanshare.core.tax.rules import Country, Level
from fanshare.core.tax.year import Standing
from fanshare.flows.tax_years import FIRST, Year
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later

KINDS: Mapping[str, str] = {
    TaxKind.COMMISSION: later("commission"),
    TaxKind.SHARE: later("shares of a fan"),
    TaxKind.REBATE: later("rebates"),
    TaxKind.GIFT: later("gifts of fans"),
    TaxKind.EARLIER: later("owed from before"),
    TaxKind.CLAIMED: later("claimed later"),
    TaxKind.EXPENSE: later("expenses paid back"),
    TaxKind.ALLOWANCE: later("expenses without a receipt"),
}
COLUMNS = (
    *("payee", "id", "year", "currency", *KINDS, "paid", "withheld"),
    *("report", "report_amount", "report_from", "report_state"),
)
_STATES = {Level.BELOW: "below", Level.NEAR: "near", Level.REACHED: "reached"}


def years(here: Here, country: Country) -> tuple[int, list[int]]:
    """The year that the address asks for, and all that can be asked for, the newest first. Raises ``BadInputError``
    ``bad_filter``.
    """
    newest = max(FIRST, country.year(here.now))
    known = [*range(newest, FIRST - 1, -1)]
    wanted = here.request.GET.get("year", "") or str(newest)
    if wanted not in map(str, known):
        raise BadInputError("bad_filter", "This list has no such filter or order; start from the list itself.")
    return int(wanted), known


def kinds() -> dict[str, str]:
    """The kinds in words."""
    return {kind: _(words) for kind, words in KINDS.items()}


def files(one: Year, who: str, public_id: str, year: int) -> list[dict[str, object]]:
    """A row for each currency that she was paid in; reports stand on the rows of their currency."""
    rows: list[dict[str, object]] = []
    for currency, amounts in sorted(one.sums.items()):
        rows.append(
            {
                "payee": who,
                "id": public_id,
                "year": year,
                "currency": currency,
                **{kind: format_micros(amounts.get(TaxKind(kind), 0)) for kind in KINDS},
                "paid": format_micros(one.paid(currency)),
                "withheld": format_micros(one.withheld.get(currency, 0)),
                **_report([row for row in one.standings if not row.report.by_provider], currency, year),
            }
        )
    return rows


def nothing(who: str, public_id: str, year: int) -> dict[str, object]:
    """The row of somebody whom the page shows although nothing of hers counts in the year, as after a gift alone."""
    told: dict[str, object] = {"payee": who, "id": public_id, "year": year}
    return {**dict.fromkeys(COLUMNS, ""), **told}


def _report(standings: list[Standing], currency: str, year: int) -> dict[str, str]:
    """Of the reports that who pays has to make, the nearest; of an amount in another currency none."""
    mine = [row for row in standings if row.amount and row.currency == currency]
    if not mine:
        return dict.fromkeys(("report", "report_amount", "report_from", "report_state"), "")
    nearest = max(mine, key=lambda row: row.level)
    figure = nearest.report.figure(year)
    return {
        "report": nearest.report.name,
        "report_amount": format_micros(nearest.amount),
        "report_from": "" if figure is None else format_micros(figure.amount),
        "report_state": _STATES[nearest.level],
    }
