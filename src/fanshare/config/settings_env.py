"""What the environment says about an installation, read once when a process starts.

Everything is optional. Secrets may be given as a file instead: ``X_FILE`` names the file that holds ``X``.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fanshare.config.mail_settings import mail_settings
from fanshare.config.settings_file import with_file
from fanshare.core.errors import BadInputError
from fanshare.integrations.mail.types import MailServer

DEFAULT_HOME = Path("~/.local/share/fanshare")
LOOPBACK = ("127.0.0.0/8", "::1/128")
DATABASE = ("DATABASE_URL", "DATABASE_OWNER_URL")


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation. ``environ`` has every secret in place, also those that came as a file.

    ``public_url`` is where the world reaches it, without a slash at the end, empty when nobody said.
    """

    home: Path
    environ: Mapping[str, str]
    programme: str = ""
    public_url: str = ""
    clock_file: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    operator_networks: tuple[str, ...] = LOOPBACK
    web_threads: int = 3
    #: Whether events may be sent to addresses that only this machine or its network can reach.
    events_to_private: bool = False
    mail: MailServer | None = None

    @property
    def external_database(self) -> bool:
        """Whether the database is run by somebody else."""
        return bool(self.environ.get("DATABASE_URL"))

    @property
    def host_name(self) -> str:
        """The name under which the world knows this installation."""
        return urlsplit(self.public_url).hostname or "localhost"


def from_env(environ: Mapping[str, str] = os.environ, *, home: Path | None = None, programme: str = "") -> Settings:
    """Read the settings; arguments win over the environment, and that over the file of ``FANSHARE_SETTINGS``.

    Raises ``BadInputError`` (``bad_setting``).
    """
    environ = with_file(environ)
    whole = {**environ, **{name: text for name in DATABASE if (text := secret(environ, name))}}
    named = home or Path(environ.get("FANSHARE_HOME") or DEFAULT_HOME)
    clock = environ.get("FANSHARE_CLOCK")
    return Settings(
        home=named.expanduser().absolute(),
        environ=whole,
        programme=programme or environ.get("FANSHARE_PROGRAMME", ""),
        public_url=_public_url(environ.get("FANSHARE_URL", "")),
        clock_file=Path(clock) if clock else None,
        allowed_hosts=_listed(environ, "FANSHARE_ALLOWED_HOSTS"),
        trusted_proxies=_listed(environ, "FANSHARE_TRUSTED_PROXIES"),
        operator_networks=_listed(environ, "FANSHARE_OPERATOR_NETWORKS") or LOOPBACK,
        web_threads=_count(environ, "FANSHARE_WEB_THREADS", 3, 16),
        events_to_private=_yes(environ, "FANSHARE_EVENTS_TO_PRIVATE"),
        mail=mail_settings(environ, secret(environ, "FANSHARE_SMTP_PASSWORD")),
    )


def secret(environ: Mapping[str, str], name: str) -> str:
    """The value of ``name``, or the content of the file that ``<name>_FILE`` names; empty when there is neither."""
    if environ.get(name):
        return environ[name]
    file = environ.get(f"{name}_FILE")
    if not file:
        return ""
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError("bad_setting", f"The file that {name}_FILE names can't be read: {error}.") from None


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise BadInputError("bad_setting", "FANSHARE_URL is an address such as https://share.example.org.")
    return text.rstrip("/")


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())


def _count(environ: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= most):
        raise BadInputError("bad_setting", f"{name} is a number from 1 to {most}.")
    return int(text)


def _yes(environ: Mapping[str, str], name: str) -> bool:
    text = environ.get(name, "").strip().casefold()
    if text not in ("", "yes", "no"):
        raise BadInputError("bad_setting", f"{name} is yes or no.")
    return text == "yes"
