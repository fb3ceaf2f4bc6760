"""What a host lets out: both usual ports are tried at once, and each gets one sentence within fifteen seconds."""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from fanshare.integrations.mail.smtp import connect, reason
from fanshare.integrations.mail.types import STARTTLS_PORT, TLS_PORT, MailServer, Security

type State = Literal["works", "blocked", "refused", "login", "certificate", "name", "trouble"]

#: Seconds for everything; the steps of a port (reach it, greet, secure) get a third each.
PATIENCE = 12.0


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one port."""

    port: int
    security: Security
    state: State
    sentence: str


def ways(server: MailServer) -> list[tuple[int, Security]]:
    """What to try: the port that is set up first, then the usual ones."""
    usual: list[tuple[int, Security]] = [(STARTTLS_PORT, "starttls"), (TLS_PORT, "tls")]
    own = (server.port, server.security)
    return [own, *(way for way in usual if way[0] != own[0])]


def probe(
    server: MailServer,
    tried: Sequence[tuple[int, Security]],
    *,
    tls: ssl.SSLContext | None = None,
    patience: float = PATIENCE,
) -> list[Found]:
    """Try each port at once, as far as logging in; nothing is sent. A name that does not resolve in time is said."""
    context = tls or ssl.create_default_context()
    results: dict[int, Found] = {}

    def look(port: int, security: Security) -> None:
        results[port] = _look(replace(server, port=port, security=security), context, patience / 3)

    # Resolving a name knows no time limit, so a thread that hangs is left behind.
    threads = [threading.Thread(target=look, args=way, daemon=True) for way in tried]
    for thread in threads:
        thread.start()
    end = time.monotonic() + patience
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    late: Found = Found(0, "none", "name", f"{server.host} can't be found in time: check this machine's name server.")
    found = [replace(results.get(port, late), port=port, security=security) for port, security in tried]
    return _compared(found)


def _look(server: MailServer, tls: ssl.SSLContext, timeout: float) -> Found:
    def found(state: State, sentence: str) -> Found:
        return Found(server.port, server.security, state, sentence)

    port = f"Port {server.port}"
    try:
        socket.create_connection((server.host, server.port), timeout).close()
    except TimeoutError:
        return found("blocked", f"{port} is blocked on the way out: nothing comes back.")
    except ConnectionRefusedError:
        return found("refused", f"{port}: nobody listens there at {server.host}.")
    except (socket.gaierror, UnicodeError):
        return found("name", f"{server.host} is not known: check FANSHARE_SMTP_HOST and this machine's name server.")
    except OSError as error:
        return found("blocked", f"{port} can't be reached: {error.strerror or 'no way there'}.")
    try:
        connect(server, tls, timeout).quit()
    except smtplib.SMTPAuthenticationError:
        return found("login", f"{port} works, but the server refused the user name or password.")
    except ssl.SSLCertVerificationError:
        return found("certificate", f"{port} works, but the certificate is not good for {server.host}.")
    except (OSError, smtplib.SMTPException) as error:
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            return found("blocked", f"{port} takes the call and then says nothing: something on the way stops it.")
        return found("trouble", f"{port} answers, but {reason(error)}")
    return found("works", f"{port} works.")


def _compared(found: list[Found]) -> list[Found]:
    """A blocked port is less of a riddle beside one that works."""
    working = next((one.port for one in found if one.state == "works"), None)
    if working is None:
        return found
    hint = f" Many hosts block it; {working} works."
    return [replace(one, sentence=one.sentence + hint) if one.state == "blocked" else one for one in found]
