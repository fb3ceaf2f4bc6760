"""From amounts that are due to the values of a pain.001 file. Nothing is judged here: the rules look at the result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from fanshare.core.bank_text import basic
from fanshare.core.iban import compact_iban
from fanshare.core.instants import Instant, to_datetime
from fanshare.core.money import Micros, format_micros
from fanshare.integrations.sepa.document import (
    NAME_LENGTH,
    REMITTANCE_LENGTH,
    Address,
    Order,
    Party,
    Payment,
    Transfer,
)


class Item(NamedTuple):
    """An amount for one payee. ``reference`` is ours, unique for ever, and comes back as the end-to-end id.

    ``purpose`` is what she reads on her statement.
    """

    reference: str
    micros: Micros
    currency: str
    payee: Party
    purpose: str


@dataclass(frozen=True, slots=True)
class Frame:
    """What is one for the whole file. ``message_id`` is never used again; ``day`` is when the account is debited."""

    message_id: str
    created_at: Instant
    day: date
    debtor: Party
    version: str = "09"


def compose(frame: Frame, items: Sequence[Item]) -> Order:
    """The file of these items: one payment with one transfer for each, in their order, and their sums.

    Names and purposes are brought into SEPA's characters and cut to its lengths; an amount is written to the cent if it
    is whole cents and with all its digits otherwise, so that a rule refuses it instead of somebody losing the rest.
    """
    debtor = _party(frame.debtor)
    count, control = str(len(items)), decimal_text(sum(item.micros for item in items))
    payment = Payment(
        payment_id=frame.message_id,
        method="TRF",
        count=count,
        control_sum=control,
        service_level="SEPA",
        execution_date=frame.day.isoformat(),
        debtor=debtor,
        charge_bearer="SLEV",
        transfers=tuple(_transfers(items)),
    )
    created = to_datetime(frame.created_at).replace(microsecond=0).isoformat()
    return Order(frame.version, frame.message_id, created, count, control, debtor.name, (payment,))


def decimal_text(micros: Micros) -> str:
    """``1_416_000_000`` is ``1416.00``; digits beyond cents stay visible."""
    text = format_micros(micros)
    return text[:-4] if text.endswith("0000") else text.rstrip("0")


def _transfers(items: Iterable[Item]) -> Iterable[Transfer]:
    for item in items:
        yield Transfer(
            item.reference,
            item.reference,
            decimal_text(item.micros),
            item.currency,
            _party(item.payee),
            basic(item.purpose, REMITTANCE_LENGTH),
        )


def _party(party: Party) -> Party:
    address = party.address and _address(party.address)
    bic = party.bic and party.bic.replace(" ", "").upper()
    return Party(basic(party.name, NAME_LENGTH), compact_iban(party.iban), bic, address)


def _address(address: Address) -> Address:
    """In SEPA's characters, uncut: a street that is cut is another street, so the rules refuse it."""
    town, post_code, street, building = (
        basic(text, 1000) for text in (address.town, address.post_code, address.street, address.building)
    )
    lines = tuple(shown for line in address.lines if (shown := basic(line, 1000)))
    return Address(address.country.strip().upper(), town, post_code, street, building, lines)
