"""Which VAT an invoice shows: standard rates by country and day, small businesses, reverse charge, outside the scope.

Sources: Council Directive 2006/112/EC, Art. 44 (where a service to a business is), 196 and 226 (11a) (reverse charge),
284 (small businesses); rates of December 2025 from the European Commission's Taxes in Europe Database and the national
laws; codes of reasons (VATEX) from the CEF code list. A table ends where nothing was known when it was written: after
that the rate has to be typed, and nothing is made up. Special places (the Canary Islands, Büsingen) are not told apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fanshare.core.errors import BadInputError
from fanshare.core.invoices.model import Category, Party, Treatment

#: The first and the last day that the tables are about.
KNOWN_SINCE, KNOWN_UNTIL = date(2025, 1, 1), date(2026, 12, 31)
_OLD = KNOWN_SINCE

#: Standard rates in basis points by the day they begin.
RATES: Mapping[str, tuple[tuple[date, int], ...]] = {
    "AT": ((_OLD, 2000),),
    "BE": ((_OLD, 2100),),
    "BG": ((_OLD, 2000),),
    "CH": ((_OLD, 810),),
    "CY": ((_OLD, 1900),),
    "CZ": ((_OLD, 2100),),
    "DE": ((_OLD, 1900),),
    "DK": ((_OLD, 2500),),
    "EE": ((_OLD, 2200), (date(2025, 7, 1), 2400)),
    "ES": ((_OLD, 2100),),
    "FI": ((_OLD, 2550),),
    "FR": ((_OLD, 2000),),
    "GB": ((_OLD, 2000),),
    "GR": ((_OLD, 2400),),
    "HR": ((_OLD, 2500),),
    "HU": ((_OLD, 2700),),
    "IE": ((_OLD, 2300),),
    "IT": ((_OLD, 2200),),
    "LT": ((_OLD, 2100),),
    "LU": ((_OLD, 1700),),
    "LV": ((_OLD, 2100),),
    "MT": ((_OLD, 1800),),
    "NL": ((_OLD, 2100),),
    "PL": ((_OLD, 2300),),
    "PT": ((_OLD, 2300),),
    "RO": ((_OLD, 1900), (date(2025, 8, 1), 2100)),
    "SE": ((_OLD, 2500),),
    "SI": ((_OLD, 2200),),
    "SK": ((_OLD, 2300),),
}
#: Outside the Union, with a table all the same.
_OTHERS = {"CH", "GB"}
UNION = frozenset(RATES) - _OTHERS
#: The currency in which a country wants to see its VAT (Directive 2006/112/EC, Art. 230): the euro, else its own.
OWN_CURRENCY = {"CH": "CHF", "CZ": "CZK", "DK": "DKK", "GB": "GBP", "HU": "HUF", "PL": "PLN", "RO": "RON", "SE": "SEK"}
#: Bulgaria has the euro since this day.
_BULGARIA = date(2026, 1, 1)

#: What a small business writes, by country: where a law asks for words of its own. Language, words.
_SMALL: Mapping[str, tuple[str, str]] = {
    "AT": ("Steuerfrei, Kleinunternehmer (§ 6 Abs. 1 Z 27 UStG 1994)", "§ 6 Abs. 1 Z 27 UStG 1994"),
    "DE": ("Steuerbefreiung für Kleinunternehmer (§ 19 UStG)", "§ 19 UStG, § 34a UStDV"),
    "FR": ("TVA non applicable, article 293 B du CGI", "art. 293 B du CGI"),
}
_SMALL_ELSEWHERE = "Exempt: small business (Directive 2006/112/EC, Art. 284)"
_REVERSE = {
    "de": "Steuerschuldnerschaft des Leistungsempfängers (Reverse charge)",
    "en": "Reverse charge: the customer owes the VAT",
}
_OUTSIDE = {
    "de": "Nicht steuerbar: Ort der Leistung ist beim Empfänger außerhalb der EU",
    "en": "Outside the scope of VAT: the place of supply is where the customer is, outside the EU",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a seller is taxed at home: ``small`` by the scheme for small businesses, else by the usual rules."""

    small: bool


def standard_rate(country: str, day: date) -> int:
    """Basis points on a day. Raises ``BadInputError`` (``rate_unknown``) where the table says nothing."""
    if KNOWN_SINCE <= day <= KNOWN_UNTIL:
        for since, rate in reversed(RATES.get(country, ())):
            if since <= day:
                return rate
    raise BadInputError("vat_rate_unknown", "The VAT rate of this country and day is not in the table.")


def standard(rate: int) -> Treatment:
    """VAT at a rate, in basis points."""
    return Treatment(Category.STANDARD, rate, source="Directive 2006/112/EC, Art. 97")


def small(country: str) -> Treatment:
    """None, because the seller is a small business there."""
    words, source = _SMALL.get(country, (_SMALL_ELSEWHERE, "Directive 2006/112/EC, Art. 284"))
    return Treatment(Category.EXEMPT, 0, words, "VATEX-FR-FRANCHISE" if country == "FR" else "", source)


def reverse(language: str) -> Treatment:
    """None, because the buyer owes it."""
    return Treatment(Category.REVERSE, 0, _said(_REVERSE, language), "VATEX-EU-AE", "Directive 2006/112/EC, Art. 196")


def outside(language: str) -> Treatment:
    """None, because what was done belongs to a country outside the Union."""
    return Treatment(Category.OUTSIDE, 0, _said(_OUTSIDE, language), "VATEX-EU-O", "Directive 2006/112/EC, Art. 44")


def between(seller: Party, standing: Standing, buyer: Party, day: date, language: str) -> Treatment:
    """The usual treatment of a service that one business does for another on a day.

    Raises ``BadInputError`` (``vat_rate_unknown``) where the table says nothing.
    """
    if seller.country == buyer.country:
        return small(seller.country) if standing.small else standard(standard_rate(seller.country, day))
    return reverse(language) if buyer.country in UNION else outside(language)


def currency_of(country: str, day: date) -> str:
    """In which currency a country wants to see its VAT on a day."""
    if country == "BG" and day < _BULGARIA:
        return "BGN"
    return OWN_CURRENCY.get(country, "EUR")


def _said(words: Mapping[str, str], language: str) -> str:
    return words.get(language, words["en"])
