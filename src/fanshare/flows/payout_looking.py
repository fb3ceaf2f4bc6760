"""Payments of a run looked at again when they are sent: what stands, how much of it, and at which rate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fanshare.core import payout_item as way
from fanshare.core import payout_runs as core
from fanshare.core.funding import Wanted, share_out, wanted
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payout_item import State
from fanshare.core.rails import least
from fanshare.core.replaced import is_gone
from fanshare.core.tax.rules import Country
from fanshare.core.tax.withholding import Part
from fanshare.flows import funding, withholding
from fanshare.flows.payee_currency import quoted
from fanshare.store.access import Access
from fanshare.store.queries import payout_standing
from fanshare.store.queries.payout_runs import Row

_LEFT = {
    core.Why.NEGATIVE: "a refund took more than was ready",
    core.Why.ERASED: "this person was erased",
    core.Why.RESTORED: "the books were restored from a backup and are being compared",
    core.Why.STOPPED: "payouts to this person are stopped",
    core.Why.NO_ACCOUNT: "no account was named for this money",
    core.Why.NO_FORM: "a form for the tax was missing",
    core.Why.NO_RAIL: "the provider that was chosen is not paid by any more",
    core.Why.CHANGED: "another account was named lately; it waits 72 hours",
    core.Why.NO_RATE: "no rate of exchange of the last days was known",
    core.Why.UNFUNDED: "the brand has not paid in enough for everybody",
    core.Why.UNDERWAY: "another payment is under way",
    core.Why.BELOW_UNIT: "a refund left nothing to pay",
    core.Why.BELOW_MINIMUM: "a refund left less than the minimum",
}


_REPLACED = "its currency was replaced by another one; what is ready of it is paid in that"
_OTHER_CURRENCY = "another currency was chosen for this payment meanwhile"
type _Standing = Mapping[tuple[int, str], core.Ready]


def looked_at(
    access: Access, items: Sequence[Row], ready: Sequence[core.Ready], minimum: Mapping[str, Micros], now: Instant
) -> list[Row]:
    """The payments as they may be sent now; those that may not have failed. ``ready`` is what their payees have, and
    ``minimum`` the programme's smallest payment by currency.
    """
    standing = {(one.party, one.currency): one for one in quoted(access, ready, now)}
    gone = {one for one in {row.item.currency for row in items} | {to.currency for to in ready} if is_gone(one, now)}
    looked = []
    for row in items:
        if row.item.state is not State.APPROVED:
            looked.append(row)
            continue
        to = standing[row.place]
        found = core.still(row.taken, to, minimum)
        if gone and not gone.isdisjoint((row.item.currency, to.currency)):
            looked.append(at(row, way.move(row.item, State.FAILED), now)._replace(reason=_REPLACED))
        elif to.paid_in != row.item.currency:
            looked.append(at(row, way.move(row.item, State.FAILED), now)._replace(reason=_OTHER_CURRENCY))
        elif isinstance(found, core.Why):
            looked.append(at(row, way.move(row.item, State.FAILED), now)._replace(reason=_LEFT[found]))
        else:
            looked.append(_of(row, to, found)._replace(account=to.account or None, kind=to.kind))
    return _funded(access, looked, standing, minimum, now)


def _of(row: Row, to: core.Ready, most: Micros) -> Row:
    """The payment of at most so much of the balance, at the rate of now where that is in another currency."""
    amount, of = core.leaving(to, most) if to.into else (most, None)
    pays = amount if of is None else of.got
    if pays == row.item.amount and of == row.of:
        return row
    return row._replace(item=replace(row.item, amount=pays), of=of)


def _funded(
    access: Access, looked: list[Row], standing: _Standing, minimum: Mapping[str, Micros], now: Instant
) -> list[Row]:
    """The same, with no more than is funded: in the order of the plan, of which money may have gone since."""
    there = funding.free(access, now, lock=True) if any(one.funding for one in standing.values()) else None
    if there is None:
        return looked
    asking = [row for row in looked if row.item.state is State.APPROVED]
    parts = share_out([_wants(row, standing, minimum) for row in asking], there)
    given = {row.id: _part(row, part, now) for row, part in zip(asking, parts, strict=True)}
    return [given.get(row.id, row) for row in looked]


def _part(row: Row, part: Micros, now: Instant) -> Row:
    if part:
        return row._replace(item=replace(row.item, amount=part))
    waits = at(row, way.move(row.item, State.FAILED), now)
    return waits._replace(reason=_LEFT[core.Why.UNFUNDED], account=None, kind="")


def _wants(row: Row, standing: _Standing, minimum: Mapping[str, Micros]) -> Wanted:
    return wanted(core.Planned(*row.place, row.taken, 0), standing[row.place], minimum)


def less_tax(
    access: Access, home: Country, checked: list[Row], now: Instant
) -> tuple[list[Row], dict[int, tuple[withholding.Asked, Part]]]:
    """The payments less what is held for a tax authority, and that by payment; what would be too little has failed.

    ``home`` is where the brand is; most countries ask for nothing to be held.
    """
    if not home.withholdings:
        return checked, {}
    whole = {
        row.id: withholding.Asked(*row.place, row.taken, row.kind)
        for row in checked
        if row.item.state is State.APPROVED
    }
    kept: dict[int, tuple[withholding.Asked, Part]] = {}
    parts = withholding.parts(access, home, [*whole.values()], now) if whole else {}
    if not parts:
        return checked, kept
    for place, row in enumerate(checked):
        part = parts.get(row.place) if row.id in whole else None
        if part is None:
            continue
        less = _less(access, row, part.amount, now)
        if less is None:
            failed = at(row, way.move(row.item, State.FAILED), now)
            checked[place] = failed._replace(reason=_LEFT[core.Why.BELOW_MINIMUM], account=None, kind="")
        else:
            checked[place] = less
            kept[row.id] = (whole[row.id], part)
    return checked, kept


def _less(access: Access, row: Row, part: Micros, now: Instant) -> Row | None:
    """The payment of the rest; ``None`` where that is too little. The last of whoever leaves goes by hand then."""
    rest = _rest(row, part)
    if rest.item.amount < max(1, least(row.kind)):
        [standing] = quoted(access, [payout_standing.standing(access, [row.place], now)[row.place][0]], now)
        if core.way_out(standing, rest.item.amount).kind != row.kind:
            rest = _rest(row._replace(account=None, kind=""), part)
    return None if rest.item.amount < max(1, least(rest.kind)) else rest


def _rest(row: Row, part: Micros) -> Row:
    quote = None if row.of is None else row.of.quote
    into = "" if quote is None else quote.target
    left = row.taken - part
    return _of(row, core.Ready(*row.place, left, kind=row.kind, into=into, quote=quote), left)


def at(row: Row, item: way.Item, now: Instant) -> Row:
    """The payment as it stands from now on, where that is other than before."""
    return row._replace(item=item, changed_at=row.changed_at if item == row.item else now)
