"""Claims of missing sales: who says that which order is hers, what speaks for it, and the answer."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.claims import Basis
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, format_rfc3339
from fanshare.flows import claim_numbers, claim_papers, claims
from fanshare.flows.authorisation import Role
from fanshare.store.queries import brand, claim_fetches, listing
from fanshare.store.queries import claim_papers as kept_papers
from fanshare.store.queries import claims as queries
from fanshare.store.queries.claims import ClaimRow
from fanshare.web.brand.claim_words import summary, what_shops_said
from fanshare.web.brand.who import may, named
from fanshare.web.claims.claiming import handed_over
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.lists import Spec, asked, taken
from fanshare.web.said import plain, sentence
from fanshare.web.seated import field, page, seated

#: For how long what came of asking shops is counted on the page.
_COUNTED = 90 * DAY
_COLUMNS = ("claim", "who", "for_creator", "made_at", "answer_by", "state", "basis", "order", "note", "answered_at")

BASES = {
    Basis.OWN: later("her own link or code is among the evidence of this order"),
    Basis.RECEIPT: later("she showed a receipt, and it fits"),
    Basis.BUYER: later("the buyer confirmed it to us"),
}


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def waiting(here: Here) -> Any:
    """Claims: those without an answer first, the oldest at the top, then the answered ones."""
    states = {"waiting": _("waiting"), "credited": _("accepted"), "not_credited": _("not credited")}
    sorts = {"waiting": _("what waits first"), "newest": _("newest first")}
    spec = Spec({"state": (_("state"), states)}, sorts, search=_("name, or order that was credited"))
    wish = asked(here.request.GET, spec, here.zone)
    rows = queries.found(
        here.access,
        **wish.query,
    )
    shown = taken(wish, rows, lambda one: (one.value, one.row.id))
    if wish.form:
        numbers = listing.numbers(here.access, (one.row.order for one in shown.rows))
        documents = (_document(one.row, numbers) for one in shown.rows)
        return exported(wish.form, "claims", documents, _COLUMNS, cut=shown.cut)
    context = {
        "asked": wish,
        "claims": [(one.row, claimant(one.row), claims.due(one.row)) for one in shown.rows],
        "next": shown.next,
        "shops": summary(claim_fetches.counts(here.access, max(0, here.now - _COUNTED))),
        "days": _COUNTED // DAY,
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


@seated("brand.claim_paper", Role.BRAND, form=True, fresh=True)
def receipt(here: Here, number: int) -> Any:
    """The receipt that a claim came with, opened for one look that stays written."""
    if here.request.method != "POST":
        return HttpResponseRedirect(reverse("brand_claim", args=[here.tenant.slug, number]))
    return handed_over(claim_papers.look(here.programme, number, here.now))


@seated("brand.decide", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def name(here: Here, number: int) -> Any:
    """A person of the brand says which order a receipt is about; it is looked for, and decided apart."""
    address = str(reverse("brand_claim", args=[here.tenant.slug, number]))
    if here.request.method == "POST":
        try:
            claim_numbers.name(here.programme, number, field(here, "number"), here.now)
        except FanshareError as error:
            if error.status == 404:
                raise
            return page(here, "brand/claim.html", _about(here, number, "", plain(error)), status=422)
    return HttpResponseRedirect(address)


def claimant(row: ClaimRow) -> str:
    """How the page speaks of whoever made a claim."""
    return named(row.kind, row.name, row.public_id)


def _document(row: ClaimRow, numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "claim": str(row.id),
        "who": claimant(row),
        "for_creator": row.creator_name,
        "made_at": format_rfc3339(row.at),
        "answer_by": format_rfc3339(claims.due(row)),
        "state": state_of(row),
        "basis": row.basis or "",
        "order": numbers.get(row.order, "") if row.order is not None else "",
        "note": row.note or "",
        "answered_at": "" if row.answered_at is None else format_rfc3339(row.answered_at),
    }


def state_of(row: ClaimRow) -> str:
    """How a file calls what became of a claim."""
    return {None: "waiting", True: "credited", False: "not_credited"}[row.accepted]


def _about(here: Here, number: int, problem: str, name_problem: str = "") -> dict[str, Any]:
    case = claims.look(here.programme, number, here.now)
    typed = here.request.POST.get("number")
    return {
        "case": case,
        "row": case.row,
        "who": claimant(case.row),
        "due": claims.due(case.row),
        "order": None if case.order is None else brand.order(here.access, case.order),
        "bases": {basis: _(BASES[basis]) for basis in case.bases},
        "answered_on": _(BASES[Basis(case.row.basis)]) if case.row.basis else "",
        "problem_said": sentence(case.problem),
        "shops_said": what_shops_said(case.asked, here.calendar) if case.said.sought else "",
        "may_decide": may(here, "brand.decide"),
        "may_see": may(here, "brand.claim_paper"),
        "paper_here": case.said.paper and kept_papers.here(here.access, [number]).get(number, False),
        "kept_days": claim_papers.KEPT // DAY,
        "named": (case.said.sought or case.said.read) if typed is None else typed[:100],
        "name_problem": name_problem,
        "typed": {name: here.request.POST.get(name, "")[:1_000] for name in ("basis", "note")},
        "problem": problem,
    }
