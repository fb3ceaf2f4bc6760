"""What a provider's own report says of payments of runs: each row against the payment that it is about, to the cent.

A report of a month names everything that moved in the brand's account there. Of ours is what carries the reference of
a payment, or what the provider called that payment; what looks like a payment of ours and is none is listed.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Said

#: The largest report that is read, in bytes: some 250,000 rows.
MOST_BYTES = 50_000_000


class What(StrEnum):
    """Why a row of a report fits no payment, or fits it otherwise than it was sent."""

    STRANGER = "stranger"  # a payment there that no run here made
    OTHER_PAYMENT = "other_payment"  # our reference on a payment that the provider calls otherwise
    OTHER_AMOUNT = "other_amount"
    PAID_TWICE = "paid_twice"
    SUMS = "sums"  # amount and fee do not come to the net amount that it says
    STATUS = "status"  # a state that nobody knows here
    STILL_SENDING = "still_sending"  # said to have failed or come back while it may still be sent


class ReportRow(NamedTuple):
    """A row of a report: ``line`` of the file; texts that may be our reference; what the provider calls the payment.

    ``said``: what it says of the payment, ``None`` for a state that is not known. ``amount`` of the payment itself and
    the ``fee`` that the provider took for it (below zero where it gave one back), in micros; ``adds_up`` says whether
    they come to the net amount. ``payment``: whether the provider calls this row a payment. ``movement`` is its
    number of the money's movement, where it gives each of them one: another one is another payment.
    """

    line: int
    references: tuple[str, ...]
    remote: str
    said: Said | None
    amount: Micros
    fee: Micros
    currency: str
    adds_up: bool = True
    payment: bool = True
    movement: str = ""


class Movement(NamedTuple):
    """Money that arrived, by the provider's number of it."""

    name: str
    amount: Micros
    currency: str


class Report(NamedTuple):
    """A report: whose, and its rows that may concern payments."""

    kind: Kind
    rows: list[ReportRow]


class Payment(NamedTuple):
    """A payment over the provider as it was sent; ``sending``: it may still be attempted. ``movements``: by which it
    arrived, as its answers and earlier reports told.
    """

    item: int
    run: int
    key: str
    remote: str
    amount: Micros
    currency: str
    sending: bool = False
    movements: frozenset[Movement] = frozenset()


class Found(NamedTuple):
    """A row that concerns us: the payment it is about, ``None`` for a stranger, and what is odd about it, if anything.

    ``heard``: whether it is said to the payment.
    """

    row: ReportRow
    payment: Payment | None
    what: What | None = None
    heard: bool = True

    @property
    def reference(self) -> str:
        """By what a person finds it: ours, else the provider's."""
        return self.payment.key if self.payment is not None else self.row.remote or next(iter(self.row.references), "")


def matched(rows: Iterable[ReportRow], payments: Iterable[Payment]) -> list[Found]:
    """The rows that are about payments of ours, or look so; everything else in the report is no business of ours.

    A movement that the report tells twice counts once.
    """
    known = list(payments)
    keys = {one.key: one for one in known}
    remotes = {one.remote: one for one in known if one.remote}
    found: list[Found] = []
    arrived: dict[int, set[str]] = {}
    seen: set[tuple[object, ...]] = set()
    for row in rows:
        named = next((keys[one] for one in row.references if one in keys), None)
        payment = named or remotes.get(row.remote)
        if payment is None:
            if row.payment:
                found.append(Found(row, None, What.STRANGER, heard=False))
            continue
        place = (payment.item, *row._replace(line=0))
        if row.movement and place in seen:
            continue
        seen.add(place)
        found.append(_held_against(row, payment, arrived.setdefault(payment.item, set())))
        if row.said is Said.ARRIVED and found[-1].heard:
            arrived[payment.item].add(row.movement)
    return found


def _held_against(row: ReportRow, payment: Payment, arrived: set[str]) -> Found:
    other = "" not in (row.remote, payment.remote) and row.remote != payment.remote
    unheard = (
        (row.said is None, What.STATUS),
        (not row.adds_up, What.SUMS),
        (other, What.OTHER_PAYMENT),
        (payment.sending and row.said in (Said.CAME_BACK, Said.REFUSED), What.STILL_SENDING),
    )
    why = next((what for applies, what in unheard if applies), None)
    if why is not None:
        return Found(row, payment, why, heard=False)
    if row.said is Said.ARRIVED and _another(row, payment, arrived):
        return Found(row, payment, What.PAID_TWICE)
    if (row.amount, row.currency) != (payment.amount, payment.currency):
        return Found(row, payment, What.OTHER_AMOUNT)
    return Found(row, payment)


def _another(row: ReportRow, payment: Payment, arrived: set[str]) -> bool:
    """Whether this is another movement than one that is known: ``arrived`` are those of the report so far.

    Of a row without a number nobody knows whether it is one that an earlier report told.
    """
    known = {one.name for one in payment.movements}
    if not row.movement:
        return bool(arrived)
    return row.movement not in known and bool(known | arrived - {row.movement})


class Word(NamedTuple):
    """What a payment is told: the sum of the rows that say the same of it."""

    said: Said
    amount: Micros
    currency: str


def words(found: Iterable[Found]) -> Mapping[Payment, list[Word]]:
    """What each payment is told, in the order in which it can have happened; twice paid is told as one sum, with what
    arrived by other movements before. Of movements that are known as they are nothing is told.
    """
    sums: dict[tuple[Payment, Said, str], Micros] = {}
    arrived: dict[Payment, set[Movement]] = {}
    for one in found:
        if one.heard and one.payment is not None and one.row.said is not None:
            place = (one.payment, one.row.said, one.row.currency)
            sums[place] = sums.get(place, 0) + one.row.amount
            if one.row.said is Said.ARRIVED:
                arrived.setdefault(one.payment, set()).add(movement_of(one.row))
    told: dict[Payment, list[Word]] = {}
    for (payment, said, currency), amount in sorted(sums.items(), key=lambda pair: _ORDER.index(pair[0][1])):
        if said is Said.ARRIVED and arrived[payment] <= payment.movements:
            continue
        before = beside(payment.movements, arrived[payment], currency) if said is Said.ARRIVED else 0
        told.setdefault(payment, []).append(Word(said, amount + before, currency))
    return told


def movement_of(row: ReportRow) -> Movement:
    """The movement that a row tells."""
    return Movement(row.movement, row.amount, row.currency)


def beside(known: Iterable[Movement], told: Iterable[Movement], currency: str) -> Micros:
    """What arrived in a currency by known movements other than those told now; one without a number may be any."""
    names = {one.name for one in told}
    if "" in names:
        return 0
    return sum(one.amount for one in known if one.currency == currency and one.name not in names)


_ORDER = (Said.ACCEPTED, Said.ARRIVED, Said.REFUSED, Said.CAME_BACK)


def fees(found: Iterable[Found]) -> dict[str, Micros]:
    """What the provider took for payments of ours, by currency."""
    sums: dict[str, Micros] = {}
    for one in found:
        if one.payment is not None and one.row.fee:
            sums[one.row.currency] = sums.get(one.row.currency, 0) + one.row.fee
    return dict(sorted(sums.items()))


def bad_report(why: str) -> BadInputError:
    """Why a file is refused whole: ``large``, ``csv``, ``twice`` or ``unknown``."""
    if why == "large":
        return BadInputError("bad_report", "This file is too large.")
    if why == "csv":
        return BadInputError("bad_report", "This is no CSV file in UTF-8.")
    if why == "twice":
        return BadInputError("bad_report", "A column that is needed stands twice in this report.")
    return BadInputError(
        "bad_report",
        "This is no report that is known here: the balance report or the balance history of Stripe, the activity report"
        " of PayPal, or the rewards of Tremendous, as CSV with its first line.",
    )


def bad_row(line: int, *, amount: bool = False) -> BadInputError:
    """A row that can't be read, perhaps for its ``amount``; then nothing of the file is taken."""
    if amount:
        return BadInputError(
            "bad_row",
            "Line %(line)s of the report has no amount where one has to be: digits with a full stop are read, such as"
            " 1,234.50.",
            line=line,
        )
    return BadInputError("bad_row", "Line %(line)s of the report can't be read; nothing was taken.", line=line)
