"""Pause, resume and end a link or a code, or all that a creator does: by the brand, or by whose it is.

What counts is the dated, logged state of each link and code, as before; beside it stands whose word that is, and who
takes it back. A reason lies in the vault of whom it is told. Nothing here touches what was clicked or bought before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import DAY, Instant
from fanshare.core.work_stops import Pause, Side, resumes
from fanshare.flows import assets, same_word, shop_codes
from fanshare.flows.audit import noted
from fanshare.flows.context import Programme
from fanshare.flows.links import log_ownership
from fanshare.flows.named import check_staying
from fanshare.flows.people import party_kind
from fanshare.flows.same_word import REASON
from fanshare.store.access import Access
from fanshare.store.queries import same_word as same_rows
from fanshare.store.queries import shop_codes as shop_rows
from fanshare.store.queries import work_stops as rows
from fanshare.store.queries.work_stops import StopRow, Thing

LONGEST_REASON = 500
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word in force as it is shown: whose, since when (of an end of everything: from when on), and why."""

    kind: str
    by: Side
    whole: bool
    since: Instant
    reason: str
    done: bool = False


def pause(programme: Programme, kind: str, id_: int, by: Side, reason: str | None, now: Instant) -> None:
    """Pause one link or code (``kind``). ``reason`` is ``None`` where nobody is asked for one.

    Raises ``BadInputError`` (``unknown_link``, ``unknown_code``, ``reason_missing``, ``reason_too_long``) and
    ``ConflictError`` (``already_paused``, ``link_ended``, ``code_ended``, ``just_changed``).
    """
    with programme.access.transaction():
        found = _locked(programme, kind, id_, by)
        _check(kind, found, reason)
        if not _write(programme, "pause", kind, found, by, reason, now):
            raise ConflictError("already_paused", "This is paused already.")
        if found.state == "active":
            _set(programme, kind, found, "paused", now)
        _noted(programme, kind, found, "pause", now, by)


def resume(programme: Programme, kind: str, id_: int, by: Side, now: Instant) -> bool:
    """Take a pause of one's own back; whether the link or code counts again, for the other side may have paused it too.

    Raises as ``pause`` does, and what ``core.work_stops.resumes`` raises.
    """
    with programme.access.transaction():
        found = _locked(programme, kind, id_, by)
        _check(kind, found, None)
        if found.state == "active":
            raise ConflictError("not_paused", "This is not paused.")
        known = [one for one in _of(programme, kind, found) if one.kind == "pause"]
        live = resumes(map(_pause, known), by)
        own = [one for one in known if _pause(one) == Pause(by)]
        for one in own:
            _taken_back(programme, one, now)
        if live:
            _set(programme, kind, found, "active", now)
        _noted(programme, kind, found, "resume", now, by)
        if by is Side.BRAND:
            _let_followers(programme, [one.id for one in own], now)
    return live


def end(programme: Programme, kind: str, id_: int, by: Side, reason: str | None, now: Instant) -> None:
    """End one link or code for good; a code that was made in a shop is ended there first. Raises as ``pause`` does."""
    with programme.access.transaction():
        found = _locked(programme, kind, id_, by)
        _check(kind, found, reason)
        if not _write(programme, "end", kind, found, by, reason, now):
            raise _over(kind)
        _set(programme, kind, found, "ended", now)
        _noted(programme, kind, found, "end", now, by)


def put_state(programme: Programme, kind: str, id_: int, state: str, reason: str | None, now: Instant) -> None:
    """The brand's software wants a link or code in a state: what it is by the brand's word already stays as it is.

    Raises as ``pause`` and ``resume`` do.
    """
    with programme.access.transaction():
        found = _locked(programme, kind, id_, Side.BRAND)
        if state == found.state and state != "paused":
            return
        if state == "active":
            resume(programme, kind, id_, Side.BRAND, now)
        elif state == "ended":
            end(programme, kind, id_, Side.BRAND, reason, now)
        elif Pause(Side.BRAND) not in map(_pause, _of(programme, kind, found)) or found.state == "ended":
            pause(programme, kind, id_, Side.BRAND, reason, now)


def pause_work(programme: Programme, creator: int, reason: str, now: Instant) -> None:
    """Pause all links and codes of a creator and of her fans for her, and what is made until it goes on.

    Raises ``BadInputError`` (``unknown_creator``, ``reason_missing``, ``reason_too_long``) and ``ConflictError``
    (``already_paused``, ``just_changed``).
    """
    access = programme.access
    _check_reason(reason)
    with access.transaction():
        _check_creator(programme, creator)
        rows.hold(access, [creator], alone=True)
        id_ = rows.add(access, "pause", now, by_brand=True, creator=creator)
        if id_ is None:
            raise ConflictError("already_paused", "This is paused already.")
        _say_why(programme, id_, creator, reason, now)
        for kind in ("link", "code"):
            free = _free(programme, kind, rows.of_creator(access, kind, creator, "paused"))
            rows.leave_to_owners(access, kind, [one.id for one in free], now)
            _set_all(programme, kind, rows.of_creator(access, kind, creator, "active"), "paused", now)
        noted(access, "work.pause", now, f"party {creator}")


def resume_work(programme: Programme, creator: int, now: Instant) -> None:
    """Let all of hers count again that nobody paused by itself. Raises ``ConflictError`` (``not_paused``)."""
    access = programme.access
    with access.transaction():
        _check_creator(programme, creator)
        rows.hold(access, [creator], alone=True)
        known = [one for one in rows.in_force(access, creators=[creator]) if one.kind == "pause"]
        if not known or not all(_taken_back(programme, one, now) for one in known):
            raise ConflictError("not_paused", "This is not paused.")
        for kind in ("link", "code"):
            free = _free(programme, kind, rows.of_creator(access, kind, creator, "paused"))
            _set_all(programme, kind, free, "active", now)
        noted(access, "work.resume", now, f"party {creator}")


def end_work(programme: Programme, creator: int, reason: str, now: Instant) -> Instant:
    """Give a creator notice: all of hers ends when the notice of the terms in force is over. Returns that instant.

    Raises as ``pause_work`` does, and ``ConflictError`` (``work_ends``) where she was told so before.
    """
    access = programme.access
    _check_reason(reason)
    with access.transaction():
        _check_creator(programme, creator)
        rows.hold(access, [creator], alone=True)
        at = ends_at(programme, now)
        id_ = rows.add(access, "end", at, by_brand=True, creator=creator)
        if id_ is None:
            raise ConflictError("work_ends", "This creator was told already when her work ends here.")
        _say_why(programme, id_, creator, reason, now)
        noted(access, "work.end", now, f"party {creator}")
    return at


def keep_working(programme: Programme, creator: int, now: Instant) -> None:
    """Take the notice back, or let her begin anew after her work ended: what has ended stays so, she makes new links.

    Raises ``ConflictError`` (``work_goes_on``).
    """
    access = programme.access
    with access.transaction():
        _check_creator(programme, creator)
        rows.hold(access, [creator], alone=True)
        known = [one for one in rows.in_force(access, creators=[creator]) if one.kind == "end"]
        if not known or not all(_taken_back(programme, one, now) for one in known):
            raise ConflictError("work_goes_on", "The work of this creator has no end.")
        noted(access, "work.keep", now, f"party {creator}")


def ends_at(programme: Programme, now: Instant) -> Instant:
    """When work ends that is given notice now: the days that the terms in force promise for anything worse."""
    return now + programme.book.at(now).notice_days * DAY


def carry_out(programme: Programme, now: Instant) -> int:
    """End the links and codes of creators whose notice is over; of how many creators."""
    return sum(_carry_out_one(programme, id_, creator, now) for id_, creator in rows.due(programme.access, now))


def words_of(programme: Programme, kind: str, found: Thing) -> list[Word]:
    """What is in force about one link or code, also with all that its creator does."""
    return [_word(programme, one, one.creator or found.owner) for one in _of(programme, kind, found)]


def words_of_work(programme: Programme, creator: int) -> list[Word]:
    """What is in force about all that a creator does."""
    return [_word(programme, one, creator) for one in rows.in_force(programme.access, creators=[creator])]


def sides(programme: Programme, kind: str, things: Sequence[tuple[int, int]]) -> dict[int, list[Side]]:
    """Who has paused each of these links or codes (number, creator); what nobody paused is left out."""
    creators = {creator for _, creator in things}
    known = rows.in_force(programme.access, **{f"{kind}s": [id_ for id_, _ in things]}, creators=creators)
    found: dict[int, list[Side]] = {}
    for id_, creator in things:
        by = {_side(one) for one in known if one.kind == "pause" and (creator == one.creator or id_ == one.of(kind))}
        if by:
            found[id_] = sorted(by)
    return found


def _carry_out_one(programme: Programme, id_: int, creator: int, now: Instant) -> bool:
    access = programme.access
    with access.transaction():
        rows.hold(access, [creator], alone=True)
        if not rows.standing(access, id_):
            return False
        for state in ("active", "paused"):
            _set_all(programme, "link", rows.of_creator(access, "link", creator, state), "ended", now)
            for one in rows.of_creator(access, "code", creator, state, lock=False):  # each is ended at its shop first
                _set(programme, "code", one, "ended", now)
        rows.done(access, id_, now)
    return True


def _locked(programme: Programme, kind: str, id_: int, by: Side) -> Thing:
    """The link or code, locked behind its creator and its way at the shop, in the order in which others lock them.

    While a brand says or takes back a word about a fan's, no other one of hers is made: it would begin by that word.
    """
    access = programme.access
    found = rows.thing(access, kind, id_)
    if found is not None:
        of_fan = found.owner != found.creator and by is Side.BRAND
        rows.hold(access, [found.creator] if of_fan else [found.owner, found.creator])
        if of_fan:
            rows.hold(access, [found.owner], alone=True)
        found = _behind_its_way(access, kind, id_)
    if found is None:
        raise _unknown(kind)
    return found


def _behind_its_way(access: Access, kind: str, id_: int) -> Thing | None:
    made = shop_rows.of_code(access, id_) if kind == "code" else None
    if made is not None:
        shop_rows.locked(access, made.id)
    return rows.thing(access, kind, id_, lock=True)


def _let_followers(programme: Programme, words: Sequence[int], now: Instant) -> None:
    """What was paused by words that the brand takes back counts again, unless another of its words stands."""
    access = programme.access
    for one in same_rows.following(access, words):
        kind, id_ = ("link", one.link) if one.link is not None else ("code", one.code)
        found = None if id_ is None else _behind_its_way(access, kind, id_)
        if found is None:
            continue
        other = same_word.standing(access, found.owner, found.creator)
        if other is not None and found.state != "ended":
            same_word.follow_instead(programme, one.id, found.owner, other, now)
            continue
        rows.take_back(access, one.id, now)
        if found.state == "paused" and not any(word.kind == "pause" for word in _of(programme, kind, found)):
            _resumed(programme, kind, found, now)


def _resumed(programme: Programme, kind: str, found: Thing, now: Instant) -> None:
    try:
        _set(programme, kind, found, "active", now)
    except ConflictError as error:
        # A code that its shop has ended meanwhile stays as it is, and keeps nothing else from counting again.
        if error.code != "ended_in_shop":
            raise
    else:
        _noted(programme, kind, found, "resume", now, Side.BRAND)


def _unknown(kind: str) -> BadInputError:
    if kind == "link":
        return BadInputError("unknown_link", "There is no such link in this programme.", 404)
    return BadInputError("unknown_code", "There is no such code in this programme.", 404)


def _check(kind: str, found: Thing, reason: str | None) -> None:
    if reason is not None:
        _check_reason(reason)
    if found.state == "ended":
        raise _over(kind)


def _over(kind: str) -> ConflictError:
    if kind == "link":
        return ConflictError("link_ended", "This link has ended and stays so; make a new one.")
    return ConflictError("code_ended", "This code has ended and stays so; make a new one.")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInputError("reason_missing", "Say why: whose it is reads it.")
    if len(reason) > LONGEST_REASON or "\x00" in reason:
        raise BadInputError(
            "reason_too_long", "A reason has at most %(most)s characters; shorten it.", most=LONGEST_REASON
        )


def _check_creator(programme: Programme, creator: int) -> None:
    if rows.person(programme.access, creator) is None or party_kind(programme.access, creator) != "creator":
        raise BadInputError("unknown_creator", "There is no such creator here.", 404)


def _write(
    programme: Programme, what: str, kind: str, found: Thing, by: Side, reason: str | None, now: Instant
) -> bool:
    which = {"link": found.id} if kind == "link" else {"code": found.id}
    id_ = rows.add(programme.access, what, now, by_brand=by is Side.BRAND, **which)
    if id_ is not None:
        _say_why(programme, id_, found.owner, reason, now)
    return id_ is not None


def _say_why(programme: Programme, id_: int, party: int, reason: str | None, now: Instant) -> None:
    person = rows.person(programme.access, party) if reason else None
    if person is not None and reason:
        programme.vault.put(person, REASON.format(id=id_), reason.strip().encode(), now)


def _taken_back(programme: Programme, one: StopRow, now: Instant) -> bool:
    return rows.take_back(programme.access, one.id, now)


def _of(programme: Programme, kind: str, found: Thing) -> list[StopRow]:
    which = {"links": [found.id]} if kind == "link" else {"codes": [found.id]}
    return rows.in_force(programme.access, **which, creators=[found.creator])


def _word(programme: Programme, one: StopRow, party: int) -> Word:
    person = rows.person(programme.access, party)
    kept = None if person is None else programme.vault.get(person, REASON.format(id=one.id))
    whole = one.creator is not None
    return Word(one.kind, _side(one), whole, one.since, (kept or b"").decode(), one.done_at is not None)


def _side(one: StopRow) -> Side:
    return Side.BRAND if one.by_brand else Side.OWNER


def _pause(one: StopRow) -> Pause:
    return Pause(_side(one), whole=one.creator is not None)


def _free(programme: Programme, kind: str, things: Sequence[Thing]) -> list[Thing]:
    """Those about which nobody said anything by itself."""
    ids = [one.id for one in things]
    known = rows.in_force(programme.access, **{f"{kind}s": ids})
    named = {one.link or one.code for one in known}
    return [one for one in things if one.id not in named]


def _set(programme: Programme, kind: str, found: Thing, state: str, now: Instant) -> None:
    if kind == "link":
        assets.set_link_state(programme, found.key, state, now)
    else:
        shop_codes.set_state_at(programme, found.key, found.shop, state, now)


def _set_all(programme: Programme, kind: str, things: Sequence[Thing], state: str, now: Instant) -> None:
    """Log and write the state of many, in as few statements as their number allows."""
    if any(one.since >= now for one in things):
        raise ConflictError("just_changed", "This %(name)s was changed at this very moment; do it again.", name=kind)
    if state == "active":
        check_staying(programme.access, {party for one in things for party in (one.owner, one.creator)})
    for some in _chunks(things):
        owned = [(one.key, one.owner, one.creator) for one in some]
        first = log_ownership(programme, kind, owned, state, now)
        rows.set_states(programme.access, kind, [one.id for one in some], state, first, now)


def _chunks(things: Sequence[Thing]) -> Iterable[Sequence[Thing]]:
    return (things[at : at + _AT_ONCE] for at in range(0, len(things), _AT_ONCE))


def _noted(programme: Programme, kind: str, found: Thing, what: str, now: Instant, by: Side) -> None:
    """What a creator does with her own is no act upon somebody else's, and leaves no line."""
    if by is Side.BRAND:
        noted(programme.access, f"{kind}.{what}", now, f"{kind} {found.id}")
