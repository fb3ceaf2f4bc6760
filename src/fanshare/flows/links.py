"""Make links and codes, and choose what part a fan gets. Owners, states and choices are dated histories throughout.

No link or code goes live without an advertising label for its country and platform.
"""

import os
import re
import secrets
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fanshare.core import commitments, leaves
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.terms import MAX_FAN_BPS
from fanshare.core.touches import LinkClass
from fanshare.flows.context import Programme
from fanshare.flows.named import check_link, check_parties, check_shop, check_staying
from fanshare.flows.same_word import first_states
from fanshare.store import directory, log_store
from fanshare.store.access import Access

CLASSES = tuple(LinkClass)
LONGEST_PLATFORM, LONGEST_LABEL = 40, 200
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_CODE_OF_LINK = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)

_LINKS = """
INSERT INTO link (programme_id, code, destination, campaign, link_class, creator_party_id, label_country,
                  label_platform, label_text, from_link_id, created_at)
SELECT %(programme_id)s, fresh.*, %(now)s
  FROM unnest(%(code)s::text[], %(destination)s::text[], %(campaign)s::text[], %(link_class)s::text[],
              %(creator)s::bigint[], %(country)s::text[], %(platform)s::text[], %(text)s::text[],
              %(sources)s::bigint[]) AS fresh
ON CONFLICT (programme_id, code) DO NOTHING
RETURNING code, id
"""
_LINK_OWNERS = """
INSERT INTO link_owner (programme_id, link_id, owner_party_id, creator_party_id, from_at, leaf_index)
SELECT %(programme_id)s, link_id, owner, creator, %(now)s, leaf
  FROM unnest(%(assets)s::bigint[], %(owners)s::bigint[], %(creators)s::bigint[], %(leaves)s::bigint[])
       AS fresh (link_id, owner, creator, leaf)
"""
_LINK_STATES = """
INSERT INTO link_state (programme_id, link_id, state, from_at, leaf_index)
SELECT %(programme_id)s, link_id, state, %(now)s, leaf
  FROM unnest(%(assets)s::bigint[], %(leaves)s::bigint[], %(states)s::text[]) AS fresh (link_id, leaf, state)
"""
_CODE = """
INSERT INTO code (programme_id, folded, shown, single_use, connection_id, label_country, label_platform, label_text,
                  created_at, plan_id)
VALUES (%(programme_id)s, %(folded)s, %(shown)s, %(single_use)s, %(connection)s, %(country)s, %(platform)s, %(text)s,
        %(now)s, %(plan)s)
ON CONFLICT (programme_id, folded, connection_id) DO NOTHING
RETURNING id
"""
_CODE_OWNER = """
INSERT INTO code_owner (programme_id, code_id, owner_party_id, creator_party_id, from_at, leaf_index)
VALUES (%(programme_id)s, %(asset)s, %(owner)s, %(creator)s, %(now)s, %(leaf)s)
"""
_CODE_STATE = """
INSERT INTO code_state (programme_id, code_id, state, from_at, leaf_index)
VALUES (%(programme_id)s, %(asset)s, %(state)s, %(now)s, %(leaf)s)
"""
_CHOOSES = "SELECT FROM party WHERE programme_id = %(programme_id)s AND id = %(creator)s FOR NO KEY UPDATE"
_CHOSEN = """
SELECT coalesce(max(from_at), -1) FROM fan_choice
 WHERE programme_id = %(programme_id)s AND creator_party_id = %(creator)s AND link_id IS NOT DISTINCT FROM %(link)s
"""
_CHOICE = """
INSERT INTO fan_choice (programme_id, creator_party_id, link_id, fan_bps, from_at, leaf_index)
VALUES (%(programme_id)s, %(creator)s, %(link)s, %(fan_bps)s, %(now)s, %(leaf)s)
"""


@dataclass(frozen=True, slots=True)
class Label:
    """The advertising label that stands before a link or code, for a country and platform."""

    country: str
    platform: str
    text: str


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to make. ``owner`` differs from ``creator`` for a fan's link; without ``code`` one is drawn.

    ``source`` is the id of the creator's own link from which a fan's was made, whose choices hold for it too.
    """

    creator: int
    owner: int
    destination: str
    label: Label
    campaign: str = ""
    code: str = ""
    link_class: str = "standard"
    source: int | None = None


@dataclass(frozen=True, slots=True)
class NewCode:
    """A discount code as the shop knows it."""

    creator: int
    owner: int
    text: str
    label: Label
    single_use: bool = False
    connection: int | None = None
    #: The plan under which it was made in a shop or taken from a stock.
    plan: int | None = None


def add_link(programme: Programme, new: NewLink, now: Instant) -> tuple[int, str]:
    """Make a live link; returns its id and code. Raises ``BadInputError`` and ``ConflictError`` (``key_taken``)."""
    return add_links(programme, [new], now)[0]


def add_links(programme: Programme, news: Sequence[NewLink], now: Instant) -> list[tuple[int, str]]:
    """Make live links, all or none, in a handful of statements; returns their ids and codes in the same order.

    Raises ``BadInputError`` and ``ConflictError`` (``key_taken``).
    """
    for new in news:
        _check_link(new)
    check_parties(programme.access, {party for new in news for party in (new.owner, new.creator)})
    access = programme.access
    with access.transaction():
        check_staying(access, {party for new in news for party in (new.owner, new.creator)})
        codes = _codes(access, news)
        rows = access.fetch(_LINKS, {**_link_columns(news, codes), "now": now})
        ids: dict[str, int] = {row[0]: row[1] for row in rows}
        _check_taken(codes, ids)
        directory.register(access, "link", ids)
        owned = [(code, new.owner, new.creator) for code, new in zip(codes, news, strict=True)]
        made = [(ids[code], new.owner, new.creator) for code, new in zip(codes, news, strict=True)]
        states = first_states(programme, "link", made, now)
        first = log_ownership(programme, "link", owned, states, now)
        columns = {
            "assets": [ids[code] for code in codes],
            "owners": [new.owner for new in news],
            "creators": [new.creator for new in news],
            "leaves": list(range(first, first + len(news))),
            "states": states,
            "now": now,
        }
        access.execute(_LINK_OWNERS, columns)
        access.execute(_LINK_STATES, columns)
    return [(ids[code], code) for code in codes]


def add_code(programme: Programme, new: NewCode, now: Instant) -> int:
    """Make a discount code known as a creator's or fan's; returns its id. Raises ``ConflictError`` (``code_taken``)."""
    check_label(new.label)
    shown = new.text.strip()
    if not 1 <= len(shown) <= 100:
        raise BadInputError("bad_code", "A discount code has 1 to 100 characters.")
    access = programme.access
    check_parties(access, {new.creator, new.owner})
    check_shop(access, new.connection)
    with access.transaction():
        check_staying(access, {new.creator, new.owner})
        values = {"folded": shown.casefold(), "shown": shown, "single_use": new.single_use, "plan": new.plan}
        row = access.fetch_one(_CODE, {**values, **_label(new.label), "connection": new.connection, "now": now})
        if row is None:
            raise ConflictError(
                "code_taken", "The code %(text)s already belongs to somebody in this programme.", text=repr(shown)
            )
        (state,) = first_states(programme, "code", [(int(row[0]), new.owner, new.creator)], now)
        leaf = log_ownership(programme, "code", [(shown.casefold(), new.owner, new.creator)], state, now)
        values = {"asset": int(row[0]), "now": now, "leaf": leaf}
        access.execute(_CODE_OWNER, {**values, "owner": new.owner, "creator": new.creator})
        access.execute(_CODE_STATE, {**values, "state": state})
    return int(row[0])


def choose_fan_part(
    programme: Programme, creator: int, fan_bps: int, now: Instant, *, link_id: int | None = None
) -> None:
    """The creator's own choice of her fans' part, from now on: for one link or for all. Old clicks keep theirs.

    A choice for a link of her own holds for the links that fans made from it, unless one was chosen for those.
    """
    most = min(MAX_FAN_BPS, programme.book.at(now).fan_max_bps)
    if not 0 <= fan_bps <= most:
        raise BadInputError(
            "fan_part_out_of_limits",
            "The fan's part may be 0 to %(most)s %% in this programme.",
            most=f"{most / 100:g}",
        )
    check_parties(programme.access, {creator})
    check_link(programme.access, link_id)
    access = programme.access
    with access.transaction():
        # Two choices of one moment follow each other.
        access.execute(_CHOOSES, {"creator": creator})
        since = max(now, int(access.value(_CHOSEN, {"creator": creator, "link": link_id})) + 1)
        leaf = log_store.append(access, [choice_leaf(programme, creator, link_id, fan_bps, since)])
        values = {"creator": creator, "link": link_id, "fan_bps": fan_bps, "now": since, "leaf": leaf}
        access.execute(_CHOICE, values)


def choice_leaf(
    programme: Programme, creator: int, link_id: int | None, fan_bps: int, since: Instant
) -> dict[str, Any]:
    """The log leaf of a choice: whose it is and for which link are commitments under the programme's salts."""
    salt = commitments.derive_salt(programme.salts, "choice", str(creator), str(link_id), str(since))
    link = None if link_id is None else commitments.commit(commitments.LINK, salt, str(link_id))
    return leaves.choice(creator=commitments.who(salt, str(creator)), link=link, fan_bps=fan_bps, since=since)


def draw_code(length: int = 8) -> str:
    """A random link code without look-alikes (39 bits at length 8)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def log_ownership(
    programme: Programme, kind: str, owned: Sequence[tuple[str, int, int]], state: str | Sequence[str], now: Instant
) -> int:
    """Log ownership (key, owner, creator) and state from now on, as commitments; returns the first leaf's index.

    ``state`` is one for all, or one for each.
    """
    states = [state] * len(owned) if isinstance(state, str) else state
    known = programme.vault.party_salts({party for _, owner, creator in owned for party in (owner, creator)})
    return log_store.append(
        programme.access,
        [
            ownership_leaf(programme, kind, key, (known[owner], known[creator]), its, now)
            for (key, owner, creator), its in zip(owned, states, strict=True)
        ],
    )


def ownership_leaf(
    programme: Programme,
    kind: str,
    key: str,
    parties: tuple[tuple[str, bytes | None], tuple[str, bytes | None]],
    state: str,
    since: Instant,
) -> dict[str, Any]:
    """The log leaf of a link's or code's owner, creator (public id and salt key) and state from an instant on.

    Where one of them was erased the commitment to her is as random as if her key were forgotten.
    """
    owner, creator = (
        commitments.who(commitments.derive_salt(salt or os.urandom(32), kind, key, str(since), role), public_id)
        for (public_id, salt), role in zip(parties, _roles(parties), strict=True)
    )
    subject_salt = commitments.derive_salt(programme.salts, kind, key)
    if kind == "link":
        subject = commitments.commit(commitments.LINK, subject_salt, key)
        return leaves.link(link=subject, owner=owner, creator=creator, state=state, since=since)
    subject = commitments.commit(commitments.CODE, subject_salt, key)
    return leaves.code(code=subject, owner=owner, creator=creator, state=state, since=since)


def _roles(parties: tuple[object, object]) -> tuple[str, str]:
    """One person has one commitment: a link's own creator is its owner in the same words."""
    return ("creator", "creator") if parties[0] == parties[1] else ("owner", "creator")


def _link_columns(news: Sequence[NewLink], codes: Sequence[str]) -> dict[str, list[Any]]:
    labels = [_label(new.label) for new in news]
    return {
        "code": list(codes),
        "destination": [new.destination for new in news],
        "campaign": [new.campaign for new in news],
        "link_class": [new.link_class for new in news],
        "creator": [new.creator for new in news],
        "sources": [new.source for new in news],
        **{name: [label[name] for label in labels] for name in ("country", "platform", "text")},
    }


def _label(label: Label) -> dict[str, str]:
    return {"country": label.country.upper(), "platform": label.platform, "text": label.text}


def _check_link(new: NewLink) -> None:
    check_label(new.label)
    _check_destination(new.destination)
    if new.code and not _CODE_OF_LINK.fullmatch(new.code):
        raise BadInputError("bad_link_code", "A link's code has 1 to 64 of a to z, 0 to 9, - and _.")
    if new.link_class not in CLASSES:
        raise BadInputError("bad_link_class", "A link is one of %(known)s.", known=", ".join(CLASSES))


def _codes(access: Access, news: Sequence[NewLink]) -> list[str]:
    """The code of each link, as chosen, else drawn until no link anywhere has it."""
    codes = [new.code.lower() for new in news]
    left = [place for place, code in enumerate(codes) if not code]
    while left:
        taken = set(codes)
        for place in left:
            codes[place] = _not_in(taken)
            taken.add(codes[place])
        known = directory.find_all(access.conn, "link", [codes[place] for place in left])
        left = [place for place in left if codes[place] in known]
    return codes


def _not_in(taken: Container[str]) -> str:
    while (code := draw_code()) in taken:
        continue
    return code


def _check_taken(codes: Sequence[str], fresh: Mapping[str, int]) -> None:
    """Two links of one code in one batch are as wrong as one that was there before."""
    taken = next((code for code in codes if code not in fresh), "")
    if taken or len(fresh) != len(codes):
        again = taken or next(code for code in codes if codes.count(code) > 1)
        raise ConflictError("key_taken", "%(text)s is already in use; choose another one.", text=repr(again))


def check_label(label: Label) -> None:
    """Raises ``BadInputError`` (``label_missing``, ``label_too_long``): a link or code could not go live with it."""
    if not (_COUNTRY.fullmatch(label.country) and label.platform.strip() and label.text.strip()):
        raise BadInputError(
            "label_missing",
            "A link goes live with its advertising label: say the country (DE), the platform and the text (Werbung).",
        )
    if len(label.platform) > LONGEST_PLATFORM or len(label.text) > LONGEST_LABEL:
        raise BadInputError(
            "label_too_long",
            "A label has at most %(label)s characters, the name of its platform %(platform)s.",
            label=LONGEST_LABEL,
            platform=LONGEST_PLATFORM,
        )


def _check_destination(destination: str) -> None:
    try:
        parts = urlsplit(destination)
    except ValueError:
        parts = urlsplit("")
    bad = any(ord(char) <= 32 or char in "\\\x7f" for char in destination)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or bad:
        raise BadInputError("bad_destination", "A link leads to a web address such as https://shop.example/product.")
