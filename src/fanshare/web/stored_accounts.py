"""The accounts over PostgreSQL: thin, one connection per call."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from fanshare.config.keys import Keys
from fanshare.core.errors import FanshareError
from fanshare.core.instants import Instant
from fanshare.flows import mail_choice, outbox, sign_in
from fanshare.flows.authorisation import Hat, Seat

type Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class StoredAccounts:
    """``Accounts`` over the installation's database."""

    connect: Callable[[], Connection]
    keys: Keys
    clock: Callable[[], Instant]
    sends_mail: bool = False

    def wish(self, address: str) -> None:
        """Put the wish into the outbox; whose address it is, is asked when it is sent."""
        with self._open() as conn:
            outbox.wish_link(conn, self.keys, address, self.clock())

    def works(self, token: str) -> bool:
        """Whether a link would sign somebody in."""
        with self._open() as conn:
            return sign_in.works(conn, token, self.clock())

    def redeem(self, token: str) -> tuple[Seat, ...]:
        """Use a link up."""
        with self._open() as conn:
            return sign_in.redeem(conn, self.keys, token, self.clock())

    def hats(self, seats: Iterable[Seat]) -> tuple[Hat, ...]:
        """The seats that still exist."""
        with self._open() as conn:
            return sign_in.hats(conn, seats)

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

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        try:
            with closing(self.connect()) as conn:
                yield conn
        except (psycopg.OperationalError, OSError) as error:
            raise FanshareError(
                "database_away", "The database can't be reached at the moment; nothing is lost. Try again soon.", 503
            ) from error
