"""Read a file of orders from end to end into a staging area: every row is put down, or refused with its reason."""

import csv
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from fanshare.core.errors import BadInputError
from fanshare.integrations.orders_file.rows import read_order_id, read_row
from fanshare.integrations.orders_file.source import Source
from fanshare.integrations.orders_file.staging import Refusal, Staging
from fanshare.integrations.types import Pseudonym

_TELL_EVERY = 2_000


def read(source: Source, staging: Staging, pseudonym: Pseudonym, tell: Callable[[int], None]) -> None:
    """Read all rows; ``tell`` hears now and then how many there were. Raises ``BadInputError`` where reading ends."""
    for place, (number, cells) in enumerate(source.rows(), 1):
        order_id: str | None = None
        try:
            given = source.given(cells)
            order_id = read_order_id(given)
            staging.put(read_row(number, order_id, given, source.plan, pseudonym))
        except BadInputError as error:
            staging.refuse(number, error, order_id)
        if place % _TELL_EVERY == 0:
            tell(place)
    staging.arrange()
    tell(staging.rows)


def write_refused(source: Source, refusals: Iterator[Refusal], target: Path) -> int:
    """Write the refused rows as they stand in the file, each with its number and reason, as CSV; how many there were.

    The file is for its owner alone, as it repeats what the rows hold. Raises ``OSError``, also where it is there.
    """
    waiting, written = next(refusals, None), 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["refused_row", "refused_because", *source.header])
        for number, cells in source.rows():
            if waiting is None:
                break
            if number == waiting.number:
                writer.writerow([number, waiting.message, *("" if cell is None else cell for cell in cells)])
                waiting, written = next(refusals, None), written + 1
    return written
