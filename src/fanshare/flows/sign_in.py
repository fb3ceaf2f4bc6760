"""Signing in by a link that works once: made for an address, redeemed for hats, kept as a session.

A link carries 256 random bits; the database holds their SHA-256, so that whoever reads it can sign in as nobody. The
same holds for sessions. There are no passwords. Whom an address belongs to is asked of each programme's keyed hashes
and confirmed by the vault, so that a hash which was learned from an order signs nobody in.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import LiteralString

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import DAY, MINUTE, Instant
from fanshare.flows.audit import note
from fanshare.flows.authorisation import Hat, Post, Role, Seat
from fanshare.flows.context import pseudonym
from fanshare.flows.signed_in import Entered, Session
from fanshare.flows.staff import PURPOSE, account_of, clean, folded
from fanshare.store import directory
from fanshare.store.access import Access, Connection
from fanshare.store.directory import Programme as Tenant
from fanshare.store.queries import workbench
from fanshare.store.vault import Vault

LINK_LIVES = 15 * MINUTE
SESSION_LIVES = 14 * DAY
#: Links of one address that may wait at once; more mail would only fill somebody's mailbox.
LINKS_AT_ONCE = 5

_SESSION, _WANTED = "session", "sign in page"
#: What a session says about itself: whose it is (hex), and on what.
ACCOUNT, DEVICE = "account", "device"
_PARTIES = """
SELECT DISTINCT p.id, p.kind, p.person_id FROM party_identity i JOIN party p
    ON p.programme_id = i.programme_id AND p.id = i.party_id
 WHERE i.programme_id = %(programme_id)s AND i.kind = 'email' AND i.hash = %(hash)s
   AND p.kind IN ('creator', 'fan', 'young') AND p.erased_at IS NULL AND p.person_id IS NOT NULL ORDER BY p.id
"""
_BRAND = "SELECT id, person_id FROM brand_person WHERE programme_id = %(programme_id)s AND email_hash = %(hash)s"
_STILL: LiteralString = f"""
SELECT s.*, {directory.WHOLE}
  FROM programme, (
       SELECT id, kind, coalesce(display_name, ''), coalesce(slug, ''), NULL,
              EXISTS (SELECT FROM party_leaving l WHERE l.programme_id = party.programme_id AND l.party_id = party.id),
              coalesce(c.time_zone, ''), coalesce(c.currency, '')
         FROM party LEFT JOIN mail_choice c ON c.programme_id = party.programme_id AND c.party_id = party.id
        WHERE party.programme_id = %(programme_id)s AND id = ANY(%(parties)s::bigint[]) AND erased_at IS NULL
        UNION ALL
       SELECT id, 'brand', '', '', post, false, time_zone, currency
         FROM brand_person WHERE programme_id = %(programme_id)s AND id = ANY(%(brand)s::bigint[])) s
 WHERE programme.id = %(programme_id)s ORDER BY s.kind <> 'brand', s.id
"""  # noqa: S608  # both written here


def seats_of(conn: Connection, keys: Keys, address: str) -> tuple[Seat, ...]:
    """Everything an address is, in every programme. Raises ``BadInputError`` (``bad_email``)."""
    row = conn.execute("SELECT id FROM operator WHERE account = %s", [account_of(keys, address)]).fetchone()
    found = [] if row is None else [Seat(Role.OPERATOR, 0, row[0])]
    if (bench := workbench.seat(conn, account_of(keys, address))) is not None:
        found.append(Seat(Role.BENCH, 0, bench))
    for tenant in directory.programmes(conn):
        found += _seats_in(Access(conn, tenant.id, "sign in"), tenant, keys, folded(address))
    return tuple(found)


def grown(seat: Seat, young: Seat) -> Seat:
    """A seat of whoever was under 18 and is a fan like the others now; every other seat stays as it is."""
    return replace(seat, role=Role.FAN) if seat == young else seat


def _seats_in(access: Access, tenant: Tenant, keys: Keys, address: str) -> Iterator[Seat]:
    wanted = {"hash": pseudonym(keys, tenant.public_id, "email", address)}
    vault = Vault(access, keys)
    rows = [(id_, Role.BRAND, person) for id_, person in access.fetch(_BRAND, wanted)]
    rows += [(id_, Role(kind), person) for id_, kind, person in access.fetch(_PARTIES, wanted)]
    for id_, role, person in rows:
        kept = vault.get(person, "email")
        if kept is not None and kept.decode().strip().casefold() == address:
            yield Seat(role, tenant.id, id_)


def hats(conn: Connection, seats: Iterable[Seat]) -> tuple[Hat, ...]:
    """The seats that still exist, with the names of today: whoever was removed or erased is refused at once."""
    found: list[Hat] = []
    ordered = sorted(set(seats), key=lambda seat: (seat.programme_id, seat.role, seat.id))
    for programme_id, group in groupby(ordered, key=lambda seat: seat.programme_id):
        if programme_id == 0:
            found += _house_hats(conn, list(group))
        else:
            found += _hats_in(Access(conn, programme_id, "sign in"), list(group))
    return tuple(found)


def _house_hats(conn: Connection, seats: list[Seat]) -> list[Hat]:
    """Hats of the whole installation: operators, and whoever has a workbench."""
    operators, benches = ([seat.id for seat in seats if seat.role is role] for role in (Role.OPERATOR, Role.BENCH))
    query = "SELECT id FROM operator WHERE id = ANY(%s::bigint[])"
    found = [Hat(Seat(Role.OPERATOR, 0, row[0])) for row in conn.execute(query, [operators])] if operators else []
    return found + [Hat(Seat(Role.BENCH, 0, id_)) for id_ in (workbench.seats(conn, benches) if benches else ())]


def _hats_in(access: Access, seats: list[Seat]) -> Iterator[Hat]:
    """Hats of one programme, with its row: whoever asks for them opens it next."""
    asked = {(seat.id, str(seat.role)) for seat in seats}
    brand = [seat.id for seat in seats if seat.role is Role.BRAND]
    parties = [seat.id for seat in seats if seat.role is not Role.BRAND]
    for id_, kind, name, slug, post, leaving, where, money, *row in access.fetch(
        _STILL, {"brand": brand, "parties": parties}
    ):
        if (id_, kind) in asked:
            tenant, seat = Tenant(*row), Seat(Role(kind), access.programme_id, id_)
            does = None if post is None else Post(post)
            yield Hat(seat, tenant.slug, tenant.name, name, slug, does, leaving, where, money, tenant)


def make_link(
    conn: Connection, keys: Keys, address: str, now: Instant, *, at_once: int = LINKS_AT_ONCE, wanted: str = ""
) -> str:
    """The token of a fresh link for an address that is somebody's, unless ``at_once`` of hers still work.

    ``wanted`` is the page that somebody asked for who then wished the link: it comes out again by ``enter``, as it
    was put in, and whoever leads there judges it.
    Raises ``BadInputError`` (``unknown_address``, ``bad_email``) and ``FanshareError`` (``too_many_links``, 429).
    """
    if not seats_of(conn, keys, address):
        raise BadInputError("unknown_address", "Nobody here is known by this address.", 404)
    account = account_of(keys, address)
    count = "SELECT count(*) FROM sign_in_link WHERE account = %s AND expires_at > %s"
    row = conn.execute(count, [account, now]).fetchone()
    if row is not None and row[0] >= at_once:
        raise FanshareError("too_many_links", "Several links for this address still work; use the newest.", 429)
    token = secrets.token_urlsafe(32)
    sealed = keys.seal(PURPOSE, clean(address).encode(), _hash(token))
    page = keys.seal(_WANTED, wanted.encode(), _hash(token)) if wanted else None
    conn.execute(
        "INSERT INTO sign_in_link (token_hash, account, sealed_address, sealed_wanted, made_at, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)",
        [_hash(token), account, sealed, page, now, now + LINK_LIVES],
    )
    return token


def works(conn: Connection, token: str, now: Instant) -> bool:
    """Whether a link would sign somebody in. Looking at it does not use it up."""
    statement = "SELECT FROM sign_in_link WHERE token_hash = %s AND made_at <= %s AND expires_at > %s"
    return conn.execute(statement, [_hash(token), now, now]).fetchone() is not None


def redeem(conn: Connection, keys: Keys, token: str, now: Instant) -> tuple[Seat, ...]:
    """Use a link up: whose seats it opens, none when it was used, is too old, or never was."""
    return enter(conn, keys, token, now).seats


def enter(conn: Connection, keys: Keys, token: str, now: Instant) -> Entered:
    """Use a link up: what it opens, for which account, and which page she wanted.

    Of two who use it at the same moment one gets it. Her other links end with it.
    """
    row = conn.execute(
        "DELETE FROM sign_in_link WHERE token_hash = %s"
        " RETURNING account, sealed_address, made_at, expires_at, sealed_wanted",
        [_hash(token)],
    ).fetchone()
    if row is None or not row[2] <= now < row[3]:
        return Entered()
    conn.execute("DELETE FROM sign_in_link WHERE account = %s", [row[0]])
    seats = seats_of(conn, keys, keys.unseal(PURPOSE, bytes(row[1]), _hash(token)).decode())
    noted_in(conn, seats, "sign_in.link", now)
    wanted = "" if row[4] is None else keys.unseal(_WANTED, bytes(row[4]), _hash(token)).decode()
    return Entered(seats, bytes(row[0]), wanted)


def noted_in(conn: Connection, seats: Iterable[Seat], what: str, now: Instant) -> None:
    """Write down that somebody came in who looks after others' things."""
    for seat in seats:
        if seat.role in (Role.BRAND, Role.OPERATOR):
            note(conn, f"{seat.role}:{seat.id}", what, now, programme=seat.programme_id or None)


def keep_session(conn: Connection, keys: Keys, key: str, content: dict[str, object], now: Instant) -> None:
    """Keep what a session holds under the hash of its key, for 14 days from its beginning."""
    sealed = keys.seal(_SESSION, json.dumps(content).encode(), _hash(key))
    conn.execute(
        "INSERT INTO web_session (key_hash, sealed, began_at, expires_at, account) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT (key_hash) DO UPDATE SET sealed = excluded.sealed, account = excluded.account",
        [_hash(key), sealed, now, now + SESSION_LIVES, bytes.fromhex(str(content.get(ACCOUNT, ""))) or None],
    )


def session(conn: Connection, keys: Keys, key: str, now: Instant) -> dict[str, object] | None:
    """What a living session holds."""
    statement = "SELECT sealed FROM web_session WHERE key_hash = %s AND expires_at > %s"
    row = conn.execute(statement, [_hash(key), now]).fetchone()
    if row is None:
        return None
    found: dict[str, object] = json.loads(keys.unseal(_SESSION, bytes(row[0]), _hash(key)))
    return found


def end_session(conn: Connection, key: str) -> None:
    """Nobody is signed in by this key any more."""
    conn.execute("DELETE FROM web_session WHERE key_hash = %s", [_hash(key)])


def session_name(key: str) -> str:
    """What a session is called in a list."""
    return _hash(key).hex()


def sessions(conn: Connection, keys: Keys, account: bytes, now: Instant) -> list[Session]:
    """Where an account is signed in, the newest first."""
    rows = conn.execute(
        "SELECT key_hash, sealed, began_at, expires_at FROM web_session WHERE account = %s AND expires_at > %s"
        " ORDER BY began_at DESC, key_hash LIMIT 50",
        [account, now],
    ).fetchall()
    return [
        Session(
            bytes(hash_).hex(),
            str(json.loads(keys.unseal(_SESSION, bytes(sealed), bytes(hash_))).get(DEVICE, "")),
            began_at,
            expires_at,
        )
        for hash_, sealed, began_at, expires_at in rows
    ]


def end_others(conn: Connection, account: bytes, key: str, name: str = "") -> int:
    """End another session of an account by its name, or (empty) all but the one of this key; how many."""
    statement = (
        "DELETE FROM web_session WHERE account = %s AND key_hash <> %s AND (%s = '' OR encode(key_hash, 'hex') = %s)"
    )
    return conn.execute(statement, [account, _hash(key), name, name]).rowcount


def forget_old(conn: Connection, now: Instant) -> None:
    """Links and sessions that have ended."""
    conn.execute("DELETE FROM sign_in_link WHERE expires_at <= %s", [now - DAY])
    conn.execute("DELETE FROM web_session WHERE expires_at <= %s", [now])


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
