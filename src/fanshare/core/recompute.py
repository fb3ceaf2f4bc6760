"""Recompute the shares of a settlement from its own inputs (DESIGN section 6), with integers only.

Line rules and bonuses give pools, pools, credit, further amounts and limits the uncapped part, caps the commission, and
the commission the three shares and the operator's fee.
Every intermediate figure that the settlement states is compared on the way.
"""

from datetime import date

from fanshare.core.commission import credited_net, flat_amount
from fanshare.core.errors import FanshareError
from fanshare.core.grants import CODE, code_room, margin_room
from fanshare.core.money import Micros, basis_points, format_micros
from fanshare.core.recurrence import date_after
from fanshare.core.settlement_leaf import ROLES, CapStep, LineEntry, Settlement
from fanshare.core.sharing import share
from fanshare.core.terms import MAX_BUYER_BPS, MAX_FAN_BPS
from fanshare.core.tiers import Piece, beginnings, lifted_amount, step_reached, tier_amount


class MismatchError(FanshareError):
    """A stated figure is not what its inputs give."""

    def __init__(self, where: str, stated: str, computed: str) -> None:
        super().__init__("mismatch", f"{where}: stated {stated}, computed {computed}")
        self.where, self.stated, self.computed = where, stated, computed


def recompute(settlement: Settlement) -> dict[str, Micros]:
    """Micros for each role, from the inputs alone. Raises ``MismatchError`` naming the first figure that differs."""
    _check_lines(settlement)
    _check_further(settlement)
    _check_bonuses(settlement)
    check_months(settlement)
    uncapped = _uncapped(settlement)
    _same("commission before caps", settlement.uncapped, uncapped)
    pool = _capped(uncapped, settlement.caps)
    _same("commission", settlement.pool, pool)
    if settlement.fee is not None:
        _same("the operator's fee", settlement.fee.amount, basis_points(pool, settlement.fee.bps))
    fan_bps, buyer_bps = settlement.fan_bps, settlement.buyer_bps
    introduced = settlement.introduced_by is not None
    try:
        return share(pool, fan_bps, buyer_bps, introduced=introduced, by_fan=settlement.fan_decided)._asdict()
    except ValueError:
        limits = f"at most {MAX_FAN_BPS} and {MAX_BUYER_BPS}"
        raise MismatchError("rates of fan and buyer", f"{fan_bps} and {buyer_bps}", limits) from None


def check_shares(settlement: Settlement) -> None:
    """Raise ``MismatchError`` unless every stated share, also one left out as zero, is what ``recompute`` gives."""
    computed = recompute(settlement)
    for role in ROLES:
        stated = settlement.share(role)
        _same(f"share of the {role}", stated.amount if stated else 0, computed[role])


def line_pool(line: LineEntry) -> Micros:
    """What the rule grants on one line, limit for typed codes applied."""
    if line.kind == "percent":
        pool = basis_points(line.net, line.bps)
    elif line.kind == "flat":
        pool = flat_amount(line.each, line.quantity, line.net, line.goods)
    elif line.kind == "tiers":
        pool = tier_amount(line.brackets, _pieces(line))
    elif line.kind == "buyer":
        pool = min(line.net, line.each)
    else:
        return 0
    if line.limit_bps is None:
        return pool
    base = sum(each.amount for each in line.stretches) if line.kind == "tiers" else line.net
    return min(pool, basis_points(base, line.limit_bps))


def _check_lines(settlement: Settlement) -> None:
    running = given = 0
    for line in settlement.lines:
        _same(f"commission of line {line.id}", line.pool, line_pool(line))
        if line.net > line.goods:
            raise MismatchError(f"goods kept of line {line.id}", format_micros(line.net), "at most what was sold")
        running += line.net
        upto = credited_net(running, settlement.credit)
        if line.kind == "tiers":
            _same(f"credited goods of line {line.id}", sum(each.amount for each in line.stretches), upto - given)
        given = upto


def further_amount(line: LineEntry, reached: Micros) -> Micros:
    """What the retroactive tier that begins at ``reached`` adds to a line of tiers, limit for typed codes applied."""
    pieces = _pieces(line)
    lifted = lifted_amount(line.brackets, pieces, reached)
    if line.limit_bps is not None:
        lifted = min(lifted, basis_points(sum(amount for _, amount in pieces), line.limit_bps))
    return lifted - line.pool


def _check_further(settlement: Settlement) -> None:
    """A further amount names a retroactive tier: at least the highest that the order's own goods reach."""
    told = {one.line: one for one in settlement.further}
    for line in settlement.lines:
        one, pieces = told.pop(line.id, None), _pieces(line)
        steps = {begin for begin, bracket in beginnings(line.brackets) if bracket.retroactive}
        own = step_reached(line.brackets, max(map(sum, pieces), default=0)) or 0
        reached = own if one is None else one.reached
        if one is not None and (one.reached not in steps or one.reached < own or not one.amount):
            raise MismatchError(f"step reached for line {line.id}", format_micros(one.reached), "another or none")
        computed = further_amount(line, reached) if reached else 0
        _same(f"further commission of line {line.id}", one.amount if one else 0, computed)
    if told:
        raise MismatchError(f"further commission of line {min(told)}", "some", "no such line")


def _pieces(line: LineEntry) -> list[Piece]:
    return [(each.before, each.amount) for each in line.stretches]


def _check_bonuses(settlement: Settlement) -> None:
    """A bonus is for goods of the order: those of its line, or no more than all of them."""
    lines = {line.id: line for line in settlement.lines}
    for one in settlement.bonuses:
        _same(f"bonus {one.bonus}", one.line.pool, line_pool(one.line))
        if one.line.kind == "buyer":
            if one.line.net > settlement.net:
                raise MismatchError(
                    f"goods of the bonus {one.bonus}", format_micros(one.line.net), "at most the order's"
                )
            continue
        line = lines.get(one.line.id)
        if one.line.kind not in ("percent", "flat") or line is None:
            raise MismatchError(f"bonus {one.bonus}", f"{one.line.kind} on line {one.line.id}", "one on a line")
        _same(f"goods of the bonus {one.bonus}", one.line.net, line.net)
        _same(f"goods sold of the bonus {one.bonus}", one.line.goods, line.goods)


def check_months(settlement: Settlement) -> None:
    """Raise ``MismatchError`` where recurring months paid too late, or are said to be over too early."""
    told = settlement.recurring
    if told is None:
        return
    first, placed = date.fromisoformat(told.first_on), date.fromisoformat(settlement.placed_on)
    for months in told.paid:
        if placed > date_after(first, months):
            raise MismatchError(f"the {months} months from {first}", "still running", f"over on {placed}")
    for months in told.over:
        if placed < date_after(first, months):
            raise MismatchError(f"the {months} months from {first}", "over", f"still running on {placed}")


def _uncapped(settlement: Settlement) -> Micros:
    lines, credit = settlement.lines, settlement.credit
    whole = sum(line.pool for line in lines if line.kind != "tiers") + sum(one.line.pool for one in settlement.bonuses)
    own = sum(line.pool for line in lines if line.kind == "tiers") + sum(one.amount for one in settlement.further)
    left = credited_net(whole, credit) + own
    for limit in settlement.limits:
        _same(f"commission before the limit ({limit.kind})", limit.before, left)
        if limit.kind == CODE:
            left = min(left, code_room(settlement.net, credit, limit.bps))
        else:
            left = min(left, margin_room(settlement.net, limit.discount, credit, limit.bps))
        _same(f"commission after the limit ({limit.kind})", limit.after, left)
    return left


def _capped(uncapped: Micros, caps: tuple[CapStep, ...]) -> Micros:
    left = uncapped
    for cap in caps:
        _same(f"commission under the cap per {cap.level}", sum(each.amount for each in cap.stretches), left)
        left = sum(min(each.before + each.amount, cap.cap) - min(each.before, cap.cap) for each in cap.stretches)
        _same(f"commission after the cap per {cap.level}", cap.after, left)
    return left


def _same(where: str, stated: Micros, computed: Micros) -> None:
    if stated != computed:
        raise MismatchError(where, format_micros(stated), format_micros(computed))
