"""A NACHA file read back into its values: ours, somebody's, or one with returns that a bank sends."""

from collections.abc import Iterator
from itertools import pairwise

from fanshare.core.errors import BadInputError
from fanshare.integrations.nacha.document import LENGTH, Batch, Control, Entry, File, Totals

#: A hundred thousand entries have 9.5 MB.
MAX_BYTES = 64 * 1024 * 1024
_FILLER = "9" * LENGTH
#: Which records may follow which (1 file, 5 batch, 6 entry, 7 addenda, 8 batch control, 9 file control).
_NEXT = {"1": "59", "5": "68", "6": "678", "7": "678", "8": "59"}


def read_file(raw: bytes) -> File:
    """The values of a file, with lines ended by line feeds (with or without carriage returns), or without line ends.

    Raises ``BadInputError``: ``ach_too_large``, ``ach_characters`` (not printable ASCII), ``ach_length`` (a record
    that has not 94 characters), ``ach_order`` (records that are missing or not where they belong).
    """
    lines = _lines(raw)
    body = lines[: _end(lines)]
    if body[0][0] != "1" or body[0][1:3] != "01":
        raise _order()
    for one, other in pairwise(body):
        if other[0] not in _NEXT[one[0]]:
            raise _order()
    head, end = body[0], body[-1]
    return File(
        destination=head[3:13].strip(),
        origin=head[13:23].strip(),
        created=head[23:33].strip(),
        modifier=head[33],
        layout=head[34:40],
        destination_name=head[40:63].rstrip(),
        origin_name=head[63:86].rstrip(),
        reference=head[86:94].rstrip(),
        batches=tuple(_batch(part) for part in _parts(body, "5")),
        batch_count=_number(end[1:7]),
        block_count=_number(end[7:13]),
        totals=_totals(end[13:55], 8),
        records=len(lines),
    )


def _lines(raw: bytes) -> list[str]:
    if len(raw) > MAX_BYTES:
        raise BadInputError(
            "ach_too_large", "This file has more than %(most)s bytes; ask for smaller files.", most=MAX_BYTES
        )
    try:
        text = raw.decode("ascii")
    except UnicodeDecodeError:
        text = "\0"
    text = text.replace("\r\n", "\n").rstrip("\n\x1a")
    if not text.replace("\n", "").isprintable():
        raise BadInputError("ach_characters", "This file has signs that are not printable ASCII; no ACH file has.")
    lines = text.split("\n")
    if len(lines) == 1 and lines[0] and len(lines[0]) % LENGTH == 0:
        lines = [lines[0][at : at + LENGTH] for at in range(0, len(lines[0]), LENGTH)]
    for number, line in enumerate(lines, start=1):
        if len(line) != LENGTH:
            raise BadInputError(
                "ach_length",
                "Line %(number)s has not %(length)s characters as every ACH record does.",
                number=number,
                length=LENGTH,
            )
    return lines


def _end(lines: list[str]) -> int:
    """Where the records end and the lines begin that only fill up the last block."""
    at = next((at for at, line in enumerate(lines) if line[0] == "9" and line != _FILLER), None)
    if at is None or any(line != _FILLER for line in lines[at + 1 :]):
        raise _order()
    if any(line[0] not in _NEXT for line in lines[:at]):
        raise _order()
    return at + 1


def _order() -> BadInputError:
    return BadInputError(
        "ach_order", "A record of this file is missing or not where it belongs; ask for the file again."
    )


def _parts(lines: list[str], first: str) -> Iterator[list[str]]:
    """The lines from each record of this type up to the next one."""
    part: list[str] = []
    for line in lines:
        if line[0] == first:
            if part:
                yield part
            part = [line]
        elif part:
            part.append(line)
    if part:
        yield part


def _batch(lines: list[str]) -> Batch:
    head = lines[0]
    ends = [line for line in lines if line[0] == "8"]
    if len(ends) != 1:
        raise _order()
    inside = lines[1 : lines.index(ends[0])]
    return Batch(
        service_class=_number(head[1:4]),
        company=head[4:20].rstrip(),
        discretionary=head[20:40].rstrip(),
        company_id=head[40:50].rstrip(),
        entry_class=head[50:53].rstrip(),
        description=head[53:63].rstrip(),
        descriptive_date=head[63:69].rstrip(),
        effective=head[69:75].rstrip(),
        status=head[78],
        odfi=head[79:87],
        number=_number(head[87:94]),
        entries=tuple(_entry(part) for part in _parts(inside, "6")),
        control=_control(ends[0]),
    )


def _entry(lines: list[str]) -> Entry:
    head = lines[0]
    return Entry(
        kind=head[1:3],
        routing=head[3:12],
        account=head[12:29].rstrip(),
        cents=_number(head[29:39]),
        identification=head[39:54].rstrip(),
        name=head[54:76].rstrip(),
        discretionary=head[76:78].rstrip(),
        indicator=head[78],
        trace=head[79:94],
        addenda=tuple(lines[1:]),
    )


def _control(line: str) -> Control:
    return Control(
        service_class=_number(line[1:4]),
        totals=_totals(line[4:44], 6),
        company_id=line[44:54].rstrip(),
        odfi=line[79:87],
        number=_number(line[87:94]),
    )


def _totals(text: str, width: int) -> Totals:
    cuts = (0, width, width + 10, width + 22, width + 34)
    entries, entry_hash, debit, credit = (_number(text[start:end]) for start, end in pairwise(cuts))
    return Totals(entries, entry_hash, debit, credit)


def _number(text: str) -> str:
    """Digits without leading zeros; anything else as it is, for a rule to refuse."""
    return text.lstrip("0") or "0" if text.isdecimal() else text
