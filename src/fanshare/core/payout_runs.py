"""A payout run: who is paid how much and who is not, what differs from the last one, and who may approve it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import itemgetter
from typing import NamedTuple

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, Instant
from fanshare.core.money import Micros
from fanshare.core.rails import CALLED, carries, least, step
from fanshare.core.rates import Converted, Quote
from fanshare.core.rates import most as most_of

#: Runs that one person approved alone within this time count together: a large one is not cut into small ones.
TOGETHER = DAY
#: Who plans a run when a day of paying has come. It is nobody, so it is never one of two people.
SCHEDULE = "schedule"


class Why(StrEnum):
    """Why a balance is not in a run. It stays where it is, whatever the reason."""

    NEGATIVE = "negative"  # later earnings make it good
    ERASED = "erased"  # goes to unclaimed
    RESTORED = "restored"  # the books are those of a backup, and what was paid since is looked for
    STOPPED = "stopped"  # the brand has stopped this payee's payouts
    NO_ACCOUNT = "no_account"  # the brand pays by a bank's file, and she has named none
    NO_FORM = "no_form"  # a form for the tax is asked of her that she has not given, or that counts no more
    NO_RAIL = "no_rail"  # she named an account at a provider that the brand does not pay by any more
    CHANGED = "changed"  # she named another account lately
    NO_RATE = "no_rate"  # she is paid in another currency, and no rate of the last days is known
    UNFUNDED = "unfunded"  # the brand has not paid in enough for everybody
    UNDERWAY = "underway"  # an earlier payment of hers is open
    BELOW_UNIT = "below_unit"  # less than the currency's smallest coin
    BELOW_MINIMUM = "below_minimum"


#: What is known of a payee and her account, in the order of what weighs most.
_KNOWN = (Why.ERASED, Why.RESTORED, Why.STOPPED, Why.CHANGED, Why.NO_FORM)


class Ready(NamedTuple):
    """What a payee has ready in a currency, in micros, and what may keep it from being paid.

    ``changed_until``: until when another account that she named waits; 0 where none does. ``account``: where it would
    go, 0 where nowhere is known; ``by_file``: then it can't be paid. ``kind`` is the account's, ``connected`` whether
    the brand pays by that provider, where it is one. ``leaving``: the brand's smallest payment is not for her.
    ``last``: she leaves, and no more is to come in this currency. ``no_form``: a form for the tax is asked of her and
    missing.
    ``into``: the currency that she is paid in, empty where that is this one; ``quote`` the rate, where one is current.
    ``restored``: nobody is paid, for the books are those of a backup and are being compared.
    ``funding``: the brand pays in before its people are paid, ``unfunded``: and it was not enough for everybody.
    """

    party: int
    currency: str
    balance: Micros
    erased: bool = False
    stopped: bool = False
    underway: bool = False
    changed_until: Instant = 0
    account: int = 0
    by_file: bool = False
    kind: str = ""
    connected: bool = False
    leaving: bool = False
    no_form: bool = False
    funding: bool = False
    last: bool = False
    restored: bool = False
    into: str = ""
    unfunded: bool = False
    quote: Quote | None = None

    @property
    def plain(self) -> bool:
        """Whether nothing could keep it but how much it is: as of nearly everybody, who need one look then."""
        return not (
            (self.by_file and not self.account)
            or self.erased
            or self.stopped
            or self.underway
            or self.changed_until
            or self.no_form
            or self.restored
            or self.unfunded
            or self.into
            or self.kind in CALLED
        )

    @property
    def paid_in(self) -> str:
        """The currency of the payment."""
        return self.into or self.currency


class Planned(NamedTuple):
    """A payment to be: what leaves of a balance, and the ``rest`` that stays ready; ``of`` what it is changed into, by
    the rate of now. What is paid is whole minor units.
    """

    party: int
    currency: str
    amount: Micros
    rest: Micros
    of: Converted | None = None


class Left(NamedTuple):
    """A balance that is not paid, and why; ``until`` when that ends by itself, 0 where it does not."""

    party: int
    currency: str
    balance: Micros
    why: Why
    until: Instant = 0


class Plan(NamedTuple):
    """A run to be: both lists by party and currency."""

    items: tuple[Planned, ...]
    left: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """A programme's rules by currency, in micros: the smallest payment, and from which sum on two people must agree.

    Where a currency is missing there is no minimum, and no sum that needs two.
    """

    minimum: Mapping[str, Micros]
    two_above: Mapping[str, Micros]


def plan(ready: Iterable[Ready], minimum: Mapping[str, Micros]) -> Plan:
    """A payment for each balance that may leave. A balance of nothing is neither paid nor mentioned.

    Balances are netted nowhere: each is one payee's in one programme and currency. Raises ``BadInputError``
    (``unknown_currency``, ``twice`` for a payee and currency that is there two times).
    """
    rows = sorted(ready, key=itemgetter(0, 1))
    if len({row[:2] for row in rows}) < len(rows):
        raise BadInputError("twice", "A payee is in the plan twice with one currency.")
    items, left = [], []
    for row in rows:
        amount, of = leaving(row, row.balance)
        why = kept(row, minimum, amount)
        if why is None:
            items.append(Planned(row.party, row.currency, amount, row.balance - amount, of))
        elif row.balance:
            until = row.changed_until if why is Why.CHANGED else 0
            left.append(Left(row.party, row.currency, row.balance, why, until))
    return Plan(tuple(items), tuple(left))


def payable(balance: Micros, currency: str, kind: str = "") -> Micros:
    """What of a balance can leave: what the way there moves, never more than is there, nothing of a debt.

    That is whole minor units, and at some providers coarser steps.
    """
    smallest = step(kind, currency)
    return max(0, balance) // smallest * smallest


def way_out(row: Ready, amount: Micros | None = None) -> Ready:
    """The same, or by hand: the last of whoever leaves where it (or ``amount`` of it) is too little for her provider.

    It will not grow, and she is erased with her last payment: she would neither be paid nor be gone.
    """
    if not row.last:
        return row
    small = 0 < (_worth(row) if amount is None else amount) < least(row.kind)
    return row._replace(kind="", account=0, by_file=False, connected=False) if small else row


def leaving(row: Ready, most: Micros) -> tuple[Micros, Converted | None]:
    """What of at most so much of a balance leaves it, and what it is changed into, where she is paid in another one."""
    if not row.into:
        return payable(most, row.currency, row.kind), None
    of = None if row.quote is None else most_of(row.quote, most, step(row.kind, row.into))
    return (0, None) if of is None else (of.given, of)


def still(amount: Micros, now: Ready, minimum: Mapping[str, Micros]) -> Micros | Why:
    """What of a planned payment may be sent as things are now: never more than was planned, or why nothing."""
    most, _ = leaving(now, min(amount, now.balance))
    return kept(now, minimum, most) or most


def kept(row: Ready, minimum: Mapping[str, Micros], amount: Micros | None = None) -> Why | None:
    """Why a balance, or a payment of ``amount`` out of it, is in no run that is planned now; ``None`` where it is."""
    most = leaving(row, row.balance)[0] if amount is None else amount
    smallest = minimum.get(row.currency, 0)
    if most > 0 and row.balance >= smallest and row.plain:
        return None
    return next(reasons(row, most, smallest), None)


def reasons(row: Ready, amount: Micros, minimum: Micros = 0) -> Iterator[Why]:
    """Everything that keeps a payment out of a run, what weighs most first."""
    known = (row.erased, row.restored, row.stopped, row.changed_until > 0, row.no_form)
    if row.balance < 0:
        yield Why.NEGATIVE
    if any(known):
        yield from (why for applies, why in zip(known, _KNOWN, strict=True) if applies)
    if row.by_file and not row.account:
        yield Why.NO_ACCOUNT
    if row.kind in CALLED and not (row.connected and carries(row.kind, row.paid_in)):
        yield Why.NO_RAIL
    if row.underway:
        yield Why.UNDERWAY
    if row.into != "" and row.quote is None:
        yield Why.NO_RATE
    if row.unfunded:
        yield Why.UNFUNDED
    if amount <= 0:
        yield Why.BELOW_UNIT
    if row.balance < (0 if row.leaving else minimum) or _too_little(row):
        yield Why.BELOW_MINIMUM


def _too_little(row: Ready) -> bool:
    smallest = least(row.kind)
    return smallest > 0 and _worth(row) < smallest


def _worth(row: Ready) -> Micros:
    """What a balance comes to in the currency of the payment."""
    of = leaving(row, row.balance)[1]
    return row.balance if not row.into else of.got if of is not None else 0


class Change(StrEnum):
    """How a payee's payment compares with the one in the last run."""

    NEW = "new"
    GONE = "gone"
    MORE = "more"
    LESS = "less"
    SAME = "same"


class Difference(NamedTuple):
    """A payee and currency, then and now: micros, 0 where she is not in that run."""

    party: int
    currency: str
    before: Micros
    now: Micros
    change: Change


type Amounts = Mapping[tuple[int, str], Micros]


def differences(now: Amounts, before: Amounts) -> list[Difference]:
    """Everybody who is in one of two runs, by party and currency."""
    return [
        Difference(party, currency, was, is_, _change(was, is_))
        for party, currency in sorted(now.keys() | before.keys())
        for was, is_ in [(before.get((party, currency), 0), now.get((party, currency), 0))]
    ]


def _change(was: Micros, is_: Micros) -> Change:
    if was == is_:
        return Change.SAME
    if not was or not is_:
        return Change.GONE if was else Change.NEW
    return Change.MORE if is_ > was else Change.LESS


def needs_two(
    sums: Mapping[str, Micros], alone: Mapping[str, Micros], two_above: Mapping[str, Micros]
) -> Sequence[str]:
    """The currencies in which a run needs a second person.

    ``alone`` is what the planner approved without anybody else within ``TOGETHER`` before.
    """
    return [
        currency
        for currency, amount in sorted(sums.items())
        if currency in two_above and amount + alone.get(currency, 0) > two_above[currency]
    ]


def check_approval(
    planner: str,
    approver: str,
    sums: Mapping[str, Micros],
    alone: Mapping[str, Micros],
    two_above: Mapping[str, Micros],
) -> None:
    """Raises ``ConflictError`` ``second_person`` where somebody else than who planned has to agree, ``empty_run``.

    What the schedule planned needs two people as well: one who takes it over, and one who approves it.
    """
    if not sums:
        raise ConflictError("empty_run", "Nobody is paid by this run; there is nothing to approve.")
    over = needs_two(sums, alone, two_above) if planner in (approver, SCHEDULE) else ()
    if over and planner == SCHEDULE:
        raise ConflictError(
            "second_person",
            "Above the limit in %(currencies)s two people have to agree: one takes it over, another approves it.",
            currencies=", ".join(over),
        )
    if over:
        raise ConflictError(
            "second_person",
            "Above the limit in %(currencies)s somebody else than who planned it has to approve: another owner of your "
            "team, or whoever looks after its money. Nothing was changed.",
            currencies=", ".join(over),
        )
