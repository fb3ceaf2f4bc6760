"""Codes of shop credit that the brand made itself: brought by a program, and what is left of them."""

from typing import Annotated, Any

from ninja import Field, Router, Schema
from pydantic import StringConstraints

from fanshare.api.gate import Desk, desk_of, operation
from fanshare.api.money_shape import Money
from fanshare.api.product_shapes import Endpoint
from fanshare.api.shapes import Strict, money
from fanshare.api.writing import write
from fanshare.core.credit_stock import take
from fanshare.core.instants import zone
from fanshare.core.money import format_micros
from fanshare.flows import connection_changes
from fanshare.flows import credit_stock as flow
from fanshare.store.queries import credit_stock as rows
from fanshare.store.queries import listing

router = Router(tags=["Shop credit"])


class CreditCodeIn(Strict):
    """A code that works once in the shop. ``end``: its last day there, or nothing."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
    value: Money
    end: Annotated[str, StringConstraints(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""


class CreditCodesIn(Strict):
    """Codes of one connected shop (``shop``: its endpoint; the only one if left out)."""

    codes: Annotated[list[CreditCodeIn], Field(min_length=1, max_length=500)]
    shop: Endpoint = ""


class CreditCodesOut(Strict):
    """Codes of one connected shop that nobody shall be given (``shop``: its endpoint; the only one if left out)."""

    codes: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]],
        Field(min_length=1, max_length=500),
    ]
    shop: Endpoint = ""


class CreditCodesLeft(Schema):
    """What became of them: out, given to somebody, laid aside by a restore, never here. Only the first are gone."""

    out: int
    given: int
    aside: int
    unknown: int


class CreditCodeRefused(Schema):
    """A code that was not taken: its place in the list, from 1, and why."""

    place: int
    code: str
    problem: str


class CreditCodesTaken(Schema):
    """What became of a list of codes; ``known`` are those that were brought before."""

    new: int
    known: int
    refused: list[CreditCodeRefused]


class CreditLevel(Schema):
    """Codes of one value in one shop: ``left`` can be given; what is neither left nor given lies aside."""

    shop: str
    value: Money
    brought: int
    left: int
    given: int


class CreditLevels(Schema):
    """What is left, by shop and value."""

    levels: list[CreditLevel]


@router.get("/credit-codes", response=CreditLevels, summary="What is left of your own codes of shop credit")
@operation("api.credit_codes.list")
def list_credit_codes(request: Any) -> Any:
    """How many codes of each value were brought, can still be given and were given; never the codes."""
    desk = desk_of(request)
    shops = listing.endpoints(desk.access)
    found = rows.levels(desk.access, desk.now)
    return {
        "levels": [
            {
                "shop": shops[one.connection],
                "value": money(one.amount, one.currency),
                "brought": one.brought,
                "left": one.left,
                "given": one.given,
            }
            for one in found
        ]
    }


@router.put("/credit-codes", response=CreditCodesTaken, summary="Bring codes of shop credit")
@operation("api.credit_codes.take")
def put_credit_codes(request: Any, body: CreditCodesIn) -> Any:
    """Bring codes that you made in a shop in which fanshare can make none. Each is given to one person, once.

    Those that can't be taken are refused one by one; the others are taken. The same code again changes nothing.
    """

    def work(desk: Desk) -> Any:
        told = take(enumerate(map(_cells, body.codes), 1), zone(desk.tenant.time_zone), desk.now)
        shop = connection_changes.find(desk.programme, body.shop)
        found = flow.take_in(desk.programme, shop, told, desk.now)
        refused = [{"place": one.row, "code": one.error.code, "problem": one.error.message} for one in found.refused]
        return {"new": found.new, "known": found.known, "refused": refused}

    return write(request, body, work, status=200)


@router.post("/credit-codes/removed", response=CreditCodesLeft, summary="Take codes of shop credit out")
@operation("api.credit_codes.remove")
def remove_credit_codes(request: Any, body: CreditCodesOut) -> Any:
    """Take codes out of the stock that were given to nobody, such as those of a wrong list. They can be brought again.

    Codes that somebody was given stay, and so do those that came before the books were restored from a backup.
    """

    def work(desk: Desk) -> Any:
        shop = connection_changes.find(desk.programme, body.shop)
        codes = [one.strip().casefold() for one in body.codes]
        found = flow.remove(desk.programme, shop, codes)._asdict()
        return {name: found[name] for name in ("out", "given", "aside", "unknown")}

    return write(request, body, work, status=200)


def _cells(one: CreditCodeIn) -> dict[str, str]:
    value = {"value": format_micros(int(one.value.micros)), "currency": one.value.currency}
    return {"code": one.code, **value, "end": one.end}
