"""The accounts over PostgreSQL: thin, one connection per call."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from fanshare.config.keys import Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.flows import (
    address_change,
    audit,
    demo_doors,
    factor_rule,
    mail_choice,
    outbox,
    passkeys,
    payees,
    second_factor,
    sign_in,
)
from fanshare.flows.authorisation import Hat, Seat
from fanshare.flows.signed_in import Asking, Entered, Factor, Offer, Owner, Passkey, Session, Underway, Wish

type Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class StoredAccounts:
    """``Accounts`` over the installation's database."""

    lend: Callable[[], AbstractContextManager[Connection]]
    keys: Keys
    clock: Callable[[], Instant]
    sends_mail: bool = False

    def wish(self, address: str, language: str, wanted: str = "") -> None:
        """Put the wish into the outbox; whose address it is, is asked when it is sent."""
        with self._open() as conn:
            outbox.wish_link(conn, self.keys, address, self.clock(), language, wanted)

    def works(self, token: str) -> bool:
        """Whether a link would sign somebody in."""
        with self._open() as conn:
            return sign_in.works(conn, token, self.clock())

    def enter(self, token: str) -> Entered:
        """Use a link up."""
        with self._open() as conn:
            return sign_in.enter(conn, self.keys, token, self.clock())

    def doors(self) -> tuple[str, ...]:
        """The doors of a demonstration."""
        with self._open() as conn:
            return tuple(demo_doors.addresses(conn))

    def enter_by_door(self, door: str) -> Entered:
        """What it opens."""
        with self._open() as conn:
            return demo_doors.enter(conn, self.keys, door, self.clock())

    def factor(self, account: bytes) -> Factor:
        """What an account has."""
        with self._open() as conn:
            return second_factor.state_of(conn, account)

    def lacking_from(self, seat: Seat, account: bytes) -> Instant | None:
        """From when on she lacks a second factor that is asked of her."""
        with self._open() as conn:
            return factor_rule.lacking_from(conn, seat, account)

    def prove(self, owner: Owner, typed: str) -> bool:
        """Whether a code is right; it is used up."""
        with self._open() as conn:
            return second_factor.prove(conn, self.keys, owner, typed, self.clock())

    def turn_on(self, owner: Owner, secret: bytes, typed: str) -> list[str]:
        """Take an app."""
        with self._open() as conn:
            return second_factor.turn_on(conn, self.keys, owner, secret, typed, self.clock())

    def turn_off(self, owner: Owner) -> None:
        """Take the app away."""
        with self._open() as conn:
            second_factor.turn_off(conn, self.keys, owner, self.clock())

    def renew_codes(self, owner: Owner) -> list[str]:
        """Fresh recovery codes."""
        with self._open() as conn:
            return second_factor.renew_codes(conn, self.keys, owner, self.clock())

    def passkeys(self, account: bytes) -> list[Passkey]:
        """An account's passkeys."""
        with self._open() as conn:
            return passkeys.of_account(conn, self.keys, account)

    def offer(self, asking: Asking, account: bytes) -> Offer:
        """A question; one to nobody in particular needs no database."""
        if not account:
            return passkeys.question(self.keys, asking, self.clock())
        with self._open() as conn:
            return passkeys.offer(conn, self.keys, asking, account, self.clock())

    def add_passkey(self, owner: Owner, asking: Asking, answer: str, name: str) -> list[str]:
        """Take a passkey."""
        with self._open() as conn:
            return passkeys.add(conn, self.keys, owner, asking, answer, name, self.clock())

    def name_passkey(self, owner: Owner, passkey: str, name: str) -> None:
        """Call it otherwise."""
        with self._open() as conn:
            passkeys.rename(conn, self.keys, owner, passkey, name, self.clock())

    def remove_passkey(self, owner: Owner, passkey: str) -> bytes:
        """Remove it."""
        with self._open() as conn:
            return passkeys.remove(conn, self.keys, owner, passkey, self.clock())

    def prove_by_passkey(self, account: bytes, asking: Asking, answer: str) -> bool:
        """Whether it is the account's."""
        with self._open() as conn:
            return passkeys.prove(conn, self.keys, account, asking, answer, self.clock())

    def enter_by_passkey(self, asking: Asking, answer: str) -> Entered:
        """What it opens."""
        with self._open() as conn:
            return passkeys.enter(conn, self.keys, asking, answer, self.clock())

    def sessions(self, account: bytes) -> list[Session]:
        """Where an account is signed in."""
        with self._open() as conn:
            return sign_in.sessions(conn, self.keys, account, self.clock())

    def end_others(self, account: bytes, key: str, name: str, actor: str) -> None:
        """End other sessions."""
        with self._open() as conn, conn.transaction():
            if sign_in.end_others(conn, account, key, name):
                audit.note(conn, actor, "session.end", self.clock())

    def address_of(self, seats: Iterable[Seat], account: bytes) -> str:
        """What the vault keeps."""
        with self._open() as conn:
            return address_change.address_of(conn, self.keys, seats, account)

    def underway(self, account: bytes) -> Underway | None:
        """What there is of a change."""
        with self._open() as conn:
            return address_change.underway(conn, self.keys, account, self.clock())

    def ask_address(self, seats: tuple[Seat, ...], account: bytes, wish: Wish) -> None:
        """Put the mail into the outbox; whether it is somebody's address is asked when it is sent."""
        with self._open() as conn:
            address_change.ask(conn, self.keys, seats, account, wish, self.clock())

    def look_address(self, token: str, *, undoes: bool) -> str:
        """The address that a link is about."""
        with self._open() as conn:
            found = address_change.look(conn, self.keys, token, self.clock(), undoes=undoes)
        return "" if found is None else found.old if undoes else found.new

    def confirm_address(self, token: str) -> bool:
        """Change it."""
        with self._open() as conn:
            return address_change.confirm(conn, self.keys, token, self.clock()) is not None

    def undo_address(self, token: str) -> bool:
        """Take it back."""
        with self._open() as conn:
            return address_change.undo(conn, self.keys, token, self.clock()) is not None

    def hats(self, seats: Iterable[Seat]) -> tuple[Hat, ...]:
        """The seats that still exist."""
        with self._open() as conn:
            return sign_in.hats(conn, seats)

    def speak(self, seats: Iterable[Seat], language: str) -> None:
        """Keep the language of mails."""
        with self._open() as conn:
            mail_choice.speak(conn, seats, language)

    def read_in(self, seats: Iterable[Seat], *, zone: str | None = None, currency: str | None = None) -> None:
        """Keep how these people read."""
        with self._open() as conn:
            mail_choice.read_in(conn, seats, zone=zone, currency=currency)

    def session(self, key: str) -> dict[str, object] | None:
        """What a living session holds."""
        with self._open() as conn:
            return sign_in.session(conn, self.keys, key, self.clock())

    def keep_session(self, key: str, content: dict[str, object]) -> None:
        """Keep it."""
        with self._open() as conn:
            sign_in.keep_session(conn, self.keys, key, content, self.clock())

    def end_session(self, key: str) -> None:
        """Forget it."""
        with self._open() as conn:
            sign_in.end_session(conn, key)

    def stop_mail(self, token: str, *, really: bool) -> str | None:
        """Whose weekly mail a token stops."""
        with self._open() as conn:
            return mail_choice.stop(conn, self.keys, token, self.clock(), really=really)

    def undo_payee(self, token: str, *, really: bool) -> payees.Undoing | None:
        """The change that a token names."""
        with self._open() as conn:
            return payees.by_link(conn, self.keys, token, self.clock(), really=really)

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        try:
            with self.lend() as conn:
                yield conn
        except (psycopg.OperationalError, OSError) as error:
            raise FanshareError(
                "database_away", "The database can't be reached at the moment; nothing is lost. Try again soon.", 503
            ) from error
