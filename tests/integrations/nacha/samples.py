"""A company, a person and a business to pay, a file of them, and a bank that sends some of it back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from fanshare.core.instants import from_datetime
from fanshare.integrations.nacha.compose import Frame, Item, Payee, compose, totals
from fanshare.integrations.nacha.document import BLOCK, Batch, Entry, File
from fanshare.integrations.nacha.write import write

#: Files are made on a Tuesday for Wednesday.
DAY, TODAY = date(2026, 12, 2), date(2026, 12, 1)
CREATED = from_datetime(datetime(2026, 12, 1, 10, 2, tzinfo=UTC))

CLEO = Payee("Cléo Müller", "021000021", "000123456789")
FINN = Payee("Finn O'Hara", "011401533", "98-7654321", savings=True)
STUDIO = Payee("Cleo's Studio LLC", "091000019", "5550001", business=True)


def frame() -> Frame:
    return Frame("121042882", "My Bank", "1234567890", "Bea's Shop Inc", "1234567890", "SALESHARE", CREATED, DAY)


def items() -> list[Item]:
    return [
        Item("fs-1-cleo", 1_416_000_000, "USD", CLEO),
        Item("fs-1-studio", 25_500_000, "USD", STUDIO),
        Item("fs-1-finn", 370_000, "USD", FINN),
    ]


def file() -> File:
    return compose(frame(), items())


def answered(sent: File, answers: Sequence[tuple[str, str]]) -> bytes:
    """The file with which a bank answers: (identification, code) each; for a correction with what is in CORRECTED."""
    entries = {entry.identification: entry for batch in sent.batches for entry in batch.entries}
    made = [_answer(entries[name], code, at) for at, (name, code) in enumerate(answers, start=1)]
    return write(with_entries(sent, made))


CORRECTED = {
    "C01": "1918171614",
    "C02": "091000019",
    "C03": "091000019   1918171614       ",
    "C04": "CLEO MEIER",
    "C05": "32",
    "C06": "1918171614       32",
    "C07": "0910000191918171614       32",
}


def _answer(entry: Entry, code: str, number: int) -> Entry:
    change = code.startswith("C")
    trace = f"{entry.routing[:8]}{number:07d}"
    head = f"7{'98' if change else '99'}{code}{entry.trace}{' ' * 6}{entry.routing[:8]}"
    record = head + CORRECTED.get(code, "").ljust(44) + trace
    kind = {"22": "21", "32": "31"}[entry.kind]
    cents = "0" if change else entry.cents
    return replace(entry, kind=kind, cents=cents, trace=trace, indicator="1", addenda=(record,))


def with_entries(sent: File, entries: Sequence[Entry]) -> File:
    """One batch of these entries, with sums that are right."""
    batch: Batch = sent.batches[0]
    sums = totals(entries)
    one = replace(batch, entries=tuple(entries), control=replace(batch.control, totals=sums))
    blocks = -(-(4 + int(sums.entries)) // BLOCK)
    return replace(sent, batches=(one,), batch_count="1", block_count=str(blocks), totals=sums, records=blocks * BLOCK)
