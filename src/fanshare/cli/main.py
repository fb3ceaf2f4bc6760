"""The command line. Each command's module is loaded when it is called, so that ``--help`` costs nothing."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from fanshare.cli.failures import guarded
from fanshare.cli.session import Session

#: Section, name, module, and what it does in one line.
_COMMANDS = (
    ("Running", "serve", "serve", "Pages, links, webhooks, worker and database in one, on one port."),
    ("Running", "work", "work", "The background work: drain, take, settle, mature, seal, close, release."),
    ("Running", "demo", "demo", "A whole installation with a generated history, in a database of its own."),
    ("Running", "install", "install", "On Debian: user, services, reverse proxy, backups; survives a reboot."),
    ("Running", "backup", "backup", "Everything in one encrypted file, taken while everything runs."),
    ("Running", "restore", "restore", "A backup becomes an installation again; or prove one."),
    ("Running", "upgrade", "upgrade", "Back up, migrate, and move to the next PostgreSQL."),
    ("Arranging", "programme", "programme", "Create and show programmes."),
    ("Arranging", "connection", "connection", "Connect shops; shows where they deliver and the secret."),
    ("Arranging", "brand", "brand", "Who looks after a programme in the browser."),
    ("Arranging", "operator", "operator", "Who looks after this installation in the browser."),
    ("Arranging", "workbench", "workbench", "Who keeps books of her own without a programme."),
    ("Arranging", "api-key", "api_key", "Keys of the public API."),
    ("Arranging", "login-link", "login_link", "A link by which somebody signs in, once."),
    ("Arranging", "provider", "provider", "Signing in by an OpenID Connect provider."),
    ("Arranging", "terms", "terms", "Check, publish and show terms."),
    ("Arranging", "creator", "creator", "Admit and list creators."),
    ("Arranging", "fan", "fan", "Let fans take part, and list them."),
    ("Arranging", "link", "link", "Make, pause, resume, end and list links."),
    ("Arranging", "code", "code", "Make discount codes known, and list them."),
    ("Arranging", "product", "product", "Import and list what the shops sell, for the pages of creators."),
    ("Arranging", "choose-fan-part", "fan_part", "What a creator gives her fans of her commission."),
    ("Arranging", "import", "importing", "Bring in orders, or everything from another tool."),
    (
        "Arranging",
        "ruling",
        "ruling",
        "Decide about an order: deny, hold, release, reassign, merge, absorb, claim, answer appeals.",
    ),
    ("Arranging", "payout", "payout", "Plan payouts and say what became of them."),
    ("Arranging", "expense", "expense", "What creators spend for the brand: agree, confirm, take back."),
    ("Arranging", "funding", "funding", "Hold a brand's money, and book what it pays in."),
    ("Arranging", "rates", "rates", "Rates of exchange, from files of the European Central Bank."),
    ("Arranging", "credit", "credit", "Turn what is ready into codes of a shop, and take unused ones back."),
    ("Asking", "mail", "mail", "Whether mail leaves this machine, and by which port."),
    ("Asking", "order", "order", "List orders, and explain who earns what of one, and why."),
    ("Asking", "statement", "statement", "The statement of one party as a file."),
    ("Asking", "verify", "verify", "Check a statement offline, alone or against an older one."),
    ("Asking", "bank", "bank", "Check a payout file, or say what a bank's answer or statement means."),
    ("Asking", "check", "check", "Prove every invariant on the live books again."),
    ("Asking", "doctor", "doctor", "What is wrong or waiting, and what to do about it."),
    ("Asking", "inbox", "inbox", "Messages that could not be read, and reading them again."),
    ("Asking", "key", "key", "The keys: the public key of a programme's log, and changing keys."),
    ("Asking", "version", "version", "Which fanshare this is."),
)
_VALUED = ("--home", "--programme")
_FLAGS = ("--json", "--log-json")


class Root(TyperGroup):
    """The root of all commands: finds them when they are called, and takes the global options in any place."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature of the base class
        """The names of the commands there are."""
        return [name for _, name, module, _ in _COMMANDS if find_spec(f"fanshare.cli.{module}") is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load a command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = next(module for _, name, module, _ in _COMMANDS if name == cmd_name)
        command = get_command(import_module(f"fanshare.cli.{module}").app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list of commands by section, without loading them."""
        known = self.list_commands(ctx)
        for section in dict.fromkeys(section for section, *_ in _COMMANDS):
            rows = [(name, help_) for at, name, _, help_ in _COMMANDS if at == section and name in known]
            if rows:
                with formatter.section(section):
                    formatter.write_dl(rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Suggestions for a mistyped name need to know the names."""
        self.commands = dict.fromkeys(self.list_commands(ctx), TyperCommand(name=None))
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run; every failure becomes one sentence and an exit code."""
        given = hoist(sys.argv[1:] if args is None else args)

        def call() -> Any:
            return super(Root, self).main(
                given, prog_name or "fanshare", complete_var, False, windows_expand_args, **extra
            )

        if not standalone_mode:
            return call()
        code = guarded(call, as_json="--json" in given)
        sys.exit(code)


def hoist(args: Sequence[str]) -> list[str]:
    """Move the global options, wherever they stand before ``--``, to the front."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(args)
    for arg in waiting:
        if arg == "--":
            rest += [arg, *waiting]
        elif arg in _FLAGS or arg.startswith(tuple(f"{name}=" for name in _VALUED)):
            front.append(arg)
        elif arg in _VALUED:
            front += [arg, *(value for value in [next(waiting, None)] if value is not None)]
        else:
            rest.append(arg)
    return [*front, *rest]


app = typer.Typer(
    cls=Root,
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    epilog="The options above may stand anywhere. Exit codes: 0 all is well; 1 something was found or refused, and "
    "said; 2 the call itself was wrong.",
)


@app.callback()
def root(
    ctx: typer.Context,
    home: Annotated[Path | None, typer.Option(help="Where this installation lives (FANSHARE_HOME).")] = None,
    programme: str = typer.Option("", help="Short name of the programme (FANSHARE_PROGRAMME), if there are several."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document on standard output."),
    log_json: bool = typer.Option(False, "--log-json", help="Logs as JSON, one line an event."),
) -> None:
    """Sell through small creators; share every sale fairly and provably with creators and fans."""
    from fanshare.config.settings_file import with_file

    _no_core_dumps()
    ctx.obj = Session(environ=with_file(os.environ), home=home, slug=programme, json=json, log_json=log_json)


def _no_core_dumps() -> None:
    """The memory of every process of ours, the database's among them, holds keys and names: no crash writes it down."""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run() -> None:
    """The entry point ``fanshare``."""
    from fanshare.config.collector import look_seldom

    look_seldom()
    get_command(app).main(prog_name="fanshare")
