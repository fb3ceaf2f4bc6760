"""What happens to links and codes after they were made: they are given to somebody else, paused, resumed, ended.

Every change is dated now and logged. What was clicked or bought before stays whose it was: the history is read at the
moment of the click, or of the order for a code, and is never written into the past.
"""

from dataclasses import dataclass
from typing import Any, LiteralString

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows.context import Programme
from fanshare.flows.links import log_ownership
from fanshare.flows.named import check_parties, check_staying
from fanshare.flows.people import party_kind

STATES = ("active", "paused", "ended")


@dataclass(frozen=True, slots=True)
class _Kind:
    """Where a kind of asset is kept. ``now``: its id, owner, creator, state and the newest date of its history."""

    name: str
    now: LiteralString
    own: LiteralString
    state: LiteralString


_LINK = _Kind(
    "link",
    """
SELECT k.id, o.owner_party_id, o.creator_party_id, s.state, greatest(o.from_at, s.from_at) FROM link k
  JOIN LATERAL (SELECT owner_party_id, creator_party_id, from_at FROM link_owner
                 WHERE programme_id = k.programme_id AND link_id = k.id ORDER BY from_at DESC LIMIT 1) o ON true
  JOIN LATERAL (SELECT state, from_at FROM link_state
                 WHERE programme_id = k.programme_id AND link_id = k.id ORDER BY from_at DESC LIMIT 1) s ON true
 WHERE k.programme_id = %(programme_id)s AND k.code = %(key)s FOR UPDATE OF k
""",
    """
WITH owned AS (
    INSERT INTO link_owner (programme_id, link_id, owner_party_id, creator_party_id, from_at, leaf_index)
    VALUES (%(programme_id)s, %(asset)s, %(owner)s, %(creator)s, %(now)s, %(leaf)s)
)
UPDATE link SET creator_party_id = %(creator)s WHERE programme_id = %(programme_id)s AND id = %(asset)s
""",
    """
INSERT INTO link_state (programme_id, link_id, state, from_at, leaf_index)
VALUES (%(programme_id)s, %(asset)s, %(state)s, %(now)s, %(leaf)s)
""",
)
_CODE = _Kind(
    "code",
    """
SELECT k.id, o.owner_party_id, o.creator_party_id, s.state, greatest(o.from_at, s.from_at) FROM code k
  JOIN LATERAL (SELECT owner_party_id, creator_party_id, from_at FROM code_owner
                 WHERE programme_id = k.programme_id AND code_id = k.id ORDER BY from_at DESC LIMIT 1) o ON true
  JOIN LATERAL (SELECT state, from_at FROM code_state
                 WHERE programme_id = k.programme_id AND code_id = k.id ORDER BY from_at DESC LIMIT 1) s ON true
 WHERE k.programme_id = %(programme_id)s AND k.folded = %(key)s
   AND k.connection_id IS NOT DISTINCT FROM %(connection)s FOR UPDATE OF k
""",
    """
INSERT INTO code_owner (programme_id, code_id, owner_party_id, creator_party_id, from_at, leaf_index)
VALUES (%(programme_id)s, %(asset)s, %(owner)s, %(creator)s, %(now)s, %(leaf)s)
""",
    """
INSERT INTO code_state (programme_id, code_id, state, from_at, leaf_index)
VALUES (%(programme_id)s, %(asset)s, %(state)s, %(now)s, %(leaf)s)
""",
)


@dataclass(frozen=True, slots=True)
class _Asset:
    id: int
    owner: int
    creator: int
    state: str


def set_link_state(programme: Programme, code: str, state: str, now: Instant) -> None:
    """Pause, end or resume a link from now on.

    Raises ``FanshareError``: ``bad_state``, ``unknown_link``, ``leaving`` for resuming one of somebody who leaves.
    """
    _set_state(programme, _LINK, code.lower(), None, state, now)


def set_code_state(programme: Programme, text: str, state: str, now: Instant, *, connection: int | None = None) -> None:
    """Pause, end or resume a discount code from now on. Raises as it does (``unknown_code``)."""
    _set_state(programme, _CODE, text.strip().casefold(), connection, state, now)


def give_link(programme: Programme, code: str, to: int, now: Instant, *, creator: int | None = None) -> None:
    """Give a link to another creator, or to a fan (of ``creator``; without it, of the creator it belongs to).

    Raises ``BadInputError`` (``unknown_link``, ``unknown_party``, ``not_a_creator``).
    """
    _give(programme, _LINK, code.lower(), None, to, creator, now)


def give_code(
    programme: Programme,
    text: str,
    to: int,
    now: Instant,
    *,
    creator: int | None = None,
    connection: int | None = None,
) -> None:
    """Give a discount code to another creator or fan. Raises as ``give_link`` does (``unknown_code``)."""
    _give(programme, _CODE, text.strip().casefold(), connection, to, creator, now)


def _set_state(programme: Programme, kind: _Kind, key: str, connection: int | None, state: str, now: Instant) -> None:
    if state not in STATES:
        raise BadInputError("bad_state", "A %(name)s can be active, paused or ended.", name=kind.name)
    with programme.access.transaction():
        found = _find(programme, kind, key, connection, now)
        if state == "active":
            check_staying(programme.access, {found.owner, found.creator})
        _write_state(programme, kind, key, found, state, now)


def _give(
    programme: Programme, kind: _Kind, key: str, connection: int | None, to: int, creator: int | None, now: Instant
) -> None:
    access = programme.access
    with access.transaction():
        found = _find(programme, kind, key, connection, now)
        check_parties(access, {to})
        own = party_kind(access, to) == "creator"
        by = to if own else found.creator if creator is None else creator
        if party_kind(access, by) != "creator":
            raise BadInputError(
                "not_a_creator", "A %(name)s belongs to a creator, or to a fan of a creator.", name=kind.name
            )
        check_staying(access, {to, by})
        given = _Asset(found.id, to, by, found.state)
        leaf = _write_state(programme, kind, key, given, found.state, now)
        values = {"asset": found.id, "owner": to, "creator": by, "now": now, "leaf": leaf}
        access.execute(kind.own, values)


def _write_state(programme: Programme, kind: _Kind, key: str, asset: _Asset, state: str, now: Instant) -> int:
    """Log owner and state from now on, and write the state beside the leaf; returns the leaf's index."""
    leaf = log_ownership(programme, kind.name, [(key, asset.owner, asset.creator)], state, now)
    programme.access.execute(kind.state, {"asset": asset.id, "state": state, "now": now, "leaf": leaf})
    return leaf


def _find(programme: Programme, kind: _Kind, key: str, connection: int | None, now: Instant) -> _Asset:
    row: tuple[Any, ...] | None = programme.access.fetch_one(kind.now, {"key": key, "connection": connection})
    if row is None:
        raise BadInputError(
            f"unknown_{kind.name}",
            "There is no %(name)s %(key)s in this programme.",
            404,
            name=kind.name,
            key=repr(key[:64]),
        )
    id_, owner, creator, state, changed_at = row
    if changed_at >= now:
        raise ConflictError(
            "just_changed", "This %(name)s was changed at this very moment; do it again.", name=kind.name
        )
    return _Asset(id_, owner, creator, state)
