"""Claims of missing sales: who says that which order is hers, what speaks for it, and the answer."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.claims import Basis
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.flows import claims
from fanshare.flows.authorisation import Role
from fanshare.store.queries import brand
from fanshare.store.queries import claims as queries
from fanshare.store.queries.claims import ClaimRow
from fanshare.web.brand.who import may, named
from fanshare.web.desk import Here
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: Claims that wait on one page, and answered ones.
_WAITING, _ANSWERED = 100, 25

BASES = {
    Basis.OWN: later("her own link or code is among the evidence of this order"),
    Basis.RECEIPT: later("she showed a receipt, and it fits"),
    Basis.BUYER: later("the buyer confirmed it to us"),
}


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def waiting(here: Here) -> Any:
    """Claims without an answer, oldest first; and the newest answered ones."""
    rows = queries.listed(here.access, waiting=True, limit=_WAITING)
    newest = queries.listed(here.access, limit=_ANSWERED + len(rows))
    context = {
        "waiting": [(row, claimant(row), claims.due(row)) for row in rows],
        "answered": [(row, claimant(row)) for row in newest if row.accepted is not None][:_ANSWERED],
    }
    return page(here, "brand/claims.html", context)


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def claim(here: Here, number: int) -> Any:
    """One claim with the order that fits it."""
    return page(here, "brand/claim.html", _about(here, number, ""))


@seated("brand.decide", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def answer(here: Here, number: int) -> Any:
    """A person of the brand answers."""
    address = str(reverse("brand_claim", args=[here.tenant.slug, number]))
    if here.request.method != "POST":
        return HttpResponseRedirect(address)
    try:
        said, note = field(here, "answer"), field(here, "note", claims.LONGEST_NOTE)
        if said == "yes":
            claims.accept(here.programme, number, field(here, "basis"), note, here.now)
        elif said == "no":
            claims.refuse(here.programme, number, note, here.now)
        else:
            raise BadInputError("no_answer", "Say yes or no.")
    except FanshareError as error:
        if error.status == 404:
            raise
        return page(here, "brand/claim.html", _about(here, number, plain(error)), status=422)
    return HttpResponseRedirect(address)


def claimant(row: ClaimRow) -> str:
    """How the page speaks of whoever made a claim."""
    return named(row.kind, row.name, row.public_id)


def _about(here: Here, number: int, problem: str) -> dict[str, Any]:
    case = claims.look(here.programme, number, here.now)
    return {
        "case": case,
        "row": case.row,
        "who": claimant(case.row),
        "due": claims.due(case.row),
        "order": None if case.order is None else brand.order(here.access, case.order),
        "bases": {basis: _(BASES[basis]) for basis in case.bases},
        "answered_on": _(BASES[Basis(case.row.basis)]) if case.row.basis else "",
        "may_decide": may(here, "brand.decide"),
        "typed": {name: here.request.POST.get(name, "")[:1_000] for name in ("basis", "note")},
        "problem": problem,
    }
