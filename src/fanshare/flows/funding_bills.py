"""Invoices to a brand for the money of its people, where one operator pays for several brands: numbered without gaps.

An invoice moves nothing and reserves nothing. It asks for what is needed and no invoice asks for yet; a number is taken
and its document written in one transaction.
"""

import json
from datetime import UTC, datetime
from typing import NamedTuple

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.funding import reference
from fanshare.core.instants import Instant, local_date, zone
from fanshare.core.invoices import funding as core
from fanshare.core.invoices.checks import check
from fanshare.core.invoices.funding import Asked, Biller
from fanshare.core.invoices.model import Invoice, cancelling, read, written
from fanshare.core.invoices.self_billing import KEPT_YEARS, number_of, prefix_of
from fanshare.core.money import Micros, format_minor
from fanshare.flows import funding, number_series
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.number_series import Books
from fanshare.flows.requests import answer_once
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import funding as funding_rows
from fanshare.store.queries import funding_bills as rows
from fanshare.store.queries.funding_bills import Bill

#: For what they are sealed.
BILLER, PAPER = "funding biller", "funding bill"
#: The newest that a page shows.
MOST = 100


class Document(NamedTuple):
    """A document with what it says, ``None`` once no law asks for that any more."""

    bill: Bill
    paper: Invoice | None


def biller(programme: Programme) -> Biller | None:
    """Who asks whom; ``None`` where nobody said it yet."""
    sealed = rows.biller(programme.access)
    return None if sealed is None else core.biller_of(programme.keys.unseal(BILLER, sealed, _place(programme)))


def set_biller(programme: Programme, tenant: Tenant, found: Biller, now: Instant) -> None:
    """Write invoices in this way from now on. Raises ``BadInputError`` where none could be written so, and
    ``ConflictError`` (``prefix_taken``).
    """
    sample = Asked(1_000_000, tenant.currency, tenant.name, reference(tenant.public_id))
    check(core.bill(found, sample, local_date(now, zone(tenant.time_zone)), "1"))
    access = programme.access
    with access.transaction():
        number_series.take(programme, Books.FUNDING_BILLS, found.seller, found.prefix, now)
        rows.set_biller(access, programme.keys.seal(BILLER, core.packed(found), _place(programme)), access.actor, now)
        noted(access, "funding.biller", now, found.buyer.name[:100])


def to_ask(access: Access, tenant: Tenant, currency: str, now: Instant) -> Micros:
    """What a new invoice in a currency would be over.

    Raises ``ConflictError`` (``not_held``, ``nothing_asked``), ``BadInputError`` (``invoice_currency``).
    """
    found = funding.accounts(access, now, currency or tenant.currency)
    if found is None:
        raise ConflictError("not_held", "Nobody holds this brand's money here; it pays its people itself.")
    asked = next((one.asked_for for one in found[1] if one.currency == currency), 0)
    return core.to_ask(asked, core.still_open(rows.events(access, currency)), currency)


def issue(programme: Programme, tenant: Tenant, currency: str, key: str, now: Instant) -> int:
    """Write an invoice over what is asked for; its id. The same ``key`` writes one, however often it is sent.

    Raises as ``to_ask``, and ``BadInputError``: ``no_biller`` where nobody said who asks whom, and those of ``check``;
    ``ConflictError`` ``prefix_taken``.
    """
    body = {"funding bill": currency}
    made = answer_once(programme, f"funding bill {key}", body, now, lambda: _issue(programme, tenant, currency, now))
    return int(str(made))


def cancel(programme: Programme, tenant: Tenant, bill: int, now: Instant) -> int:
    """Take an invoice back by a document of its own; that one's id.

    Raises ``BadInputError`` (``unknown_bill``, ``bill_forgotten``), ``ConflictError`` (``bill_over``).
    """
    access = programme.access
    with access.transaction():
        funding_rows.rule(access, lock=True)
        known = one_of(programme, bill)
        if known.bill.cancels is not None or known.bill.cancelled or known.paper is None:
            raise ConflictError("bill_over", "This invoice is taken back already, or takes one back itself.")
        day = local_date(now, zone(tenant.time_zone))
        serial = rows.next_serial(access, day.year)
        number = number_of(prefix_of(known.paper.number, known.bill.year, known.bill.serial), day.year, serial)
        row = known.bill._replace(year=day.year, serial=serial, cancels=bill, made_at=now)
        made = _put(programme, cancelling(known.paper, day, number), row)
        noted(access, "funding.bill_back", now, f"{known.paper.number}")
    return made


def newest(programme: Programme) -> list[Document]:
    """The newest documents."""
    return [_document(programme, one) for one in rows.newest(programme.access, MOST)]


def one_of(programme: Programme, bill: int) -> Document:
    """A document. Raises ``BadInputError`` (``unknown_bill``, ``bill_forgotten``)."""
    known = rows.one(programme.access, bill)
    if known is None:
        raise BadInputError("unknown_bill", "There is no such document in this programme.", 404)
    found = _document(programme, known)
    if found.paper is None:
        raise BadInputError("bill_forgotten", "No law asked for this document any more, and it was forgotten.", 404)
    return found


def forget_old(access: Access, now: Instant) -> None:
    """Documents that no law asks for any more lose what they say; their numbers stay."""
    rows.forget_old(access, now)


def _issue(programme: Programme, tenant: Tenant, currency: str, now: Instant) -> str:
    access, found = programme.access, biller(programme)
    if found is None:
        raise BadInputError("no_biller", "Say first who asks and who is asked.")
    funding_rows.rule(access, lock=True)  # one at a time: two would ask for the same money
    amount = to_ask(access, tenant, currency, now)
    asked = Asked(amount, currency, tenant.name, reference(tenant.public_id))
    day = local_date(now, zone(tenant.time_zone))
    check(core.bill(found, asked, day, "1"))  # a number is only taken for what can be written
    number_series.take(programme, Books.FUNDING_BILLS, found.seller, found.prefix, now)
    serial = rows.next_serial(access, day.year)
    paper = core.bill(found, asked, day, number_of(found.prefix, day.year, serial))
    made = _put(programme, paper, Bill(0, day.year, serial, currency, amount, None, now))
    noted(access, "funding.bill", now, f"{paper.number}: {format_minor(amount, currency)} {currency}")
    return str(made)


def _put(programme: Programme, paper: Invoice, row: Bill) -> int:
    """Write a document with what it says; its id. The caller has a transaction and took the number in it."""
    id_ = rows.add(programme.access, row, programme.access.actor)
    sealed = programme.keys.seal(PAPER, json.dumps(written(paper)).encode(), _place(programme, id_))
    until = datetime(row.year + 1 + KEPT_YEARS, 1, 2, tzinfo=UTC)  # a day more: no zone is left before its year
    rows.add_paper(programme.access, id_, sealed, int(until.timestamp()) * 1_000_000)
    return id_


def _document(programme: Programme, bill: Bill) -> Document:
    if bill.sealed is None:
        return Document(bill, None)
    return Document(bill, read(json.loads(programme.keys.unseal(PAPER, bill.sealed, _place(programme, bill.id)))))


def _place(programme: Programme, id_: int | None = None) -> bytes:
    """What a sealed value is bound to."""
    place = str(programme.access.programme_id)
    return (place if id_ is None else f"{place}/{id_}").encode()
