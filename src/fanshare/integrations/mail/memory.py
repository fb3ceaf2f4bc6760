"""A mailbox in memory: what an installation in tests sends, composed as for a real server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage

from fanshare.core.instants import Instant
from fanshare.integrations.mail.compose import compose
from fanshare.integrations.mail.types import Letter, MailError


@dataclass
class MemoryMailer:
    """Keeps what is sent. ``refuses`` are addresses it says no to for good; ``away`` makes it unreachable."""

    clock: Callable[[], Instant]
    sender: str = "shop@example.test"
    sent: list[EmailMessage] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    away: bool = False

    @contextmanager
    def open(self) -> Iterator["MemoryMailer"]:
        """Itself. Raises ``MailError`` while it is away."""
        if self.away:
            raise MailError("The mail server does not answer.")
        yield self

    def send(self, letter: Letter) -> None:
        """Keep one. Raises ``MailError``."""
        if self.away:
            raise MailError("The mail server does not answer.")
        message = compose(letter, self.sender, self.clock())
        if letter.to in self.refuses:
            raise MailError("The mail server refused the recipient.", for_good=True)
        self.sent.append(message)
