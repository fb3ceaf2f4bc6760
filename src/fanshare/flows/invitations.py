"""A mail to whoever was let into a brand's team: that she was, as what, and where she signs in.

It holds no link that signs anybody in: she asks for one with this address, as every time, so that the mail is worth
nothing to whoever else reads it. ``_`` translates, as in ``letters``.
"""

from collections.abc import Mapping
from typing import NamedTuple

from fanshare.config.keys import Keys
from fanshare.core.errors import BadInputError
from fanshare.core.instants import HOUR, Instant
from fanshare.core.marks import later
from fanshare.flows import outbox, staff
from fanshare.flows.authorisation import Post
from fanshare.flows.context import pseudonym
from fanshare.flows.letters import Say, Words
from fanshare.store.access import Access
from fanshare.store.queries import staff as rows

#: As what somebody looks after a programme, within the sentence of the mail.
_AS: Mapping[str, str] = {
    Post.OWNER: later("its owner"),
    Post.MANAGER: later("a manager"),
    Post.FINANCE: later("the one who looks after the money"),
    Post.READER: later("a reader"),
}


class Place(NamedTuple):
    """The brand's name, the name of this site, and where somebody signs in."""

    brand: str
    host: str
    url: str


def invite(access: Access, public_id: str, keys: Keys, address: str, language: str, now: Instant) -> bool:
    """Have a mail written to somebody of the team, at most once an hour; whether it was.

    Raises ``BadInputError`` (``bad_email``, ``unknown_address``).
    """
    if not post_of(access, public_id, keys, address):
        raise BadInputError("unknown_address", "Nobody with this address looks after this programme.", 404)
    key = f"{access.programme_id}/{staff.account_of(keys, address).hex()}/{now // HOUR}"
    content: dict[str, str | int] = {
        "programme": access.programme_id,
        "address": staff.clean(address),
        "language": language,
    }
    return outbox.put(access.conn, keys, outbox.INVITED, key, content, now)


def post_of(access: Access, public_id: str, keys: Keys, address: str) -> str:
    """As what the one with an address looks after a programme; empty where she does not. Raises ``bad_email``."""
    id_ = rows.with_hash(access, pseudonym(keys, public_id, "email", staff.folded(address)))
    found = None if id_ is None else rows.brand_person(access, id_)
    return "" if found is None else found.post


def words(_: Say, place: Place, post: str) -> Words:
    """The mail to whoever is ``post`` there."""
    subject = _("You look after %(name)s at %(host)s") % {"name": place.brand, "host": place.host}
    text = _("""Hello,

%(name)s let you into its pages at %(host)s, as %(post)s.

Sign in with this address. There is no password: each time you get a link by
mail, unless you set up a passkey.

%(url)s

You know nothing of this? Then there is nothing to do: without signing in you
are not told anything else.
""") % {"name": place.brand, "host": place.host, "post": _(_AS[post]), "url": place.url}
    return Words(subject, text)
