"""Missing sales: a creator or fan claims one by its number, a person of the brand answers, and a decision comes of it.

Whoever makes a claim is told the same at once, whatever it says: nothing is looked up while she waits. Afterwards the
worker looks for the order, and asks the shops that can be asked for it; what came of that only the brand is told. What
she typed lies in the vault under her own key. Nobody decides about her own fans' money: only the brand's
people and the operator answer.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from fanshare.core.claims import (
    ANSWER_WITHIN,
    WINDOW,
    Basis,
    answer_by,
    bare,
    borne_by_brand,
    late_amount,
    next_allowed,
)
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.core.marks import later
from fanshare.core.money import Micros, format_micros
from fanshare.core.moving import CLAIM
from fanshare.flows import claim_papers
from fanshare.flows.audit import noted
from fanshare.flows.claim_papers import Taken
from fanshare.flows.context import Programme
from fanshare.flows.named import check_parties
from fanshare.flows.openings import NewOpening, post_openings
from fanshare.flows.rulings import NewRuling, find_order, record, rule
from fanshare.store.queries import borne, claim_fetches
from fanshare.store.queries import claims as queries
from fanshare.store.queries.claim_fetches import Asked
from fanshare.store.queries.claims import Choice, ClaimRow
from fanshare.store.queries.orders import OrderRows

LONGEST_NUMBER, LONGEST_TEXT = 100, 2_000
LONGEST_NOTE = 1_000
_UNNAMED = later("She sent a receipt and no number: look at it, and say which order it is.")
_ERASED = later("What she wrote went with the person.")
_TWICE = later("This order was credited to her by an earlier claim.")


@dataclass(frozen=True, slots=True)
class Said:
    """What a claimant typed; all of it empty after her erasure.

    ``paper``: she sent a receipt as a file, from which ``read`` was made out as the number. ``named`` is what a person
    of the brand says that it is about.
    """

    number: str = ""
    receipt: str = ""
    words: str = ""
    paper: bool = False
    read: str = ""
    named: str = ""

    @property
    def sought(self) -> str:
        """The number of the order that is looked for; what was only read from a file is none."""
        return self.named or self.number


@dataclass(frozen=True, slots=True)
class Case:
    """One claim as whoever answers it sees it.

    ``order`` is the one that fits now, ``problem`` says why there is none. ``bases`` are those that hold.
    ``borne`` says that others' shares are ready, ``amount`` (micros) what the brand would then bear. ``twice``: an
    earlier claim of the same human about the same order was accepted. ``asked`` is what came of asking the shops.
    """

    row: ClaimRow
    said: Said
    order: int | None
    problem: str
    bases: tuple[Basis, ...]
    borne: bool
    amount: Micros
    currency: str
    twice: bool = False
    asked: Asked | None = None

    @property
    def as_fan(self) -> bool:
        """Whether a fan claims to have brought the buyer."""
        return self.row.kind == "fan"


def choices(programme: Programme, party: int, kind: str) -> list[Choice]:
    """The creators through whom somebody may claim; a creator claims for herself."""
    return queries.creators_of(programme.access, party) if kind == "fan" else []


def claim(programme: Programme, party: int, creator: int, said: Said, now: Instant, paper: Taken | None = None) -> None:
    """Write a claim down, by the number of an order or by a receipt; the same one again is there already.

    Raises ``BadInputError`` (``number_missing``, ``bad_field``), ``FanshareError`` (``too_many_claims``, 429) and
    ``ConflictError`` (``erased``).
    """
    number = bare(said.number)
    texts = (number, said.receipt, said.words)
    if not number and paper is None:
        told = "Say the order's number, or send the shop's receipt; whoever bought finds both in the shop's mail."
        raise BadInputError("number_missing", told)
    if any("\x00" in text for text in texts) or len(number) > LONGEST_NUMBER:
        raise BadInputError("bad_field", "A number has at most %(most)s characters.", most=LONGEST_NUMBER)
    if max(map(len, texts)) > LONGEST_TEXT:
        raise BadInputError("bad_field", "A field of this form holds at most %(most)s characters.", most=LONGEST_TEXT)
    access = programme.access
    with access.transaction():
        person = queries.lock_claimant(access, party)
        if person is None:
            raise ConflictError("erased", "The person behind this account was erased.")
        refuse_if_too_many(programme, party, now)
        check_parties(access, {creator, party})
        mark = mark_of(programme, number) if number or paper is None else _mark_of_paper(programme, paper)
        made = queries.add(access, party, creator, mark, now)
        if made is not None:
            kept = Said(number, said.receipt.strip(), said.words.strip())
            if paper is not None:
                kept = replace(kept, paper=True, read=paper.number)
                claim_papers.keep(programme, person, made, paper, now)
            write_down(programme, person, made, kept, now)
            # For every number alike: whether there is such an order is not known here.
            claim_fetches.queue(access, made, now)


def look(programme: Programme, claim_id: int, now: Instant) -> Case:
    """A claim with the order that fits it now. Raises ``BadInputError`` (``unknown_claim``)."""
    row = next(iter(queries.listed(programme.access, id_=claim_id)), None)
    if row is None:
        raise BadInputError("unknown_claim", "There is no such claim.", 404)
    said, asked = said_in(programme, row), claim_fetches.of(programme.access, row.id)
    order, problem = row.order, ""
    if order is None:
        order, problem = _found(programme, said, asked)
    if order is not None and row.order is None and queries.credited(programme.access, order, row.party):
        return Case(row, said, None, _TWICE, (), borne=False, amount=0, currency="", twice=True, asked=asked)
    if order is None:
        return Case(row, said, None, problem, (), borne=False, amount=0, currency="", asked=asked)
    return replace(_with_order(programme, row, said, order, now), asked=asked)


def mark_of(programme: Programme, number: str) -> str:
    """What stands in a claim for the number of its order, which is given as ``bare`` leaves it."""
    return programme.pseudonym("claim", number.casefold())


def _mark_of_paper(programme: Programme, paper: Taken) -> str:
    """What stands in a claim by a receipt alone: the same file again is the same claim."""
    return programme.pseudonym("claim paper", paper.print)


def write_down(programme: Programme, person: int, claim_id: int, said: Said, now: Instant) -> None:
    """Seal what was said of a claim under the claimant's own key."""
    programme.vault.put(person, _kind(claim_id), json.dumps(asdict(said)).encode(), now)


def said_in(programme: Programme, row: ClaimRow) -> Said:
    """What she typed."""
    return said_by(programme, row.id, row.person)


def all_said(programme: Programme, rows: Sequence[ClaimRow]) -> list[Said]:
    """What was said of each claim, opened in one look; empty for whoever was erased."""
    keys = [None if row.person is None else (row.person, _kind(row.id)) for row in rows]
    found = programme.vault.get_many(key for key in keys if key is not None)
    return [Said(**json.loads(found[key])) if key in found else Said() for key in keys]


def said_by(programme: Programme, claim_id: int, person: int | None) -> Said:
    """What the person of a claim typed."""
    found = None if person is None else programme.vault.get(person, _kind(claim_id))
    return Said() if found is None else Said(**json.loads(found))


def refuse(programme: Programme, claim_id: int, note: str, now: Instant) -> None:
    """Answer a claim with no. The note is the brand's own; the claimant reads "not credited to you".

    Raises ``BadInputError`` (``note_missing``, ``unknown_claim``) and ``ConflictError`` (``answered``).
    """
    text = _noted(note)
    access = programme.access
    with access.transaction():
        row = look(programme, claim_id, now).row
        told = {"accepted": False, "basis": "", "order": None, "ruling": None, "note": text}
        _answer(programme, row, now, **told)


def accept(programme: Programme, claim_id: int, basis: str, note: str, now: Instant) -> Case:
    """Answer a claim with yes: a decision gives her the sale, or the brand bears what she would have had.

    Raises ``BadInputError``: ``no_order``, ``no_evidence`` (a number alone credits nothing), ``note_missing``,
    ``unknown_claim``; ``ConflictError``: ``answered``, ``claimed_already``, ``nothing_left``.
    """
    text = _noted(note)
    access = programme.access
    with access.transaction():
        case = look(programme, claim_id, now)
        if case.order is None:
            raise _no_order(case)
        queries.lock_order(access, case.order)
        case = look(programme, claim_id, now)
        if case.order is None:
            raise _no_order(case)
        if basis not in case.bases:
            raise BadInputError("no_evidence", "Say what stands behind it: a number alone credits nothing.")
        ruling = _borne(programme, case, basis, text, now) if case.borne else _given(programme, case, basis, text, now)
        told = {"accepted": True, "basis": basis, "order": case.order, "ruling": ruling, "note": text}
        _answer(programme, case.row, now, **told)
        if case.borne:
            borne.add(access, case.row.id, case.order, case.row.party)
    return case


def refuse_if_too_many(programme: Programme, party: int, now: Instant) -> None:
    """Raises ``FanshareError`` (``too_many_claims``, 429) for whoever made as many this week as are looked at."""
    again = again_at(programme, party, now)
    if again is not None:
        told = "Five claims a week; the next one from %(day)s on."
        raise FanshareError("too_many_claims", told, 429, day=format_rfc3339(again)[:10])


def again_at(programme: Programme, party: int, now: Instant) -> Instant | None:
    """When a party may make another claim; ``None``: now."""
    return next_allowed(queries.made(programme.access, party, now - WINDOW), now)


def late(programme: Programme, now: Instant) -> int:
    """How many claims have waited for longer than the brand has to answer."""
    return queries.waiting_since(programme.access, max(0, now - ANSWER_WITHIN))[0]


def _with_order(programme: Programme, row: ClaimRow, said: Said, order: int, now: Instant) -> Case:
    access = programme.access
    own = queries.own_evidence(access, order, row.party)
    bases = [Basis.OWN] * own + [Basis.RECEIPT] * (said.paper or bool(said.receipt)) + [Basis.BUYER]
    borne = borne_by_brand(row.party, (share for share, _ in queries.shares(access, order)), now)
    view = OrderRows(access).views([order]).get(order, (0, None))[1]
    amount, currency = 0, ""
    if view is not None:
        terms = programme.book.at(view.placed_at)
        has = queries.has(access, order, row.party)
        amount, currency = late_amount(view, terms, as_fan=row.kind == "fan", has=has), view.currency
    return Case(row, said, order, "", tuple(bases), borne=borne, amount=amount, currency=currency)


def _found(programme: Programme, said: Said, asked: Asked | None) -> tuple[int | None, str]:
    """The order of a number: one that is here under it, or the one that a shop gave for it."""
    number = said.sought
    if not number:
        return None, _UNNAMED if said.paper else _ERASED
    try:
        return find_order(programme.access, number), ""
    except BadInputError as error:
        fetched = asked.order if asked is not None and error.code == "unknown_order" else None
        return fetched, "" if fetched is not None else error.message


def _no_order(case: Case) -> FanshareError:
    if case.twice:
        return ConflictError("claimed_already", case.problem)
    return BadInputError("no_order", case.problem or "No order has this number.")


def _given(programme: Programme, case: Case, basis: str, note: str, now: Instant) -> int:
    """Nothing of it is ready yet: the sale is decided anew, and settled like any other."""
    row = case.row
    assert case.order is not None
    through = {creator for _, creator in queries.shares(programme.access, case.order)}
    ruling = NewRuling(
        "reassigned",
        note,
        case.order,
        creator=row.creator if row.creator in through and case.as_fan else None,
        to_creator=row.creator,
        to_party=row.party if case.as_fan else None,
        evidence={"code": "claim", "claim": str(row.id), "basis": basis},
    )
    return rule(programme, ruling, now)


def _borne(programme: Programme, case: Case, basis: str, note: str, now: Instant) -> int:
    """What others have is ready: they keep it, and the brand bears what she would have had, ready at once."""
    if case.amount <= 0:
        raise ConflictError("nothing_left", "There is nothing to give: nothing was kept, or she has it already.")
    number, source = str(case.row.id), source_of(programme, case.row.id)
    file = hashlib.sha256(source.encode()).hexdigest()
    post_openings(programme, CLAIM, file, [NewOpening(case.row.party, source, case.currency, case.amount)], now)
    worth = {"amount": format_micros(case.amount), "currency": case.currency}
    evidence = {"code": "claim", "claim": number, "basis": basis, **worth}
    return record(programme, NewRuling("absorbed", note, case.order, party=case.row.party, evidence=evidence), now)


def source_of(programme: Programme, claim_id: int) -> str:
    """The keyed hash under which what is borne for a claim stands among the opening balances."""
    return programme.pseudonym("claim answered", str(claim_id))


def _answer(programme: Programme, row: ClaimRow, now: Instant, **told: Any) -> None:
    if row.accepted is not None or not queries.answer(programme.access, row.id, now, **told):
        raise ConflictError("answered", "This claim was answered already.")
    noted(programme.access, "claim.answer", now, f"claim {row.id}: {'accepted' if told['accepted'] else 'refused'}")


def _noted(note: str) -> str:
    text = note.strip()
    if not 1 <= len(text) <= LONGEST_NOTE or "\x00" in text:
        raise BadInputError("note_missing", "Write down in 1 to %(most)s characters why.", most=LONGEST_NOTE)
    return text


def _kind(number: int) -> str:
    return f"claim {number}"


def due(row: ClaimRow) -> Instant:
    """Until when it is answered."""
    return answer_by(row.at)
