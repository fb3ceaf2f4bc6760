"""Shop connections: the address a shop posts to, the secrets it signs with, the keys we ask it with."""

import base64
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from fanshare.config.keys import ENDPOINT_SECRET, Keys
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows.context import Programme
from fanshare.store import directory

API_KEYS = "shop api keys"

_INSERT = """
INSERT INTO connection (programme_id, kind, endpoint, base_url, settings, sealed_secrets, sealed_api,
                        reports_fulfilment, can_fetch, created_at)
VALUES (%(programme_id)s, %(kind)s, %(endpoint)s, %(base_url)s, %(settings)s::jsonb, %(secrets)s, %(api)s,
        %(fulfilment)s, %(can_fetch)s, %(now)s)
ON CONFLICT (programme_id, endpoint) DO NOTHING
RETURNING id
"""
_ALL = """
SELECT c.id, c.kind, c.endpoint, c.base_url, c.settings::text, c.sealed_secrets, c.sealed_api, c.state,
       c.reports_fulfilment, c.can_fetch, c.poll_cursor_at, c.last_heard_at,
       (SELECT s.cause FROM connection_state s WHERE s.programme_id = c.programme_id AND s.connection_id = c.id
         ORDER BY s.from_at DESC LIMIT 1)
  FROM connection c WHERE c.programme_id = %(programme_id)s ORDER BY c.id
"""


LONGEST_KIND = 40
#: What the edge can be told: it would take up no file of links and shops in which another one stands.
_ENDPOINT = re.compile(r"[A-Za-z0-9_-]{3,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewConnection:
    """A shop to connect: ``secrets`` it signs with (newest first), ``api`` key and secret to fetch with.

    ``public_only``: it is asked at addresses of the public internet alone.
    """

    kind: str
    base_url: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    api: tuple[str, str] | None = field(default=None, repr=False)
    hosts: tuple[str, ...] = ()
    endpoint: str = ""
    public_only: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection as the jobs need it, its secrets opened."""

    id: int
    kind: str
    endpoint: str
    base_url: str
    settings: dict[str, Any]
    secrets: tuple[bytes, ...] = field(repr=False)
    api: tuple[str, str] | None = field(repr=False)
    on: bool
    reports_fulfilment: bool
    can_fetch: bool
    poll_cursor_at: Instant | None
    last_heard_at: Instant | None
    #: The shop has removed us, which is not our pause: what it still has to say is taken.
    uninstalled: bool = False

    @property
    def paused(self) -> bool:
        """Whether deliveries are sent back for later."""
        return not self.on and not self.uninstalled


def add_connection(
    programme: Programme, new: NewConnection, now: Instant, *, can_fetch: bool, reports_fulfilment: bool
) -> Connection:
    """Connect a shop; where no signing secret is given one is drawn.

    What its kind of shop can do (be asked, report fulfilment) is the caller's knowledge. Raises ``BadInputError`` and
    ``ConflictError`` (``key_taken``).
    """
    if new.base_url and urlsplit(new.base_url).scheme not in ("http", "https"):
        raise BadInputError("bad_address", "The shop's address begins with https://.")
    if new.endpoint and not _ENDPOINT.fullmatch(new.endpoint):
        raise BadInputError("bad_endpoint", "An endpoint has 3 to 128 of a to z, A to Z, 0 to 9, - and _.")
    if not 1 <= len(new.kind) <= LONGEST_KIND:
        raise BadInputError("bad_kind", "The kind of a shop has 1 to %(most)s characters.", most=LONGEST_KIND)
    endpoint = new.endpoint or f"{new.kind[:3]}-{directory.public_id(20)}"
    signing = new.secrets or (draw_secret(),)
    hosts = new.hosts or tuple(filter(None, [urlsplit(new.base_url).netloc]))
    access, keys = programme.access, programme.keys
    with access.transaction():
        connection_id: int | None = access.value(
            _INSERT,
            {
                "kind": new.kind,
                "endpoint": endpoint,
                "base_url": new.base_url.rstrip("/"),
                "settings": json.dumps({"hosts": hosts, **({"reach": "public"} if new.public_only else {})}),
                "secrets": keys.seal(ENDPOINT_SECRET, json.dumps(signing).encode(), endpoint.encode()),
                "api": _sealed_api(keys, new, endpoint),
                "fulfilment": reports_fulfilment,
                "can_fetch": can_fetch and new.api is not None,
                "now": now,
            },
        )
        if connection_id is None:
            raise ConflictError(
                "key_taken", "%(endpoint)s is already in use; choose another one.", endpoint=repr(endpoint)
            )
        directory.register(access, "hook", {endpoint: connection_id})
    return next(one for one in connections(programme) if one.id == connection_id)


def connections(programme: Programme) -> Sequence[Connection]:
    """All connections of a programme, oldest first."""
    return [_read(programme, row) for row in programme.access.fetch(_ALL)]


def draw_secret() -> str:
    """A secret as Standard Webhooks want it: 192 bits in plain base 64 (not its URL-safe sister) behind ``whsec_``."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(24)).decode()}"


def _sealed_api(keys: Keys, new: NewConnection, endpoint: str) -> bytes | None:
    if new.api is None:
        return None
    return keys.seal(API_KEYS, json.dumps(new.api).encode(), endpoint.encode())


def _read(programme: Programme, row: tuple[Any, ...]) -> Connection:
    id_, kind, endpoint, base_url, settings, signing, api, state, fulfilment, can_fetch, cursor, heard_at, cause = row
    keys, place = programme.keys, endpoint.encode()
    opened = json.loads(keys.unseal(ENDPOINT_SECRET, bytes(signing), place))
    return Connection(
        id=id_,
        kind=kind,
        endpoint=endpoint,
        base_url=base_url,
        settings=json.loads(settings),
        secrets=tuple(secret.encode() for secret in opened),
        api=None if api is None else tuple(json.loads(keys.unseal(API_KEYS, bytes(api), place))),
        on=state == "on",
        reports_fulfilment=fulfilment,
        can_fetch=can_fetch,
        poll_cursor_at=cursor,
        last_heard_at=heard_at,
        uninstalled=state != "on" and cause == "uninstalled",
    )
