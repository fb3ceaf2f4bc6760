from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.run_out_state import RunOutState

if TYPE_CHECKING:
    from ..models.run_sum import RunSum


T = TypeVar("T", bound="RunOut")


@_attrs_define
class RunOut:
    """A payout run: people who are paid together.

    Attributes:
        approved_at (None | str):
        id (str):
        planned_at (str):
        sent_at (None | str):
        state (RunOutState):
        totals (list[RunSum]):
    """

    approved_at: None | str
    id: str
    planned_at: str
    sent_at: None | str
    state: RunOutState
    totals: list[RunSum]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        approved_at: None | str
        approved_at = self.approved_at

        id = self.id

        planned_at = self.planned_at

        sent_at: None | str
        sent_at = self.sent_at

        state = self.state.value

        totals = []
        for totals_item_data in self.totals:
            totals_item = totals_item_data.to_dict()
            totals.append(totals_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "approved_at": approved_at,
                "id": id,
                "planned_at": planned_at,
                "sent_at": sent_at,
                "state": state,
                "totals": totals,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.run_sum import RunSum

        d = dict(src_dict)

        def _parse_approved_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        approved_at = _parse_approved_at(d.pop("approved_at"))

        id = d.pop("id")

        planned_at = d.pop("planned_at")

        def _parse_sent_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        sent_at = _parse_sent_at(d.pop("sent_at"))

        state = RunOutState(d.pop("state"))

        totals = []
        _totals = d.pop("totals")
        for totals_item_data in _totals:
            totals_item = RunSum.from_dict(totals_item_data)

            totals.append(totals_item)

        run_out = cls(
            approved_at=approved_at,
            id=id,
            planned_at=planned_at,
            sent_at=sent_at,
            state=state,
            totals=totals,
        )

        run_out.additional_properties = d
        return run_out

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
