"""Who stands on an invoice, as a form: name, address, and the numbers that tax offices gave."""

from collections.abc import Iterator, Mapping

from fanshare.core.errors import BadInputError
from fanshare.core.invoices.model import Party
from fanshare.core.workbench import typed
from fanshare.web.language import gettext as _
from fanshare.web.workbench.forms import Field

_NAME, _SHORT = 120, 40
#: The fields of a party that a form has.
PARTY = ("name", "street", "postcode", "city", "country", "vat_id", "register", "mail")


def languages() -> dict[str, str]:
    """The languages an invoice can be in."""
    return {"de": "Deutsch", "en": "English"}


def party_fields(prefix: str) -> Iterator[Field]:
    """The fields of a party, each with a prefix before its name."""
    yield Field(f"{prefix}name", _("Name or company"), required=True, most=_NAME)
    yield Field(f"{prefix}street", _("Street and number"), required=True, most=_NAME)
    yield Field(f"{prefix}postcode", _("Postcode"), most=_SHORT)
    yield Field(f"{prefix}city", _("Town"), required=True, most=_NAME)
    yield Field(f"{prefix}country", _("Country (two letters, such as DE)"), required=True, most=2)
    yield Field(f"{prefix}vat_id", _("VAT number, such as DE123456789"), most=_SHORT)
    yield Field(f"{prefix}register", _("Register number, where there is one"), most=_SHORT)
    yield Field(f"{prefix}mail", _("Mail address for invoices"), most=_NAME)


def party_of(got: Mapping[str, str], prefix: str) -> Party:
    """The party that was typed. Raises ``BadInputError`` (``bad_country``, ``bad_words``)."""
    text = {name: typed.words(got.get(prefix + name, ""), _NAME) for name in PARTY}
    country = text["country"].upper()
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        raise BadInputError("bad_country", "Write a country as two letters, such as DE.")
    vat_id = "".join(text["vat_id"].split()).upper()
    return Party(**text | {"country": country, "vat_id": vat_id})
