"""``fanshare programme``: the brands that sell here."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fanshare.cli.session import group, session

if TYPE_CHECKING:
    from fanshare.store.directory import Programme as Tenant

app = group("Create and show programmes.")


@app.command()
def create(
    ctx: typer.Context,
    name: str = typer.Argument(help='What people call the brand: "Bea\'s linen".'),
    currency: str = typer.Option(..., help="ISO 4217, such as EUR."),
    country: str = typer.Option("DE", help="Two letters, ISO 3166-1."),
    time_zone: str = typer.Option("UTC", help="Where its days begin and end, such as Europe/Berlin."),
    slug: str = typer.Option("", help="Short name for addresses; made from the name if left out."),
    contact: str = typer.Option("", help="An address that people can write to."),
    terms: Annotated[Path | None, typer.Option(help="A terms document to publish at once.")] = None,
) -> None:
    """Found a programme and open its log."""
    from fanshare.cli.terms import read_document
    from fanshare.flows import programmes
    from fanshare.flows.publish_terms import publish_terms
    from fanshare.store import directory

    this = session(ctx)
    document = None if terms is None else read_document(terms)
    new = programmes.checked(name, currency, country, time_zone, slug=slug, contact=contact)
    with this.installation() as opened:
        now = opened.clock()
        new = replace(new, demo=directory.fact(opened.conn, "demo") is not None)
        with opened.conn.transaction():
            tenant = programmes.found(opened.conn, opened.keys, new, now, "cli")
            if document is not None:
                publish_terms(opened.access(tenant, "cli"), document, now)
    next_step: list[str] = (
        [] if document is not None else [f"Next: fanshare terms publish FILE --programme {tenant.slug}"]
    )
    this.out.result(_document(tenant), [f"{tenant.name} is founded; its short name is {tenant.slug}.", *next_step])


@app.command("list")
def list_(ctx: typer.Context) -> None:
    """All programmes of this installation."""
    this = session(ctx)
    with this.installation() as opened:
        rows = [_document(one) for one in opened.tenants()]
    this.out.rows("programmes", rows, ("slug", "name", "currency", "country", "time_zone", "id"))


@app.command()
def show(ctx: typer.Context) -> None:
    """One programme: --programme, or the only one."""
    from fanshare.cli.shapes import when
    from fanshare.core.errors import FanshareError
    from fanshare.store import log_store
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        document = _document(desk.tenant)
        kinds = [row.kind for row in listing.parties(desk.access)]
        tree = log_store.tree(desk.access)
        try:
            version = desk.programme.book.at(desk.now)
            document["terms"] = {"version": version.version, "hash": version.hash}
            document["terms"]["effective_at"] = when(version.effective_at)
        except FanshareError:
            document["terms"] = None
        document |= {"creators": kinds.count("creator"), "fans": kinds.count("fan"), "log_size": tree.frontier.size}
    this.out.result(document, lambda: (f"{key.replace('_', ' ')}: {value}" for key, value in document.items()))


def _document(tenant: "Tenant") -> dict[str, Any]:
    return {
        "id": tenant.public_id,
        "slug": tenant.slug,
        "name": tenant.name,
        "country": tenant.country,
        "currency": tenant.currency,
        "time_zone": tenant.time_zone,
        "contact": tenant.contact,
        "demo": tenant.demo,
    }
