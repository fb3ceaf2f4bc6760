"""Sales as several connections tell them: their names, and which order counts instead of which."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fanshare.core.twins import Place, Role, Sale, numbers_in, role_of
from fanshare.store.access import Access

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('sales', %(programme_id)s))"
_PLACES = """
SELECT id, kind, state = 'on', base_url, settings->'hosts' FROM connection WHERE programme_id = %(programme_id)s
"""
_NAMES = """
INSERT INTO order_name (programme_id, order_id, name)
SELECT %(programme_id)s, order_id, name FROM unnest(%(orders)s::bigint[], %(names)s::text[]) AS fresh(order_id, name)
ON CONFLICT DO NOTHING
"""
_SALES = """
SELECT o.id, o.connection_id, o.external_id, o.birth, o.placed_at, o.currency,
       coalesce((o.view->>'test')::boolean, false),
       array(SELECT n.name FROM order_name n WHERE n.programme_id = o.programme_id AND n.order_id = o.id), o.twin_of
  FROM shop_order o
 WHERE o.programme_id = %(programme_id)s AND o.id = ANY(%(orders)s) AND o.view IS NOT NULL
"""
_CALLED = """
SELECT order_id FROM order_name WHERE programme_id = %(programme_id)s AND name = ANY(%(names)s)
 UNION
SELECT id FROM shop_order
 WHERE programme_id = %(programme_id)s AND connection_id = ANY(%(connections)s) AND external_id = ANY(%(numbers)s)
"""
_TWINS = """
UPDATE shop_order SET twin_of = fresh.twin_of
  FROM unnest(%(ids)s::bigint[], %(twins)s::bigint[]) AS fresh(id, twin_of)
 WHERE shop_order.programme_id = %(programme_id)s AND shop_order.id = fresh.id
"""
_COUNTED = """
SELECT o.external_id, c.endpoint FROM shop_order o
  JOIN connection c ON c.programme_id = o.programme_id AND c.id = o.connection_id
 WHERE o.programme_id = %(programme_id)s AND o.id = %(order)s
"""


class Places:
    """The connections of a programme as far as the twin rule is concerned."""

    def __init__(self, places: Mapping[int, Place], on: frozenset[int]) -> None:
        self._places, self._on = places, on

    def __getitem__(self, connection_id: int) -> Place:
        return self._places[connection_id]

    def __len__(self) -> int:
        return len(self._places)

    @property
    def ids(self) -> list[int]:
        """All connections."""
        return sorted(self._places)

    def has(self, role: Role, *, on: bool = False) -> bool:
        """Whether there is a connection of this role (``on``: that is switched on)."""
        return any(place.role is role and (id_ in self._on or not on) for id_, place in self._places.items())


def places(access: Access) -> Places:
    """All connections. A payment provider stands at no shop's host, whatever its links lead to."""
    found, on = {}, set()
    for id_, kind, is_on, base_url, hosts in access.fetch(_PLACES):
        role = role_of(kind)
        named = {str(host).lower() for host in hosts or ()} | {base_url.partition("://")[2].partition("/")[0].lower()}
        found[id_] = Place(id_, role, frozenset() if role is Role.PAYMENT else frozenset(named - {""}))
        on |= {id_} if is_on else set()
    return Places(found, frozenset(on))


def lock(access: Access) -> None:
    """Until the transaction ends nobody else compares sales of this programme."""
    access.execute(_LOCK)


def write_names(access: Access, names: Iterable[tuple[int, str]]) -> None:
    """Note other names of orders: (order, name)."""
    every = list(names)
    if every:
        access.execute(_NAMES, {"orders": [one[0] for one in every], "names": [one[1] for one in every]})


def sales(access: Access, known: Places, orders: Iterable[int]) -> tuple[dict[int, Sale], dict[int, int]]:
    """Some orders as sales, and for those that are twins now, of which order."""
    found, twins = {}, {}
    for id_, connection, number, birth, placed_at, currency, test, told, twin in access.fetch(
        _SALES, {"orders": sorted(orders)}
    ):
        found[id_] = Sale(known[connection], number, placed_at, currency, birth, frozenset(told), test)
        if twin is not None:
            twins[id_] = twin
    return found, twins


def called_alike(access: Access, known: Places, some: Iterable[Sale]) -> set[int]:
    """Orders that some sales may mean or that may mean them: to be compared by ``same_sale``."""
    names, numbers = set[str](), set[str]()
    for sale in some:
        names |= sale.names
        numbers |= numbers_in(sale.told) | {sale.number}
    rows = access.fetch(_CALLED, {"names": sorted(names), "connections": known.ids, "numbers": sorted(numbers)})
    return {row[0] for row in rows}


def set_twins(access: Access, twins: Mapping[int, int | None]) -> None:
    """Write down which orders count instead of which (``None``: the order itself counts)."""
    if twins:
        access.execute(_TWINS, {"ids": list(twins), "twins": list(twins.values())})


def title(access: Access, order: int) -> str:
    """What an order is called to people: ``order 14 of woo-abc``."""
    row: Sequence[Any] | None = access.fetch_one(_COUNTED, {"order": order})
    return "another order" if row is None else f"order {row[0]} of {row[1]}"
