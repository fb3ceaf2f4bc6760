from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.expense_state import ExpenseState

if TYPE_CHECKING:
    from ..models.clock_out import ClockOut
    from ..models.money import Money


T = TypeVar("T", bound="ExpenseOut")


@_attrs_define
class ExpenseOut:
    """A line. ``what_for`` is empty once she is erased; ``ended_at`` is when it was confirmed or taken back.

    ``clock`` says of a confirmed one where its money is, as the clock of a share does.

        Attributes:
            agreed_at (str):
            amount (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
                are 5.31 EUR.
            clock (ClockOut | None):
            creator (str):
            ended_at (None | str):
            id (str):
            receipt (bool):
            state (ExpenseState):
            what_for (str):
    """

    agreed_at: str
    amount: Money
    clock: ClockOut | None
    creator: str
    ended_at: None | str
    id: str
    receipt: bool
    state: ExpenseState
    what_for: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.clock_out import ClockOut

        agreed_at = self.agreed_at

        amount = self.amount.to_dict()

        clock: dict[str, Any] | None
        if isinstance(self.clock, ClockOut):
            clock = self.clock.to_dict()
        else:
            clock = self.clock

        creator = self.creator

        ended_at: None | str
        ended_at = self.ended_at

        id = self.id

        receipt = self.receipt

        state = self.state.value

        what_for = self.what_for

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "agreed_at": agreed_at,
                "amount": amount,
                "clock": clock,
                "creator": creator,
                "ended_at": ended_at,
                "id": id,
                "receipt": receipt,
                "state": state,
                "what_for": what_for,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.clock_out import ClockOut
        from ..models.money import Money

        d = dict(src_dict)
        agreed_at = d.pop("agreed_at")

        amount = Money.from_dict(d.pop("amount"))

        def _parse_clock(data: object) -> ClockOut | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                clock_type_0 = ClockOut.from_dict(data)

                return clock_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ClockOut | None, data)

        clock = _parse_clock(d.pop("clock"))

        creator = d.pop("creator")

        def _parse_ended_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        ended_at = _parse_ended_at(d.pop("ended_at"))

        id = d.pop("id")

        receipt = d.pop("receipt")

        state = ExpenseState(d.pop("state"))

        what_for = d.pop("what_for")

        expense_out = cls(
            agreed_at=agreed_at,
            amount=amount,
            clock=clock,
            creator=creator,
            ended_at=ended_at,
            id=id,
            receipt=receipt,
            state=state,
            what_for=what_for,
        )

        expense_out.additional_properties = d
        return expense_out

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
