"""What is known before she accepts a deal or joins a programme: in one order, with a weight, and never with a verdict.

Her own limits come from her books, habits of the other side from the ledger or from her own invoices, clauses from the
text she was sent. What is not known is said to be not known, which is no good mark.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from fanshare.core.funding import Standing
from fanshare.core.punctuality import Punctuality
from fanshare.core.returns import CameBack
from fanshare.core.workbench.clause_rules import Level
from fanshare.core.workbench.clauses import Checked
from fanshare.core.workbench.entries import Invoice, Never
from fanshare.core.workbench.trust import Preview, against


class Weight(IntEnum):
    """How much something asks to be looked at. ``FACT`` is a number that only she can judge."""

    UNKNOWN = 0
    WELL = 1
    FACT = 2
    LOOK = 3
    AGAINST = 4


class About(StrEnum):
    """What a finding is about, in the order in which they stand where they weigh alike."""

    NEVER = "never"
    SHARE = "share"
    CLAUSES = "clauses"
    PAYS = "pays"
    OWED = "owed"
    FUNDING = "funding"
    RETURNS = "returns"


@dataclass(frozen=True, slots=True)
class Struck:
    """Something of her list of nevers, and in which of the given places its words stand."""

    never: Never
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Experience:
    """Her own invoices to a payer: how many were paid in time or late or are overdue, and the most days of all."""

    in_time: int = 0
    late: int = 0
    overdue: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that could be found out. ``None`` says that nobody knows, or that it was not asked.

    ``share`` is the preview with this deal against ``limit`` (basis points, 0: none was set). ``nevers`` is the length
    of her list, ``places`` whether there was anything to look for it in. ``came_back`` is ``None`` where the brand does
    not show it, and empty where its orders are too few.
    """

    share: Preview | None = None
    limit: int = 0
    nevers: int | None = None
    places: bool = False
    struck: tuple[Struck, ...] = ()
    came_back: tuple[CameBack, ...] | None = None
    pays: Punctuality | None = None
    funding: Standing | None = None
    owed: Experience = Experience()
    checked: Checked | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to read before she decides."""

    about: About
    weight: Weight


def struck(places: Mapping[str, str], nevers: Iterable[Never]) -> tuple[Struck, ...]:
    """What of her list stands in texts, by the names of the texts: whole words, however they are written."""
    listed = sorted(nevers, key=lambda one: (one.words.casefold(), one.id))
    found = {name: against(text, listed) for name, text in places.items()}
    where = {one.id: tuple(name for name, hit in found.items() if one in hit) for one in listed}
    return tuple(Struck(one, where[one.id]) for one in listed if where[one.id])


def experience(invoices: Iterable[Invoice], payer: str, today: date) -> Experience:
    """How a payer kept to the days of her own invoices; capital letters and spaces don't matter."""
    name = _plain(payer)
    mine = [one for one in invoices if name and _plain(one.payer) == name]
    paid = [one for one in mine if one.paid <= today]
    open_ = [one for one in mine if one.paid > today and one.due < today]
    late = [(one.paid - one.due).days for one in paid if one.paid > one.due]
    waits = [(today - one.due).days for one in open_]
    return Experience(len(paid) - len(late), len(late), len(waits), max([*late, *waits], default=0))


def weigh(known: Known) -> tuple[Finding, ...]:
    """Everything there is to read, what asks most to be looked at first."""
    weights = {
        About.NEVER: _never(known),
        About.SHARE: _share(known),
        About.CLAUSES: _clauses(known.checked),
        About.PAYS: _pays(known.pays),
        About.OWED: _owed(known.owed),
        About.FUNDING: _funding(known.funding),
        About.RETURNS: Weight.FACT if known.came_back else Weight.UNKNOWN,
    }
    order = list(About)
    found = (Finding(about, weight) for about, weight in weights.items())
    return tuple(sorted(found, key=lambda one: (-one.weight, order.index(one.about))))


def _never(known: Known) -> Weight:
    if known.struck:
        return Weight.AGAINST
    return Weight.WELL if known.nevers and known.places else Weight.UNKNOWN


def _share(known: Known) -> Weight:
    if known.share is None:
        return Weight.UNKNOWN
    if not known.limit:
        return Weight.FACT
    return Weight.AGAINST if known.share.then.above(known.limit) else Weight.WELL


def _clauses(checked: Checked | None) -> Weight:
    gravest = None if checked is None else max((one.level for one in checked.answers if one.level), default=None)
    if gravest is None:
        return Weight.UNKNOWN
    return {Level.STOP: Weight.AGAINST, Level.ASK: Weight.LOOK, Level.USUAL: Weight.WELL}[gravest]


def _pays(pays: Punctuality | None) -> Weight:
    if pays is None:
        return Weight.UNKNOWN
    return Weight.LOOK if pays.unpaid else Weight.FACT


def _owed(owed: Experience) -> Weight:
    if owed.late or owed.overdue:
        return Weight.LOOK
    return Weight.WELL if owed.in_time else Weight.UNKNOWN


def _funding(funding: Standing | None) -> Weight:
    if funding is None:
        return Weight.UNKNOWN
    return Weight.WELL if funding is Standing.FUNDED else Weight.LOOK


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
