"""Codes that were made in shops or taken from a stock, as a brand's people look at them: page by page, newest first."""

from collections.abc import Mapping
from typing import LiteralString, NamedTuple

from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries.brought import BEHIND, FIGURES

_CODE: LiteralString = """
SELECT s.id, s.shown, s.state, s.single_use, p.name, s.label_text, s.used, s.problem, s.created_at, s.connection_id,
       o.kind, o.display_name, o.public_id,
       EXISTS (SELECT FROM shop_code n
                WHERE n.programme_id = s.programme_id AND n.replaces_id = s.id AND n.state <> 'failed'),
       s.code_id, @order
  FROM shop_code s
  JOIN code_plan p ON p.programme_id = s.programme_id AND p.id = s.plan_id
  JOIN party o ON o.programme_id = s.programme_id AND o.id = s.owner_party_id
  @figures
 WHERE s.programme_id = %(programme_id)s AND (%(id)s::bigint IS NULL OR s.id = %(id)s)
   AND (%(state)s::text = '' OR s.state = %(state)s)
   AND (%(since)s::bigint IS NULL OR s.created_at >= %(since)s)
   AND (%(until)s::bigint IS NULL OR s.created_at < %(until)s)
   AND (%(text)s::text = '' OR strpos(s.folded, lower(%(text)s)) > 0)
"""
_RANKED: LiteralString = (
    _CODE
    + """ AND (%(at)s::bigint IS NULL OR (@order, s.id) < (%(at)s, %(after)s))
 ORDER BY @order DESC, s.id DESC LIMIT %(limit)s"""
)
_SUMMED: LiteralString = _RANKED.replace("@figures", FIGURES.replace("@kind", "code").replace("@of", "s.code_id"))
_NEWEST: LiteralString = _CODE + " AND (%(at)s::bigint IS NULL OR s.id < %(at)s) ORDER BY s.id DESC LIMIT %(limit)s"
#: By how they are sorted.
SORTED: Mapping[str, LiteralString] = {
    "newest": _NEWEST.replace("@order", "s.id").replace("@figures", ""),
    "used": _RANKED.replace(
        "(%(at)s::bigint IS NULL OR (@order, s.id) < (%(at)s, %(after)s))",
        BEHIND.replace("@rank", "s.used").replace("@id", "s.id"),
    )
    .replace("@order", "s.used")
    .replace("@figures", ""),
    "sales": _SUMMED.replace("@order", "b.orders").replace("@amount", "commission"),
    "goods": _SUMMED.replace("@order", "b.amount").replace("@amount", "goods"),
    "commission": _SUMMED.replace("@order", "b.amount").replace("@amount", "commission"),
}


class CodeRow(NamedTuple):
    """One code. ``replaced`` says that another is asked for, or was made, in its place; ``code`` is its number where it
    counts for its owner, ``rank`` what it is sorted by."""

    id: int
    text: str
    state: str
    single_use: bool
    plan: str
    label: str
    used: int
    problem: str
    made_at: Instant
    connection: int
    owner_kind: str
    owner_name: str
    owner_id: str
    replaced: bool
    code: int | None
    rank: int


def codes(
    access: Access,
    *,
    id_: int | None = None,
    state: str = "",
    text: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    sort: str = "newest",
    currency: str = "",
    after: tuple[int, int] | None = None,
    limit: int,
) -> list[CodeRow]:
    """Codes of the programme, the newest first or those first that were ``used`` most, of most ``sales``, or of most
    ``goods`` and ``commission`` in a currency: one, or those of a state, that contain a text, made in a span. ``after``
    is (id, 0), or (rank, id), of the last one of the page before.
    """
    at, behind = after or (None, None)
    asked = {"id": id_, "state": state, "text": text, "since": since, "until": until, "limit": limit}
    values = {**asked, "at": at, "after": behind, "creator": None, "currency": currency}
    return [CodeRow(*row) for row in access.fetch(SORTED[sort], values)]
