from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="BalanceOut")


@_attrs_define
class BalanceOut:
    """What one party has: waiting, ready, being checked, on its way, paid.

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
        pending (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
    """

    available: Money
    held: Money
    in_transit: Money
    kind: str
    paid: Money
    party: str
    pending: Money
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        available = self.available.to_dict()

        held = self.held.to_dict()

        in_transit = self.in_transit.to_dict()

        kind = self.kind

        paid = self.paid.to_dict()

        party = self.party

        pending = self.pending.to_dict()

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
                "pending": pending,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        available = Money.from_dict(d.pop("available"))

        held = Money.from_dict(d.pop("held"))

        in_transit = Money.from_dict(d.pop("in_transit"))

        kind = d.pop("kind")

        paid = Money.from_dict(d.pop("paid"))

        party = d.pop("party")

        pending = Money.from_dict(d.pop("pending"))

        balance_out = cls(
            available=available,
            held=held,
            in_transit=in_transit,
            kind=kind,
            paid=paid,
            party=party,
            pending=pending,
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
