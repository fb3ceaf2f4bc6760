"""From a letter to the bytes of a mail (RFC 5322): text, the same as HTML, and headers that machines understand."""

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from fanshare.core.instants import Instant, to_datetime
from fanshare.integrations.mail.html import html_of
from fanshare.integrations.mail.types import Letter, MailError


def compose(letter: Letter, sender: str, at: Instant) -> EmailMessage:
    """The mail. Raises ``MailError`` for an address no mail can go to: nothing it holds can become a header."""
    message = EmailMessage(policy=SMTP)
    try:
        name, spec = parseaddr(sender)
        author = Address(name, addr_spec=spec)
        message["From"] = author
        message["To"] = _whole(Address(addr_spec=letter.to))
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = format_datetime(to_datetime(at))
        message["Message-ID"] = f"<{letter.ident}@{author.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes, please
        if letter.stop_url:
            message["List-Unsubscribe"] = f"<{letter.stop_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    except (MessageError, ValueError, IndexError) as error:
        raise MailError("This address can't be written to.", for_good=True) from error
    message.set_content(letter.text, cte="quoted-printable")
    page = html_of(letter.text, str(message["Subject"]), letter.language or "en")
    message.add_alternative(page, subtype="html", cte="quoted-printable")
    return message


def _whole(address: Address) -> Address:
    """The same address. Raises ``ValueError`` for half of one."""
    if not (address.username and address.domain):
        raise ValueError("half an address")
    return address
