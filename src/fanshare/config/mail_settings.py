"""How this installation sends mail: ``FANSHARE_SMTP_*`` and ``FANSHARE_MAIL_FROM``, read once at the start."""

from collections.abc import Mapping

from fanshare.core.errors import BadInputError
from fanshare.integrations.mail.types import STARTTLS_PORT, TLS_PORT, MailServer, Security

_SECURITY: Mapping[str, Security] = {"starttls": "starttls", "tls": "tls", "none": "none"}


def mail_settings(environ: Mapping[str, str], password: str = "") -> MailServer | None:
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
    return MailServer(host, int(port), security, _checked(sender), user, password)


def _checked(sender: str) -> str:
    from email.errors import MessageError
    from email.headerregistry import Address  # heavy, and needed only where mail is set up
    from email.utils import parseaddr

    try:
        address = Address(addr_spec=parseaddr(sender)[1])
    except (MessageError, ValueError, IndexError):
        address = None
    if address is None or not address.domain or "\n" in sender or "\r" in sender:
        raise BadInputError("bad_setting", "FANSHARE_MAIL_FROM is the address that mail comes from.")
    return sender
