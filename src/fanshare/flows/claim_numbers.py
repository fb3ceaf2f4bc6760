"""Which order a claim by a receipt is about: said by its person once, or by a person of the brand until she answers.

It is looked for from then on as the number of any other claim is. Nothing is credited by it.
"""

from dataclasses import replace

from fanshare.core.claims import bare
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows import claims
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.store.queries import claim_fetches, claim_papers
from fanshare.store.queries import claims as queries
from fanshare.store.queries.claims import ClaimRow


def confirm(programme: Programme, party: int, claim: int, number: str, now: Instant) -> None:
    """Its person says the number of the order that her receipt is about; nothing is looked up while she waits.

    Raises ``BadInputError`` (``number_missing``, ``bad_field``, ``unknown_claim``) and ``ConflictError``
    (``answered``, ``number_given``).
    """
    given, access = _sound(number), programme.access
    with access.transaction():
        person = queries.lock_claimant(access, party)
        row = _waiting(programme, claim, party=party)
        said = claims.said_in(programme, row)
        if person is None or said.number:
            raise ConflictError("number_given", "This claim has the number of its order already.")
        claims.write_down(programme, person, claim, replace(said, number=given), now)
        claim_papers.numbered(access, claim, claims.mark_of(programme, given))
        claim_fetches.again(access, claim, now)


def name(programme: Programme, claim: int, number: str, now: Instant) -> None:
    """A person of the brand says which order it is, having seen the receipt. Her answer comes later, and apart.

    Raises as ``confirm``, but for ``number_given``: what she says counts before what the claimant wrote.
    """
    given, access = _sound(number), programme.access
    with access.transaction():
        row = _waiting(programme, claim)
        person = queries.lock_claimant(access, row.party)
        row = _waiting(programme, claim)
        if person is None:
            raise ConflictError("erased", "The person behind this account was erased.")
        said = claims.said_in(programme, row)
        claims.write_down(programme, person, claim, replace(said, named=given), now)
        claim_fetches.again(access, claim, now)
        noted(access, "claim.name", now, f"claim {claim}")


def _waiting(programme: Programme, claim: int, *, party: int | None = None) -> ClaimRow:
    """A claim by a receipt that nobody has answered."""
    row = next(iter(queries.listed(programme.access, id_=claim, party=party)), None)
    if row is None or not claim_papers.here(programme.access, [claim]):
        raise BadInputError("unknown_claim", "There is no such claim.", 404)
    if row.accepted is not None:
        raise ConflictError("answered", "This claim was answered already.")
    return row


def _sound(number: str) -> str:
    given = bare(number)
    if not given:
        raise BadInputError("number_missing", "Say the order's number; whoever bought finds it in the shop's mail.")
    if "\x00" in given or len(given) > claims.LONGEST_NUMBER:
        raise BadInputError("bad_field", "A number has at most %(most)s characters.", most=claims.LONGEST_NUMBER)
    return given
