"""Links for several creators at once: pasted lines are looked at first, then those that can be are made, once.

A line names a creator (her page's name, or her name), an address in the shop, and perhaps a name for the link. What
cannot be is refused by line and reason, and keeps nothing else from being made.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanshare.core import ad_labels
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows import audit, links
from fanshare.flows.context import Programme
from fanshare.flows.own_links import MOST_LINKS, Destinations
from fanshare.store.queries import brand_links, selling
from fanshare.store.queries.brand_links import Known

MOST_LINES = 500
_LONGEST_NAME = 100
_SEPARATORS = "\t;,"
_HEADS = {"creator", "page", "name"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was pasted; ``number`` counts from 1."""

    number: int
    creator: str
    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A line with the creator it means, or with what is wrong."""

    line: Line
    creator: Known | None
    problem: FanshareError | None = None

    @property
    def code(self) -> str:
        """What is wrong, as a stable code; empty where nothing is."""
        return "" if self.problem is None else self.problem.code


@dataclass(frozen=True, slots=True)
class Wanted:
    """What all lines have in common: where the links will be shared."""

    country: str
    platform: str


def read_lines(text: str) -> list[Line]:
    """The lines of a text, comma, semicolon or tab between their parts; a first line of headings is passed over.

    Raises ``BadInputError``: ``no_lines``, ``too_many_lines``, ``bad_lines``.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = next((one for one in _SEPARATORS if one in first), ",")
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error:
        raise BadInputError("bad_lines", "These lines can’t be read as a table; a quotation mark is open.") from None
    found = [_line(number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    if found and found[0].creator.casefold() in _HEADS:
        found = found[1:]
    if not found:
        raise BadInputError("no_lines", "Paste at least one line: a creator, a comma, an address in the shop.")
    if len(found) > MOST_LINES:
        raise BadInputError(
            "too_many_lines",
            "These are %(count)s lines; at most %(most)s go at once.",
            count=len(found),
            most=MOST_LINES,
        )
    return found


def look(programme: Programme, lines: Sequence[Line], wanted: Wanted, check: Destinations) -> list[Looked]:
    """What would become of each line; nothing is made.

    Raises ``BadInputError``: ``unknown_country``, ``unknown_platform``, ``no_shop``.
    """
    _label(wanted)
    hosts, plain = selling.shops(programme.access)
    if not hosts:
        raise BadInputError("no_shop", "No shop is connected here yet, so there is nowhere a link could lead.", 409)
    known = _creators(brand_links.creators(programme.access, {line.creator.casefold() for line in lines}))
    there = brand_links.destinations(programme.access, {one.id for found in known.values() for one in found})
    looked, counts = [], brand_links.counts(programme.access, {one.id for found in known.values() for one in found})
    for line in lines:
        creator, problem = _judged(line, known.get(line.creator.casefold(), []), there, counts)
        problem = problem or _refused(line.address, hosts, plain, check)
        if creator is not None and problem is None:
            there.add((creator.id, line.address, line.name))
            counts[creator.id] = counts.get(creator.id, 0) + 1
        looked.append(Looked(line, creator, problem))
    return looked


def make(
    programme: Programme, lines: Sequence[Line], wanted: Wanted, check: Destinations, now: Instant
) -> tuple[int, int]:
    """Make the links of all lines that can be, all or none of these; returns how many were made and refused.

    Whoever sends the same lines again, also at the same moment, makes nothing twice. Raises as ``look``.
    """
    access, label = programme.access, _label(wanted)
    with access.transaction():
        brand_links.lock(access)
        looked = look(programme, lines, wanted, check)
        news = [
            links.NewLink(one.creator.id, one.creator.id, one.line.address, label, one.line.name)
            for one in looked
            if one.creator is not None and not one.code
        ]
        if news:
            links.add_links(programme, news, now)
            audit.noted(access, "links.make", now, f"{len(news)} links")
    return len(news), len(looked) - len(news)


def _line(number: int, row: Sequence[str]) -> Line:
    cells = [cell.strip() for cell in row] + ["", "", ""]
    return Line(number, cells[0], cells[1], cells[2])


def _label(wanted: Wanted) -> links.Label:
    found = ad_labels.country(wanted.country)
    if wanted.platform not in ad_labels.PLATFORMS:
        raise BadInputError("unknown_platform", "Say where the links will be shared.")
    return links.Label(found.code, wanted.platform, found.label)


def _creators(found: Iterable[Known]) -> dict[str, list[Known]]:
    """By page and by name; a page comes before a name that reads the same."""
    known: dict[str, list[Known]] = {}
    everybody = list(found)
    for one in everybody:
        known.setdefault(one.name.casefold(), []).append(one)
    for one in everybody:
        if one.slug:
            known[one.slug.casefold()] = [one]
    return known


def _judged(
    line: Line, found: Sequence[Known], there: set[tuple[int, str, str]], counts: dict[int, int]
) -> tuple[Known | None, FanshareError | None]:
    if not found:
        return None, BadInputError("unknown_creator", "No creator here has this page or name.")
    if len(found) > 1:
        said = BadInputError("several_creators", "Several creators have this name; write the name of her page.")
        return None, said
    creator = found[0]
    if len(line.name) > _LONGEST_NAME or "\x00" in line.name:
        return creator, BadInputError("bad_name", "A name has at most %(most)s characters.", most=_LONGEST_NAME)
    if (creator.id, line.address, line.name) in there:
        return creator, BadInputError("there_already", "She has a link like this already.")
    if counts.get(creator.id, 0) >= MOST_LINKS:
        return creator, BadInputError(
            "too_many_links", "She has %(most)s links, which is as many as anybody may have.", most=MOST_LINKS
        )
    return creator, None


def _refused(address: str, hosts: Sequence[str], plain: bool, check: Destinations) -> FanshareError | None:
    try:
        check(address, hosts, plain)
    except BadInputError as error:
        return error
    return None
