from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.goal_out_state import GoalOutState

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="GoalOut")


@_attrs_define
class GoalOut:
    """What a creator wants to reach by ``ends_at``; ``given`` is what did not go back, ``over_at`` when it was over.

    Attributes:
        creator (str):
        ends_at (str):
        given (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
            5.31 EUR.
        id (str):
        opened_at (str):
        over_at (None | str):
        state (GoalOutState):
        target (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        title (str):
    """

    creator: str
    ends_at: str
    given: Money
    id: str
    opened_at: str
    over_at: None | str
    state: GoalOutState
    target: Money
    title: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        creator = self.creator

        ends_at = self.ends_at

        given = self.given.to_dict()

        id = self.id

        opened_at = self.opened_at

        over_at: None | str
        over_at = self.over_at

        state = self.state.value

        target = self.target.to_dict()

        title = self.title

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "creator": creator,
                "ends_at": ends_at,
                "given": given,
                "id": id,
                "opened_at": opened_at,
                "over_at": over_at,
                "state": state,
                "target": target,
                "title": title,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        creator = d.pop("creator")

        ends_at = d.pop("ends_at")

        given = Money.from_dict(d.pop("given"))

        id = d.pop("id")

        opened_at = d.pop("opened_at")

        def _parse_over_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        over_at = _parse_over_at(d.pop("over_at"))

        state = GoalOutState(d.pop("state"))

        target = Money.from_dict(d.pop("target"))

        title = d.pop("title")

        goal_out = cls(
            creator=creator,
            ends_at=ends_at,
            given=given,
            id=id,
            opened_at=opened_at,
            over_at=over_at,
            state=state,
            target=target,
            title=title,
        )

        goal_out.additional_properties = d
        return goal_out

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
