"""A sale is missing? Somebody who shares says which; what is answered at once is the same for every number."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fanshare.core.claims import ANSWER_WITHIN, bare
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, format_rfc3339
from fanshare.flows import claim_numbers, claim_papers, claims, papers
from fanshare.flows.authorisation import Role
from fanshare.flows.claim_papers import Taken
from fanshare.flows.claims import Said
from fanshare.flows.receipts import Paper
from fanshare.store.queries import claim_papers as kept_papers
from fanshare.store.queries import claims as queries
from fanshare.store.queries.claims import Choice, ClaimRow
from fanshare.web import uploads
from fanshare.web.desk import Here
from fanshare.web.errors import error_page
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Asked, Spec, asked, by_number, taken
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

_COLUMNS = ("order", "for_creator", "made_at", "answer_by", "state", "answered_at")


@seated("claims.make", Role.CREATOR, Role.FAN, form=True)
def claim(here: Here) -> Any:
    """Her claims and what became of them, as a file as well, and a form for another one."""
    wish = asked(here.request.GET, _spec(), here.zone)
    shown = taken(wish, _found(here, wish), by_number)
    told = list(zip(shown.rows, claims.all_said(here.programme, shown.rows), strict=True))
    if wish.form:
        documents = (_document(row, said.number) for row, said in told)
        return exported(wish.form, "my-claims", documents, _COLUMNS, cut=shown.cut)
    choices = claims.choices(here.programme, here.me, here.hat.role)
    problem, status = "", 200
    if here.request.method == "POST":
        try:
            said = Said(field(here, "number"), field(here, "receipt", claims.LONGEST_TEXT), field(here, "words", 1_000))
            creator = _creator(here, choices)
            claims.claim(here.programme, here.me, creator, said, here.now, _paper(here))
        except FanshareError as error:
            problem, status = _words(error, here), 422
        else:
            return HttpResponseRedirect(here.request.path)
    return page(here, "claims/claim.html", _shown(here, wish, shown.next, told, problem, choices), status=status)


@seated("claims.make", Role.CREATOR, Role.FAN)
def receipt(here: Here, number: int) -> Any:
    """The receipt of one of her own claims."""
    found = claim_papers.mine(here.programme, here.me, number)
    return error_page(here.request, 404) if found is None else handed_over(found)


@seated("claims.make", Role.CREATOR, Role.FAN, form=True)
def number(here: Here, number: int) -> Any:
    """She says the number of the order that her receipt is about; what she reads is the same whatever it is."""
    address = str(reverse("claims", args=[here.tenant.slug]))
    if here.request.method == "POST":
        try:
            claim_numbers.confirm(here.programme, here.me, number, field(here, "number"), here.now)
        except FanshareError as error:
            if error.status == 404:
                raise
            wish = asked({}, _spec(), here.zone)
            shown = taken(wish, _found(here, wish), by_number)
            told = list(zip(shown.rows, claims.all_said(here.programme, shown.rows), strict=True))
            choices = claims.choices(here.programme, here.me, here.hat.role)
            context = _shown(here, wish, shown.next, told, _words(error, here), choices)
            typed = dict.fromkeys(("number", "receipt", "words", "creator"), "")
            return page(here, "claims/claim.html", {**context, "typed": typed}, status=422)
    return HttpResponseRedirect(address)


def handed_over(found: Paper) -> HttpResponse:
    """A receipt as it is kept: a picture is shown, a PDF is handed over as a file."""
    response = HttpResponse(found.content, content_type=found.kind)
    way = "attachment" if found.name == "pdf" else "inline"
    response.headers["Content-Disposition"] = f'{way}; filename="receipt.{found.name}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response


def _paper(here: Here) -> Taken | None:
    """The file of her form, made anew, where she sent one.

    Raises as both ``refuse_if_too_many`` do before any work is done: refused files are no claims, and cost as much.
    """
    sent = here.request.FILES.get("paper")
    if sent is None:
        return None
    claims.refuse_if_too_many(here.programme, here.me, here.now)
    uploads.refuse_if_too_many(here.request, here.tenant.id, here.me)
    return claim_papers.taken(sent.read(papers.MOST_BYTES + 1))


def _shown(
    here: Here, wish: Asked, next_: str, told: list[tuple[ClaimRow, Said]], problem: str, choices: list[Choice]
) -> dict[str, Any]:
    kept = kept_papers.here(here.access, [row.id for row, said in told if said.paper])
    return {
        "asked": wish,
        "rows": [(row, claims.due(row), said.number, said, kept.get(row.id, False)) for row, said in told],
        "next": next_,
        "choices": choices,
        "as_fan": here.hat.role is Role.FAN,
        "typed": {name: here.request.POST.get(name, "")[:2_000] for name in ("number", "receipt", "words", "creator")},
        "problem": problem,
        "days": ANSWER_WITHIN // DAY,
        "kept_days": claim_papers.KEPT // DAY,
    }


def _spec() -> Spec:
    states = {"received": _("not answered yet"), "credited": _("credited"), "not_credited": _("not credited")}
    return Spec({"state": (_("state"), states)}, {"newest": _("newest first")}, search=_("order number"))


def _found(here: Here, wish: Asked) -> list[ClaimRow]:
    mark = claims.mark_of(here.programme, bare(wish.text)) if wish.text else ""
    return queries.listed(
        here.access,
        party=here.me,
        mark=mark,
        state=wish.chosen["state"],
        since=wish.since,
        until=wish.until,
        before=wish.before,
        limit=wish.limit + 1,
    )


def _document(row: ClaimRow, number: str) -> dict[str, Any]:
    """A claim as its own person sees it: the brand's note is the brand's."""
    return {
        "order": number,
        "for_creator": row.creator_name,
        "made_at": format_rfc3339(row.at),
        "answer_by": format_rfc3339(claims.due(row)),
        "state": {None: "received", True: "credited", False: "not_credited"}[row.accepted],
        "answered_at": "" if row.answered_at is None else format_rfc3339(row.answered_at),
    }


def _creator(here: Here, choices: list[Choice]) -> int:
    """Through whom: herself, or the creator whom a fan names. Raises ``BadInputError`` (``unknown_creator``)."""
    if here.hat.role is Role.CREATOR:
        return here.me
    wanted = field(here, "creator") if len(choices) > 1 else choices[0].slug if choices else ""
    found = next((one.id for one in choices if one.slug == wanted), None)
    if found is None:
        raise BadInputError("unknown_creator", "Say for which creator you shared.")
    return found


def _words(error: FanshareError, here: Here) -> str:
    """What went wrong, in her language where it is an everyday thing."""
    if error.code == "too_many_claims":
        again = claims.again_at(here.programme, here.me, here.now)
        day = here.calendar.day(again or here.now)
        return _("Five claims a week are looked at; the next one from %(day)s on.") % {"day": day}
    known = {
        "number_missing": _("Say the order's number, or send the shop's receipt."),
        "unknown_creator": _("Say for which creator you shared."),
    }
    return known.get(error.code) or plain(error)
