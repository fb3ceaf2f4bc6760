from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.label_shape import LabelShape


T = TypeVar("T", bound="CodeIn")


@_attrs_define
class CodeIn:
    """A discount code that the shop knows.

    Attributes:
        creator (str):
        label (LabelShape): The advertising label of a link or code, for where it is shared.
        text (str):
        owner (None | str | Unset):
        single_use (bool | Unset):  Default: False.
    """

    creator: str
    label: LabelShape
    text: str
    owner: None | str | Unset = UNSET
    single_use: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        creator = self.creator

        label = self.label.to_dict()

        text = self.text

        owner: None | str | Unset
        if isinstance(self.owner, Unset):
            owner = UNSET
        else:
            owner = self.owner

        single_use = self.single_use

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "creator": creator,
                "label": label,
                "text": text,
            }
        )
        if owner is not UNSET:
            field_dict["owner"] = owner
        if single_use is not UNSET:
            field_dict["single_use"] = single_use

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.label_shape import LabelShape

        d = dict(src_dict)
        creator = d.pop("creator")

        label = LabelShape.from_dict(d.pop("label"))

        text = d.pop("text")

        def _parse_owner(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        owner = _parse_owner(d.pop("owner", UNSET))

        single_use = d.pop("single_use", UNSET)

        code_in = cls(
            creator=creator,
            label=label,
            text=text,
            owner=owner,
            single_use=single_use,
        )

        return code_in
