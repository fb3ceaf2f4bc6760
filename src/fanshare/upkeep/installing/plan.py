"""Everything an installation writes and runs, as data: shown by a dry run, done by a real one, taken back later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fanshare.store.server.account import CLEAN_ENVIRONMENT
from fanshare.upkeep.installing import proxies, units
from fanshare.upkeep.installing.choice import (
    BACKUPS,
    CADDY_SITE,
    CADDYFILE,
    CONFIG,
    HOME,
    NGINX_SITE,
    PASSPHRASE,
    RECORD,
    SETTINGS,
    UNITS,
    USER,
    WRAPPER,
    Choice,
)

#: As whom programs of the system are run, and where they are looked for.
PATH = CLEAN_ENVIRONMENT["PATH"]


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory; ``owner`` is a user and its group of the same name."""

    path: Path
    mode: int
    owner: str = "root"


@dataclass(frozen=True, slots=True)
class File:
    """A file that belongs to root, and to the group of fanshare where ``shared``.

    ``once`` is for what an operator goes on writing herself: it is made when it is missing and never touched again.
    ``secret`` is not shown.
    """

    path: Path
    text: str
    mode: int = 0o644
    shared: bool = False
    once: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line in a file of somebody else's."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run. ``unless`` names a file whose existence makes it needless."""

    words: tuple[str, ...]
    why: str
    unless: Path | None = None

    @property
    def text(self) -> str:
        """As one would type it."""
        return " ".join(self.words)


type Step = Directory | File | Line | Command

_SETTINGS = """\
# Settings of fanshare, one NAME=value a line, without quotes; docs/guides/operator.md lists them.
# After a change: systemctl restart fanshare
FANSHARE_URL=https://{domain}
FANSHARE_TRUSTED_PROXIES=127.0.0.1
# Mail: without a server nobody can sign in by mail, and nobody gets the weekly seal. Try it with: fanshare mail test
# FANSHARE_SMTP_HOST=smtp.example.org
# FANSHARE_SMTP_USER=share@example.org
# FANSHARE_SMTP_PASSWORD_FILE=/etc/fanshare/smtp-password
# FANSHARE_MAIL_FROM=share@example.org
"""

_WRAPPER = """\
#!/bin/sh
# Written by `fanshare install`: runs fanshare as its own user, with the settings and the home of this machine.
export FANSHARE_SETTINGS="${{FANSHARE_SETTINGS:-{settings}}}"
export FANSHARE_HOME="${{FANSHARE_HOME:-{home}}}"
case "$(id -un) ${{1-}}" in
    "root install") exec {program} "$@" ;;
    "root "*) exec runuser -u {user} -- {program} "$@" ;;
    "{user} "*) exec {program} "$@" ;;
esac
echo "Only root may do this: sudo fanshare $*" >&2
exit 1
"""


def files(choice: Choice, passphrase: str) -> Iterator[Directory | File | Line]:
    """What has to be there, in an order in which each has what it needs."""
    yield Directory(HOME.parent, 0o755)
    yield Directory(HOME, 0o700, USER)
    yield Directory(BACKUPS, 0o700, USER)
    yield Directory(CONFIG, 0o755)
    yield File(SETTINGS, _SETTINGS.format(domain=choice.domain), 0o640, shared=True, once=True)
    yield File(PASSPHRASE, passphrase + "\n", 0o640, shared=True, once=True, secret=True)
    wrapper = _WRAPPER.format(settings=SETTINGS, home=HOME, program=choice.program, user=USER)
    yield File(WRAPPER, wrapper, 0o755)
    for name, text in units.units(choice).items():
        yield File(UNITS / name, text)
    yield from _proxy(choice)


def _proxy(choice: Choice) -> Iterator[File | Line]:
    if choice.proxy == "caddy":
        yield File(CADDY_SITE, proxies.caddy(choice))
        yield Line(CADDYFILE, proxies.caddy_import())
    elif choice.proxy == "nginx":
        yield File(NGINX_SITE, proxies.nginx(choice))


def user_command() -> Command:
    """The system user, without a shell and without a home to log into."""
    words = f"useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin {USER}"
    return Command(tuple(words.split()), "a user of its own, who can't log in")


def proxy_commands(choice: Choice) -> list[Command]:
    """The check of the proxy's configuration, then its reload."""
    if choice.proxy == "caddy":
        check = Command(("caddy", "validate", "--config", str(CADDYFILE), "--adapter", "caddyfile"), "is it right?")
        return [check, Command(("systemctl", "reload-or-restart", "caddy"), "take it")]
    if choice.proxy == "nginx":
        return [
            Command(("nginx", "-t"), "is it right?"),
            Command(("systemctl", "reload-or-restart", "nginx"), "take it"),
        ]
    return []


def start_commands(choice: Choice) -> list[Command]:
    """Starting now and with the machine. What runs already is started anew, with what was written."""
    names = units.enabled(choice)
    parts = [name for name in names if name not in units.TIMERS]
    return [
        Command(("systemctl", "daemon-reload"), "read the units"),
        Command(("systemctl", "enable", "--quiet", *names), "start with the machine"),
        Command(("systemctl", "restart", *parts), "start now"),
        Command(("systemctl", "start", *units.TIMERS), "backups every night, a look every morning"),
    ]


def stop_command(names: Sequence[str]) -> Command:
    """Undo ``start_commands``. What only a timer starts is stopped too; to disable it changes nothing."""
    return Command(("systemctl", "disable", "--quiet", "--now", *names), "stop for good")


def kept() -> list[Path]:
    """What an uninstall leaves: the books, the keys, the settings, the backups."""
    return [HOME, SETTINGS, PASSPHRASE, BACKUPS]


def record() -> Path:
    """Where the checksums of what was written lie, so that edits of the operator are noticed and kept."""
    return RECORD
