"""Somebody is something less here: an operator, a brand's person, a party. With the last goes her second factor."""

from fanshare.config.keys import Keys
from fanshare.core.instants import Instant
from fanshare.flows import passkeys, second_factor, staff
from fanshare.flows.authorisation import Role
from fanshare.flows.sign_in import seats_of
from fanshare.store.access import Access, Connection
from fanshare.store.queries import provider_links


def end_operator(conn: Connection, keys: Keys, address: str, now: Instant, actor: str = "cli") -> None:
    """She runs this installation no longer. Raises ``BadInputError`` (``unknown_address``)."""
    with conn.transaction():
        staff.remove_operator(conn, keys, address, now, actor)
        left(conn, keys, address, staff.account_of(keys, address))


def end_brand_person(access: Access, public_id: str, keys: Keys, address: str, now: Instant) -> None:
    """She looks after this programme no longer. Raises ``BadInputError`` (``unknown_address``)."""
    with access.transaction():
        staff.remove_brand_person(access, public_id, keys, address, now)
        left(access.conn, keys, address, staff.account_of(keys, address))


def left(conn: Connection, keys: Keys, address: str, account: bytes) -> None:
    """What she has besides her mailbox goes where nothing is left that it opens.

    Whoever only keeps books of her own is known by a hash alone: her passkeys stay, without her address.
    """
    seats = seats_of(conn, keys, address)
    if all(seat.role is Role.BENCH for seat in seats):
        provider_links.unlink(conn, account)
    if not seats:
        second_factor.forget(conn, account)
    elif all(seat.role is Role.BENCH for seat in seats):
        passkeys.forget_address(conn, keys, account)
