"""Rules about a file and its payments. Each function yields (rule, place); what they mean stands in ``rule_texts``."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from fanshare.core.bank_text import is_basic
from fanshare.core.iban import EEA, SEPA, iban_fault, is_bic
from fanshare.core.target_days import is_target_day
from fanshare.integrations.bank_rules import Offence
from fanshare.integrations.sepa.document import ID_LENGTH, NAME_LENGTH, VERSIONS, Address, Order, Payment, Transfer

FURTHEST = timedelta(days=90)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,17})?", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9/\-?:().,'+]*", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_STREET, _SHORT, _TOWN, _LINE = 70, 16, 35, 70


def of_file(order: Order) -> Iterator[Offence]:
    """The group header and what spans payments."""
    place = "the file"
    if order.version not in VERSIONS:
        yield "version", place
    yield from of_id("message-id", order.message_id, place)
    if not _is_time(order.created_at):
        yield "creation-time", place
    yield from of_name("initiator-name", order.initiator, place)
    if not order.payments:
        yield "no-transfers", place
    transfers = [transfer for payment in order.payments for transfer in payment.transfers]
    yield from _totals("file", order.count, order.control_sum, transfers, place)
    names = Counter(payment.payment_id for payment in order.payments)
    if any(count > 1 for count in names.values()):
        yield "payment-id-twice", place


def of_payment(payment: Payment, place: str, today: date) -> Iterator[Offence]:
    """One payment: its ids, sums, fixed words, day and payer."""
    yield from of_id("payment-id", payment.payment_id, place)
    if not payment.transfers:
        yield "no-transfers", place
    yield from _totals("payment", payment.count, payment.control_sum, payment.transfers, place)
    for rule, word, right in (
        ("payment-method", payment.method, "TRF"),
        ("service-level", payment.service_level, "SEPA"),
        ("charge-bearer", payment.charge_bearer, "SLEV"),
    ):
        if word != right:
            yield rule, place
    yield from _day(payment.execution_date, place, today)
    yield from _payer(payment, place)


def _payer(payment: Payment, place: str) -> Iterator[Offence]:
    debtor = payment.debtor
    yield from of_name("debtor-name", debtor.name, place)
    if iban_fault(debtor.iban):
        yield "debtor-iban", place
    elif debtor.iban[:2] not in SEPA:
        yield "debtor-country", place
    if debtor.bic and not is_bic(debtor.bic):
        yield "debtor-bic", place
    if debtor.address:
        yield from of_address(debtor.address, place)
    elif any(transfer.creditor.iban[:2] in SEPA - EEA for transfer in payment.transfers):
        yield "debtor-address", place


def of_id(rule: str, text: str, place: str, *, required: bool = True) -> Iterator[Offence]:
    """Length, characters and slashes of an id."""
    if len(text) > ID_LENGTH or (required and not text):
        yield rule, place
    if _ID.fullmatch(text) is None:
        yield "id-characters", place
    if text.startswith("/") or text.endswith("/") or "//" in text:
        yield "id-slashes", place


def of_name(rule: str, text: str, place: str) -> Iterator[Offence]:
    """Presence, length and characters of a name."""
    if not 0 < len(text) <= NAME_LENGTH:
        yield rule, place
    yield from of_text((text,), place)


def of_text(texts: Iterable[str], place: str) -> Iterator[Offence]:
    """Characters of what people read."""
    for text in texts:
        if not is_basic(text) or text != text.strip(" "):
            yield "text-characters", place
            return


def of_address(address: Address, place: str) -> Iterator[Offence]:
    """An address is structured, or structured with two lines beside town and country."""
    if not (address.town and address.country):
        yield "address-town-country", place
    if address.country and _COUNTRY.fullmatch(address.country) is None:
        yield "address-country", place
    if len(address.lines) > 2 or any(len(line) > _LINE for line in address.lines):
        yield "address-lines", place
    short = max(len(address.building), len(address.post_code))
    if len(address.street) > _STREET or short > _SHORT or len(address.town) > _TOWN:
        yield "address-lengths", place
    yield from of_text((address.town, address.post_code, address.street, address.building, *address.lines), place)


def _totals(of: str, count: str, total: str, transfers: Iterable[Transfer], place: str) -> Iterator[Offence]:
    """Amounts that are no numbers are another rule's matter, and then there is no sum to compare with."""
    amounts = [transfer.amount for transfer in transfers]
    if count != str(len(amounts)):
        yield f"{of}-count", place
    if any(_AMOUNT.fullmatch(amount) is None for amount in amounts):
        return
    if _AMOUNT.fullmatch(total) is None or _exact(total) != sum(map(_exact, amounts)):
        yield f"{of}-sum", place


def _exact(amount: str) -> int:
    """An amount of at most 17 decimals as an integer, whatever the decimal context."""
    whole, _, rest = amount.partition(".")
    return int(whole + rest.ljust(17, "0"))


def _day(text: str, place: str, today: date) -> Iterator[Offence]:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        yield "execution-date", place
    elif day < today:
        yield "execution-past", place
    elif day - today > FURTHEST:
        yield "execution-far", place
    elif not is_target_day(day):
        yield "execution-closed", place


def _is_time(text: str) -> bool:
    """A date and time with an offset, as xs:dateTime knows it."""
    try:
        return "T" in text and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
