"""Codes that count for somebody, wherever they were made, as a brand's people look at them."""

from collections.abc import Mapping
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.brought import FIGURES
from fanshare.store.queries.selling import USED_OF_ALL

_CODE: LiteralString = """
SELECT k.id, k.shown, k.single_use, k.label_text, s.state, k.created_at, coalesce(c.display_name, ''),
       o.owner_party_id <> o.creator_party_id, o.creator_party_id, k.connection_id IS NOT NULL,
       EXISTS (SELECT FROM shop_code w WHERE w.programme_id = k.programme_id AND w.code_id = k.id), @order
  FROM code k
  JOIN LATERAL (SELECT state FROM code_state WHERE programme_id = k.programme_id AND code_id = k.id
                 ORDER BY from_at DESC LIMIT 1) s ON true
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM code_owner
                 WHERE programme_id = k.programme_id AND code_id = k.id ORDER BY from_at DESC LIMIT 1) o ON true
  JOIN party c ON c.programme_id = k.programme_id AND c.id = o.creator_party_id
  @figures
 WHERE k.programme_id = %(programme_id)s
"""
_ONE = _CODE.replace("@order", "k.id").replace("@figures", "") + " AND k.id = %(id)s"
_LISTED: LiteralString = (
    _CODE
    + """
   AND (%(state)s::text = '' OR s.state = %(state)s)
   AND (%(since)s::bigint IS NULL OR k.created_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR k.created_at < %(until)s)
   AND (%(text)s::text = '' OR strpos(lower(k.shown || ' ' || coalesce(c.display_name, '')), lower(%(text)s)) > 0)
   AND (%(at)s::bigint IS NULL OR (@order, k.id) < (%(at)s, %(after)s))
 ORDER BY @order DESC, k.id DESC LIMIT %(limit)s
"""
)
# All uses are counted in one go: code by code this would read the orders of each.
_USES = "LEFT JOIN (@used) u ON u.id = k.id".replace("@used", USED_OF_ALL)
_SUMMED: LiteralString = _LISTED.replace("@figures", FIGURES.replace("@kind", "code").replace("@of", "k.id"))
_CODES: Mapping[str, LiteralString] = {
    "newest": _LISTED.replace("(@order, k.id) < (%(at)s, %(after)s)", "k.id < %(at)s")
    .replace("@order", "k.id")
    .replace("@figures", ""),
    "used": _LISTED.replace("@order", "coalesce(u.n, 0)").replace("@figures", _USES),
    "sales": _SUMMED.replace("@order", "b.orders").replace("@amount", "commission"),
    "goods": _SUMMED.replace("@order", "b.amount").replace("@amount", "goods"),
    "commission": _SUMMED.replace("@order", "b.amount").replace("@amount", "commission"),
}


class CodeRow(NamedTuple):
    """One code as it is now. ``of_fan``: a fan of the creator owns it; ``from_here``: fanshare made it in the shop;
    ``rank``: what it is sorted by."""

    id: int
    text: str
    single_use: bool
    label: str
    state: str
    made_at: Instant
    creator: str
    of_fan: bool
    creator_id: int
    one_shop: bool
    from_here: bool
    rank: int


def one(access: Access, id_: int) -> CodeRow | None:
    """One code by its number."""
    row = access.fetch_one(_ONE, {"id": id_})
    return None if row is None else CodeRow(*row)


def listed(
    access: Access,
    *,
    state: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    currency: str = "",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[CodeRow]:
    """Codes made in a span, the newest first or those first that were ``used`` most, of most ``sales``, or of most
    ``goods`` and ``commission`` in a currency; a text is sought in the code and whose it is. ``after`` is (id, 0), or
    (rank, id), of the last one of the page before.
    """
    at, behind = after or (None, None)
    asked = {"state": state, "text": text, "since": since, "until": until, "at": at, "after": behind}
    values = {**asked, "limit": limit, "creator": None, "currency": currency}
    return [CodeRow(*row) for row in access.fetch(_CODES[sort], values)]
