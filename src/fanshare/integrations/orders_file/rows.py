"""One row of a file becomes the facts it states; the rows of one order become its state.

E-mail addresses and customer numbers are turned into pseudonyms here, before anything is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.core.money import MAX_MICROS, Micros, digits
from fanshare.core.orders import Buyer, Evidence, Line, OrderState, Refund, Status
from fanshare.core.replaced import check_sold
from fanshare.integrations.orders_file import cells
from fanshare.integrations.orders_file.cells import Cell, in_field
from fanshare.integrations.orders_file.mapping import REQUIRED, Plan
from fanshare.integrations.types import Pseudonym

MAX_CLICKS = 20
MAX_CODES = 20
MAX_LINES = 10_000


@dataclass(frozen=True, slots=True)
class Head:
    """What a row says of its order. ``None``: this row does not say."""

    ordered_at: Instant | None = None
    currency: str | None = None
    status: Status | None = None
    click_id: tuple[str, ...] | None = None
    code: tuple[str, ...] | None = None
    customer_id: str | None = None
    email: str | None = None
    country: str | None = None
    shipping: Micros | None = None
    tax: Micros | None = None
    test: bool | None = None
    fulfilled_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, its order, what it says of the order, its line, what was given back of it."""

    number: int
    order_id: str
    head: Head
    line: Line
    refunded: Micros = 0
    refunded_at: Instant | None = None


def read_order_id(given: Mapping[str, Cell]) -> str:
    """The order a row belongs to. Raises ``BadInputError``."""
    if "order_id" not in given:
        raise BadInputError("missing_field", "order_id: This is empty.")
    return in_field("order_id", lambda: cells.text(given["order_id"], 200))


def read_row(number: int, order_id: str, given: Mapping[str, Cell], plan: Plan, pseudonym: Pseudonym) -> Row:
    """The facts of a row; ``given`` holds its cells that are not empty, by field. Raises ``BadInputError``."""
    if "net_amount" not in given:
        raise BadInputError("missing_field", "net_amount: This is empty.")
    line = _line(given, plan)
    refunded = _micros(given, "refunded_amount", plan) or 0
    if refunded > line.net:
        raise BadInputError("too_much_refunded", "refunded_amount: More was given back than was sold in this row.")
    return Row(number, order_id, _head(given, plan, pseudonym), line, refunded, _time(given, "refunded_at", plan))


def _head(given: Mapping[str, Cell], plan: Plan, pseudonym: Pseudonym) -> Head:
    return Head(
        ordered_at=_time(given, "ordered_at", plan),
        currency=_currency(given),
        status=in_field("status", lambda: cells.status(given["status"], plan)) if "status" in given else None,
        click_id=_texts(given, "click_id"),
        code=_texts(given, "code"),
        customer_id=pseudonym("customer", _text(given, "customer_id", 200)) if "customer_id" in given else None,
        email=_email(given, pseudonym),
        country=in_field("country", lambda: cells.country(given["country"])) if "country" in given else None,
        shipping=_micros(given, "shipping", plan),
        tax=_micros(given, "tax", plan),
        test=in_field("test", lambda: cells.flag(given["test"])) if "test" in given else None,
        fulfilled_at=_time(given, "fulfilled_at", plan),
    )


def _line(given: Mapping[str, Cell], plan: Plan) -> Line:
    return Line(
        id=_text(given, "line_id", 200),
        net=in_field("net_amount", lambda: cells.amount(given["net_amount"], plan)),
        quantity=in_field("qty", lambda: cells.quantity(given["qty"])) if "qty" in given else 1,
        product=_text(given, "product"),
        sku=_text(given, "sku"),
        category=_text(given, "category"),
        collection=_text(given, "collection"),
        gift_card=in_field("gift_card", lambda: cells.flag(given["gift_card"])) if "gift_card" in given else False,
    )


def _text(given: Mapping[str, Cell], name: str, most: int = cells.MAX_TEXT) -> str:
    return in_field(name, lambda: cells.text(given[name], most)) if name in given else ""


def _texts(given: Mapping[str, Cell], name: str) -> tuple[str, ...] | None:
    return in_field(name, lambda: cells.texts(given[name])) if name in given else None


def _micros(given: Mapping[str, Cell], name: str, plan: Plan) -> Micros | None:
    return in_field(name, lambda: cells.amount(given[name], plan)) if name in given else None


def _time(given: Mapping[str, Cell], name: str, plan: Plan) -> Instant | None:
    return in_field(name, lambda: cells.moment(given[name], plan)) if name in given else None


def _currency(given: Mapping[str, Cell]) -> str | None:
    if "currency" not in given:
        return None
    code = _text(given, "currency", 20).upper()
    in_field("currency", lambda: digits(code))
    return code


def _email(given: Mapping[str, Cell], pseudonym: Pseudonym) -> str | None:
    if "email" in given:
        return pseudonym("email", _text(given, "email").casefold())
    if "email_sha256" not in given:
        return None
    digest = _text(given, "email_sha256", 100).lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise BadInputError("bad_field", "email_sha256: This should be 64 hexadecimal digits.")
    return pseudonym("email_sha256", digest)


def order_of(rows: Sequence[Row], modified_at: Instant) -> OrderState:
    """The state of an order as all of its rows tell it. Raises ``BadInputError`` where they do not fit together.

    The file says how the order is now, all of it: the state is one of record, and its list of refunds is complete.
    """
    if len(rows) > MAX_LINES:
        raise BadInputError("too_many_lines", f"This order has more than {MAX_LINES} rows.")
    head = _agreed(rows)
    lines = _named(rows)
    placed, currency = head.ordered_at, head.currency
    assert placed is not None
    assert currency is not None
    in_field("currency", lambda: check_sold(currency, placed))
    shipping, tax = head.shipping or 0, head.tax or 0
    total = sum(line.net for line in lines) + shipping + tax
    if total > MAX_MICROS:
        raise BadInputError("amount_too_large", "The amounts of this order add up to more than the books can hold.")
    return OrderState(
        order_id=rows[0].order_id,
        birth="",
        modified_at=modified_at,
        placed_at=placed,
        status=head.status or Status.CAPTURED,
        currency=currency,
        lines=lines,
        shipping=shipping,
        tax=tax,
        total=total,
        refunds=_refunds(rows, lines, placed),
        test=bool(head.test),
        fulfilled_at=head.fulfilled_at,
        country=head.country or "",
        buyer=Buyer(customer=head.customer_id or "", email=head.email or ""),
        evidence=_evidence(head),
        fetched=True,
    )


def _agreed(rows: Sequence[Row]) -> Head:
    found = {}
    for field in fields(Head):
        said = dict.fromkeys(getattr(row.head, field.name) for row in rows)
        said.pop(None, None)
        if len(said) > 1:
            raise BadInputError("rows_disagree", f"{field.name}: The rows of this order say different things.")
        found[field.name] = next(iter(said), None)
    for name in REQUIRED:
        if name in found and found[name] is None:
            raise BadInputError("missing_field", f"{name}: No row of this order says it.")
    return Head(**found)


def _named(rows: Sequence[Row]) -> tuple[Line, ...]:
    """The lines, each with an id that stays the same when the file comes again: its own, else its place."""
    lines = tuple(replace(row.line, id=row.line.id or str(place)) for place, row in enumerate(rows, 1))
    if len({line.id for line in lines}) != len(lines):
        raise BadInputError("duplicate_id", "line_id: Two rows of this order have the same.")
    return lines


def _refunds(rows: Sequence[Row], lines: Sequence[Line], placed: Instant) -> tuple[Refund, ...]:
    """One refund a line that was given back, in part or whole."""
    return tuple(
        Refund(
            f"of {line.id}",
            placed if row.refunded_at is None else row.refunded_at,
            row.refunded,
            ((line.id, row.refunded),),
        )
        for row, line in zip(rows, lines, strict=True)
        if row.refunded
    )


def _evidence(head: Head) -> Evidence:
    clicks = head.click_id or ()
    return Evidence(
        clicks=clicks if len(clicks) <= MAX_CLICKS else (clicks[0], *clicks[1 - MAX_CLICKS :]),
        codes=tuple(dict.fromkeys(code.casefold() for code in head.code or ()))[:MAX_CODES],
        whole_path=len(clicks) > 1,
    )
