"""An order state as a JSON document, and back: what is hashed, logged and stored.

Money is a decimal string with six digits, instants are RFC 3339 in UTC with six digits of a second, absent times are
``null``. The document of a state is unique, so its SHA-256 over canonical JSON (RFC 8785) identifies the state.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, format_rfc3339, parse_rfc3339
from fanshare.core.money import Micros, format_micros, parse_amount
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status

type Document = dict[str, Any]

_BUYER = tuple(field.name for field in fields(Buyer))


def to_document(state: OrderState) -> Document:
    """The JSON document of a state. Keys are those of ``OrderState``; nested values are documents likewise.

    ``exchange_of``, ``aliases``, ``supersedes`` and ``number`` stand in it only where they say something, so that
    states without them keep the hash they had before these fields existed.
    """
    document: dict[str, Any] = {
        "order_id": state.order_id,
        "birth": state.birth,
        "modified_at": _time(state.modified_at),
        "placed_at": _time(state.placed_at),
        "status": state.status.value,
        "currency": state.currency,
        "lines": [_line(line) for line in state.lines],
        "shipping": format_micros(state.shipping),
        "tax": format_micros(state.tax),
        "total": format_micros(state.total),
        "refunds": [_refund(refund) for refund in state.refunds],
        "test": state.test,
        "fulfilled_at": _maybe_time(state.fulfilled_at),
        "country": state.country,
        "buyer": {name: getattr(state.buyer, name) for name in _BUYER},
        "evidence": _evidence(state.evidence),
        "fetched": state.fetched,
    }
    if state.exchange_of:
        document["exchange_of"] = state.exchange_of
    if state.aliases:
        document["aliases"] = list(state.aliases)
    if state.supersedes:
        document["supersedes"] = True
    if state.number:
        document["number"] = state.number
    return document


def from_document(document: Mapping[str, Any]) -> OrderState:
    """The state of a document made by ``to_document``. Raises ``BadInputError`` ``bad_document`` for anything else."""
    try:
        return _read_state(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInputError("bad_document", f"This is not the document of an order state: {error!r}.") from error


@lru_cache(maxsize=4096)
def state_text(state: OrderState) -> str:
    """A state's document as canonical JSON (RFC 8785). Remembered, since one state is asked for several times over."""
    return canonical(to_document(state)).decode()


@lru_cache(maxsize=4096)
def state_hash(state: OrderState) -> str:
    """SHA-256 (hexadecimal) over a state's canonical JSON: the same facts have the same hash everywhere."""
    return hashlib.sha256(state_text(state).encode()).hexdigest()


def _time(instant: Instant) -> str:
    return format_rfc3339(instant, whole=True)


def _maybe_time(instant: Instant | None) -> str | None:
    return None if instant is None else _time(instant)


def _line(line: Line) -> Document:
    """A discount stands only where the shop tells it, so that hashes of states read without one stay as they are."""
    discount = {} if line.discount is None else {"discount": format_micros(line.discount)}
    return {
        "id": line.id,
        "net": format_micros(line.net),
        "quantity": line.quantity,
        "product": line.product,
        "sku": line.sku,
        "category": line.category,
        "collection": line.collection,
        "gift_card": line.gift_card,
        **discount,
    }


def _refund(refund: Refund) -> Document:
    return {
        "id": refund.id,
        "created_at": _time(refund.created_at),
        "money": format_micros(refund.money),
        "lines": [{"id": line, "net": format_micros(net)} for line, net in refund.lines],
        "other": format_micros(refund.other),
        "detailed": refund.detailed,
    }


def _evidence(evidence: Evidence) -> Document:
    """Old links stand only where there are some: hashes of states that were read without them stay what they are."""
    old = {"old_links": list(evidence.old_links)} if evidence.old_links else {}
    return {
        **old,
        "clicks": list(evidence.clicks),
        "codes": list(evidence.codes),
        "whole_path": evidence.whole_path,
        "checkout_started_at": _maybe_time(evidence.checkout_started_at),
    }


def _read_state(document: Mapping[str, Any]) -> OrderState:
    return OrderState(
        order_id=_text(document["order_id"]),
        birth=_text(document["birth"]),
        modified_at=_instant(document["modified_at"]),
        placed_at=_instant(document["placed_at"]),
        status=Status(document["status"]),
        currency=_text(document["currency"]),
        lines=tuple(_read_line(line) for line in _list(document["lines"])),
        shipping=_money(document["shipping"]),
        tax=_money(document["tax"]),
        total=_money(document["total"]),
        refunds=tuple(_read_refund(refund) for refund in _list(document["refunds"])),
        test=_flag(document["test"]),
        fulfilled_at=_maybe(_instant, document["fulfilled_at"]),
        country=_text(document["country"]),
        buyer=Buyer(**{field.name: _text(document["buyer"][field.name]) for field in fields(Buyer)}),
        evidence=_read_evidence(document["evidence"]),
        fetched=_flag(document["fetched"]),
        exchange_of=_text(document.get("exchange_of", "")),
        aliases=tuple(_text(name) for name in _list(document.get("aliases", []))),
        supersedes=_flag(document.get("supersedes", False)),
        number=_whole(document.get("number", 0)),
    )


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError("a number must be a whole one")
    return value


def _read_line(document: Mapping[str, Any]) -> Line:
    return Line(
        id=_text(document["id"]),
        net=_money(document["net"]),
        quantity=_whole(document["quantity"]),
        product=_text(document["product"]),
        sku=_text(document["sku"]),
        category=_text(document["category"]),
        collection=_text(document["collection"]),
        gift_card=_flag(document["gift_card"]),
        discount=_maybe(_money, document.get("discount")),
    )


def _read_refund(document: Mapping[str, Any]) -> Refund:
    return Refund(
        id=_text(document["id"]),
        created_at=_instant(document["created_at"]),
        money=_money(document["money"]),
        lines=tuple((_text(line["id"]), _money(line["net"])) for line in _list(document["lines"])),
        other=_money(document["other"]),
        detailed=_flag(document["detailed"]),
    )


def _read_evidence(document: Mapping[str, Any]) -> Evidence:
    return Evidence(
        clicks=tuple(_text(click) for click in _list(document["clicks"])),
        codes=tuple(_text(code) for code in _list(document["codes"])),
        whole_path=_flag(document["whole_path"]),
        checkout_started_at=_maybe(_instant, document["checkout_started_at"]),
        old_links=tuple(_text(link) for link in _list(document.get("old_links", []))),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    return value


def _money(value: object) -> Micros:
    return parse_amount(_text(value))


def _instant(value: object) -> Instant:
    return parse_rfc3339(_text(value))


def _maybe[T](read: Callable[[object], T], value: object) -> T | None:
    return None if value is None else read(value)
