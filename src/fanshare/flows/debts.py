"""What refunds took back beyond what was ready is borne by the brand once it is old: owed anew, on the statement.

What it bore follows the orders that it was taken for: found in the state, as settlement is. A dispute won after years
brings a share again, and then the brand bears it no more; is it lost once more, so does she not.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence

from fanshare.core import commitments
from fanshare.core.canonical import canonical
from fanshare.core.debts import BORNE_AFTER, Borne, bears, borne, of_what
from fanshare.core.instants import Instant
from fanshare.core.money import Micros
from fanshare.core.moving import ABSORBED, DEBT, DEBT_ORDER
from fanshare.flows.context import Programme
from fanshare.flows.openings import NewOpening, post_openings, tell_opening
from fanshare.store.queries import debts as rows
from fanshare.store.queries.debts import Source


def bear(programme: Programme, now: Instant) -> int:
    """Make good every debt that is older than ``BORNE_AFTER``; how many balances that were. Again it does nothing."""
    access, since = programme.access, now - BORNE_AFTER
    with access.transaction():
        rows.lock(access)
        old = [
            (party, currency, amount)
            for party, currency, balance, taken in rows.below_zero(access, since)
            if (amount := borne(balance, taken)) > 0
        ]
        for party, currency, amount in old:
            _bear(programme, DEBT, NewOpening(party, _name(programme, party, currency), currency, amount), since, now)
    return len(old)


def lock_first(programme: Programme) -> None:
    """For ``take_upon``, before any balance is locked: ``bear`` holds this while it waits for balances."""
    rows.lock(programme.access)


def take_upon(programme: Programme, party: int, currency: str, amount: Micros, now: Instant) -> None:
    """The brand takes a debt of that amount upon itself, however new it is.

    The caller has taken ``lock_first`` and then locked the balance.
    """
    _bear(programme, ABSORBED, NewOpening(party, _name(programme, party, currency), currency, amount), now, now)


def tell_absorbed(programme: Programme) -> int:
    """Write down what the brand took upon itself before that was told on statements; how many times it had been."""
    access = programme.access
    with access.transaction():
        rows.lock(access)
        untold = rows.untold(access)
        for party, currency, amount, at in untold:
            new = NewOpening(party, _name(programme, party, currency), currency, amount)
            tell_opening(programme, ABSORBED, _digest(at), new, at)
    return len(untold)


def follow(programme: Programme, now: Instant) -> int:
    """Take back what came again of what the brand bore, or give it again; of how many balances. Again: nothing."""
    access = programme.access
    with access.transaction():
        rows.lock(access)
        wanted: Counter[tuple[int, str]] = Counter()
        for one in rows.come_again(access):
            wanted[one.party, one.currency] += bears(one.borne, one.level) - one.borne.amount
        booked = rows.gone_back(access)
        rests = {key: wanted[key] - booked.get(key, 0) for key in sorted(wanted.keys() | booked.keys())}
        news = [
            NewOpening(party, _name(programme, party, currency), currency, rest)
            for (party, currency), rest in rests.items()
            if rest
        ]
        return post_openings(programme, DEBT_ORDER, _digest(now), news, now)


def file_of(programme: Programme, party: int, parts: Sequence[Borne[Source]], at: Instant) -> str:
    """What the log's record of a borne debt names as its file: a commitment to the shares that it is of, and what of
    each. One that was borne before these were written down has none, and names the instant."""
    if not parts:
        return _digest(at)
    salt = commitments.derive_salt(programme.salts, "borne debt", str(party), str(at))
    told = [[*map(str, one.source), str(one.base), str(one.amount)] for one in parts]
    return hashlib.sha256(salt + canonical(told)).hexdigest()


def _bear(programme: Programme, tool: str, new: NewOpening, until: Instant, now: Instant) -> None:
    access, party, currency = programme.access, new.party, new.currency
    known = rows.known(access, party, currency)
    parts = of_what(new.amount, rows.moves(access, party, currency), until, known)
    post_openings(programme, tool, file_of(programme, party, parts, now), [new], now)
    rows.add(access, tool, new.source, currency, parts)


def _name(programme: Programme, party: int, currency: str) -> str:
    return programme.pseudonym("debt", f"{party} {currency}")


def _digest(at: Instant) -> str:
    return hashlib.sha256(str(at).encode()).hexdigest()
