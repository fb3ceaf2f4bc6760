"""Funding: a brand pays in before its people are paid, where one operator holds the money of several brands.

A programme of one brand knows none of it. Money in is booked by hand or from a bank's statement, by reference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from fanshare.core import funding as core
from fanshare.core.bank_files import Incoming
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.funding import Money, Owed, Standing
from fanshare.core.instants import Instant
from fanshare.core.money import Micros, exponent
from fanshare.core.payout_runs import Plan, Ready
from fanshare.core.replaced import heir
from fanshare.flows import turns
from fanshare.flows.context import Programme
from fanshare.flows.requests import answer_once
from fanshare.store.access import Access
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import funding as rows
from fanshare.store.queries.funding import Rule

_NOTHING = Money()
#: Of what tells one booking by hand from another.
_LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Account:
    """One currency as it stands: what is owed, what is there, what is kept back, free, and asked for."""

    currency: str
    owed: Owed
    money: Money
    kept_back: Micros
    free: Micros
    asked_for: Micros
    standing: Standing


class Taken(NamedTuple):
    """What became of a statement's lines: booked now, known before, and without this brand's reference."""

    booked: int
    known: int
    others: int


def switch_on(access: Access, tenant: Tenant, reserve_bps: int, now: Instant) -> None:
    """The operator holds this brand's money from now on; again it changes what is kept back.

    Raises ``ConflictError`` ``one_brand`` for an installation of one brand, ``BadInputError`` ``bad_reserve``.
    """
    if not tenant.several_brands:
        raise ConflictError("one_brand", "This brand is the only one here and pays its people itself.")
    if not 0 <= reserve_bps <= core.MOST_RESERVE:
        raise BadInputError("bad_reserve", "What is kept back is 0 to %(most)s percent.", most=core.MOST_RESERVE // 100)
    rows.set_rule(access, reserve_bps, now)


def switch_off(access: Access, now: Instant) -> None:
    """The brand pays its people itself. Raises ``ConflictError`` ``money_left`` while money of it is here."""
    with access.transaction():
        found = rows.rule(access, lock=True)
        if found is not None and any(one.on_account for one in _money(access, found, now).values()):
            raise ConflictError("money_left", "Money of this brand is still here; give it back first, and book that.")
        rows.drop_rule(access)


class Slip(NamedTuple):
    """Money that somebody has seen: micros that came in, or below zero went back to the brand."""

    currency: str
    amount: Micros
    note: str = ""


def book(programme: Programme, slip: Slip, key: str, by: str, now: Instant) -> bool:
    """Book a slip, never more back than is there. The same ``key`` books once, however often it is sent.

    Returns whether it was booked now and not before. Raises ``ConflictError`` ``not_held``, ``booked_otherwise`` where
    the key came with another slip; ``BadInputError``: ``unknown_currency``, ``bad_amount``, ``bad_note``,
    ``bad_reference``.
    """
    exponent(slip.currency)
    if len(slip.note) > 200 or "\x00" in slip.note:
        raise BadInputError("bad_note", "A note has at most 200 characters.")
    if not 1 <= len(key.strip()) <= _LONGEST_KEY or not key.isprintable():
        raise BadInputError("bad_reference", "A reference has 1 to %(most)s characters.", most=_LONGEST_KEY)
    access, booked, body = programme.access, list[bool](), {**slip._asdict(), "amount": str(slip.amount)}

    def add() -> None:
        booked.append(_added(access, slip, by, now))

    try:
        answer_once(programme, f"funding {key.strip()}", body, now, add)
    except ConflictError as error:
        if error.code != "key_reused":
            raise
        raise ConflictError(
            "booked_otherwise", "Something else was booked under this reference before; nothing was booked now."
        ) from None
    return any(booked)


def _added(access: Access, slip: Slip, by: str, now: Instant) -> bool:
    there = _money(access, _held(access), now).get(slip.currency, _NOTHING).on_account
    if slip.amount == 0 or there + slip.amount < min(0, there):
        raise BadInputError("bad_amount", "Nothing was booked: no more can go back than is there.")
    return rows.add(access, slip.currency, slip.amount, slip.note, by, now)


def take_in(access: Access, tenant: Tenant, incoming: Iterable[Incoming], by: str, now: Instant) -> Taken:
    """Book what came in under this brand's reference, each booking of the bank once. Raises ``not_held``."""
    wanted, booked, known, others = core.reference(tenant.public_id), 0, 0, 0
    with access.transaction():
        _held(access)
        for one in incoming:
            if not core.names(one.text, wanted):
                others += 1
            elif rows.add(access, one.currency, one.amount, "", by, now, one.entry):
                booked += 1
            else:
                known += 1
    return Taken(booked, known, others)


def accounts(access: Access, now: Instant, currency: str = "") -> tuple[Rule, list[Account]] | None:
    """Every currency as it stands, ``currency`` in any case; ``None`` where the brand pays its people itself."""
    found = rows.rule(access)
    if found is None:
        return None
    money, owed, bps = _money(access, found, now), core.carried(rows.owed(access), now), found.reserve_bps
    names = sorted(({heir(currency, now)} if currency else set()) | money.keys() | owed.keys())
    return found, [_account(name, owed.get(name, Owed()), money.get(name, _NOTHING), bps) for name in names]


def standing(access: Access, currency: str, now: Instant) -> Standing | None:
    """How surely somebody who works now is paid; ``None`` where the brand pays its people itself."""
    found = accounts(access, now, currency)
    wanted = heir(currency, now)
    return None if found is None else next(one.standing for one in found[1] if one.currency == wanted)


def free(access: Access, now: Instant, *, lock: bool = False) -> dict[str, Micros] | None:
    """What runs may take, by currency; ``None``: all there is to pay. ``lock``: until the transaction ends."""
    found = rows.rule(access, lock=lock)
    if found is None:
        return None
    return {name: core.free(one, found.reserve_bps) for name, one in _money(access, found, now).items()}


def affordable(access: Access, plan: Plan, ready: Sequence[Ready], minimum: Mapping[str, Micros], now: Instant) -> Plan:
    """The part of a plan that is funded; all of it where nobody looks."""
    if not any(row.funding for row in ready):
        return plan
    there = free(access, now)
    return plan if there is None else core.afford(plan, ready, minimum, there, turns.since(access, plan))


def _money(access: Access, found: Rule, now: Instant) -> dict[str, Money]:
    """What came in and was used; what a brand paid in in a currency that is no more is there in the next one."""
    return core.carried(rows.money(access, found, now), now)


def _held(access: Access) -> Rule:
    found = rows.rule(access, lock=True)
    if found is None:
        raise ConflictError("not_held", "Nobody holds this brand's money here; it pays its people itself.")
    return found


def _account(currency: str, owed: Owed, money: Money, bps: int) -> Account:
    kept, there = core.kept_back(money, bps), core.free(money, bps)
    asked = core.asked_for(owed, money, bps)
    return Account(currency, owed, money, kept, there, asked, core.standing(owed, money, bps))
