"""What the books say: orders, shares, balances, decisions, statements."""

import json
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict

from fanshare.api.gate import Desk, desk_of, operation
from fanshare.api.paging import Page, PageAsked, page
from fanshare.api.payouts import clock_out, day_out, waits_out
from fanshare.api.people import party_id, party_of
from fanshare.api.shapes import (
    BalanceOut,
    Bucket,
    Number,
    OrderDetail,
    OrderOut,
    OrderReported,
    RulingIn,
    RulingOut,
    ShareOut,
    Short,
    Time,
    maybe_when,
    moment,
    money,
    when,
)
from fanshare.api.writing import write
from fanshare.core.errors import FanshareError
from fanshare.core.payment_clock import Waiting
from fanshare.core.sentences import sentence
from fanshare.core.settlement_leaf import own_settlement
from fanshare.flows import payment_clock
from fanshare.flows.payment_clock import Earned
from fanshare.flows.report_orders import Reported, report_order
from fanshare.flows.rulings import NewRuling, rule
from fanshare.flows.statements import make_statement
from fanshare.store.queries import paged
from fanshare.store.queries.paged import BalanceRow, OrderRow, RulingRow, ShareRow

router = Router(tags=["Books"])

_MANY = 1_000


class OrderIn(Schema):
    """The generic order document (docs/reference/generic-orders.md): the order as it is now, told again as it changes.

    ``connection`` is the public name of the connection it belongs to, where the programme has several of that kind.
    """

    model_config = ConfigDict(extra="allow")

    order_id: Short
    connection: Short | None = None


@router.get("/orders", response=Page[OrderOut], summary="Orders, in the order in which they were first heard of")
@operation("api.orders.list")
def list_orders(
    request: Any, asked: Query[PageAsked], placed_since: Time | None = None, placed_until: Time | None = None
) -> Any:
    """Orders as the shops show them now. ``placed_since`` is included in the span, ``placed_until`` is not."""
    desk = desk_of(request)
    span = {"since": moment(placed_since), "until": moment(placed_until)}

    def load(after: int, limit: int) -> list[OrderRow]:
        return paged.orders(desk.access, desk.now, **span, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: list(map(order_out, rows)))


@router.post("/orders", response={201: OrderReported}, summary="Report an order as it is now")
@operation("api.orders.report")
def report_an_order(request: Any, body: OrderIn) -> Any:
    """Say how an order looks now. Told twice it changes nothing; told again after a refund it moves the shares.

    The order is safe on disk when this answers; its shares follow within the second.
    """

    def work(desk: Desk) -> Any:
        def show(done: Reported) -> Any:
            row = paged.orders(desk.access, desk.now, order=done.order)[0]
            return {"order": order_out(row), "changed": done.changed}

        read = desk.gate.read_orders
        return report_order(desk.programme, request.body, body.connection or "", read, desk.now, show)

    return write(request, body, work)


@router.get("/orders/{order}", response=OrderDetail, summary="One order, and who earns what of it")
@operation("api.orders.get")
def get_order(request: Any, order: Annotated[Number, Path()]) -> Any:
    """The order as it is now, with everybody's shares and the sentence of each."""
    desk = desk_of(request)
    row = order_row(desk, int(order))
    found = paged.shares(desk.access, order=row.id, party=None, bucket=None, after=0, limit=_MANY)
    return {**order_out(row), "shares": _shares(desk, found)}


@router.get("/shares", response=Page[ShareOut], summary="Shares of orders")
@operation("api.shares.list")
def list_shares(
    request: Any,
    asked: Query[PageAsked],
    order: Number | None = None,
    party: str | None = None,
    bucket: Bucket | None = None,
) -> Any:
    """Shares of everybody, or of one order, one party, in one place (``pending``, ``available``, ...)."""
    desk = desk_of(request)
    of = {"order": None if order is None else int(order), "party": party_id(desk, party), "bucket": bucket}

    def load(after: int, limit: int) -> list[ShareRow]:
        return paged.shares(desk.access, **of, after=after, limit=limit)  # type: ignore[arg-type]

    return page(asked, [0], load, lambda row: [row.id], lambda rows: _shares(desk, rows))


@router.get("/balances", response=Page[BalanceOut], summary="What everybody has, per currency")
@operation("api.balances.list")
def list_balances(request: Any, asked: Query[PageAsked], party: str | None = None) -> Any:
    """Balances per party and currency."""
    desk = desk_of(request)
    one = party_id(desk, party)

    def load(after: Any, limit: int) -> list[BalanceRow]:
        return paged.balances(desk.access, party=one, after=tuple(after), limit=limit)

    return page(asked, [0, ""], load, lambda row: [row.party_id, row.currency], lambda rows: _balances(desk, rows))


@router.get("/rulings", response=Page[RulingOut], summary="Decisions")
@operation("api.rulings.list")
def list_rulings(request: Any, asked: Query[PageAsked], order: Number | None = None) -> Any:
    """Decisions about orders, oldest first."""
    desk = desk_of(request)
    one = None if order is None else int(order)

    def load(after: int, limit: int) -> list[RulingRow]:
        return paged.rulings(desk.access, order=one, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: list(map(_ruling, rows)))


@router.post("/rulings", response={201: RulingOut}, summary="Decide about an order")
@operation("api.rulings.add")
def add_ruling(request: Any, body: RulingIn) -> Any:
    """Write a decision down. It is logged, has a reason that people will read, and can be answered by a later one."""

    def work(desk: Desk) -> Any:
        new = NewRuling(
            body.kind,
            body.reason,
            order=order_row(desk, int(body.order)).id,
            creator=party_id(desk, body.creator, "creator"),
            party=party_id(desk, body.party),
            line=body.line,
            to_creator=party_id(desk, body.to_creator, "creator"),
            to_party=party_id(desk, body.to_fan, "fan"),
            until=moment(body.until),
        )
        made = rule(desk.programme, new, desk.now)
        return _ruling(paged.rulings(desk.access, ruling=made)[0])

    return write(request, body, work)


@router.get("/statements/{party}", response=dict[str, Any], summary="The statement of one party")
@operation("api.statements.get")
def get_statement(request: Any, party: str, older_size: Annotated[int, Query(ge=1, le=1 << 60)] | None = None) -> Any:
    """Everything one party earned and why, with proofs: the file that ``fanshare verify`` checks offline.

    ``older_size`` is the size of the log in a statement you already have; then this one proves that nothing was
    changed since.
    """
    desk = desk_of(request)
    one = party_of(desk, party)
    signer = desk.gate.signer(desk.tenant)
    return make_statement(desk.programme, desk.tenant, signer, one.id, desk.now, older_size=older_size)


def order_row(desk: Desk, order: int) -> OrderRow:
    """The order with this id. Raises ``FanshareError`` (``unknown_order``)."""
    rows = paged.orders(desk.access, desk.now, order=order)
    if not rows:
        raise FanshareError("unknown_order", f"There is no order {order} in this programme.", 404)
    return rows[0]


def order_out(row: OrderRow) -> dict[str, Any]:
    """An order in a document."""
    return {
        "id": str(row.id),
        "connection": row.endpoint,
        "number": row.number,
        "status": row.status,
        "goods": money(row.net, row.currency),
        "commission": money(row.commission, row.currency),
        "placed_at": when(row.placed_at),
        "modified_at": when(row.modified_at),
        "estimated": row.estimated,
        "waiting": row.waiting,
        "settled": not row.due,
    }


def _shares(desk: Desk, rows: list[ShareRow]) -> list[dict[str, Any]]:
    earned = [
        Earned(row.id, row.party_id, row.currency, row.amount, row.bucket, row.matures_at, row.held_until)
        for row in rows
    ]
    told = payment_clock.clocks(desk.access, desk.tenant, earned, desk.now).clocks
    return [{**_share(desk, row), "clock": clock_out(one, row.currency)} for row, one in zip(rows, told, strict=True)]


def _share(desk: Desk, row: ShareRow) -> dict[str, Any]:
    role: Literal["creator", "fan", "buyer"] = row.role  # type: ignore[assignment]
    told = "" if row.body is None else sentence(own_settlement(json.loads(row.body)), role)
    return {
        "id": str(row.id),
        "order": str(row.order),
        "creator": row.creator,
        "party": row.party,
        "role": role,
        "amount": money(row.amount, row.currency),
        "bucket": row.bucket,
        "ready_at": maybe_when(row.matures_at),
        "held_until": maybe_when(row.held_until),
        "why": desk.address(f"/why/{row.why_token}"),
        "settlement": row.settlement,
        "sentence": told or "",
    }


def _balances(desk: Desk, rows: list[BalanceRow]) -> list[dict[str, Any]]:
    places = [(row.party_id, row.currency) for row in rows]
    told = payment_clock.balances(desk.access, desk.tenant, places, desk.now)
    return [{**_balance(row), **_next(*told[place])} for row, place in zip(rows, places, strict=True)]


def _next(waits: tuple[Waiting, ...], day: date | None) -> dict[str, Any]:
    return {"pays_on": day_out(day), "waits": waits_out(waits)}


def _balance(row: BalanceRow) -> dict[str, Any]:
    places = {name: money(getattr(row, name), row.currency) for name in row._fields[4:]}
    return {"party": row.party, "kind": row.kind, **places}


def _ruling(row: RulingRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "order": None if row.order is None else str(row.order),
        "creator": row.creator,
        "party": row.party,
        "line": row.line or None,
        "reason": row.reason,
        "until": maybe_when(row.until),
        "decided_by": row.decided_by,
        "at": when(row.at),
    }
