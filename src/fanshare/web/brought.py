"""What links and codes brought, as lists sort it and files hold it: several currencies stay apart."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from fanshare.core.brought import By
from fanshare.core.money import format_micros
from fanshare.store.queries.brought import Sum, Sums
from fanshare.web.language import gettext as _


class Figures(NamedTuple):
    """Orders of which something is kept, and the money by currency."""

    orders: int
    sums: Sequence[Sum]


def figures(sums: Sums, by: By, asset: int | None) -> Figures:
    """What one link or code brought."""
    found = sums.get((by, asset), []) if asset else []
    return Figures(sum(one.orders for one in found), found)


def known(usual: str, found: Sequence[str]) -> list[str]:
    """The currencies of a list, the programme's own first if there is anything in it, or nothing at all."""
    return sorted(found, key=lambda one: one != usual) or [usual]


def sorts(name: str, words: str, currencies: Sequence[str]) -> dict[str, str]:
    """To sort by an amount: in the first currency by its name alone, in others with their code."""
    if len(currencies) == 1:
        return {name: words}
    named = {name: currencies[0], **{f"{name}-{one}": one for one in currencies[1:]}}
    return {key: f"{words} ({currency})" for key, currency in named.items()}


def for_brands(currencies: Sequence[str]) -> dict[str, str]:
    """What a brand sorts links and codes by: how often they sold, what came in, what it costs."""
    return {
        "sales": _("most sales first"),
        **sorts("goods", _("most goods first"), currencies),
        **sorts("commission", _("most commission first"), currencies),
    }


def sorted_by(sort: str, currencies: Sequence[str]) -> tuple[str, str]:
    """What queries call an order, and the currency that it goes by."""
    name, _, currency = sort.partition("-")
    return name, currency or currencies[0]


def columns(names: Sequence[str], currencies: Sequence[str]) -> list[str]:
    """The columns of a file: sales, and each amount in each currency."""
    return ["sales", *(f"{name}_{currency}" for name in names for currency in currencies)]


def document(found: Figures, names: Sequence[str], currencies: Sequence[str]) -> dict[str, Any]:
    """The same columns of one link or code."""
    amounts = {one.currency: one for one in found.sums}
    cells = {
        f"{name}_{currency}": format_micros(getattr(amounts[currency], name) if currency in amounts else 0)
        for name in names
        for currency in currencies
    }
    return {"sales": found.orders, **cells}
