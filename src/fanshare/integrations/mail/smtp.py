"""Mail by SMTP (RFC 5321, 6409): STARTTLS on port 587 or TLS from the first byte on 465, certificates checked."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from fanshare.core.instants import Instant
from fanshare.integrations.mail.compose import compose
from fanshare.integrations.mail.types import Letter, MailError, MailServer

TIMEOUT = 10.0


@dataclass(frozen=True)
class SmtpMailer:
    """A mailer over a server. ``tls`` is for tests, whose server has a certificate of its own."""

    server: MailServer
    clock: Callable[[], Instant]
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    timeout: float = TIMEOUT

    @contextmanager
    def open(self) -> Iterator["SmtpPost"]:
        """A connection, logged in. Raises ``MailError``."""
        try:
            client = connect(self.server, self.tls, self.timeout)
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise MailError(f"The mail server {self.server.host} can't be used: {reason(error)}") from error
        try:
            yield SmtpPost(client, self.server.sender, self.clock)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                client.quit()


@dataclass(frozen=True)
class SmtpPost:
    """An open connection."""

    client: smtplib.SMTP
    sender: str
    clock: Callable[[], Instant]

    def send(self, letter: Letter) -> None:
        """Hand one letter over. Raises ``MailError``."""
        message = compose(letter, self.sender, self.clock())
        try:
            self.client.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = min(code for code, _ in error.recipients.values())
            raise MailError("The mail server refused the recipient.", for_good=code >= 500) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailError("The mail server can't write to this address.", for_good=True) from error
        except smtplib.SMTPDataError as error:
            raise MailError(
                f"The mail server refused the mail ({error.smtp_code}).", for_good=error.smtp_code >= 500
            ) from error
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise MailError(f"The mail was not handed over: {reason(error)}") from error


def connect(server: MailServer, tls: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    """A connection to a server, secured and logged in. Raises ``OSError`` and ``smtplib.SMTPException``."""
    if server.security == "tls":
        client: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout, context=tls)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=timeout)
    try:
        if server.security == "starttls":
            client.starttls(context=tls)
        if server.user:
            client.login(server.user, server.password)
    except BaseException:
        client.close()
        raise
    return client


def reason(error: Exception) -> str:
    """What went wrong, in words, and nothing of what was sent."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return "it refused the user name or password."
        case smtplib.SMTPNotSupportedError():
            return "it does not offer what is asked for (STARTTLS or a login)."
        case smtplib.SMTPResponseException():
            return f"it answered {error.smtp_code}."
        case ssl.SSLCertVerificationError():
            return "its certificate is not good for this name."
        case ssl.SSLError():
            return "it does not speak TLS here."
        case TimeoutError():
            return "it does not answer in time."
        case ConnectionRefusedError():
            return "nobody listens there."
        case UnicodeError():
            return "its name is no name of a host."
        case smtplib.SMTPException():
            return "it broke off."
        case _:
            return f"{getattr(error, 'strerror', None) or type(error).__name__}."
