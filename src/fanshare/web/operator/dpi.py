"""What the platform reports of its sellers (DAC7): who reports, what would be reported, the files that were made."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.money import format_micros
from fanshare.core.tax.dpi import contents
from fanshare.core.tax.dpi.changes import ADDS, CORRECTS, NIL
from fanshare.core.tax.dpi.sellers import Excluded, Lack, Seller
from fanshare.flows import dpi
from fanshare.flows.dpi import Look
from fanshare.flows.tax_rules import rules
from fanshare.store.queries import dpi as rows
from fanshare.store.queries import listing, tenants
from fanshare.web.brand.who import named
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.language import later
from fanshare.web.operator.office import Office, field, operated, page
from fanshare.web.parties import party_fields, party_of
from fanshare.web.said import plain
from fanshare.web.workbench.forms import Field

#: What is missing, in words.
LACKS: Mapping[str, str] = {
    Lack.FORM: later("she gave no form that says where she is taxed, or it was refused"),
    Lack.FAMILY: later("her name has one word: first and family name are needed"),
    Lack.BIRTH: later("her day of birth"),
    Lack.BIRTH_PLACE: later("the place of birth with its country, as she has no tax number"),
    Lack.TIN: later("the company's tax number"),
    Lack.MONEY: later("more was kept back for a tax authority than there is to report"),
}
EXCLUDED: Mapping[str, str] = {
    Excluded.NOTHING: later("nothing that she got is pay: rebates, or gifts of others"),
    Excluded.OUTSIDE: later("she lives outside the European Union, and no member state gave her a tax number"),
}
MESSAGES: Mapping[str, str] = {
    ADDS: later("new sellers"),
    CORRECTS: later("corrections"),
    NIL: later("nobody to report"),
}
_SHOWN = 100
_NUMBERS = ("consideration", "activities", "fees", "taxes")
_COLUMNS = (
    *("who", "programmes", "state", "why", "currency"),
    *(f"{name}_{number}" for number in range(1, 5) for name in _NUMBERS),
)


class Row(NamedTuple):
    """A seller as the page shows her: who by the names of the programmes, and masked by which number."""

    seller: Seller
    who: str
    programmes: str
    number: str
    state: str
    why: tuple[str, ...]


@operated("operator.dpi", form=True, fresh=True)
def report(here: Office) -> Any:
    """A year: who reports, what is due, and on request what would be reported. Only where there are several brands."""
    if not dpi.here(here.conn):
        raise FanshareError("one_brand", "There is no page here", 404)
    problem, look = "", None
    known = dpi.operator(here.conn, here.desk.keys)
    if here.request.method == "POST":
        try:
            answer = _act(here)
        except FanshareError as error:
            if error.status >= 500:
                raise
            problem = plain(error)
        else:
            if not isinstance(answer, Look):
                return answer
            look = answer
    years = [] if known is None else dpi.years(dpi.law(known)[0], here.now)
    year = _year(here) if known is None or _year(here) in years else years[0]
    found = [] if look is None else list(_rows(here, look))
    context = {
        "problem": problem,
        "known": known,
        "fields": [(one, _typed(here, one, known, problem)) for one in _fields()],
        "years": years,
        "year": year,
        "due": None if known is None else dpi.due_on(known, year),
        "over": known is not None and dpi.law(known)[0].year(here.now) > year,
        "look": look,
        "rows": found[:_SHOWN],
        "more": max(0, len(found) - _SHOWN),
        "messages": [(_(MESSAGES[one.indic]), len(one.sellers)) for one in look.due] if look else [],
        "made": [(one, _(MESSAGES[one.indic])) for one in rows.messages(here.conn, year)],
    }
    return page(here, "operator/dpi.html", context, status=422 if problem else 200)


@operated("operator.dpi", form=True, fresh=True)
def file(here: Office, number: int) -> Any:
    """A file that was made. Who takes it is noted: it says who people are."""
    if here.request.method != "POST":
        return HttpResponseRedirect(reverse("operator_dpi"))
    ref, raw = dpi.file(here.conn, here.desk.keys, here.actor, number, here.now)
    response = HttpResponse(raw, content_type="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{ref}.xml"'
    return response


def _year(here: Office) -> int:
    text = field(here, "year", strict=False) or here.request.GET.get("year", "")
    if text.isascii() and text.isdigit() and len(text) == 4:
        return int(text)
    return int(here.calendar.iso(here.now)[:4]) - 1


def _fields() -> list[Field]:
    wanted = [one for one in party_fields("") if one.name != "mail"]
    number = Field("tax_number", _("Tax number"), required=True, most=40)
    return [*wanted, number, Field("platform", _("What people call the platform"), most=120)]


def _typed(here: Office, one: Field, known: contents.Operator | None, problem: str) -> str:
    if problem and field(here, "do", strict=False) == "operator":
        return field(here, one.name, strict=False)
    if known is None:
        return ""
    return known.platform if one.name == "platform" else str(getattr(known.party, one.name))


def _say(here: Office) -> Any:
    got = {one.name: field(here, one.name) for one in _fields()}
    party = party_of(got, "")
    number = "".join(got["tax_number"].split())
    found = contents.operator(replace(party, tax_number=number), got["platform"], rules().union)
    dpi.set_operator(here.conn, here.desk.keys, here.actor, found, here.now)
    return HttpResponseRedirect(reverse("operator_dpi"))


def _look(here: Office) -> Any:
    look = dpi.look(here.conn, here.desk.keys, here.actor, _year(here), here.now)
    form = field(here, "as")
    if form in ("csv", "json"):
        documents = [line for row in _rows(here, look) for line in _documents(row)]
        return exported(form, f"dac7-{look.year}", documents, _COLUMNS, cut=False)
    return look


def _make(here: Office) -> Any:
    year = _year(here)
    dpi.make(here.conn, here.desk.keys, here.actor, year, here.now)
    return HttpResponseRedirect(f"{reverse('operator_dpi')}?year={year}")


_ACTS = {"operator": _say, "look": _look, "make": _make}


def _act(here: Office) -> Any:
    wish = field(here, "do")
    if wish not in _ACTS:
        raise BadInputError("bad_wish", "There is no such thing to do with a report.")
    return _ACTS[wish](here)


def _rows(here: Office, look: Look) -> Iterator[Row]:
    """Those of whom something is missing first."""
    names = _names(here, look)
    for seller, lacks in look.sellers.lacking.values():
        yield _row(names, seller, "lacking", tuple(_(LACKS[one]) for one in lacks))
    for seller in look.sellers.reported.values():
        yield _row(names, seller, "reported", ())
    for seller, why in look.sellers.excluded.values():
        yield _row(names, seller, "excluded", (_(EXCLUDED[why]),))


def _row(names: Mapping[tuple[int, int], tuple[str, str]], seller: Seller, state: str, why: tuple[str, ...]) -> Row:
    called = [names[one.programme, one.party] for one in seller.parts]
    identity = seller.identity
    number = "" if identity is None or not identity.tin else f"{identity.tin_country} … {identity.tin[-3:]}"
    who, where = (dict.fromkeys(words) for words in zip(*called, strict=True))
    return Row(seller, ", ".join(who), ", ".join(where), number, state, why)


def _names(here: Office, look: Look) -> dict[tuple[int, int], tuple[str, str]]:
    """By programme and party: what a creator calls herself, or a random id; and the programme."""
    wanted: dict[int, list[int]] = {}
    every = [*look.sellers.reported.values(), *(one[0] for one in look.sellers.lacking.values())]
    for seller in (*every, *(one[0] for one in look.sellers.excluded.values())):
        for part in seller.parts:
            wanted.setdefault(part.programme, []).append(part.party)
    found = {}
    for programme, parties in wanted.items():
        tenant = tenants.by_id(here.conn, programme)
        for id_, one in listing.named(here.access(tenant), parties).items():
            found[programme, id_] = (named(one.kind, one.name, one.public_id), tenant.name)
    return found


def _documents(row: Row) -> Iterator[dict[str, Any]]:
    """A line for each currency; of somebody who is excluded too, so that nobody is missing without a reason."""
    head: dict[str, Any] = {
        **dict.fromkeys(_COLUMNS, ""),
        "who": row.who,
        "programmes": row.programmes,
        "state": row.state,
        "why": "; ".join(row.why),
    }
    if not row.seller.figures:
        yield head
    for currency, year in sorted(row.seller.figures.items()):
        line = head | {"currency": currency}
        for number, quarter in enumerate(year, start=1):
            line[f"consideration_{number}"] = format_micros(quarter.consideration)
            line[f"activities_{number}"] = quarter.activities
            line[f"fees_{number}"] = format_micros(quarter.fees)
            line[f"taxes_{number}"] = format_micros(quarter.taxes)
        yield line
