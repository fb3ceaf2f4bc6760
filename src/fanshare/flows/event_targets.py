"""Where a programme's events are sent: addresses of its own software, each with a secret and the types it wants."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows.audit import noted
from fanshare.flows.connections import draw_secret
from fanshare.flows.context import Programme
from fanshare.flows.events import TYPES
from fanshare.store import directory
from fanshare.store.queries import events

PURPOSE = "event target"
MOST = 20
#: Secrets a target may have at once: the one before goes on signing while the other side changes.
SECRETS = 2


@dataclass(frozen=True, slots=True)
class Target:
    """A target with its secrets opened. ``waiting`` and ``failed`` count deliveries."""

    id: int
    public_id: str
    url: str
    types: tuple[str, ...]
    secrets: tuple[str, ...]
    state: str
    reason: str
    failing_since: Instant | None
    made_at: Instant
    waiting: int = 0
    failed: int = 0


def targets(programme: Programme) -> Sequence[Target]:
    """All targets of a programme, oldest first."""
    counts = events.counts(programme.access)
    return [
        Target(
            id=row.id,
            public_id=row.public_id,
            url=row.url,
            types=tuple(row.types),
            secrets=tuple(
                json.loads(programme.keys.unseal(PURPOSE, bytes(row.sealed_secrets), row.public_id.encode()))
            ),
            state=row.state,
            reason=row.reason,
            failing_since=row.failing_since,
            made_at=row.made_at,
            waiting=counts.get(row.id, (0, 0))[0],
            failed=counts.get(row.id, (0, 0))[1],
        )
        for row in events.targets(programme.access)
    ]


def target(programme: Programme, public_id: str) -> Target:
    """One target. Raises ``BadInputError`` (``unknown_target``)."""
    found = next((one for one in targets(programme) if one.public_id == public_id), None)
    if found is None:
        raise BadInputError(
            "unknown_target", "There is no target %(public_id)s in this programme.", 404, public_id=repr(public_id[:40])
        )
    return found


def add_target(programme: Programme, url: str, types: Iterable[str], now: Instant) -> Target:
    """A new target, told what happens from now on. Raises ``BadInputError``, ``ConflictError`` (``too_many``)."""
    wanted = _types(types)
    _check_url(url)
    if len(events.targets(programme.access)) >= MOST:
        raise ConflictError("too_many", "A programme has at most %(most)s targets; remove one first.", most=MOST)
    public_id, secrets = directory.public_id(12), (draw_secret(),)
    with programme.access.transaction():
        events.add_target(programme.access, public_id, url, wanted, _sealed(programme, public_id, secrets), now)
        noted(programme.access, "target.add", now, f"target {public_id}: {', '.join(wanted)}")
    return target(programme, public_id)


def change_target(
    programme: Programme,
    public_id: str,
    now: Instant,
    *,
    url: str | None = None,
    types: Iterable[str] | None = None,
    on: bool | None = None,
    new_secret: bool = False,
) -> Target:
    """Change what is given, and nothing else. Switching it on again also forgets that it failed."""
    with programme.access.transaction():
        before = target(programme, public_id)
        if url is not None:
            _check_url(url)
        secrets = ((draw_secret(), *before.secrets) if new_secret else before.secrets)[:SECRETS]
        events.change_target(
            programme.access,
            before.id,
            before.url if url is None else url,
            before.types if types is None else _types(types),
            _sealed(programme, public_id, secrets),
            before.state if on is None else ("on" if on else "off"),
            now,
        )
        noted(programme.access, "target.change", now, f"target {public_id}")
        return target(programme, public_id)


def remove_target(programme: Programme, public_id: str, now: Instant) -> None:
    """Forget a target and what was on its way to it. Raises ``BadInputError`` (``unknown_target``)."""
    with programme.access.transaction():
        events.remove_target(programme.access, target(programme, public_id).id)
        noted(programme.access, "target.remove", now, f"target {public_id}")


def replay(programme: Programme, public_id: str, first: int) -> Target:
    """Tell a target everything from the event ``first`` on once more. Raises ``BadInputError`` (``bad_place``)."""
    if first < 0:
        raise BadInputError("bad_place", "Events are numbered from 0 on.", 422)
    with programme.access.transaction():
        events.go_back(programme.access, target(programme, public_id).id, first)
        return target(programme, public_id)


def _types(types: Iterable[str]) -> list[str]:
    wanted = sorted(set(types))
    unknown = [one for one in wanted if one not in TYPES]
    if unknown or not wanted:
        said = f"{unknown[0][:40]!r} is no type of event" if unknown else "Say which types of events"
        raise BadInputError("bad_type", "%(said)s; there are %(known)s.", 422, said=said, known=", ".join(TYPES))
    return wanted


def _check_url(url: str) -> None:
    """The form only; whether the address may be reached is decided when it is resolved, each time."""
    refused = BadInputError("bad_url", "A target is an address such as https://shop.example/fanshare.", 422)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise refused from None
    odd = any(ord(char) <= 32 or ord(char) >= 127 or char == "\\" for char in url)
    if odd or parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None or port == 0:
        raise refused
    if parts.fragment or len(url) > 2_000:
        raise refused


def _sealed(programme: Programme, public_id: str, secrets: Sequence[str]) -> bytes:
    return programme.keys.seal(PURPOSE, json.dumps(list(secrets)).encode(), public_id.encode())
