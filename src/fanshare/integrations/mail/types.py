"""The mail port: what is sent, through which server, and what can go wrong. Loads nothing but dataclasses."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from fanshare.core.errors import FanshareError

type Security = Literal["starttls", "tls", "none"]

STARTTLS_PORT, TLS_PORT = 587, 465


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server and who writes. ``security``: ``starttls`` (RFC 3207, port 587), ``tls`` (RFC 8314, port 465) or
    ``none``, which is for a server on this machine alone. No user name means that the server asks for none."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as plain text, in a language. ``ident`` makes its Message-ID, so that a mail program knows a second
    copy; ``stop_url`` becomes the one-click unsubscription of RFC 8058."""

    to: str
    subject: str
    text: str
    ident: str
    stop_url: str = ""
    language: str = "en"


class MailError(FanshareError):
    """A letter was not handed over. ``for_good``: trying again would end the same way."""

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        super().__init__("mail_failed", message, 503)
        self.for_good = for_good


class Post(Protocol):
    """An open way to the server."""

    def send(self, letter: Letter) -> None:
        """Hand one letter over. Raises ``MailError``."""


class Mailer(Protocol):
    """Where letters go."""

    def open(self) -> AbstractContextManager[Post]:
        """A way to send some letters, used within a ``with`` block. Raises ``MailError``."""
