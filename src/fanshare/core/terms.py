"""Terms: an immutable, numbered version of a programme's rules, and the book of all versions.

Rates are integer basis points (1/10000), times are microseconds, money is micros of the named currency. A parsed and
checked document (``fanshare.core.terms_document``) is the only way to make terms.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from fanshare.core.instants import DAY, MINUTE, Instant, month_begin
from fanshare.core.money import BASIS, Micros


class Policy(StrEnum):
    """Who earns when several creators touched the buyer. Credits go to distinct creators and sum to exactly 1."""

    CODE_FIRST = "code_first"
    LAST = "last"
    FIRST = "first"
    LINEAR = "linear"
    POSITION = "position"
    DECAY = "decay"


#: Policies that may split one sale between several creators: they need admission by application.
SPLITTING = frozenset({Policy.LINEAR, Policy.POSITION, Policy.DECAY})


class BuyerKind(StrEnum):
    """Which buyers a commission rule speaks of."""

    ANY = "any"
    NEW = "new"
    RETURNING = "returning"


class Level(StrEnum):
    """Over which period a cap runs; each applies to the result of the one before."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Bracket:
    """One tier: ``bps`` on the part of the period's sales below ``upto`` (``None``: everything above).

    A ``retroactive`` one holds for all sales of the period below it as well, once they reach its beginning.
    """

    upto: Micros | None
    bps: int
    retroactive: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One commission rule, or one bonus. Exactly one of ``bps``, ``each``, ``brackets`` and ``per_buyer`` is set.

    A rule speaks of a line when every non-empty list of ``products``, ``skus``, ``categories``, ``collections`` that
    is given names it, none of ``not_products`` and ``not_categories`` does, the buyer is of the kind, the order's
    country is listed (or none is), the creator was in one of ``groups`` (if any) and in none of ``not_groups`` at the
    touch, the order comes within ``months`` calendar months of the buyer's first kept order with her (0: is that first
    order; ``None``: no limit), and, for amounts, the order is in the rule's ``currency``.

    Only a bonus has ``per_buyer`` (an amount once for a new buyer), and none has ``brackets``: see
    ``fanshare.core.bonuses``.
    """

    id: str
    bps: int | None = None
    each: Micros | None = None
    brackets: tuple[Bracket, ...] = ()
    currency: str = ""
    products: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    not_products: frozenset[str] = frozenset()
    not_categories: frozenset[str] = frozenset()
    buyers: BuyerKind = BuyerKind.ANY
    countries: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    not_groups: frozenset[str] = frozenset()
    months: int | None = None
    per_buyer: Micros | None = None


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``amount`` of commission for one creator in one currency per period of ``level``."""

    level: Level
    amount: Micros
    currency: str


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the rules of a programme.

    ``fan_bps`` is the fan's part of a creator's commission unless she chooses otherwise (at most ``fan_max_bps``),
    ``buyer_bps`` the buyer's part where a fan's link or code decided. ``introducer_days`` 0 means the first order
    only. ``code_max_bps`` limits the commission of an order placed with a typed creator's or fan's code, ``margin_bps``
    discount and commission together, as a part of the goods before discount. ``groups`` are the names that rules may
    use. ``fee_bps`` of each commission is the operator's fee, billed to the brand on top.
    """

    version: int
    effective_at: Instant
    rules: tuple[Rule, ...]
    policy: Policy = Policy.CODE_FIRST
    window: int = 30 * DAY
    hold: int = 30 * DAY
    introducer_days: int = 30
    half_life: int = 7 * DAY
    stand_down: int = 30 * MINUTE
    caps: tuple[Cap, ...] = ()
    code_max_bps: int | None = None
    fan_bps: int = 2000
    fan_max_bps: int = 3000
    buyer_bps: int = 0
    notice_days: int = 30
    open_admission: bool = False
    time_zone: str = "UTC"
    hash: str = ""
    groups: frozenset[str] = frozenset()
    bonuses: tuple[Rule, ...] = ()
    margin_bps: int | None = None
    fee_bps: int = 0

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which days, weeks and months of this version begin."""
        return ZoneInfo(self.time_zone)

    @property
    def has_tiers(self) -> bool:
        """Whether some rule depends on the period's cumulative sales."""
        return any(rule.brackets for rule in self.rules)

    @property
    def has_retroactive_tiers(self) -> bool:
        """Whether a later sale can change what earlier ones of its month gave."""
        return any(bracket.retroactive for rule in self.rules for bracket in rule.brackets)

    @property
    def has_months(self) -> bool:
        """Whether some rule or bonus ends with a number of months."""
        return any(rule.months is not None for rule in (*self.rules, *self.bonuses))

    @property
    def needs_period(self) -> bool:
        """Whether orders of one creator influence each other beyond their buyer: caps or tiers exist."""
        return bool(self.caps) or self.has_tiers

    def cap(self, level: Level, currency: str) -> Micros | None:
        """The cap of a level in a currency, if there is one."""
        for cap in self.caps:
            if cap.level == level and cap.currency == currency:
                return cap.amount
        return None


#: Hard limits of DESIGN section 6, checked where terms and choices are made.
MAX_FAN_BPS = 3000
MAX_BUYER_BPS = 2000
MAX_FAN_AND_BUYER_BPS = BASIS // 2
MAX_INTRODUCER_DAYS = 365
MAX_MONTHS = 120


class TermsBook:
    """All versions of a programme's terms, ordered by when they take effect (then by number).

    A version in force stays until the next takes effect. Before the first version took effect the first one rules,
    so that an order placed while the programme was being set up has rules at all.
    """

    def __init__(self, versions: Iterable[Terms]) -> None:
        self._versions = sorted(versions, key=lambda terms: (terms.effective_at, terms.version))
        if not self._versions:
            raise ValueError("a programme has at least one version of its terms")
        self._starts = [terms.effective_at for terms in self._versions]
        self._by_number = {terms.version: terms for terms in self._versions}

    def at(self, instant: Instant) -> Terms:
        """The version in force at an instant."""
        return self._versions[max(0, bisect_right(self._starts, instant) - 1)]

    def version(self, number: int) -> Terms:
        """A version by its number. Raises ``KeyError``."""
        return self._by_number[number]

    @property
    def newest(self) -> Terms:
        """The version that takes effect last."""
        return self._versions[-1]

    @property
    def needs_period(self) -> bool:
        """Whether any version has caps or tiers."""
        return any(terms.needs_period for terms in self._versions)

    def reach(self, placed_at: Instant) -> Instant:
        """No order of its creator placed before this can depend on one that is placed at an instant.

        That is the instant itself, unless a retroactive tier lifts the whole month. Where versions differ in their
        zone, the month of one may have begun when that of another has not ended.
        """
        if not any(terms.has_retroactive_tiers for terms in self._versions):
            return placed_at
        zones = {terms.time_zone: terms.zone for terms in self._versions}
        earlier = placed_at - 2 * DAY if len(zones) > 1 else placed_at
        return min(month_begin(max(0, earlier), zone) for zone in zones.values())

    def __iter__(self) -> Iterator[Terms]:
        return iter(self._versions)
