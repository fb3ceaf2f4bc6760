"""``fanshare code``, the part that makes codes in shops: plans, making, batches, changing, alarms."""

from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli.session import session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk
    from fanshare.core.code_plans import CodePlan
    from fanshare.store.queries.shop_codes import ShopCode

_SHOP = typer.Option("", "--shop", help="Which connection: the end of its delivery URL; the only one if left out.")
_PLAN = typer.Argument(help="The name of the plan.")
_CREATOR = typer.Option(..., help="The creator's short name.")
_FAN = typer.Option("", help="A fan of hers who owns the code: public id or number.")
_COUNTRY = typer.Option("", help="Two letters: where it is shared. Needed for the label.")
_PLATFORM = typer.Option("", help="On what it is shared, such as youtube.")
_LABEL = typer.Option("", help="The advertising label for there.")
_LATER = typer.Option(False, "--later", help="Leave asking the shop to the worker.")


def register(app: typer.Typer) -> None:
    """Add these commands to ``fanshare code``."""
    for command in (plan, make, batch, rotate, alarms):
        app.command()(command)


def plan(
    ctx: typer.Context,
    name: str = typer.Argument("", help="Its name, such as spring-fans; without one all plans are listed."),
    shop: str = _SHOP,
    percent: str = typer.Option("", help="What buyers save, in percent; or:"),
    amount: str = typer.Option("", help="What buyers save, as an amount such as 5.00."),
    currency: str = typer.Option("", help="Of the amounts; the programme's if left out."),
    minimum: str = typer.Option("0", help="The least worth of the basket."),
    uses: int = typer.Option(0, help="How often one code works in all; 1: once; 0: without a limit."),
    once_per_buyer: bool = typer.Option(False, "--once-per-buyer", help="Each buyer may use it once."),
    prefix: str = typer.Option("", help="How its codes begin."),
    source: str = typer.Option("shop", help="shop: fanshare makes them there; stock: you bring them."),
    per_owner: int = typer.Option(1, help="How many of them, or batches, one person may have at a time."),
    batch: int = typer.Option(50, help="How many codes that work once may be made at a time."),
    days: int = typer.Option(0, help="How long a code lasts; 0: without an end."),
    product: list[str] = typer.Option([], help="Only for this product (its number in the shop); may be repeated."),  # noqa: B008
) -> None:
    """Say what codes may give, from now on. Codes made before keep what they gave."""
    from fanshare.core.code_plans import CodePlan
    from fanshare.core.discounts import Discount
    from fanshare.flows.code_plans import plan_now, plans, set_plan

    this = session(ctx)
    with this.desk() as desk:
        if not name or not (percent or amount):
            found = plans(desk.programme) if not name else [plan_now(desk.programme, _plain(name))]
            shown = [_plan_document(desk, each.plan, each.connection) for each in found]
            this.out.rows("plans", shown, ("name", "shop", "source", "says"))
            return
        discount = Discount(
            currency=currency.upper() or desk.tenant.currency,
            percent_bps=_basis_points(percent),
            amount=_amount(amount),
            minimum=_amount(minimum),
            uses=uses or None,
            once_per_buyer=once_per_buyer,
            products=tuple(product),
        )
        new = CodePlan(_plain(name), discount, _plain(prefix).upper(), source, per_owner, batch, days)
        connection = _makes(desk, shop, source)
        set_plan(desk.programme, connection, new, desk.now)
        document = _plan_document(desk, new, connection)
    this.out.result(document, [f"From now on codes of {new.name} are: {document['says']}."])


def make(
    ctx: typer.Context,
    plan: str = _PLAN,
    creator: str = _CREATOR,
    fan: str = _FAN,
    text: str = typer.Option("", help="The code as wished; drawn if left out."),
    country: str = _COUNTRY,
    platform: str = _PLATFORM,
    label: str = _LABEL,
    later: bool = _LATER,
) -> None:
    """Make a code in the shop. It is shown as one that works when the shop has confirmed it."""
    _ask(ctx, plan, (creator, fan), (country, platform, label), text=text, count=1, later=later)


def batch(
    ctx: typer.Context,
    plan: str = _PLAN,
    number: int = typer.Argument(help="How many codes."),
    creator: str = _CREATOR,
    fan: str = _FAN,
    country: str = _COUNTRY,
    platform: str = _PLATFORM,
    label: str = _LABEL,
    later: bool = _LATER,
) -> None:
    """Make many codes that work once each."""
    _ask(ctx, plan, (creator, fan), (country, platform, label), text="", count=number, later=later)


def rotate(
    ctx: typer.Context,
    text: str = typer.Argument(help="The code that is to be replaced."),
    to: str = typer.Option("", help="The new code as wished; drawn if left out."),
    shop: str = _SHOP,
    later: bool = _LATER,
) -> None:
    """Put another code in the place of one: the new one first, then the old one is ended. Its sales still count."""
    from fanshare.flows.shop_codes import rotate as change

    this = session(ctx)
    with this.desk() as desk:
        at = connection_of(desk, shop)
        new = change(desk.programme, _plain(text), desk.now, wished=_plain(to), connection=at)
        ids = [new.id, new.replaces or 0]
        found = _worked(desk, ids, later=later, turns=2)
        document = {"new": _code(desk, found[-1]), "old": _code(desk, found[0])}
    lines = [*_sentences([document["new"]]), f"The old code {document['old']['code']} is {document['old']['state']}."]
    this.out.result(document, lines)


def alarms(ctx: typer.Context) -> None:
    """Codes that seem to have leaked, or were taken more often than allowed. Exit code 1 if there are any."""
    from fanshare.cli.shapes import when
    from fanshare.flows.code_alarms import code_alarms
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        found = code_alarms(desk.access, desk.now)
        people = listing.named(desk.access, [one.owner for one in found])
    rows = [
        {
            "code": one.text,
            "owner": people[one.owner].slug or people[one.owner].public_id,
            "kind": one.found.kind,
            "since": when(one.found.since),
            "orders": one.found.uses,
            "without_visit": one.found.unvisited,
            "new_countries": list(one.found.new_countries),
            "sentence": f"{one.sentence}.",
        }
        for one in found
    ]
    this.out.result({"alarms": rows}, [f"{one.sentence}." for one in found] or ["No code looks unusual."])
    if rows:
        raise typer.Exit(1)


def connection_of(desk: "Desk", shop: str) -> int | None:
    """The connection that ``--shop`` names; ``None`` where it was left out. Raises ``BadInputError``."""
    from fanshare.flows.connection_changes import find

    return find(desk.programme, shop).id if shop else None


def ended(desk: "Desk", text: str, shop: str, *, by_hand: bool) -> dict[str, Any] | None:
    """End a code of a shop or stock, asking the shop at once; ``None`` where fanshare has made none of this text."""
    from fanshare.flows.shop_codes import end
    from fanshare.store.queries import shop_codes

    at = connection_of(desk, shop)
    if not shop_codes.by_text(desk.access, text.strip().casefold(), at):
        return None
    row = end(desk.programme, text, desk.now, connection=at, by_hand=by_hand)
    return _code(desk, _worked(desk, [row.id], later=False)[0])


def _makes(desk: "Desk", shop: str, source: str) -> int:
    from fanshare.core.code_plans import SHOP
    from fanshare.flows.connection_changes import find
    from fanshare.jobs.shop_codes import can_make

    found = find(desk.programme, shop)
    if source == SHOP and not can_make(found):
        raise BadInputError(
            "no_codes_there",
            f"fanshare can't make codes in {found.endpoint}: give it the shop's keys, or say --source stock and bring"
            " codes that you made there.",
        )
    return found.id


def _ask(
    ctx: typer.Context,
    plan: str,
    who: tuple[str, str],
    label: tuple[str, str, str],
    *,
    text: str,
    count: int,
    later: bool,
) -> None:
    from fanshare.cli.people import find
    from fanshare.flows.links import Label
    from fanshare.flows.shop_codes import Wish, ask

    this = session(ctx)
    with this.desk() as desk:
        by = find(desk, who[0], "creator")
        owner = find(desk, who[1], "fan") if who[1] else by
        country, platform, words = map(_plain, label)
        wish = Wish(_plain(plan), by.id, owner.id, Label(country, platform, words), _plain(text), count)
        made = ask(desk.programme, wish, desk.now)
        rows = [_code(desk, row) for row in _worked(desk, [row.id for row in made], later=later)]
    this.out.result({"codes": rows}, _sentences(rows))


def _worked(desk: "Desk", ids: list[int], *, later: bool, turns: int = 1) -> "list[ShopCode]":
    """The codes after the shop was asked once about each; what it does not answer now the worker asks again."""
    from fanshare.jobs.shop_codes import work_codes
    from fanshare.store.queries import shop_codes

    for _ in range(0 if later else turns):
        done = work_codes(desk.programme, desk.installation.clock, ids)
        while done.asked and not done.later:
            done = work_codes(desk.programme, desk.installation.clock, ids)
    return shop_codes.by_ids(desk.access, ids)


def _sentences(rows: list[dict[str, Any]]) -> list[str]:
    said = {
        "confirmed": "{code} works from now on for {owner}. To send: {message}",
        "ended": "{code} was not made: {problem}",
        "failed": "{code} was not made: {problem}",
    }
    waiting = "{code} is asked for; it is shown when the shop has confirmed it. {problem}"
    return [said.get(row["state"], waiting).format(**row).strip() for row in rows]


def _code(desk: "Desk", row: "ShopCode") -> dict[str, Any]:
    """A code in a document. ``works`` is true once the shop has confirmed it; only then there is something to send."""
    from fanshare.cli.shapes import when
    from fanshare.store.queries import listing

    people = listing.named(desk.access, [row.owner, row.creator])
    works = row.state == "confirmed"
    return {
        "code": row.shown,
        "works": works,
        "state": row.state,
        "creator": people[row.creator].slug or people[row.creator].public_id,
        "owner": people[row.owner].slug or people[row.owner].public_id,
        "single_use": row.single_use,
        "message": f"{row.label}: {row.shown}" if works else None,
        "attempts": row.attempts,
        "problem": row.problem,
        "confirmed_at": when(row.confirmed_at),
        "ends_at": when(row.ends_at),
        "ended_at": when(row.ended_at),
    }


def _plan_document(desk: "Desk", plan: "CodePlan", connection: int) -> dict[str, Any]:
    from fanshare.core.discounts import sentence
    from fanshare.store.queries import listing

    return {**plan.document(), "shop": listing.endpoints(desk.access)[connection], "says": sentence(plan.discount)}


def _basis_points(text: str) -> int:
    from fanshare.cli.fan_part import basis_points

    return basis_points(text) if text else 0


def _amount(text: str) -> int:
    from fanshare.core.money import parse_amount

    return parse_amount(text) if text else 0


def _plain(text: str) -> str:
    if "\x00" in text:
        raise BadInputError("bad_code", "Codes, names and labels are plain text.")
    return text.strip()
