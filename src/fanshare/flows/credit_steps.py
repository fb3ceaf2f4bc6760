"""Write down what a shop said about credits. Each step is one transaction on the credit's row as it is then."""

from fanshare.core import shop_credits as way
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.shop_codes import ask_again_at
from fanshare.flows import payouts
from fanshare.flows.context import Programme
from fanshare.flows.payout_holds import standing
from fanshare.flows.payouts import Step
from fanshare.flows.shop_credits import LEASE, Wish, draw_text, end_row, give_back, new_credit
from fanshare.store.queries import shop_credits as rows
from fanshare.store.queries.shop_credits import Credit, Look

MOST_AT_ONCE = 100
_VOID = {"cancelled", "deleted"}


def look(programme: Programme, now: Instant) -> list[Look]:
    """Take the orders in which credits stand and that have changed; the attempt is counted before anybody is asked."""
    return rows.look(programme.access, now, now + LEASE, MOST_AT_ONCE)


def look_later(programme: Programme, at: Look, now: Instant) -> None:
    """The shop did not say what an order took: it is asked again, ever more seldom."""
    rows.look_later(programme.access, at, ask_again_at(now, at.attempts))


def lease(programme: Programme, now: Instant) -> list[Credit]:
    """Take the credits whose shop is to be asked now; the attempt is counted before anybody is asked.

    While books that were restored are compared codes only end: the shop may have others for the same money.
    """
    ending = standing(programme.access) is not None
    return rows.lease(programme.access, now, now + LEASE, MOST_AT_ONCE, ending=ending)


def made(programme: Programme, id_: int, now: Instant) -> bool:
    """The shop shows the code, and it is as asked: from now on its owner sees it."""
    with programme.access.transaction():
        row = _locked(programme, id_)
        if row.state != way.ASKED:
            return False
        rows.put(programme.access, row, way.move(row.state, way.SHOWN), now)
    return True


def text_taken(programme: Programme, id_: int, now: Instant) -> None:
    """The text is somebody else's at the shop: another one is drawn. Where it was to end, nothing of ours is there."""
    with programme.access.transaction():
        row = _locked(programme, id_)
        if row.state == way.ASKED:
            text = draw_text(programme, row.connection)
            to = way.move(row.state, way.WANTED)
            rows.put(programme.access, row, to, now, work_at=now, folded=text.casefold(), shown=text)


def different(programme: Programme, id_: int, said: str, now: Instant) -> None:
    """The shop has made of it what nobody asked for: it is ended there, and the money is ready again then."""
    with programme.access.transaction():
        row = _locked(programme, id_)
        if row.state == way.ASKED:
            to = way.move(row.state, way.ENDING)
            rows.put(programme.access, row, to, now, work_at=now, attempts=0, problem=said[:500])


def refused(programme: Programme, id_: int, said: str, now: Instant) -> None:
    """The shop has not made it and never will: the money is ready again."""
    with programme.access.transaction():
        row = _locked(programme, id_)
        if row.state == way.ASKED:
            give_back(programme, row._replace(problem=said[:500]), way.FAILED, "The shop made no code.", now)


def later(programme: Programme, id_: int, said: str, now: Instant) -> None:
    """Nothing is known yet: the shop is asked again, ever more seldom, and never given up; no second code is made."""
    with programme.access.transaction():
        row = _locked(programme, id_)
        if row.state in way.OPEN:
            at = ask_again_at(now, row.attempts)
            rows.put(programme.access, row, row.state, now, work_at=at, problem=said[:500])


def ended(programme: Programme, id_: int, taken: int, now: Instant) -> bool:
    """No checkout takes the code any more. Its money is ready again, unless an order took it: that one is waited for.

    ``taken`` is how often the shop says it was used.
    """
    with programme.access.transaction():
        row = _locked(programme, id_)
        if row.state != way.ENDING:
            return False
        orders = rows.orders(programme.access, row)
        living = [one for one in orders if one.status not in _VOID]
        if living or not way.unused(taken, len(orders)):
            said = "A checkout took the code; its order is waited for."
            rows.put(programme.access, row, row.state, now, work_at=ask_again_at(now, row.attempts), problem=said)
            return False
        give_back(programme, row, way.CANCELLED, "The code ended unused.", now)
    return True


def used(programme: Programme, id_: int, order: int, taken: Micros, now: Instant) -> Credit | None:
    """A paid order took the code, ``taken`` micros of it; what it left over becomes a code of its own, returned here.

    The money that was on its way is paid for what was used. Telling it again changes nothing. The rest of somebody who
    was erased becomes no code, which nobody would ever see: it is ready again, and goes to unclaimed.
    """
    access = programme.access
    with access.transaction():
        row = _locked(programme, id_)
        if way.USED not in way.WAYS[row.state]:
            return None
        if row.used:
            _stands_again(programme, row, order, now)
            return None
        found = way.spent(row.amount, taken, row.currency)
        gone = rows.locked_ready(access, row.party, row.currency) is None
        payout, rest = _book(programme, row, found, now, new_code=not gone)
        to = way.move(row.state, way.USED)
        rows.put(access, row, to, now, used=found.used, order=order, payout=payout)
        if rest is None:
            return None
        wish = Wish(row.party, row.connection, row.currency, found.rest)
        made = rows.add(access, new_credit(programme, wish, rest, now, row.id))
        return rows.by_id(access, made)


def _stands_again(programme: Programme, row: Credit, order: int, now: Instant) -> None:
    """An order that had been called off stands again. Where its money was ready already, it is paid once more."""
    payout = row.payout
    if row.state == way.CANCELLED:
        paid = payouts.begin(programme.access, row.party, row.currency, row.used, now)
        payouts.walk(programme, [Step(paid, "in_transit"), Step(paid, "final")], now)
        payout = paid.id
    rows.put(programme.access, row, way.move(row.state, way.USED), now, order=order, payout=payout)


def _book(
    programme: Programme, row: Credit, found: way.Spent, now: Instant, *, new_code: bool
) -> tuple[int, int | None]:
    """The payouts of what was used and of the rest (``None`` where it has none), after the money has moved."""
    access, before = programme.access, payouts.find(programme.access, row.payout)
    if not found.rest and before.state == "in_transit":
        payouts.walk(programme, [Step(before, "final")], now)
        return before.id, None
    steps = [Step(before, "returned", "The code was used in part.")] if before.state == "in_transit" else []
    whole, rest = before.id, None
    if found.used:
        paid = payouts.begin(access, row.party, row.currency, found.used, now)
        steps += [Step(paid, "in_transit"), Step(paid, "final")]
        whole = paid.id
    if new_code and found.rest and before.state == "in_transit":
        left = payouts.begin(access, row.party, row.currency, found.rest, now)
        steps.append(Step(left, "in_transit"))
        rest = left.id
    payouts.walk(programme, steps, now)
    return whole, rest


def came_to_nothing(programme: Programme, id_: int, now: Instant) -> bool:
    """The order that used a credit was called off: its code is ended, and the money it took is ready again then."""
    with programme.access.transaction():
        row = _locked(programme, id_)
        if row.state != way.USED or not all(one.status in _VOID for one in rows.orders(programme.access, row)):
            return False
        end_row(programme, row, now, "The order came to nothing.")
    return True


def _locked(programme: Programme, id_: int) -> Credit:
    row = rows.by_id(programme.access, id_, lock=True)
    assert row is not None
    return row
