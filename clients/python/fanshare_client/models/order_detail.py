from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.money import Money
    from ..models.share_out import ShareOut


T = TypeVar("T", bound="OrderDetail")


@_attrs_define
class OrderDetail:
    """The same with everybody's shares.

    Attributes:
        commission (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR
            micros are 5.31 EUR.
        connection (str):
        estimated (bool):
        goods (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
            5.31 EUR.
        id (str):
        modified_at (str):
        number (str):
        placed_at (str):
        settled (bool):
        shares (list[ShareOut]):
        status (str):
        waiting (bool):
    """

    commission: Money
    connection: str
    estimated: bool
    goods: Money
    id: str
    modified_at: str
    number: str
    placed_at: str
    settled: bool
    shares: list[ShareOut]
    status: str
    waiting: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        commission = self.commission.to_dict()

        connection = self.connection

        estimated = self.estimated

        goods = self.goods.to_dict()

        id = self.id

        modified_at = self.modified_at

        number = self.number

        placed_at = self.placed_at

        settled = self.settled

        shares = []
        for shares_item_data in self.shares:
            shares_item = shares_item_data.to_dict()
            shares.append(shares_item)

        status = self.status

        waiting = self.waiting

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "commission": commission,
                "connection": connection,
                "estimated": estimated,
                "goods": goods,
                "id": id,
                "modified_at": modified_at,
                "number": number,
                "placed_at": placed_at,
                "settled": settled,
                "shares": shares,
                "status": status,
                "waiting": waiting,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money
        from ..models.share_out import ShareOut

        d = dict(src_dict)
        commission = Money.from_dict(d.pop("commission"))

        connection = d.pop("connection")

        estimated = d.pop("estimated")

        goods = Money.from_dict(d.pop("goods"))

        id = d.pop("id")

        modified_at = d.pop("modified_at")

        number = d.pop("number")

        placed_at = d.pop("placed_at")

        settled = d.pop("settled")

        shares = []
        _shares = d.pop("shares")
        for shares_item_data in _shares:
            shares_item = ShareOut.from_dict(shares_item_data)

            shares.append(shares_item)

        status = d.pop("status")

        waiting = d.pop("waiting")

        order_detail = cls(
            commission=commission,
            connection=connection,
            estimated=estimated,
            goods=goods,
            id=id,
            modified_at=modified_at,
            number=number,
            placed_at=placed_at,
            settled=settled,
            shares=shares,
            status=status,
            waiting=waiting,
        )

        order_detail.additional_properties = d
        return order_detail

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
