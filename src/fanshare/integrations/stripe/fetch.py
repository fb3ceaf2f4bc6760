"""What Stripe says a payment is now: Checkout session, charge and disputes together, the state of record.

Changes are found in the list of events, which Stripe keeps for thirty days; before that, and where the key may not
read events, in the lists of sessions, charges, refunds and disputes by when they were made.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, SECOND, Instant
from fanshare.core.payments import Payment, merged
from fanshare.integrations.stripe import objects
from fanshare.integrations.stripe.amounts import seconds
from fanshare.integrations.stripe.parse import CHARGE, INTENT, KINDS, SESSION, refuse_subscription, report
from fanshare.integrations.stripe.rest import Document, RefusedPermissionError, Rest, StripeAccess
from fanshare.integrations.types import Pseudonym

#: Told about a payment of a list that can't be read: (payment id, why).
type Unreadable = Callable[[str, BadInputError], None]

#: Stripe keeps events for thirty days; a day less, for what may be slow.
REACH = 29 * DAY

#: Where an object of an id is asked for. Charges of some methods have ids that begin with ``py_``.
_PATHS = {
    "pi_": "payment_intents/",
    "cs_": "checkout/sessions/",
    "ch_": "charges/",
    "py_": "charges/",
    "dp_": "disputes/",
    "du_": "disputes/",
    "re_": "refunds/",
    "pyr_": "refunds/",
}
_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "charge.captured",
    "charge.refunded",
    "charge.refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_reinstated",
)
_LISTS = ("checkout/sessions", "charges", "refunds", "disputes")


class StripeFetch:
    """The ``Fetch`` of a Stripe connection; it reports payments instead of orders."""

    def __init__(self, rest: Rest, pseudonym: Pseudonym, *, unreadable: Unreadable | None = None) -> None:
        """``unreadable`` is told about payments in ``modified_after`` that can't be read; without it they raise."""
        self._rest = rest
        self._pseudonym = pseudonym
        self._unreadable = unreadable
        self._codes: dict[str, str] = {}

    def close(self) -> None:
        """Close the connections."""
        self._rest.close()

    def order(self, order_id: str) -> Payment | None:
        """The payment behind the id of a payment intent, session, charge, dispute or refund; ``None``: there is none.

        Raises ``ShopUnreachableError`` or ``ShopRefusedError`` when Stripe can't tell, ``BadInputError`` (also
        ``subscription``) when its answer can't be read.
        """
        thing = self._rest.get(_path(order_id))
        if thing is None:
            return None
        found = objects.payment_id(thing)
        if found != order_id:
            thing = self._rest.get(_path(found)) or thing
        return self._payment(thing)

    def modified_after(self, moment: Instant) -> Iterator[Payment]:
        """All payments that changed at or after a moment's second, the oldest change first. Raises as ``order``."""
        changed = self._changed(moment)
        for payment_id in sorted(changed, key=lambda one: (changed[one], one)):
            try:
                payment = self.order(payment_id)
            except BadInputError as error:
                if error.code != "subscription" and self._unreadable is None:
                    raise
                if error.code != "subscription" and self._unreadable is not None:
                    self._unreadable(payment_id, error)
                continue
            if payment is not None:
                yield _dated(payment, changed[payment_id])

    def _payment(self, thing: Document) -> Payment:
        """Everything about one payment, from the object that stands for it."""
        at = self._rest.now
        parts, found = [thing], objects.payment_id(thing)
        if found.startswith("pi_"):
            query = [("payment_intent", found)]
            charge = self._charge(thing) if thing["object"] == INTENT else None
            parts += [charge] if charge else []
            parts += [] if thing["object"] == SESSION else self._rest.all("checkout/sessions", query)
            parts += self._rest.all("disputes", query)
        elif thing["object"] == CHARGE:
            parts += self._rest.all("disputes", [("charge", found)])
        return _fetched(merged(self._report(part, at) for part in parts if part.get("object") in KINDS))

    def _report(self, part: Document, at: Instant) -> Payment:
        if part["object"] != SESSION:
            return report(part, at, self._pseudonym)
        refuse_subscription(part)
        items = list(self._rest.all(f"checkout/sessions/{objects.reference(part, 'id')}/line_items"))
        whole = {**part, "line_items": {"data": items}}
        return report(whole, at, self._pseudonym, codes=[self._code(one) for one in objects.promotion_codes(part)])

    def _charge(self, intent: Document) -> Document | None:
        latest = objects.reference(intent, "latest_charge")
        return self._rest.get(_path(latest)) if latest else None

    def _code(self, code: str) -> str:
        """The text of a promotion code, its id where the key may not read it. Texts never change, so ask once."""
        if code.startswith("promo_") and code not in self._codes:
            try:
                found = self._rest.get(f"promotion_codes/{code}")
            except RefusedPermissionError:
                found = None
            self._codes[code] = str((found or {}).get("code") or code)
        return self._codes.get(code, code)

    def _changed(self, moment: Instant) -> dict[str, Instant]:
        """The payments that changed, each with the time of its newest change."""
        since = ("created[gte]", str(moment // SECOND))
        changed: dict[str, Instant] = {}
        try:
            events = [("types[]", name) for name in _EVENTS]
            for event in self._rest.all("events", [since, *events]):
                data = event.get("data")
                _note(changed, data.get("object") if isinstance(data, dict) else None, seconds(event, "created"))
            listed = self._rest.now - REACH > moment
        except RefusedPermissionError:
            listed = True
        for path in _LISTS if listed else ():
            for thing in self._rest.all(path, [since]):
                _note(changed, thing, seconds(thing, "created"))
        return changed


def make_fetch(access: StripeAccess, pseudonym: Pseudonym, *, unreadable: Unreadable | None = None) -> StripeFetch:
    """The fetch of a connection with its own HTTP client."""
    return StripeFetch(Rest(access), pseudonym, unreadable=unreadable)


def _path(identity: str) -> str:
    for prefix, path in _PATHS.items():
        if identity.startswith(prefix) and identity.isascii() and identity.replace("_", "").isalnum():
            return path + identity
    raise BadInputError("not_an_order", "%(identity)s is no id of a payment at Stripe.", identity=repr(identity[:40]))


def _note(changed: dict[str, Instant], thing: object, at: Instant) -> None:
    if isinstance(thing, dict) and thing.get("object") in KINDS:
        found = objects.payment_id(thing)
        changed[found] = max(at, changed.get(found, 0))


def _fetched(payment: Payment) -> Payment:
    """Marked as asked for, its basket as well: what an event tells later knows neither items nor texts of codes."""
    basket = payment.basket and replace(payment.basket, order=replace(payment.basket.order, fetched=True))
    return replace(payment, basket=basket, fetched=True)


def _dated(payment: Payment, at: Instant) -> Payment:
    """With the time of the change and not of the question, so that a list can be taken up where it ended."""
    return replace(payment, modified_at=at)
