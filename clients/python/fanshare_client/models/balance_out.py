from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.money import Money
    from ..models.wait_out import WaitOut


T = TypeVar("T", bound="BalanceOut")


@_attrs_define
class BalanceOut:
    """What one party has: waiting, ready, being checked, on its way, paid. ``pays_on`` is the day of paying that takes
    what is ready now, ``waits`` what keeps it back.

        Attributes:
            available (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
                are 5.31 EUR.
            held (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
                5.31 EUR.
            in_transit (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR
                micros are 5.31 EUR.
            kind (str):
            paid (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
                5.31 EUR.
            party (str):
            pays_on (None | str):
            pending (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
                are 5.31 EUR.
            waits (list[WaitOut]):
    """

    available: Money
    held: Money
    in_transit: Money
    kind: str
    paid: Money
    party: str
    pays_on: None | str
    pending: Money
    waits: list[WaitOut]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        available = self.available.to_dict()

        held = self.held.to_dict()

        in_transit = self.in_transit.to_dict()

        kind = self.kind

        paid = self.paid.to_dict()

        party = self.party

        pays_on: None | str
        pays_on = self.pays_on

        pending = self.pending.to_dict()

        waits = []
        for waits_item_data in self.waits:
            waits_item = waits_item_data.to_dict()
            waits.append(waits_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "available": available,
                "held": held,
                "in_transit": in_transit,
                "kind": kind,
                "paid": paid,
                "party": party,
                "pays_on": pays_on,
                "pending": pending,
                "waits": waits,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money
        from ..models.wait_out import WaitOut

        d = dict(src_dict)
        available = Money.from_dict(d.pop("available"))

        held = Money.from_dict(d.pop("held"))

        in_transit = Money.from_dict(d.pop("in_transit"))

        kind = d.pop("kind")

        paid = Money.from_dict(d.pop("paid"))

        party = d.pop("party")

        def _parse_pays_on(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pays_on = _parse_pays_on(d.pop("pays_on"))

        pending = Money.from_dict(d.pop("pending"))

        waits = []
        _waits = d.pop("waits")
        for waits_item_data in _waits:
            waits_item = WaitOut.from_dict(waits_item_data)

            waits.append(waits_item)

        balance_out = cls(
            available=available,
            held=held,
            in_transit=in_transit,
            kind=kind,
            paid=paid,
            party=party,
            pays_on=pays_on,
            pending=pending,
            waits=waits,
        )

        balance_out.additional_properties = d
        return balance_out

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
