"""Whether what a command names is there: parties, links, orders and shops of the programme.

The composite keys of the schema refuse the rest anyway. Asked first, they say what is missing, and to whom.
"""

from collections.abc import Iterable

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.store.access import Access
from fanshare.store.queries import leaving, work_stops

_PARTIES = """
SELECT count(*), coalesce(bool_or(kind = 'young'), false) FROM party
 WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s)
"""
_HOLD = "SELECT id FROM party WHERE programme_id = %(programme_id)s AND id = ANY(%(ids)s) ORDER BY id FOR SHARE"
_LINK = "SELECT 1 FROM link WHERE programme_id = %(programme_id)s AND id = %(id)s"
_ORDER = "SELECT 1 FROM shop_order WHERE programme_id = %(programme_id)s AND id = %(id)s"
_SHOP = "SELECT 1 FROM connection WHERE programme_id = %(programme_id)s AND id = %(id)s"


def check_parties(access: Access, parties: Iterable[int]) -> None:
    """Raises ``BadInputError`` unless all of them take part in the programme and may earn there.

    ``unknown_party`` (404), ``under_age`` (409) for a fan under 18: nothing by which somebody earns may be hers.
    """
    wanted = sorted(set(parties))
    found, young = access.fetch_one(_PARTIES, {"ids": wanted}) or (0, False)
    if found != len(wanted):
        raise BadInputError("unknown_party", "Nobody of that number takes part in this programme.", 404)
    if young:
        raise BadInputError(
            "under_age", "Money is for people of 18 or more, and so is everything that becomes money.", 409
        )


def check_staying(access: Access, parties: Iterable[int]) -> None:
    """Raises ``ConflictError`` where one of them leaves (``leaving``), or where the brand has ended a creator's work
    (``work_ended``); neither begins until the transaction ends.
    """
    wanted = sorted(set(parties))
    access.execute(_HOLD, {"ids": wanted})
    if leaving.anybody(access, wanted):
        raise ConflictError("leaving", "Somebody who leaves gets no new links or codes.")
    if any("end" in kinds for kinds in work_stops.stopped(access, wanted).values()):
        raise ConflictError("work_ended", "The work of this creator has ended here: no new links or codes.")


def check_link(access: Access, link: int | None) -> None:
    """Raises ``BadInputError`` (``unknown_link``) for a link that is named and not there."""
    if link is not None and access.value(_LINK, {"id": link}) is None:
        raise BadInputError("unknown_link", "There is no such link in this programme.", 404)


def check_order(access: Access, order: int | None) -> None:
    """Raises ``BadInputError`` (``unknown_order``) for an order that is named and not there."""
    if order is not None and access.value(_ORDER, {"id": order}) is None:
        raise BadInputError("unknown_order", "There is no such order in this programme.", 404)


def check_shop(access: Access, connection: int | None) -> None:
    """Raises ``BadInputError`` (``unknown_shop``) for a shop that is named and not there."""
    if connection is not None and access.value(_SHOP, {"id": connection}) is None:
        raise BadInputError("unknown_shop", "There is no such shop in this programme.", 404)
