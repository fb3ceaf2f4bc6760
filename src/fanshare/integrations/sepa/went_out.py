"""Money that went out by statements of a bank: each transfer, or a whole file where the bank tells no parts of it."""

from collections import Counter
from collections.abc import Iterable, Iterator

from fanshare.core.found_payments import Outside
from fanshare.integrations.sepa.read_statement import Entry, Line, Statement


def went_out(statements: Iterable[Statement]) -> list[Outside]:
    """Booked debits, by the reference of whoever ordered them; one that is there twice is there twice here.

    What came back on the same statements is left out. A transfer is named by its reference and how many of it stood
    before, so that statements which are read one after the other say the same.
    """
    booked = [*_booked(statements)]
    back = Counter(line.end_to_end_id for entry in booked for line in entry.lines if line.returned)
    seen, found = Counter[str](), []
    for one in _debits(booked):
        if back[one.key] > 0:
            back[one.key] -= 1
            continue
        seen[one.key] += 1
        nth = seen[one.key]
        found.append(one._replace(reference=one.key if nth == 1 else f"{one.key} {nth}"))
    return found


def _booked(statements: Iterable[Statement]) -> Iterator[Entry]:
    """Booked entries, each once: a copy counts not, nor a booking that stands on two statements under one reference."""
    pages, named = set[tuple[str, ...]](), set[tuple[object, ...]]()
    for one in statements:
        if one.duplicate or one.key in pages:
            continue
        pages.add(one.key)
        for entry in one.entries:
            what = (one.iban, entry.day, entry.micros, entry.credit, entry.bank_reference)
            if entry.booked and not (entry.bank_reference and what in named):
                named.add(what)
                yield entry


def _debits(entries: Iterable[Entry]) -> Iterator[Outside]:
    for entry in entries:
        if entry.credit or entry.reversal:
            continue
        told = [one for line in entry.lines if (one := _told(line)) is not None]
        if not told and entry.batch is not None:
            told = [Outside("", entry.batch.message_id, "", entry.micros, entry.currency)]
        yield from told


def _told(line: Line) -> Outside | None:
    if line.credit or line.micros is None:
        return None
    return Outside("", line.end_to_end_id or line.message_id, line.payee, line.micros, line.currency)
