from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.label_shape import LabelShape


T = TypeVar("T", bound="LinkIn")


@_attrs_define
class LinkIn:
    """A link to make: of a creator, or of a fan (``owner``) of hers.

    Attributes:
        creator (str):
        destination (str):
        label (LabelShape): The advertising label of a link or code, for where it is shared.
        campaign (str | Unset):  Default: ''.
        code (str | Unset):  Default: ''.
        owner (None | str | Unset):
    """

    creator: str
    destination: str
    label: LabelShape
    campaign: str | Unset = ""
    code: str | Unset = ""
    owner: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        creator = self.creator

        destination = self.destination

        label = self.label.to_dict()

        campaign = self.campaign

        code = self.code

        owner: None | str | Unset
        if isinstance(self.owner, Unset):
            owner = UNSET
        else:
            owner = self.owner

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "creator": creator,
                "destination": destination,
                "label": label,
            }
        )
        if campaign is not UNSET:
            field_dict["campaign"] = campaign
        if code is not UNSET:
            field_dict["code"] = code
        if owner is not UNSET:
            field_dict["owner"] = owner

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.label_shape import LabelShape

        d = dict(src_dict)
        creator = d.pop("creator")

        destination = d.pop("destination")

        label = LabelShape.from_dict(d.pop("label"))

        campaign = d.pop("campaign", UNSET)

        code = d.pop("code", UNSET)

        def _parse_owner(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        owner = _parse_owner(d.pop("owner", UNSET))

        link_in = cls(
            creator=creator,
            destination=destination,
            label=label,
            campaign=campaign,
            code=code,
            owner=owner,
        )

        return link_in
