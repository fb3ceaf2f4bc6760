"""What fans gave creators, and the goals they gave for. Only people give, on their pages."""

from typing import Any, Literal

from ninja import Query, Router, Schema

from fanshare.api.gate import desk_of, operation
from fanshare.api.money_shape import Money
from fanshare.api.paging import Page, PageAsked, page
from fanshare.api.people import party_id
from fanshare.api.shapes import maybe_when, money, when
from fanshare.store.queries import paged_gifts
from fanshare.store.queries.paged_gifts import PagedGift, PagedGoal

router = Router(tags=["Gifts and goals"])


class GiftOut(Schema):
    """A gift of what was ready: ``given`` waits for a ``goal``, ``kept`` is the creator's, ``back`` its giver's."""

    id: str
    giver: str
    creator: str
    goal: str | None
    amount: Money
    state: Literal["given", "kept", "back"]
    given_at: str
    changed_at: str


class GoalOut(Schema):
    """What a creator wants to reach by ``ends_at``; ``given`` is what did not go back, ``over_at`` when it was over."""

    id: str
    creator: str
    title: str
    target: Money
    given: Money
    state: Literal["open", "reached", "missed", "withdrawn"]
    opened_at: str
    ends_at: str
    over_at: str | None


@router.get("/gifts", response=Page[GiftOut], summary="Gifts of fans to creators")
@operation("api.gifts.list")
def list_gifts(request: Any, asked: Query[PageAsked], party: str | None = None) -> Any:
    """Gifts of everybody, or that one party gave or was given, oldest first."""
    desk = desk_of(request)
    one = party_id(desk, party)

    def load(after: int, limit: int) -> list[PagedGift]:
        return paged_gifts.gifts(desk.access, party=one, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: list(map(_gift, rows)))


@router.get("/goals", response=Page[GoalOut], summary="Goals of creators")
@operation("api.goals.list")
def list_goals(request: Any, asked: Query[PageAsked], creator: str | None = None) -> Any:
    """Goals of everybody or of one creator, oldest first, each as it stands."""
    desk = desk_of(request)
    one = party_id(desk, creator, "creator")

    def load(after: int, limit: int) -> list[PagedGoal]:
        return paged_gifts.goals(desk.access, creator=one, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: list(map(_goal, rows)))


def _gift(row: PagedGift) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "giver": row.giver,
        "creator": row.creator,
        "goal": None if row.goal is None else str(row.goal),
        "amount": money(row.amount, row.currency),
        "state": row.state,
        "given_at": when(row.given_at),
        "changed_at": when(row.changed_at),
    }


def _goal(row: PagedGoal) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "creator": row.creator,
        "title": row.title,
        "target": money(row.target, row.currency),
        "given": money(row.given, row.currency),
        "state": row.state,
        "opened_at": when(row.opened_at),
        "ends_at": when(row.ends_at),
        "over_at": maybe_when(row.over_at),
    }
