"""A second factor that a brand asks of its owners and finance, and an installation of its operators.

Nobody is locked out by it. Whoever switches it on has one herself, with recovery codes left. Whoever has none has two
weeks, is told until when, and afterwards sets one up by a fresh link, as anybody does, before she goes on.
"""

from fanshare.core.errors import ConflictError
from fanshare.core.factor_rule import needed_from
from fanshare.core.instants import Instant
from fanshare.flows import second_factor
from fanshare.flows.audit import note, noted
from fanshare.flows.authorisation import Post, Role, Seat
from fanshare.store.access import Access, Connection
from fanshare.store.queries import factor_rules as rows

#: Whom a brand asks: who changes what is paid and who may do what.
ASKED = (Post.OWNER, Post.FINANCE)


def ask_brand(access: Access, account: bytes, now: Instant) -> None:
    """Ask owners and finance for one from now on. Raises ``ConflictError`` (``own_factor_first``)."""
    with access.transaction():
        _refuse_without(access.conn, account)
        if rows.set_brand(access, now, asked=True):
            noted(access, "factor.ask", now)


def let_brand(access: Access, now: Instant) -> None:
    """Ask no longer."""
    with access.transaction():
        if rows.set_brand(access, now, asked=False):
            noted(access, "factor.let", now)


def ask_operators(conn: Connection, account: bytes, now: Instant, actor: str) -> None:
    """Ask operators for one from now on. Raises as ``ask_brand``."""
    with conn.transaction():
        _refuse_without(conn, account)
        if rows.set_operators(conn, now, asked=True):
            note(conn, actor, "factor.ask", now)


def let_operators(conn: Connection, now: Instant, actor: str) -> None:
    """Ask operators no longer."""
    with conn.transaction():
        if rows.set_operators(conn, now, asked=False):
            note(conn, actor, "factor.let", now)


def lacking_from(conn: Connection, seat: Seat, account: bytes) -> Instant | None:
    """From when on she can do nothing about money and access here; ``None`` where she has a factor, or needs none.

    ``seat`` is of a brand's person or an operator; nobody else is asked.
    """
    if seat.role is Role.BRAND:
        both = rows.both_of_brand(Access(conn, seat.programme_id, "factor"), seat.id, [post.value for post in ASKED])
    elif seat.role is Role.OPERATOR:
        both = rows.both_of_operator(conn, seat.id)
    else:
        return None
    if both is None or (account and second_factor.state_of(conn, account).on):
        return None
    return needed_from(*both)


def _refuse_without(conn: Connection, account: bytes) -> None:
    has = second_factor.state_of(conn, account) if account else None
    if has is None or not has.on or not has.recovery_left:
        said = "Set up a passkey or an app for yourself first, under Safety, and keep its recovery codes."
        raise ConflictError("own_factor_first", said)
