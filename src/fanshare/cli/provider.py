"""``fanshare provider``: an OpenID Connect provider by which people may sign in; there is none unless it is set."""

import os

import typer

from fanshare.cli.session import group, session

app = group("Let people sign in by an OpenID Connect provider, or end that.")


@app.command("set")
def set_(
    ctx: typer.Context,
    issuer: str = typer.Argument(help="Its issuer, such as https://login.example.com."),
    client_id: str = typer.Option(..., "--client-id", help="How this site is called there."),
    name: str = typer.Option(..., "--name", help="What stands on the button, such as Example."),
) -> None:
    """Ask a provider for its description and let people sign in by it from now on.

    The secret comes in FANSHARE_PROVIDER_SECRET or a file named by FANSHARE_PROVIDER_SECRET_FILE, and is kept sealed.
    """
    from fanshare.cli.addresses import base_url
    from fanshare.config.settings_env import secret
    from fanshare.flows.provider_sign_in import set_up
    from fanshare.integrations.oidc.provider import OpenIdConnect

    this = session(ctx)
    with this.installation() as opened:
        provider = OpenIdConnect().describe(issuer, name, client_id)
        given = secret(os.environ, "FANSHARE_PROVIDER_SECRET") or ""
        set_up(opened.conn, opened.keys, provider, given, opened.clock())
        back = f"{base_url(opened.settings)}/sign-in/provider/back"
    lines = [f"People may sign in with {name}.", f"There, allow this address for the way back: {back}"]
    this.out.result({"issuer": issuer, "back": back, "algorithms": list(provider.algorithms)}, lines)


@app.command()
def show(ctx: typer.Context) -> None:
    """Which provider there is."""
    from fanshare.flows.provider_sign_in import known

    this = session(ctx)
    with this.installation() as opened:
        found = known(opened.conn)
    if found is None:
        this.out.result({"issuer": None}, ["There is none: people sign in by a link or a passkey."])
        return
    told = {"issuer": found.issuer, "name": found.name, "client_id": found.client_id}
    this.out.result(told, [f"{found.name}: {found.issuer}, as {found.client_id}"])


@app.command()
def off(ctx: typer.Context) -> None:
    """Nobody signs in by it any more; who was connected with it is forgotten."""
    from fanshare.flows.provider_sign_in import take_away

    this = session(ctx)
    with this.installation() as opened:
        gone = take_away(opened.conn, opened.clock())
    this.out.result({"removed": gone}, ["Nobody signs in by it any more." if gone else "There was none."])
