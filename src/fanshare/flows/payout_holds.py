"""After a restore nothing is paid until a person has compared the books with banks, providers and shops.

What was planned and paid wholly after the backup is unknown to the books: its balances look ready, and new payments
would have references that nobody outside knows. Only who looks there can tell, so everything that lets money out asks
here first.
"""

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.store.access import Access
from fanshare.store.queries import found_payments
from fanshare.store.queries import payout_holds as rows
from fanshare.store.queries.payout_holds import Hold


def hold(access: Access, books_of: Instant, now: Instant) -> None:
    """Let all payouts and credits of a programme wait: its books are those of a backup of ``books_of``."""
    rows.put(access, books_of, now)


def standing(access: Access) -> Hold | None:
    """The hold that stands; ``None`` where payouts go on."""
    return rows.standing(access)


def refuse_if_held(access: Access) -> None:
    """Raises ``ConflictError`` ``payouts_held`` while the books are compared."""
    if rows.standing(access) is not None:
        raise ConflictError(
            "payouts_held",
            "These books were restored from a backup: nothing is paid and no credit is made until somebody has"
            " compared them with what was paid since.",
        )


def check_compared(compared: str) -> str:
    """What was compared, in words. Raises ``BadInputError`` ``compared_missing``."""
    said = compared.strip()
    if not 10 <= len(said) <= 1000 or "\x00" in said:
        raise BadInputError(
            "compared_missing", "Say in 10 to 1,000 characters what you compared the books with, and what you found."
        )
    return said


def release(access: Access, by: str, compared: str, now: Instant) -> None:
    """Let payouts go on: ``by`` has compared, as she says. Raises ``BadInputError``, ``ConflictError``.

    ``not_held`` where nothing waits, ``found_open`` while a payment was found of which nobody has said whose it was.
    """
    if not 0 < len(by.strip()) <= 200 or "\x00" in by:
        raise BadInputError("bad_name", "Say who does this in 1 to 200 characters.")
    said = check_compared(compared)
    if found_payments.waiting(access):
        raise ConflictError("found_open", "Say first of each payment that was found whose it was.")
    if not rows.end(access, by, said, now):
        raise ConflictError("not_held", "Payouts are not held; there is nothing to release.")
