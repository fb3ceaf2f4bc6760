"""What happens to a shop connection after it was made: it is paused, it leaves, its secrets and keys are changed."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from fanshare.config.keys import ENDPOINT_SECRET, Keys
from fanshare.core.errors import BadInputError, ConflictError, Word
from fanshare.core.instants import Instant
from fanshare.flows.connections import API_KEYS, Connection, connections, draw_secret
from fanshare.flows.context import Programme
from fanshare.store.access import Access

#: A rotation needs two; more are kept only by mistake, and each one is tried on every delivery.
MOST_SECRETS = 5

_LOCK = """
SELECT sealed_secrets FROM connection WHERE programme_id = %(programme_id)s AND id = %(connection)s FOR NO KEY UPDATE
"""
_NOW = """
SELECT btrim(c.state || ' ' || coalesce((SELECT s.cause FROM connection_state s
         WHERE s.programme_id = c.programme_id AND s.connection_id = c.id ORDER BY s.from_at DESC LIMIT 1), ''))
  FROM connection c WHERE c.programme_id = %(programme_id)s AND c.id = %(connection)s
"""
_SWITCH = """
INSERT INTO connection_state (programme_id, connection_id, state, cause, actor, from_at)
SELECT %(programme_id)s, %(connection)s, %(state)s, %(cause)s, %(actor)s,
       greatest(%(now)s, (SELECT max(from_at) + 1 FROM connection_state
                           WHERE programme_id = %(programme_id)s AND connection_id = %(connection)s))
"""
_STATE = """
UPDATE connection SET state = %(state)s, webhooks_due_at = 0, ask_again_at = 0
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_SECRETS = """
UPDATE connection SET sealed_secrets = %(sealed)s, webhooks_due_at = 0
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""
_KEYS = """
UPDATE connection SET sealed_api = %(sealed)s, can_fetch = %(can_fetch)s, ask_again_at = 0, webhooks_due_at = 0,
       problem_code = '', problem = '', problem_at = NULL
 WHERE programme_id = %(programme_id)s AND id = %(connection)s
"""


@dataclass(frozen=True, slots=True)
class SecretMark:
    """A signing secret without itself: its mark, and whether new webhooks are signed with it."""

    mark: str
    newest: bool


def find(programme: Programme, which: str = "") -> Connection:
    """The connection of an endpoint or a number; the only one there is, where nothing is said. Raises 404."""
    found = [one for one in connections(programme) if which in ("", one.endpoint, str(one.id))]
    if len(found) != 1:
        said = "There is no such connection" if not found else "There are several connections: say which"
        raise BadInputError("which_connection", "%(said)s; fanshare connection list shows them.", 404, said=Word(said))
    return found[0]


def pause(programme: Programme, shop: Connection, now: Instant) -> bool:
    """Take nothing from a shop from now on; whether that is a change."""
    return _switch(programme.access, shop, "off", "paused", now)


def resume(programme: Programme, shop: Connection, now: Instant) -> bool:
    """Take everything again, and look at once after its webhooks and what was missed; whether that is a change."""
    return _switch(programme.access, shop, "on", "", now)


def uninstalled(programme: Programme, shop: Connection, at: Instant) -> bool:
    """The shop has removed us: it can't be asked any more. What it still sends is taken; whether that is a change."""
    return _switch(programme.access, shop, "off", "uninstalled", at)


def _switch(access: Access, shop: Connection, state: str, cause: str, now: Instant) -> bool:
    with access.transaction():
        access.fetch(_LOCK, {"connection": shop.id})
        if access.value(_NOW, {"connection": shop.id}) == f"{state} {cause}".strip():
            return False
        values = {"connection": shop.id, "state": state}
        access.execute(_SWITCH, {**values, "cause": cause, "actor": access.actor[:100], "now": now})
        access.execute(_STATE, values)
        return True


def secret_marks(programme: Programme, shop: Connection) -> list[SecretMark]:
    """The secrets of a connection, the newest first, each by eight hexadecimal digits that name it."""
    return [SecretMark(_mark(programme.keys, one), number == 0) for number, one in enumerate(shop.secrets)]


def add_secret(programme: Programme, shop: Connection, secret: str = "") -> str:
    """Let a further secret sign, drawn where none is given; it becomes the newest. The others stay valid.

    Returns the secret. Raises ``ConflictError`` ``too_many_secrets``, ``BadInputError`` ``bad_secret``.
    """
    fresh = secret or draw_secret()
    check_secret(fresh)

    def added(known: list[str]) -> list[str]:
        kept = [one for one in known if one != fresh]
        if len(kept) >= MOST_SECRETS:
            said = "%(most)s secrets are valid already; retire one first: fanshare connection secret list."
            raise ConflictError("too_many_secrets", said, most=MOST_SECRETS)
        return [fresh, *kept]

    _change_secrets(programme, shop, added)
    return fresh


def check_secret(secret: str) -> None:
    """Raises ``BadInputError`` (``bad_secret``) for what nobody signs with."""
    if not secret.isprintable() or not 8 <= len(secret) <= 500:
        raise BadInputError("bad_secret", "A signing secret is a text of 8 to 500 characters without line breaks.")


def retire_secret(programme: Programme, shop: Connection, mark: str) -> None:
    """Take no more deliveries signed with a secret, named by its mark. The last one can't be retired.

    Raises ``BadInputError`` ``unknown_secret``, ``ConflictError`` ``last_secret``.
    """

    def without(known: list[str]) -> list[str]:
        left = [one for one in known if _mark(programme.keys, one.encode()) != mark.lower()]
        if len(left) == len(known):
            raise BadInputError(
                "unknown_secret", "No secret has this mark; fanshare connection secret list shows them."
            )
        if not left:
            raise ConflictError("last_secret", "This is the only secret; add the new one before it is retired.")
        return left

    _change_secrets(programme, shop, without)


def change_keys(programme: Programme, shop: Connection, api: tuple[str, str] | None, *, can_fetch: bool) -> None:
    """Ask the shop with other keys from now on, or (``None``) no more. ``can_fetch``: its kind can be asked."""
    sealed = None
    if api is not None:
        sealed = programme.keys.seal(API_KEYS, json.dumps(api).encode(), shop.endpoint.encode())
    values = {"connection": shop.id, "sealed": sealed, "can_fetch": can_fetch and api is not None}
    programme.access.execute(_KEYS, values)


def _change_secrets(programme: Programme, shop: Connection, change: Callable[[list[str]], list[str]]) -> None:
    access, keys, place = programme.access, programme.keys, shop.endpoint.encode()
    with access.transaction():
        sealed = access.value(_LOCK, {"connection": shop.id})
        known: list[str] = json.loads(keys.unseal(ENDPOINT_SECRET, bytes(sealed), place))
        fresh = change(known)
        again = keys.seal(ENDPOINT_SECRET, json.dumps(fresh).encode(), place)
        access.execute(_SECRETS, {"connection": shop.id, "sealed": again})


def _mark(keys: Keys, secret: bytes) -> str:
    return keys.fingerprint(ENDPOINT_SECRET, secret).hex()[:8]
