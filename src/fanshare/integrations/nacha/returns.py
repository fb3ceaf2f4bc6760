"""What comes back from ACH: returns (the money is here again) and notifications of change (it arrived; details differ).

Matched by the trace number of the entry that was sent, and only if identification and amount are the same: traces begin
again after ten million entries.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros
from fanshare.integrations.nacha.batch_rules import day_of
from fanshare.integrations.nacha.document import Entry, File, Totals, entry_hash
from fanshare.integrations.nacha.read_file import read_file

_CENT = 10_000
_CODE = re.compile(r"[RC][0-9]{2}", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,10}", re.ASCII)
#: Returns of returns and refused corrections: matters between banks, for a person to look at.
_BETWEEN_BANKS = re.compile(r"R6[1-9]|R7[0-9]|C6[1-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a bank says is right. Only what its code speaks of is there; it belongs where payees' details are kept."""

    routing: str = ""
    account: str = ""
    name: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One return or notification. ``code`` is R.. or C..; ``trace`` that of the entry it answers; ``day`` the file's.

    ``correction`` is there for notifications alone.
    """

    code: str
    trace: str
    identification: str
    micros: Micros
    day: date | None
    correction: Correction | None = None

    @property
    def returned(self) -> bool:
        """Whether the money came back."""
        return self.correction is None


@dataclass(slots=True)
class Matched:
    """Answers by the identification of the entry they are about. Nothing is concluded from ``unclear`` ones."""

    returns: dict[str, Answer] = field(default_factory=dict)
    changes: dict[str, list[Answer]] = field(default_factory=dict)
    unclear: list[Answer] = field(default_factory=list)


def read_answers(raw: bytes) -> list[Answer]:
    """The returns and notifications of a file, in its order; other entries are passed over.

    Raises ``BadInputError``: those of ``read_file``, ``ach_sums`` (counts or sums are not those of the entries), and
    ``ach_answer`` (an answer that does not say what it answers).
    """
    file = read_file(raw)
    _require_sums(file)
    day = day_of(file.created[:6], "%y%m%d", 6)
    entries = (entry for batch in file.batches for entry in batch.entries)
    return [answer for entry in entries for answer in _answers(entry, day)]


def between_banks(code: str) -> bool:
    """Whether a code is about a return of a return, or about a correction that was refused."""
    return _BETWEEN_BANKS.fullmatch(code) is not None


def match(answers: Iterable[Answer], files: Sequence[File]) -> Matched:
    """The entries that were sent and their answers.

    Unclear are answers to an entry that no file has, with another amount, a second return of one entry that differs
    from the first, and what banks dispute between each other. The same return read twice counts once.
    """
    entries = (entry for file in files for batch in file.batches for entry in batch.entries)
    sent = {(entry.trace, entry.identification): entry for entry in entries}
    found = Matched()
    for answer in answers:
        entry = sent.get((answer.trace, answer.identification))
        amount = None if entry is None else int(entry.cents) * _CENT
        first = found.returns.get(answer.identification)
        if amount is None or between_banks(answer.code):
            found.unclear.append(answer)
        elif not answer.returned:
            found.changes.setdefault(answer.identification, []).append(answer)
        elif answer.micros != amount or (first is not None and first != answer):
            found.unclear.append(answer)
        else:
            found.returns[answer.identification] = answer
    return found


def _answers(entry: Entry, day: date | None) -> Iterator[Answer]:
    for record in entry.addenda:
        kind, code, trace = record[1:3], record[3:6], record[6:21]
        if kind not in ("98", "99"):
            continue
        if _CODE.fullmatch(code) is None or (code[0] == "C") != (kind == "98") or not trace.isdecimal():
            raise BadInputError("ach_answer", "A return or correction does not say why, or which entry it answers.")
        correction = _correction(code, record[35:64]) if kind == "98" else None
        yield Answer(code, trace, entry.identification, int(entry.cents) * _CENT, day, correction)


def _correction(code: str, text: str) -> Correction:
    """The corrected data by code, each at its place in 29 characters (Nacha Operating Rules, appendix five)."""
    whole = text.strip()
    match code:
        case "C01":
            return Correction(account=text[:17].strip())
        case "C02":
            return Correction(routing=text[:9].strip())
        case "C03":
            return Correction(routing=text[:9].strip(), account=text[9:].strip())
        case "C04":
            return Correction(name=whole)
        case "C05":
            return Correction(kind=text[:2].strip())
        case "C06":
            return Correction(account=text[:17].strip(), kind=text[17:].strip())
        case "C07":
            return Correction(routing=text[:9].strip(), account=text[9:26].strip(), kind=text[26:].strip())
        case _:
            return Correction()


def _require_sums(file: File) -> None:
    batches = [(batch.control.totals, list(batch.entries)) for batch in file.batches]
    whole = (file.totals, [entry for batch in file.batches for entry in batch.entries])
    if file.batch_count != str(len(file.batches)) or not all(_sums(*part) for part in [*batches, whole]):
        raise BadInputError("ach_sums", "Counts or sums of this file are not those of its entries; ask for it again.")


def _sums(told: Totals, entries: list[Entry]) -> bool:
    if not all(_DIGITS.fullmatch(entry.cents) and entry.routing.isdecimal() for entry in entries):
        return False
    amount = sum(int(entry.cents) for entry in entries)
    count = len(entries) + sum(len(entry.addenda) for entry in entries)
    money = told.debit.isdecimal() and told.credit.isdecimal() and int(told.debit) + int(told.credit) == amount
    return money and told.entries == str(count) and told.entry_hash == entry_hash([entry.routing for entry in entries])
