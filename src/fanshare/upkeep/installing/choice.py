"""What an operator chose for an installation, and where its parts lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

type Proxy = Literal["caddy", "nginx", "none"]

USER = "fanshare"
HOME = Path("/var/lib/fanshare/home")
CONFIG = Path("/etc/fanshare")
SETTINGS = CONFIG / "fanshare.env"
PASSPHRASE = CONFIG / "backup-passphrase"
RECORD = CONFIG / "installed.json"
BACKUPS = Path("/var/backups/fanshare")
WRAPPER = Path("/usr/local/bin/fanshare")
UNITS = Path("/etc/systemd/system")
CADDYFILE = Path("/etc/caddy/Caddyfile")
CADDY_SITE = Path("/etc/caddy/fanshare.caddy")
NGINX_SITE = Path("/etc/nginx/conf.d/fanshare.conf")
ACME = Path("/var/www/html")


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a TLS certificate, as nginx wants them. Caddy gets its own."""

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Choice:
    """``program`` starts the command line; ``keep`` is how many daily backups stay. ``certificate`` is for nginx."""

    domain: str
    program: Path
    proxy: Proxy
    certificate: Certificate | None = None
    edge_port: int = 8701
    web_port: int = 8702
    keep: int = 14
    external_database: bool = False
    ipv6: bool = True


def usual_certificate(domain: str) -> Certificate:
    """Where certbot puts the certificate of a domain."""
    live = Path("/etc/letsencrypt/live") / domain
    return Certificate(live / "fullchain.pem", live / "privkey.pem")
