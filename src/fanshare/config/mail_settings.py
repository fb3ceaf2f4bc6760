"""How this installation sends mail: ``FANSHARE_SMTP_*`` and ``FANSHARE_MAIL_FROM``, read once at the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Literal

from fanshare.core.errors import BadInputError

type Security = Literal["starttls", "tls", "none"]

STARTTLS_PORT, TLS_PORT = 587, 465
_SECURITY: Mapping[str, Security] = {"starttls": "starttls", "tls": "tls", "none": "none"}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """A mail server and who writes. ``security``: ``starttls`` (RFC 3207, port 587), ``tls`` (RFC 8314, port 465) or
    ``none``, which is for a server on this machine alone. No user name means that the server asks for none."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def mail_settings(environ: Mapping[str, str], password: str = "") -> MailSettings | None:
    """The settings, ``None`` where no server is named. Raises ``BadInputError`` (``bad_setting``)."""
    host = environ.get("FANSHARE_SMTP_HOST", "").strip()
    if not host:
        return None
    port = environ.get("FANSHARE_SMTP_PORT", "").strip() or str(STARTTLS_PORT)
    if not (port.isascii() and port.isdigit() and 1 <= int(port[:9]) <= 65535):
        raise BadInputError("bad_setting", "FANSHARE_SMTP_PORT is a port number, usually 587 or 465.")
    usual = "tls" if int(port) == TLS_PORT else "starttls"
    security = _SECURITY.get(environ.get("FANSHARE_SMTP_SECURITY", "").strip().lower() or usual)
    if security is None:
        raise BadInputError("bad_setting", "FANSHARE_SMTP_SECURITY is starttls, tls or none.")
    user = environ.get("FANSHARE_SMTP_USER", "").strip()
    if security == "none" and user:
        raise BadInputError("bad_setting", "FANSHARE_SMTP_USER needs starttls or tls: a password is not sent in clear.")
    sender = environ.get("FANSHARE_MAIL_FROM", "").strip() or (user if "@" in user else "")
    return MailSettings(host, int(port), security, _checked(sender), user, password)


def _checked(sender: str) -> str:
    try:
        address = Address(addr_spec=parseaddr(sender)[1])
    except ValueError:
        address = None
    if address is None or not address.domain or "\n" in sender or "\r" in sender:
        raise BadInputError("bad_setting", "FANSHARE_MAIL_FROM is the address that mail comes from.")
    return sender
