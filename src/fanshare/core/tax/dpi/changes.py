"""What has to be sent now, given what was sent before: new, corrected and deleted records, in messages of one kind.

A message holds new records (DPI401) or corrections and deletions (DPI402), never both; where there is nothing to
report, and nothing was, it says so (DPI403). The operator's own record comes with each: new, corrected, or resent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fanshare.core.tax.dpi.contents import Content

#: The key of the operator's own record; those of sellers are never empty.
OPERATOR = ""
RESENT, NEW, CORRECTED, DELETED = "OECD0", "OECD1", "OECD2", "OECD3"
ADDS, CORRECTS, NIL = "DPI401", "DPI402", "DPI403"


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a message: whose, what became of it, what it says, and the reference of what it corrects."""

    key: str
    indic: str
    content: Content
    corrects: str = ""
    ref: str = ""


class Standing(NamedTuple):
    """What an authority knows of somebody: the reference of the last record, and what it says."""

    ref: str
    content: Content


@dataclass(frozen=True, slots=True)
class Message:
    """The records of a message, the operator's first."""

    indic: str
    operator: Record
    sellers: tuple[Record, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """All of them."""
        return (self.operator, *self.sellers)


def standing(sent: Iterable[Record]) -> dict[str, Standing]:
    """What an authority knows after these records, in the order in which they were sent."""
    found: dict[str, Standing] = {}
    for one in sent:
        if one.indic == DELETED:
            found.pop(one.key, None)
        elif one.indic != RESENT:
            found[one.key] = Standing(one.ref, one.content)
    return found


def due(
    known: Mapping[str, Standing],
    operator: Content,
    wanted: Mapping[str, Content],
    untouched: frozenset[str] = frozenset(),
) -> list[Message]:
    """The messages that make what is known into what is wanted; none where nothing differs.

    ``untouched``: keys of which nothing is said now, because somebody's form is open again; they stay as they are.
    Their references are not given yet.
    """
    added, corrections = [], []
    for key in sorted(known.keys() | wanted.keys()):
        if key == OPERATOR or key in untouched:
            continue
        before, now = known.get(key), wanted.get(key)
        if before is None and now is not None:
            added.append(Record(key, NEW, now))
        elif before is not None and now is None:
            corrections.append(Record(key, DELETED, before.content, before.ref))
        elif before is not None and now is not None and before.content != now:
            corrections.append(Record(key, CORRECTED, now, before.ref))
    mine = known.get(OPERATOR)
    changed = mine is not None and mine.content != operator
    found = []
    if corrections or changed:
        found.append(Message(CORRECTS, _operator(mine, operator), tuple(corrections)))
    if added:
        found.append(Message(ADDS, _resent(found, mine, operator), tuple(added)))
    if mine is None and not added:
        found.append(Message(NIL, Record(OPERATOR, NEW, operator), ()))
    return found


def _operator(mine: Standing | None, operator: Content) -> Record:
    if mine is None:
        return Record(OPERATOR, NEW, operator)
    if mine.content != operator:
        return Record(OPERATOR, CORRECTED, operator, mine.ref)
    return Record(OPERATOR, RESENT, operator, ref=mine.ref)


def _resent(before: list[Message], mine: Standing | None, operator: Content) -> Record:
    """Behind a message that corrected the operator's record its new one is resent, whose reference comes with it."""
    if before and before[0].operator.indic == CORRECTED:
        return Record(OPERATOR, RESENT, operator)
    return _operator(mine, operator)
