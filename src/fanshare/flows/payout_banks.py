"""The account that a brand pays from, the payments of a run as a bank is told them, and what it says of them.

Where a brand has named its account, a run pays only people who have named theirs, and its file can be taken for the
bank. Where it has not, a person pays by hand and knows where to.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import batched

from fanshare.core import bank_files as core
from fanshare.core.bank_files import BankFiles, Debtor, Order, Payment, Reading
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.payee_account import Account, Kind, unpacked
from fanshare.core.payout_item import Answer, State
from fanshare.flows import payees, payout_runs
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.payout_holds import refuse_if_held
from fanshare.flows.payout_runs import Told
from fanshare.store.access import Access
from fanshare.store.queries import payout_debtors as rows
from fanshare.store.queries import payout_records as records
from fanshare.store.queries.payout_debtors import Row

_PURPOSE = "debtor account"
#: Accounts of so many payees are looked for at once; while one part is opened the next is looked for.
_PART = 5_000
#: After sending, but before anybody said anything: the file may still be on its way to the bank.
_UNSAID = frozenset({State.SUBMITTED, State.UNKNOWN})
#: Over, and not by this file.
_OUT = frozenset({State.RETURNED, State.FAILED})


def set_debtor(programme: Programme, debtor: Debtor, by: str, now: Instant) -> None:
    """Pay from this account from now on. Raises ``BadInputError`` ``bad_name``."""
    payout_runs.check_name(by)
    access = programme.access
    with access.transaction():
        rows.put(access, Row(debtor.kind, _sealed(programme, debtor), by, now))
        noted(access, "payout.account", now, f"{debtor.kind}: set")


def end_debtor(programme: Programme, kind: Kind, now: Instant) -> None:
    """A person pays by hand from now on."""
    access = programme.access
    with access.transaction():
        if rows.end(access, kind):
            noted(access, "payout.account", now, f"{kind}: taken away")


def debtors(programme: Programme) -> dict[Kind, Debtor]:
    """The accounts that the brand pays from."""
    return {Kind(row.kind): _opened(programme, Kind(row.kind), row.sealed) for row in rows.listed(programme.access)}


def _sealed(programme: Programme, debtor: Debtor) -> bytes:
    return programme.keys.seal(_PURPOSE, core.packed(debtor), _place(programme, debtor.kind))


def _opened(programme: Programme, kind: Kind, sealed: bytes) -> Debtor:
    return core.unpacked(programme.keys.unseal(_PURPOSE, sealed, _place(programme, kind)))


def _debtor_of(programme: Programme, run: int, kind: Kind) -> Debtor | None:
    """Who pays in the file of a run; where none was taken, whoever pays now."""
    kept = rows.of_run(programme.access, run, kind)
    return debtors(programme).get(kind) if kept is None else _opened(programme, kind, kept)


def file_of(programme: Programme, run: int, kind: Kind, banks: BankFiles, now: Instant) -> bytes:
    """The file of a run for the bank.

    It can be taken again until the bank has said something of a payment in it; it is the same but for its day, also
    where another account is paid from by then: a bank that never had it would not know that it has been paid. Raises
    ``BadInputError`` (``not_sent``, ``no_debtor``, ``nothing_for_bank``, and the rule that it would break) and
    ``ConflictError`` (``bank_has_it``, ``account_gone``, ``payouts_held``).
    """
    with programme.access.transaction():
        refuse_if_held(programme.access)
        order, states = _order(programme, run, kind)
        content = banks.write(_unsaid(order, states), now)
        rows.keep(programme.access, run, kind, _sealed(programme, order.debtor), now)
        return content


def _unsaid(order: Order, states: dict[str, State]) -> Order:
    """The payments of which nothing was said yet, to accounts that are there."""
    if any(state not in _UNSAID | _OUT for state in states.values()):
        raise ConflictError(
            "bank_has_it", "The bank has said something of this file; given to it again it may pay twice."
        )
    left = tuple(one for one in order.payments if states[one.key] in _UNSAID)
    if any(one.account is None for one in left):
        raise ConflictError(
            "account_gone", "Somebody of this run has left, and her account with her; say first that hers came back."
        )
    if not left:
        raise BadInputError("nothing_for_bank", "No payment of this run goes to an account of this kind.", 409)
    return core.Order(order.message_id, order.number, order.at, order.debtor, left)


def hear(programme: Programme, run: int, raw: bytes, banks: BankFiles, by: str, now: Instant) -> Reading:
    """Book what a bank's file says of a run; what fits nothing is in ``odd``, moves nothing, and is kept.

    Raises ``BadInputError``, as ``payout_runs.tell`` and the reader of the format do.
    """
    access = programme.access
    with access.transaction():  # from here on the run is locked: of two statements the second is read beside the first
        order, _states = _order(programme, run, banks.kind_of(raw))
        found = banks.read(raw, order, now, records.bookings(access, run))
        told = [Told(one.key, Answer(one.said, now, one.amount, one.currency), one.reason) for one in found.heard]
        if told:
            payout_runs.tell(programme, run, told, by, now)
        records.add_bookings(access, found.booked, {one.key: one.number for one in order.payments})
        _keep(access, run, raw, order, found, by, now)
    return found


def _keep(access: Access, run: int, raw: bytes, order: Order, found: Reading, by: str, now: Instant) -> None:
    """That the file was read, and what of it fits nothing.

    A number in a file of ACH that is none of ours is left out: other companies put a payee's identification there.
    """
    keys = {one.key for one in order.payments}
    ours = order.debtor.kind is Kind.IBAN
    odd = [(one.reference if ours or one.reference in keys else "", one.what) for one in found.odd]
    if found.heard or odd:
        records.add_report(access, run, hashlib.sha256(raw).digest(), len(found.heard), odd, by, now)


def _order(programme: Programme, run: int, kind: Kind) -> tuple[Order, dict[str, State]]:
    """The payments of a run that go to accounts of a kind, and where each stands."""
    access = programme.access
    debtor = _debtor_of(programme, run, kind)
    if debtor is None:
        raise BadInputError("no_debtor", "Say first from which account you pay in this currency.", 409)
    head = payout_runs.find(access, run)
    if head.submitted_at is None:
        raise BadInputError("not_sent", "This run was not sent yet; there is no file of it.", 404)
    sent = records.to_bank(access, run, str(kind))
    with access.ahead():
        parts = [(some, _accounts(programme, some)) for some in batched(sent, _PART)]
        payments = tuple(payment for some, opened in parts for payment in _payments(some, opened()))
    message = f"{programme.public_id[:16]}-run-{run}"
    return Order(message, run, head.submitted_at, debtor, payments), {one.key: one.state for one in sent}


def _payments(sent: Sequence[records.ToBank], accounts: Mapping[int, Account]) -> Iterator[Payment]:
    for one in sent:
        yield Payment(one.id, one.key, one.amount, one.currency, accounts.get(one.account))


def _accounts(programme: Programme, sent: Sequence[records.ToBank]) -> Callable[[], dict[int, Account]]:
    """Accounts by their ids, looked for now and opened when it is called; those of erased people are left out."""
    kinds = {(one.person, payees.sealed_kind(one.account)): one.account for one in sent if one.person is not None}
    opened = programme.vault.many_later(kinds)
    return lambda: {kinds[place]: unpacked(content) for place, content in opened().items()}


def _place(programme: Programme, kind: Kind) -> bytes:
    return f"{programme.access.programme_id}/{kind}".encode()
