"""Shop credit from codes that a brand made itself, for shops in which fanshare can make none.

A code is given once: it is taken out of the stock in the transaction in which the money leaves the balance, and where
none is left neither happens. Nobody can ask such a shop, so what becomes of a code an order or the brand has to say.
"""

from collections.abc import Sequence
from typing import NamedTuple

from fanshare.core import credit_stock as core
from fanshare.core import shop_credits as way
from fanshare.core.credit_stock import Piece, Refused, Told
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant, zone
from fanshare.core.marks import Figure
from fanshare.core.money import Micros, format_minor
from fanshare.flows import payouts, shop_credits
from fanshare.flows.connections import Connection
from fanshare.flows.context import Programme, pseudonym
from fanshare.flows.payout_holds import standing
from fanshare.flows.payouts import Step
from fanshare.flows.requests import answer_once
from fanshare.flows.shop_credits import Wish
from fanshare.store.queries import credit_stock as stock
from fanshare.store.queries import shop_credits as rows
from fanshare.store.queries.credit_stock import StockShop
from fanshare.store.queries.shop_credits import Credit

PURPOSE = "credit stock"
#: Kinds of shop in which fanshare makes codes itself once it has keys.
_MAKING = frozenset({"shopify", "woocommerce"})


class Brought(NamedTuple):
    """What became of a file: codes taken, known already, and rows refused, each with its reason."""

    new: int
    known: int
    refused: tuple[Refused, ...]


class TakenOut(NamedTuple):
    """What became of codes that shall leave the stock: out, given already, laid aside by a restore, never here."""

    out: int
    given: int
    aside: int
    unknown: int
    refused: tuple[Refused, ...]


class StockOffer(NamedTuple):
    """What somebody may take of a shop's stock: values that lie there and that her balance covers, smallest first.

    ``most`` is what she could turn at all (micros); ``empty``: nothing of the stock is left to be given.
    """

    shop: StockShop
    currency: str
    most: Micros
    values: tuple[Micros, ...]
    empty: bool


def bring(programme: Programme, shop: Connection, raw: bytes, tz: str, now: Instant, *, look: bool = False) -> Brought:
    """Take the codes of a CSV file into the stock of a shop; with ``look`` only see what would become of it.

    ``tz`` is the time zone of the days on which codes end. The same file again changes nothing. Raises
    ``BadInputError`` (``codes_are_made``; ``not_text``, ``bad_csv``, ``no_header``, ``no_codes``, ``too_many_codes``).
    """
    if len(raw) > core.MOST_BYTES:
        raise _too_large()
    return take_in(programme, shop, core.read(raw, zone(tz), now), now, look=look)


def take_in(programme: Programme, shop: Connection, told: Told, now: Instant, *, look: bool = False) -> Brought:
    """The same for codes that were read already. Raises ``BadInputError`` ``codes_are_made``."""
    if shop.kind in _MAKING and shop.api is not None and not shop.uninstalled:
        raise BadInputError("codes_are_made", "fanshare makes the codes of this shop itself; it needs no stock.")
    access = programme.access
    with access.transaction():
        owned = stock.owned(access, shop.id, [one.code.casefold() for one in told.pieces])
        good = [one for one in told.pieces if one.code.casefold() not in owned]
        taken = [Refused(one.row, _owned()) for one in told.pieces if one.code.casefold() in owned]
        prints = [_print(programme, shop.id, one.code) for one in good]
        known = stock.known(access, shop.id, prints)
        fresh = [(one, print_) for one, print_ in zip(good, prints, strict=True) if print_ not in known]
        made = len(fresh) if look else _add(programme, shop.id, fresh, now)
    refused = tuple(sorted((*told.refused, *taken), key=lambda one: one.row))
    return Brought(made, len(good) - made, refused)


def take_out(programme: Programme, shop: Connection, raw: bytes, *, look: bool = False) -> TakenOut:
    """Take the codes of a CSV file out of the stock, such as those of a wrong file; with ``look`` only see.

    Given codes stay: somebody has them. So do those that came before a restore: brought again they would look new, and
    could be given to a second person. Raises ``BadInputError`` as ``bring`` does.
    """
    if len(raw) > core.MOST_BYTES:
        raise _too_large()
    codes, refused = core.read_codes(raw)
    return remove(programme, shop, codes, look=look)._replace(refused=refused)


def remove(programme: Programme, shop: Connection, codes: Sequence[str], *, look: bool = False) -> TakenOut:
    """The same for codes that were read already."""
    access = programme.access
    prints = list({_print(programme, shop.id, code) for code in codes})
    with access.transaction():
        out = 0 if look else stock.take_out(access, shop.id, prints)
        found = stock.among(access, shop.id, prints)
    free = found.free + out
    there = found.there + out
    return TakenOut(free, found.given, there - free - found.given, len(prints) - there, ())


def offers(programme: Programme, party: int, now: Instant) -> list[StockOffer]:
    """What somebody may take, by shop and currency; nothing while books that were restored are compared."""
    access = programme.access
    shops = {one.id: one for one in stock.shops(access)}
    if not shops or standing(access) is not None:
        return []
    there: dict[tuple[int, str], dict[Micros, int]] = {}
    for level in stock.levels(access, now):
        if level.connection in shops:
            there.setdefault((level.connection, level.currency), {})[level.amount] = level.left
    found = []
    for currency, ready in rows.balances(access, party):
        most = way.turnable(ready, currency, rows.turned_today(access, party, currency, now))
        found += [
            StockOffer(shops[shop], currency, most, tuple(core.left(values, most)), not any(values.values()))
            for (shop, of), values in there.items()
            if of == currency and most
        ]
    return found


def take(programme: Programme, wish: Wish, key: str, now: Instant) -> Credit:
    """Give somebody a code of the stock that is worth exactly ``wish.amount``. The same ``key`` gives one.

    Raises what ``shop_credits.ask`` raises, and ``ConflictError`` ``out_of_stock``: nothing has moved then.
    """
    access = programme.access
    body = {"credit": str(wish.party), "stock": str(wish.connection), "of": wish.currency, "amount": str(wish.amount)}
    made = answer_once(programme, f"credit {wish.party} {key}", body, now, lambda: _take(programme, wish, now))
    found = rows.by_id(access, int(made))
    assert found is not None
    return found


def answer(programme: Programme, id_: int, *, used: bool, now: Instant) -> Credit:
    """The brand says what became of a code of its stock: it was used, or it is ended in the shop and was not.

    Said again nothing changes. A code that was not used goes back to nobody: who gave it back has seen it. Raises
    ``BadInputError`` ``unknown_credit`` and ``ConflictError`` ``bad_credit_state``.
    """
    access = programme.access
    with access.transaction():
        row = rows.by_id(access, id_, lock=True) if 0 < id_ < 1 << 62 else None
        if row is None or row.stock is None:
            raise BadInputError("unknown_credit", "There is no such credit.", 404)
        if row.state == (way.USED if used else way.CANCELLED):
            return row
        if row.state not in ({way.SHOWN, way.ENDING} if used else {way.ENDING}):
            raise ConflictError("bad_credit_state", "Nobody wants this code back; it can't be ended.")
        if used:
            _used(programme, row, now)
        else:
            shop_credits.give_back(programme, row._replace(problem=""), way.CANCELLED, "The code ended unused.", now)
    found = rows.by_id(access, id_)
    assert found is not None
    return found


def waiting(programme: Programme) -> Sequence[Credit]:
    """Codes of the stock that somebody gave back and of which the brand has to say what became, oldest first."""
    return rows.given_back(programme.access)


def _used(programme: Programme, row: Credit, now: Instant) -> None:
    payout = payouts.find(programme.access, row.payout)
    if payout.state == "in_transit":
        payouts.walk(programme, [Step(payout, "final")], now)
    rows.put(programme.access, row, way.move(row.state, way.USED), now, used=row.amount)


def _take(programme: Programme, wish: Wish, now: Instant) -> int:
    access = programme.access
    shop_credits.refuse_anybody(programme, wish.party)
    if not any(one.id == wish.connection for one in stock.shops(access)):
        raise BadInputError("no_credit_here", "This shop gives no credit in %(currency)s.", 409, currency=wish.currency)
    shop_credits.refuse_wish(programme, wish, now)
    taken = stock.take(access, wish.connection, wish.currency, wish.amount, now)
    if taken is None:
        amount = Figure(format_minor(wish.amount, wish.currency))
        raise ConflictError(
            "out_of_stock",
            "No code of %(amount)s %(currency)s is left. Nothing was taken from you: what is ready stays ready.",
            amount=amount,
            currency=wish.currency,
        )
    code = programme.keys.unseal(PURPOSE, taken.sealed, _place(programme, wish.connection, taken.print)).decode()
    payout = payouts.begin(access, wish.party, wish.currency, wish.amount, now)
    payouts.walk(programme, [Step(payout, "in_transit")], now)
    values = shop_credits.new_credit(programme, wish, payout.id, now)
    text = {"folded": code.casefold(), "shown": code}
    return rows.add_given(access, {**values, **text, "stock": taken.id, "ends_at": taken.ends_at})


def _add(programme: Programme, connection: int, fresh: Sequence[tuple[Piece, str]], now: Instant) -> int:
    sealed = [
        stock.Sealed(
            print_,
            programme.keys.seal(PURPOSE, one.code.encode(), _place(programme, connection, print_)),
            one.currency,
            one.amount,
            one.ends_at,
        )
        for one, print_ in fresh
    ]
    return stock.add(programme.access, connection, sealed, now)


def _print(programme: Programme, connection: int, code: str) -> str:
    return pseudonym(programme.keys, programme.public_id, f"credit stock {connection}", code.casefold())


def _place(programme: Programme, connection: int, print_: str) -> bytes:
    return f"{programme.access.programme_id}/{connection}/{print_}".encode()


def _too_large() -> BadInputError:
    return BadInputError("too_large", "The file is larger than 6 MB; cut it.")


def _owned() -> BadInputError:
    return BadInputError("owned_code", "This code is one of another kind here already, or somebody's credit.")
