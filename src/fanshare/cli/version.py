"""``fanshare version``"""

import typer

from fanshare.cli.session import session, single

app = single()


@app.command()
def version(ctx: typer.Context) -> None:
    """Which fanshare this is."""
    from importlib.metadata import version as version_of

    number = version_of("fanshare")
    session(ctx).out.result({"fanshare": number}, [f"fanshare {number}"])
