"""``fanshare ruling``: decisions of a person. Each has a reason, is logged, and can be appealed against."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from fanshare.cli import ruling_appeals
from fanshare.cli.session import group, session
from fanshare.core.errors import BadInputError

if TYPE_CHECKING:
    from fanshare.cli.session import Desk

app = group("Decide about an order: deny, hold, release, reassign, merge, absorb, claim; and answer appeals.")

_ORDER = typer.Argument(help="The shop's number of the order.")
_REASON = typer.Option(..., help="Why, in words that the people concerned will read.")
_CREATOR = typer.Option("", help="Only this creator's part.")
_ANSWERS = typer.Option([], help="An appeal that this answers; may be given several times.")
_CODE = typer.Option("", help="The reason as a word for machines (a to z and _); it stands in the public log.")


@app.command()
def deny(
    ctx: typer.Context,
    order: str = _ORDER,
    reason: str = _REASON,
    creator: str = _CREATOR,
    line: str = typer.Option("", help="Only this line of the order."),
    code: str = _CODE,
    answers: list[int] = _ANSWERS,
) -> None:
    """Take back what an order would earn. What was already paid becomes a debt."""
    _rule(ctx, "denied", reason, code, order=order, creator=creator, line=line or None, answers=answers)


@app.command()
def hold(
    ctx: typer.Context,
    order: str = _ORDER,
    reason: str = _REASON,
    until: str = typer.Option(..., help="When it releases itself: a date or RFC 3339, at most 90 days from now."),
    creator: str = _CREATOR,
    party: str = typer.Option("", help="Only this party's share."),
    code: str = _CODE,
) -> None:
    """Hold shares of an order back while it is being checked."""
    from fanshare.cli.shapes import moment

    _rule(ctx, "held", reason, code, order=order, creator=creator, party=party, until=moment(until))


@app.command()
def release(
    ctx: typer.Context,
    order: str = _ORDER,
    reason: str = _REASON,
    creator: str = _CREATOR,
    line: str = typer.Option("", help="Only the denial of this line of the order."),
    code: str = _CODE,
    answers: list[int] = _ANSWERS,
) -> None:
    """End a hold before its date, or take back a denial of the same extent."""
    _rule(ctx, "released", reason, code, order=order, creator=creator, line=line or None, answers=answers)


@app.command()
def uphold(
    ctx: typer.Context,
    order: str = _ORDER,
    reason: str = _REASON,
    code: str = _CODE,
    answers: list[int] = _ANSWERS,
) -> None:
    """Answer an appeal by leaving things as they are, and say why."""
    _rule(ctx, "upheld", reason, code, order=order, answers=answers)


@app.command()
def reassign(
    ctx: typer.Context,
    order: str = _ORDER,
    to: str = typer.Option(..., help="The creator who brought the sale."),
    reason: str = _REASON,
    creator: str = typer.Option("", help="Whose part it was; the whole order if left out."),
    fan: str = typer.Option("", help="A fan of hers who brought the buyer."),
    code: str = _CODE,
    answers: list[int] = _ANSWERS,
) -> None:
    """Give a sale to the creator who brought it."""
    _rule(ctx, "reassigned", reason, code, order=order, creator=creator, to_creator=to, to_party=fan, answers=answers)


@app.command()
def merge(
    ctx: typer.Context,
    party: str = typer.Argument(help="One account of a payee."),
    into: str = typer.Argument(help="The account that stays."),
    reason: str = _REASON,
) -> None:
    """Say that two accounts belong to one payee."""
    _rule(ctx, "merged", reason, "", party=party, to_party=into)


@app.command()
def absorb(
    ctx: typer.Context,
    party: str = typer.Argument(help="Whose debt the brand takes upon itself."),
    reason: str = _REASON,
    currency: str = typer.Option("", help="In which currency; the programme's if left out."),
    yes: bool = typer.Option(False, "--yes", help="Don't ask."),
) -> None:
    """The brand takes a negative balance upon itself."""
    from fanshare.cli.payout import confirm
    from fanshare.cli.people import find
    from fanshare.cli.shapes import exact, plain
    from fanshare.core.money import exponent
    from fanshare.flows.rulings import absorb_debt

    _check_reason(reason)
    confirm(ctx, f"Absorb the debt of {party}?", yes)
    this = session(ctx)
    with this.desk() as desk:
        unit = currency.upper() or desk.tenant.currency
        exponent(unit)
        row = find(desk, party)
        debt = absorb_debt(desk.programme, row.id, unit, reason, desk.now)
    said = f"The brand has absorbed {plain(debt, unit)}." if debt else "There was no debt; nothing was changed."
    this.out.result({"party": row.public_id, "absorbed": exact(debt), "currency": unit}, [said])


@app.command()
def claim(
    ctx: typer.Context,
    order: str = _ORDER,
    party: str = typer.Argument(help="The buyer who proved that the order is hers."),
) -> None:
    """A buyer has proved that an order is hers: her part moves to her."""
    from fanshare.cli.people import find
    from fanshare.flows.rulings import claim_order, find_order

    this = session(ctx)
    with this.desk() as desk:
        row = find(desk, party)
        done = claim_order(desk.programme, find_order(desk.access, _clean(order)), row.id, desk.now)
    said = f"Order {order} is now {row.public_id}'s." if done else "That order was claimed before; nothing was changed."
    this.out.result({"order": order, "party": row.public_id, "claimed": done}, [said])


@app.command("list")
def list_(ctx: typer.Context, order: str = typer.Option("", help="Only those about this order.")) -> None:
    """Decisions, newest first."""
    from fanshare.cli.shapes import when
    from fanshare.flows.rulings import find_order
    from fanshare.store.queries import listing

    this = session(ctx)
    with this.desk() as desk:
        about = find_order(desk.access, _clean(order)) if order else None
        found = listing.rulings(desk.access, order=about)
        people = listing.named(desk.access, (party for row in found for party in (row.creator, row.party)))
        rows = [
            {
                "id": str(row.id),
                "kind": row.kind,
                "order": row.order or None,
                "creator": None if row.creator is None else people[row.creator].slug or people[row.creator].public_id,
                "party": None if row.party is None else people[row.party].public_id,
                "line": row.line or None,
                "reason": row.reason,
                "until": when(row.until),
                "decided_by": row.decided_by,
                "at": when(row.at),
            }
            for row in found
        ]
    this.out.rows("rulings", rows, ("id", "kind", "order", "creator", "until", "reason", "at"))


ruling_appeals.register(app)


def _rule(
    ctx: typer.Context,
    kind: str,
    reason: str,
    code: str,
    *,
    order: str = "",
    creator: str = "",
    party: str = "",
    line: str | None = None,
    to_creator: str = "",
    to_party: str = "",
    until: int | None = None,
    answers: Sequence[int] = (),
) -> None:
    from fanshare.flows.rulings import NewRuling, find_order, rule

    _check_reason(reason, code, line or "")
    this = session(ctx)
    with this.desk() as desk:
        new = NewRuling(
            kind,
            reason,
            order=find_order(desk.access, _clean(order)) if order else None,
            creator=_party(desk, creator, "creator"),
            party=_party(desk, party),
            line=line,
            to_creator=_party(desk, to_creator, "creator"),
            to_party=_party(desk, to_party),
            until=until,
            evidence={"code": code} if code else {},
            answers=tuple(sorted(set(answers))),
        )
        made = rule(desk.programme, new, desk.now)
    document: dict[str, Any] = {"id": str(made), "kind": kind, "order": order or None, "reason": reason}
    this.out.result(document, [f"Decision {made} ({kind}) is in the log."])


def _party(desk: "Desk", text: str, *kinds: str) -> int | None:
    from fanshare.cli.people import find

    return find(desk, text, *kinds).id if text else None


def _clean(order: str) -> str:
    return order.replace("\x00", "")


def _check_reason(reason: str, code: str = "", line: str = "") -> None:
    from fanshare.core.settlement_leaf import CODE

    if not 1 <= len(reason.strip()) <= 2000 or "\x00" in reason + line:
        raise BadInputError("reason_missing", "A decision needs a reason of at most 2000 characters.")
    if code and CODE.fullmatch(code) is None:
        raise BadInputError("bad_code", "The code of a reason holds a to z, 0 to 9 and _ . : - only.")
