"""What signing in speaks of, as plain values: they need no database, and a page that has none may name them."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import idna

from fanshare.core.instants import Instant
from fanshare.flows.authorisation import Seat


@dataclass(frozen=True, slots=True)
class Entered:
    """Who came in by a link: her seats (none: the link did not work), her account (32 bytes), the page she wanted."""

    seats: tuple[Seat, ...] = ()
    account: bytes = b""
    wanted: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """One place where somebody is signed in. ``name`` is the hash of its key in hex, by which nobody can sign in."""

    name: str
    device: str
    began_at: Instant
    expires_at: Instant


@dataclass(frozen=True, slots=True)
class Factor:
    """What an account has besides its mailbox: an authenticator app, passkeys that work, recovery codes that are left.

    ``on`` says whether there is anything: a passkey that was stopped counts, so that stopping it opens nothing.
    """

    on: bool
    recovery_left: int = 0
    app: bool = False
    passkeys: int = 0


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose account something is done to: by whom that is written down, and where and in what language she is told.

    ``address`` is empty where it is not known, as of whoever keeps books without any programme.
    """

    account: bytes
    actor: str
    address: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Relying:
    """A site as passkeys know it: the name they are bound to, and the one origin whose pages may ask for them."""

    id: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> "Relying | None":
        """The site at an address; ``None`` where browsers have no passkeys: without https, or without a name.

        ``http://localhost`` counts as safe (W3C Secure Contexts, section 3.1).
        """
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        if not host or _is_number(host):
            return None
        if parts.scheme != "https" and (parts.scheme, host) != ("http", "localhost"):
            return None
        host = host if host.isascii() else idna.encode(host, uts46=True).decode()
        port = "" if parts.port in (None, {"https": 443, "http": 80}[parts.scheme]) else f":{parts.port}"
        return cls(host, f"{parts.scheme}://{host}{port}")


@dataclass(frozen=True, slots=True)
class Asking:
    """A question to a passkey: of which site, what for, and to what it is bound (a session, or a browser)."""

    relying: Relying
    purpose: str
    bound: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey as its owner sees it. ``id`` is the hash of its id in hex, by which nobody can use it.

    ``opens_books`` says whether her own books open by it (``workbench_passkeys``).
    """

    id: str
    name: str
    made_at: Instant
    used_at: Instant | None
    stopped_at: Instant | None
    opens_books: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a page needs to ask for a passkey: the question, what devices call the account, the passkeys there are."""

    challenge: bytes
    handle: bytes = b""
    known: tuple[bytes, ...] = ()


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


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
