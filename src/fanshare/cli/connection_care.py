"""What is done with a shop connection after it was made: its health, a look at what was missed, a pause, other keys."""

from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli.session import session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk, Session
    from fanshare.core.instants import Instant
    from fanshare.flows.connecting import Systems
    from fanshare.flows.connections import Connection
    from fanshare.jobs.poll import Found

_WHICH = typer.Argument("", help="Which connection: the end of its delivery URL; the only one if left out.")
_MARKS = {"ok": "ok  ", "warn": "look", "bad": "BAD "}


def register(app: typer.Typer) -> None:
    """Add these commands to ``fanshare connection``."""
    for command in (health, reconcile, pause, resume, webhooks, keys):
        app.command()(command)


def health(ctx: typer.Context) -> None:
    """How every connection is doing: last heard, missed and fetched, refused, off. Exit code 1 if one is bad."""
    from fanshare.cli import connection_shapes
    from fanshare.flows.health import connection_health

    this = session(ctx)
    with this.desk() as desk:
        rows = [connection_shapes.health(one) for one in connection_health(desk.access, desk.now)]
    lines = []
    for row in rows:
        lines.append(f"{_MARKS[row['level']]} {row['endpoint']}: {row['summary']}")
        lines += [f"       {finding['sentence']}" for finding in row["findings"]]
    this.out.result({"connections": rows}, lines or ["There are no connections."])
    if any(row["level"] == "bad" for row in rows):
        raise typer.Exit(1)


def reconcile(
    ctx: typer.Context,
    endpoint: str = _WHICH,
    since: str = typer.Option("", help="From which day on, such as 2026-11-01; 30 days if left out."),
) -> None:
    """List everything the shop changed since a day again, and book what is missing here."""
    from fanshare.core.instants import DAY, parse_rfc3339
    from fanshare.flows.connection_changes import find
    from fanshare.jobs.fetches import Fetches

    this = session(ctx)
    with this.desk() as desk:
        shop = find(desk.programme, endpoint)
        begin = parse_rfc3339(f"{since}T00:00:00Z") if since else max(0, desk.now - 30 * DAY)
        if begin >= desk.now:
            raise BadInputError("bad_time", "That day has not begun yet; give one that lies behind us.")
        fetches = Fetches()
        try:
            found = _reconcile(this, desk, shop, fetches, begin)
        finally:
            fetches.close()
    said = (
        f"{found.listed} orders listed: {found.missed} missed and fetched, {found.changed} changed here, {found.gone}"
        f" gone at the shop, {found.refused} refused."
    )
    this.out.result({"endpoint": shop.endpoint, **found.as_dict()}, [said])


def _reconcile(this: "Session", desk: "Desk", shop: "Connection", fetches: Any, begin: "Instant") -> "Found":
    from fanshare.core.instants import DAY
    from fanshare.jobs import poll

    days = max(1, (desk.now - begin) // DAY)
    with this.out.progress() as show:

        def told(reached: "Instant", found: "Found") -> None:
            if show is not None:
                show(f"{found.listed} orders; day", min(days, max(0, reached - begin) // DAY), days)

        return poll.reconcile(desk.programme, shop, fetches, begin, desk.now, told)


def pause(ctx: typer.Context, endpoint: str = _WHICH) -> None:
    """Take nothing from a shop from now on. It is told to come again later; the log says how long it was off."""
    from fanshare.flows.connecting import switch
    from fanshare.flows.connection_changes import find

    this = session(ctx)
    with this.desk() as desk:
        shop = find(desk.programme, endpoint)
        changed = switch(desk.programme, shop, desk.now, on=False)
    said = f"{shop.endpoint} is paused." if changed else f"{shop.endpoint} was paused already."
    this.out.result({"endpoint": shop.endpoint, "on": False, "changed": changed}, [said])


def resume(ctx: typer.Context, endpoint: str = _WHICH) -> None:
    """Take messages again, and fetch what came meanwhile."""
    from fanshare.flows.connecting import switch
    from fanshare.flows.connection_changes import find

    this = session(ctx)
    with this.desk() as desk:
        shop = find(desk.programme, endpoint)
        changed = switch(desk.programme, shop, desk.now, on=True)
    fetched = (
        " What came meanwhile is fetched now." if shop.can_fetch else " Let the shop send again what came meanwhile."
    )
    said = f"{shop.endpoint} is on again.{fetched}" if changed else f"{shop.endpoint} was on already."
    this.out.result({"endpoint": shop.endpoint, "on": True, "changed": changed}, [said])


def webhooks(ctx: typer.Context, endpoint: str = _WHICH) -> None:
    """Make the webhooks that a shop lacks and switch on again those it switched off; needs a key that may write."""
    from fanshare.flows.connection_changes import find

    this = session(ctx)
    with this.desk() as desk:
        document = look_after(desk, find(desk.programme, endpoint))
    this.out.result(document, webhook_lines(document))


def look_after(desk: "Desk", shop: "Connection") -> dict[str, Any]:
    """Look after the webhooks of a connection. Raises ``FanshareError`` (``no_address``) and what the shop raises."""
    from fanshare.flows import connecting

    report = connecting.look_after(desk.programme, shop, systems(desk), desk.now)
    return {
        "endpoint": shop.endpoint,
        "created": list(report.created),
        "repaired": list(report.repaired),
        "problem": report.problem,
    }


def systems(desk: "Desk") -> "Systems":
    """What the kinds of shop can do, for this installation."""
    from fanshare.jobs.systems import Connectors

    return Connectors(desk.installation.settings.public_url)


def webhook_lines(document: dict[str, Any]) -> list[str]:
    """What was done about webhooks, in sentences."""
    lines = [f"Made: {', '.join(document['created'])}."] if document["created"] else []
    lines += [f"Put right: {', '.join(document['repaired'])}."] if document["repaired"] else []
    lines += [document["problem"]] if document["problem"] else []
    return lines or ["All webhooks are as they should be."]


def keys(
    ctx: typer.Context,
    endpoint: str = _WHICH,
    key: str = typer.Option("", help="New key of the shop (or FANSHARE_SHOP_KEY)."),
    key_secret: str = typer.Option("", help="Its secret; better as FANSHARE_SHOP_SECRET or FANSHARE_SHOP_SECRET_FILE."),
    remove: bool = typer.Option(False, "--remove", help="Forget the keys: the shop is not asked any more."),
) -> None:
    """Ask the shop with other keys from now on."""
    from fanshare.cli.connection_doors import with_environment
    from fanshare.flows.connecting import Given, change_keys
    from fanshare.flows.connection_changes import find

    this = session(ctx)
    with this.desk() as desk:
        shop = find(desk.programme, endpoint)
        given = with_environment(Given(shop.kind, key=key, key_secret=key_secret))
        asked = change_keys(desk.programme, shop, given, systems(desk), desk.now, remove=remove)
    said = "is not asked any more." if remove else "is asked with the new key from now on."
    this.out.result({"endpoint": shop.endpoint, "can_be_asked": asked}, [f"{shop.endpoint} {said}"])
