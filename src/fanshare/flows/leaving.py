"""Leaving once what is hers has been paid: her part ends at once, her name and account go with the last payment.

Between the two stand only the books and what paying her takes: her address, her name, her accounts. What was sold is
paid when it would have been; an order by an older click still counts.
"""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core import leaving as core
from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant
from fanshare.core.leaving import Purse
from fanshare.flows import assets, payees, payout_calls, self_billing, shop_codes, tax_kept
from fanshare.flows.address_change import refuse_if_changed
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.people import AGE, erase, forget_public, party_kind
from fanshare.store.queries import leaving as rows
from fanshare.store.queries import payees as payee_rows

#: What lies in her vault until the last payment: how to reach and pay her, what the law wants of who pays, and what may
#: still bring her money.
KEPT = ("email", "name", AGE)
KEPT_BEGINNINGS = (payees.SEALED, payout_calls.SEALED, self_billing.SEALED, tax_kept.SEALED, "appeal ", "claim ")


class Standing(NamedTuple):
    """Whether somebody leaves, what is still to come for her, and until when orders may come (as if she asked now)."""

    leaves: bool
    until: Instant
    still: Sequence[Purse]


def standing(programme: Programme, party: int, now: Instant) -> Standing:
    """Where she is on her way out."""
    found = rows.asked(programme.access, party)
    until = counts_until(programme, party, found.at if found else now)
    return Standing(found is not None, until, core.still(rows.purses(programme.access, party)))


def counts_until(programme: Programme, party: int, asked: Instant) -> Instant:
    """Until when orders may come by clicks from before she asked, by all terms that are known today.

    What was written down when she asked is the earliest that it can be: terms that were published since count too.
    """
    return core.counts_until(programme.book, asked, fan=party_kind(programme.access, party) == "fan")


def ask(programme: Programme, party: int, now: Instant) -> Instant:
    """She leaves once she is paid: her links and codes end, what she showed is gone. Returns ``until_at``.

    Raises ``ConflictError``: ``erased``, ``leaving`` where she asked before, ``address_changed`` for 72 hours after a
    change of address.
    """
    access = programme.access
    with access.transaction():
        refuse_if_changed(access, programme.keys, party, now)
        if payee_rows.locked_person(access, party) is None:
            raise ConflictError("erased", "This person is not here any more.")
        if rows.asked(access, party) is not None:
            raise ConflictError("leaving", "You are leaving already, once what is yours is paid.")
        until = counts_until(programme, party, now)
        _end_links(programme, party, now)
        forget_public(programme, [party], now)
        rows.keep_only(access, party, KEPT, KEPT_BEGINNINGS)
        rows.add(access, party, now, until)
        noted(access, "account.leave_when_paid", now, f"party {party}")
    return until


def finish(programme: Programme, now: Instant) -> int:
    """Erase those for whom nothing is to come any more; how many. Each in a transaction of its own."""
    return sum(_finish_one(programme, party, now) for party in rows.due(programme.access, now))


def _finish_one(programme: Programme, party: int, now: Instant) -> bool:
    """Runs lock their payees for share: she is erased wholly before a run is sent or wholly after."""
    access = programme.access
    with access.transaction():
        if payee_rows.locked_person(access, party) is None:
            return False
        rows.lock(access, party)
        found = rows.asked(access, party)
        if found is None:
            return False
        until = counts_until(programme, party, found.at)
        if not core.over(rows.purses(access, party), rows.underway(access, party), until, now):
            return False
        if self_billing.lacks(programme, party, now):
            return False  # the worker writes it within a minute; without what she stated nobody could
        erase(programme, party, now)
        noted(access, "account.left", now, f"party {party}")
    return True


def _end_links(programme: Programme, party: int, now: Instant) -> None:
    """Hers, and those of her fans for her; what was clicked before counts as before."""
    for code in rows.links(programme.access, party):
        assets.set_link_state(programme, code, "ended", now)
    for text, connection in rows.codes(programme.access, party):
        shop_codes.set_state_at(programme, text, connection, "ended", now)
