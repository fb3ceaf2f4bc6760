"""From amounts that are due to the values of a NACHA file. The rules look at the result."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from fanshare.core.bank_text import basic
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, to_datetime
from fanshare.core.money import Micros
from fanshare.integrations.nacha.document import (
    BANK_LENGTH,
    BLOCK,
    COMPANY_LENGTH,
    NAME_LENGTH,
    Batch,
    Control,
    Entry,
    File,
    Totals,
    entry_hash,
)

_CENT = 10_000
#: Credits only.
CREDITS = "220"


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid. ``business`` tells a company's account (CCD) from a person's (PPD)."""

    name: str
    routing: str
    account: str
    savings: bool = False
    business: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An amount for one payee. ``reference`` is ours, unique for ever, at most 15 characters."""

    reference: str
    micros: Micros
    currency: str
    payee: Payee


@dataclass(frozen=True, slots=True)
class Frame:
    """What is one for the whole file.

    ``origin`` and ``company_id`` are what the bank gave the company (often 1 and its tax number), ``modifier`` tells
    the files of a day apart. ``first_trace`` goes on from file to file: a trace number is how a return names its entry.
    """

    bank: str
    bank_name: str
    origin: str
    company: str
    company_id: str
    description: str
    created_at: Instant
    day: date
    modifier: str = "A"
    first_trace: int = 1


def compose(frame: Frame, items: Sequence[Item]) -> File:
    """The file of these items: one batch for persons, one for companies, whichever there are.

    Raises ``BadInputError`` ``nacha_currency`` or ``nacha_cents``: the format has no place for another currency than
    USD or for parts of a cent, so that no rule could see them.
    """
    for item in items:
        _require_whole_cents(item)
    company = _shown(frame.company, COMPANY_LENGTH)
    batches: list[Batch] = []
    trace = frame.first_trace
    for entry_class, business in (("PPD", False), ("CCD", True)):
        chosen = [item for item in items if item.payee.business is business]
        if chosen:
            entries = tuple(_entries(chosen, frame.bank[:8], trace))
            batches.append(_batch(frame, company, entry_class, entries, str(len(batches) + 1)))
            trace += len(chosen)
    records = 2 + sum(2 + len(batch.entries) for batch in batches)
    blocks = -(-records // BLOCK)
    return File(
        destination=frame.bank,
        origin=frame.origin,
        created=f"{to_datetime(frame.created_at):%y%m%d%H%M}",
        modifier=frame.modifier,
        layout="094101",
        destination_name=_shown(frame.bank_name, BANK_LENGTH),
        origin_name=_shown(frame.company, BANK_LENGTH),
        reference="",
        batches=tuple(batches),
        batch_count=str(len(batches)),
        block_count=str(blocks),
        totals=totals([entry for batch in batches for entry in batch.entries]),
        records=blocks * BLOCK,
    )


def totals(entries: Sequence[Entry]) -> Totals:
    """The totals of these credits."""
    return Totals(
        entries=str(len(entries) + sum(len(entry.addenda) for entry in entries)),
        entry_hash=entry_hash([entry.routing for entry in entries]),
        debit="0",
        credit=str(sum(int(entry.cents) for entry in entries)),
    )


def _batch(frame: Frame, company: str, entry_class: str, entries: tuple[Entry, ...], number: str) -> Batch:
    odfi = frame.bank[:8]
    return Batch(
        service_class=CREDITS,
        company=company,
        company_id=frame.company_id,
        entry_class=entry_class,
        description=frame.description,
        effective=f"{frame.day:%y%m%d}",
        status="1",
        odfi=odfi,
        number=number,
        entries=entries,
        control=Control(CREDITS, totals(entries), frame.company_id, odfi, number),
    )


def _entries(items: Sequence[Item], odfi: str, first: int) -> Iterator[Entry]:
    for number, item in enumerate(items, start=first):
        payee = item.payee
        yield Entry(
            kind="32" if payee.savings else "22",
            routing=payee.routing,
            account=payee.account.replace(" ", ""),
            cents=str(item.micros // _CENT),
            identification=item.reference,
            name=_shown(payee.name, NAME_LENGTH),
            trace=f"{odfi}{number % 10**7:07d}",
        )


def _shown(text: str, length: int) -> str:
    return basic(text, length).upper()


def _require_whole_cents(item: Item) -> None:
    if item.currency != "USD":
        raise BadInputError("nacha_currency", "ACH pays in USD; another currency goes by another rail.")
    if item.micros % _CENT or item.micros < 0:
        raise BadInputError("nacha_cents", "ACH pays whole cents; what is below a cent stays where it is.")
    if not item.payee.routing.isdecimal() or not item.payee.routing.isascii() or len(item.payee.routing) != 9:
        raise BadInputError("nacha_routing", "A payee's routing number has nine digits; ask the payee for it again.")
