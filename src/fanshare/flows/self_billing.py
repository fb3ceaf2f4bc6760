"""Credit notes that a brand writes for its payees: one for each payment that arrived, one more if it comes back.

Nothing here moves money or keeps it from moving: documents are written after a payment, by the worker, over what the
ledger says was earned of it. A number is taken, and its document written, in one transaction: it is there as a whole
or not at all.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import Instant, local_date, zone
from fanshare.core.invoices import self_billing as core
from fanshare.core.invoices.checks import check
from fanshare.core.invoices.model import Invoice, cancelling, read, written
from fanshare.core.invoices.self_billing import Issuer, Paid, Stated
from fanshare.core.money import Micros
from fanshare.core.payout_item import State
from fanshare.flows import number_series
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.earned import earned
from fanshare.flows.number_series import Books
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.directory import programme_with_id
from fanshare.store.queries import self_bills as rows
from fanshare.store.queries.self_bills import Bill, Payment

#: Under which kind the vault keeps what a payee stated; the number of her word follows.
SEALED = "billing:"
ISSUER, PAPER = "self billing issuer", "self bill"
_BATCH = 200


class Given(NamedTuple):
    """What a payee said: whether she agreed, since when, and what she stated (``None`` where she took it back)."""

    agreed: bool
    at: Instant
    stated: Stated | None


class Standing(NamedTuple):
    """A payment with its documents in their order, or why there is none (``None``: there will be one soon).

    ``due``: what was earned of it, where it has documents. A document that stands over anything else is wrong.
    """

    payment: Payment
    documents: list["Document"]
    why_not: FanshareError | None
    due: Micros = 0

    @property
    def wrong(self) -> int:
        """The number of the document that stands and is not over what was earned; 0 where none is."""
        standing = rows.that_stand([one.bill for one in self.documents])
        arrived = self.payment.state == State.FINAL
        return next((one.id for one in standing if arrived and one.amount != self.due), 0)


class Document(NamedTuple):
    """A document with its number and what it says, ``None`` once no law asks for that any more."""

    bill: Bill
    paper: Invoice | None


def issuer(programme: Programme) -> Issuer | None:
    """Who the brand is on its credit notes; ``None`` where it writes none."""
    sealed = rows.issuer(programme.access)
    return None if sealed is None else core.issuer_of(programme.keys.unseal(ISSUER, sealed, _place(programme)))


def set_issuer(programme: Programme, found: Issuer, by: str, now: Instant) -> None:
    """Write credit notes as this brand from now on. Raises ``ConflictError`` (``prefix_taken``)."""
    access = programme.access
    with access.transaction():
        number_series.take(programme, Books.SELF_BILLS, found.party, found.prefix, now)
        rows.set_issuer(access, programme.keys.seal(ISSUER, core.packed(found), _place(programme)), by[:200], now)
        noted(access, "billing.issuer", now, "set")


def end_issuer(programme: Programme, now: Instant) -> None:
    """Write no more of them."""
    access = programme.access
    with access.transaction():
        if rows.end_issuer(access):
            noted(access, "billing.issuer", now, "taken away")


def agree(programme: Programme, party: int, person: int, stated: Stated, now: Instant) -> None:
    """A payee agrees, and states who she is and how she is taxed. Raises ``FanshareError`` (``erased``)."""
    access = programme.access
    with access.transaction():
        before = rows.word(access, party)
        word = rows.add_word(access, party, agreed=True, now=now)
        programme.vault.put(person, f"{SEALED}{word}", core.packed(stated), now)
        if before is not None:
            programme.vault.drop(person, f"{SEALED}{before.id}")
        noted(access, "billing.agree", now, f"party {party}")


def take_back(programme: Programme, party: int, person: int, now: Instant) -> None:
    """She agrees no more, and what she stated is forgotten. Documents that are due by then are written first."""
    access = programme.access
    with access.transaction():
        write_hers(programme, party, now)
        before = rows.word(access, party)
        if before is None or not before.agreed:
            return
        rows.add_word(access, party, agreed=False, now=now)
        programme.vault.drop(person, f"{SEALED}{before.id}")
        noted(access, "billing.take_back", now, f"party {party}")


def given(programme: Programme, party: int, person: int) -> Given | None:
    """What she said last."""
    word = rows.word(programme.access, party)
    if word is None:
        return None
    return Given(word.agreed, word.at, _stated(programme, person, word.id) if word.agreed else None)


def write_due(programme: Programme, tenant: Tenant, now: Instant) -> int:
    """Write every document that is due; how many. What can't be written now is tried again, and said on the pages."""
    found, done, after = _writer(programme), 0, 0
    while found is not None and (lacking := rows.lacking(programme.access, after, _BATCH)):
        writable = _writable(programme, tenant, found, lacking, now)
        done += sum(_written(programme, tenant, found, one, now) for one in writable)
        after = lacking[-1].id
    after = 0
    while back := rows.came_back(programme.access, after, _BATCH):
        done += sum(_cancelled(programme, tenant, one, now) for one in back)
        after = back[-1]
    return done


def write_hers(programme: Programme, party: int, now: Instant) -> int:
    """Write what is due to one payee, before her word or what she stated ends; how many. The caller's transaction.

    What arrives at the same moment waits for its end, and came after her word.
    """
    found, done, after = _writer(programme), 0, 0
    if found is None:
        return 0
    rows.hold_payments(programme.access, party)
    tenant = programme_with_id(programme.access.conn, programme.access.programme_id)
    while lacking := rows.lacking(programme.access, after, _BATCH, party):
        writable = _writable(programme, tenant, found, lacking, now)
        done += sum(_written(programme, tenant, found, one, now) for one in writable)
        after = lacking[-1].id
    return done


def lacks(programme: Programme, party: int, now: Instant) -> bool:
    """Whether a payment to her has no document yet that can be written, as long as she is here."""
    found, after = _writer(programme), 0
    if found is None:
        return False
    tenant = programme_with_id(programme.access.conn, programme.access.programme_id)
    while lacking := rows.lacking(programme.access, after, _BATCH, party):
        if _writable(programme, tenant, found, lacking, now):
            return True
        after = lacking[-1].id
    return False


def standing(programme: Programme, tenant: Tenant, payments: Sequence[Payment], now: Instant) -> list[Standing]:
    """Each payment, which arrived or has a document: with its documents, or why there is none."""
    access, found = programme.access, issuer(programme)
    bills: dict[int, list[Bill]] = {}
    for bill in rows.of_items(access, [one.id for one in payments]):
        bills.setdefault(bill.item, []).append(bill)
    without = [one for one in payments if one.id not in bills]
    stated, sums = _statements(programme, without), earned(access, {one.party for one in payments})
    refused = None if found is None or not without else _refused(programme, found)
    return [
        Standing(one, [document(programme, bill) for bill in bills[one.id]], None, sums.get(one.payout, 0))
        if one.id in bills
        else Standing(one, [], _why_not(tenant, found, stated.get(one.id), _over(one, sums), now) or refused)
        for one in payments
    ]


def of_payee(programme: Programme, party: int, limit: int) -> list[Document]:
    """The documents for a payee, the newest first."""
    return [document(programme, one) for one in rows.of_party(programme.access, party, limit)]


def one_of(programme: Programme, bill: int, party: int | None = None) -> Document:
    """A document; with ``party`` one of hers. Raises ``BadInputError`` (``unknown_bill``, ``bill_forgotten``)."""
    known = rows.one(programme.access, bill) if 0 < bill < 1 << 62 else None
    if known is None or party not in (None, known.party):
        raise BadInputError("unknown_bill", "There is no such document in this programme.", 404)
    found = document(programme, known)
    if found.paper is None:
        raise BadInputError("bill_forgotten", "No law asked for this document any more, and it was forgotten.", 404)
    return found


def _refused(programme: Programme, found: Issuer) -> FanshareError | None:
    """Why the numbers of this issuer can't begin as they would."""
    return number_series.refusal(programme, Books.SELF_BILLS, found.party, found.prefix)


def _writer(programme: Programme) -> Issuer | None:
    """The issuer, where documents can be written in its name."""
    found = issuer(programme)
    return None if found is None or _refused(programme, found) else found


def _why_not(
    tenant: Tenant, found: Issuer | None, stated: Stated | None, payment: Payment, now: Instant
) -> FanshareError | None:
    """Why what was earned of a payment that arrived has no document; ``None`` where it will have one soon."""
    if found is None:
        return BadInputError("no_issuer", "Credit notes are switched off: say first who you are on them.")
    if not payment.agreed:
        return BadInputError("not_agreed", "This payee has not agreed that you write them.")
    if payment.changed_at < payment.agreed_at:
        return BadInputError("agreed_later", "This was paid before the payee agreed.")
    if not payment.amount:
        return BadInputError("nothing_earned", "All of it was gifts or rebates, which are no pay of yours.")
    if stated is None or payment.erased:
        return BadInputError("payee_left", "This payee has left, and what she stated about herself went with her.")
    return _refusal(tenant, found, stated, payment, now)


def _refusal(tenant: Tenant, found: Issuer, stated: Stated, payment: Payment, now: Instant) -> BadInputError | None:
    """What keeps a document over this amount from being written."""
    try:
        _drafted(tenant, found, stated, payment, now, "1")
    except BadInputError as error:
        return error
    return None


def _writable(
    programme: Programme, tenant: Tenant, found: Issuer, lacking: Sequence[Payment], now: Instant
) -> list[Payment]:
    """Those whose document can be written now, each with what was earned of it as its amount.

    The ledger is read for nobody whose statement allows none: what lacks for ever is looked at every minute.
    """
    stated = _statements(programme, lacking)
    fit = [one for one in lacking if one.id in stated and not _refusal(tenant, found, stated[one.id], one, now)]
    sums = earned(programme.access, {one.party for one in fit})
    over = [_over(one, sums) for one in fit]
    return [one for one in over if one.amount and not _refusal(tenant, found, stated[one.id], one, now)]


def _over(payment: Payment, sums: Mapping[int, Micros]) -> Payment:
    return payment._replace(amount=sums.get(payment.payout, 0))


def document(programme: Programme, bill: Bill) -> Document:
    """What a document says. Raises ``FanshareError`` (``cannot_unseal``) where it was changed by somebody else."""
    if bill.sealed is None:
        return Document(bill, None)
    return Document(bill, read(json.loads(programme.keys.unseal(PAPER, bill.sealed, _place(programme, bill.id)))))


def forget_old(access: Access, now: Instant) -> None:
    """Documents that no law asks for any more lose what they say; their numbers stay."""
    rows.forget_old(access, now)


def _statements(programme: Programme, payments: Sequence[Payment]) -> dict[int, Stated]:
    """What the payees stated, by payment; without those who never did, or whose words are gone."""
    wanted = {one.id: (one.person, f"{SEALED}{one.word}") for one in payments if one.person and one.agreed}
    vault = programme.vault.get_many(wanted.values())
    return {id_: core.stated_of(vault[key]) for id_, key in wanted.items() if key in vault}


def _stated(programme: Programme, person: int, word: int) -> Stated | None:
    content = programme.vault.get(person, f"{SEALED}{word}") if person and word else None
    return None if content is None else core.stated_of(content)


def _drafted(tenant: Tenant, found: Issuer, stated: Stated, payment: Payment, now: Instant, number: str) -> Invoice:
    at = zone(tenant.time_zone)
    since, until = local_date(payment.since_at, at), local_date(payment.planned_at, at)
    paid = Paid(payment.amount, payment.currency, min(since, until), until, payment.run, tenant.name)
    made = core.note(found, stated, paid, local_date(now, at), number)
    check(made)
    return made


def _written(programme: Programme, tenant: Tenant, found: Issuer, payment: Payment, now: Instant) -> bool:
    """Write one over what ``payment`` says it is over, if it can be; whether it was."""
    access = programme.access
    try:
        with access.transaction():
            # What came back meanwhile, or was written by another worker, is left alone.
            if rows.locked_state(access, payment.id) != State.FINAL or rows.has_bill(access, payment.id):
                return False
            stated = _stated(programme, payment.person, payment.word)
            if stated is None:
                return False
            _drafted(tenant, found, stated, payment, now, "1")  # a number is only taken for what can be written
            number_series.take(programme, Books.SELF_BILLS, found.party, found.prefix, now)
            year = local_date(now, zone(tenant.time_zone)).year
            serial = rows.next_serial(access, year)
            made = _drafted(tenant, found, stated, payment, now, core.number_of(found.prefix, year, serial))
            put(programme, made, Bill(0, year, serial, payment.party, payment.id, payment.run, payment.currency,
                                       payment.amount, None, now, None))  # fmt: skip
    except (BadInputError, ConflictError):
        return False
    return True


def _cancelled(programme: Programme, tenant: Tenant, bill_id: int, now: Instant) -> bool:
    """Write what takes a document back; whether it was."""
    access = programme.access
    with access.transaction():
        known = rows.one(access, bill_id)
        if known is None or rows.locked_state(access, known.item) != State.RETURNED:
            return False
        paper = document(programme, known).paper
        if paper is None or rows.is_cancelled(access, bill_id):
            return False
        day = local_date(now, zone(tenant.time_zone))
        serial = rows.next_serial(access, day.year)
        number = core.number_of(core.prefix_of(paper.number, known.year, known.serial), day.year, serial)
        made = cancelling(paper, day, number)
        put(programme, made, taking_back(known, day.year, serial, now))
    return True


def taking_back(known: Bill, year: int, serial: int, now: Instant) -> Bill:
    """The row of what takes a document back."""
    return known._replace(year=year, serial=serial, cancels=known.id, replaces=None, made_at=now)


def put(programme: Programme, made: Invoice, bill: Bill) -> int:
    """Write a document with what it says; its id. The caller has a transaction and took the number in it."""
    id_ = rows.add(programme.access, bill)
    sealed = programme.keys.seal(PAPER, json.dumps(written(made)).encode(), _place(programme, id_))
    until = datetime(bill.year + 1 + core.KEPT_YEARS, 1, 2, tzinfo=UTC)  # a day more: no zone is left before its year
    rows.add_paper(programme.access, id_, sealed, int(until.timestamp()) * 1_000_000)
    return id_


def _place(programme: Programme, id_: int | None = None) -> bytes:
    """What a sealed value is bound to."""
    place = str(programme.access.programme_id)
    return (place if id_ is None else f"{place}/{id_}").encode()
