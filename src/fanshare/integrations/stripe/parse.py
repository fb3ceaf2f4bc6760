"""Stripe's events as reports of payments.

A snapshot event (``object: event``) holds the object as it was; a thin one (``object: v2.core.event``) only says which
object to look at, so it needs a key to ask with. What an event says is always "this payment looks like this now":
``charge.refunded`` carries the sum of all that went back, a dispute how it stands.
"""

from collections.abc import Mapping
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.payments import Basket, Charge, Dispute, Payment
from fanshare.integrations import json_input as read
from fanshare.integrations.stripe import objects
from fanshare.integrations.stripe.amounts import seconds
from fanshare.integrations.types import Pseudonym, Reference

#: Stripe knows nothing of parcels.
REPORTS_FULFILMENT = False
CAN_FETCH = True

#: What may stand in an event: session, payment intent, charge, dispute, refund. A tuple: strangers write lists where a
#: kind should be, and a set can't be asked about them.
SESSION, INTENT, CHARGE, DISPUTE, REFUND = "checkout.session", "payment_intent", "charge", "dispute", "refund"
KINDS = (SESSION, INTENT, CHARGE, DISPUTE, REFUND)
THIN = "v2.core.event"

type Object = Mapping[str, Any]


def references(raw: bytes, headers: Mapping[str, str]) -> list[Reference]:
    """Which payment a verified event speaks of; none for customers, invoices, payouts and the like.

    A thin event gives the id of whatever object it names; ``StripeFetch`` finds the payment behind it. Raises
    ``BadInputError``: ``not_an_event``, ``subscription`` (not counted, see the README), or as ``parse``.
    """
    del headers
    event = _event(raw)
    if event.get("object") == THIN:
        related = event.get("related_object")
        if not isinstance(related, dict) or read.text(related, "type") not in KINDS:
            return []
        return [Reference(read.identifier(related, "id"), needs_fetch=True)]
    thing = _thing(event)
    return [Reference(objects.payment_id(thing))] if thing else []


def parse(raw: bytes, headers: Mapping[str, str], pseudonym: Pseudonym) -> list[Payment]:
    """What a verified event says of its payment: one report; none where it holds no figures (thin events, refunds).

    Raises ``BadInputError`` for an object that can't be read.
    """
    del headers
    event = _event(raw)
    thing = _thing(event)
    if not thing or thing["object"] == REFUND:
        return []
    return [report(thing, seconds(event, "created"), pseudonym)]


def report(thing: Object, at: Instant, pseudonym: Pseudonym, *, codes: list[str] | None = None) -> Payment:
    """One object as a report of its payment at ``at``; ``codes`` as in ``basket_of_session``."""
    kind = thing["object"]
    charge: Charge | None = None
    basket: Basket | None = None
    disputes: tuple[Dispute, ...] = ()
    names = objects.names_of(thing)
    if kind == SESSION:
        basket = objects.basket_of_session(thing, at, pseudonym, codes)
    elif kind == INTENT:
        basket = objects.basket_of_intent(thing, at, pseudonym)
        latest = _latest_charge(thing)
        charge = objects.charge_of(latest, at, pseudonym) if latest else None
        names |= objects.names_of(latest) if latest else frozenset()
    elif kind == CHARGE:
        charge = objects.charge_of(thing, at, pseudonym)
    elif kind == DISPUTE:
        disputes = (objects.dispute_of(thing, at),)
    return Payment(
        payment_id=objects.payment_id(thing),
        modified_at=at,
        names=tuple(sorted(names)),
        test=not read.flag(thing, "livemode"),
        basket=basket,
        charge=charge,
        disputes=disputes,
    )


def refuse_subscription(session: Object) -> None:
    """Raises ``BadInputError`` ``subscription`` for a session that begins one: its payments belong to invoices."""
    if read.text(session, "mode") == "subscription":
        raise BadInputError("subscription", "This Checkout session begins a subscription; those are not counted yet.")


def _event(raw: bytes) -> dict[str, Any]:
    event = read.read_object(raw)
    if event.get("object") not in ("event", THIN):
        raise BadInputError("not_an_event", "The body is not an event of Stripe.")
    return event


def _thing(event: Object) -> dict[str, Any] | None:
    """The object of a snapshot event, if it tells of a payment that can be an order."""
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if event.get("object") == THIN or not isinstance(thing, dict) or thing.get("object") not in KINDS:
        return None
    if thing["object"] == SESSION:
        if read.text(thing, "mode") == "setup":
            return None
        refuse_subscription(thing)
    return thing


def _latest_charge(intent: Object) -> dict[str, Any] | None:
    """The charge of an intent where it stands there whole: ``latest_charge``, before 2022 the list ``charges``."""
    latest = intent.get("latest_charge")
    if isinstance(latest, dict):
        return latest
    charges = intent.get("charges")
    listed = read.objects(charges, "data") if isinstance(charges, dict) else ()
    return dict(listed[0]) if listed else None
