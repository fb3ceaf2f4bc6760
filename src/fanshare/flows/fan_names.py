"""Whether a creator sees a fan's name: the fan's own choice, for each creator by itself, and no unless she says yes."""

from fanshare.core import plain_words
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows.context import Programme
from fanshare.store.queries import fans

LONGEST_NAME = 60


def show(programme: Programme, fan: int, creator: str, name: str, now: Instant) -> None:
    """Let the creator of this short name see a fan under ``name``, from now on and until she takes it back.

    Raises ``BadInputError`` (``unknown_creator`` and those of ``plain_words.one_line``), ``FanshareError``
    (``erased``).
    """
    shown = plain_words.one_line(name, LONGEST_NAME)
    with programme.access.transaction():
        found = creator_of(programme, fan, creator)
        person = fans.lock(programme.access, fan)
        if person is None:
            raise FanshareError("erased", "The person behind this account was erased.", 410)
        fans.show(programme.access, fan, found.id, now)
        programme.vault.put(person, _kind(found.id), shown.encode(), now)


def hide(programme: Programme, fan: int, creator: str) -> None:
    """Take the name back; it is forgotten. Raises ``BadInputError`` (``unknown_creator``)."""
    with programme.access.transaction():
        found = creator_of(programme, fan, creator)
        fans.lock(programme.access, fan)
        fans.hide(programme.access, fan, found.id)
        programme.vault.drop(found.person, _kind(found.id))


def names(programme: Programme, people: list[tuple[int, int]], creator: int) -> dict[int, str]:
    """Under which names some fans, as (fan, person), let a creator see them."""
    kind = _kind(creator)
    found = programme.vault.get_many((person, kind) for _, person in people)
    return {fan: found[person, kind].decode() for fan, person in people if (person, kind) in found}


def own_names(programme: Programme, rows: list[fans.OwnCreator]) -> dict[int, str]:
    """Under which names a fan lets her creators see her, by creator."""
    shown = [row for row in rows if row.since is not None]
    found = programme.vault.get_many((row.person, _kind(row.id)) for row in shown)
    return {row.id: found[row.person, _kind(row.id)].decode() for row in shown if (row.person, _kind(row.id)) in found}


def creator_of(programme: Programme, fan: int, slug: str) -> fans.OwnCreator:
    """A creator whom a fan shares for, by her short name. Raises ``BadInputError`` (``unknown_creator``)."""
    found = fans.creators(programme.access, fan, 0, slug=slug, limit=1)
    if not found:
        raise BadInputError("unknown_creator", "You share for no creator of that name.", 404)
    return found[0]


def _kind(creator: int) -> str:
    return f"name for {creator}"
