"""Links and codes, and the visits they had."""

from collections.abc import Sequence
from typing import Annotated, Any

from ninja import Path, Query, Router
from pydantic import StringConstraints

from fanshare.api.gate import Desk, desk_of, operation
from fanshare.api.paging import Page, PageAsked, page
from fanshare.api.people import party_id, party_of
from fanshare.api.shapes import ClicksOut, CodeIn, CodeOut, LabelShape, LinkIn, LinkOut, Number, StateIn, when
from fanshare.api.writing import write
from fanshare.core.errors import FanshareError
from fanshare.core.work_stops import Side
from fanshare.flows import work_stops
from fanshare.flows.links import Label, NewCode, NewLink, add_code, add_link
from fanshare.store.queries import listing, paged
from fanshare.store.queries import work_stops as stop_rows
from fanshare.store.queries.listing import CodeListed, LinkListed, PartyRow
from fanshare.store.queries.paged import ClickRow

router = Router(tags=["Links and codes"])

type Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
type LinkCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


@router.get("/links", response=Page[LinkOut], summary="Links, oldest first")
@operation("api.links.list")
def list_links(request: Any, asked: Query[PageAsked], party: str | None = None) -> Any:
    """Links as they are now, of everybody or of one party (as owner or as the creator it belongs to)."""
    desk = desk_of(request)
    one = party_id(desk, party)

    def load(after: int, limit: int) -> list[LinkListed]:
        return paged.links(desk.access, party=one, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: _links(desk, rows))


@router.post("/links", response={201: LinkOut}, summary="Make a link")
@operation("api.links.add")
def add_a_link(request: Any, body: LinkIn) -> Any:
    """Make a live link. It has an advertising label from the start, and the message begins with it."""

    def work(desk: Desk) -> Any:
        creator = party_of(desk, body.creator, "creator").id
        owner = party_id(desk, body.owner)
        new = NewLink(creator, owner or creator, body.destination, _label(body.label), body.campaign, body.code)
        _, code = add_link(desk.programme, new, desk.now)
        return _link_by_code(desk, code)

    return write(request, body, work)


@router.get("/links/{code}", response=LinkOut, summary="One link")
@operation("api.links.get")
def get_link(request: Any, code: Annotated[LinkCode, Path()]) -> Any:
    """A link by its code."""
    return _link_by_code(desk_of(request), code)


@router.put("/links/{code}/state", response=LinkOut, summary="Pause, resume or end a link")
@operation("api.links.state")
def put_link_state(request: Any, code: Annotated[LinkCode, Path()], body: StateIn) -> Any:
    """From now on. What was clicked before keeps what it earned.

    A pause is the brand's: whose link it is can't resume it, nor can the brand resume what she has paused
    (``paused_by_owner``). An ended link stays ended.
    """

    def work(desk: Desk) -> Any:
        found = stop_rows.link(desk.access, code)
        if found is None:
            raise FanshareError("unknown_link", f"There is no link {code!r} in this programme.", 404)
        work_stops.put_state(desk.programme, "link", found.id, body.state, body.reason, desk.now)
        return _link_by_code(desk, code)

    return write(request, body, work, status=200)


@router.get("/codes", response=Page[CodeOut], summary="Discount codes, oldest first")
@operation("api.codes.list")
def list_codes(request: Any, asked: Query[PageAsked], party: str | None = None) -> Any:
    """Codes as they are now, of everybody or of one party."""
    desk = desk_of(request)
    one = party_id(desk, party)

    def load(after: int, limit: int) -> list[CodeListed]:
        return paged.codes(desk.access, party=one, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: _codes(desk, rows))


@router.post("/codes", response={201: CodeOut}, summary="Make a discount code known")
@operation("api.codes.add")
def add_a_code(request: Any, body: CodeIn) -> Any:
    """Say whose a discount code is that the shop knows already."""

    def work(desk: Desk) -> Any:
        creator = party_of(desk, body.creator, "creator").id
        owner = party_id(desk, body.owner) or creator
        made = add_code(
            desk.programme, NewCode(creator, owner, body.text, _label(body.label), body.single_use), desk.now
        )
        return _code_by_id(desk, made)

    return write(request, body, work)


@router.put("/codes/{code}/state", response=CodeOut, summary="Pause, resume or end a code")
@operation("api.codes.state")
def put_code_state(request: Any, code: Annotated[Number, Path()], body: StateIn) -> Any:
    """From now on. Orders placed before keep what they earned. Whose a pause is: as for links."""

    def work(desk: Desk) -> Any:
        if paged.code_key(desk.access, int(code)) is None:
            raise FanshareError("unknown_code", f"There is no code with the id {code}.", 404)
        work_stops.put_state(desk.programme, "code", int(code), body.state, body.reason, desk.now)
        return _code_by_id(desk, int(code))

    return write(request, body, work, status=200)


@router.get("/clicks", response=Page[ClicksOut], summary="Visits per link, day and verdict")
@operation("api.clicks.list")
def list_clicks(
    request: Any, asked: Query[PageAsked], since: Day, until: Day, link: Annotated[LinkCode, Query()] | None = None
) -> Any:
    """Visits by UTC day, both days included. ``counted`` ones may earn; the others say why they do not."""
    desk = desk_of(request)
    one = None if link is None else link.lower()

    def load(after: Any, limit: int) -> list[ClickRow]:
        return paged.clicks(desk.access, since, until, one, after=tuple(after), limit=limit)

    return page(
        asked,
        ["", "", ""],
        load,
        lambda row: [row.day, row.link, row.verdict],
        lambda rows: [row._asdict() for row in rows],
    )


def _link_by_code(desk: Desk, code: str) -> Any:
    rows = listing.links(desk.access, code=code.lower())
    if not rows:
        raise FanshareError("unknown_link", f"There is no link {code!r} in this programme.", 404)
    return _links(desk, rows)[0]


def _code_by_id(desk: Desk, code: int) -> Any:
    return _codes(desk, paged.codes(desk.access, party=None, after=code - 1, limit=1))[0]


def _links(desk: Desk, rows: Sequence[LinkListed]) -> list[dict[str, Any]]:
    people = _people(desk, rows)
    paused = _paused(desk, "link", rows)
    return [
        {
            **_common(row, people),
            "paused_by": paused.get(row.id, []),
            "code": row.code,
            "url": desk.address(f"/r/{row.code}"),
            "message": f"{row.label.strip()}: {desk.address(f'/r/{row.code}')}",
            "destination": row.destination,
            "campaign": row.campaign,
            "clicks": row.clicks,
        }
        for row in rows
    ]


def _codes(desk: Desk, rows: Sequence[CodeListed]) -> list[dict[str, Any]]:
    people = _people(desk, rows)
    paused = _paused(desk, "code", rows)
    return [
        {
            **_common(row, people),
            "paused_by": paused.get(row.id, []),
            "text": row.text,
            "single_use": row.single_use,
        }
        for row in rows
    ]


def _paused(desk: Desk, kind: str, rows: Sequence[LinkListed] | Sequence[CodeListed]) -> dict[int, list[Side]]:
    """Who has paused those that are paused, where it is known."""
    return work_stops.sides(desk.programme, kind, [(row.id, row.creator) for row in rows if row.state == "paused"])


def _people(desk: Desk, rows: Sequence[LinkListed] | Sequence[CodeListed]) -> dict[int, PartyRow]:
    return listing.named(desk.access, {party for row in rows for party in (row.owner, row.creator)})


def _common(row: LinkListed | CodeListed, people: dict[int, PartyRow]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "state": row.state,
        "owner": people[row.owner].public_id,
        "creator": people[row.creator].public_id,
        "label": {"country": row.country, "platform": row.platform, "text": row.label},
        "created_at": when(row.created_at),
    }


def _label(label: LabelShape) -> Label:
    return Label(label.country, label.platform, label.text)
