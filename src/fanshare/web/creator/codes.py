"""Codes of hers: what each brought, and what is ready to send of one."""

from typing import Any

from fanshare.core import ad_labels
from fanshare.core.brought import By
from fanshare.core.instants import format_rfc3339
from fanshare.flows import own_codes
from fanshare.flows import work_stops as flow
from fanshare.flows.authorisation import Role
from fanshare.store.queries import brought, selling
from fanshare.store.queries.selling import CodeRow
from fanshare.web import brought as figures
from fanshare.web.creator.links import Shareable, address, qr, svg_file
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, by_number, taken
from fanshare.web.seated import page, seated
from fanshare.web.stop_words import paused_by

_MONEY = ("earned",)


@seated("creator.links", Role.CREATOR)
def codes(here: Here) -> Any:
    """Her codes with what each brought, newest first."""
    states = {"active": _("live"), "paused": _("paused"), "ended": _("ended")}
    found = brought.currencies(here.access, By.CODE, creator=here.me)
    currencies = figures.known(here.tenant.currency, found)
    sorts = {"newest": _("newest first"), "sales": _("most sales first")}
    sorts |= figures.sorts("earned", _("most earned first"), currencies)
    wish = asked(here.request.GET, Spec({"state": (_("state"), states)}, sorts, _("code")), here.zone)
    sort, currency = figures.sorted_by(wish.sort, currencies)
    query = {**wish.query, "sort": sort, "currency": currency}
    shown = taken(wish, selling.codes(here.access, here.me, **query), by_number if sort == "newest" else _ranked)
    rows = told(here, shown.rows)
    if wish.form:
        documents = [_document(row, used, one, currencies) for row, _by, used, one in rows]
        columns = ("code", "label", "state", "used", *figures.columns(_MONEY, currencies), "made_at")
        return exported(wish.form, "codes", documents, columns, cut=shown.cut)
    return page(here, "creator/codes.html", {"asked": wish, "codes": rows, "next": shown.next, "states": states})


def told(here: Here, rows: list[CodeRow]) -> list[tuple[CodeRow, str, int, figures.Figures]]:
    """Codes, who paused each, in how many kept orders it was typed, and what it brought her."""
    ids = [row.id for row in rows]
    sums, used = brought.of(here.access, codes=ids, creator=here.me), selling.used(here.access, ids)
    paused = flow.sides(here.programme, "code", [(id_, here.me) for id_ in ids])
    return [
        (
            row,
            paused_by(paused.get(row.id, ()), hers=True),
            used.get(row.id, 0),
            figures.figures(sums, By.CODE, row.id),
        )
        for row in rows
    ]


@seated("creator.links", Role.CREATOR)
def code(here: Here, number: int) -> Any:
    """One code: what is ready to send of it, as a picture, and what it brought."""
    found = own_codes.own(here.programme, here.me, number)
    where = own_codes.address(here.programme, here.desk.systems, found)
    live = [] if where else selling.links(here.access, here.me, state="active", limit=1)
    link = address(here, live[0].code) if live else ""
    leads = where or link
    if here.request.GET.get("as") == "svg" and leads:
        return svg_file(leads, f"code-{found.id}")
    ((_row, by, used, one),) = told(here, [found])
    context = {
        "code": found,
        "by": by,
        "used": used,
        "figures": one,
        "share": _shareable(found, leads),
        "qr": qr(leads) if leads else "",
        "sets_code": bool(where),
        "leads": leads,
    }
    return page(here, "creator/code.html", context)


def _shareable(found: CodeRow, leads: str) -> Shareable:
    """The code with what is ready to send: the label stands first."""
    label = ad_labels.COUNTRIES.get(found.country)
    words = ad_labels.message(label, found.text, leads) if label else f"{found.label}: {found.text} {leads}"
    return Shareable(found.text, words.strip(), label.language if label else "en")


def _ranked(row: CodeRow) -> tuple[int, int]:
    return row.rank, row.id


def _document(row: CodeRow, used: int, found: figures.Figures, currencies: list[str]) -> dict[str, Any]:
    return {
        "code": row.text,
        "label": row.label,
        "state": row.state,
        "used": used,
        **figures.document(found, _MONEY, currencies),
        "made_at": format_rfc3339(row.created_at),
    }
