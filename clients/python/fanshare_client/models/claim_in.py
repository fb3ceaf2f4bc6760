from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ClaimIn")


@_attrs_define
class ClaimIn:
    """A sale that somebody says is missing: an order's number, and what speaks for it. ``creator`` where a fan asks.

    Attributes:
        number (str):
        party (str):
        creator (None | str | Unset):
        receipt (str | Unset):  Default: ''.
        words (str | Unset):  Default: ''.
    """

    number: str
    party: str
    creator: None | str | Unset = UNSET
    receipt: str | Unset = ""
    words: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        party = self.party

        creator: None | str | Unset
        if isinstance(self.creator, Unset):
            creator = UNSET
        else:
            creator = self.creator

        receipt = self.receipt

        words = self.words

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "number": number,
                "party": party,
            }
        )
        if creator is not UNSET:
            field_dict["creator"] = creator
        if receipt is not UNSET:
            field_dict["receipt"] = receipt
        if words is not UNSET:
            field_dict["words"] = words

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        number = d.pop("number")

        party = d.pop("party")

        def _parse_creator(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        creator = _parse_creator(d.pop("creator", UNSET))

        receipt = d.pop("receipt", UNSET)

        words = d.pop("words", UNSET)

        claim_in = cls(
            number=number,
            party=party,
            creator=creator,
            receipt=receipt,
            words=words,
        )

        return claim_in
