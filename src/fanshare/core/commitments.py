"""Salted commitments: a value is written down now and can be opened later, to whom its salt is given, and only to her.

``SHA-256(tag || 0x00 || salt || canonical JSON of the value)`` with a salt of 32 random bytes. Without the salt the
commitment says nothing about the value, however few values there are to try; with it, nobody can open it as another
value. Each share has a salt of its own, so two commitments to one person cannot be linked. Losing the salt (erasure)
leaves every hash, proof and sum as it was.
"""

import hashlib
import hmac

from fanshare.core.canonical import canonical
from fanshare.core.errors import BadInputError

SALT_BYTES = 32

#: What a commitment is about; the tag keeps one kind from being opened as another.
WHO = "fanshare/who/1"
ORDER = "fanshare/order/1"
ORDER_STATE = "fanshare/order-state/1"
PAYOUT = "fanshare/payout/1"
LINK = "fanshare/link/1"
CODE = "fanshare/code/1"
PLAN = "fanshare/code_plan/1"
RULING = "fanshare/ruling/1"
APPEAL = "fanshare/appeal/1"
CLOSE = "fanshare/close/1"
CONNECTION = "fanshare/connection/1"
OPENING = "fanshare/opening/1"
GIFT = "fanshare/gift/1"
OLD_LINK = "fanshare/old-link/1"


def commit(tag: str, salt: bytes, value: object) -> str:
    """The commitment to ``value`` as 64 hex digits. Raises ``BadInputError`` unless the salt has 32 bytes."""
    return commit_canonical(tag, salt, canonical(value))


def commit_canonical(tag: str, salt: bytes, text: bytes) -> str:
    """The same to a value whose canonical JSON is at hand."""
    if len(salt) != SALT_BYTES:
        raise BadInputError("bad_salt", "A salt has exactly 32 bytes.")
    return hashlib.sha256(tag.encode("ascii") + b"\0" + salt + text).hexdigest()


def opens(commitment: str, tag: str, salt: bytes, value: object) -> bool:
    """Whether ``salt`` opens ``commitment`` as ``value``."""
    return hmac.compare_digest(commitment, commit(tag, salt, value))


def who(salt: bytes, party_id: str) -> str:
    """The commitment to a party, by her random public id."""
    return commit(WHO, salt, party_id)


def order_part(salt: bytes, connection: str, order: str, part: str) -> str:
    """The commitment to one creator's part of an order; one salt serves all settlements of that part.

    ``part`` is the public id of the creator whose part it is.
    """
    return commit(ORDER, salt, {"connection": connection, "order": order, "part": part})


def payout(salt: bytes, payout_id: str) -> str:
    """The commitment to a payout; one salt serves all states of that payout."""
    return commit(PAYOUT, salt, payout_id)


def opening(salt: bytes, name: str) -> str:
    """The commitment to an opening balance, by its ``opening_name``."""
    return commit(OPENING, salt, name)


def gift(salt: bytes, gift_id: str) -> str:
    """The commitment to a gift; one salt serves all states of that gift, and both who gave and who got it."""
    return commit(GIFT, salt, gift_id)


def derive_salt(key: bytes, *labels: str) -> bytes:
    """A salt that needs no storage: ``HMAC-SHA-256(key, canonical labels)``.

    ``key`` has at least 32 random bytes and belongs to the person (or the order) that the commitment protects:
    destroying it destroys her salts. The same labels give the same salt, so name the seq of the leaf among them.
    """
    if len(key) < SALT_BYTES:
        raise BadInputError("bad_salt_key", "A key for salts has at least 32 bytes.")
    return hmac.digest(key, b"fanshare/salt/1\0" + canonical(list(labels)), "sha256")
