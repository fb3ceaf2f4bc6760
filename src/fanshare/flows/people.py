"""Who takes part: creators, their fans, and the erasure of a person.

What is personal (name, address) goes into the vault under the person's own key; the books know random ids. Nobody is
asked for follower numbers. A fan of 18 or more earns money; younger people get perks only, and nobody but herself lets
somebody earn who said that she is under 18.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fanshare.core.ages import YOUNG, may_become
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant, format_rfc3339
from fanshare.flows import goal_ends, self_billing, tax_kept
from fanshare.flows.context import Programme
from fanshare.flows.named import check_parties, check_shop
from fanshare.flows.parting import left
from fanshare.flows.staff import known_account
from fanshare.flows.workbench_lock import keep_door
from fanshare.store.access import Access
from fanshare.store.directory import public_id
from fanshare.store.queries import (
    address_changes,
    circle,
    creator_pages,
    fans,
    joining,
    leaving,
    letters,
    media_kits,
    news,
    off_hours,
    payee_currency,
    payees,
    payout_runs,
    posts,
    questions,
    thanks,
)
from fanshare.store.vault import Vault

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,63}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

#: Under which kind the vault keeps that somebody said she is 18 or older.
AGE = "age"
IDENTITIES = ("customer", "email", "payment")
_INSERT = """
INSERT INTO party (programme_id, kind, public_id, person_id, slug, display_name, created_at)
SELECT %(programme_id)s, %(kind)s, public_id, person, slug, name, %(now)s
  FROM unnest(%(public_ids)s::text[], %(people)s::bigint[], %(slugs)s::text[], %(names)s::text[])
       AS fresh (public_id, person, slug, name)
ON CONFLICT (programme_id, slug) DO NOTHING RETURNING person_id, id
"""
_IDENTITY = """
INSERT INTO party_identity (programme_id, party_id, kind, connection_id, hash, known_at)
SELECT %(programme_id)s, party, %(kind)s, %(connection)s, hash, %(now)s
  FROM unnest(%(parties)s::bigint[], %(hashes)s::text[]) AS fresh (party, hash)
ON CONFLICT DO NOTHING
"""
_UNKNOW = """
DELETE FROM party_identity
 WHERE programme_id = %(programme_id)s AND party_id = %(party)s AND kind = 'email' AND hash = %(hash)s
"""
_DUE_OF_PAYER = """
INSERT INTO settle_due (programme_id, order_id, reason, due_at)
SELECT programme_id, id, 'identity', %(now)s FROM shop_order
 WHERE programme_id = %(programme_id)s AND (buyer_key = ANY(%(keys)s)
       OR view->'buyer'->>'email' = ANY(%(hashes)s) OR view->'buyer'->>'payment' = ANY(%(hashes)s)) ORDER BY id
ON CONFLICT (programme_id, order_id, reason) DO UPDATE SET due_at = least(settle_due.due_at, excluded.due_at)
"""
_SCOPES = """
INSERT INTO scope (programme_id, creator_party_id)
SELECT %(programme_id)s, party FROM unnest(%(parties)s::bigint[]) AS fresh (party) ON CONFLICT DO NOTHING
"""
_PERSON = "SELECT person_id FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s"
_FORGET = """
UPDATE party SET display_name = NULL, slug = NULL, erased_at = coalesce(erased_at, %(now)s)
 WHERE programme_id = %(programme_id)s AND person_id = %(person)s
"""
_FORGET_IDENTITIES = """
DELETE FROM party_identity USING party
 WHERE party_identity.programme_id = %(programme_id)s AND party.programme_id = party_identity.programme_id
   AND party.id = party_identity.party_id AND party.person_id = %(person)s
   AND NOT EXISTS (
       SELECT FROM (
           SELECT touches FROM shop_order WHERE programme_id = %(programme_id)s
              AND party_identity.kind = 'customer' AND buyer_key = 'c:' || party_identity.hash
           UNION ALL SELECT touches FROM shop_order WHERE programme_id = %(programme_id)s
              AND party_identity.kind = 'email' AND view->'buyer'->>'email' = party_identity.hash
           UNION ALL SELECT touches FROM shop_order WHERE programme_id = %(programme_id)s
              AND party_identity.kind = 'payment' AND view->'buyer'->>'payment' = party_identity.hash) AS hers
        WHERE touches @> jsonb_build_array(jsonb_build_object('owner', party.id))
           OR touches @> jsonb_build_array(jsonb_build_object('creator', party.id)))
"""


@dataclass(frozen=True, slots=True)
class Joiner:
    """Somebody who joins: the name she wants to be shown by, and an address (both optional for a fan)."""

    name: str = ""
    email: str = ""
    slug: str = ""


def add_creator(programme: Programme, joiner: Joiner, now: Instant) -> int:
    """Admit a creator; returns her party id.

    Raises ``BadInputError`` (``under_age``: only she says that she is 18 now) and ``ConflictError`` (``slug_taken``).
    """
    return add_creators(programme, [joiner], now)[0]


def add_creators(programme: Programme, joiners: Sequence[Joiner], now: Instant) -> list[int]:
    """Admit many creators in a handful of statements, all or none; returns their party ids in order."""
    if not all(joiner.name.strip() for joiner in joiners):
        raise BadInputError("name_missing", "A creator needs a name that fans will see.")
    slugs = [joiner.slug or slug_of(joiner.name) for joiner in joiners]
    if not all(map(_SLUG.fullmatch, slugs)):
        raise BadInputError("bad_slug", "The short name may hold a to z, 0 to 9 and hyphens; it begins with none.")
    access = programme.access
    with access.transaction():
        parties = _add(programme, "creator", joiners, slugs, now)
        access.execute(_SCOPES, {"parties": parties})
    return parties


def add_fan(programme: Programme, joiner: Joiner, now: Instant) -> int:
    """Let a fan of 18 or more take part; returns her party id. Her age is asserted by who calls this."""
    return add_fans(programme, [joiner], now)[0]


def add_fans(programme: Programme, joiners: Sequence[Joiner], now: Instant) -> list[int]:
    """Let many fans take part in a handful of statements, all or none; returns their party ids in order."""
    return _add(programme, "fan", joiners, [None] * len(joiners), now)


def add_young_fan(programme: Programme, joiner: Joiner, now: Instant) -> int:
    """Let a fan under 18 take part, without money; returns her party id. Her age is asserted by who calls this."""
    return _add(programme, "young", [joiner], [None], now)[0]


def keep_age(vault: Vault, person: int, now: Instant) -> None:
    """Keep that somebody said she is 18 or older, and when; no date of birth."""
    vault.put(person, AGE, f"18 or older, said on {format_rfc3339(now)[:10]}".encode(), now)


def know_identity(
    programme: Programme, party: int, kind: str, value: str, now: Instant, *, connection: int | None = None
) -> None:
    """Note by what a payer can be recognised as this party (``customer``, ``email``, ``payment``), as a keyed hash.

    Raises ``BadInputError``: ``bad_identity``, ``unknown_party``, ``unknown_shop``.
    """
    if kind not in IDENTITIES:
        raise BadInputError("bad_identity", "A payer is recognised by one of %(known)s.", known=", ".join(IDENTITIES))
    check_parties(programme.access, {party})
    check_shop(programme.access, connection)
    _know(programme, {party: value}, kind, connection, now)


def erase(programme: Programme, party: int, now: Instant) -> None:
    """Erase the person behind a party: her key, her data, her names. The books and the log stay as they are.

    So does the keyed hash by which an order is known as her own purchase by her own link, and no other: without it
    that order would be settled anew, as if a stranger had bought, and move what others earned. Books of her own are
    not the programme's: they stay, and she can still come to them.
    """
    access = programme.access
    with access.transaction():
        row = access.fetch_one(_PERSON, {"party": party})
        if row is None or row[0] is None:
            raise BadInputError("nobody_there", "There is nobody to erase behind this account.")
        for one in creator_pages.parties(access, row[0]):  # what she stated goes, and the brand needs these by law
            self_billing.write_hers(programme, one, now)
        address = programme.vault.get(row[0], "email") or b""
        if (account := known_account(programme.keys, address)) is not None:
            keep_door(access.conn, account, now)
            address_changes.forget(access.conn, account)
            joining.withdraw(access, account)
        access.execute(_FORGET_IDENTITIES, {"person": row[0]})
        access.execute(_FORGET, {"person": row[0], "now": now})  # whoever is writing for her comes before or is refused
        parties = creator_pages.parties(access, row[0])
        forget_public(programme, parties, now)
        payout_runs.forget(access, parties)
        payees.forget(access, parties, now)
        payee_currency.forget(access, parties)
        leaving.forget(access, parties)
        tax_kept.forget(programme, row[0], parties, now)
        programme.vault.erase(row[0])
        if account is not None:
            left(access.conn, programme.keys, address.decode(), account)


def forget_public(programme: Programme, parties: Sequence[int], now: Instant) -> None:
    """Take away what people showed, wrote and were told, and end their goals. What paying them takes stays."""
    access = programme.access
    creator_pages.forget(access, parties)
    media_kits.forget(access, parties)
    people_of = (fans.forget, circle.forget, thanks.forget)
    for forget in (*people_of, letters.forget, questions.forget, posts.forget, off_hours.forget, news.forget_reading):
        forget(access, [*parties])
    goal_ends.forget(programme, parties, now)


def slug_of(name: str) -> str:
    """A short name for addresses: ``Mira Blau`` becomes ``mira-blau``."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:63]


def _add(
    programme: Programme, kind: str, joiners: Sequence[Joiner], slugs: Sequence[str | None], now: Instant
) -> list[int]:
    for joiner in joiners:
        if joiner.email and _EMAIL.fullmatch(joiner.email.strip()) is None:
            raise BadInputError("bad_email", "%(email)s is not an e-mail address.", email=repr(joiner.email[:80]))
    access = programme.access
    with access.transaction():
        _check_ages(programme, kind, [joiner.email for joiner in joiners if joiner.email])
        known = [{"email": joiner.email.strip().encode()} if joiner.email else {} for joiner in joiners]
        people = programme.vault.add_people(known, now)
        values = {
            "kind": kind,
            "public_ids": [public_id() for _ in people],
            "people": people,
            "slugs": list(slugs),
            "names": [joiner.name.strip()[:120] or None for joiner in joiners],
            "now": now,
        }
        parties: dict[int, int] = {row[0]: row[1] for row in access.fetch(_INSERT, values)}
        if len(parties) < len(people):
            taken = next(slug for person, slug in zip(people, slugs, strict=True) if person not in parties)
            raise ConflictError(
                "slug_taken", "The short name %(taken)s is taken; choose another one.", taken=repr(taken)
            )
        found = [parties[person] for person in people]
        emails = {party: joiner.email for party, joiner in zip(found, joiners, strict=True) if joiner.email}
        if emails:
            _know(programme, emails, "email", None, now)
        return found


def _check_ages(programme: Programme, kind: str, addresses: Sequence[str]) -> None:
    """Nobody earns who said that she is under 18, whoever lets her in, and nobody is let in while somebody says so."""
    hashes = {programme.pseudonym("email", folded): folded for folded in map(_folded, addresses)}
    joining.hold_ages(programme.access, alone=kind == YOUNG)
    known: dict[str, set[str]] = {}
    for hash_, other, person in joining.kinds_of(programme.access, list(hashes)):
        if _folded((programme.vault.get(person, "email") or b"").decode()) == hashes[hash_]:
            known.setdefault(hash_, set()).add(other)
    if all(may_become(kind, kinds) for kinds in known.values()):
        return
    if kind == YOUNG:
        raise ConflictError("said_of_age", "This address is here as that of somebody of 18 or more.")
    raise BadInputError(
        "under_age",
        "Whoever has this address said here that she is under 18, so she can't earn: money is for people of 18 or more."
        " She can be let in once she has said on her own pages that she is 18.",
        409,
    )


def _folded(address: str) -> str:
    return address.strip().casefold()


def _know(programme: Programme, values: Mapping[int, str], kind: str, connection: int | None, now: Instant) -> None:
    folded = [value.strip().casefold() if kind == "email" else value.strip() for value in values.values()]
    hashes = [programme.pseudonym(kind, text) for text in folded]
    access = programme.access
    with access.transaction():
        columns = {"parties": list(values), "hashes": hashes, "kind": kind, "connection": connection}
        access.execute(_IDENTITY, {**columns, "now": now})
        _settle_payer(access, hashes, now)


def know_hash(access: Access, party: int, hash_: str, now: Instant) -> bool:
    """Note the keyed hash of an address as a party's, and settle anew what that payer bought; whether it is new."""
    columns = {"parties": [party], "hashes": [hash_], "kind": "email", "connection": None}
    if not access.execute(_IDENTITY, {**columns, "now": now}).rowcount:
        return False
    _settle_payer(access, [hash_], now)
    return True


def unknow_hash(access: Access, party: int, hash_: str, now: Instant) -> None:
    """Take back what ``know_hash`` noted."""
    if access.execute(_UNKNOW, {"party": party, "hash": hash_}).rowcount:
        _settle_payer(access, [hash_], now)


def _settle_payer(access: Access, hashes: Sequence[str], now: Instant) -> None:
    keys = [f"{letter}:{known}" for known in hashes for letter in "ce"]
    access.execute(_DUE_OF_PAYER, {"keys": keys, "hashes": list(hashes), "now": now})


def party_kind(access: Access, party: int) -> str:
    """``creator``, ``fan``, ``young`` (a fan under 18) or ``buyer``. Raises ``BadInputError`` (``unknown_party``)."""
    kind = access.value(
        "SELECT kind FROM party WHERE programme_id = %(programme_id)s AND id = %(party)s", {"party": party}
    )
    if kind is None:
        raise BadInputError("unknown_party", "There is no such creator or fan in this programme.")
    return str(kind)
