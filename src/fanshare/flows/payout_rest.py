"""All payments of a run of which nobody has said anything yet: counted, summed, and said to have arrived in one step.

Whoever has told what came back says of the others that they arrived, by one answer over exactly those that she was
shown: if anything was said about one of them meanwhile, nothing is written down and she looks again.
"""

import hashlib
from typing import NamedTuple

from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.payout_item import UNDERWAY, Answer, Said, State
from fanshare.core.rails import CALLED
from fanshare.flows import payout_runs
from fanshare.flows.context import Programme
from fanshare.flows.payout_runs import Told
from fanshare.store.access import Access
from fanshare.store.queries import payout_runs as rows
from fanshare.store.queries.payout_runs import Row

#: So many at once, which takes some seconds; what is left can be said then.
MOST = 10_000


class Sum(NamedTuple):
    """How many payments in one currency, and how much they come to."""

    currency: str
    payments: int
    amount: Micros


class Rest(NamedTuple):
    """What is open of a run: the references that can be answered together, their sums, and what is left out.

    ``looked``: that many do not match and wait for a person each; ``called``: a provider says what becomes of them;
    ``more``: that many are open beyond ``MOST``.
    """

    keys: tuple[str, ...]
    sums: tuple[Sum, ...]
    looked: int
    called: int
    more: int

    @property
    def mark(self) -> str:
        """Which payments these are; another set has another mark."""
        return hashlib.sha256("\n".join(self.keys).encode()).hexdigest()


def rest(access: Access, run: int, *, lock: bool = False, most: int = MOST) -> Rest:
    """What is open of a run that was sent. ``lock``: nothing is said about its payments until the transaction ends."""
    underway = [row for row in rows.items_of(access, run, lock=lock) if row.item.state in UNDERWAY and row.item.frozen]
    matching = [row for row in underway if row.item.state is not State.MISMATCH]
    answered = [row for row in matching if row.kind not in CALLED]
    taken = answered[:most]
    return Rest(
        keys=tuple(row.item.frozen.key for row in taken if row.item.frozen),
        sums=_sums(taken),
        looked=len(underway) - len(matching),
        called=len(matching) - len(answered),
        more=len(answered) - len(taken),
    )


def arrived(programme: Programme, run: int, mark: str, by: str, now: Instant, *, most: int = MOST) -> int:
    """All that was shown arrived; how many these were. ``mark`` is that of the ``Rest`` that was shown.

    Raises ``ConflictError`` ``rest_changed`` where it is another set now, and whatever ``payout_runs.tell`` raises.
    """
    with programme.access.transaction():
        found = rest(programme.access, run, lock=True, most=most)
        if not found.keys or found.mark != mark:
            raise ConflictError(
                "rest_changed",
                "Meanwhile something was said about these payments; nothing was written down. Look at what is left.",
            )
        told = [Told(key, Answer(Said.ARRIVED, now)) for key in found.keys]
        payout_runs.tell(programme, run, told, by, now)
        return len(told)


def _sums(taken: list[Row]) -> tuple[Sum, ...]:
    found: dict[str, Sum] = {}
    for row in taken:
        before = found.get(row.item.currency, Sum(row.item.currency, 0, 0))
        found[row.item.currency] = Sum(before.currency, before.payments + 1, before.amount + row.item.amount)
    return tuple(sorted(found.values()))
