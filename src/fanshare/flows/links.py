"""Links and codes: who owns them since when, whether they are live, what part a fan gets. A dated history throughout.

No link or code goes live without an advertising label for its country and platform.
"""

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fanshare.core import commitments, leaves
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.core.terms import MAX_FAN_BPS
from fanshare.flows.context import Programme
from fanshare.store import directory, log_store

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"

_LINK = """
INSERT INTO link (programme_id, code, destination, campaign, link_class, creator_party_id, label_country,
                  label_platform, label_text, created_at)
VALUES (%(programme_id)s, %(code)s, %(destination)s, %(campaign)s, %(link_class)s, %(creator)s, %(country)s,
        %(platform)s, %(text)s, %(now)s)
RETURNING id
"""
_LINK_OWNER = """
INSERT INTO link_owner (programme_id, link_id, owner_party_id, creator_party_id, from_at, leaf_index)
VALUES (%(programme_id)s, %(asset)s, %(owner)s, %(creator)s, %(now)s, %(leaf)s)
"""
_LINK_STATE = """
INSERT INTO link_state (programme_id, link_id, state, from_at, leaf_index)
VALUES (%(programme_id)s, %(asset)s, %(state)s, %(now)s, %(leaf)s)
"""
_CODE = """
INSERT INTO code (programme_id, folded, shown, single_use, connection_id, label_country, label_platform, label_text,
                  created_at)
VALUES (%(programme_id)s, %(folded)s, %(shown)s, %(single_use)s, %(connection)s, %(country)s, %(platform)s, %(text)s,
        %(now)s)
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
_LINK_NOW = """
SELECT l.id, o.owner_party_id, o.creator_party_id FROM link l
  JOIN LATERAL (SELECT owner_party_id, creator_party_id FROM link_owner
                 WHERE programme_id = l.programme_id AND link_id = l.id ORDER BY from_at DESC LIMIT 1) o ON true
 WHERE l.programme_id = %(programme_id)s AND l.code = %(code)s
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
    """A link to make. ``owner`` differs from ``creator`` for a fan's link; without ``code`` one is drawn."""

    creator: int
    owner: int
    destination: str
    label: Label
    campaign: str = ""
    code: str = ""
    link_class: str = "standard"


@dataclass(frozen=True, slots=True)
class NewCode:
    """A discount code as the shop knows it."""

    creator: int
    owner: int
    text: str
    label: Label
    single_use: bool = False
    connection: int | None = None


def add_link(programme: Programme, new: NewLink, now: Instant) -> tuple[int, str]:
    """Make a live link; returns its id and code. Raises ``BadInputError`` and ``ConflictError`` (``key_taken``)."""
    _check_label(new.label)
    _check_destination(new.destination)
    code = (new.code or draw_code()).lower()
    access = programme.access
    with access.transaction():
        values = {"code": code, "destination": new.destination, "campaign": new.campaign}
        link_id: int = access.value(
            _LINK,
            {**values, **_label(new.label), "link_class": new.link_class, "creator": new.creator, "now": now},
        )
        directory.register(access, "link", {code: link_id})
        leaf = _log(programme, "link", code, new.owner, new.creator, "active", now)
        _own(programme, _LINK_OWNER, _LINK_STATE, link_id, new.owner, new.creator, leaf, now)
    return link_id, code


def add_code(programme: Programme, new: NewCode, now: Instant) -> int:
    """Make a discount code known as a creator's or fan's; returns its id. Raises ``ConflictError`` (``code_taken``)."""
    _check_label(new.label)
    shown = new.text.strip()
    if not 1 <= len(shown) <= 100:
        raise BadInputError("bad_code", "A discount code has 1 to 100 characters.")
    access = programme.access
    with access.transaction():
        values = {"folded": shown.casefold(), "shown": shown, "single_use": new.single_use}
        row = access.fetch_one(_CODE, {**values, **_label(new.label), "connection": new.connection, "now": now})
        if row is None:
            raise ConflictError("code_taken", f"The code {shown!r} already belongs to somebody in this programme.")
        leaf = _log(programme, "code", shown.casefold(), new.owner, new.creator, "active", now)
        _own(programme, _CODE_OWNER, _CODE_STATE, int(row[0]), new.owner, new.creator, leaf, now)
    return int(row[0])


def set_link_state(programme: Programme, code: str, state: str, now: Instant) -> None:
    """Pause, end or resume a link from now on; clicks made before keep what they earned."""
    if state not in ("active", "paused", "ended"):
        raise BadInputError("bad_state", "A link can be active, paused or ended.")
    access = programme.access
    with access.transaction():
        row = access.fetch_one(_LINK_NOW, {"code": code.lower()})
        if row is None:
            raise BadInputError("unknown_link", f"There is no link {code[:64]!r} in this programme.")
        leaf = _log(programme, "link", code.lower(), row[1], row[2], state, now)
        access.execute(_LINK_STATE, {"asset": row[0], "state": state, "now": now, "leaf": leaf})


def choose_fan_part(
    programme: Programme, creator: int, fan_bps: int, now: Instant, *, link_id: int | None = None
) -> None:
    """The creator's own choice of her fans' part, from now on: for one link or for all. Old clicks keep theirs."""
    most = min(MAX_FAN_BPS, programme.book.at(now).fan_max_bps)
    if not 0 <= fan_bps <= most:
        raise BadInputError("fan_part_out_of_limits", f"The fan's part may be 0 to {most / 100:g} % in this programme.")
    values = {"creator": creator, "link": link_id, "fan_bps": fan_bps, "now": now}
    with programme.access.transaction():
        leaf = log_store.append(programme.access, [choice_leaf(programme, creator, link_id, fan_bps, now)])
        programme.access.execute(_CHOICE, {**values, "leaf": leaf})


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


def _own(
    programme: Programme, owners: Any, states: Any, asset: int, owner: int, creator: int, leaf: int, now: Instant
) -> None:
    values = {"asset": asset, "now": now, "leaf": leaf}
    programme.access.execute(owners, {**values, "owner": owner, "creator": creator})
    programme.access.execute(states, {**values, "state": "active"})


def _log(programme: Programme, kind: str, key: str, owner: int, creator: int, state: str, now: Instant) -> int:
    """Log ownership and state from now on, as commitments; returns the leaf's index."""
    known = programme.vault.party_salts({owner, creator})
    salts = {
        party: commitments.derive_salt(salt, kind, key, str(now), role)
        for role, party in (("owner", owner), ("creator", creator))
        if (salt := known[party][1]) is not None
    }
    subject_salt = commitments.derive_salt(programme.salts, kind, key)
    who = {party: commitments.who(salt, known[party][0]) for party, salt in salts.items()}
    tag = commitments.LINK if kind == "link" else commitments.CODE
    subject = commitments.commit(tag, subject_salt, key)
    parties = {"owner": who[owner], "creator": who[creator]}
    if kind == "link":
        body = leaves.link(link=subject, **parties, state=state, since=now)
    else:
        body = leaves.code(code=subject, **parties, state=state, since=now)
    return log_store.append(programme.access, [body])


def _label(label: Label) -> dict[str, str]:
    return {"country": label.country.upper(), "platform": label.platform, "text": label.text}


def _check_label(label: Label) -> None:
    if not (len(label.country) == 2 and label.country.isalpha() and label.platform.strip() and label.text.strip()):
        raise BadInputError(
            "label_missing",
            "A link goes live with its advertising label: say the country (DE), the platform and the text (Werbung).",
        )


def _check_destination(destination: str) -> None:
    try:
        parts = urlsplit(destination)
    except ValueError:
        parts = urlsplit("")
    bad = any(ord(char) <= 32 or char in "\\\x7f" for char in destination)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or bad:
        raise BadInputError("bad_destination", "A link leads to a web address such as https://shop.example/product.")
