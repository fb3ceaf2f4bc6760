"""Signing in by a provider that the operator configured: it says who somebody is, and never what she is here.

A link between the two is made only by somebody who is signed in here and has just shown that it is she. Whoever comes
by a provider and is connected with nothing gets a link into her mailbox, if the provider says that it is hers: by that
she signs in, and may connect the two. Signing in this way makes nobody a part of anything and is no proof before what
concerns money or identity.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from fanshare.config.keys import Keys
from fanshare.core import oidc
from fanshare.core.errors import BadInputError, ConflictError, FanshareError
from fanshare.core.instants import MINUTE, Instant
from fanshare.core.oidc import Identity, Provider
from fanshare.flows import safety_mail
from fanshare.flows.audit import note
from fanshare.flows.sign_in import noted_in, seats_of
from fanshare.flows.signed_in import Entered, Owner
from fanshare.flows.staff import known_account
from fanshare.store.access import Connection
from fanshare.store.queries import provider_links as rows

#: How long somebody may be away at the provider.
AWAY = 10 * MINUTE
LONGEST_NAME, LONGEST_SECRET = 60, 500
SECRET, LINK, _WAY = "provider secret", "provider link", "provider way"


class Providers(Protocol):
    """What calls a provider."""

    def describe(self, issuer: str, name: str, client_id: str) -> Provider:
        """A provider by its issuer. Raises ``FanshareError``."""

    def redeem(self, provider: Provider, secret: str, code: str, verifier: str, back: str) -> Mapping[str, Any]:
        """What a provider signed about whoever brought a code. Raises ``FanshareError``."""


@dataclass(frozen=True, slots=True)
class Way:
    """Somebody on her way to a provider: ``url`` is where she is sent, ``kept`` what her browser keeps meanwhile."""

    url: str
    kept: str


@dataclass(frozen=True, slots=True)
class Returned:
    """Who came back, and which account she was signed in with when she went (empty: none)."""

    identity: Identity
    account: bytes


def set_up(conn: Connection, keys: Keys, provider: Provider, secret: str, now: Instant, actor: str = "cli") -> None:
    """Let people sign in by a provider from now on, in the place of another one, whose connections end.

    Raises ``BadInputError`` (``bad_name``, ``bad_secret``).
    """
    if not 1 <= len(provider.name) <= LONGEST_NAME or not provider.name.isprintable():
        raise BadInputError("bad_name", "Give it a name of at most %(most)s characters.", most=LONGEST_NAME)
    if not 1 <= len(secret) <= LONGEST_SECRET or not secret.isprintable():
        raise BadInputError("bad_secret", "The provider gave you a secret for this site; it is needed here.")
    with conn.transaction():
        before = rows.provider(conn)
        if before is not None and before.provider.issuer != provider.issuer:
            rows.forget_links(conn)
        rows.put_provider(conn, provider, keys.seal(SECRET, secret.encode(), provider.issuer.encode()), now)
        note(conn, actor, "provider.set", now, about=provider.issuer[:200])


def take_away(conn: Connection, now: Instant, actor: str = "cli") -> bool:
    """Nobody signs in by it any more, and who was connected is forgotten; whether there was one."""
    with conn.transaction():
        rows.forget_links(conn)
        gone = rows.drop_provider(conn)
        if gone:
            note(conn, actor, "provider.off", now)
    return gone


def known(conn: Connection) -> Provider | None:
    """The provider, if there is one."""
    found = rows.provider(conn)
    return None if found is None else found.provider


def leave(keys: Keys, provider: Provider, back: str, account: bytes, now: Instant) -> Way:
    """Send somebody to a provider; ``account`` is whose connection she wants (empty: she wants to sign in)."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    kept = {"state": state, "nonce": nonce, "verifier": verifier, "back": back, "issuer": provider.issuer}
    kept |= {"account": account.hex(), "until": str(now + AWAY)}
    sealed = keys.seal(_WAY, json.dumps(kept).encode())
    return Way(oidc.asking(provider, back, state, nonce, verifier), sealed.hex())


def come_back(
    conn: Connection, keys: Keys, providers: Providers, answer: Mapping[str, str], kept: str, now: Instant
) -> Returned:
    """Who somebody is who came back with ``answer`` (``state``, ``code``, ``iss``), by what her browser kept.

    Raises ``FanshareError``: ``not_asked`` (this browser asked nothing, or something else), ``provider_gone``,
    ``wrong_issuer``, and as ``Providers.redeem`` and ``core.oidc.identity``.
    """
    found = rows.provider(conn)
    way = _kept(keys, kept, now)
    if way is None or not hmac.compare_digest(way["state"].encode(), answer.get("state", "").encode()):
        raise BadInputError("not_asked", "This answer belongs to no question of this browser.", 422)
    if found is None or found.provider.issuer != way["issuer"]:
        raise FanshareError("provider_gone", "The provider was changed meanwhile.", 409)
    if answer.get("iss") not in (None, "", found.provider.issuer):
        raise BadInputError("wrong_issuer", "The answer comes from another provider.", 422)
    code = answer.get("code", "")
    if not 1 <= len(code) <= 4_000:
        raise BadInputError("not_asked", "This answer belongs to no question of this browser.", 422)
    secret = keys.unseal(SECRET, found.sealed_secret, found.provider.issuer.encode()).decode()
    claims = providers.redeem(found.provider, secret, code, way["verifier"], way["back"])
    return Returned(oidc.identity(claims, found.provider, way["nonce"], now), bytes.fromhex(way["account"]))


def enter(conn: Connection, keys: Keys, identity: Identity, now: Instant) -> Entered:
    """What a connected identity opens; nothing where it is connected with nothing."""
    row = rows.used(conn, identity.subject, now)
    if row is None:
        return Entered()
    address = keys.unseal(LINK, row.sealed, identity.subject)
    seats = seats_of(conn, keys, address.decode()) if known_account(keys, address) == row.account else ()
    noted_in(conn, seats, "sign_in.provider", now)
    return Entered(seats, row.account if seats else b"")


def connect(conn: Connection, keys: Keys, owner: Owner, identity: Identity, now: Instant) -> None:
    """Let an identity sign somebody in, in the place of another one of hers.

    Raises ``ConflictError``: ``connected_elsewhere``, ``address_unknown``.
    """
    if not owner.address:
        raise ConflictError("address_unknown", "Your address is not known here, so nothing can be connected with it.")
    with conn.transaction():
        sealed = keys.seal(LINK, owner.address.encode(), identity.subject)
        if not rows.link(conn, identity.subject, owner.account, sealed, now):
            raise ConflictError("connected_elsewhere", "Whoever you are there is connected with another account here.")
        note(conn, owner.actor, "provider.connect", now)
        safety_mail.tell(conn, keys, owner, "provider.connect", now, identity.subject.hex())


def disconnect(conn: Connection, keys: Keys, owner: Owner, now: Instant) -> None:
    """It signs her in no more; again it changes nothing."""
    with conn.transaction():
        if rows.unlink(conn, owner.account):
            note(conn, owner.actor, "provider.disconnect", now)
            safety_mail.tell(conn, keys, owner, "provider.disconnect", now)


def _kept(keys: Keys, kept: str, now: Instant) -> dict[str, str] | None:
    """What a browser kept, if it is ours and of this quarter of an hour."""
    try:
        found: dict[str, str] = json.loads(keys.unseal(_WAY, bytes.fromhex(kept)))
    except (FanshareError, ValueError):
        return None
    return found if 0 < int(found["until"]) - now <= AWAY else None
