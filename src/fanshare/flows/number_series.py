"""Beginnings of invoice numbers are taken for an issuer once: in all books of the installation, and for good.

For good, because numbers that were written with one stay in the world when the issuer chooses another.
"""

from enum import StrEnum

from fanshare.core.errors import ConflictError
from fanshare.core.instants import Instant
from fanshare.core.invoices.model import Party
from fanshare.core.invoices.series import beginning, known_by
from fanshare.flows.context import Programme, pseudonym
from fanshare.store.queries import number_series as rows


class Books(StrEnum):
    """What counts its numbers by itself, in each programme."""

    SELF_BILLS = "self_bill"
    FUNDING_BILLS = "funding_bill"


def take(programme: Programme, books: Books, issuer: Party, prefix: str, now: Instant) -> None:
    """Begin the numbers of an issuer so, in these books of this programme alone; again changes nothing.

    The caller has a transaction, which must end where this raises ``ConflictError`` (``prefix_taken``).
    """
    hashes = _hashes(programme, issuer)
    rows.take(programme.access.conn, hashes, beginning(prefix), programme.access.programme_id, books, now)
    refused = refusal(programme, books, issuer, prefix)
    if refused is not None:
        raise refused


def refusal(programme: Programme, books: Books, issuer: Party, prefix: str) -> ConflictError | None:
    """Why the numbers of this issuer can't begin so; ``None`` where they can."""
    access, hashes = programme.access, _hashes(programme, issuer)
    if not rows.taken(access.conn, hashes, beginning(prefix), access.programme_id, books):
        return None
    return ConflictError(
        "prefix_taken",
        "Other books here number invoices of %(name)s with the beginning “%(prefix)s”, so two would have one number:"
        " choose another beginning, such as “%(example)s”.",
        name=issuer.name,
        prefix=prefix,
        example=f"{prefix.rstrip('-')}2-",
    )


def _hashes(programme: Programme, issuer: Party) -> list[bytes]:
    """The same in every programme, so that they can be compared."""
    return sorted(bytes.fromhex(pseudonym(programme.keys, "", "issuer", one)) for one in known_by(issuer))
