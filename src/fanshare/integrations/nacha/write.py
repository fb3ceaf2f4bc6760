"""A NACHA file as bytes: lines of 94 characters, filled up to whole blocks of ten."""

from collections.abc import Iterator

from fanshare.integrations.nacha.document import BLOCK, LENGTH, Batch, Entry, File, Totals


def write(file: File) -> bytes:
    """The file in ASCII with a line feed after each record. The same file gives the same bytes.

    Raises ``ValueError`` for a value that does not fit its field: a file that the rules let through has none.
    """
    lines = list(_records(file))
    lines += ["9" * LENGTH] * (-len(lines) % BLOCK)
    return ("\n".join(lines) + "\n").encode("ascii")


def _records(file: File) -> Iterator[str]:
    yield _record(
        "101",
        _right(file.destination, 10),
        _right(file.origin, 10),
        _left(file.created, 10),
        _left(file.modifier, 1),
        _left(file.layout, 6),
        _left(file.destination_name, 23),
        _left(file.origin_name, 23),
        _left(file.reference, 8),
    )
    for batch in file.batches:
        yield from _batch(batch)
    counts = _number(file.batch_count, 6) + _number(file.block_count, 6)
    yield _record("9", counts, _totals(file.totals, 8), " " * 39)


def _batch(batch: Batch) -> Iterator[str]:
    yield _record(
        "5",
        _number(batch.service_class, 3),
        _left(batch.company, 16),
        _left(batch.discretionary, 20),
        _left(batch.company_id, 10),
        _left(batch.entry_class, 3),
        _left(batch.description, 10),
        _left(batch.descriptive_date, 6),
        _left(batch.effective, 6),
        "   ",
        _left(batch.status, 1),
        _number(batch.odfi, 8),
        _number(batch.number, 7),
    )
    for entry in batch.entries:
        yield entry_text(entry)
        yield from entry.addenda
    control = batch.control
    yield _record(
        "8",
        _number(control.service_class, 3),
        _totals(control.totals, 6),
        _left(control.company_id, 10),
        " " * 25,
        _number(control.odfi, 8),
        _number(control.number, 7),
    )


def entry_text(entry: Entry) -> str:
    """One entry as it stands in the file, without addenda."""
    return _record(
        "6",
        _number(entry.kind, 2),
        _number(entry.routing, 9),
        _left(entry.account, 17),
        _number(entry.cents, 10),
        _left(entry.identification, 15),
        _left(entry.name, 22),
        _left(entry.discretionary, 2),
        _left(entry.indicator, 1),
        _number(entry.trace, 15),
    )


def _totals(totals: Totals, width: int) -> str:
    return (
        _number(totals.entries, width)
        + _number(totals.entry_hash, 10)
        + _number(totals.debit, 12)
        + _number(totals.credit, 12)
    )


def _record(*fields: str) -> str:
    record = "".join(fields)
    if len(record) != LENGTH:
        raise ValueError("a value does not fit its field")
    return record


def _left(text: str, width: int) -> str:
    return text.ljust(width)


def _right(text: str, width: int) -> str:
    return text.rjust(width)


def _number(digits: str, width: int) -> str:
    return digits.rjust(width, "0")
