"""Receipts that claims of missing sales come with: a photo or PDF, made anew, sealed under the claimant's own key.

What is read from one is a proposal: she confirms the number of the order, or a person of the brand says which order it
is. The answer at once depends on none of it. The file goes some time after the answer.
"""

import hashlib
from typing import NamedTuple

from fanshare.core.errors import BadInputError
from fanshare.core.instants import DAY, Instant
from fanshare.core.receipt_numbers import number_in
from fanshare.flows import receipts
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.receipts import Paper
from fanshare.store.access import Access
from fanshare.store.queries import claim_papers
from fanshare.store.queries import claims as queries
from fanshare.store.queries.claims import ClaimRow

#: In her vault, one for each claim: ``claim paper 7``.
SEALED = "claim paper "
#: For how long a receipt stays after the answer, so that a decision can be objected to and looked at again.
KEPT = 30 * DAY


class Taken(NamedTuple):
    """A receipt that was made anew: what is sealed of it, the hash of the file as sent, the number it seems to name."""

    sealed: bytes
    print: str
    number: str


def taken(content: bytes) -> Taken | None:
    """What is kept of a file; ``None`` for none. Nothing is written down, and no order is looked for.

    Raises ``BadInputError`` as ``receipts.made_anew`` does.
    """
    if not content:
        return None
    sealed, words = receipts.made_anew(content)
    return Taken(sealed, hashlib.sha256(content).hexdigest(), number_in(words))


def keep(programme: Programme, person: int, claim: int, paper: Taken, now: Instant) -> None:
    """Seal the receipt of a new claim, inside the transaction that makes it."""
    programme.vault.put(person, f"{SEALED}{claim}", paper.sealed, now)
    claim_papers.add(programme.access, claim, now)


def mine(programme: Programme, party: int, claim: int) -> Paper | None:
    """The receipt of somebody's own claim; ``None`` where it is not hers, has none, or it is gone."""
    row = next(iter(queries.listed(programme.access, id_=claim, party=party)), None)
    return None if row is None else _opened(programme, row)


def look(programme: Programme, claim: int, now: Instant) -> Paper:
    """The receipt of a claim for a person of the brand; the look stays written. Raises ``BadInputError`` (404)."""
    row = next(iter(queries.listed(programme.access, id_=claim)), None)
    found = None if row is None else _opened(programme, row)
    if found is None:
        raise BadInputError("unknown_receipt", "This claim has no receipt, or it was dropped after the answer.", 404)
    noted(programme.access, "claim.paper", now, f"claim {claim}")
    return found


def forget_old(access: Access, now: Instant) -> None:
    """Receipts of claims that were answered long enough ago."""
    claim_papers.forget(access, max(0, now - KEPT), SEALED)


def _opened(programme: Programme, row: ClaimRow) -> Paper | None:
    sealed = None if row.person is None else programme.vault.get(row.person, f"{SEALED}{row.id}")
    return None if sealed is None else receipts.paper_of(sealed)
