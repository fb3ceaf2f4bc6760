"""An invoice as XML: UN/CEFACT Cross Industry Invoice D16B in the profile EN 16931 of Factur-X 1.0."""

from decimal import Decimal
from typing import Any

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem

from fanshare.core.invoices.model import THOUSAND, Category, Invoice, Line, Party, decimal
from fanshare.core.invoices.totals import Tax, Totals, totals
from fanshare.core.money import Micros

_PROFILE = "urn:cen.eu:en16931:2017"
_SCHEMA = "FACTUR-X_EN16931"
#: UNTDID 4461: a SEPA credit transfer, and an instrument that is not said.
_TRANSFER, _UNSAID = "58", "1"


def xml_of(invoice: Invoice) -> bytes:
    """The file. Raises what the library raises where the schema of the profile does not hold."""
    found = totals(invoice)
    document = Document()
    document.context.guideline_parameter.id = _PROFILE
    document.header.id = invoice.number
    document.header.type_code = str(invoice.kind)
    document.header.issue_date_time = invoice.issued
    if invoice.note:
        note = IncludedNote()
        note.content = invoice.note
        document.header.notes.add(note)
    _parties(document, invoice)
    for place, (line, amount) in enumerate(zip(invoice.lines, found.lines, strict=True), 1):
        document.trade.items.add(_item(place, line, amount))
    _settle(document, invoice, found)
    return bytes(document.serialize(schema=_SCHEMA))


def _parties(document: Any, invoice: Invoice) -> None:
    agreement = document.trade.agreement
    inside = any(line.treatment.category is not Category.OUTSIDE for line in invoice.lines)
    if invoice.reference:
        agreement.buyer_reference = invoice.reference
    # Something has to tell sellers apart (BR-CO-26), and a tax number beside the VAT number's place does not (BT-29).
    if not (invoice.seller.register or (inside and invoice.seller.vat_id)):
        agreement.seller.id = invoice.seller.vat_id or invoice.seller.tax_number
    _party(agreement.seller, invoice.seller)
    _party(agreement.buyer, invoice.buyer)
    if inside:
        _registered(agreement.seller, invoice.seller)
        if invoice.buyer.vat_id:
            agreement.buyer.tax_registrations.add(TaxRegistration(id=("VA", invoice.buyer.vat_id)))


def _party(target: Any, party: Party) -> None:
    target.name = party.name
    target.address.line_one = party.street
    target.address.postcode = party.postcode
    target.address.city_name = party.city
    target.address.country_id = party.country
    if party.register:
        target.legal_organization.id = ("", party.register)
    if party.mail:
        target.electronic_address.uri_ID = ("EM", party.mail)


def _registered(target: Any, party: Party) -> None:
    """The numbers of a seller. What is outside the scope of VAT must not show any (BR-O-02)."""
    if party.vat_id:
        target.tax_registrations.add(TaxRegistration(id=("VA", party.vat_id)))
    if party.tax_number:
        target.tax_registrations.add(TaxRegistration(id=("FC", party.tax_number)))


def _item(place: int, line: Line, amount: Micros) -> Any:
    item = LineItem()
    item.document.line_id = str(place)
    item.product.name = line.words
    item.agreement.net.amount = Decimal(decimal(line.price))
    item.delivery.billed_quantity = (_quantity(line.quantity), line.unit)
    tax = item.settlement.trade_tax
    tax.type_code, tax.category_code = "VAT", str(line.treatment.category)
    if line.treatment.category is not Category.OUTSIDE:
        tax.rate_applicable_percent = _percent(line.treatment.rate)
    item.settlement.monetary_summation.total_amount = Decimal(decimal(amount))
    return item


def _settle(document: Any, invoice: Invoice, found: Totals) -> None:
    settlement = document.trade.settlement
    settlement.currency_code = invoice.currency
    _how_to_pay(settlement, invoice)
    for tax in found.taxes:
        settlement.trade_tax.add(_tax(tax))
    if invoice.supplied_until > invoice.supplied:
        settlement.period.start, settlement.period.end = invoice.supplied, invoice.supplied_until
    document.trade.delivery.event.occurrence = invoice.supplied_until
    _sums(settlement.monetary_summation, invoice, found)
    if invoice.cancels is not None:
        settlement.invoice_referenced_document.issuer_assigned_id = invoice.cancels[0]
        settlement.invoice_referenced_document.issue_date_time = invoice.cancels[1]


def _how_to_pay(settlement: Any, invoice: Invoice) -> None:
    means = PaymentMeans()
    means.type_code = _TRANSFER if invoice.iban else _UNSAID
    if invoice.iban:
        means.payee_account.iban = invoice.iban
    settlement.payment_means.add(means)
    if invoice.due is not None or invoice.terms:
        terms = PaymentTerms()
        terms.description = invoice.terms
        if invoice.due is not None:
            terms.due = invoice.due
        settlement.terms.add(terms)


def _tax(tax: Tax) -> Any:
    found = ApplicableTradeTax()
    found.calculated_amount, found.basis_amount = Decimal(decimal(tax.amount)), Decimal(decimal(tax.basis))
    found.type_code, found.category_code = "VAT", str(tax.treatment.category)
    if tax.treatment.reason:
        found.exemption_reason = tax.treatment.reason
    if tax.treatment.code:
        found.exemption_reason_code = tax.treatment.code
    if tax.treatment.category is not Category.OUTSIDE:
        found.rate_applicable_percent = _percent(tax.treatment.rate)
    return found


def _sums(target: Any, invoice: Invoice, found: Totals) -> None:
    target.line_total = Decimal(decimal(found.net))
    target.charge_total = target.allowance_total = Decimal("0.00")
    target.tax_basis_total = (Decimal(decimal(found.net)), None)
    target.tax_total = (Decimal(decimal(found.tax)), invoice.currency)
    if invoice.rounding:
        target.rounding_amount = Decimal(decimal(invoice.rounding))
    target.grand_total = (Decimal(decimal(found.gross)), None)
    target.due_amount = Decimal(decimal(found.due))


def _percent(rate: int) -> Decimal:
    return Decimal(f"{rate // 100}.{rate % 100:02d}")


def _quantity(thousandths: int) -> Decimal:
    whole, rest = divmod(thousandths, THOUSAND)
    return Decimal(f"{whole}.{rest:03d}")
