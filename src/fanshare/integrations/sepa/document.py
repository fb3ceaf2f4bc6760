"""A pain.001 file as the values that stand in it: text for text, before anything is judged.

The same shape comes from composing (``compose``), goes into writing (``write``), comes back from reading anybody's file
(``read_order``) and is what the rules look at. So what was checked is what is sent. An empty text is an absent element.
"""

from dataclasses import dataclass
from typing import NamedTuple

#: The versions of pain.001 that are written and read. 03 is what older bank software takes, 09 is the one of the EPC's
#: guidelines since November 2023, 13 the newest whose schema is at hand.
VERSIONS = ("03", "09", "13")

NAME_LENGTH, REMITTANCE_LENGTH, ID_LENGTH = 70, 140, 35


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address: structured, or with up to two free lines beside town and country ("hybrid")."""

    country: str = ""
    town: str = ""
    post_code: str = ""
    street: str = ""
    building: str = ""
    lines: tuple[str, ...] = ()


class Party(NamedTuple):
    """Who pays or is paid, and the account. ``bic`` may be empty."""

    name: str
    iban: str
    bic: str = ""
    address: Address | None = None


class Transfer(NamedTuple):
    """One credit transfer. ``amount`` is decimal text such as ``12.34``, as in the file."""

    instruction_id: str
    end_to_end_id: str
    amount: str
    currency: str
    creditor: Party
    remittance: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """The transfers of one account on one day (``PmtInf``)."""

    payment_id: str
    method: str
    count: str
    control_sum: str
    service_level: str
    execution_date: str
    debtor: Party
    charge_bearer: str
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """A whole file. ``created_at`` is a time with an offset, as in the file."""

    version: str
    message_id: str
    created_at: str
    count: str
    control_sum: str
    initiator: str
    payments: tuple[Payment, ...]
