"""``fanshare install``: on Debian, a user, services, a reverse proxy and backups, so that it runs for years."""

import os
import pwd
import re
import secrets
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.session import Session, session, single
from fanshare.core.errors import BadInputError, ConflictError, FanshareError

if TYPE_CHECKING:
    from fanshare.flows.remarks import Remark
    from fanshare.upkeep.installing.apply import Machine
    from fanshare.upkeep.installing.choice import Certificate, Choice, Proxy
    from fanshare.upkeep.installing.plan import Command

app = single()
_DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


class ProxyName(StrEnum):
    """What stands in front."""

    AUTO = "auto"
    CADDY = "caddy"
    NGINX = "nginx"
    NONE = "none"


@app.command()
def install(
    ctx: typer.Context,
    domain: Annotated[str, typer.Option(help="Under which name the world reaches it: share.example.org.")] = "",
    proxy: Annotated[ProxyName, typer.Option(help="Reverse proxy; auto takes the one that is there.")] = ProxyName.AUTO,
    certificate: Annotated[Path | None, typer.Option(help="For nginx: the chain (else where certbot puts it).")] = None,
    certificate_key: Annotated[Path | None, typer.Option(help="For nginx: the key of the certificate.")] = None,
    keep: Annotated[int, typer.Option(min=1, help="How many nightly backups to keep.")] = 14,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show everything it would write and run.")] = False,
    no_start: Annotated[bool, typer.Option("--no-start", help="Write everything, start nothing.")] = False,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Stop, and take away all but your data.")] = False,
    root: Annotated[Path, typer.Option(hidden=True, help="A directory that stands for the machine.")] = Path("/"),
) -> None:
    """Make this Debian machine run fanshare, also after a reboot. Running it again changes what is not as it says."""
    from fanshare.upkeep.installing.apply import Machine

    this, machine = session(ctx), Machine(root)
    if (certificate is None) != (certificate_key is None):
        raise BadInputError("bad_certificate", "Say both --certificate and --certificate-key, or neither.")
    given = _certificate(certificate, certificate_key)
    choice = _choice(machine, domain.strip().lower(), proxy, given, keep)
    start = machine.real and not no_start
    if dry_run:
        _show(this, choice, _found(choice, start) if machine.real else [], uninstall=uninstall)
    elif uninstall:
        _uninstall(this, machine, choice, start)
    else:
        _install(this, machine, choice, start)


def _install(this: Session, machine: "Machine", choice: "Choice", start: bool) -> None:
    from fanshare.upkeep.installing import apply, plan
    from fanshare.upkeep.installing.choice import UNITS, USER

    remarks = _found(choice, start) if machine.real else []
    _refuse_bad(remarks)
    if machine.real and not _user_exists():
        apply.run([plan.user_command()])
        machine.said.append(f"Added the user {USER}.")
    things = list(plan.files(choice, secrets.token_urlsafe(24)))
    gone = [path.name for path in apply.orphans(machine, things) if path.parent == UNITS]
    if start and gone:
        apply.run([plan.Command(("systemctl", "disable", "--now", *gone), "no longer wanted")])
    changed = apply.write(machine, things)
    if machine.real:
        apply.run([_compile()])
    if start:
        apply.run(plan.start_commands(choice))
        _take_proxy(machine, choice, changed)
    hints = _hints(choice, changed)
    document = {"changed": [str(path) for path in changed], "remarks": _documented(remarks), "started": start}
    lines = [*machine.said, *(one.sentence for one in remarks), *hints]
    this.out.result(document, lines if changed else ["Everything is as it should be; nothing was changed.", *lines])


def _take_proxy(machine: "Machine", choice: "Choice", changed: list[Path]) -> None:
    """Let the proxy take its configuration; one that it refuses is taken back, so that other sites go on."""
    from fanshare.upkeep.installing import apply, plan
    from fanshare.upkeep.installing.choice import CADDY_SITE, CADDYFILE, NGINX_SITE

    try:
        apply.run(plan.proxy_commands(choice))
    except FanshareError as error:
        apply.take_back(machine, [path for path in changed if path in (CADDY_SITE, CADDYFILE, NGINX_SITE)])
        said = f"{error.message} The configuration of {choice.proxy} is as it was before."
        raise FanshareError(error.code, said, error.status) from None


def _uninstall(this: Session, machine: "Machine", choice: "Choice", start: bool) -> None:
    from fanshare.upkeep.installing import apply, plan
    from fanshare.upkeep.installing.choice import CADDY_SITE, NGINX_SITE, RECORD, UNITS

    if machine.real and os.geteuid() != 0:
        raise BadInputError("not_root", "An installation is taken away by root: run it with sudo.")
    if not machine.at(RECORD).exists():
        raise BadInputError("not_installed", "No installation is recorded here; nothing was changed.", 404)
    written = apply.written(machine)
    units = [path.name for path in written if path.parent == UNITS]
    if start:
        apply.run([plan.stop_command(units)])
    edited = apply.remove(machine)
    if start:
        apply.run([plan.Command(("systemctl", "daemon-reload"), "forget the units")])
        used: Proxy = "caddy" if CADDY_SITE in written else "nginx" if NGINX_SITE in written else "none"
        apply.run(plan.proxy_commands(replace(choice, proxy=used)))
    left = [path for path in plan.kept() if machine.at(path).exists()]
    stays = ", ".join(str(path) for path in left)
    lines = [*machine.said, *(f"{path} was edited and stays." for path in edited), f"Your data stays: {stays}."]
    this.out.result({"kept": [str(path) for path in left], "edited": [str(path) for path in edited]}, lines)


def _show(this: Session, choice: "Choice", remarks: "list[Remark]", *, uninstall: bool) -> None:
    """What would be done, and nothing of it done."""
    from fanshare.upkeep.installing import plan, units

    things = list(plan.files(choice, "(made at random)"))
    before = (
        [plan.stop_command(units.enabled(choice))] if uninstall else [] if _user_exists() else [plan.user_command()]
    )
    after = [] if uninstall else [_compile(), *plan.start_commands(choice), *plan.proxy_commands(choice)]
    document = {
        "remarks": _documented(remarks),
        "files": [{"path": str(one.path), "text": one.text} for one in things if not isinstance(one, plan.Directory)],
        "commands": [one.text for one in (*before, *after)],
    }
    lines = [f"{one.level}: {one.sentence}" for one in remarks] + _typed(before)
    for one in things:
        if isinstance(one, plan.Directory):
            lines.append(f"directory {one.path} ({one.mode:o}, {one.owner})")
        elif uninstall:
            lines.append(f"remove {one.path}")
        else:
            lines += [f"--- {one.path}", one.text.rstrip(), ""]
    this.out.result(document, [*lines, *_typed(after), *_hints(choice, [])])


def _typed(commands: "list[Command]") -> list[str]:
    return [f"$ {one.text}    # {one.why}" for one in commands]


def _choice(
    machine: "Machine", domain: str, proxy: ProxyName, certificate: "Certificate | None", keep: int
) -> "Choice":
    from fanshare.config.settings_file import parsed
    from fanshare.upkeep.installing.choice import SETTINGS, Choice, usual_certificate

    file = machine.at(SETTINGS)
    known = parsed(file.read_text("utf-8"), str(file)) if file.exists() else {}
    there = known.get("FANSHARE_URL", "").removeprefix("https://")
    domain = domain or there
    if not _DOMAIN.fullmatch(domain):
        raise BadInputError("bad_domain", "Say --domain with a host name of yours, such as share.example.org.")
    if there and domain != there:
        said = f"{SETTINGS} says FANSHARE_URL=https://{there}: change it there first, if {domain} is meant."
        raise ConflictError("other_domain", said)
    usual = usual_certificate(domain)
    found = certificate or (usual if usual.chain.exists() and usual.key.exists() else None)
    return Choice(
        domain=domain,
        program=Path(sys.executable).parent / "fanshare",
        proxy=_proxy(proxy),
        certificate=found,
        keep=keep,
        external_database=any(name.startswith("DATABASE_URL") for name in known),
        ipv6=Path("/proc/net/if_inet6").exists(),
    )


def _proxy(chosen: ProxyName) -> Any:
    import shutil

    from fanshare.upkeep.installing.plan import PATH

    if chosen is not ProxyName.AUTO:
        return chosen.value
    return next((one for one in ("caddy", "nginx") if shutil.which(one, path=PATH)), "caddy")


def _certificate(chain: Path | None, key: Path | None) -> "Certificate | None":
    from fanshare.upkeep.installing.choice import Certificate

    if chain is None or key is None:
        return None
    for path in (chain, key):
        if not path.is_file():
            raise BadInputError("bad_certificate", f"There is no file {path}.")
    return Certificate(chain.absolute(), key.absolute())


def _found(choice: "Choice", start: bool) -> "list[Remark]":
    from fanshare.upkeep.installing import checks

    return checks.judge(checks.gather(choice), choice, start=start)


def _refuse_bad(remarks: "list[Remark]") -> None:
    bad = [one for one in remarks if one.level == "bad"]
    if bad:
        said = " ".join(one.sentence for one in bad)
        raise FanshareError(bad[0].code, f"{said} Nothing was changed.", 409)


def _user_exists() -> bool:
    from fanshare.upkeep.installing.choice import USER

    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def _compile() -> "Command":
    import fanshare
    from fanshare.upkeep.installing.plan import Command

    words = (sys.executable, "-m", "compileall", "-q", *fanshare.__path__)
    return Command(words, "once, by root: the services may not write there")


def _documented(remarks: "list[Remark]") -> list[dict[str, str]]:
    return [{"level": one.level, "code": one.code, "sentence": one.sentence} for one in remarks]


def _hints(choice: "Choice", changed: list[Path]) -> list[str]:
    from fanshare.upkeep.installing.choice import BACKUPS, PASSPHRASE

    hints = [
        "Firewall: nothing but ssh, 80 and 443 has to be open: ufw allow OpenSSH; ufw allow 80,443/tcp; ufw enable",
        f"Look at it: systemctl status 'fanshare*', fanshare doctor, https://{choice.domain}/",
    ]
    if PASSPHRASE in changed:
        hints.append(f"Backups lie in {BACKUPS}: copy them, and {PASSPHRASE}, to where this machine is not.")
    return hints
