"""What every command starts from, and how groups of them are made."""

import typer

from fanshare.cli.call import ACTOR, Desk, Session

__all__ = ["ACTOR", "Desk", "Session", "group", "session", "single"]


def session(ctx: typer.Context) -> Session:
    """The session of a command."""
    found = ctx.obj
    assert isinstance(found, Session)
    return found


def group(help_: str) -> typer.Typer:
    """A command with commands of its own."""
    made = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True, help=help_)
    made.callback()(lambda: None)
    return made


def single() -> typer.Typer:
    """A command that is registered on its own."""
    return typer.Typer(rich_markup_mode=None, add_completion=False)
