"""By what an issuer of invoices is known, so that its numbers are unique wherever they come from.

A number identifies an invoice among all of its issuer (Directive 2006/112/EC, Art. 226 (2); § 14 Abs. 4 Nr. 4 UStG).
Two numbers of ``self_billing.number_of`` are the same only where year, serial and beginning are: the year stands before
the only dash that is followed by the serial and nothing else.
"""

from fanshare.core.invoices.model import Party


def known_by(party: Party) -> frozenset[str]:
    """What says that two documents have one issuer: its VAT number, its tax number, or its name, of a country."""
    told = {("vat", party.vat_id), (f"tax {party.country}", party.tax_number), (f"name {party.country}", party.name)}
    plain = {(what, "".join(one for one in text.casefold() if one.isalnum())) for what, text in told}
    return frozenset(f"{what.casefold()}: {text}" for what, text in plain if text)


def beginning(prefix: str) -> str:
    """A prefix as it is compared: people tell no ``g-`` from ``G-``."""
    return prefix.casefold()
