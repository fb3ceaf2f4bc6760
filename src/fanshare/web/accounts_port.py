"""What signing in needs from outside: one port, which a database fills and a page without one leaves empty."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from fanshare.core.instants import Instant
from fanshare.flows.authorisation import Hat, Seat
from fanshare.flows.signed_in import Asking, Entered, Factor, Offer, Owner, Passkey, Session, Underway, Wish

if TYPE_CHECKING:
    # Flows know the database, of which a page without one knows nothing.
    from fanshare.flows.payees import Undoing


class Accounts(Protocol):
    """Who may sign in, and who is signed in. Called from several threads."""

    @property
    def sends_mail(self) -> bool:
        """Whether a wished link can be mailed."""

    def wish(self, address: str, language: str, wanted: str = "") -> None:
        """Somebody wishes a link for an address, and wanted a page. Takes as long whether or not it is known."""

    def works(self, token: str) -> bool:
        """Whether a link would sign somebody in."""

    def enter(self, token: str) -> Entered:
        """Use a link up: what it opens, nothing when it does not work."""

    def doors(self) -> tuple[str, ...]:
        """The doors of a demonstration that stand open; none anywhere else."""

    def enter_by_door(self, door: str) -> Entered:
        """What such a door opens, nothing where it does not stand open."""

    def factor(self, account: bytes) -> Factor:
        """What an account has besides its mailbox."""

    def lacking_from(self, seat: Seat, account: bytes) -> Instant | None:
        """From when on she lacks a second factor that is asked of her; ``None`` where nothing is lacking."""

    def prove(self, owner: Owner, typed: str) -> bool:
        """Whether a code is the app's, or a recovery code; it is used up. Raises ``FanshareError`` after many."""

    def turn_on(self, owner: Owner, secret: bytes, typed: str) -> list[str]:
        """Take an app; recovery codes, where there were none. Raises ``FanshareError``."""

    def turn_off(self, owner: Owner) -> None:
        """Take the app away."""

    def renew_codes(self, owner: Owner) -> list[str]:
        """Fresh recovery codes in the place of those that are left."""

    def passkeys(self, account: bytes) -> list[Passkey]:
        """An account's passkeys."""

    def offer(self, asking: Asking, account: bytes) -> Offer:
        """A fresh question to one of an account's passkeys, or (no account) to whichever somebody has."""

    def add_passkey(self, owner: Owner, asking: Asking, answer: str, name: str) -> list[str]:
        """Take a passkey that was just made; recovery codes, where there were none. Raises ``FanshareError``."""

    def name_passkey(self, owner: Owner, passkey: str, name: str) -> None:
        """Call a passkey otherwise. Raises ``FanshareError``."""

    def remove_passkey(self, owner: Owner, passkey: str) -> bytes:
        """Remove a passkey; the id by which her device knows it."""

    def prove_by_passkey(self, account: bytes, asking: Asking, answer: str) -> bool:
        """Whether an answer is that of a passkey of this account; the question is used up."""

    def enter_by_passkey(self, asking: Asking, answer: str) -> Entered:
        """What a passkey opens, nothing when it does not work. The question is used up."""

    def sessions(self, account: bytes) -> list[Session]:
        """Where an account is signed in."""

    def end_others(self, account: bytes, key: str, name: str, actor: str) -> None:
        """End a session by its name, or all but the one of this key."""

    def address_of(self, seats: Iterable[Seat], account: bytes) -> str:
        """The address of an account, whose seats these are; empty where it is not known."""

    def underway(self, account: bytes) -> Underway | None:
        """A change of address that waits to be confirmed, or can still be undone."""

    def ask_address(self, seats: tuple[Seat, ...], account: bytes, wish: Wish) -> None:
        """Have another address confirmed by its mailbox. Raises ``FanshareError``."""

    def look_address(self, token: str, *, undoes: bool) -> str:
        """Which address a link confirms, or gives back; empty where it does not work."""

    def confirm_address(self, token: str) -> bool:
        """Change the address, as the new mailbox says; whether it was done."""

    def undo_address(self, token: str) -> bool:
        """Take a change back, as the old mailbox says; whether it was done."""

    def hats(self, seats: Iterable[Seat]) -> tuple[Hat, ...]:
        """The seats that still exist."""

    def speak(self, seats: Iterable[Seat], language: str) -> None:
        """Mail to these creators and fans in a language from now on."""

    def read_in(self, seats: Iterable[Seat], *, zone: str | None = None, currency: str | None = None) -> None:
        """Keep in which time zone and which currency first these people read; ``None`` leaves it as it is."""

    def session(self, key: str) -> dict[str, object] | None:
        """What a living session holds."""

    def keep_session(self, key: str, content: dict[str, object]) -> None:
        """Keep it."""

    def end_session(self, key: str) -> None:
        """Forget it."""

    def stop_mail(self, token: str, *, really: bool) -> str | None:
        """The programme whose weekly mail a token stops; it is stopped when ``really``. ``None`` for no such token."""

    def undo_payee(self, token: str, *, really: bool) -> "Undoing | None":
        """The change of where money goes that a token names; given up when ``really``. ``None`` for no such token."""


class NoAccounts:
    """Nobody signs in here."""

    sends_mail = False

    def wish(self, address: str, language: str, wanted: str = "") -> None:
        """Nothing."""

    def works(self, token: str) -> bool:  # noqa: ARG002 - the port's signature
        """Never."""
        return False

    def enter(self, token: str) -> Entered:  # noqa: ARG002 - the port's signature
        """Nothing."""
        return Entered()

    def doors(self) -> tuple[str, ...]:
        """None."""
        return ()

    def enter_by_door(self, door: str) -> Entered:  # noqa: ARG002 - the port's signature
        """Nothing."""
        return Entered()

    def factor(self, account: bytes) -> Factor:  # noqa: ARG002 - the port's signature
        """None."""
        return Factor(on=False)

    def lacking_from(self, seat: Seat, account: bytes) -> Instant | None:  # noqa: ARG002 - the port's signature
        """Nobody is asked for anything."""
        return None

    def prove(self, owner: Owner, typed: str) -> bool:  # noqa: ARG002 - the port's signature
        """Never."""
        return False

    def turn_on(self, owner: Owner, secret: bytes, typed: str) -> list[str]:  # noqa: ARG002 - the port's signature
        """Nothing."""
        return []

    def turn_off(self, owner: Owner) -> None:
        """Nothing."""

    def renew_codes(self, owner: Owner) -> list[str]:  # noqa: ARG002 - the port's signature
        """None."""
        return []

    def passkeys(self, account: bytes) -> list[Passkey]:  # noqa: ARG002 - the port's signature
        """None."""
        return []

    def offer(self, asking: Asking, account: bytes) -> Offer:  # noqa: ARG002 - the port's signature
        """A question that nobody can answer."""
        return Offer(b"")

    def add_passkey(self, owner: Owner, asking: Asking, answer: str, name: str) -> list[str]:  # noqa: ARG002
        """Nothing."""
        return []

    def name_passkey(self, owner: Owner, passkey: str, name: str) -> None:
        """Nothing."""

    def remove_passkey(self, owner: Owner, passkey: str) -> bytes:  # noqa: ARG002 - the port's signature
        """Nothing."""
        return b""

    def prove_by_passkey(self, account: bytes, asking: Asking, answer: str) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def enter_by_passkey(self, asking: Asking, answer: str) -> Entered:  # noqa: ARG002 - the port's signature
        """Nothing."""
        return Entered()

    def sessions(self, account: bytes) -> list[Session]:  # noqa: ARG002 - the port's signature
        """None."""
        return []

    def end_others(self, account: bytes, key: str, name: str, actor: str) -> None:
        """Nothing."""

    def address_of(self, seats: Iterable[Seat], account: bytes) -> str:  # noqa: ARG002 - the port's signature
        """None."""
        return ""

    def underway(self, account: bytes) -> Underway | None:  # noqa: ARG002 - the port's signature
        """None."""
        return None

    def ask_address(self, seats: tuple[Seat, ...], account: bytes, wish: Wish) -> None:
        """Nothing."""

    def look_address(self, token: str, *, undoes: bool) -> str:  # noqa: ARG002 - the port's signature
        """None."""
        return ""

    def confirm_address(self, token: str) -> bool:  # noqa: ARG002 - the port's signature
        """Never."""
        return False

    def undo_address(self, token: str) -> bool:  # noqa: ARG002 - the port's signature
        """Never."""
        return False

    def hats(self, seats: Iterable[Seat]) -> tuple[Hat, ...]:  # noqa: ARG002 - the port's signature
        """None."""
        return ()

    def speak(self, seats: Iterable[Seat], language: str) -> None:
        """Nothing."""

    def read_in(self, seats: Iterable[Seat], *, zone: str | None = None, currency: str | None = None) -> None:
        """Nothing."""

    def session(self, key: str) -> dict[str, object] | None:  # noqa: ARG002 - the port's signature
        """None."""
        return None

    def keep_session(self, key: str, content: dict[str, object]) -> None:
        """Nothing."""

    def end_session(self, key: str) -> None:
        """Nothing."""

    def stop_mail(self, token: str, *, really: bool) -> str | None:  # noqa: ARG002 - the port's signature
        """None."""
        return None

    def undo_payee(self, token: str, *, really: bool) -> "Undoing | None":  # noqa: ARG002 - the port's signature
        """None."""
        return None
