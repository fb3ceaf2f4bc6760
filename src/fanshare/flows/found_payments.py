"""After a restore: payments that a bank or a provider tells of and the books lack are found, and booked as paid.

What is booked leaves its payee's balance like any payment, so it can't be paid again; where a refund or nothing at all
has made the balance smaller it falls below zero, and later earnings make that good.
"""

from collections.abc import Iterable
from typing import NamedTuple

from fanshare.core import found_payments as core
from fanshare.core import payout_item as way
from fanshare.core.bank_files import BankFiles
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.found_payments import Books, Outside
from fanshare.core.instants import Instant
from fanshare.core.money import exponent, from_minor_units, minor_units
from fanshare.core.payee_account import Kind, unpacked
from fanshare.core.payout_item import State
from fanshare.core.rails import Drivers
from fanshare.flows import connection_changes, payees, payout_holds, payout_rails, payouts
from fanshare.flows import shop_credits as credit_flow
from fanshare.flows.context import Programme
from fanshare.flows.payouts import Step
from fanshare.flows.shop_credits import Wish
from fanshare.store.access import Access
from fanshare.store.queries import found_payments as rows
from fanshare.store.queries import payout_runs, shop_credits
from fanshare.store.queries.found_payments import Found

PLACES = ("bank", "stripe", "paypal", "tremendous", "shop")
#: What stands beside the payment in the records of its payee.
REASON = "Paid before the books were restored from a backup, and found afterwards."
_KINDS = {"bank": (Kind.IBAN, Kind.US), "stripe": (Kind.STRIPE,), "tremendous": (Kind.TREMENDOUS,)}


class Looked(NamedTuple):
    """What a look brought: payments ``booked``, those left ``open`` for a person, and those that were ``known``.

    ``foreign`` carry no reference of ours, ``unlisted`` are providers that show no list.
    """

    booked: int = 0
    open: int = 0
    known: int = 0
    foreign: int = 0
    unlisted: tuple[str, ...] = ()

    def and_(self, other: "Looked") -> "Looked":
        """Two looks together."""
        return Looked(
            self.booked + other.booked,
            self.open + other.open,
            self.known + other.known,
            self.foreign + other.foreign,
            self.unlisted,
        )

    @property
    def said(self) -> str:
        """A line for the audit."""
        told = f"{self.booked} booked, {self.open} open, {self.known} known, {self.foreign} foreign"
        return f"{told}; no list: {', '.join(self.unlisted)}" if self.unlisted else told


def ask_providers(programme: Programme, drivers: Drivers, by: str, now: Instant) -> Looked:
    """Ask each provider for what was paid since the backup. Raises ``FanshareError`` ``rail_silent``."""
    since = _held(programme.access)
    found, unlisted = Looked(), []
    for kind, rail in payout_rails.connected(programme).items():
        driver = drivers.open(kind, rail.secret, lambda: now)
        try:
            told = driver.made_since(since)
        finally:
            driver.close()
        if told is None:
            unlisted.append(str(kind))
        else:
            found = found.and_(_take(programme, str(kind), told, by, now))
    return found._replace(unlisted=tuple(unlisted))


def read_statement(programme: Programme, raw: bytes, banks: BankFiles, by: str, now: Instant) -> Looked:
    """Look for payments in a statement of the bank. Raises ``BadInputError`` for what is none."""
    _held(programme.access)
    return _take(programme, "bank", banks.outgoing(raw), by, now)


def take_codes(programme: Programme, shop: int, told: Iterable[Outside], by: str, now: Instant) -> Looked:
    """Write down which codes of credit of a shop the books lack; whose each is a person has to say.

    ``key`` is the mark that a code carries there. Raises ``ConflictError`` ``not_held``.
    """
    access, open_, known = programme.access, 0, 0
    _held(access)
    marks = shop_credits.marks(access, shop)
    for one in told:
        with access.transaction():
            known += one.key in marks
            if one.key not in marks and one.amount > 0:
                open_ += _written(access, "shop", one, None, by, now) is not None
    return Looked(open=open_, known=known)


def add(programme: Programme, place: str, told: Outside, party: int, by: str, now: Instant) -> Found:
    """Book a payment that a person found. Raises ``BadInputError``, ``ConflictError`` ``known`` for one told before."""
    if place not in PLACES:
        raise BadInputError("bad_place", "Say where it was paid: bank, stripe, paypal, tremendous or shop.")
    if not 0 < len(told.reference) <= 200 or "\x00" in told.reference:
        raise BadInputError("bad_reference", "Say in 1 to 200 characters what it is called there.")
    exponent(told.currency)
    if told.amount <= 0 or from_minor_units(minor_units(told.amount, told.currency), told.currency) != told.amount:
        raise BadInputError("bad_amount", "A payment is a whole number of the smallest coin, and more than none.")
    access = programme.access
    with access.transaction():
        _held(access)
        made = _written(access, place, told, party, by, now)
        if made is None:
            raise ConflictError("known", "This payment was found already; nothing was changed.")
        return _book(programme, made, party, by, now)


def assign(programme: Programme, id_: int, party: int, by: str, now: Instant) -> Found:
    """A person says whose a found payment was: it is booked. Raises ``BadInputError``, ``ConflictError``."""
    with programme.access.transaction():
        return _book(programme, _open(programme.access, id_), party, by, now)


def dismiss(access: Access, id_: int, why: str, by: str, now: Instant) -> None:
    """A person says that it is no payment of these books, and why. Raises ``BadInputError``, ``ConflictError``."""
    if not 0 < len(why.strip()) <= 500 or "\x00" in why:
        raise BadInputError("bad_reason", "Say in 1 to 500 characters why.")
    with access.transaction():
        found = _open(access, id_)
        rows.decide(access, found.id, by, now, party=None, payout=None, why_not=why.strip())


def _held(access: Access) -> Instant:
    hold = payout_holds.standing(access)
    if hold is None:
        raise ConflictError("not_held", "Payouts are not held; say of each run what became of its payments.")
    return hold.books_of


def _open(access: Access, id_: int) -> Found:
    found = rows.one(access, id_) if 0 < id_ < 1 << 62 else None
    if found is None:
        raise BadInputError("unknown_found", "There is no such found payment.", 404)
    if found.decided_at is not None:
        raise ConflictError("decided", "It was decided already what this payment is; nothing was changed.")
    return found


def _take(programme: Programme, place: str, told: Iterable[Outside], by: str, now: Instant) -> Looked:
    """Each in a transaction of its own: what is found stays found, whatever comes after it."""
    told, access, booked, open_ = [*told], programme.access, 0, 0
    found = core.sort(told, _books(programme, place, told))
    for one in found.missing:
        with access.transaction():
            party = one.party if _has(access, one.party, one.outside.currency) else None
            made = _written(access, place, one.outside, party, by, now)
            if made is not None and party is not None:
                _book(programme, made, party, by, now)
                booked += 1
            elif made is not None:
                open_ += 1
    return Looked(booked, open_, found.known, found.foreign)


def _has(access: Access, party: int | None, currency: str) -> bool:
    """Whether somebody ever had money in this currency: what was changed for a payment is a person's to say."""
    return party is not None and currency in dict(shop_credits.balances(access, party))


def _written(access: Access, place: str, told: Outside, party: int | None, by: str, now: Instant) -> Found | None:
    values = {**told._asdict(), "key": told.key[:200], "place": place, "party": party, "by": by, "now": now}
    made = rows.add(access, values)
    return None if made is None else rows.one(access, made)


def _book(programme: Programme, found: Found, party: int, by: str, now: Instant) -> Found:
    """The money leaves the balance; a run that still plans this very payment does not send it any more."""
    access = programme.access
    for id_, _run, _party in rows.planned(access):
        if found.key == _key(programme, id_):
            row = payout_runs.item(access, id_, lock=True)
            gone = row._replace(item=way.move(row.item, State.FAILED), reason=REASON, changed_at=now)
            payout_runs.save_items(access, [gone])
            payout_runs.note(access, [payout_runs.event(gone, by, now)])
    payout = _adopted(programme, found, party, now) if found.place == "shop" and found.key else None
    if payout is None:
        paid = payouts.begin(access, party, found.currency, found.amount, now)
        payouts.walk(programme, [Step(paid, "in_transit"), Step(paid, "final", REASON)], now)
        payout = paid.id
    rows.decide(access, found.id, by, now, party=party, payout=payout, why_not="")
    return found._replace(party=party, payout=payout, decided_at=now)


def _adopted(programme: Programme, found: Found, party: int, now: Instant) -> int:
    """A code that its shop has is a credit again, as if the books had never lost it: the payout of its money."""
    endpoint, _, text = found.reference.rpartition("/")
    shop = connection_changes.find(programme, endpoint)
    wish = Wish(party, shop.id, found.currency, found.amount)
    return credit_flow.adopt(programme, wish, text, found.key, now).payout


def _books(programme: Programme, place: str, told: Iterable[Outside]) -> Books:
    access, prefix = programme.access, f"{programme.public_id[:16]}-"
    sent = set(rows.sent(access, [one.key for one in told]))
    sent |= {f"{prefix}run-{run}" for run in rows.runs_sent(access)}
    planned = {_key(programme, id_): party for id_, _run, party in rows.planned(access)}
    return Books(prefix, frozenset(sent), planned, _accounts(programme, place))


def _key(programme: Programme, item: int) -> str:
    return f"{programme.public_id[:16]}-{item}"


def _accounts(programme: Programme, place: str) -> dict[str, frozenset[int]]:
    """Whose each account at a place is, by what it is called there."""
    known = rows.accounts(programme.access, [str(kind) for kind in _KINDS.get(place, ())])
    parties = {(person, payees.sealed_kind(id_)): party for id_, party, person in known}
    found: dict[str, frozenset[int]] = {}
    for key, content in programme.vault.get_many(parties).items():
        number = unpacked(content).number
        found[number] = found.get(number, frozenset()) | {parties[key]}
    return found
