"""The two files of a payout run that a person pays: what is to be paid, and what became of it."""

import csv
import io
from collections.abc import Iterable, Mapping

from fanshare.core.csv_cells import safe_cell
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.money import parse_amount
from fanshare.core.payout_item import Answer, Said
from fanshare.core.rails import CALLED
from fanshare.flows.payout_runs import Told
from fanshare.store.queries.payout_runs import Row

_SAID = {"": Said.ARRIVED, "paid": Said.ARRIVED, "returned": Said.CAME_BACK, "refused": Said.REFUSED}
_KNOWN = frozenset({"reference", "payee", "amount", "currency", "name", "said", "reason"})


def written(items: Iterable[Row], names: Mapping[int, str]) -> str:
    """A file with the frozen line of each payment that was sent, and for the reader's eyes her name as it is now.

    What goes over a provider that is called is left out: it would be paid a second time.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["reference", "payee", "amount", "currency", "name"])
    for row in items:
        if row.item.frozen is not None and row.kind not in CALLED:
            cells = [*row.item.frozen.body.decode().split(",")[:4], names.get(row.party, "")]
            writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()


def answers(raw: bytes, most: int, now: Instant) -> list[Told]:
    """What a file says became of payments; a row that says nothing means paid.

    Raises ``BadInputError``: ``bad_file`` for what is no such file, ``bad_row`` with the number of the line,
    ``bad_amount``.
    """
    if len(raw) > most:
        raise BadInputError("bad_file", "This file is too large.")
    try:
        reader = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        heads = reader.fieldnames or []
        if "reference" not in heads or not set(heads) <= _KNOWN or len(set(heads)) != len(heads):
            raise BadInputError(
                "bad_file", "The first line names the columns: reference, and any of %(known)s.", known=_others()
            )
        return [_told(row, number, now) for number, row in enumerate(reader, start=2)]
    except (UnicodeDecodeError, csv.Error):
        raise BadInputError("bad_file", "This is no CSV file in UTF-8.") from None


def _others() -> str:
    return ", ".join(sorted(_KNOWN - {"reference"}))


def _told(row: dict[str | None, str | None], number: int, now: Instant) -> Told:
    cell = {name: (value or "").strip() for name, value in row.items() if isinstance(name, str)}
    said, reason = _SAID.get(cell.get("said", "").lower()), cell.get("reason", "")
    if None in row or said is None or not cell["reference"] or len(reason) > 500 or "\x00" in "".join(cell.values()):
        raise BadInputError(
            "bad_row", "Line %(number)s can't be read: said is paid, returned or refused.", number=number
        )
    if said is not Said.ARRIVED and not reason:
        raise BadInputError("bad_row", "Line %(number)s says no reason; the payee will read it.", number=number)
    amount = parse_amount(cell["amount"]) if cell.get("amount") else None
    if amount is not None and amount < 0:
        raise BadInputError("bad_amount", "An amount must be a decimal number written in digits.")
    return Told(cell["reference"], Answer(said, now, amount, cell.get("currency", "")), reason)
