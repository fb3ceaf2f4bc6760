"""Invoices for tests: Cleo in Berlin, who sells, and Bea in Munich, who buys."""

from dataclasses import replace
from datetime import date

from fanshare.core.invoices import vat
from fanshare.core.invoices.model import Invoice, Kind, Line, Party, Treatment
from fanshare.core.money import MICROS

CLEO = Party("Cleo Łukasz", "Weg 1", "10115", "Berlin", "DE", tax_number="12/345/67890", mail="cleo@cleo.example")
BEA = Party("Bea & Söhne GmbH", "Allee 2", "80331", "München", "DE", vat_id="DE123456789", mail="bea@bea.example")
DAY = date(2026, 11, 27)


def invoice(treatment: Treatment | None = None, kind: Kind = Kind.INVOICE, **changed: object) -> Invoice:
    """An invoice of two lines that may be sent; ``treatment`` is that of both."""
    found = treatment or vat.standard(1_900)
    lines = (Line("Reel <1>", 100_333_333, found, 1_500), Line("Story", 50 * MICROS, found))
    whole = Invoice(
        "R-2026-0001", kind, DAY, date(2026, 11, 1), date(2026, 11, 20), "EUR", CLEO, BEA, lines, "de",
        None if kind.cancels else date(2026, 12, 11), note="Danke", iban="DE02120300000000202051",
        cancels=("R-2026-0000", date(2026, 11, 2)) if kind.cancels else None,
    )  # fmt: skip
    return replace(whole, **changed)  # type: ignore[arg-type]
