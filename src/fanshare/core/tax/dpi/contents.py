"""What a report says of the operator and of a seller: plain values, kept for a correction to know what it corrects."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.invoices.model import Party
from fanshare.core.tax.dpi.figures import whole
from fanshare.core.tax.dpi.sellers import Seller

#: Why the operator reports there: RPONEX1 is that it is resident for tax purposes in the state it reports to.
NEXUS = "RPONEX1"

type Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operator:
    """Who reports: the operator of the installation, and what people call its platform."""

    party: Party
    platform: str = ""


def operator(party: Party, platform: str, union: frozenset[str]) -> Operator:
    """The operator as it was typed.

    Raises ``BadInputError``: ``operator_place`` (name, street or town is missing), ``operator_outside`` for a country
    that is no member state, ``operator_number`` without a tax number.
    """
    if not (party.name and party.street and party.city):
        raise BadInputError("operator_place", "Name, street, town and country of whoever reports are needed.")
    if party.country not in union:
        raise BadInputError("operator_outside", "Who reports by DAC7 is at home in a member state of the Union.")
    if not party.tax_number:
        raise BadInputError("operator_number", "The tax number of whoever reports is needed.")
    return Operator(party, platform)


def packed(one: Operator) -> bytes:
    """As it is sealed."""
    return json.dumps(asdict(one), ensure_ascii=False, sort_keys=True).encode()


def operator_of(content: bytes) -> Operator:
    """Undo ``packed``."""
    found = json.loads(content)
    return Operator(Party(**found["party"]), found["platform"])


def of_operator(one: Operator) -> dict[str, Any]:
    """What a report says of the operator."""
    who = one.party
    return {
        "name": who.name,
        "platform": one.platform,
        "street": who.street,
        "postcode": who.postcode,
        "city": who.city,
        "country": who.country,
        "tin": who.tax_number,
        "register": who.register,
        "vat": who.vat_id,
    }


def of_seller(seller: Seller, currency: str, union: frozenset[str]) -> dict[str, Any]:
    """What a report says of a seller in one currency. Amounts are whole units: each quarter rounded by itself."""
    who = seller.identity
    assert who is not None, "who lacks a form is not reported"
    name = who.name if who.company else f"{who.first} {who.last}".strip()
    return {
        "company": who.company,
        "residences": [*who.residences(union)],
        "tin": who.tin,
        "tin_country": who.tin_country if who.tin else "",
        "vat": who.vat,
        "register": who.register if who.company else "",
        "name": name,
        "first": who.first,
        "last": who.last,
        "street": who.street,
        "postcode": who.postcode,
        "city": who.city,
        "country": who.country,
        "birth": who.birth,
        "birth_city": who.birth_city,
        "birth_country": who.birth_country,
        "banks": [[one.number, one.kind, "" if one.holder == name else one.holder] for one in seller.banks],
        "establishments": [one for one in who.establishments if one in union],
        "currency": currency,
        "quarters": [
            [whole(one.consideration), one.activities, whole(one.fees), whole(one.taxes)]
            for one in seller.figures[currency]
        ],
    }


def with_banks_of(before: Content, now: Content) -> dict[str, Any]:
    """What is said now, with the accounts that were reported before: she was paid to them, also if they are gone."""
    banks = [one for one in before.get("banks", []) if one not in now["banks"]]
    return {**now, "banks": sorted([*now["banks"], *banks])}


def sealed_text(content: Content) -> bytes:
    """A content as it is sealed; the same content gives the same bytes."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def unsealed(text: bytes) -> dict[str, Any]:
    """Undo ``sealed_text``."""
    found: dict[str, Any] = json.loads(text)
    return found
