"""Appeals: whoever is concerned by an order may say that it was judged wrongly, and a decision answers her.

A hold, a denial, a sale given to somebody else, evidence that was skipped as her own: each can be appealed against. An
appeal moves no money by itself. It is in the log, so that it can't be dropped; its words lie in the vault under a key
of their author.
"""

from collections.abc import Sequence
from typing import Any

from fanshare.core import commitments, leaves
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows.context import Programme
from fanshare.store import log_store
from fanshare.store.queries import appeals

LONGEST = 2_000
#: Within how many days whoever decides answers.
ANSWER_DAYS = 14

_PERSON = "SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s"


def appeal(programme: Programme, order: int, party: int, words: str, now: Instant) -> int:
    """Write down that a party objects to what became of an order; returns the appeal's id.

    Raises ``BadInputError`` (``words_missing``, ``not_concerned``) and ``ConflictError``: ``appeal_open`` while her
    last appeal about this order waits for an answer, ``erased`` for somebody who is not there any more.
    """
    said = words.strip()
    if not 1 <= len(said) <= LONGEST or "\x00" in said:
        raise BadInputError("words_missing", "Say in 1 to %(most)s characters what is wrong.", most=LONGEST)
    access = programme.access
    with access.transaction():
        if not appeals.concerns(access, order, party):
            raise BadInputError("not_concerned", "Only those who have or claim a part in an order can appeal.", 403)
        appeals.lock_order(access, order)
        mine = [one for one in appeals.listed(access, order=order, waiting=True) if one.party == party]
        if mine:
            raise ConflictError(
                "appeal_open", "Appeal %(appeal)s about this order waits for its answer already.", appeal=mine[0].id
            )
        person = access.value(_PERSON, {"party": party})
        mark = None if person is None else words_mark(programme, person, said, now)
        if mark is None:
            raise ConflictError("erased", "The person behind this account was erased.")
        leaf = log_store.append(access, [appeal_leaf(programme, order, party, mark, now)])
        made = appeals.add(access, order, party, mark, now, leaf)
        programme.vault.put(person, _kind(made), said.encode(), now)
    return made


def check_answer(programme: Programme, answers: Sequence[int], order: int | None) -> None:
    """Raise unless all these appeals are about this order and wait for an answer."""
    if order is not None and answers:
        appeals.lock_order(programme.access, order)  # two answers at once: the second sees the first
    found = appeals.orders_of(programme.access, answers)
    for one in answers:
        about, ruling = found.get(one, (None, None))
        if about is None or about != order:
            raise BadInputError("unknown_appeal", "There is no appeal %(appeal)s about this order.", 404, appeal=one)
        if ruling is not None:
            raise ConflictError(
                "appeal_answered",
                "Appeal %(appeal)s was answered by decision %(ruling)s before.",
                appeal=one,
                ruling=ruling,
            )


def words_of(programme: Programme, person: int | None, number: int) -> str:
    """What she wrote; empty after her erasure."""
    found = None if person is None else programme.vault.get(person, _kind(number))
    return "" if found is None else found.decode()


def words_mark(programme: Programme, person: int, words: str, at: Instant) -> str | None:
    """The commitment to the words of an appeal under its author's key; ``None`` after her erasure."""
    key = programme.vault.salt_key(person)
    if key is None:
        return None
    return commitments.commit(commitments.APPEAL, commitments.derive_salt(key, "appeal", str(at)), words)


def appeal_leaf(programme: Programme, order: int, party: int, mark: str, at: Instant) -> dict[str, Any]:
    """The log leaf of an appeal: who speaks of which order is a commitment under the programme's salts."""
    salt = commitments.derive_salt(programme.salts, "appeal", str(order), str(party), str(at))
    whole = {"order": str(order), "party": str(party), "words": mark}
    return leaves.appeal(appeal=commitments.commit(commitments.APPEAL, salt, whole), at=at)


def _kind(number: int) -> str:
    return f"appeal {number}"
