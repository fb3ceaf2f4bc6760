"""What signing in speaks of, as plain values: they need no database, and a page that has none may name them."""

from dataclasses import dataclass

from fanshare.core.instants import Instant
from fanshare.flows.authorisation import Seat


@dataclass(frozen=True, slots=True)
class Entered:
    """Who came in by a link: her seats (none: the link did not work) and her account (32 bytes)."""

    seats: tuple[Seat, ...] = ()
    account: bytes = b""


@dataclass(frozen=True, slots=True)
class Session:
    """One place where somebody is signed in. ``name`` is the hash of its key in hex, by which nobody can sign in."""

    name: str
    device: str
    began_at: Instant
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class Factor:
    """Whether an account has an authenticator app, and how many recovery codes are left."""

    on: bool
    recovery_left: int = 0


@dataclass(frozen=True, slots=True)
class Underway:
    """A change of address: to which it was asked for and until when it can be confirmed, or (``done``) undone."""

    new: str
    done: bool
    until: Instant


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody typed: a new address, and (where only its hash is kept) the one of today; the mails' language."""

    new: str
    current: str = ""
    language: str = ""
