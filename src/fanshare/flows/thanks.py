"""Thanks: one sentence of a creator's, to a fan who lets her see a name or to all who helped in a span of time.

Whom "all" are is settled when she says it, as of midnight, and she learns only how many. Her words lie in the vault
under her own key: when she leaves they are gone everywhere. A fan who wants none of hers gets none. "All" are then the
others, and she is not told that somebody was left out; of a fan with a name she reads that he likes to help quietly.
"""

from dataclasses import dataclass

from fanshare.core import plain_words
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import DAY, Instant
from fanshare.flows import fan_names
from fanshare.flows.context import Programme
from fanshare.store.access import Access
from fanshare.store.queries import fans, thanks
from fanshare.store.vault import Vault

LONGEST = 300
MOST_A_DAY = 50
#: Spans of days that can be thanked for.
SPANS = (7, 30, 365)
#: How many the weekly mail quotes; the page has all.
IN_A_MAIL = 5


@dataclass(frozen=True, slots=True)
class Sent:
    """Thanks as the creator finds them again; ``name`` is empty for thanks to all, or to whom she no longer sees."""

    row: thanks.SentRow
    words: str
    name: str


@dataclass(frozen=True, slots=True)
class Received:
    """Thanks as a fan reads them."""

    row: thanks.ReceivedRow
    words: str


def thank_fan(programme: Programme, creator: int, shown: int, words: str, now: Instant) -> None:
    """Thank a fan, named by the row that lets the creator see her.

    Raises ``BadInputError`` (``unknown_fan`` and those of ``plain_words.one_line``), ``ConflictError`` (``thanked``,
    ``quiet``), ``FanshareError`` (``too_many_thanks``, ``erased``).
    """
    said = plain_words.one_line(words, LONGEST)
    access = programme.access
    with access.transaction():
        person = _hold(programme, creator)
        found = fans.named(access, creator, now, id_=shown, limit=1)
        if not found:
            raise BadInputError("unknown_fan", "No fan of that name lets you see her.", 404)
        if found[0].quiet:
            raise ConflictError("quiet", "This fan likes to help quietly and reads no thanks here; nothing was sent.")
        count, _, already = thanks.lately(access, creator, now - DAY, found[0].fan)
        _bound(count, already=already)
        made = thanks.add(access, creator, None, None, now)
        thanks.address_one(access, made, found[0].fan)
        programme.vault.put(person, _kind(made), said.encode(), now)


def thank_all(programme: Programme, creator: int, days: int, words: str, midnight: Instant, now: Instant) -> int:
    """Thank all who brought a sale in so many days before ``midnight``; how many they are.

    Raises as ``thank_fan``, and ``BadInputError``: ``bad_span``, ``nobody_helped``.
    """
    said = plain_words.one_line(words, LONGEST)
    if days not in SPANS:
        raise BadInputError("bad_span", "Thank for the last %(known)s days.", known=", ".join(map(str, SPANS)))
    access = programme.access
    with access.transaction():
        person = _hold(programme, creator)
        count, already, _ = thanks.lately(access, creator, now - DAY, None)
        _bound(count, already=already)
        made = thanks.add(access, creator, midnight - days * DAY, midnight, now)
        reached = thanks.address_all(access, made, creator, midnight - days * DAY, midnight)
        if not reached:
            raise BadInputError(
                "nobody_helped", "No fan who reads thanks here brought a sale in that time; nothing was sent."
            )
        programme.vault.put(person, _kind(made), said.encode(), now)
        return reached


def sent(programme: Programme, creator: int, limit: int) -> list[Sent]:
    """A creator's newest thanks."""
    rows = thanks.sent(programme.access, creator, limit)
    words = programme.vault.get_many((row.person, _kind(row.id)) for row in rows)
    people = [(row.fan, row.fan_person) for row in rows if row.fan is not None and row.fan_person is not None]
    names = fan_names.names(programme, people, creator)
    return [
        Sent(row, words.get((row.person, _kind(row.id)), b"").decode(), names.get(row.fan or 0, "")) for row in rows
    ]


def received(
    programme: Programme,
    fan: int,
    *,
    creator: str = "",
    since: Instant | None = None,
    until: Instant | None = None,
    after: int | None = None,
    limit: int,
) -> list[Received]:
    """Thanks to a fan, the newest first: of creators whose names hold ``creator``, at ``since`` <= t < ``until``."""
    begin, end = (None if at is None else at - 1 for at in (since, until))
    rows = thanks.received(programme.access, fan, creator=creator, since=begin, until=end, after=after, limit=limit)
    return _with_words(programme.vault, rows)


def choose(programme: Programme, fan: int, creator: str, *, wanted: bool, now: Instant) -> None:
    """Whether a fan reads the thanks of the creator of this short name. Raises ``BadInputError`` (``unknown_creator``)
    and ``FanshareError`` (``erased``)."""
    with programme.access.transaction():
        found = fan_names.creator_of(programme, fan, creator)
        if fans.lock(programme.access, fan) is None:
            raise FanshareError("erased", "The person behind this account was erased.", 410)
        if wanted:
            thanks.let(programme.access, fan, found.id)
        else:
            thanks.block(programme.access, fan, found.id, now)


def for_mail(access: Access, vault: Vault, fan: int, since: Instant, until: Instant) -> list[Received]:
    """Thanks in ``since`` < t <= ``until`` for the weekly mail, at most ``IN_A_MAIL``; none to who did not ask."""
    wished = thanks.wished(access, fan)
    if wished is None:
        return []
    rows = thanks.received(access, fan, since=max(since, wished), until=until, limit=IN_A_MAIL)
    return _with_words(vault, rows)


def _with_words(vault: Vault, rows: list[thanks.ReceivedRow]) -> list[Received]:
    words = vault.get_many((row.person, _kind(row.id)) for row in rows)
    return [Received(row, words.get((row.person, _kind(row.id)), b"").decode()) for row in rows]


def _hold(programme: Programme, creator: int) -> int:
    person = fans.lock(programme.access, creator)
    if person is None:
        raise FanshareError("erased", "The person behind this account was erased.", 410)
    return person


def _bound(count: int, *, already: bool) -> None:
    if already:
        raise ConflictError("thanked", "You said thank you there within the last day; tomorrow you can again.")
    if count >= MOST_A_DAY:
        raise FanshareError(
            "too_many_thanks", "%(most)s thanks a day is as many as anybody may say.", 429, most=MOST_A_DAY
        )


def _kind(id_: int) -> str:
    return f"thanks {id_}"
