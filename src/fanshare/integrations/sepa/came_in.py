"""Money that came in by statements of a bank, each booking under a name that it has on every statement that tells it.

A bank's own reference names a booking for ever. Many banks give none, or ``NONREF`` to all. Then it is what was booked:
account, day, amount, who paid and what was written; and of bookings that are equal in all of that, how many of that day
stood before it. Two statements that overlap so agree, as long as each begins with a day: on neither can a booking be
one more than the bank booked. Where they don't, less is taken for new, never more.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from fanshare.integrations.sepa.read_statement import Entry, Line, Statement


def came_in(statements: Iterable[Statement]) -> list[tuple[str, Line]]:
    """What is booked and no transfer of ours that came back, with its name: 64 hexadecimal figures."""
    before: dict[tuple[str, ...], Counter[tuple[str, ...]]] = {}
    pages = set[tuple[str, ...]]()
    found = []
    for one in statements:
        # Pages of one statement go on counting; the same page again, and every other statement, begins anew.
        seen = Counter[tuple[str, ...]]() if one.key in pages else before.setdefault(one.key[:3], Counter())
        pages.add(one.key)
        found += [(_name(what, seen), line) for what, line in _lines(one)]
    return found


def _lines(statement: Statement) -> Iterator[tuple[tuple[str, ...], Line]]:
    for entry in statement.entries:
        for number, line in enumerate(entry.lines):
            if entry.booked and line.credit and not line.returned and not entry.reversal and (line.micros or 0) > 0:
                yield _what(statement, entry, line, number), line


def _what(statement: Statement, entry: Entry, line: Line, number: int) -> tuple[str, ...]:
    """What tells a booking from others. A reference is looked at together with its day: some banks begin anew."""
    day = entry.day.isoformat() if entry.day else ""
    where = (statement.iban, day, str(line.micros), line.currency)
    if entry.bank_reference:
        return ("named", *where, entry.bank_reference, str(number))
    if line.bank_reference:
        return ("part", *where, line.bank_reference)
    return ("told", *where, *(() if day else statement.key), line.payer, line.text, line.bank_ids)


def _name(what: tuple[str, ...], seen: Counter[tuple[str, ...]]) -> str:
    """The same reference is the same booking also within a statement; what has none is counted."""
    nth = 0 if what[0] == "named" else seen[what]
    seen[what] += 1
    return hashlib.sha256("\x00".join((*what, str(nth))).encode()).hexdigest()
