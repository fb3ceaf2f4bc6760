"""``fanshare login-link``: a link by which somebody signs in, once, for 15 minutes. Works without mail."""

import typer

from fanshare.cli.session import session, single

app = single()


@app.command()
def login_link(
    ctx: typer.Context,
    address: str = typer.Argument(help="The e-mail address she is known by here."),
    forget_app: bool = typer.Option(
        False, "--forget-app", help="Her authenticator app, passkeys and recovery codes are lost: take them away."
    ),
) -> None:
    """Print a link that signs somebody in, once, within 15 minutes. Give it to nobody else."""
    from fanshare.cli.addresses import base_url
    from fanshare.cli.shapes import when
    from fanshare.core.errors import BadInputError
    from fanshare.flows.second_factor import take_all
    from fanshare.flows.sign_in import LINK_LIVES, make_link
    from fanshare.flows.signed_in import Owner
    from fanshare.flows.staff import account_of, clean

    this = session(ctx)
    with this.installation() as opened:
        now = opened.clock()
        try:
            token = make_link(opened.conn, opened.keys, address, now, at_once=1_000)
        except BadInputError as error:
            if error.code != "unknown_address":
                raise
            raise BadInputError(
                error.code,
                "Nobody here is known by this address: fanshare operator add, brand add, creator add --email and "
                "fan add --email make somebody known.",
                404,
            ) from None
        if forget_app:
            owner = Owner(account_of(opened.keys, address), "cli", clean(address))
            take_all(opened.conn, opened.keys, owner, now)
        url = f"{base_url(opened.settings)}/sign-in/confirm?t={token}"
    ends = when(now + LINK_LIVES)
    this.out.result({"url": url, "expires_at": ends}, [url, f"It works once, until {ends}."])
