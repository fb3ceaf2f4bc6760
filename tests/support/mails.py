"""Reading the mails that an installation in tests has sent."""

from email.message import EmailMessage


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail, with plain line ends."""
    body = mail.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    """Its HTML."""
    body = mail.get_body(("html",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())
