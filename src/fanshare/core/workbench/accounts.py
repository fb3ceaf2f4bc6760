"""Accounts of the journal for a tax adviser, and one posting between two of them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fanshare.core.invoices.model import Category, Treatment
from fanshare.core.money import Micros, format_percent

BANK = "Bank"
PRIVATE = "Private contributions"
EQUIPMENT = "Equipment"
INPUT_TAX = "VAT: input"
INVOICED = "Receivables: invoices"
NOT_INVOICED = "Receivables: not yet invoiced"
EARNED = "Receivables: commission"
WITHHELD = "Tax withheld"
ROUNDING = "Rounding"
FEES = "Income: fees"
FEES_NOT_INVOICED = "Income: fees not yet invoiced"
COMMISSION = "Income: commission"
_UNTAXED = {
    Category.REVERSE: "reverse charge",
    Category.EXEMPT: "exempt from VAT",
    Category.OUTSIDE: "outside the scope of VAT",
}


class Basis(StrEnum):
    """When income counts: when it is earned, or when it is paid."""

    ACCRUAL = "accrual"
    CASH = "cash"


@dataclass(frozen=True, slots=True)
class Posting:
    """``amount`` (micros, above zero) into ``debit`` out of ``credit``."""

    day: date
    debit: str
    credit: str
    amount: Micros
    words: str
    deal: str
    entry: str


def income_account(treatment: Treatment) -> str:
    """Where the net amount of an invoice goes: reverse charge and what bears no VAT stand apart."""
    return f"{FEES}, {_UNTAXED[treatment.category]}" if treatment.category in _UNTAXED else FEES


def output_account(treatment: Treatment) -> str:
    """Where its VAT goes: ``VAT: output 19 %``."""
    return f"VAT: output {format_percent(treatment.rate)} %"


def posted(template: Posting, amount: Micros) -> Posting:
    """A posting of an amount that may be below zero: then it goes the other way."""
    debit, credit = (template.debit, template.credit) if amount >= 0 else (template.credit, template.debit)
    return Posting(template.day, debit, credit, abs(amount), template.words, template.deal, template.entry)
