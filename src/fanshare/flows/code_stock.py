"""Bring codes that the brand made in its shop itself, from a CSV file: planned first, whole or not at all, once."""

import csv
import hashlib
import io
from collections.abc import Iterator
from typing import NamedTuple

from fanshare.core import code_plans
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.marks import say, together
from fanshare.flows.code_plans import plan_now
from fanshare.flows.context import Programme
from fanshare.store.queries import code_stock

MOST = 100_000
_SHOWN = 5


class Brought(NamedTuple):
    """What a file brings: codes in it, those that are new, in a stock already, and belonging to somebody already."""

    codes: int
    new: int
    known: int
    owned: int


def read_codes(raw: bytes) -> list[str]:
    """The codes of a CSV file: of its column ``code``, or of its only column. Raises ``BadInputError`` ``bad_stock``.

    A code that stands in it twice, in whatever capitals, is a mistake of the whole file, as is any line without one.
    """
    try:
        text = raw.decode("utf-8-sig")
        lines = [[cell.strip() for cell in line] for line in csv.reader(io.StringIO(text), strict=True)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInputError("bad_stock", "The file is no CSV in UTF-8 (%(error)s).", error=error) from None
    numbered = [(number, line) for number, line in enumerate(lines, 1) if any(line)]
    column = 0
    if numbered and "code" in [cell.casefold() for cell in numbered[0][1]]:
        column = [cell.casefold() for cell in numbered[0][1]].index("code")
        numbered = numbered[1:]
    elif any(len(line) > 1 for _, line in numbered):
        raise BadInputError("bad_stock", "The file has several columns: call the one with the codes `code`.")
    return _checked([(number, line[column] if column < len(line) else "") for number, line in numbered])


def bring(programme: Programme, name: str, raw: bytes, now: Instant, *, dry_run: bool = False) -> Brought:
    """Put a file's codes into the stock of a plan. The same file again changes nothing.

    Raises ``BadInputError`` (``bad_stock``, ``unknown_plan``, ``not_a_stock``). Codes that belong to somebody already
    are left out and counted.
    """
    texts, access = read_codes(raw), programme.access
    with access.transaction():
        found = plan_now(programme, name)
        if found.plan.source != code_plans.STOCK:
            raise BadInputError(
                "not_a_stock", "Codes of %(name)s are made in the shop; a stock has a plan of its own.", name=name
            )
        folded = [text.casefold() for text in texts]
        known = code_stock.known(access, found.connection, folded)
        owned = code_stock.owned(access, found.connection, folded) - known
        fresh = [text for text in texts if text.casefold() not in known | owned]
        made = len(fresh)
        if not dry_run:
            made = code_stock.add(access, found.connection, found.plan.name, fresh, hashlib.sha256(raw).digest(), now)
    return Brought(len(texts), made, len(texts) - made - len(owned), len(owned))


def _checked(codes: list[tuple[int, str]]) -> list[str]:
    if not codes or len(codes) > MOST:
        raise BadInputError(
            "bad_stock", "A file brings 1 to %(most)s codes; this one has %(number)s.", most=MOST, number=len(codes)
        )
    wrong = list(_wrong(codes))
    if wrong:
        more = [say("and %(n)s more", n=len(wrong) - _SHOWN)] if len(wrong) > _SHOWN else []
        raise BadInputError(
            "bad_stock", "Nothing was brought: %(said)s.", said=together([*wrong[:_SHOWN], *more], "; ")
        )
    return [text for _, text in codes]


def _wrong(codes: list[tuple[int, str]]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for number, text in codes:
        if not 1 <= len(text) <= 100 or not text.isprintable() or any(char.isspace() for char in text):
            yield say("line %(line)s has no code of 1 to 100 characters without blanks", line=number)
        elif text.casefold() in seen:
            yield say("line %(line)s repeats line %(first)s", line=number, first=seen[text.casefold()])
        else:
            seen[text.casefold()] = number
