"""Import orders from a file: the same road as any other order, accepted and settled, in batches of whole orders.

A rehearsal is the import itself in a transaction that is rolled back, so that what it shows is what will be. The real
one commits batch by batch: other programmes and the shop's own messages go on meanwhile, and an import that was broken
off is finished by importing the same file again, for what is known already changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import batched
from typing import Any

from psycopg.pq import TransactionStatus

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.ledger import AccountKind, Balance
from fanshare.core.money import Micros
from fanshare.core.order_news import news_as_it_is_now
from fanshare.core.orders import OrderState
from fanshare.flows.accept import Shop, accept
from fanshare.flows.connections import Connection, NewConnection, add_connection, connections
from fanshare.flows.context import Programme
from fanshare.flows.settle import settle
from fanshare.store import books
from fanshare.store.access import retry
from fanshare.store.queries import imports
from fanshare.store.queries.imports import ImportedFile

KIND = "import"
BATCH = 500
#: Refusals that are told one by one; the others are counted.
MOST_TOLD = 20

#: (what, done) as the work goes on.
type Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Movement:
    """What one party (``None``: the programme itself) had and has in one currency, in micros.

    ``holder`` is ``party``, ``brand`` (what it owes for orders, as a positive amount), ``unclaimed`` or ``fee``.
    """

    holder: str
    party: int | None
    currency: str
    before: Micros
    after: Micros


@dataclass(slots=True)
class Outcome:
    """What an import did, or a rehearsal would do. ``refused``: order id -> why, the first of ``not_taken``."""

    orders: int = 0
    changed: int = 0
    not_taken: int = 0
    transfers: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, Any]:
        """What is written down about the import."""
        return {"orders": self.orders, "changed": self.changed, "not_taken": self.not_taken}


def file_connection(programme: Programme, endpoint: str, now: Instant) -> Connection:
    """The connection that files come in by: the named one, the only one, or a new one where there is none yet.

    Raises ``BadInputError`` (``which_connection``, ``not_for_files``).
    """
    known = connections(programme)
    if endpoint:
        named = next((one for one in known if one.endpoint == endpoint), None)
        if named is None:
            raise BadInputError(
                "which_connection", "There is no connection %(endpoint)s here.", 404, endpoint=repr(endpoint[:60])
            )
        if named.kind != KIND:
            said = "%(endpoint)s is a %(kind)s connection, which sends its orders itself; files need one of their own."
            raise BadInputError("not_for_files", said, endpoint=endpoint, kind=named.kind)
        return named
    for_files = [one for one in known if one.kind == KIND]
    if len(for_files) > 1:
        listed = ", ".join(one.endpoint for one in for_files)
        raise BadInputError(
            "which_connection", "There are several connections for files: --connection %(listed)s.", listed=listed
        )
    if for_files:
        return for_files[0]
    return add_connection(programme, NewConnection(KIND), now, can_fetch=False, reports_fulfilment=False)


def import_orders(
    programme: Programme, endpoint: str, file: ImportedFile, states: Iterable[OrderState], now: Instant, tell: Tell
) -> Outcome:
    """Import the states, which come in the order in which they were placed. Not to be called in a transaction."""
    access, result = programme.access, Outcome()
    _settle(programme, now, _silent)
    before = books.balances(access)
    with access.transaction():
        connection = file_connection(programme, endpoint, now)
        run = imports.begin(access, "orders", file, now, connection=connection.id)
    for batch in batched(states, BATCH):
        _add(result, batch, retry(access.conn, partial(_accept, programme, connection, batch, now)))
        imports.advance(access, run, result.counts)
        tell("orders", result.orders)
    result.transfers = _settle(programme, now, tell)
    imports.finish(access, run, result.counts, now)
    result.movements = _movements(before, books.balances(access))
    return result


def rehearse(programme: Programme, endpoint: str, states: Iterable[OrderState], now: Instant, tell: Tell) -> Outcome:
    """Do all of an import and roll it back. The programme's books stand still for others as long as it takes."""
    access, result = programme.access, Outcome()
    with access.conn.transaction(force_rollback=True):
        _settle(programme, now, _silent)
        before = books.balances(access)
        connection = file_connection(programme, endpoint, now)
        for batch in batched(states, BATCH):
            _add(result, batch, _accept(programme, connection, batch, now))
            tell("orders", result.orders)
        result.transfers = _settle(programme, now, tell)
        result.movements = _movements(before, books.balances(access))
    return result


def _accept(
    programme: Programme, connection: Connection, states: Iterable[OrderState], now: Instant
) -> tuple[int, Mapping[str, str]]:
    """One batch: how many orders changed, and which were refused, and why."""
    speaker = Shop(connection.id, connection.endpoint, news_as_it_is_now)
    with programme.access.transaction():
        found = accept(programme.access, speaker, list(states), programme.book, programme.secrets, now)
    return len(found.changed), {order: error.message for order, error in found.refused.items()}


def _settle(programme: Programme, now: Instant, tell: Tell) -> int:
    """Settle whatever is due; how many transfers that made. Before an import this is not the file's doing."""
    access, transfers, orders = programme.access, 0, 0
    work = partial(settle, access, programme.book, programme.holders, now)
    alone = access.conn.info.transaction_status == TransactionStatus.IDLE
    while (settled := retry(access.conn, work) if alone else work()).orders:
        transfers += settled.transfers
        orders += settled.orders
        tell("settled", orders)
    return transfers


def _silent(what: str, done: int) -> None:
    del what, done


def _add(result: Outcome, batch: tuple[OrderState, ...], taken: tuple[int, Mapping[str, str]]) -> None:
    changed, refused = taken
    result.orders += len(batch)
    result.changed += changed
    result.not_taken += len(refused)
    for order, why in refused.items():
        if len(result.refused) < MOST_TOLD:
            result.refused[order] = why


def _movements(before: Mapping[Balance, Micros], after: Mapping[Balance, Micros]) -> list[Movement]:
    """Who has more or less than before, by holder and currency; who has the same is left out."""
    sums: dict[tuple[str, int, str], list[Micros]] = {}
    for place, balances in enumerate((before, after)):
        for balance, amount in balances.items():
            holder, party, sign = _holder(balance)
            pair = sums.setdefault((holder, party or 0, balance.currency), [0, 0])
            pair[place] += sign * amount
    return [
        Movement(holder, party or None, currency, was, now)
        for (holder, party, currency), (was, now) in sorted(sums.items())
        if was != now
    ]


def _holder(balance: Balance) -> tuple[str, int | None, int]:
    account = balance.account
    if account.kind is AccountKind.OWED:
        return "brand", None, -1
    if account.kind is AccountKind.ABSORBED:
        return "absorbed", None, 1
    if account.kind is AccountKind.FEE:
        return "fee", None, 1
    if account.kind is AccountKind.UNCLAIMED:
        return "unclaimed", account.party, 1
    return "party", account.party, 1
