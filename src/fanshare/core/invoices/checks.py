"""Whether an invoice may be sent: what EN 16931 and the VAT directive ask of it, said in words that help to mend it."""

from collections.abc import Iterator
from dataclasses import astuple

from fanshare.core.errors import BadInputError
from fanshare.core.invoices.model import Category, Invoice, Party
from fanshare.core.invoices.totals import minor_unit, totals
from fanshare.core.invoices.vat import UNION, currency_of
from fanshare.core.marks import later
from fanshare.core.money import MAX_MICROS

type Wrong = tuple[str, str]
_SAME = {"XI": "GB", "EL": "GR"}


def check(invoice: Invoice) -> None:
    """Raises ``BadInputError`` with the first thing that is missing or does not go together."""
    minor_unit(invoice.currency)
    if totals(invoice).gross > MAX_MICROS:
        raise BadInputError("invoice_too_large", "This sum is larger than an invoice can hold.")
    for code, sentence in _wrong(invoice):
        raise BadInputError(code, sentence)


def whole_vat_id(text: str, country: str) -> bool:
    """Whether a VAT number begins with the prefix of its country, as BR-CO-09 asks. Greece is EL."""
    prefix = _SAME.get(text[:2].upper(), text[:2].upper())
    return prefix == country and text[2:].isalnum() and 2 <= len(text[2:]) <= 12 and text.isascii()


def _wrong(invoice: Invoice) -> Iterator[Wrong]:
    """Everything that is not as it has to be, in the order in which it is best mended."""
    yield from _names(invoice)
    yield from _days(invoice)
    yield from _numbers(invoice)
    categories = {line.treatment.category for line in invoice.lines}
    yield from _lines(invoice, categories)
    yield from _taxed(invoice, categories)


def _names(invoice: Invoice) -> Iterator[Wrong]:
    if not all(text.replace("\n", "").isprintable() for text in _texts(invoice)):
        yield (
            "invoice_letters_unknown",
            later("There are signs in this invoice that no file can hold; type its words anew."),
        )
    if not invoice.number.strip():
        yield "invoice_number", later("An invoice needs a number.")
    if not _has_address(invoice.seller):
        yield "invoice_seller", later("The seller's name, street, town and country are needed.")
    if not _has_address(invoice.buyer):
        yield "invoice_buyer", later("The buyer's name, street, town and country are needed.")


def _texts(invoice: Invoice) -> Iterator[str]:
    for party in (invoice.seller, invoice.buyer):
        yield from astuple(party)
    yield from (line.words for line in invoice.lines)
    yield from (invoice.number, invoice.terms, invoice.note, invoice.iban, invoice.reference)


def _has_address(party: Party) -> bool:
    return all(text.strip() for text in (party.name, party.street, party.city)) and len(party.country) == 2


def _days(invoice: Invoice) -> Iterator[Wrong]:
    if invoice.supplied > invoice.supplied_until:
        yield "invoice_days", later("The work ended before it began: look at the days.")
    if invoice.due is not None and invoice.due < invoice.issued:
        yield "invoice_due", later("An invoice can't be due before it is written.")
    if invoice.due is None and not invoice.terms and not invoice.kind.cancels:
        yield "invoice_terms", later("Say until when it is to be paid.")
    if invoice.kind.cancels != (invoice.cancels is not None):
        yield "invoice_cancels", later("What cancels an invoice names it, and nothing else does.")


def _numbers(invoice: Invoice) -> Iterator[Wrong]:
    for party in (invoice.seller, invoice.buyer):
        if party.vat_id and not whole_vat_id(party.vat_id, party.country):
            yield "vat_id_wrong", later("A VAT number begins with the two letters of its country, such as DE123456789.")


def _lines(invoice: Invoice, categories: set[Category]) -> Iterator[Wrong]:
    if not invoice.lines:
        yield "invoice_lines", later("An invoice needs at least one line.")
    if any(not line.words.strip() or line.price < 0 or line.quantity <= 0 for line in invoice.lines):
        yield (
            "invoice_line",
            later("Each line says what it is for, how much of it, and a price that is not below zero."),
        )
    if Category.OUTSIDE in categories and len(categories) > 1:
        yield "vat_mixed", later("What is outside the scope of VAT needs an invoice of its own.")


def _taxed(invoice: Invoice, categories: set[Category]) -> Iterator[Wrong]:
    seller, buyer = invoice.seller, invoice.buyer
    if not (seller.vat_id or seller.tax_number):
        yield "seller_tax_number", later("The seller's tax number or VAT number is needed.")
    if Category.REVERSE in categories and seller.country in UNION and not seller.vat_id:
        yield "seller_vat_id", later("Where the buyer owes the VAT, a seller in the EU needs a VAT number.")
    if Category.REVERSE in categories and not buyer.vat_id:
        yield "buyer_vat_id", later("Where the buyer owes the VAT, the buyer's VAT number is needed.")
    standards = [line.treatment for line in invoice.lines if line.treatment.category is Category.STANDARD]
    if any(one.rate <= 0 for one in standards):
        yield "vat_rate_missing", later("Say at which rate VAT is charged.")
    if standards and invoice.currency != currency_of(seller.country, invoice.issued):
        yield (
            "vat_currency",
            later("VAT has to be shown in the currency of the seller's country; write this invoice in it."),
        )
