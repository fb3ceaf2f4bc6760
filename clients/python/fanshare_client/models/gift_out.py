from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.gift_out_state import GiftOutState

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="GiftOut")


@_attrs_define
class GiftOut:
    """A gift of what was ready: ``given`` waits for a ``goal``, ``kept`` is the creator's, ``back`` its giver's.

    Attributes:
        amount (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        changed_at (str):
        creator (str):
        given_at (str):
        giver (str):
        goal (None | str):
        id (str):
        state (GiftOutState):
    """

    amount: Money
    changed_at: str
    creator: str
    given_at: str
    giver: str
    goal: None | str
    id: str
    state: GiftOutState
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount.to_dict()

        changed_at = self.changed_at

        creator = self.creator

        given_at = self.given_at

        giver = self.giver

        goal: None | str
        goal = self.goal

        id = self.id

        state = self.state.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "changed_at": changed_at,
                "creator": creator,
                "given_at": given_at,
                "giver": giver,
                "goal": goal,
                "id": id,
                "state": state,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        amount = Money.from_dict(d.pop("amount"))

        changed_at = d.pop("changed_at")

        creator = d.pop("creator")

        given_at = d.pop("given_at")

        giver = d.pop("giver")

        def _parse_goal(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        goal = _parse_goal(d.pop("goal"))

        id = d.pop("id")

        state = GiftOutState(d.pop("state"))

        gift_out = cls(
            amount=amount,
            changed_at=changed_at,
            creator=creator,
            given_at=given_at,
            giver=giver,
            goal=goal,
            id=id,
            state=state,
        )

        gift_out.additional_properties = d
        return gift_out

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
