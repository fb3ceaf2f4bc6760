"""The reports that Stripe, PayPal and Tremendous let a brand download, as rows that say the same for all of them.

Columns are found by their names, in any order, and others are passed over. Which names those are, and from which page
of the provider they are known, stands in docs/reference/rails.md. No report of a real account was at hand.
"""

import csv
import io
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from fanshare.core.money import MAX_MICROS, MICROS, Micros
from fanshare.core.payee_account import Kind
from fanshare.core.payout_item import Said
from fanshare.core.provider_reports import MOST_BYTES, Report, ReportRow, bad_report, bad_row
from fanshare.integrations.paypal.payouts import transaction_of

_AMOUNT = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,6})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Za-z]{3}", re.ASCII)
_PLAIN = re.compile(r"[^a-z0-9]+", re.ASCII)

type Cells = Mapping[str, str]


def read_report(raw: bytes) -> Report:
    """The rows of a report, recognised by its columns.

    Raises ``BadInputError``: ``bad_report`` for what is no CSV file of one of the three, ``bad_row`` with its line.
    """
    if len(raw) > MOST_BYTES:
        raise bad_report("large")
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        heads = [_PLAIN.sub("_", one.strip().lower()).strip("_") for one in next(reader, [])]
        kind, read = _recognised(heads)
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except (UnicodeDecodeError, csv.Error):
        raise bad_report("csv") from None
    found = []
    for line, cells in rows:
        if len(cells) > len(heads) or "\x00" in "".join(cells):
            raise bad_row(line)
        whole = [*cells, *[""] * (len(heads) - len(cells))]
        found.append(read({head: cell.strip() for head, cell in zip(heads, whole, strict=True)}, line))
    return Report(kind, [row for row in found if row is not None])


class _Form(NamedTuple):
    kind: Kind
    needs: frozenset[str]
    read: Callable[[Cells, int], ReportRow | None]


def _recognised(heads: list[str]) -> tuple[Kind, Callable[[Cells, int], ReportRow | None]]:
    for form in _FORMS:
        if form.needs <= set(heads):
            if len(set(heads)) != len(heads) and any(heads.count(one) > 1 for one in form.needs):
                raise bad_report("twice")
            return form.kind, form.read
    raise bad_report("unknown")


# --- Stripe: docs.stripe.com/reports/report-types/balance, docs.stripe.com/reports/reporting-categories ---
_SENT = "transfer"
_REVERSED = frozenset({"transfer_reversal", "transfer_refund", "transfer_cancel", "transfer_failure"})


def _stripe_balance(cells: Cells, line: int) -> ReportRow | None:
    category, source = cells["reporting_category"], cells["source_id"]
    return _stripe(cells, line, category, source, gross="gross")


def _stripe_history(cells: Cells, line: int) -> ReportRow | None:
    return _stripe(cells, line, cells["type"], cells["source"], gross="amount")


def _stripe(cells: Cells, line: int, category: str, source: str, *, gross: str) -> ReportRow | None:
    if category != _SENT and category not in _REVERSED:
        return None
    amount, fee, net = (_amount(cells[name], line) for name in (gross, "fee", "net"))
    sent = category == _SENT
    said = Said.ARRIVED if sent and amount < 0 else Said.CAME_BACK if not sent and amount > 0 else None
    # A reversal is an object of its own (trr_): by it no transfer is found, by the transfer's group one is.
    remote = source if sent else ""
    group = tuple(filter(None, (cells.get("transfer_group", ""),)))
    return ReportRow(line, group or ((source,) if not sent else ()), remote, said, abs(amount), fee,
                     _currency(cells["currency"], line), amount - fee == net)  # fmt: skip


# --- PayPal: developer.paypal.com/payouts/use-payouts/view-transactions; the fields in PayPal's Activity Download
# specification 3.0. Fees are below zero there, and net is gross and fee together. ---
_PAYPAL_STATES = {
    "completed": None,  # by its sign: left, or came back
    "success": None,
    "unclaimed": Said.ACCEPTED,
    "pending": Said.ACCEPTED,
    "on hold": Said.ACCEPTED,
    "held": Said.ACCEPTED,
    "blocked": Said.ACCEPTED,
    "processing": Said.ACCEPTED,
    "returned": Said.CAME_BACK,
    "refunded": Said.CAME_BACK,
    "reversed": Said.CAME_BACK,
    "denied": Said.REFUSED,
    "failed": Said.REFUSED,
}
#: Whichever of them PayPal puts our ``sender_item_id`` into; none of its pages says which.
_PAYPAL_OURS = ("custom_number", "invoice_number", "item_id", "unique_id", "sender_item_id")
_MASS_PAY = re.compile(r"mass ?pay|payouts?\b", re.IGNORECASE)
_NO_PAYMENT = re.compile(r"hold|fee|withdraw|bank", re.IGNORECASE)


def _paypal(cells: Cells, line: int) -> ReportRow | None:
    type_ = cells["type"]
    references = tuple(dict.fromkeys(cells[name] for name in _PAYPAL_OURS if cells.get(name)))
    payment = _MASS_PAY.search(type_) is not None and _NO_PAYMENT.search(type_) is None
    if not payment and (not references or _NO_PAYMENT.search(type_) is not None):
        return None
    amount, fee, net = (_amount(cells[name], line) for name in ("gross", "fee", "net"))
    state = cells["status"].lower()
    said = _PAYPAL_STATES.get(state)
    if state in ("completed", "success"):
        said = Said.ARRIVED if amount < 0 else Said.CAME_BACK
    # The transaction is not the batch that we know: it names nothing here but itself, for a person's eyes.
    return ReportRow(line, (*references, cells["transaction_id"]), "", said, abs(amount), -fee,
                     _currency(cells["currency"], line), amount + fee == net, payment,
                     transaction_of(cells["transaction_id"]))  # fmt: skip


# --- Tremendous: developers.tremendous.com/reference/create-report (digital_rewards, csv). No page of theirs names the
# columns, so the names of their order and reward objects are taken, and close ones. ---
_TREMENDOUS_OURS = ("external_id", "order_external_id")
_TREMENDOUS_WORTH = ("amount", "denomination", "value", "reward_amount")
_TREMENDOUS_STATE = ("delivery_status", "reward_status", "status", "order_status")
_TREMENDOUS_SAID = {
    "delivered": Said.ARRIVED,
    "succeeded": Said.ARRIVED,
    "redeemed": Said.ARRIVED,
    "executed": Said.ACCEPTED,
    "processing": Said.ACCEPTED,
    "pending": Said.ACCEPTED,
    "pending approval": Said.ACCEPTED,
    "pending internal payment approval": Said.ACCEPTED,
    "scheduled": Said.ACCEPTED,
    "cart": Said.ACCEPTED,
    "failed": Said.ACCEPTED,  # the mail failed: it is sent again or cancelled there
    "canceled": Said.CAME_BACK,
    "cancelled": Said.CAME_BACK,
    "refunded": Said.CAME_BACK,
}


def _tremendous(cells: Cells, line: int) -> ReportRow | None:
    ours = tuple(filter(None, (_first(cells, _TREMENDOUS_OURS),)))
    state = _first(cells, _TREMENDOUS_STATE).lower().replace("_", " ")
    amount = _amount(_first(cells, _TREMENDOUS_WORTH), line)
    currency = _currency(_first(cells, ("currency", "currency_code")), line)
    # Fees are in dollars there, whatever the reward is in (developers.tremendous.com/reference/obj-schema-orders).
    fee = _amount(_first(cells, ("fee", "fees")) or "0", line) if currency == "USD" else 0
    # A reward of no order of ours has no reference of ours: the brand may send others by hand there.
    return ReportRow(line, ours, cells.get("order_id", ""), _TREMENDOUS_SAID.get(state), amount, fee, currency,
                     payment=bool(ours))  # fmt: skip


def _first(cells: Cells, names: tuple[str, ...]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")


def _any(*names: str) -> list[frozenset[str]]:
    return [frozenset({name}) for name in names]


_FORMS: list[_Form] = [
    _Form(
        Kind.STRIPE,
        frozenset({"balance_transaction_id", "reporting_category", "source_id", "gross", "fee", "net", "currency"}),
        _stripe_balance,
    ),
    _Form(
        Kind.STRIPE,
        frozenset({"id", "type", "source", "amount", "fee", "net", "currency", "available_on_utc"}),
        _stripe_history,
    ),
    _Form(
        Kind.PAYPAL,
        frozenset({"type", "status", "currency", "gross", "fee", "net", "transaction_id"}),
        _paypal,
    ),
    *(
        _Form(Kind.TREMENDOUS, ours | worth | state | currency, _tremendous)
        for ours in _any(*_TREMENDOUS_OURS)
        for worth in _any(*_TREMENDOUS_WORTH)
        for state in _any(*_TREMENDOUS_STATE)
        for currency in _any("currency", "currency_code")
    ),
]


def _amount(text: str, line: int) -> Micros:
    """Digits with a full stop, and commas between thousands. Raises ``BadInputError`` ``bad_row``."""
    if _AMOUNT.fullmatch(text) is None:
        raise bad_row(line, amount=True)
    whole, _, rest = text.replace(",", "").lstrip("-").partition(".")
    micros = int(whole) * MICROS + int(rest.ljust(6, "0") or "0")
    if micros > MAX_MICROS:
        raise bad_row(line)
    return -micros if text.startswith("-") else micros


def _currency(text: str, line: int) -> str:
    if _CURRENCY.fullmatch(text) is None:
        raise bad_row(line)
    return text.upper()
