"""A NACHA file as the values that stand in it, text for text, before anything is judged.

The same shape comes from composing, goes into writing, comes back from reading anybody's file, and is what the rules
look at. Numbers are texts of digits, without the blanks or zeros that fill a field up.
"""

from dataclasses import dataclass

LENGTH, BLOCK = 94, 10
NAME_LENGTH, COMPANY_LENGTH, BANK_LENGTH, DESCRIPTION_LENGTH, ID_LENGTH, ACCOUNT_LENGTH = 22, 16, 23, 10, 15, 17


@dataclass(frozen=True, slots=True)
class Entry:
    """One credit. ``kind`` is 22 for a checking and 32 for a savings account, ``cents`` the amount.

    ``indicator`` says whether addenda follow; ``addenda`` are these records whole.
    """

    kind: str
    routing: str
    account: str
    cents: str
    identification: str
    name: str
    trace: str
    discretionary: str = ""
    indicator: str = "0"
    addenda: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """What a control record says: entries with addenda, the hash, cents that go out of and into accounts."""

    entries: str
    entry_hash: str
    debit: str
    credit: str


@dataclass(frozen=True, slots=True)
class Control:
    """A batch's end. All but the totals repeats its head."""

    service_class: str
    totals: Totals
    company_id: str
    odfi: str
    number: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries of one company, class and day. ``odfi`` are the first eight digits of the sending bank's number."""

    service_class: str
    company: str
    company_id: str
    entry_class: str
    description: str
    effective: str
    status: str
    odfi: str
    number: str
    entries: tuple[Entry, ...]
    control: Control
    discretionary: str = ""
    descriptive_date: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A whole file. ``layout`` are record size, blocking and format code as they stand in the head (094, 10, 1).

    ``created`` is YYMMDD and HHMM. ``records`` is how many lines there are, those that fill up the last block included.
    """

    destination: str
    origin: str
    created: str
    modifier: str
    layout: str
    destination_name: str
    origin_name: str
    reference: str
    batches: tuple[Batch, ...]
    batch_count: str
    block_count: str
    totals: Totals
    records: int


def entry_hash(routings: list[str]) -> str:
    """The sum of the first eight digits of routing numbers, its last ten digits: a check against lost entries."""
    return str(sum(int(routing[:8]) for routing in routings) % 10**10)
