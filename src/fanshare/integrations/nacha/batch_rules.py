"""Rules about a file and its batches. Each function yields (rule, place); what they mean stands in ``rule_texts``."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from fanshare.core.federal_days import is_federal_day
from fanshare.core.routing import is_routing_number
from fanshare.integrations.bank_rules import Offence
from fanshare.integrations.nacha.document import (
    BANK_LENGTH,
    BLOCK,
    COMPANY_LENGTH,
    DESCRIPTION_LENGTH,
    Batch,
    Entry,
    File,
    Totals,
    entry_hash,
)

FURTHEST = timedelta(days=90)
#: Descriptions that the Nacha rules keep for a purpose: wages, sales, reversals, verification and others.
_RESERVED = """
PAYROLL,PURCHASE,REVERSAL,RECLAIM,NONSETTLED,RETRY PYMT,RETURN FEE,HCCLAIMPMT,ACCTVERIFY,AUTOENROLL,NO CHECK,REDEPCHECK
"""
RESERVED = frozenset(_RESERVED.strip().split(","))
_SIGNS = re.compile(r"[A-Z0-9 .,'()&/:;+@#$%!?*=_\-]*", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)


def of_file(file: File) -> Iterator[Offence]:
    """The file's head and end."""
    place = "the file"
    if not is_routing_number(file.destination):
        yield "destination", place
    if not _DIGITS.fullmatch(file.origin) or len(file.origin) not in (9, 10):
        yield "origin", place
    yield from of_text("destination-name", file.destination_name, BANK_LENGTH, place)
    yield from of_text("origin-name", file.origin_name, BANK_LENGTH, place)
    if day_of(file.created, "%y%m%d%H%M", 10) is None:
        yield "creation-time", place
    if re.fullmatch("[A-Z0-9]", file.modifier, re.ASCII) is None:
        yield "modifier", place
    if file.layout != "094101":
        yield "layout", place
    if not file.batches:
        yield "no-entries", place
    yield from _counts(file, place)


def _counts(file: File, place: str) -> Iterator[Offence]:
    if file.batch_count != str(len(file.batches)):
        yield "batch-count", place
    lines = 2 + sum(2 + len(batch.entries) + _addenda(batch.entries) for batch in file.batches)
    blocks = -(-lines // BLOCK)
    if file.block_count != str(blocks) or file.records != blocks * BLOCK:
        yield "block-count", place
    yield from _totals("file", file.totals, [entry for batch in file.batches for entry in batch.entries], place)
    numbers = [batch.number for batch in file.batches]
    if any(not _DIGITS.fullmatch(number) for number in numbers) or not rising([int(number) for number in numbers]):
        yield "batch-number", place


def of_batch(batch: Batch, place: str, destination: str, today: date) -> Iterator[Offence]:
    """One batch: its fixed values, its company, day, bank and sums."""
    if not batch.entries:
        yield "no-entries", place
    yield from _totals("batch", batch.control.totals, batch.entries, place)
    control = batch.control
    ends = (control.service_class, control.company_id, control.odfi, control.number)
    if ends != (batch.service_class, batch.company_id, batch.odfi, batch.number):
        yield "batch-ends", place
    yield from of_text("company", batch.company, COMPANY_LENGTH, place)
    yield from of_text("description", batch.description, DESCRIPTION_LENGTH, place)
    if len(batch.company_id) != 10 or " " in batch.company_id or _SIGNS.fullmatch(batch.company_id) is None:
        yield "company-id", place
    for rule, wrong in (
        ("service-class", batch.service_class != "220"),
        ("entry-class", batch.entry_class not in ("PPD", "CCD")),
        ("description-reserved", batch.description in RESERVED),
        ("originator-status", batch.status != "1"),
        ("odfi", batch.odfi != destination[:8]),
    ):
        if wrong:
            yield rule, place
    yield from _day(batch.effective, place, today)


def of_text(rule: str, text: str, length: int, place: str) -> Iterator[Offence]:
    """Presence, length and characters of a name."""
    if not 0 < len(text) <= length:
        yield rule, place
    if _SIGNS.fullmatch(text) is None or text != text.strip(" "):
        yield "characters", place


def day_of(text: str, form: str, length: int) -> date | None:
    """The day of digits in this form, or None."""
    if not _DIGITS.fullmatch(text) or len(text) != length:
        return None
    try:
        return datetime.strptime(text, form).date()  # noqa: DTZ007 -- a date and a time of the sender's clock, without a zone
    except ValueError:
        return None


def rising(numbers: Sequence[int]) -> bool:
    """Whether each number is above the one before."""
    return all(one < other for one, other in pairwise(numbers))


def _totals(of: str, told: Totals, entries: Sequence[Entry], place: str) -> Iterator[Offence]:
    """Routings and amounts that are no digits are other rules' matter, and then there is no sum to compare with."""
    if told.entries != str(len(entries) + _addenda(entries)):
        yield f"{of}-entries", place
    if told.debit != "0":
        yield f"{of}-debit", place
    routings, cents = [entry.routing for entry in entries], [entry.cents for entry in entries]
    hashed = all(_DIGITS.fullmatch(routing[:8]) for routing in routings)
    if hashed and told.entry_hash != entry_hash(routings):
        yield f"{of}-hash", place
    if all(map(_DIGITS.fullmatch, cents)) and told.credit != str(sum(map(int, cents))):
        yield f"{of}-credit", place


def _addenda(entries: Sequence[Entry]) -> int:
    return sum(len(entry.addenda) for entry in entries)


def _day(text: str, place: str, today: date) -> Iterator[Offence]:
    day = day_of(text, "%y%m%d", 6)
    if day is None:
        yield "effective-date", place
    elif day < today:
        yield "effective-past", place
    elif day - today > FURTHEST:
        yield "effective-far", place
    elif not is_federal_day(day):
        yield "effective-closed", place
