from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.state import State
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.converted_out import ConvertedOut
    from ..models.money import Money


T = TypeVar("T", bound="PaymentOut")


@_attrs_define
class PaymentOut:
    """A payment of a run; ``reference`` from the moment it was sent, ``reason`` as the payee reads it.

    Attributes:
        amount (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        id (str):
        party (str):
        reason (str):
        reference (None | str):
        state (State):
        converted (ConvertedOut | None | Unset):
    """

    amount: Money
    id: str
    party: str
    reason: str
    reference: None | str
    state: State
    converted: ConvertedOut | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.converted_out import ConvertedOut

        amount = self.amount.to_dict()

        id = self.id

        party = self.party

        reason = self.reason

        reference: None | str
        reference = self.reference

        state = self.state.value

        converted: dict[str, Any] | None | Unset
        if isinstance(self.converted, Unset):
            converted = UNSET
        elif isinstance(self.converted, ConvertedOut):
            converted = self.converted.to_dict()
        else:
            converted = self.converted

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "id": id,
                "party": party,
                "reason": reason,
                "reference": reference,
                "state": state,
            }
        )
        if converted is not UNSET:
            field_dict["converted"] = converted

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.converted_out import ConvertedOut
        from ..models.money import Money

        d = dict(src_dict)
        amount = Money.from_dict(d.pop("amount"))

        id = d.pop("id")

        party = d.pop("party")

        reason = d.pop("reason")

        def _parse_reference(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reference = _parse_reference(d.pop("reference"))

        state = State(d.pop("state"))

        def _parse_converted(data: object) -> ConvertedOut | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                converted_type_0 = ConvertedOut.from_dict(data)

                return converted_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ConvertedOut | None | Unset, data)

        converted = _parse_converted(d.pop("converted", UNSET))

        payment_out = cls(
            amount=amount,
            id=id,
            party=party,
            reason=reason,
            reference=reference,
            state=state,
            converted=converted,
        )

        payment_out.additional_properties = d
        return payment_out

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
