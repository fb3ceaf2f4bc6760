"""Real SMTP servers on loopback: with STARTTLS, with TLS from the first byte, with a certificate of their own."""

import asyncio
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fanshare.integrations.mail.types import MailServer, Security

USER, PASSWORD = "otto", "correct horse"


@dataclass
class Mailbox:
    """What the server took, and how it behaves: recipients it refuses, a code it answers a whole mail with."""

    sent: list[EmailMessage] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    answer: str = "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.sent.append(message_from_bytes(envelope.content, policy=default))
        return self.answer


@dataclass(frozen=True)
class Trust:
    """A certificate for the server and a client's context that trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def trust(folder: Path) -> Trust:
    """A fresh certificate for localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=2))
    made = made.add_extension(names, critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    signed = made.sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(secret)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return Trust(server, ssl.create_default_context(cafile=str(folder / "cert.pem")))


def _protocol(mailbox: Mailbox, trusted: Trust, security: Security) -> SMTP:
    """aiosmtpd with what a server on port 587 or 465 asks for."""
    return SMTP(
        mailbox,
        hostname="localhost",
        tls_context=trusted.server if security == "starttls" else None,
        require_starttls=security == "starttls",
        authenticator=_login,
        auth_required=security != "none",
        auth_require_tls=False,
    )


def _login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, auth: Any) -> AuthResult:
    right = isinstance(auth, LoginPassword) and (auth.login, auth.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def smtp_server(mailbox: Mailbox, trusted: Trust, security: Security) -> Iterator[MailServer]:
    """A running server, and the settings to reach it."""
    loop = asyncio.new_event_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    context = trusted.server if security == "tls" else None
    made = loop.create_server(lambda: _protocol(mailbox, trusted, security), sock=listener, ssl=context)
    server = loop.run_until_complete(made)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    user, password = ("", "") if security == "none" else (USER, PASSWORD)
    try:
        port: int = listener.getsockname()[1]
        yield MailServer("localhost", port, security, "Bea <shop@example.test>", user, password)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_end(server))
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
