"""The brand's own codes of shop credit: taken in from a file after a look at it, what is left, and what came back."""

from collections import Counter
from typing import Any

from django.http import HttpResponseRedirect

from fanshare.core.credit_stock import MOST_BYTES
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.money import format_minor
from fanshare.flows import connection_changes
from fanshare.flows import credit_stock as flow
from fanshare.flows.audit import noted
from fanshare.flows.authorisation import Role
from fanshare.flows.connections import Connection, connections
from fanshare.store.queries import credit_stock as rows
from fanshare.store.queries import listing
from fanshare.web.brand.shop_words import names
from fanshare.web.brand.who import named
from fanshare.web.desk import Here
from fanshare.web.said import plain
from fanshare.web.seated import field, page, seated

#: Refused rows that a page shows one by one.
_SHOWN = 100


@seated("brand.credit", Role.BRAND, Role.OPERATOR, form=True, fresh=True)
def stock(here: Here) -> Any:
    """What is left of each value, the form for a file and what became of it, and codes that people gave back."""
    if here.request.method != "POST":
        return _page(here)
    try:
        if field(here, "do", 10) == "answer":
            _answer(here)
            return HttpResponseRedirect(here.request.path)
        if field(here, "do", 10) in {"out", "look-out"}:
            look = field(here, "do", 10) != "out"
            return _page(here, gone=_take_out(here, look=look), look=look)
        look = field(here, "do", 10) != "take"
        return _page(here, found=_bring(here, look=look), look=look)
    except FanshareError as error:
        return _page(here, problem=plain(error))


def _bring(here: Here, *, look: bool) -> flow.Brought:
    shop, raw = _sent(here)
    with here.access.transaction():
        found = flow.bring(here.programme, shop, raw, here.tenant.time_zone, here.now, look=look)
        if found.new and not look:
            noted(here.access, "credit.stock", here.now, f"connection {shop.id}: {found.new} codes")
    return found


def _take_out(here: Here, *, look: bool) -> flow.TakenOut:
    _refuse_unless(look or field(here, "sure") == "yes")
    shop, raw = _sent(here)
    with here.access.transaction():
        gone = flow.take_out(here.programme, shop, raw, look=look)
        if gone.out and not look:
            noted(here.access, "credit.stock_out", here.now, f"connection {shop.id}: {gone.out} codes")
    return gone


def _sent(here: Here) -> tuple[Connection, bytes]:
    sent = here.request.FILES.get("file")
    if sent is None:
        raise BadInputError("file_missing", "Choose the file first.")
    return connection_changes.find(here.programme, field(here, "shop", 18) or "0"), sent.read(MOST_BYTES + 1)


def _answer(here: Here) -> None:
    number, used = field(here, "credit", 18), field(here, "used", 3)
    _refuse_unless(field(here, "sure") == "yes" and used in {"yes", "no"})
    with here.access.transaction():
        row = flow.answer(
            here.programme,
            int(number) if number.isascii() and number.isdigit() else 0,
            used=used == "yes",
            now=here.now,
        )
        noted(here.access, "credit.answer", here.now, f"credit {row.id}: {row.state}")


def _page(
    here: Here,
    *,
    found: flow.Brought | None = None,
    gone: flow.TakenOut | None = None,
    look: bool = True,
    problem: str = "",
) -> Any:
    told = found or gone
    refused = () if told is None else told.refused
    sentences = {one.error.code: plain(one.error) for one in refused}
    back = flow.waiting(here.programme)
    people = listing.named(here.access, [one.party for one in back])
    shops = names(connections(here.programme))
    context = {
        "found": found,
        "gone": gone,
        "look": look,
        "problem": problem,
        "refused": [(one.row, plain(one.error)) for one in refused[:_SHOWN]],
        "reasons": [(sentences[code], n) for code, n in Counter(one.error.code for one in refused).most_common()],
        "levels": [(one, shops[one.connection]) for one in rows.levels(here.access, here.now)],
        "back": [(one, named(*_who(people[one.party])), format_minor(one.amount, one.currency)) for one in back],
        "shops": sorted(shops.items()),
        "chosen": field(here, "shop", 18),
    }
    return page(here, "brand/credit_stock.html", context, status=422 if problem else 200)


def _refuse_unless(sure: bool) -> None:
    if not sure:
        raise BadInputError("not_sure", "Tick that you mean it; nothing was done.")


def _who(one: Any) -> tuple[str, str, str]:
    return one.kind, one.name, one.public_id
