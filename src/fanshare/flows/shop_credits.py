"""Turn what is ready into a code of the shop, take it back, and see in which order it was used.

A wish locks the person and what is ready of her, so of two at once the second sees what the first left. The money is
on its way from that moment; what becomes of it at the shop is written down by ``credit_steps``.
"""

import secrets
from typing import Any, NamedTuple

from fanshare.core import shop_credits as way
from fanshare.core.code_plans import ALPHABET
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import MINUTE, Instant
from fanshare.core.money import Micros
from fanshare.flows import payouts
from fanshare.flows.address_change import refuse_if_changed
from fanshare.flows.context import Programme
from fanshare.flows.named import check_parties
from fanshare.flows.payout_holds import refuse_if_held, standing
from fanshare.flows.payouts import Step
from fanshare.flows.requests import answer_once
from fanshare.store.queries import payout_runs, shop_codes
from fanshare.store.queries import shop_credits as rows
from fanshare.store.queries.shop_credits import Credit, CreditShop

#: 30^14 texts: a code is money, and nobody may come upon one by trying.
DRAWN = 14
PREFIX = "CR"
_MARK_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
#: Somebody may be asking the shop to make it right now: it is ended there when that is certainly over.
LEASE = 10 * MINUTE


class Wish(NamedTuple):
    """What somebody wants in credit: ``amount`` in micros of whole minor units, at which shop."""

    party: int
    connection: int
    currency: str
    amount: Micros


class Turnable(NamedTuple):
    """What somebody may turn into credit now, at which shop; and what stays behind, below a minor unit or a limit."""

    shop: CreditShop
    most: Micros
    stays: Micros


def allow(programme: Programme, connection: int, allowed: bool, now: Instant) -> None:
    """A brand lets people take codes of a shop for what is ready, or ends that for new ones."""
    rows.set_rule(programme.access, connection, allowed, now)


def offers(programme: Programme, party: int, now: Instant) -> list[Turnable]:
    """What somebody may turn into credit, by currency and shop; nothing while books that were restored are compared."""
    access = programme.access
    found: list[Turnable] = []
    if standing(access) is not None:
        return found
    shops = rows.shops(access)
    for currency, ready in rows.balances(access, party):
        most = way.turnable(ready, currency, rows.turned_today(access, party, currency, now))
        found += [Turnable(shop, most, ready - most) for shop in shops if shop.currency == currency and most]
    return found


def ask(programme: Programme, wish: Wish, key: str, now: Instant) -> Credit:
    """Ask for a credit. The same ``key`` asks once, however often it is sent.

    Raises ``BadInputError`` (``bad_amount``, ``no_credit_here``, ``bad_key``, ``under_age``) and ``ConflictError``
    (``not_ready``, ``erased``, ``key_reused``, ``address_changed``, ``stopped``: to whom nothing is paid, no
    code is given either; ``payouts_held``).
    """
    access = programme.access
    body = {"credit": str(wish.party), "shop": str(wish.connection), "of": wish.currency, "amount": str(wish.amount)}
    made = answer_once(programme, f"credit {wish.party} {key}", body, now, lambda: _turn(programme, wish, now))
    found = rows.by_id(access, int(made))
    assert found is not None
    return found


def _turn(programme: Programme, wish: Wish, now: Instant) -> int:
    access = programme.access
    refuse_anybody(programme, wish.party)
    if not any(one.id == wish.connection and one.currency == wish.currency for one in rows.shops(access)):
        raise BadInputError("no_credit_here", "This shop gives no credit in %(currency)s.", 409, currency=wish.currency)
    refuse_wish(programme, wish, now)
    payout = payouts.begin(access, wish.party, wish.currency, wish.amount, now)
    payouts.walk(programme, [Step(payout, "in_transit")], now)
    return rows.add(access, new_credit(programme, wish, payout.id, now))


def refuse_anybody(programme: Programme, party: int) -> None:
    """Raises ``ConflictError`` ``payouts_held`` while nobody may turn anything, ``BadInputError`` ``under_age``."""
    refuse_if_held(programme.access)
    check_parties(programme.access, {party})


def refuse_wish(programme: Programme, wish: Wish, now: Instant) -> None:
    """Lock the person and what is ready of her. Raises what ``ask`` raises where she may not turn so much."""
    access = programme.access
    refuse_if_changed(access, programme.keys, wish.party, now)
    ready = rows.locked_ready(access, wish.party, wish.currency)
    if ready is None:
        raise ConflictError("erased", "This person is not here any more.")
    if payout_runs.stopped(access, wish.party) is not None:
        raise ConflictError(
            "stopped", "Payouts to you are stopped for the time being; until then nothing can become shop credit."
        )
    today = rows.turned_today(access, wish.party, wish.currency, now)
    way.check_amount(wish.amount, way.turnable(ready, wish.currency, today), wish.currency)


def adopt(programme: Programme, wish: Wish, text: str, token: str, now: Instant) -> Credit:
    """Write a code down that its shop has and the books lost: it is hers again, unused as far as is known.

    Orders in which it stands are looked at: what they took is paid, and what they left becomes a code.
    """
    access = programme.access
    payout = payouts.begin(access, wish.party, wish.currency, wish.amount, now)
    payouts.walk(programme, [Step(payout, "in_transit")], now)
    values = {**new_credit(programme, wish, payout.id, now), "stock": None, "ends_at": None}
    made = rows.add_given(access, {**values, "folded": text.casefold(), "shown": text, "token": token})
    found = rows.by_id(access, made)
    assert found is not None
    rows.orders_moved(access, [one.order for one in rows.orders(access, found)], now)
    return found


def drawn_key() -> str:
    """A key of a wish that nobody else has."""
    return secrets.token_urlsafe(18)


def new_credit(
    programme: Programme, wish: Wish, payout: int, now: Instant, rest_of: int | None = None
) -> dict[str, Any]:
    """The values of a wanted credit, with a text and a mark that are new."""
    shown = draw_text(programme, wish.connection)
    token = "".join(secrets.choice(_MARK_ALPHABET) for _ in range(20))
    return {
        **wish._asdict(),
        "payout": payout,
        "folded": shown.casefold(),
        "shown": shown,
        "token": token,
        "rest_of": rest_of,
        "now": now,
    }


def draw_text(programme: Programme, connection: int) -> str:
    """A text that no code of ours has in a shop."""
    while True:
        text = PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(DRAWN))
        if not shop_codes.taken(programme.access, text.casefold(), connection):
            return text


def cancel(programme: Programme, party: int, id_: int, now: Instant) -> Credit:
    """Take an unused credit back: it ends at the shop first, then its money is ready again.

    Cancelling again changes nothing. Raises ``BadInputError`` ``unknown_credit`` (also for somebody else's) and
    ``ConflictError`` ``bad_credit_state`` for one that was used.
    """
    access = programme.access
    with access.transaction():
        row = rows.by_id(access, id_, lock=True)
        if row is None or row.party != party:
            raise BadInputError("unknown_credit", "There is no such credit.", 404)
        if row.state in {way.USED, way.FAILED}:
            raise ConflictError("bad_credit_state", "This credit is over; there is nothing to take back.")
        if row.state not in {way.ENDING, way.CANCELLED}:
            end_row(programme, row, now)
    found = rows.by_id(access, id_)
    assert found is not None
    return found


def end_row(programme: Programme, row: Credit, now: Instant, problem: str = "") -> None:
    """End a locked credit: at once where no shop knows its code, else the shop is asked first, or the brand."""
    to = way.cancelled_from(row.state)
    if to == way.CANCELLED:
        give_back(programme, row, to, problem or "Taken back before the code was made.", now)
    elif row.stock is not None:
        rows.put(programme.access, row, to, now, problem=problem)
    else:
        at = now + LEASE if row.state == way.ASKED else now
        rows.put(programme.access, row, to, now, work_at=at, attempts=0, problem=problem)


def give_back(programme: Programme, row: Credit, state: str, reason: str, now: Instant) -> None:
    """A locked credit is over and its code works nowhere: its money is ready again."""
    payout = payouts.find(programme.access, row.payout)
    if payout.state in {"in_transit", "final"}:
        payouts.walk(programme, [Step(payout, "returned", reason)], now)
    rows.put(programme.access, row, way.move(row.state, state), now, problem=row.problem)
