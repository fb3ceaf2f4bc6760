"""What a Shopify shop says an order is now: the state of record, with its refunds' lines."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fanshare.core.claims import same_number
from fanshare.core.errors import BadInputError
from fanshare.core.instants import SECOND, Instant, format_rfc3339
from fanshare.core.orders import OrderState
from fanshare.integrations.errors import OrderHiddenError, ShopRefusedError
from fanshare.integrations.http import Asker
from fanshare.integrations.shopify import queries
from fanshare.integrations.shopify.admin import Admin, AppAccess, TooCostlyError
from fanshare.integrations.shopify.document import Node, connection, order_document, refund_document
from fanshare.integrations.shopify.parse import order_number, parse_order, running_number
from fanshare.integrations.types import Pseudonym

#: Orders and lines a page: few enough that a page stays well below the thousand points one query may cost.
PAGE = 10
LINES_OF_LISTED = 10
LINES = 50
#: 500 pages of lines, 100,000 of changes: more is a shop that repeats itself for ever.
MAX_LINE_PAGES = 500
MAX_PAGES = 100_000

#: Told about an order of a list that can't be read: (order id or empty, why).
type Unreadable = Callable[[str, BadInputError], None]


class ShopifyFetch:
    """The ``Fetch`` of a Shopify connection with an app."""

    def __init__(
        self, admin: Admin, pseudonym: Pseudonym, *, unreadable: Unreadable | None = None, page: int = PAGE
    ) -> None:
        """``unreadable`` is told about orders in ``modified_after`` that can't be read; without it they raise."""
        self._admin = admin
        self._pseudonym = pseudonym
        self._unreadable = unreadable
        self._page = page

    def close(self) -> None:
        """Close the connections to the shop."""
        self._admin.close()

    def order(self, order_id: str) -> OrderState | None:
        """The order as it is now, or ``None`` when the shop says that it does not exist.

        Without the scope ``read_all_orders`` Shopify shows no order older than 60 days, in the same way as one that
        is gone: then nothing is concluded. Raises ``OrderHiddenError`` for that, ``ShopUnreachableError`` or
        ``ShopRefusedError`` when the shop can't tell, ``BadInputError`` when its answer can't be read.
        """
        gid = f"gid://shopify/Order/{order_number({'id': order_id}, 'id')}"
        found = self._whole_order(gid)
        if found is None:
            if not self._admin.may("read_all_orders"):
                raise OrderHiddenError(
                    "The shop does not show order %(order_id)s: it is gone, or older than 60 days. Give the"
                    " app the scope read_all_orders, then retry.",
                    order_id=order_id,
                )
            return None
        if order_number(found, "id") != order_id:
            raise BadInputError(
                "not_an_order", "The shop was asked for order %(order_id)s and answered another one.", order_id=order_id
            )
        return parse_order(found, self._pseudonym, fetched=True)

    def numbered(self, number: str) -> OrderState | None:
        """The order that its buyer knows as ``#1001``, or ``None``. Raises as ``order``, and ``several_orders``.

        Shopify's search takes a name apart into words, so that what it finds is compared with what was asked for.
        """
        found, _ = connection(self._admin.query(queries.NUMBERED, {"query": f'name:"{number}"'}), "orders")
        named = [one for one in found if same_number(str(one.get("name") or ""), number)]
        named = named or [one for one in found if running_number(one.get("name")) == (_digits(number) or -1)]
        ids = {order_number(one, "legacyResourceId") for one in named}
        if len(ids) > 1:
            raise BadInputError("several_orders", "The shop has several orders called %(number)s.", number=number)
        if ids:
            return self.order(ids.pop())
        if not self._admin.may("read_all_orders"):
            raise OrderHiddenError(
                "The shop shows no order %(number)s: there is none, or it is older than 60 days. Give the app"
                " the scope read_all_orders.",
                number=number,
            )
        return None

    def modified_after(self, moment: Instant) -> Iterator[OrderState]:
        """All orders changed at or after a moment's second, oldest change first, refunds included.

        Shopify lists no deleted orders: deletions arrive by webhook only. Raises as ``order``.
        """
        for node in self._changed(moment):
            try:
                document = self._completed(node)
                if document is not None:
                    yield parse_order(document, self._pseudonym, fetched=True)
            except BadInputError as error:
                if self._unreadable is None:
                    raise
                self._unreadable(str(node.get("legacyResourceId", ""))[:20], error)

    def _changed(self, moment: Instant) -> Iterator[Node]:
        """Walk by cursor. It stands for time and id, so an order that changes meanwhile moves to the end."""
        since = f"updated_at:>='{format_rfc3339(moment - moment % SECOND)}'"
        after, seen = None, set[str]()
        for _ in range(MAX_PAGES):
            page = self._page_of({"query": since, "lines": LINES_OF_LISTED, "after": after})
            nodes, after = connection(page, "orders")
            yield from nodes
            if not after:
                return
            if after in seen:
                break
            seen.add(after)
        raise ShopRefusedError("The shop lists the same changes for ever.")

    def _page_of(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """One page of changes; smaller ones from now on when the shop finds them too costly."""
        while True:
            try:
                return self._admin.query(queries.CHANGES, {**variables, "orders": self._page})
            except TooCostlyError:
                if self._page == 1:
                    raise
                self._page //= 2

    def _completed(self, node: Node) -> dict[str, Any] | None:
        """A listed order as a document: asked for again where the list does not hold all of it."""
        lines, more = connection(node, "lineItems")
        if more or node.get("refunds"):
            return self._whole_order(f"gid://shopify/Order/{order_number(node, 'legacyResourceId')}")
        return order_document(node, lines, ())

    def _whole_order(self, gid: str) -> dict[str, Any] | None:
        order, lines = self._paged(queries.ORDER, gid, "order", "lineItems")
        if order is None:
            return None
        refunds = order.get("refunds") or []
        if not isinstance(refunds, list) or not all(isinstance(one, dict) for one in refunds):
            raise BadInputError("bad_field", "refunds of the shop's answer should be a list of objects.")
        return order_document(order, lines, [self._refund(str(one.get("id"))) for one in refunds])

    def _refund(self, gid: str) -> dict[str, Any]:
        refund, lines = self._paged(queries.REFUND, gid, "refund", "refundLineItems")
        if refund is None:
            raise BadInputError("not_an_order", "The shop names a refund and does not know it.")
        return refund_document(refund, lines)

    def _paged(self, text: str, gid: str, what: str, items: str) -> tuple[Node | None, list[Node]]:
        """An object with all pages of one of its connections, in the newest version that was seen."""
        lines: list[Node] = []
        after = None
        for _ in range(MAX_LINE_PAGES):
            found = self._admin.query(text, {"id": gid, "lines": LINES, "after": after}).get(what)
            if found is None:
                return None, []
            if not isinstance(found, dict):
                raise BadInputError("bad_field", "%(what)s of the shop's answer should be an object.", what=what)
            nodes, after = connection(found, items)
            lines += nodes
            if not after:
                return found, lines
        raise ShopRefusedError("An order of this shop has more %(items)s than can be true.", items=items)


def _digits(number: str) -> int:
    return int(number) if number.isdigit() and len(number) <= 12 else 0


def make_fetch(access: AppAccess, pseudonym: Pseudonym, *, unreadable: Unreadable | None = None) -> ShopifyFetch:
    """The fetch of a connection with its own HTTP client."""
    return ShopifyFetch(Admin(access, Asker(public_only=access.public_only)), pseudonym, unreadable=unreadable)
