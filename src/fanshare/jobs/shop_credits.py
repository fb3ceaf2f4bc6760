"""Asks shops for the codes of credits and for their end, and what orders took of them, until they have answered."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import structlog

from fanshare.core import shop_credits as way
from fanshare.core.discounts import Discount
from fanshare.core.errors import FanshareError
from fanshare.flows import credit_steps
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.integrations.code_types import CodeAsked, CodeMaker, CodeTold, Outcome
from fanshare.jobs.shop_codes import Clock, open_maker
from fanshare.store.queries import shop_credits as rows
from fanshare.store.queries.shop_credits import Credit, Look

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class CreditsDone:
    """What one turn brought about."""

    asked: int = 0
    made: int = 0
    ended: int = 0
    used: int = 0


@dataclass(slots=True)
class _Turn:
    """One turn over a programme's credits. A shop that failed once in it is not asked again before the next one."""

    programme: Programme
    clock: Clock
    shops: dict[int, Connection]
    done: CreditsDone = field(default_factory=CreditsDone)
    failed: dict[int, FanshareError] = field(default_factory=dict)

    @contextlib.contextmanager
    def at(self, row: Credit) -> Iterator[CodeMaker]:
        """The codes of a credit's shop. Raises ``FanshareError`` where the shop is not to be asked now."""
        if row.connection in self.failed:
            raise self.failed[row.connection]
        shop = self.shops[row.connection]
        try:
            maker = open_maker(shop, row.currency)
            try:
                yield maker
            finally:
                maker.close()
        except FanshareError as error:
            log.warning("credits_wait", endpoint=shop.endpoint, code=error.code, error=error.message)
            self.failed[row.connection] = error
            raise


def work_credits(programme: Programme, clock: Clock) -> CreditsDone:
    """Ask about one batch of what is due, then book what orders took. A shop that fails is asked again later."""
    turn = _Turn(programme, clock, {shop.id: shop for shop in connections(programme)})
    for row in credit_steps.lease(programme, clock()):
        turn.done.asked += 1
        _ask(turn, row)
    for order in credit_steps.look(programme, clock()):
        _look(turn, order)
    return turn.done


def _ask(turn: _Turn, row: Credit) -> None:
    """One credit at its shop; where nothing is known of it afterwards it is asked again, with the same code."""
    try:
        with turn.at(row) as maker:
            if row.state == way.ASKED:
                _make(turn, maker, row)
            else:
                _end(turn, maker, row)
    except FanshareError as error:
        credit_steps.later(turn.programme, row.id, error.message, turn.clock())


def asked_of(row: Credit) -> CodeAsked:
    """The code of a credit: its whole worth off, once, for any basket, without an end."""
    discount = Discount(row.currency, amount=row.amount, uses=1)
    return CodeAsked(row.shown, row.token, discount, again=row.attempts > 1)


def _make(turn: _Turn, maker: CodeMaker, row: Credit) -> None:
    for told in maker.make([asked_of(row)], turn.clock()):
        turn.done.made += _told(turn.programme, row, told, turn.clock)


def _told(programme: Programme, row: Credit, told: CodeTold, clock: Clock) -> bool:
    match told.outcome:
        case Outcome.CONFIRMED:
            return credit_steps.made(programme, row.id, clock())
        case Outcome.TAKEN:
            credit_steps.text_taken(programme, row.id, clock())
        case Outcome.DIFFERENT:
            credit_steps.different(programme, row.id, told.said, clock())
        case Outcome.REFUSED:
            credit_steps.refused(programme, row.id, told.said, clock())
        case _:
            credit_steps.later(programme, row.id, told.said or "The shop is still about it.", clock())
    return False


def _end(turn: _Turn, maker: CodeMaker, row: Credit) -> None:
    ended = maker.end(row.shown, row.token, turn.clock())
    if ended.done:
        turn.done.ended += credit_steps.ended(turn.programme, row.id, ended.used, turn.clock())
    else:
        credit_steps.later(turn.programme, row.id, "The shop is still about it.", turn.clock())


def _look(turn: _Turn, at: Look) -> None:
    """What an order that has changed means for the credits that stand in it; a shop that fails is asked again."""
    programme = turn.programme
    try:
        for row in rows.in_order(programme.access, at.order):
            _book(turn, row)
            credit_steps.came_to_nothing(programme, row.id, turn.clock())
    except FanshareError:
        credit_steps.look_later(programme, at, turn.clock())
    else:
        rows.looked(programme.access, at)


def _book(turn: _Turn, row: Credit) -> None:
    """What the paid order took of a credit. An order that does not show the code took nothing."""
    found = rows.orders(turn.programme.access, row)
    order = next((one for one in found if one.status == "captured"), None)
    if order is None or way.USED not in way.WAYS[row.state]:
        return
    if row.stock is not None:  # nobody can ask its shop; what a basket leaves is between the shop and who has the code
        taken: int | None = row.amount
    else:
        with turn.at(row) as maker:
            taken = maker.spent(row.shown, order.external_id)
    credit_steps.used(turn.programme, row.id, order.order, taken or 0, turn.clock())
    turn.done.used += 1
