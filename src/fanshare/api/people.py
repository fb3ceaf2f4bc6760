"""Who takes part: creators and fans."""

from typing import Any

from ninja import Query, Router

from fanshare.api.gate import Desk, desk_of, operation
from fanshare.api.paging import Page, PageAsked, page
from fanshare.api.shapes import (
    CreatorIn,
    FanIn,
    FanPartIn,
    FanPartOut,
    GroupIn,
    GroupOut,
    PartyOut,
    when,
)
from fanshare.api.writing import write
from fanshare.core.errors import FanshareError
from fanshare.flows.groups import set_group
from fanshare.flows.links import choose_fan_part
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.store.queries import listing, paged
from fanshare.store.queries.listing import PartyRow

router = Router(tags=["People"])


@router.get("/creators", response=Page[PartyOut], summary="Creators, oldest first")
@operation("api.creators.list")
def list_creators(request: Any, asked: Query[PageAsked]) -> Any:
    """All creators of the programme."""
    return _list(desk_of(request), "creator", asked)


@router.post("/creators", response={201: PartyOut}, summary="Admit a creator")
@operation("api.creators.add")
def add_a_creator(request: Any, body: CreatorIn) -> Any:
    """Admit a creator. She has a page at once; a link of hers is a request of its own."""

    def work(desk: Desk) -> Any:
        party = add_creator(desk.programme, Joiner(body.name, body.email, body.slug), desk.now)
        return party_out(desk, _by_id(desk, party))

    return write(request, body, work)


@router.get("/creators/{creator}", response=PartyOut, summary="One creator")
@operation("api.creators.get")
def get_creator(request: Any, creator: str) -> Any:
    """A creator by id or short name."""
    desk = desk_of(request)
    return party_out(desk, party_of(desk, creator, "creator"))


@router.put("/creators/{creator}/group", response=GroupOut, summary="Put a creator into a group")
@operation("api.creators.group")
def put_group(request: Any, creator: str, body: GroupIn) -> Any:
    """Put a creator into a group of the terms, or (empty) take her out, from now on."""

    def work(desk: Desk) -> Any:
        row = party_of(desk, creator, "creator")
        changed = set_group(desk.programme, row.id, body.group, desk.now)
        return {"creator": row.public_id, "group": body.group, "changed": changed}

    return write(request, body, work, status=200)


@router.put("/creators/{creator}/fan-part", response=FanPartOut, summary="What a creator gives her fans")
@operation("api.creators.fan_part")
def put_fan_part(request: Any, creator: str, body: FanPartIn) -> Any:
    """The creator's own choice inside the limits of the terms, from now on. Older clicks keep theirs."""

    def work(desk: Desk) -> Any:
        row = party_of(desk, creator, "creator")
        link = None if body.link is None else _link_of(desk, body.link, row.id)
        choose_fan_part(desk.programme, row.id, body.basis_points, desk.now, link_id=link)
        return {"creator": row.public_id, "basis_points": body.basis_points, "link": body.link}

    return write(request, body, work, status=200)


@router.get("/fans", response=Page[PartyOut], summary="Fans, oldest first")
@operation("api.fans.list")
def list_fans(request: Any, asked: Query[PageAsked]) -> Any:
    """All fans of the programme."""
    return _list(desk_of(request), "fan", asked)


@router.post("/fans", response={201: PartyOut}, summary="Let a fan take part")
@operation("api.fans.add")
def add_a_fan(request: Any, body: FanIn) -> Any:
    """Let a fan of 18 or more take part."""

    def work(desk: Desk) -> Any:
        return party_out(desk, _by_id(desk, add_fan(desk.programme, Joiner(body.name, body.email), desk.now)))

    return write(request, body, work)


@router.get("/fans/{fan}", response=PartyOut, summary="One fan")
@operation("api.fans.get")
def get_fan(request: Any, fan: str) -> Any:
    """A fan by id."""
    desk = desk_of(request)
    return party_out(desk, party_of(desk, fan, "fan"))


def party_of(desk: Desk, text: str, kind: str = "") -> PartyRow:
    """The party with that id or short name. Raises ``FanshareError`` (``unknown_party``)."""
    row = listing.find_party(desk.access, text, "") if "\x00" not in text else None
    if row is None or (kind and row.kind != kind) or text == str(row.id):
        raise FanshareError("unknown_party", f"There is no {kind or 'party'} {text[:60]!r} in this programme.", 404)
    return row


def party_id(desk: Desk, text: str | None, kind: str = "") -> int | None:
    """The number of the party that a request names, if it names one."""
    return None if text is None else party_of(desk, text, kind).id


def party_out(desk: Desk, row: PartyRow) -> dict[str, Any]:
    """A party in a document."""
    has_page = row.kind == "creator" and row.slug
    return {
        "id": row.public_id,
        "kind": row.kind,
        "name": row.name,
        "slug": row.slug,
        "created_at": when(row.created_at),
        "erased": row.erased_at is not None,
        "page": desk.address(f"/c/{desk.tenant.slug}/{row.slug}") if has_page else None,
    }


def _list(desk: Desk, kind: str, asked: PageAsked) -> Any:
    def load(after: int, limit: int) -> list[PartyRow]:
        return paged.parties(desk.access, kind, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: [party_out(desk, row) for row in rows])


def _by_id(desk: Desk, party: int) -> PartyRow:
    return listing.named(desk.access, [party])[party]


def _link_of(desk: Desk, code: str, creator: int) -> int:
    rows = listing.links(desk.access, code=code.lower())
    if not rows or rows[0].creator != creator:
        raise FanshareError("unknown_link", f"She has no link {code[:60]!r}.", 404)
    return rows[0].id
