"""What stands on the paper of an invoice beside what it says itself, in the language of the invoice.

They are not those of a page: a document keeps its language, whoever looks at it later.
"""

from collections.abc import Mapping

from fanshare.core.invoices.model import Kind

LANGUAGES = ("en", "de")

_ENGLISH = {
    Kind.INVOICE: "Invoice",
    Kind.CANCELLING: "Cancellation of an invoice",
    Kind.SELF_BILLED: "Credit note (self-billing)",
    Kind.SELF_BILLED_CANCELLING: "Cancellation of a credit note (self-billing)",
    "number": "Number",
    "issued": "Date",
    "supplied": "Work done",
    "until": "to",
    "due": "To be paid by",
    "seller": "From",
    "buyer": "To",
    "vat_id": "VAT number",
    "tax_number": "Tax number",
    "register": "Register number",
    "reference": "Your reference",
    "words": "What for",
    "quantity": "Quantity",
    "price": "Price",
    "amount": "Amount",
    "net": "Sum without VAT",
    "vat": "VAT",
    "of": "of",
    "gross": "Sum",
    "rounding": "Rounding",
    "payable": "To be paid",
    "given_back": "Taken back",
    "iban": "Account (IBAN)",
    "cancels": "Cancels",
    "of_day": "of",
    "inside": "The same invoice lies inside this file as XML, for programs to read (Factur-X, EN 16931).",
    "page": "Page",
}
_GERMAN = {
    Kind.INVOICE: "Rechnung",
    Kind.CANCELLING: "Stornorechnung",
    Kind.SELF_BILLED: "Gutschrift (§ 14 Abs. 2 UStG)",
    Kind.SELF_BILLED_CANCELLING: "Storno einer Gutschrift (§ 14 Abs. 2 UStG)",
    "number": "Nummer",
    "issued": "Datum",
    "supplied": "Leistung",
    "until": "bis",
    "due": "Zahlbar bis",
    "seller": "Von",
    "buyer": "An",
    "vat_id": "USt-IdNr.",
    "tax_number": "Steuernummer",
    "register": "Registernummer",
    "reference": "Ihr Zeichen",
    "words": "Wofür",
    "quantity": "Menge",
    "price": "Preis",
    "amount": "Betrag",
    "net": "Summe ohne USt",
    "vat": "USt",
    "of": "auf",
    "gross": "Summe",
    "rounding": "Rundung",
    "payable": "Zu zahlen",
    "given_back": "Zurückgenommen",
    "iban": "Konto (IBAN)",
    "cancels": "Storniert",
    "of_day": "vom",
    "inside": "Dieselbe Rechnung liegt als XML in dieser Datei, für Programme (Factur-X, EN 16931).",
    "page": "Seite",
}
_WORDS: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "de": _GERMAN}


def words_of(language: str) -> Mapping[str, str]:
    """The words of a language; English where there are none."""
    return _WORDS.get(language, _ENGLISH)
