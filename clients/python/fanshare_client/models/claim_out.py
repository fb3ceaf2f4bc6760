from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.claim_out_basis_type_0 import ClaimOutBasisType0
from ..models.claim_out_role import ClaimOutRole
from ..models.claim_out_state import ClaimOutState

T = TypeVar("T", bound="ClaimOut")


@_attrs_define
class ClaimOut:
    """A claim of a missing sale. What was typed with it is read in the brand's pages only.

    Attributes:
        answer_by (str):
        answered_at (None | str):
        at (str):
        basis (ClaimOutBasisType0 | None):
        creator (str):
        id (str):
        order (None | str):
        party (str):
        role (ClaimOutRole):
        ruling (None | str):
        state (ClaimOutState):
    """

    answer_by: str
    answered_at: None | str
    at: str
    basis: ClaimOutBasisType0 | None
    creator: str
    id: str
    order: None | str
    party: str
    role: ClaimOutRole
    ruling: None | str
    state: ClaimOutState
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        answer_by = self.answer_by

        answered_at: None | str
        answered_at = self.answered_at

        at = self.at

        basis: None | str
        if isinstance(self.basis, ClaimOutBasisType0):
            basis = self.basis.value
        else:
            basis = self.basis

        creator = self.creator

        id = self.id

        order: None | str
        order = self.order

        party = self.party

        role = self.role.value

        ruling: None | str
        ruling = self.ruling

        state = self.state.value

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "answer_by": answer_by,
                "answered_at": answered_at,
                "at": at,
                "basis": basis,
                "creator": creator,
                "id": id,
                "order": order,
                "party": party,
                "role": role,
                "ruling": ruling,
                "state": state,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        answer_by = d.pop("answer_by")

        def _parse_answered_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        answered_at = _parse_answered_at(d.pop("answered_at"))

        at = d.pop("at")

        def _parse_basis(data: object) -> ClaimOutBasisType0 | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                basis_type_0 = ClaimOutBasisType0(data)

                return basis_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(ClaimOutBasisType0 | None, data)

        basis = _parse_basis(d.pop("basis"))

        creator = d.pop("creator")

        id = d.pop("id")

        def _parse_order(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        order = _parse_order(d.pop("order"))

        party = d.pop("party")

        role = ClaimOutRole(d.pop("role"))

        def _parse_ruling(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        ruling = _parse_ruling(d.pop("ruling"))

        state = ClaimOutState(d.pop("state"))

        claim_out = cls(
            answer_by=answer_by,
            answered_at=answered_at,
            at=at,
            basis=basis,
            creator=creator,
            id=id,
            order=order,
            party=party,
            role=role,
            ruling=ruling,
            state=state,
        )

        claim_out.additional_properties = d
        return claim_out

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
