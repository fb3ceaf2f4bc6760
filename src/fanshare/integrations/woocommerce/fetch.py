"""What a WooCommerce shop says an order is now: the state of record, with its refunds' lines."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fanshare.core.claims import same_number
from fanshare.core.errors import BadInputError
from fanshare.core.instants import SECOND, Instant, format_rfc3339
from fanshare.core.orders import OrderState, Status
from fanshare.integrations.errors import ShopRefusedError, ShopUnreachableError
from fanshare.integrations.json_input import Json, instant
from fanshare.integrations.types import Pseudonym
from fanshare.integrations.woocommerce.parse import order_number, parse_order
from fanshare.integrations.woocommerce.rest import Rest, ShopAccess

PER_PAGE = 100
#: 10,000 refunds of one order, a million orders of one second: more is a shop that repeats itself for ever.
MAX_REFUND_PAGES = 100
MAX_SAME_SECOND_PAGES = 10_000

type Document = dict[str, Any]
#: Told about an order of a list that can't be read: (order id or empty, why).
type Unreadable = Callable[[str, BadInputError], None]


class WooFetch:
    """The ``Fetch`` of a WooCommerce connection."""

    def __init__(
        self, rest: Rest, pseudonym: Pseudonym, *, unreadable: Unreadable | None = None, per_page: int = PER_PAGE
    ) -> None:
        """``unreadable`` is told about orders in ``modified_after`` that can't be read; without it they raise."""
        self._rest = rest
        self._pseudonym = pseudonym
        self._unreadable = unreadable
        self._per_page = per_page

    def close(self) -> None:
        """Close the connections to the shop."""
        self._rest.close()

    def order(self, order_id: str) -> OrderState | None:
        """The order as it is now, or ``None`` when the shop says it does not exist or lies in the trash.

        Raises ``ShopUnreachableError`` or ``ShopRefusedError`` when the shop can't tell, ``BadInputError`` when its
        answer can't be read.
        """
        order = self._document(order_id)
        return None if order is None else self._alive(order)

    def numbered(self, number: str) -> OrderState | None:
        """The order of a number, or ``None``. Raises as ``order``, and ``several_orders``.

        WooCommerce's number is the order's id; where a plugin gives others, that id may be another order's number.
        """
        order = (
            self._document(number.lstrip("0")) if number.isdigit() and len(number.lstrip("0")) in range(1, 19) else None
        )
        if order is not None and same_number(_shown(order), number):
            return self._alive(order)
        found = self._page("orders", {"search": number, "page": "1"})
        named = {order_number(one, "id"): one for one in found if same_number(_shown(one), number)}
        if len(named) > 1:
            raise BadInputError(
                "several_orders", "The shop has several orders with the number %(number)s.", number=number
            )
        return self._alive(next(iter(named.values()))) if named else None

    def modified_after(self, moment: Instant) -> Iterator[OrderState]:
        """All orders changed at or after a moment's second, oldest change first, refunds included.

        WooCommerce lists no trashed orders: deletions arrive by webhook only. Raises as ``order``.
        """
        for document in self._changed(moment):
            try:
                yield self._with_refunds(document)
            except BadInputError as error:
                if self._unreadable is None:
                    raise
                self._unreadable(str(document.get("id", ""))[:20], error)

    def _document(self, order_id: str) -> Document | None:
        document = self._rest.get(f"orders/{order_number({'id': order_id}, 'id')}")
        if document is None:
            return None
        order = _one(document)
        if order_number(order, "id") != order_id:
            raise BadInputError(
                "not_an_order", "The shop was asked for order %(order_id)s and answered another one.", order_id=order_id
            )
        return order

    def _alive(self, order: Document) -> OrderState | None:
        state = self._with_refunds(order)
        return None if state.status is Status.DELETED else state

    def _with_refunds(self, order: Document) -> OrderState:
        if not order.get("refunds"):
            return parse_order(order, (), self._pseudonym)
        return parse_order(order, self._refunds(order_number(order, "id")), self._pseudonym)

    def _refunds(self, order_id: str) -> list[Document]:
        found: list[Document] = []
        for page in range(1, MAX_REFUND_PAGES + 1):
            documents = self._page(f"orders/{order_id}/refunds", {"page": str(page)})
            found += documents
            if len(documents) < self._per_page:
                return found
        raise ShopRefusedError("Order %(order_id)s has more refunds than can be true.", order_id=order_id)

    def _changed(self, moment: Instant) -> Iterator[Document]:
        """Walk by time, not by page number: an order that changes meanwhile moves to the end and shifts all pages."""
        cursor, page, seen = max(moment - SECOND, 0), 1, set[tuple[str, str]]()
        while page <= MAX_SAME_SECOND_PAGES:
            documents = self._page("orders", {**_since(cursor), "page": str(page)})
            for document in documents:
                mark = (str(document.get("id")), str(document.get("date_modified_gmt")))
                if mark not in seen:
                    seen.add(mark)
                    yield document
            if len(documents) < self._per_page:
                return
            # One second back: the page may have ended in the middle of that second.
            reached = _modified(documents[-1]) - SECOND
            cursor, page = (reached, 1) if reached > cursor else (cursor, page + 1)
        raise ShopRefusedError("The shop lists the same changes for ever.")

    def _page(self, path: str, query: Mapping[str, str]) -> list[Document]:
        answer = self._rest.get(path, {**query, "per_page": str(self._per_page)})
        if answer is None:
            raise ShopUnreachableError("The order vanished between two questions; it is asked for again.")
        if not isinstance(answer, list):
            raise BadInputError("not_an_order", "The shop's answer under %(path)s is not a list.", path=path)
        return [_one(item) for item in answer]


def make_fetch(access: ShopAccess, pseudonym: Pseudonym, *, unreadable: Unreadable | None = None) -> WooFetch:
    """The fetch of a connection with its own HTTP client."""
    return WooFetch(Rest(access), pseudonym, unreadable=unreadable)


def _since(moment: Instant) -> dict[str, str]:
    return {
        "modified_after": format_rfc3339(moment - moment % SECOND).removesuffix("Z"),
        "dates_are_gmt": "true",
        "orderby": "modified",
        "order": "asc",
    }


def _shown(document: Document) -> str:
    """The number that the buyer was told."""
    return str(document.get("number") or document.get("id") or "")


def _modified(document: Document) -> Instant:
    return instant(document, "date_modified_gmt", assume_utc=True)


def _one(value: Json) -> Document:
    if not isinstance(value, dict):
        raise BadInputError("not_an_order", "The shop's answer holds something that is not an order.")
    return value
