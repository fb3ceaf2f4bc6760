"""Write down what a shop said about codes. Each step is one transaction on the code's row as it is then."""

import json
from collections.abc import Callable, Sequence

from fanshare.core import code_plans
from fanshare.core import shop_codes as way
from fanshare.core.errors import ConflictError
from fanshare.core.instants import HOUR, Instant
from fanshare.flows.context import Programme
from fanshare.flows.links import Label, NewCode, add_code
from fanshare.flows.shop_codes import draw_text, end_here, end_row
from fanshare.store.queries import shop_codes as rows
from fanshare.store.queries.shop_codes import ShopCode

MOST_AT_ONCE = 100
#: A person must help first; asking often helps nobody.
_REFUSED_WAIT = HOUR


def plan_of(row: ShopCode) -> code_plans.CodePlan:
    """The version of the plan under which a code was asked for."""
    return code_plans.plan_of(json.loads(row.document))


def lease(programme: Programme, now: Instant, ids: Sequence[int] | None = None) -> list[ShopCode]:
    """Take the codes whose shop is to be asked now; the attempt is counted before anybody is asked."""
    return rows.lease(programme.access, now, now + way.LEASE, MOST_AT_ONCE, ids)


def confirmed(programme: Programme, id_: int, refers: str, now: Instant) -> bool:
    """The shop shows the code, works and is as asked: from now on it counts. The one it replaces is ended then.

    Where somebody has ended it meanwhile, or made its text known as another's, it does not count and is ended.
    """
    with programme.access.transaction():
        row = rows.locked(programme.access, id_)
        if row.state != way.ASKED:
            return False
        try:
            code = _count(programme, row, now)
        except ConflictError as error:
            to = way.move(row.state, way.ENDING)
            rows.put(
                programme.access,
                row,
                to,
                refers=refers,
                work_at=now,
                attempts=0,
                problem_code="taken",
                problem=error.message,
            )
            return False
        to = way.move(row.state, way.CONFIRMED)
        rows.put(programme.access, row, to, code=code, confirmed_at=now, refers=refers)
        if row.replaces is not None:
            old = rows.locked(programme.access, row.replaces)
            if old.state == way.CONFIRMED:
                end_row(programme, old, now)
    return True


def text_taken(programme: Programme, id_: int, said: str, now: Instant) -> None:
    """The text is somebody else's at the shop: a drawn one is drawn again, a wished one has failed."""
    with programme.access.transaction():
        row = rows.locked(programme.access, id_)
        if row.state == way.ENDING:
            end_here(programme, row, now)
        elif row.state == way.ASKED and row.wished:
            rows.put(programme.access, row, way.FAILED, problem_code="taken", problem=said[:500])
        elif row.state == way.ASKED:
            text = draw_text(programme, plan_of(row), row.connection)
            to = way.move(row.state, way.WANTED)
            rows.put(programme.access, row, to, folded=text.casefold(), shown=text, work_at=now)


def different(programme: Programme, id_: int, said: str, now: Instant) -> None:
    """The shop has made of it what nobody asked for: it is ended there and never counts."""
    with programme.access.transaction():
        row = rows.locked(programme.access, id_)
        if row.state == way.ASKED:
            to = way.move(row.state, way.ENDING)
            rows.put(programme.access, row, to, work_at=now, attempts=0, problem_code="different", problem=said[:500])


def refused(programme: Programme, id_: int, said: str, now: Instant) -> None:
    """The shop will never make it."""
    with programme.access.transaction():
        row = rows.locked(programme.access, id_)
        if row.state == way.ASKED:
            rows.put(programme.access, row, way.FAILED, problem_code="refused", problem=said[:500])
        elif row.state == way.ENDING:
            end_here(programme, row, now)


def later(programme: Programme, id_: int, code: str, said: str, now: Instant) -> None:
    """Nothing is known yet: the shop is asked again, ever more seldom, and never given up."""
    with programme.access.transaction():
        row = rows.locked(programme.access, id_)
        if row.state in way.OPEN:
            at = way.ask_again_at(now, row.attempts)
            if code == "shop_refused":
                at = max(at, now + _REFUSED_WAIT)
            # What was wrong with the code itself is said until it is ended.
            kept = row.problem_code in {"taken", "different"}
            problem = (row.problem_code, row.problem) if kept else (code[:40], said[:500])
            rows.put(programme.access, row, row.state, work_at=at, problem_code=problem[0], problem=problem[1])


def ended(programme: Programme, id_: int, used: int, clock: Callable[[], Instant]) -> None:
    """No checkout takes it any more."""
    with programme.access.transaction():
        row = rows.locked(programme.access, id_)
        if row.state == way.ENDING:
            end_here(programme, row, clock(), used=used)


def _count(programme: Programme, row: ShopCode, now: Instant) -> int:
    """The code counts for its owner from now on."""
    label = Label(row.country, row.platform, row.label)
    new = NewCode(
        row.creator,
        row.owner,
        row.shown,
        label,
        single_use=row.single_use,
        connection=row.connection,
        plan=row.plan,
    )
    return add_code(programme, new, now)
