"""A creator's books: made, unlocked, locked, their passphrase changed, erased.

Nothing but her passphrase, her recovery code or a passkey that she let (``workbench_passkeys``) opens them: not a link
by mail, not an operator, not a backup. Whoever calls this keeps the key in memory and nowhere else. When what opens
them changes she is told by mail, and nothing of what stands in them.
"""

from dataclasses import dataclass, field

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import MINUTE, Instant
from fanshare.flows import safety_mail
from fanshare.flows import workbench_keys as locks
from fanshare.flows.audit import note
from fanshare.flows.signed_in import Owner
from fanshare.store.access import Connection
from fanshare.store.queries import address_changes, workbench
from fanshare.store.queries.workbench import Kept

MOST_TRIES, TRIES_WITHIN = 10, 10 * MINUTE


@dataclass(frozen=True, slots=True)
class Opened:
    """The key of books that were just opened, and their turn. Never printed."""

    key: bytes = field(repr=False)
    turn: int


@dataclass(frozen=True, slots=True)
class Made:
    """New books, and the recovery code that is shown once."""

    opened: Opened
    code: str = field(repr=False)


def make(conn: Connection, keys: Keys, owner: Owner, passphrase: str, now: Instant) -> Made:
    """Make books. Raises ``BadInputError`` (``weak_passphrase``) and ``ConflictError`` (``has_workbench``)."""
    key, code = locks.fresh_key(), locks.fresh_code()
    lock = locks.lock_by(keys, owner.account, key, passphrase, code)
    with conn.transaction():
        if not workbench.add(conn, owner.account, lock, now):
            raise ConflictError("has_workbench", "You have books already; unlock them.")
        note(conn, owner.actor, "workbench.make", now)
    return Made(Opened(key, 0), code)


def unlock(conn: Connection, keys: Keys, account: bytes, passphrase: str, now: Instant) -> Opened:
    """Open books by their passphrase.

    Raises ``BadInputError`` (``wrong_passphrase``, ``no_workbench``) and ``FanshareError`` (``too_many_tries``, 429).
    """
    kept = tried(conn, account, now)
    key = locks.opened_by_passphrase(keys, account, kept.lock, passphrase)
    if key is None:
        raise BadInputError("wrong_passphrase", "This is not the passphrase of your books.", 422)
    workbench.forget_tries(conn, account)
    return Opened(key, kept.turn)


def change(conn: Connection, keys: Keys, owner: Owner, old: str, new: str, now: Instant) -> Opened:
    """Another passphrase; the books are locked wherever else they were open. Raises as ``unlock`` and ``make``."""
    locks.checked(new)
    key, kept = unlock(conn, keys, owner.account, old, now).key, _kept(conn, owner.account)
    lock = locks.with_passphrase(keys, owner.account, kept.lock, key, new)
    return _locked_anew(conn, keys, owner, lock, key, "workbench.passphrase", now)


def recover(conn: Connection, keys: Keys, owner: Owner, code: str, new: str, now: Instant) -> Made:
    """Open books by their recovery code and give them another passphrase and another code. Passkeys stay.

    Raises ``BadInputError`` (``wrong_code``) and otherwise as ``unlock`` and ``make``.
    """
    locks.checked(new)
    kept = tried(conn, owner.account, now)
    key = locks.opened_by_code(keys, owner.account, kept.lock, code)
    if key is None:
        raise BadInputError("wrong_code", "This is not the recovery code of your books.", 422)
    fresh = locks.fresh_code()
    lock = locks.lock_by(keys, owner.account, key, new, fresh)
    return Made(_locked_anew(conn, keys, owner, lock, key, "workbench.recover", now), fresh)


def another_code(conn: Connection, keys: Keys, owner: Owner, passphrase: str, now: Instant) -> Made:
    """Another recovery code; the one before opens nothing any more. Raises as ``unlock``."""
    key, kept = unlock(conn, keys, owner.account, passphrase, now).key, _kept(conn, owner.account)
    fresh = locks.fresh_code()
    lock = locks.with_code(keys, owner.account, kept.lock, key, fresh)
    return Made(_locked_anew(conn, keys, owner, lock, key, "workbench.code", now), fresh)


def lock_everywhere(conn: Connection, account: bytes) -> None:
    """Whoever has them open has to unlock them again, in every process."""
    workbench.turn(conn, account)


def erase(conn: Connection, owner: Owner, now: Instant) -> bool:
    """Remove the books; nobody can bring them back. Whether there were any.

    Raises ``ConflictError`` (``address_changed``) for 72 hours after a change of her address: it could not be undone.
    """
    with conn.transaction():
        if address_changes.changed_since(conn, owner.account, now - address_changes.UNDO_FOR):
            said = "The address of this account was changed within 72 hours; until that can't be undone any more, wait."
            raise ConflictError("address_changed", said)
        found = workbench.erase(conn, owner.account)
        if found:
            note(conn, owner.actor, "workbench.erase", now)
    return found


def open_door(conn: Connection, account: bytes, now: Instant, actor: str) -> bool:
    """Let an account keep books without any programme; whether it could not already."""
    with conn.transaction():
        new = workbench.add_seat(conn, account, now)
        if new:
            note(conn, actor, "workbench.open", now)
    return new


def close_door(conn: Connection, account: bytes, now: Instant, actor: str, *, with_books: bool) -> None:
    """End that, and remove the books if they go with it. Raises ``BadInputError`` (``unknown_address``)."""
    with conn.transaction():
        if not workbench.drop_seat(conn, account):
            raise BadInputError("unknown_address", "There is no workbench of its own for this address.", 404)
        note(conn, actor, "workbench.end", now)
        if with_books:
            erase(conn, Owner(account, actor), now)


def keep_door(conn: Connection, account: bytes, now: Instant) -> None:
    """Whoever leaves a programme and has books can still come to them: they are hers, and not the programme's."""
    if workbench.find(conn, account) is not None:
        workbench.add_seat(conn, account, now)


def tried(conn: Connection, account: bytes, now: Instant) -> Kept:
    """The books, with this attempt counted before it is judged: a crash in between spares nobody an attempt.

    Raises ``BadInputError`` (``no_workbench``) and ``FanshareError`` (``too_many_tries``, 429).
    """
    tries = workbench.count_try(conn, account, now, TRIES_WITHIN)
    if tries > MOST_TRIES:
        raise FanshareError("too_many_tries", "Too many attempts; wait ten minutes. Nothing is lost.", 429)
    return _kept(conn, account)


def _kept(conn: Connection, account: bytes) -> Kept:
    kept = workbench.find(conn, account)
    if kept is None:
        raise BadInputError("no_workbench", "There are no books yet; make some first.", 404)
    return kept


def _locked_anew(
    conn: Connection, keys: Keys, owner: Owner, lock: workbench.Lock, key: bytes, what: str, now: Instant
) -> Opened:
    with conn.transaction():
        turn = workbench.keep(conn, owner.account, lock)
        note(conn, owner.actor, what, now)
        safety_mail.tell(conn, keys, owner, what, now)
    return Opened(key, turn)
