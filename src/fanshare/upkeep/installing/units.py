"""The systemd units: the parts of fanshare as services of their own, each closed in as far as its work allows.

``fanshare.service`` stands for all of them, so that ``systemctl stop fanshare`` means what one thinks. The database has
a unit, and no other part may start it: else the server would live and die with whichever part came first.
"""

from collections.abc import Mapping, Sequence

from fanshare.store.server.database import KEPT
from fanshare.upkeep.installing.choice import BACKUPS, HOME, PASSPHRASE, SETTINGS, USER, Choice

type Section = Sequence[tuple[str, str]]

ALL = "fanshare.service"
DATABASE, EDGE, WEB, WORK = (f"fanshare-{part}.service" for part in ("database", "edge", "web", "work"))
BACKUP, DOCTOR = "fanshare-backup", "fanshare-doctor"
TIMERS = (f"{BACKUP}.timer", f"{DOCTOR}.timer")

#: systemd.exec(5). No capability, nothing of the machine but its own home, no core dump: it would hold keys and names.
CLOSED: Section = (
    ("User", USER),
    ("Group", USER),
    ("UMask", "0077"),
    ("LimitCORE", "0"),
    ("NoNewPrivileges", "yes"),
    ("CapabilityBoundingSet", ""),
    ("ProtectSystem", "strict"),
    ("ProtectHome", "yes"),
    ("PrivateTmp", "yes"),
    ("PrivateDevices", "yes"),
    ("ProtectProc", "invisible"),
    ("ProtectClock", "yes"),
    ("ProtectHostname", "yes"),
    ("ProtectKernelLogs", "yes"),
    ("ProtectKernelModules", "yes"),
    ("ProtectKernelTunables", "yes"),
    ("ProtectControlGroups", "yes"),
    ("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6"),
    ("RestrictNamespaces", "yes"),
    ("RestrictRealtime", "yes"),
    ("RestrictSUIDSGID", "yes"),
    ("LockPersonality", "yes"),
    ("RemoveIPC", "yes"),
    ("SystemCallArchitectures", "native"),
    ("SystemCallFilter", "@system-service"),
    ("SystemCallFilter", "~@privileged"),
    ("SystemCallErrorNumber", "EPERM"),
)
#: Only this machine: the reverse proxy in front, and nobody behind.
_LOCAL: Section = (("IPAddressDeny", "any"), ("IPAddressAllow", "localhost"))
#: Whatever happens, again and again: a machine that nobody watches has to come back by itself.
_AGAIN: Section = (("Restart", "always"), ("RestartSec", "2"), ("KillMode", "mixed"), ("LimitNOFILE", "65536"))


def units(choice: Choice) -> dict[str, str]:
    """The text of every unit by its name."""
    made = {ALL: _all(), EDGE: _edge(choice), WEB: _web(choice), WORK: _work(choice)}
    if not choice.external_database:
        made[DATABASE] = _database(choice)
    made |= _timed(
        BACKUP,
        "A backup of fanshare",
        _backup_command(choice),
        "*-*-* 03:15:00",
        choice,
        [("ReadWritePaths", str(BACKUPS))],
    )
    return made | _timed(DOCTOR, "A look at fanshare", _command(choice, "doctor"), "*-*-* 08:00:00", choice, [])


def enabled(choice: Choice) -> list[str]:
    """The units that start with the machine."""
    parts = [EDGE, WEB, WORK] if choice.external_database else [DATABASE, EDGE, WEB, WORK]
    return [ALL, *parts, *TIMERS]


def _command(choice: Choice, *args: str) -> str:
    return " ".join([str(choice.program), "--home", str(HOME), "--log-json", *args])


def _backup_command(choice: Choice) -> str:
    backup = ["backup", "--to", str(BACKUPS), "--keep", str(choice.keep), "--passphrase-file", str(PASSPHRASE)]
    return _command(choice, *backup)


def _all() -> str:
    service = [("Type", "oneshot"), ("ExecStart", "/bin/true"), ("RemainAfterExit", "yes")]
    return _text({"Unit": [("Description", "fanshare")], "Service": service, "Install": [_WANTED]})


def _database(choice: Choice) -> str:
    # Stopping it may have to wait for a checkpoint on a slow disk, starting it for a recovery.
    patience = [("TimeoutStartSec", "600"), ("TimeoutStopSec", "120"), ("OOMScoreAdjust", "-200")]
    return _part(choice, "its database", "serve database", after=(), more=[*_LOCAL, *patience])


def _edge(choice: Choice) -> str:
    # It knows a file and no database, so it does not wait for one, and can't see one either.
    # Where processors are short, a click comes before a page and before work that can wait.
    more = [*_LOCAL, ("InaccessiblePaths", f"-{HOME}/pg"), ("OOMScoreAdjust", "-300"), ("CPUWeight", "500")]
    return _part(choice, "links and webhooks", f"serve edge --port {choice.edge_port}", after=(), more=more)


def _web(choice: Choice) -> str:
    local = () if choice.external_database else _LOCAL
    more = [*local, *_kept(choice)]
    return _part(choice, "pages", f"serve web --port {choice.web_port}", after=_needs(choice), more=more)


def _work(choice: Choice) -> str:
    after = [*_needs(choice), ("Wants", "network-online.target"), ("After", "network-online.target")]
    # What a stop interrupts is undone and done again; half a minute lets most of it finish.
    more = [*_kept(choice), ("TimeoutStopSec", "30")]
    return _part(choice, "background work", "work", after=after, more=more)


def _part(choice: Choice, what: str, command: str, *, after: Section, more: Section) -> str:
    unit = [
        ("Description", f"fanshare: {what}"),
        ("PartOf", ALL),
        ("After", ALL),
        ("StartLimitIntervalSec", "0"),
        *after,
    ]
    service = [
        ("Type", "notify"),
        ("NotifyAccess", "main"),
        ("ExecStart", _command(choice, *command.split())),
        *_SETTINGS,
        *_AGAIN,
        ("ReadWritePaths", str(HOME)),
        *CLOSED,
        *more,
    ]
    return _text({"Unit": unit, "Service": service, "Install": [("WantedBy", ALL)]})


def _timed(name: str, what: str, command: str, when: str, choice: Choice, more: Section) -> dict[str, str]:
    service = [
        ("Type", "oneshot"),
        ("ExecStart", command),
        *_SETTINGS,
        ("Nice", "10"),
        ("IOSchedulingClass", "idle"),
        ("ReadWritePaths", str(HOME)),
        *CLOSED,
        *_kept(choice),
        *more,
    ]
    # Persistent: what fell into a time when the machine was off is done when it is back.
    timer = [("OnCalendar", when), ("RandomizedDelaySec", "15min"), ("Persistent", "yes")]
    return {
        f"{name}.service": _text({"Unit": [("Description", what), *_needs(choice)], "Service": service}),
        f"{name}.timer": _text(
            {"Unit": [("Description", what)], "Timer": timer, "Install": [("WantedBy", "timers.target")]}
        ),
    }


def _needs(choice: Choice) -> list[tuple[str, str]]:
    return [] if choice.external_database else [("Requires", DATABASE), ("After", DATABASE)]


def _kept(choice: Choice) -> list[tuple[str, str]]:
    return [] if choice.external_database else [("Environment", f"{KEPT}=yes")]


def _text(sections: Mapping[str, Section]) -> str:
    blocks = ["\n".join([f"[{name}]", *(f"{key}={value}" for key, value in rows)]) for name, rows in sections.items()]
    return "# Written by `fanshare install`; `systemctl edit` adds to it.\n\n" + "\n\n".join(blocks) + "\n"


_WANTED = ("WantedBy", "multi-user.target")
_SETTINGS: Section = (
    ("Environment", f"FANSHARE_SETTINGS={SETTINGS}"),
    # A tenth of a process is the columns of every instruction, which only draw marks below the lines of a traceback.
    ("Environment", "PYTHONNODEBUGRANGES=1"),
    ("WorkingDirectory", str(HOME)),
)
