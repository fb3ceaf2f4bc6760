"""The payments of a run that go over a called rail: what goes out is frozen before it goes, what is said is booked.

Each step is a transaction of its own around a call that is in none. Whoever dies between two of them leaves a payment
that is looked at again after its lease, with the same key and bytes.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fanshare.core import payout_item as way
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import MINUTE, Instant
from fanshare.core.payee_account import Kind, unpacked
from fanshare.core.payout_item import Answer, Frozen, Said, State
from fanshare.core.provider_reports import Movement, beside
from fanshare.core.rails import Drivers, Order, next_look, window_of
from fanshare.core.reconciliation import ATTEMPTED
from fanshare.flows import payees, payout_runs
from fanshare.flows.context import Programme
from fanshare.flows.payout_holds import refuse_if_held
from fanshare.store.access import Access
from fanshare.store.queries import payout_rails, provider_reports
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries.payout_runs import Row

#: How long one look at a provider may take.
LEASE = 10 * MINUTE
SEALED = "payout_order:"
_UNANSWERED = (State.SUBMITTED, State.UNKNOWN)
_REASON_FOR = (State.FAILED, State.RETURNED)


def lease(programme: Programme, kind: Kind, now: Instant) -> Row | None:
    """Take the payment that is due for longest; nobody else takes it for a while."""
    found = payout_rails.lease(programme.access, kind, now, now + LEASE)
    return None if found is None else rows.item(programme.access, found)


def attempt(programme: Programme, id_: int, secret: Mapping[str, str], drivers: Drivers, now: Instant) -> Frozen | None:
    """What goes out for a payment: as it was frozen at the first attempt, or frozen now.

    ``None`` where nothing may go out now: something was heard, the provider may have forgotten the key, its payee was
    erased and the account with her, or books that were restored are still compared.
    """
    access = programme.access
    with access.transaction():
        row = rows.item(access, id_, lock=True)
        try:
            refuse_if_held(access)
            item = way.again(row.item, window_of(row.kind), now)
            content = _bytes(programme, row, secret, drivers, now)
        except (ConflictError, BadInputError):
            return None
        if content is None or item.frozen is None:
            return None
        after = row._replace(item=item, changed_at=row.changed_at if item == row.item else now)
        rows.save_items(access, [after])
        rows.note(access, [rows.event(after, f"rail:{row.kind}", now, said=ATTEMPTED)])
        return Frozen(item.frozen.key, content)


def heard(programme: Programme, id_: int, answer: Answer, now: Instant) -> Row:
    """Book what a provider said of a payment, and when it is looked at next."""
    access = programme.access
    with access.transaction():
        before = rows.item(access, id_, lock=True)
        answer = _beside_others(access, id_, answer, now)
        item = way.hear(before.item, replace(answer, at=now), window_of(before.kind))
        moved = item.state is not before.item.state
        tries = 0 if moved and item.state not in _UNANSWERED else before.tries
        after = before._replace(item=item, tries=tries, due=next_look(item, tries, now))
        if item != before.item:
            reason = answer.reason if moved and item.state in _REASON_FOR else ""
            after = after._replace(changed_at=now, reason=reason or before.reason)
        [booked] = payout_runs.post(programme, [(before, after)], now)
        rows.save_items(access, [booked])
        if item != before.item:
            rows.note(access, [_said(booked, answer, now)])
        if item.state not in _UNANSWERED:
            _forget(programme, booked)
        payout_rails.say_trouble(access, before.kind, answer.trouble, now)
        return booked


def _beside_others(access: Access, id_: int, answer: Answer, now: Instant) -> Answer:
    """The answer, where a movement that nobody told before is said with what arrived by others: paid twice."""
    if answer.said is not Said.ARRIVED or not answer.movement or answer.amount is None:
        return answer
    known = provider_reports.movements(access, [id_]).get(id_, frozenset())
    if answer.movement in {one.name for one in known}:
        return answer
    mine = Movement(answer.movement, answer.amount, answer.currency)
    provider_reports.add_movements(access, [(id_, mine)], None, now)
    return replace(answer, amount=mine.amount + beside(known, [mine], mine.currency))


def after_restore(access: Access) -> None:
    """What was sent and not answered may have been tried since the backup: no attempt counts as the first one."""
    payout_rails.count_as_tried(access)


def _said(row: Row, answer: Answer, now: Instant) -> dict[str, Any]:
    return rows.event(
        row,
        f"rail:{row.kind}",
        now,
        said=str(answer.said),
        amount=answer.amount,
        currency=answer.currency,
        remote=answer.remote,
    )


def _bytes(programme: Programme, row: Row, secret: Mapping[str, str], drivers: Drivers, now: Instant) -> bytes | None:
    """The bytes of a payment, sealed under its payee's own key while they may be sent again."""
    person = rows.people(programme.access, [row.party]).get(row.party)
    if person is None or row.item.frozen is None:
        return None
    known = programme.vault.get(person, f"{SEALED}{row.id}")
    if known is not None:
        return known
    account = programme.vault.get(person, payees.sealed_kind(row.account or 0))
    if account is None:
        return None
    order = Order(row.item.frozen.key, row.item.amount, row.item.currency, unpacked(account))
    content = drivers.freeze(Kind(row.kind), secret, order).body
    programme.vault.put(person, f"{SEALED}{row.id}", content, now)
    return content


def _forget(programme: Programme, row: Row) -> None:
    person = rows.people(programme.access, [row.party]).get(row.party)
    if person is not None:
        programme.vault.drop(person, f"{SEALED}{row.id}")
