"""Rules about single entries, and about entries beside each other. Yields (rule, place) like ``batch_rules``."""

import re
from collections import Counter
from collections.abc import Iterator

from fanshare.core.bank_text import readable
from fanshare.core.routing import is_routing_number
from fanshare.integrations.bank_rules import Offence
from fanshare.integrations.nacha.batch_rules import of_text, rising
from fanshare.integrations.nacha.document import ID_LENGTH, NAME_LENGTH, Batch, Entry, File

_ACCOUNT = re.compile(r"[A-Za-z0-9-]{1,17}", re.ASCII)
_TRACE = re.compile(r"[0-9]{15}", re.ASCII)
_DIGITS = re.compile(r"[0-9]+", re.ASCII)
_LIMIT = 9_999_999_999


def of_all(file: File) -> Iterator[Offence]:
    """Every entry of a file; entries are counted through, over all batches."""
    entries = [entry for batch in file.batches for entry in batch.entries]
    identifications = Counter(entry.identification for entry in entries)
    same = Counter(_what(entry) for entry in entries)
    number = 0
    for batch in file.batches:
        for entry in batch.entries:
            number += 1
            place = f"entry {number}"
            yield from of_entry(entry, batch.odfi, place)
            if identifications[entry.identification] > 1:
                yield "identification-twice", place
            if same[_what(entry)] > 1:
                yield "same-credit-twice", place
    yield from _traces(file, entries)


def of_entry(entry: Entry, odfi: str, place: str) -> Iterator[Offence]:
    """One entry by itself."""
    if entry.kind not in ("22", "32"):
        yield "transaction-code", place
    if not is_routing_number(entry.routing):
        yield "routing", place
    if _ACCOUNT.fullmatch(entry.account) is None:
        yield "account", place
    yield from _amount(entry.cents, place)
    yield from of_text("identification", entry.identification.upper(), ID_LENGTH, place)
    yield from of_text("name", entry.name, NAME_LENGTH, place)
    if entry.name and not readable(entry.name):
        yield "name-unreadable", place
    right = not entry.addenda or (len(entry.addenda) == 1 and entry.addenda[0][1:3] == "05")
    if entry.indicator != ("1" if entry.addenda else "0") or not right:
        yield "addenda", place
    if _TRACE.fullmatch(entry.trace) is None or entry.trace[:8] != odfi:
        yield "trace", place


def _amount(cents: str, place: str) -> Iterator[Offence]:
    if _DIGITS.fullmatch(cents) is None:
        yield "amount-form", place
    elif int(cents) == 0:
        yield "amount-zero", place
    elif int(cents) > _LIMIT:
        yield "amount-limit", place


def _what(entry: Entry) -> tuple[str, str, str, str]:
    return (entry.routing, entry.account, entry.cents, entry.name)


def _traces(file: File, entries: list[Entry]) -> Iterator[Offence]:
    twice = len({entry.trace for entry in entries}) < len(entries)
    if twice or not all(_rising(batch) for batch in file.batches):
        yield "trace-order", "the file"


def _rising(batch: Batch) -> bool:
    traces = [entry.trace for entry in batch.entries]
    return not all(map(_TRACE.fullmatch, traces)) or rising([int(trace) for trace in traces])
