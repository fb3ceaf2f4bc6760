"""A provider's own report is read: what it says of payments is told to them, and what fits none is kept and listed.

A payment that is reported otherwise than it was sent becomes one that does not match, as with a bank's statement; a
person decides. What the provider took for it is kept beside it, and is no money of anybody's here.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from fanshare.core import provider_reports as core
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Answer, Said
from fanshare.core.provider_reports import Found, Movement, ReportRow, Word
from fanshare.flows import payout_runs
from fanshare.flows.context import Programme
from fanshare.flows.payout_runs import Told
from fanshare.store.queries import provider_reports as rows


class Taken(NamedTuple):
    """What came of a report: its number, whether it had been read before, its rows, those told to payments, the odd
    ones, and what the provider took by currency.
    """

    report: int
    again: bool
    lines: int
    told: int
    odd: tuple[Found, ...]
    fees: dict[str, Micros]


def take(programme: Programme, kind: Kind, found: list[ReportRow], raw: bytes, by: str, now: Instant) -> Taken:
    """Book what a report says of payments over a provider, all of it or nothing.

    The same file again changes nothing, and what another report has said already is not said twice. A movement that no
    answer and no report told before is another payment, on whichever report it stands. Raises
    ``BadInputError`` (``bad_name``), ``ConflictError`` as ``payout_runs.tell`` does.
    """
    payout_runs.check_name(by)
    access, hash_ = programme.access, hashlib.sha256(raw).digest()
    with access.transaction():
        known = rows.known(access, hash_)
        if known is not None:
            return Taken(known, True, len(found), 0, (), {})
        texts = {text for row in found for text in (*row.references, row.remote) if text}
        matched = core.matched(found, rows.payments(access, kind, texts, now))
        report = rows.add(access, kind, hash_, len(found), matched, by, now)
        told = _tell(programme, report, matched, by, now)
        rows.add_movements(access, [*_arrived(matched)], report, now)
    odd = tuple(one for one in matched if one.what is not None)
    return Taken(report, False, len(found), told, odd, core.fees(matched))


def _tell(programme: Programme, report: int, matched: list[Found], by: str, now: Instant) -> int:
    """Say to each payment what is new; returns how many words were said. What came back is said after what left."""
    told = core.words(matched)
    before = rows.heard_before(programme.access, report, [one.item for one in told])
    count = 0
    for turn in range(max(map(len, told.values()), default=0)):
        by_run: dict[int, list[Told]] = defaultdict(list)
        for payment, words in told.items():
            if turn < len(words) and (payment.item, *words[turn]) not in before:
                by_run[payment.run].append(Told(payment.key, _answer(words[turn], now)))
        for run, some in sorted(by_run.items()):
            payout_runs.tell(programme, run, some, by, now)
            count += len(some)
    return count


def _arrived(matched: list[Found]) -> Iterator[tuple[int, Movement]]:
    for one in matched:
        if one.heard and one.payment is not None and one.row.said is Said.ARRIVED and one.row.movement:
            yield one.payment.item, core.movement_of(one.row)


def _answer(word: Word, now: Instant) -> Answer:
    return Answer(word.said, now, word.amount, word.currency)
