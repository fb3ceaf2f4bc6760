"""``fanshare credit``: what is ready becomes a code of a shop, and an unused one comes back."""

from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli import credit_stock
from fanshare.cli.payout import confirm
from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError, ConflictError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.core.money import Micros
    from fanshare.store.queries.shop_credits import Credit

app = group("Turn what is ready into codes of a shop, and take unused ones back.")
app.add_typer(credit_stock.app, name="stock")

_SHOP = typer.Option("", "--shop", help="Which connection: the end of its delivery URL; the only one if left out.")
_WHO = typer.Argument(help="Whose: short name, public id or number.")
_YES = typer.Option(False, "--yes", help="Don't ask.")
_COLUMNS = ("id", "owner", "amount", "used", "currency", "state", "code", "problem")


@app.command()
def allow(
    ctx: typer.Context,
    shop: str = _SHOP,
    end: bool = typer.Option(False, "--end", help="Allow no new ones any more; codes that exist go on working."),
) -> None:
    """Let people take codes of a shop for what is ready."""
    from fanshare.flows.connection_changes import find
    from fanshare.flows.shop_credits import allow as say
    from fanshare.jobs.shop_codes import can_make
    from fanshare.store.queries.credit_stock import levels

    this = session(ctx)
    with this.desk() as desk:
        at = find(desk.programme, shop)
        stocked = any(one.connection == at.id for one in levels(desk.access, desk.now))
        if not end and not stocked and not can_make(at):
            raise BadInputError(
                "no_codes_there",
                f"fanshare can't make codes in {at.endpoint}: give it the shop's keys, or bring codes of your own.",
            )
        say(desk.programme, at.id, not end, desk.now)
    words = "No new credit is given there from now on." if end else "Credit may be taken there from now on."
    this.out.result({"shop": at.endpoint, "allowed": not end}, [words])


@app.command()
def offers(ctx: typer.Context, who: str = _WHO) -> None:
    """What somebody may turn into credit now, by shop."""
    from fanshare.cli.people import find
    from fanshare.core.money import format_minor
    from fanshare.flows import credit_stock
    from fanshare.flows.shop_credits import offers as found

    this = session(ctx)
    with this.desk() as desk:
        party = find(desk, who).id
        rows: list[dict[str, Any]] = [
            {
                "shop": one.shop.endpoint,
                "most": format_minor(one.most, one.shop.currency),
                "currency": one.shop.currency,
            }
            for one in found(desk.programme, party, desk.now)
        ]
        rows += [
            {
                "shop": one.shop.endpoint,
                "most": format_minor(one.most, one.currency),
                "currency": one.currency,
                "values": [format_minor(value, one.currency) for value in one.values],
            }
            for one in credit_stock.offers(desk.programme, party, desk.now)
        ]
    this.out.rows("offers", rows, ("shop", "most", "currency"), "Nothing can be turned into credit now.")


@app.command()
def turn(
    ctx: typer.Context,
    who: str = _WHO,
    amount: str = typer.Option("", help="How much, such as 5.00; everything that is ready if left out."),
    shop: str = _SHOP,
    key: str = typer.Option("", help="The same key asks once, however often it is sent."),
    later: bool = typer.Option(False, "--later", help="Leave asking the shop to the worker."),
    yes: bool = _YES,
) -> None:
    """Turn what is ready of somebody into a code of a shop."""
    from fanshare.cli.people import find
    from fanshare.core.money import format_minor, parse_amount
    from fanshare.flows import connection_changes
    from fanshare.flows.credit_stock import take
    from fanshare.flows.shop_credits import Wish, ask, drawn_key
    from fanshare.store.queries import credit_stock, shop_credits

    this = session(ctx)
    with this.desk() as desk:
        party, at = find(desk, who), connection_changes.find(desk.programme, shop)
        of_stock = any(one.id == at.id for one in credit_stock.shops(desk.access))
        ends = _most(desk, party.id, at.id)
        if not ends and not key:
            raise ConflictError("no_offer", f"Nothing of {who[:60]!r} can be turned into credit of this shop now.")
        currency, most = ends[0] if ends else (_currency(desk, at.id), 0)
        micros = parse_amount(amount) if amount else most
        confirm(ctx, f"Turn {format_minor(micros, currency)} {currency} into a code?", yes)
        wish = Wish(party.id, at.id, currency, micros)
        made = (take if of_stock else ask)(desk.programme, wish, key or drawn_key(), desk.now)
        _work(desk, later=later)
        row = _document(desk, [shop_credits.by_id(desk.access, made.id) or made])[0]
    this.out.result(row, [_sentence(row)])


@app.command("list")
def list_(ctx: typer.Context, who: str = typer.Argument("", help="Only hers.")) -> None:
    """The credits, oldest first; somebody's newest first."""
    from fanshare.cli.people import find
    from fanshare.store.queries import shop_credits

    this = session(ctx)
    with this.desk() as desk:
        found = shop_credits.of_party(desk.access, find(desk, who).id) if who else shop_credits.listed(desk.access)
        rows = _document(desk, found)
    this.out.rows("credits", rows, _COLUMNS, "There is no credit.")


@app.command()
def cancel(
    ctx: typer.Context,
    credit: int = typer.Argument(help="The number of the credit."),
    later: bool = typer.Option(False, "--later", help="Leave asking the shop to the worker."),
    yes: bool = _YES,
) -> None:
    """Take an unused credit back: its code ends at the shop, then its money is ready again."""
    from fanshare.flows import shop_credits as flow
    from fanshare.store.queries import shop_credits

    confirm(ctx, f"End the code of credit {credit}?", yes)
    this = session(ctx)
    with this.desk() as desk:
        row = shop_credits.by_id(desk.access, credit) if 0 < credit < 1 << 62 else None
        if row is None:
            raise BadInputError("unknown_credit", "There is no such credit.", 404)
        flow.cancel(desk.programme, row.party, credit, desk.now)
        _work(desk, later=later)
        document = _document(desk, [shop_credits.by_id(desk.access, credit) or row])[0]
    this.out.result(document, [_sentence(document)])


def _most(desk: "Desk", party: int, shop: int) -> "list[tuple[str, Micros]]":
    """The most that somebody may turn at a shop, by currency; of the brand's own codes the largest that is there."""
    from fanshare.flows import credit_stock
    from fanshare.flows.shop_credits import offers

    found = [(one.shop.currency, one.most) for one in offers(desk.programme, party, desk.now) if one.shop.id == shop]
    given = credit_stock.offers(desk.programme, party, desk.now)
    return found + [(one.currency, one.values[-1]) for one in given if one.shop.id == shop and one.values]


def _currency(desk: "Desk", shop: int) -> str:
    from fanshare.store.queries import shop_credits

    return next((one.currency for one in shop_credits.shops(desk.access) if one.id == shop), desk.tenant.currency)


def _work(desk: "Desk", *, later: bool) -> None:
    """Ask the shop once about what is due; what it does not answer now the worker asks again."""
    from fanshare.jobs.shop_credits import work_credits

    if not later:
        work_credits(desk.programme, desk.installation.clock)


def _sentence(row: dict[str, Any]) -> str:
    said = {
        "shown": "{code} takes {amount} {currency} off, once.",
        "cancelled": "{amount} {currency} are ready again.",
        "failed": "No code was made, {amount} {currency} are ready again: {problem}",
        "ending": "The code is ended first, by shop or brand; then its money is ready again. {problem}",
    }
    waiting = "The shop is asked for the code; it is shown when the shop has made it. {problem}"
    return said.get(row["state"], waiting).format(**row).strip()


def _document(desk: "Desk", found: "list[Credit]") -> list[dict[str, Any]]:
    """Credits in a document. The code stands there only while it works: it is money."""
    from fanshare.cli.shapes import when
    from fanshare.core.money import format_minor
    from fanshare.store.queries import listing

    people = listing.named(desk.access, [row.party for row in found])
    return [
        {
            "id": str(row.id),
            "owner": people[row.party].slug or people[row.party].public_id,
            "amount": format_minor(row.amount, row.currency),
            "used": format_minor(row.used, row.currency),
            "currency": row.currency,
            "state": row.state,
            "code": row.shown if row.state == "shown" else "",
            "ends_at": None if row.ends_at is None else when(row.ends_at),
            "rest_of": None if row.rest_of is None else str(row.rest_of),
            "problem": row.problem,
            "created_at": when(row.created_at),
        }
        for row in found
    ]
