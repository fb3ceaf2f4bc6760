"""Asks shops for codes that are wanted, and for the end of those that are not, until they have answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import structlog

from fanshare.core import shop_codes as way
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.flows import code_steps
from fanshare.flows.connections import Connection, connections
from fanshare.flows.context import Programme
from fanshare.integrations.code_types import CodeAsked, CodeMaker, CodeTold, Outcome
from fanshare.integrations.registry import connector
from fanshare.jobs.fetches import shop_settings
from fanshare.store.queries.shop_codes import ShopCode

log = structlog.get_logger(__name__)

type Clock = Callable[[], Instant]


@dataclass(slots=True)
class CodesDone:
    """What one turn brought about."""

    asked: int = 0
    confirmed: int = 0
    ended: int = 0
    later: int = 0


def can_make(shop: Connection) -> bool:
    """Whether codes can be made in this shop: its kind lets us, and we have keys for it."""
    return connector(shop.kind).make_codes is not None and shop.api is not None and not shop.uninstalled


def work_codes(programme: Programme, clock: Clock, ids: Sequence[int] | None = None) -> CodesDone:
    """Ask about one batch of what is due, or of some codes alone. A shop that fails is asked again later."""
    done = CodesDone()
    leased = code_steps.lease(programme, clock(), ids)
    done.asked = len(leased)
    shops = {shop.id: shop for shop in connections(programme)} if leased else {}
    for (shop_id, currency), group in groupby(sorted(leased, key=_shop), key=_shop):
        _at_one_shop(programme, shops[shop_id], currency, list(group), clock, done)
    return done


def _shop(row: ShopCode) -> tuple[int, str]:
    return row.connection, code_steps.plan_of(row).discount.currency


def _at_one_shop(
    programme: Programme, shop: Connection, currency: str, group: list[ShopCode], clock: Clock, done: CodesDone
) -> None:
    open_ = {row.id for row in group}
    try:
        maker = open_maker(shop, currency)
        try:
            _make(programme, maker, [row for row in group if row.state == way.ASKED], open_, clock, done)
            for row in group:
                if row.state == way.ENDING:
                    _end(programme, maker, row, open_, clock, done)
        finally:
            maker.close()
    except FanshareError as error:
        log.warning("codes_wait", endpoint=shop.endpoint, codes=len(open_), code=error.code, error=error.message)
        code, said = error.code, error.message
    else:
        code, said = "pending", "The shop is still about it."
    for id_ in sorted(open_):
        code_steps.later(programme, id_, code, said, clock())
        done.later += 1


def open_maker(shop: Connection, currency: str) -> CodeMaker:
    """The codes of a shop; whoever opened them closes them. Raises ``FanshareError`` ``shop_refused`` without keys."""
    make = connector(shop.kind).make_codes
    if make is None or not can_make(shop):
        raise FanshareError("shop_refused", "There are no keys to make codes in this shop with.", 409)
    return make({**shop_settings(shop), "currency": currency})


def _make(
    programme: Programme, maker: CodeMaker, rows: list[ShopCode], open_: set[int], clock: Clock, done: CodesDone
) -> None:
    by_text = {row.folded: row for row in rows}
    if not rows:
        return
    for told in maker.make([_asked(row) for row in rows], clock()):
        row = by_text[told.text.casefold()]
        if told.outcome is not Outcome.PENDING:
            done.confirmed += _told(programme, row, told, clock())
            open_.discard(row.id)


def _asked(row: ShopCode) -> CodeAsked:
    discount = replace(code_steps.plan_of(row).discount, ends_at=row.ends_at)
    return CodeAsked(row.shown, row.token, discount, row.sheet, again=row.attempts > 1)


def _told(programme: Programme, row: ShopCode, told: CodeTold, now: Instant) -> bool:
    match told.outcome:
        case Outcome.CONFIRMED:
            return code_steps.confirmed(programme, row.id, told.refers, now)
        case Outcome.TAKEN:
            code_steps.text_taken(programme, row.id, told.said, now)
        case Outcome.DIFFERENT:
            code_steps.different(programme, row.id, told.said, now)
        case _:
            code_steps.refused(programme, row.id, told.said, now)
    return False


def _end(programme: Programme, maker: CodeMaker, row: ShopCode, open_: set[int], clock: Clock, done: CodesDone) -> None:
    ended = maker.end(row.shown, row.sheet or row.token, clock())
    if ended.done:
        code_steps.ended(programme, row.id, ended.used, clock)
        open_.discard(row.id)
        done.ended += 1
