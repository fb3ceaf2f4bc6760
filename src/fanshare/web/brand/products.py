"""What the shops sell: listed with the state of each picture, and taken in from a file, after a look at it."""

from collections import Counter
from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse

from fanshare.core.errors import FanshareError
from fanshare.core.instants import format_rfc3339
from fanshare.core.money import format_micros
from fanshare.core.product_file import MOST_BYTES
from fanshare.core.products import Refused
from fanshare.flows import products as flow
from fanshare.flows.authorisation import Role
from fanshare.store.queries import product_pictures
from fanshare.store.queries import products as stored
from fanshare.store.queries.products import ProductRow
from fanshare.web.brand.who import may
from fanshare.web.desk import Here
from fanshare.web.exports import exported
from fanshare.web.language import gettext as _
from fanshare.web.lists import Spec, asked, by_number, taken
from fanshare.web.said import plain, sentence
from fanshare.web.seated import field, page, seated

_COLUMNS = ("id", "shop", "title", "url", "price", "currency", "sold_out", "picture", "updated_at", "gone_at")
#: Refused rows that a page shows one by one.
_SHOWN = 100


@seated("brand.see", Role.BRAND, Role.OPERATOR)
def products(here: Here) -> Any:
    """All products, the newest first."""
    states = {
        "on_sale": _("on sale"),
        "sold_out": _("sold out"),
        "gone": _("gone"),
        "no_picture": _("without a picture that can be had"),
    }
    spec = Spec({"state": (_("state"), states)}, {"newest": _("newest first")}, search=_("search"))
    wish = asked(here.request.GET, spec, here.zone)
    rows = stored.listed(
        here.access, text=wish.text, state=wish.chosen["state"], before=wish.before, limit=wish.limit + 1, **wish.span
    )
    shown = taken(wish, rows, by_number)
    if wish.form:
        return exported(wish.form, "products", map(_document, shown.rows), _COLUMNS, cut=shown.cut)
    context = {
        "asked": wish,
        "products": shown.rows,
        "next": shown.next,
        "may_change": may(here, "brand.products"),
    }
    return page(here, "brand/products.html", context)


@seated("brand.products", Role.BRAND, Role.OPERATOR, form=True)
def pictures(here: Here) -> Any:
    """Let the pictures that could not be had be fetched once more."""
    if here.request.method == "POST":
        product_pictures.try_again(here.access, here.now)
    return HttpResponseRedirect(str(reverse("brand_products", args=[here.tenant.slug])))


@seated("brand.products", Role.BRAND, Role.OPERATOR, form=True)
def taking_in(here: Here) -> Any:
    """The form for a file, and what became of it, or would."""
    if here.request.method != "POST":
        return _form(here)
    try:
        sent = here.request.FILES.get("file")
        content = b"" if sent is None else sent.read(MOST_BYTES + 1)
        wish = flow.Wish(field(here, "shop"), field(here, "whole") == "yes", field(here, "do") != "take")
        told = flow.read_file(here.programme, content, wish.endpoint, here.tenant.currency)
        found = flow.take(here.programme, told, wish, here.now, here.desk.destinations)
    except FanshareError as error:
        return _form(here, problem=plain(error))
    return _form(here, found=found, wish=wish)


def _form(here: Here, *, found: flow.Taken | None = None, wish: flow.Wish | None = None, problem: str = "") -> Any:
    refused = [] if found is None else found.refused
    sentences = {one.code: said_of(one) for one in refused}
    context = {
        "found": found,
        "wish": wish or flow.Wish(field(here, "shop"), field(here, "whole") == "yes"),
        "refused": [(one, said_of(one)) for one in refused[:_SHOWN]],
        "reasons": [(sentences[code], count) for code, count in Counter(one.code for one in refused).most_common()],
        "shops": stored.shops(here.access),
        "problem": problem,
    }
    return page(here, "brand/products_import.html", context, status=422 if problem else 200)


def said_of(one: Refused) -> str:
    """Why a row was not taken, in the language of the page."""
    return sentence(one.problem) if one.error is None else plain(one.error)


def _document(row: ProductRow) -> dict[str, Any]:
    return {
        "id": row.external_id,
        "shop": row.endpoint,
        "title": row.title,
        "url": row.url,
        "price": "" if row.price is None else format_micros(row.price),
        "currency": row.currency,
        "sold_out": "yes" if row.sold_out else "no",
        "picture": "kept" if row.picture else row.problem,
        "updated_at": format_rfc3339(row.updated_at),
        "gone_at": "" if row.gone_at is None else format_rfc3339(row.gone_at),
    }
