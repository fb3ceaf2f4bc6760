"""Stripe's objects as sides of a payment: what was sold, what was charged, what is disputed.

Shapes of API versions from 2017 to 2026 are read (an object that is referred to may stand there whole); unknown keys
are ignored. All functions raise ``BadInputError`` for what can't be read.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Status
from fanshare.core.payments import Basket, Charge, Dispute, Stage
from fanshare.core.replaced import check_sold
from fanshare.core.twins import order_name, payment_name
from fanshare.integrations import json_input as read
from fanshare.integrations.evidence import click_ids, folded_codes, kept_clicks, path_ids
from fanshare.integrations.stripe.amounts import amount, currency_of, seconds
from fanshare.integrations.types import Pseudonym

type Object = Mapping[str, Any]

#: How much a basket's source knows: a checkout tells goods, tax and shipping apart, a bare payment hardly.
FROM_INTENT, FROM_SESSION = 0, 1

#: Metadata keys that hold click ids, the whole path first.
PATH_KEY = "fs_path"
CLICK_KEYS = ("fs", "fs_click", "utm_id")
#: Metadata keys by which shops name their order: WooCommerce's extensions, Medusa's and Saleor's, one's own.
ORDER_KEYS = ("order_id", "woocommerce_order_id", "order_number")
BIRTH_KEYS = ("order_key",)
SITE_KEYS = ("site_url", "store_url", "shop")

_SESSION_STATUS = {"paid": Status.CAPTURED, "no_payment_required": Status.CAPTURED, "unpaid": Status.OPEN}
_INTENT_STATUS = {"succeeded": Status.CAPTURED, "canceled": Status.CANCELLED}
_STAGE = {"won": Stage.WON, "warning_closed": Stage.WON, "prevented": Stage.WON, "lost": Stage.LOST}


def reference(holder: Object, key: str) -> str:
    """The id of an object that is referred to or stands there whole; empty when there is none."""
    value = holder.get(key)
    if isinstance(value, dict):
        value = value.get("id")
    if value is None:
        return ""
    return read.identifier({key: value}, key)


def payment_id(thing: Object) -> str:
    """The id under which everything about one payment comes together: the payment intent, else the object itself.

    A dispute or refund of an old charge without an intent belongs to its charge.
    """
    kind = thing.get("object")
    if kind == "payment_intent":
        return read.identifier(thing, "id")
    intent = reference(thing, "payment_intent")
    if intent:
        return intent
    if kind in ("dispute", "refund"):
        return reference(thing, "charge") or read.identifier(thing, "id")
    return read.identifier(thing, "id")


def basket_of_session(session: Object, at: Instant, pseudonym: Pseudonym, codes: Sequence[str] | None = None) -> Basket:
    """What a Checkout session sold; ``codes`` are the texts of its promotion codes, without which their ids stand."""
    currency = currency_of(session)
    total = amount(session, "amount_total", currency)
    shipping, shipping_tax = _shipping(session, currency)
    details = _maybe_object(session, "total_details")
    tax = amount(details, "amount_tax", currency, default=0)
    lines = _lines(session, currency, total - shipping - max(0, tax - shipping_tax))
    created = seconds(session, "created")
    check_sold(currency, created)
    order = OrderState(
        order_id=payment_id(session),
        birth=payment_id(session),
        modified_at=at,
        placed_at=created,
        status=_session_status(session),
        currency=currency,
        lines=lines,
        shipping=shipping - shipping_tax,
        tax=tax,
        total=total,
        test=_is_test(session),
        country=_country(_maybe_object(session, "customer_details")),
        buyer=_buyer(session, pseudonym),
        evidence=_session_evidence(session, created, codes),
    )
    return Basket(at, FROM_SESSION, order)


def basket_of_intent(intent: Object, at: Instant, pseudonym: Pseudonym) -> Basket | None:
    """What a payment made without Checkout sold, if its metadata names a click of ours; else ``None``.

    A payment that names none earns nobody anything, and may be an invoice or part of another sale.
    """
    clicks, whole = _clicks(intent)
    evidence = Evidence(clicks, whole_path=whole)
    if not evidence.clicks:
        return None
    currency, created = currency_of(intent), seconds(intent, "created")
    check_sold(currency, created)
    details = _maybe_object(intent, "amount_details")
    tax = amount(_maybe_object(details, "tax"), "total_tax_amount", currency, default=0)
    shipping = amount(_maybe_object(details, "shipping"), "amount", currency, default=0)
    total = amount(intent, "amount", currency)
    if tax + shipping > total:
        raise BadInputError("bad_amount", "Tax and shipping of this payment are more than the payment.")
    order = OrderState(
        order_id=payment_id(intent),
        birth=payment_id(intent),
        modified_at=at,
        placed_at=created,
        status=_INTENT_STATUS.get(read.text(intent, "status"), Status.OPEN),
        currency=currency,
        lines=(Line("payment", total - tax - shipping),),
        shipping=shipping,
        tax=tax,
        total=total,
        test=_is_test(intent),
        buyer=_buyer(intent, pseudonym),
        evidence=evidence,
    )
    return Basket(at, FROM_INTENT, order)


def charge_of(charge: Object, at: Instant, pseudonym: Pseudonym) -> Charge | None:
    """The money of a charge; ``None`` for one that failed or waits."""
    if read.text(charge, "status") not in ("", "succeeded"):
        return None
    currency = currency_of(charge)
    whole = amount(charge, "amount", currency)
    captured = whole if read.flag(charge, "captured") else 0
    # What was authorised and not captured went back as well; newer versions don't count it as refunded.
    released = whole - min(whole, amount(charge, "amount_captured", currency, default=whole))
    refunded = max(released, amount(charge, "amount_refunded", currency, default=0))
    fingerprint = _fingerprint(charge)
    return Charge(
        at=at,
        charged_at=seconds(charge, "created"),
        currency=currency,
        captured=captured,
        refunded=min(refunded, captured),
        fingerprint=pseudonym("payment", fingerprint) if fingerprint else "",
    )


def dispute_of(dispute: Object, at: Instant) -> Dispute:
    """How a dispute stands. An inquiry (``warning_*``) holds like a dispute, and its closing releases."""
    return Dispute(
        id=read.identifier(dispute, "id"),
        opened_at=seconds(dispute, "created"),
        at=at,
        money=amount(dispute, "amount", currency_of(dispute)),
        stage=_STAGE.get(read.text(dispute, "status"), Stage.OPEN),
        reason=read.text(dispute, "reason"),
    )


def names_of(thing: Object) -> frozenset[str]:
    """The names of the same sale that an object tells: ids of its payment, and the shop's order if metadata name it."""
    kind = thing.get("object")
    ids = {payment_id(thing), reference(thing, "payment_intent"), reference(thing, "latest_charge")}
    ids |= {reference(thing, "charge")} if kind == "dispute" else set()
    ids |= {read.identifier(thing, "id")} if kind in ("charge", "payment_intent", "checkout.session") else set()
    return frozenset({payment_name(one) for one in ids if one} | _order_names(thing))


def _order_names(thing: Object) -> set[str]:
    metadata = _metadata(thing)
    number = _first(metadata, ORDER_KEYS) or read.text(thing, "client_reference_id")
    if not number:
        return set()
    birth, site = _first(metadata, BIRTH_KEYS), _host(_first(metadata, SITE_KEYS))
    names = {order_name(number, birth=birth)} if birth else set()
    if site:
        names.add(order_name(number, host=site))
    return names or {order_name(number)}


def _host(address: str) -> str:
    """The host of ``https://shop.example/path`` or ``shop.example``; the path of a shop in a folder is left out."""
    return address.rpartition("://")[2].partition("/")[0].lower()


def _first(metadata: Mapping[str, str], keys: Sequence[str]) -> str:
    return next((metadata[key] for key in keys if metadata.get(key)), "")


def _metadata(thing: Object) -> dict[str, str]:
    """Metadata as short texts; what is none (old libraries wrote numbers) is read as its digits."""
    found = {}
    for key, value in _maybe_object(thing, "metadata").items():
        if isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) <= 500:
            found[key] = str(value).strip()
    return found


def _session_status(session: Object) -> Status:
    if read.text(session, "status") == "expired":
        return Status.CANCELLED
    word = read.text(session, "payment_status")
    if word not in _SESSION_STATUS:
        raise BadInputError("not_an_order", "The Checkout session has no payment_status.")
    return _SESSION_STATUS[word]


def _shipping(session: Object, currency: str) -> tuple[Micros, Micros]:
    """What shipping cost with its tax, and that tax."""
    cost = _maybe_object(session, "shipping_cost")
    if cost:
        return amount(cost, "amount_total", currency, default=0), amount(cost, "amount_tax", currency, default=0)
    return amount(_maybe_object(session, "total_details"), "amount_shipping", currency, default=0), 0


def _lines(session: Object, currency: str, goods: Micros) -> tuple[Line, ...]:
    """The session's items where they are told, else all goods as one line.

    ``amount_total`` of an item is what was paid for it after discounts, with tax, whether tax was included or added.
    """
    if goods < 0:
        raise BadInputError("bad_amount", "Shipping and tax of this Checkout session are more than was paid.")
    items = read.objects(_maybe_object(session, "line_items"), "data")
    if not items:
        details = _maybe_object(session, "total_details")
        spared = amount(details, "amount_discount", currency, default=0)
        subtotal = amount(session, "amount_subtotal", currency, default=goods + spared)
        return (Line("goods", goods, discount=_without_tax(spared, goods, subtotal - spared)),)
    return tuple(_line(item, currency) for item in items)


def _line(item: Object, currency: str) -> Line:
    paid, tax = amount(item, "amount_total", currency), amount(item, "amount_tax", currency, default=0)
    if tax > paid:
        raise BadInputError("bad_amount", "An item's tax is more than was paid for it.")
    spared = amount(item, "amount_discount", currency, default=0)
    asked = amount(item, "amount_subtotal", currency, default=paid - tax + spared)
    price = _maybe_object(item, "price")
    return Line(
        id=read.identifier(item, "id"),
        net=paid - tax,
        quantity=read.quantity(item, "quantity") if item.get("quantity") is not None else 1,
        product=reference(price, "product"),
        sku=read.text(price, "lookup_key"),
        discount=_without_tax(spared, paid - tax, asked - spared),
    )


def _without_tax(spared: Micros, net: Micros, asked: Micros) -> Micros:
    """A discount without its tax: where prices include tax (what was asked is more than net), the discount does too."""
    return spared * net // asked if 0 < net < asked else spared


def _session_evidence(session: Object, created: Instant, codes: Sequence[str] | None) -> Evidence:
    clicks, whole = _clicks(session)
    told = promotion_codes(session) if codes is None else codes
    return Evidence(clicks, folded_codes(told), whole, created)


def promotion_codes(session: Object) -> list[str]:
    """The promotion codes of a session: the text where the code stands there whole, else its id."""
    found = []
    for discount in read.objects(session, "discounts"):
        code = discount.get("promotion_code")
        text = code.get("code") if isinstance(code, dict) else code
        if isinstance(text, str) and text:
            found.append(text)
    return found


def _clicks(thing: Object) -> tuple[tuple[str, ...], bool]:
    """Click ids of the metadata and of ``client_reference_id``, and whether the whole path is told."""
    metadata = _maybe_object(thing, "metadata")
    path = click_ids(path_ids(metadata.get(PATH_KEY)))
    told = thing.get("client_reference_id")
    singles = [*(metadata.get(key) for key in CLICK_KEYS), *path_ids(told if isinstance(told, str) else None)]
    return kept_clicks(click_ids([*path, *singles])), bool(path)


def _buyer(thing: Object, pseudonym: Pseudonym) -> Buyer:
    customer = reference(thing, "customer")
    details = _maybe_object(thing, "customer_details")
    email = read.text(details, "email") or read.text(thing, "customer_email") or read.text(thing, "receipt_email")
    return Buyer(
        customer=pseudonym("customer", customer) if customer else "",
        email=pseudonym("email", email.casefold()) if email else "",
    )


def _country(details: Object) -> str:
    code = read.text(_maybe_object(details, "address"), "country").upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


def _fingerprint(charge: Object) -> str:
    """Of the card, or of whatever else paid (``sepa_debit``, ``us_bank_account``), also inside a wallet."""
    details = _maybe_object(charge, "payment_method_details")
    kind = read.text(details, "type")
    used = _maybe_object(details, kind) if kind else {}
    return read.text(used, "fingerprint")


def _is_test(thing: Object) -> bool:
    return not read.flag(thing, "livemode")


def _maybe_object(holder: Object, key: str) -> dict[str, Any]:
    value = holder.get(key)
    return value if isinstance(value, dict) else {}
