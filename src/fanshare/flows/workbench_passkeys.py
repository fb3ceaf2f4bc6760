"""Passkeys that open a creator's books: one let in, used, let in no longer.

The device of a passkey makes 32 bytes of the salt of her books (WebAuthn level 3, "prf"); they wrap the key of the
books, as the passphrase does. They never do alone: an answer of the passkey to a fresh question of ours comes with
them, under her finger, and says whose it is. Whoever lets one in types the passphrase, as for another recovery code.
She is told by mail, then and when it ends.
"""

import binascii
from base64 import urlsafe_b64decode
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError
from fanshare.core.instants import Instant
from fanshare.flows import passkey_answers, passkeys, safety_mail, workbench_lock
from fanshare.flows import workbench_keys as locks
from fanshare.flows.audit import note
from fanshare.flows.signed_in import Asking, Offer, Owner
from fanshare.flows.workbench_keys import Evaluated
from fanshare.flows.workbench_lock import Opened
from fanshare.store.access import Connection
from fanshare.store.queries import workbench, workbench_passkeys

_OUTPUT_BYTES = 32


class Ask(NamedTuple):
    """What a page asks the browser with: a question about some passkeys, and what their devices are asked about."""

    offer: Offer
    salt: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """What the browser answered, and what the device made of the salt (base64url). Never printed."""

    asking: Asking
    answer: str = field(repr=False)
    output: str = field(repr=False)


def ask(conn: Connection, keys: Keys, account: bytes, asking: Asking, now: Instant) -> Ask | None:
    """A fresh question to the passkeys that open the books, or (``passkeys.LET``) could be let; ``None`` for none."""
    known = workbench_passkeys.known(conn, account, opening=asking.purpose == passkeys.OPEN)
    salt = workbench_passkeys.salt_of(conn, account)
    if not known or not salt:
        return None
    offer = replace(
        passkeys.question(keys, asking, now), known=tuple(passkey_answers.credential_id(one) for one in known)
    )
    return Ask(offer, salt)


def unlock(conn: Connection, keys: Keys, account: bytes, sent: Sent, now: Instant) -> Opened:
    """Open books by a passkey of their owner's. It counts as an attempt, as a passphrase does.

    Raises ``BadInputError`` (``wrong_passkey``, ``no_workbench``) and ``FanshareError`` (``too_many_tries``, 429).
    """
    kept = workbench_lock.tried(conn, account, now)
    made = _made(conn, keys, account, sent, now)
    wrap = None if made is None else workbench_passkeys.find(conn, account, made.credential)
    key = None if made is None or wrap is None else locks.opened_by_passkey(keys, account, wrap, made)
    if key is None:
        raise BadInputError(
            "wrong_passkey",
            "This passkey did not open your books, or the page was open for too long."
            " Try again, or type the passphrase.",
            422,
        )
    workbench.forget_tries(conn, account)
    return Opened(key, kept.turn)


def let(conn: Connection, keys: Keys, owner: Owner, passphrase: str, sent: Sent, now: Instant) -> None:
    """Let a passkey of hers open her books from now on.

    Raises ``BadInputError`` (``wrong_passphrase``, ``wrong_passkey``, ``no_workbench``) and ``FanshareError``
    (``too_many_tries``, 429).
    """
    key = workbench_lock.unlock(conn, keys, owner.account, passphrase, now).key
    made = _made(conn, keys, owner.account, sent, now)
    with conn.transaction():
        wrap = None if made is None else locks.wrap_by_passkey(keys, owner.account, key, made)
        if made is None or wrap is None or not workbench_passkeys.put(conn, owner.account, made.credential, wrap, now):
            raise BadInputError(
                "wrong_passkey",
                "This passkey did not work, or the page was open for too long. Nothing was changed; try again.",
                422,
            )
        note(conn, owner.actor, "workbench.passkey", now)
        safety_mail.tell(conn, keys, owner, "workbench.passkey", now, made.credential.hex())


def end(conn: Connection, keys: Keys, owner: Owner, id_: str, now: Instant) -> int | None:
    """Have a passkey open her books no longer; they are locked wherever they are open.

    The turn from now on; ``None`` where it did not open them.
    """
    with conn.transaction():
        turn = workbench_passkeys.drop(conn, owner.account, id_)
        if turn is not None:
            note(conn, owner.actor, "workbench.passkey_end", now)
            safety_mail.tell(conn, keys, owner, "workbench.passkey_end", now, id_)
    return turn


def _made(conn: Connection, keys: Keys, account: bytes, sent: Sent, now: Instant) -> Evaluated | None:
    """What a passkey of this account made of the books' salt, if its answer is its own, fresh, and under her finger."""
    credential = passkeys.shown(conn, keys, account, sent.asking, sent.answer, now)
    output, salt = _output(sent.output), workbench_passkeys.salt_of(conn, account)
    return Evaluated(salt, credential, output) if credential and output and salt else None


def _output(text: str) -> bytes:
    try:
        found = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
    return found if len(found) == _OUTPUT_BYTES else b""
