"""``fanshare mail``: whether mail leaves this machine, and by which port."""

import time
from typing import TYPE_CHECKING

import typer

from fanshare.cli.session import group, session

if TYPE_CHECKING:
    from fanshare.integrations.mail.types import MailServer

app = group("Try whether mail leaves this machine.")

#: Seconds for the mail itself, after the ports were tried; together they stay within what is promised.
SENDING = 3.0
NOT_SET_UP = "Mail is not set up: say FANSHARE_SMTP_HOST and FANSHARE_MAIL_FROM, and who logs in (see the guide)."


@app.command("test")
def try_out(ctx: typer.Context, address: str = typer.Argument(help="Where a mail is sent to if a port works.")) -> None:
    """Try ports 587 and 465 at once, say within 15 seconds what is blocked, and send by the port that is set up."""
    from fanshare.core.errors import BadInputError
    from fanshare.flows.staff import clean
    from fanshare.integrations.mail.probe import probe, ways

    this = session(ctx)
    to, server = clean(address), this.settings.mail
    if server is None:
        raise BadInputError("no_mail", NOT_SET_UP)
    found = probe(server, ways(server))
    lines = [one.sentence for one in found]
    sent = ""
    if found[0].state == "works":
        sent = _send(server, to, this.settings.host_name)
        lines.append(sent or f"A mail to {to} was handed over; look whether it arrives.")
    elif (other := next((one for one in found if one.state == "works"), None)) is not None:
        lines.append(f"Set FANSHARE_SMTP_PORT={other.port}; nothing was sent.")
    ok = found[0].state == "works" and not sent
    ports = [
        {"port": one.port, "security": one.security, "state": one.state, "sentence": one.sentence} for one in found
    ]
    this.out.result({"ok": ok, "ports": ports, "sent": ok}, lines)
    if not ok:
        raise typer.Exit(1)


def _send(server: "MailServer", to: str, host: str) -> str:
    """Why the mail was not sent; empty if it was."""
    from fanshare.config.clock import system_clock
    from fanshare.flows import letters
    from fanshare.integrations.mail.smtp import SmtpMailer
    from fanshare.integrations.mail.types import Letter, MailError

    words = letters.test(host)
    try:
        with SmtpMailer(server, system_clock, timeout=SENDING).open() as post:
            post.send(Letter(to, words.subject, words.text, f"test-{time.time_ns()}"))
    except MailError as error:
        return error.message
    return ""
