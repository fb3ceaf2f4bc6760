"""Postbacks become order states. The parameters are those of ``README.md`` in this folder.

Names are matched without regard to case; an empty value, and a macro that the sender did not fill in (``{sub1}``),
count as not sent. Every refusal is a ``BadInputError`` with one of the codes of ``fanshare.integrations.json_input``.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from urllib.parse import unquote_to_bytes

from fanshare.core import clickid
from fanshare.core.errors import BadInputError
from fanshare.core.instants import MILLISECOND, SECOND, Instant, parse_rfc3339
from fanshare.core.money import Micros, parse_amount
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Status
from fanshare.core.replaced import check_sold
from fanshare.integrations.postback.address import LINE
from fanshare.integrations.types import RECEIVED_AT, Pseudonym, Reference

#: A postback says that something was sold, not that it was sent.
REPORTS_FULFILMENT = False

MAX_BYTES = 32_000
MAX_PAIRS = 200
MAX_ID = 200
MAX_TEXT = 200
MAX_CLICKS = 20

_OWN_ID = ("order_id", "xid")
_TRANSACTION = ("transaction_id", "tid", "clickid", "click_id")
_GOAL = ("goal", "event")
#: What was sold before what is paid for it; the currency that belongs to each.
_AMOUNTS = (
    ("order_sum", ("order_currency", "currency")),
    ("amount", ("currency", "order_currency")),
    ("sum", ("currency", "order_currency")),
    ("payout", ("currency", "order_currency")),
)
_CLICKS = ("fs", "click_id", "clickid", *(f"sub{number}" for number in range(1, 9)), "transaction_id", "tid")
_WORDS = {
    Status.CAPTURED: "1 approved approve confirmed confirm accepted paid sale success completed",
    Status.OPEN: "2 5 pending hold on_hold new open waiting",
    Status.CANCELLED: "3 declined decline rejected reject cancelled canceled refunded reversed trash invalid",
}
_STATUS = {word: status for status, words in _WORDS.items() for word in words.split()}
_SECONDS = re.compile(r"[0-9]{9,11}(\.[0-9]{1,9})?", re.ASCII)
_MILLISECONDS = re.compile(r"[0-9]{12,14}", re.ASCII)
_UNFILLED = re.compile(r"\{[A-Za-z0-9_.:-]*\}|\[[A-Za-z0-9_]+\]|#[a-z0-9_]+#", re.ASCII)
_CLICK = re.compile(rf"[0-9a-hjkmnp-tv-z]{{{clickid.LENGTH}}}", re.ASCII)


def references(raw: bytes, headers: Mapping[str, str]) -> list[Reference]:
    """Which order a verified message speaks of. Raises ``BadInputError`` as ``parse``."""
    del headers
    return [Reference(_order_id(_parameters(raw)))]


def parse(raw: bytes, headers: Mapping[str, str], pseudonym: Pseudonym) -> list[OrderState]:
    """The state that a verified message tells; ``headers`` hold the time of receipt. Raises ``BadInputError``.

    A postback knows no time of change, so the time of receipt stands in for it; ``fanshare.core.order_news`` keeps
    repetitions and latecomers from being taken for news.
    """
    received = parse_rfc3339(headers.get(RECEIVED_AT, ""))
    given = _parameters(raw)
    amount, currency = _amount(given)
    placed = _time(given)
    check_sold(currency, received if placed is None else placed)
    return [
        OrderState(
            order_id=_order_id(given),
            birth="",
            modified_at=received,
            placed_at=received if placed is None else placed,
            status=_status(given),
            currency=currency,
            lines=(Line("1", amount, product=_text(given, "offer_id"), category=_text(given, *_GOAL)),),
            total=amount,
            buyer=_buyer(given, pseudonym),
            evidence=_evidence(given),
        )
    ]


def _parameters(raw: bytes) -> dict[str, str]:
    """Query and form as one; the first of several values of a name counts."""
    if len(raw) > MAX_BYTES:
        raise BadInputError(
            "too_large",
            "This postback has %(found)s bytes; %(most)s are the limit.",
            413,
            found=len(raw),
            most=MAX_BYTES,
        )
    pairs = list(_pairs(raw))
    if len(pairs) > MAX_PAIRS:
        raise BadInputError("too_large", "This postback has more than %(most)s parameters.", 413, most=MAX_PAIRS)
    given: dict[str, str] = {}
    for name, value in pairs:
        if value and _UNFILLED.fullmatch(value) is None:
            given.setdefault(name, value)
    return given


def _pairs(raw: bytes) -> Iterator[tuple[str, str]]:
    for part in raw.split(LINE, 1):
        for pair in filter(None, part.split(b"&")):
            name, _, value = pair.partition(b"=")
            yield _decoded(name).lower(), _decoded(value)


def _decoded(raw: bytes) -> str:
    """The text of one name or value: percent-encoded UTF-8, a plus for a space (the WHATWG form encoding)."""
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise BadInputError("bad_text", "A parameter of this postback is not UTF-8.") from None
    if "\0" in text:
        raise BadInputError("bad_text", "A parameter of this postback holds a NUL.")
    return text.strip()


def _first(given: Mapping[str, str], *names: str) -> str:
    return next((given[name] for name in names if name in given), "")


def _order_id(given: Mapping[str, str]) -> str:
    """The order's own number; else the transaction, which may have several goals."""
    own = _first(given, *_OWN_ID)
    if own:
        return _identifier(own)
    transaction = _first(given, *_TRANSACTION) or next(iter(_clicks(given)), "")
    if not transaction:
        raise BadInputError("missing_field", "This postback names no order: send order_id, xid or transaction_id.")
    goal = _first(given, *_GOAL)
    return _identifier(f"{transaction}:{goal}" if goal else transaction)


def _identifier(text: str) -> str:
    if len(text) > MAX_ID or not text.isprintable():
        raise BadInputError("bad_field", "An order's id should be a text of at most %(most)s characters.", most=MAX_ID)
    return text


def _amount(given: Mapping[str, str]) -> tuple[Micros, str]:
    name, currencies = next((each for each in _AMOUNTS if each[0] in given), ("", ()))
    if not name:
        raise BadInputError("missing_field", "This postback names no amount: send order_sum, or amount.")
    micros = parse_amount(given[name])
    if micros < 0:
        raise BadInputError(
            "negative_amount", "%(name)s is negative; send status=declined for a sale that fell through.", name=name
        )
    currency = _first(given, *currencies).upper()
    if not currency:
        raise BadInputError(
            "missing_field", "This postback says no currency for %(name)s: send currency=EUR.", name=name
        )
    return micros, currency


def _status(given: Mapping[str, str]) -> Status:
    """Affise's numbers and the usual words; who says nothing reports a sale."""
    word = given.get("status", "approved").lower()
    try:
        return _STATUS[word]
    except KeyError:
        known = "approved (1), pending (2), declined (3) or hold (5)"
        raise BadInputError(
            "bad_status", "status should be %(known)s, not %(word)s.", known=known, word=repr(word[:40])
        ) from None


def _time(given: Mapping[str, str]) -> Instant | None:
    """When the sale was: seconds or milliseconds since 1970, or RFC 3339 (without an offset: UTC)."""
    text = given.get("timestamp", "")
    if not text:
        return None
    if _SECONDS.fullmatch(text):
        return int(Decimal(text) * SECOND)
    if _MILLISECONDS.fullmatch(text):
        return int(text) * MILLISECOND
    return parse_rfc3339(text, assume_utc=True)


def _text(given: Mapping[str, str], *names: str) -> str:
    return _first(given, *names)[:MAX_TEXT]


def _buyer(given: Mapping[str, str], pseudonym: Pseudonym) -> Buyer:
    customer, digest = given.get("customer_id", ""), given.get("email_sha256", "").lower()
    if digest and (len(digest) != 64 or set(digest) - set("0123456789abcdef")):
        raise BadInputError("bad_field", "email_sha256 should be 64 hexadecimal digits.")
    return Buyer(
        customer=pseudonym("customer", customer) if customer else "",
        email=pseudonym("email_sha256", digest) if digest else "",
    )


def _evidence(given: Mapping[str, str]) -> Evidence:
    """A click id may ride in any of the usual places; what has not its shape is the network's own business."""
    path = tuple(dict.fromkeys(filter(_is_click, given.get("fs_path", "").lower().split(","))))
    codes = [given[name].casefold()[:100] for name in ("promo_code", "coupon", "code") if name in given]
    clicks = path or _clicks(given)
    return Evidence(
        clicks=clicks if len(clicks) <= MAX_CLICKS else (clicks[0], *clicks[1 - MAX_CLICKS :]),
        codes=tuple(dict.fromkeys(codes)),
        whole_path=bool(path),
    )


def _clicks(given: Mapping[str, str]) -> tuple[str, ...]:
    found = (given[name].lower() for name in _CLICKS if name in given)
    return tuple(dict.fromkeys(filter(_is_click, found)))


def _is_click(text: str) -> bool:
    return _CLICK.fullmatch(text) is not None
