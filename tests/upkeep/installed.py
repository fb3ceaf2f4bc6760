"""An installed machine without systemd: the services as their units say, and nginx with the configuration it got."""

import datetime
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.cli.conftest import Terminal
from tests.cli.running import until

DOMAIN = "share.example.org"
_MAIN = """\
daemon off;
{user}pid {root}/nginx.pid;
error_log {root}/nginx.log;
events {{}}
http {{
    client_body_temp_path {root}/nginx-body;
    proxy_temp_path {root}/nginx-proxy;
    fastcgi_temp_path {root}/nginx-fastcgi;
    uwsgi_temp_path {root}/nginx-uwsgi;
    scgi_temp_path {root}/nginx-scgi;
    include {root}/etc/nginx/conf.d/*.conf;
}}
"""


@dataclass
class Place:
    """The machine: a directory that stands for it, free ports in the place of the usual ones, what runs."""

    root: Path
    ports: Mapping[str, int]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The home of the installation."""
        return self.root / "var/lib/fanshare/home"

    @property
    def terminal(self) -> Terminal:
        """Where its operator types, with the settings that the services have."""
        return Terminal(
            {"FANSHARE_SETTINGS": str(self.root / "etc/fanshare/fanshare.env"), "FANSHARE_HOME": str(self.home)}
        )

    def log(self, name: str) -> Path:
        """What a service said."""
        return self.root / f"{name}.said"

    def start(self, name: str, *, wait: bool = True) -> None:
        """Start a service with the command and the environment of its unit."""
        unit = (self.root / f"etc/systemd/system/fanshare-{name}.service").read_text()
        lines = [line.partition("=") for line in self.moved(unit).splitlines()]
        command = next(value for key, _, value in lines if key == "ExecStart").split()
        given = dict(value.split("=", 1) for key, _, value in lines if key == "Environment")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with listener, self.log(name).open("ab") as log:
            notify = self.root / f"{name}.notify"
            notify.unlink(missing_ok=True)
            listener.bind(str(notify))
            env = {"PATH": os.environ["PATH"], "NOTIFY_SOCKET": str(notify), **given}
            process = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
            self.running[name] = process
            if wait:
                listener.settimeout(60)
                try:
                    assert listener.recv(100) == b"READY=1"
                except TimeoutError:
                    raise AssertionError(f"{name} did not get ready: {self.log(name).read_text()[-2000:]}") from None

    def stop(self, *names: str) -> None:
        """What systemd does, in this order: the main process is asked."""
        for name in names:
            process = self.running.pop(name)
            process.send_signal(signal.SIGTERM)
            process.wait(30)

    def lose_power(self) -> None:
        """Everything is gone at once, and nobody could say goodbye."""
        for one in self.processes():
            with suppress(psutil.Error):
                one.kill()
        for process in self.running.values():
            process.wait()
        self.running.clear()
        until(lambda: not self.processes(), "everything to be gone")

    def processes(self) -> list[psutil.Process]:
        """Every process of the installation, the database's too."""
        return [one for one in psutil.process_iter() if self._is_ours(one)]

    def moved(self, text: str) -> str:
        """A text of the installation with the paths and ports of this place."""
        for path in ("/var/lib/fanshare", "/etc/fanshare", "/var/backups", "/var/log/nginx"):
            text = text.replace(path, f"{self.root}{path}")
        for usual, port in self.ports.items():
            text = text.replace(usual, str(port))
        return text

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A request of the world, through TLS and the proxy."""
        with self.client() as client:
            return client.get(path, headers=headers)

    def client(self) -> httpx.Client:
        """Somebody out there."""
        trusted = _trusting(self.root / "cert.pem")
        return httpx.Client(base_url=f"https://{DOMAIN}:{self.ports['443']}", transport=_Here(verify=trusted))

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            words = (*process.cmdline(), process.cwd())
            return any(str(self.home) in word for word in words)
        except psutil.Error:
            return False


class _Here(httpx.HTTPTransport):
    """The domain's address is this machine."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = DOMAIN
        request.url = request.url.copy_with(host="127.0.0.1")
        request.headers["Host"] = DOMAIN
        return super().handle_request(request)


def _trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


@contextmanager
def installed() -> Iterator[Place]:
    """Installed, and nothing started yet."""
    root = Path(tempfile.mkdtemp(prefix="fsi-"))
    place = Place(root, {"8701": _free(), "8702": _free(), "443": _free()})
    _certify(root)
    try:
        Terminal({}).ask(
            "install", "--domain", DOMAIN, "--proxy", "nginx", "--root", str(root),
            "--certificate", str(root / "cert.pem"), "--certificate-key", str(root / "key.pem"),
        )  # fmt: skip
        yield place
    finally:
        place.lose_power()
        link = place.home / "pg"
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def proxied(place: Place) -> Iterator[None]:
    """nginx before it, with the site that was written for it."""
    site = place.root / "etc/nginx/conf.d/fanshare.conf"
    text = place.moved(site.read_text()).replace("listen 80;", f"listen {_free()};")
    site.write_text("".join(line for line in text.splitlines(True) if "listen [::]" not in line))
    (place.root / "var/log/nginx").mkdir(parents=True)
    user = "user root;\n" if os.geteuid() == 0 else ""
    main = place.root / "nginx.conf"
    main.write_text(_MAIN.format(root=place.root, user=user))
    checked = subprocess.run(["nginx", "-t", "-c", str(main)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(["nginx", "-c", str(main)], stderr=subprocess.DEVNULL)
    try:
        until(lambda: _answers(place.ports["443"]), "nginx")
        yield
    finally:
        process.terminate()
        process.wait(20)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _free() -> int:
    """A port that a service can keep, stopped and started: below those that the system lends to whoever connects."""
    for _ in range(100):
        port = 10_000 + secrets.randbelow(22_000)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def _certify(folder: Path) -> None:
    """A certificate for the domain, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(DOMAIN)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, plain))
