"""Payout runs: planned, approved, sent as one file, and told payment by payment what became of them.

Whoever is named by ``by`` did it. A payment's money leaves what is ready in the transaction that freezes its line, and
never before: whatever stops in between leaves all of a step or nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from fanshare.core import payout_item as way
from fanshare.core import payout_runs as core
from fanshare.core.errors import BadInputError, ConflictError, Word
from fanshare.core.instants import Instant
from fanshare.core.payout_item import Answer, Frozen, Said, State
from fanshare.core.rails import CALLED, may_repeat, window_of
from fanshare.core.reconciliation import DECIDED, Line, written
from fanshare.core.replaced import is_gone
from fanshare.core.tax.withholding import Part
from fanshare.flows import conversions, funding, payouts, withholding
from fanshare.flows.context import Programme
from fanshare.flows.payee_currency import quoted
from fanshare.flows.payout_holds import refuse_if_held
from fanshare.flows.payout_looking import at, less_tax, looked_at
from fanshare.store.access import Access
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries import payout_standing, payout_steps
from fanshare.store.queries.payout_runs import Row, Run

MANUAL = "manual"
#: The money of a payment is ready again.
_BACK = frozenset({State.RETURNED, State.FAILED})
_ONE_PLANNER = "SELECT FROM log_tree WHERE programme_id = %(programme_id)s FOR NO KEY UPDATE"


class Preview(NamedTuple):
    """What a run planned now would pay, and what is other than in the last one."""

    plan: core.Plan
    differences: list[core.Difference]


class Told(NamedTuple):
    """What was said about the payment of a key; ``reason`` is for the payee."""

    key: str
    answer: Answer
    reason: str = ""


def check_name(by: str) -> str:
    """Who does something, as it is written down. Raises ``BadInputError`` ``bad_name``."""
    if by == core.SCHEDULE:
        raise BadInputError("bad_name", "That is the name of the calendar; say who does this.")
    if not 0 < len(by.strip()) <= 200 or "\x00" in by:
        raise BadInputError("bad_name", "Say who does this in 1 to 200 characters.")
    return by


def check_reason(reason: str) -> str:
    """Words that a payee reads; may be empty. Raises ``BadInputError`` ``bad_reason``."""
    if len(reason) > 500 or "\x00" in reason:
        raise BadInputError("bad_reason", "A reason has at most 500 characters.")
    return reason


def preview(access: Access, now: Instant) -> Preview:
    """A dry run: nothing is written."""
    planned = _planned(access, now)
    amounts = {(item.party, item.currency): item.amount for item in planned.items}
    return Preview(planned, core.differences(amounts, rows.last(access)))


def _planned(access: Access, now: Instant) -> core.Plan:
    # What is ready in a currency that is no more is about to become the next one (``replaced``).
    there = payout_standing.ready(access, now)
    gone = {currency for currency in {one.currency for one in there} if is_gone(currency, now)}
    if gone:
        there = [one for one in there if one.currency not in gone]
    ready, minimum = quoted(access, there, now), rows.rules(access).minimum
    return funding.affordable(access, core.plan(ready, minimum), ready, minimum, now)


def plan(programme: Programme, by: str, now: Instant) -> tuple[int, core.Plan]:
    """A run over everything that may be paid. No money moves.

    Raises ``ConflictError``: ``empty_run``, and ``payouts_held`` while books that were restored are compared.
    """
    if by != core.SCHEDULE:
        check_name(by)
    access = programme.access
    with access.transaction():
        refuse_if_held(access)
        access.execute(_ONE_PLANNER)  # two at once would both plan what is ready
        planned = _planned(access, now)
        if not planned.items:
            raise ConflictError("empty_run", "Nothing is ready to be paid; no run was made.")
        return payout_steps.add(access, MANUAL, by, planned.items, now), planned


def approve(programme: Programme, run_id: int, by: str, now: Instant) -> Run:
    """Let a run be sent. Raises ``ConflictError`` ``second_person`` above the programme's limit, ``wrong_state``."""
    check_name(by)
    access = programme.access
    with access.transaction():
        refuse_if_held(access)
        run = find(access, run_id)  # before the log's row, as sending locks them
        access.execute(_ONE_PLANNER)  # two runs approved at once would not see each other's sums
        _expect(run, run.state == "planned")
        sums, alone = payout_steps.lock_planned(access, run_id), rows.alone(access, by, now - core.TOGETHER)
        core.check_approval(run.planned_by, by, sums, alone, rows.rules(access).two_above)
        payout_steps.approve(access, run_id, by, now)
        return _saved(access, run._replace(approved_by=by, approved_at=now))


def take_over(access: Access, run_id: int, by: str) -> Run:
    """Stand for a run that the schedule planned, as if one had planned it: then somebody else approves it.

    Raises ``ConflictError``: ``wrong_state``, ``taken`` where a person planned it or has taken it over.
    """
    check_name(by)
    with access.transaction():
        run = find(access, run_id)
        _expect(run, run.state == "planned")
        if run.planned_by != core.SCHEDULE:
            raise ConflictError("taken", "Somebody stands for this run already.")
        return _saved(access, run._replace(planned_by=by))


def freeze(access: Access, run_id: int, by: str, now: Instant, why: str = "") -> Run:
    """Nothing of the run is sent until it is resumed; what was sent stays sent. Raises ``ConflictError``."""
    check_name(by)
    check_reason(why)
    with access.transaction():
        run = find(access, run_id)
        _expect(run, run.state in ("planned", "approved"))
        return _saved(access, run._replace(frozen_at=now, frozen_by=by, frozen_why=why))


def resume(access: Access, run_id: int) -> Run:
    """The run goes on where it was. Raises ``ConflictError``: ``wrong_state``, ``payouts_held``."""
    with access.transaction():
        refuse_if_held(access)
        run = find(access, run_id)
        _expect(run, run.state == "frozen")
        return _saved(access, run._replace(frozen_at=None, frozen_by=None, frozen_why=""))


def drop(programme: Programme, run_id: int, by: str, now: Instant) -> list[Row]:
    """Give up a run that was not sent: its payees are free for the next one. Raises ``ConflictError``."""
    check_name(by)
    access = programme.access
    with access.transaction():
        run = find(access, run_id)
        _expect(run, run.submitted_at is None)
        items = [row for row in rows.items_of(access, run_id, lock=True) if row.item.state is not State.FAILED]
        dropped = [
            at(row, way.move(row.item, State.FAILED), now)._replace(reason="the run was given up") for row in items
        ]
        _save(access, dropped, by, now)
        return dropped


def send(programme: Programme, run_id: int, by: str, now: Instant) -> list[Row]:
    """Look at every payment again, freeze the lines of those that stand, and take their money into transit.

    A run that was sent already answers with the same lines. Raises ``ConflictError``: ``wrong_state``, and
    ``payouts_held`` while books that were restored are compared: also these lines may have been paid meanwhile.
    """
    check_name(by)
    access = programme.access
    with access.transaction():
        refuse_if_held(access)
        run = find(access, run_id)
        if run.submitted_at is not None:
            return rows.items_of(access, run_id, lock=True)
        _expect(run, run.state == "approved")
        minimum, home = rows.rules(access).minimum, withholding.home(access)
        with access.ahead():
            parties, read = rows.lock_items(access, run_id)
            payout_standing.lock_payees(access, parties)
            ready = payout_standing.ready_later(access, now, run=run_id, parties=parties)
            items = read()
            asked = payouts.asked(programme, parties)
            checked, kept = less_tax(access, home, looked_at(access, items, ready(), minimum, now), now)
            by_id = {row.id: row for row in checked} | _go(programme, run_id, items, checked, kept, asked, by, now)
        return [by_id[row.id] for row in items]


def _go(
    programme: Programme,
    run_id: int,
    items: Sequence[Row],
    checked: Sequence[Row],
    kept: Mapping[int, tuple[withholding.Asked, Part]],
    asked: payouts.Asked,
    by: str,
    now: Instant,
) -> dict[int, Row]:
    """Freeze those of a run that stand, and write down all that are other than before; returns the frozen ones."""
    access, going = programme.access, [row for row in checked if row.item.state is State.APPROVED]
    news = [payouts.Begun(row.party, row.item.currency, row.item.amount, row.public_id) for row in going]
    beginning = payouts.beginning(access, news, now, into="in_transit")
    frozen = [_frozen(programme, row, now) for row in going]
    payout_steps.mark_sent(access, run_id, [row.item.frozen.body for row in frozen if row.item.frozen is not None], now)
    as_planned = {
        row.id
        for row, before in zip(checked, items, strict=True)
        if (row.item, row.of, row.reason) == (before.item, before.of, before.reason)
    }
    failed = [
        row
        for row, before in zip(checked, items, strict=True)
        if row != before and row.item.state is not State.APPROVED
    ]
    plain = [row for row in frozen if row.id in as_planned]
    sending = payout_steps.sending(access, plain, by, now)
    number = {row.id: payout for row, payout in zip(frozen, beginning.ids(), strict=True)}
    sending([number[row.id] for row in plain])
    sent = [row._replace(payout=number[row.id]) for row in frozen]
    _save(access, [*(row for row in sent if row.id not in as_planned), *failed], by, now)
    moving = _leaving(access, going, beginning.payouts(), now)
    moving += withholding.begin(
        access, {row.payout: kept[row.id] for row in sent if row.payout and row.id in kept}, now
    )
    payouts.walk(programme, moving, now, begun=frozenset(number.values()), asked=asked)
    return {row.id: row for row in sent}


def _leaving(access: Access, going: Sequence[Row], begun: Sequence[payouts.Payout], now: Instant) -> list[payouts.Step]:
    """The payments on their way, and before each the legs of its conversion."""
    pairs = zip(going, begun, strict=True)
    legs = conversions.begin_all(access, [(payout, row.of) for row, payout in pairs if row.of is not None], now)
    return [step for one in begun for step in (*legs.get(one.id, ()), payouts.Step(one, "in_transit"))]


def _frozen(programme: Programme, row: Row, now: Instant) -> Row:
    key = key_of(programme, row)
    body = line(key, row)
    due = now if row.kind in CALLED else None
    return row._replace(item=way.submit(row.item, Frozen(key, body.encode()), now), changed_at=now, due=due)


def key_of(programme: Programme, row: Row) -> str:
    """The reference of a payment: never that of another one."""
    return f"{programme.public_id[:16]}-{row.id}"


def line(key: str, row: Row) -> str:
    """What a payment's line says: its reference, the payee's id, amount and currency; and by which number the account
    is known that it goes to. No names: it is kept for ever.
    """
    return written(Line(key, row.public_id, row.item.amount, row.item.currency, row.account))


def tell(programme: Programme, run_id: int, told: Sequence[Told], by: str, now: Instant) -> list[Row]:
    """Write answers down and move money by them: all of them or none; returns the payments that were named.

    Raises ``BadInputError`` ``unknown_payment`` for a reference that is not of this run, ``twice`` for one that is
    there two times; ``ConflictError`` ``still_sending`` for the end of what a provider may still be asked for.
    """
    check_name(by)
    for one in told:
        check_reason(one.reason)
    access = programme.access
    with access.transaction():
        find(access, run_id)
        known = {row.item.frozen.key: row for row in rows.items_of(access, run_id, lock=True) if row.item.frozen}
        _check_keys([one.key for one in told], known.keys())
        pairs = []
        for one in told:
            before = known[one.key]
            after = at(before, way.hear(before.item, one.answer, window_of(before.kind)), now)
            pairs.append((before, after._replace(reason=one.reason or before.reason)))
            _refuse_while_called(before, one.answer, now)
        moved = post(programme, pairs, now)
        rows.save_items(access, moved)
        rows.note(access, [
            rows.event(row, by, now, said=str(one.answer.said), amount=one.answer.amount, currency=one.answer.currency)
            for row, one in zip(moved, told, strict=True)
        ])  # fmt: skip
        return moved


def decide(programme: Programme, run_id: int, key: str, arrived: bool, reason: str, by: str, now: Instant) -> Row:
    """A person has looked at a payment that does not match. Raises ``BadInputError``, ``ConflictError``."""
    check_reason(reason)
    if not reason.strip():
        raise BadInputError("reason_missing", "Say what you found out about this payment.")
    check_name(by)
    access = programme.access
    with access.transaction():
        find(access, run_id)
        known = {row.item.frozen.key: row for row in rows.items_of(access, run_id, lock=True) if row.item.frozen}
        _check_keys([key], known.keys())
        before = known[key]
        after = at(before, way.decide(before.item, arrived), now)._replace(reason=reason)
        moved = post(programme, [(before, after)], now)
        _save(access, moved, by, now, said=DECIDED)
        return moved[0]


def _refuse_while_called(row: Row, answer: Answer, now: Instant) -> None:
    """What a provider may be asked for in the next moment can't be said to have failed: it would be paid anew."""
    if row.kind in CALLED and answer.said in (Said.CAME_BACK, Said.REFUSED) and may_repeat(row.item, row.kind, now):
        raise ConflictError(
            "still_sending", "The provider is still being asked for one of these; wait until its time is over."
        )


def _check_keys(keys: Sequence[str], known: Collection[str]) -> None:
    if not set(keys) <= set(known):
        raise BadInputError("unknown_payment", "A reference is not of this run; nothing was written down.", 404)
    if len(set(keys)) != len(keys):
        raise BadInputError("twice", "A reference is there twice; nothing was written down.")


def post(programme: Programme, pairs: Sequence[tuple[Row, Row]], now: Instant) -> list[Row]:
    """Post what the moves mean for the money; a payment that arrived after all gets a payout anew."""
    access, steps, moved = programme.access, [], []
    known = payouts.find_all(access, [before.payout for before, _ in pairs if before.payout is not None])
    back = _beside_what_came_back(access, pairs, known)
    for before, after in pairs:
        if before.payout is None or before.item.state is after.item.state:
            moved.append(after)
            continue
        payout = known[before.payout]
        if after.item.state is State.FINAL and payout.state == "returned":
            payout = payouts.begin(access, after.party, after.item.currency, after.item.amount, now)
            steps += [*conversions.again(access, before.payout, payout, now), payouts.Step(payout, "in_transit")]
            steps += withholding.again(access, before.payout, payout.id, now)
            payout = replace(payout, state="in_transit")
        if after.item.state is State.FINAL and payout.state == "in_transit":
            steps.append(payouts.Step(payout, "final"))
        if after.item.state in _BACK and payout.state != "returned":
            steps += [payouts.Step(payout, "returned", after.reason), *back[payout.id]]
        moved.append(after._replace(payout=payout.id))
    payouts.walk(programme, steps, now)
    return moved


def _beside_what_came_back(
    access: Access, pairs: Sequence[tuple[Row, Row]], known: Mapping[int, payouts.Payout]
) -> Mapping[int, list[payouts.Step]]:
    """What goes back beside payments that came back, by payout: legs of conversions, and parts for a tax authority."""
    why = {
        before.payout: after.reason
        for before, after in pairs
        if before.payout is not None
        and before.item.state is not after.item.state
        and after.item.state in _BACK
        and known[before.payout].state != "returned"
    }
    legs, parts = conversions.back(access, why), withholding.back(access, why)
    return {payout: [*legs.get(payout, ()), *parts.get(payout, ())] for payout in why}


def find(access: Access, run_id: int) -> Run:
    """A run, locked. Raises ``BadInputError`` ``unknown_run``."""
    run = rows.find(access, run_id) if 0 < run_id < 1 << 62 else None
    if run is None:
        raise BadInputError("unknown_run", "There is no such payout run in this programme.", 404)
    return run


def _expect(run: Run, fits: bool) -> None:
    if not fits:
        raise ConflictError("wrong_state", "This run is %(state)s; nothing was changed.", state=Word(run.state))


def _saved(access: Access, run: Run) -> Run:
    rows.save(access, run)
    return run


def _save(access: Access, items: Sequence[Row], by: str, now: Instant, *, said: str = "") -> None:
    rows.save_items(access, items)
    rows.note(access, [rows.event(row, by, now, said=said) for row in items])
