"""New links and codes of a fan begin paused while the brand's own word about another one of hers stands.

That word is one about a link or code of hers for the same creator, which the brand has paused or ended. The new one is
paused by the same word, for the same reason, and goes on when the brand takes it back (``flows.work_stops``).
"""

from collections.abc import Sequence

from fanshare.core.instants import Instant
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import same_word, work_stops

#: What a reason is called in the vault of whom it is told.
REASON = "stop {id}"


def first_states(programme: Programme, kind: str, made: Sequence[tuple[int, int, int]], now: Instant) -> list[str]:
    """How new links or codes begin (number, owner, creator), writing down by which word they are paused.

    What is made while the brand pauses all that a creator does begins paused, too. The caller holds owners and
    creators, so that no word is said or taken back meanwhile.
    """
    access = programme.access
    by_word = _follow(programme, kind, made, now)
    known = work_stops.stopped(access, {creator for _, _, creator in made})
    return ["paused" if id_ in by_word or "pause" in known.get(creator, ()) else "active" for id_, _, creator in made]


def standing(access: Access, owner: int, creator: int) -> int | None:
    """The word of the brand that pauses what a fan gets for a creator, if one stands."""
    return same_word.standing(access, [(owner, creator)])[0]


def follow_instead(programme: Programme, follower: int, owner: int, word: int, now: Instant) -> None:
    """A pause whose word is taken back stays by another one, with that one's reason."""
    same_word.follow_instead(programme.access, follower, word)
    _say_the_same(programme, owner, word, follower, now)


def _follow(programme: Programme, kind: str, made: Sequence[tuple[int, int, int]], now: Instant) -> set[int]:
    """Which of them are paused by a word that stands."""
    access = programme.access
    of_fans = [(id_, owner, creator) for id_, owner, creator in made if owner != creator]
    words = same_word.standing(access, [(owner, creator) for _, owner, creator in of_fans])
    found = [(id_, owner, word) for (id_, owner, _), word in zip(of_fans, words, strict=True) if word is not None]
    if not found:
        return set()
    own = same_word.follow(access, kind, [(id_, word) for id_, _, word in found], now)
    for id_, owner, word in found:
        _say_the_same(programme, owner, word, own[id_], now)
    return set(own)


def _say_the_same(programme: Programme, owner: int, word: int, follower: int, now: Instant) -> None:
    person = work_stops.person(programme.access, owner)
    reason = None if person is None else programme.vault.get(person, REASON.format(id=word))
    if person is not None and reason is not None:
        programme.vault.put(person, REASON.format(id=follower), reason, now)
