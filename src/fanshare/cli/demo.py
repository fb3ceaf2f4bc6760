"""``fanshare demo``: a whole installation with a generated history, in a home and a database of its own."""

from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli.session import Session, session, single

if TYPE_CHECKING:
    from fanshare.cli.demo_home import DemoHome
    from fanshare.cli.demo_report import Report

app = single()


@app.command()
def demo(
    ctx: typer.Context,
    seed: int = typer.Option(7, help="Another number, another world; the same number, the same figures."),
    small: bool = typer.Option(False, "--small", help="A village instead of a town: done in seconds."),
    keep: bool = typer.Option(False, "--keep", help="Leave the demonstration's directory where it is at the end."),
    no_serve: bool = typer.Option(False, "--no-serve", help="End after the report instead of serving the pages."),
    port: int = typer.Option(8700, min=0, max=65535, help="The port to answer on; 0 takes a free one."),
) -> None:
    """Play a generated world and a recorded shop through the real thing, report, and serve the pages until Ctrl-C.

    Everything lives in the directory "demo" of the home, is marked as a demonstration, and is gone afterwards.
    """
    import logging

    from fanshare.cli.demo_home import make_home, removed_afterwards
    from fanshare.cli.demo_stage import perform
    from fanshare.cli.supervision import exit_on_signals
    from fanshare.config.logs import configure_logs
    from fanshare.world.story import FULL, SMALL, generate

    this = session(ctx)
    configure_logs(json=this.logs_as_json, level=logging.WARNING)
    exit_on_signals()
    home = make_home(this.environ, this.settings.home / "demo")
    with removed_afterwards(home, keep):
        world = generate(seed, SMALL if small else FULL)
        with perform(home, world, port, this.out) as (report, answers_at):
            this.out.result(
                report.document(), lambda: _lines(report, answers_at, home, serving=not no_serve, keep=keep)
            )
            if not no_serve:
                _serve(this, home, int(answers_at.rpartition(":")[2]))
    if not report.document()["ok"]:
        raise typer.Exit(1)


def _serve(this: Session, home: "DemoHome", port: int) -> None:
    """Everything on one port, until somebody stops it."""
    from fanshare.cli.demo_home import wait_for_address

    with home.start("serve", "--as-child", "--port", str(port), log="serve.log") as child:
        wait_for_address(home, child, "serve.json")
        if not this.json:
            this.out.result({}, ["", "It serves now; stop it with Ctrl-C."])
        child.process.wait()


def _lines(report: "Report", answers_at: str, home: "DemoHome", *, serving: bool, keep: bool) -> list[str]:
    lines: list[Any] = ["", *report.lines()]
    if serving:
        lines += ["", "Sign in with one button, as often as you like, as"]
        lines += [f"  {answers_at}{href}   {text}" for href, text in report.doors]
        lines += ["", "Open:", *(f"  {answers_at}{href}   {text}" for href, text, _ in report.links)]
        lines += ["", "Two brands, one operator; each by the door of whom it says:"]
        lines += [f"  {answers_at}{href}   {text}. {note}" for href, text, note in report.behind_doors]
    if serving or keep:
        lines += ["", f"It lives in {home.path}, which {'stays' if keep else 'goes when it stops'}."]
        lines += [f"Its statements are in {home.path / 'statements'}: check one with fanshare verify FILE."]
    return lines
