"""Check: prove every invariant again on the live data, and name the first offender of each with both values.

Nothing is changed. Each check belongs to a rule of the design; a check that finds something stops at its first
offender, the others go on. Work that is waiting to be settled is no fault and is said so.
"""

from collections.abc import Callable, Iterator, Sequence

from psycopg import errors

from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.flows.checks import (
    books,
    conversions,
    facts,
    gifts,
    log,
    openings,
    orders,
    payout_runs,
    payouts,
    provider_reports,
    scopes,
    self_bills,
    settlements,
    shop_codes,
    shop_credits,
    withheld,
)
from fanshare.flows.checks.finding import Finding, Offence
from fanshare.flows.context import Programme

__all__ = ["CHECKS", "Finding", "check", "findings", "one_finding"]

type Check = Callable[[Programme, Instant], Iterator[Offence]]
type Progress = Callable[[str, int, int], None]

#: (name, what it proves, how), in the order in which they run.
CHECKS: Sequence[tuple[str, str, Check]] = (
    ("balances", "Every balance is what the transfers add up to.", books.balances),
    ("zero sum", "All balances of a currency sum to zero.", books.zero_sum),
    ("floors", "Nothing waiting, held, in transit or paid is below zero.", books.floors),
    ("positions", "Every share is where its settle transfers put it.", books.positions),
    ("postings", "Every transfer is as it was posted, and its batch is in the log.", books.postings),
    ("payouts", "What is in transit and paid is what the payouts say.", payouts.payouts),
    ("conversions", "Conversions follow from their rates and are what their payments are of.", conversions.conversions),
    ("withheld", "What is held for tax authorities is what was kept back and not handed on.", withheld.withheld),
    ("gifts", "Every gift's money is where its state says, and each state is in the log.", gifts.gifts),
    (
        "payout runs",
        "Every run is its file and its payouts to the cent; each word was followed.",
        payout_runs.runs_paid,
    ),
    (
        "provider reports",
        "What a provider's report says of a payment was said to it, to the cent.",
        provider_reports.reports_heard,
    ),
    ("credit notes", "Numbers have no gaps, and each is for what its payment paid.", self_bills.self_bills),
    ("credits", "Every credit's money is where its state says, used and left together.", shop_credits.credits_paid),
    ("openings", "Every balance from another tool is booked as it was recorded.", openings.openings),
    ("borne debts", "Of which shares the brand bears old debts is what the log committed to.", openings.borne_debts),
    ("old links", "Every old link leads where the log says.", openings.old_links),
    ("leaves", "The log's records, nodes and roots fit together.", log.tree),
    ("checkpoints", "Every checkpoint states what it was signed over.", log.checkpoints),
    ("records", "Every record of a fact has its one row, and every such row its record.", facts.recorded),
    ("facts in the log", "Terms, rulings, appeals, links, codes and closes are what the log recorded.", facts.facts),
    ("codes in shops", "Every code of a shop or stock is as its plan and its owner's record say.", shop_codes.made),
    ("settlements", "Every part's settlements follow each other and add up.", settlements.settlements),
    ("clicks", "The sealed clicks of each day have their count and root.", log.clicks),
    ("order states", "Every accepted state is unchanged, and the order is what they say together.", orders.states),
    ("evidence", "Every order's evidence resolves to the touches that were used.", orders.touches),
    ("shares", "Folding every scope anew gives the shares that are booked.", scopes.shares),
    ("sums", "The kept sums of parts, by period, link or code, and of clicks are what they come to.", scopes.sums),
    ("caps", "No cap was exceeded.", scopes.caps),
)


def check(programme: Programme, now: Instant, *, progress: Progress | None = None) -> list[Finding]:
    """Run every check on one programme, on one consistent view of the data."""
    with programme.access.transaction():
        programme.access.conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return list(findings(programme, now, progress=progress))


def findings(
    programme: Programme, now: Instant, *, progress: Progress | None = None, first: Sequence[str] = ()
) -> Iterator[Finding]:
    """The outcome of one check after another, inside the caller's transaction; those named in ``first`` come first."""
    ordered = sorted(CHECKS, key=lambda each: first.index(each[0]) if each[0] in first else len(first))
    for number, (name, *_) in enumerate(ordered):
        if progress is not None:
            progress(name, number, len(CHECKS))
        yield one_finding(name, programme, now)


def one_finding(name: str, programme: Programme, now: Instant) -> Finding:
    """The outcome of the check of that name, inside the caller's transaction. Raises ``StopIteration`` for no such."""
    claim, run = next((claim, run) for known, claim, run in CHECKS if known == name)
    return Finding(name, claim, _first_offence(name, run, programme, now))


def _first_offence(name: str, run: Check, programme: Programme, now: Instant) -> Offence | None:
    """What a check finds first. Data that can't even be read is an offence too, and must not stop the other checks."""
    try:
        with programme.access.transaction():
            return next(run(programme, now), None)
    except (FanshareError, errors.DataError, ValueError, LookupError, TypeError, ArithmeticError) as error:
        return Offence(f"data read by the check {name!r}", f"{type(error).__name__}: {error}", "data that can be read")
