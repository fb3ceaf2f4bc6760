"""What a creator's statement says about what she sold: few numbers, each of which can be recomputed from the file.

Only what the log proves is counted: orders of which goods are kept, orders of which all went back, and what was sold by
her, in the currency of the sale. Clicks stand in no statement; whoever counted them says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant, parse_rfc3339
from fanshare.core.intervals import FEWEST, Interval, rate
from fanshare.core.leaf_values import parse_exact
from fanshare.core.money import Micros
from fanshare.core.notes import parse_key


class Sold(NamedTuple):
    """What was sold in one currency.

    ``orders`` are those of which goods are kept, ``returned`` those of which nothing is; ``goods`` is what is kept of
    her part of them, in micros, each order rounded down. ``first`` and ``last`` are days (``2026-11-14``) of orders of
    which goods are kept; empty without one.
    """

    currency: str
    orders: int
    returned: int
    goods: Micros
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Source:
    """A statement that held, in few words. ``log`` is the name of the log (``host/log/programme``), ``key`` its key."""

    log: str
    key: str
    programme: str
    party: str
    size: int
    root: str
    as_of: Instant
    sold: tuple[Sold, ...]

    @property
    def host(self) -> str:
        """Where the log says that it is kept."""
        return self.log.partition("/")[0]


def source(statement: Mapping[str, Any]) -> Source:
    """What a statement says. It must have held before (``statement_check.verify``): here nothing is checked again.

    Raises ``BadInputError`` (``not_a_creator``) for the statement of a fan.
    """
    if statement["party"]["role"] != "creator":
        raise BadInputError("not_a_creator", "This is the statement of a fan; results are shown from a creator's.")
    _origin, size, root, *_ = statement["checkpoint"].split("\n")
    key = statement["keys"][-1]
    return Source(
        parse_key(key).name,
        key,
        statement["programme"]["name"],
        statement["party"]["id"],
        int(size),
        root,
        parse_rfc3339(statement["period"]["to"]),
        tuple(sold for section in statement["currencies"] if (sold := _sold(section)).orders or sold.returned),
    )


def _sold(section: Mapping[str, Any]) -> Sold:
    bodies = [line["body"] for line in section["lines"] if "creator" in line["shares"]]
    kept = [body for body in bodies if parse_exact(body["net"]) > 0]
    days = sorted(body["placed_on"] for body in kept)
    first, last = (days[0], days[-1]) if days else ("", "")
    goods = sum(int(parse_exact(body["net"]) * Fraction(body["credit"])) for body in kept)
    return Sold(section["currency"], len(kept), len(bodies) - len(kept), goods, first, last)


def buys(clicks: int, clicked: int) -> Interval | None:
    """Of a million clicks, between how many led to an order in 19 of 20 cases; ``None`` where too few orders tell.

    ``clicked`` are orders before which one of her links was clicked. More of them than clicks tell nothing either: then
    clicks were lost.
    """
    return rate(clicked, clicks) if FEWEST <= clicked <= clicks else None
