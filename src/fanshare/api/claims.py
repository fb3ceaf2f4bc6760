"""Claims of missing sales: make one for somebody, and see what became of all of them.

They are answered by a person of the brand, in her pages: software never rules over a claim.
"""

from base64 import b64decode
from typing import Annotated, Any, Literal

from ninja import Path, Query, Router

from fanshare.api.gate import Desk, count, desk_of, operation
from fanshare.api.paging import Page, PageAsked, page
from fanshare.api.people import party_id, party_of
from fanshare.api.shapes import ClaimIn, ClaimOut, ClaimReceived, Number, maybe_when, when
from fanshare.api.writing import write
from fanshare.core.claims import answer_by
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import claim_papers, claims
from fanshare.flows.claim_papers import Taken
from fanshare.flows.claims import Said
from fanshare.store.queries import paged
from fanshare.store.queries.listing import PartyRow
from fanshare.store.queries.paged import ClaimRow

router = Router(tags=["Claims"])

#: A file that is made anew costs as much as so many requests.
_FILE = 40

type State = Literal["waiting", "accepted", "refused"]


@router.get("/claims", response=Page[ClaimOut], summary="Claims of missing sales")
@operation("api.claims.list")
def list_claims(request: Any, asked: Query[PageAsked], party: str | None = None, state: State | None = None) -> Any:
    """Claims of everybody or of one party, oldest first: who says that a sale is missing, and how it was answered."""
    desk = desk_of(request)
    one = party_id(desk, party)

    def load(after: int, limit: int) -> list[ClaimRow]:
        return paged.claims(desk.access, party=one, state=state, after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: list(map(_claim, rows)))


@router.post("/claims", response={201: ClaimReceived}, summary="Claim a missing sale for somebody")
@operation("api.claims.add")
def add_claim(request: Any, body: ClaimIn) -> Any:
    """Write down that a creator or fan misses a sale, by an order's number or by a receipt.

    Every claim has the same answer; the same one again is no second. A party may make five a week. A fan names the
    creator for whom he shared. A receipt is shown to owners and managers of the brand alone, and counts as 40 requests.
    """
    if body.receipt_file:
        count(request, desk_of(request), _FILE)
    paper = _paper(body)

    def work(desk: Desk) -> Any:
        row = party_of(desk, body.party)
        said = Said(body.number, body.receipt, body.words)
        claims.claim(desk.programme, row.id, _through(desk, row, body.creator), said, desk.now, paper)
        return {"received": True, "answer_by": when(answer_by(desk.now))}

    return write(request, body, work)


@router.get("/claims/{claim}", response=ClaimOut, summary="One claim")
@operation("api.claims.get")
def get_claim(request: Any, claim: Annotated[Number, Path()]) -> Any:
    """One claim, and how it was answered."""
    rows = paged.claims(desk_of(request).access, claim=int(claim))
    if not rows:
        raise FanshareError("unknown_claim", f"There is no claim {claim} in this programme.", 404)
    return _claim(rows[0])


def _paper(body: ClaimIn) -> Taken | None:
    """The file of a claim, made anew before anything is locked. Raises ``BadInputError``."""
    try:
        content = b64decode(body.receipt_file, validate=True)
    except ValueError:
        raise BadInputError("bad_receipt", "receipt_file is not in base64.") from None
    return claim_papers.taken(content)


def _through(desk: Desk, claimant: PartyRow, creator: str | None) -> int:
    """Through whom: a creator for herself, a fan for one whom he shares for. Raises ``FanshareError``."""
    named = party_id(desk, creator, "creator")
    if claimant.kind == "creator":
        if named not in (None, claimant.id):
            raise BadInputError("unknown_creator", "A creator claims for herself: leave creator out.")
        return claimant.id
    choices = [one.id for one in claims.choices(desk.programme, claimant.id, claimant.kind)]
    if named is None and len(choices) == 1:
        return choices[0]
    if named is None or named not in choices:
        raise BadInputError("unknown_creator", "Say for which creator this fan shares.")
    return named


def _claim(row: ClaimRow) -> dict[str, Any]:
    answered = None if row.accepted is None else ("accepted" if row.accepted else "refused")
    return {
        "id": str(row.id),
        "party": row.party,
        "role": row.kind,
        "creator": row.creator,
        "state": answered or "waiting",
        "at": when(row.at),
        "answer_by": when(answer_by(row.at)),
        "basis": row.basis or None,
        "order": None if row.order is None else str(row.order),
        "ruling": None if row.ruling is None else str(row.ruling),
        "answered_at": maybe_when(row.answered_at),
    }
