"""``fanshare key``: the public key of a programme's log."""

import typer

from fanshare.cli.session import group, session

app = group("The public key of a programme's log.")


@app.command()
def show(ctx: typer.Context) -> None:
    """The key that signs the log: publish it, so that everybody can compare (fanshare verify --key)."""
    this = session(ctx)
    with this.desk() as desk:
        signer = desk.installation.signer(desk.tenant)
    document = {"key": str(signer.key), "earlier": [str(key) for key in signer.keys[:-1]]}
    this.out.result(document, [str(signer.key)])
