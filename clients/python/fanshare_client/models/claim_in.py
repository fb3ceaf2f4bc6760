from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ClaimIn")


@_attrs_define
class ClaimIn:
    """A sale that somebody says is missing: an order's number or a receipt, and what speaks for it.

    ``creator`` where a fan asks. ``receipt`` is text; ``receipt_file`` a JPEG, PNG, WebP or GIF picture or a PDF in
    base64, of at most 700 kB, which is made anew and kept sealed until 30 days after the answer. Without a number a
    person of the brand finds the order by the receipt.

        Attributes:
            party (str):
            creator (None | str | Unset):
            number (str | Unset):  Default: ''.
            receipt (str | Unset):  Default: ''.
            receipt_file (str | Unset):  Default: ''.
            words (str | Unset):  Default: ''.
    """

    party: str
    creator: None | str | Unset = UNSET
    number: str | Unset = ""
    receipt: str | Unset = ""
    receipt_file: str | Unset = ""
    words: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        party = self.party

        creator: None | str | Unset
        if isinstance(self.creator, Unset):
            creator = UNSET
        else:
            creator = self.creator

        number = self.number

        receipt = self.receipt

        receipt_file = self.receipt_file

        words = self.words

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "party": party,
            }
        )
        if creator is not UNSET:
            field_dict["creator"] = creator
        if number is not UNSET:
            field_dict["number"] = number
        if receipt is not UNSET:
            field_dict["receipt"] = receipt
        if receipt_file is not UNSET:
            field_dict["receipt_file"] = receipt_file
        if words is not UNSET:
            field_dict["words"] = words

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        party = d.pop("party")

        def _parse_creator(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        creator = _parse_creator(d.pop("creator", UNSET))

        number = d.pop("number", UNSET)

        receipt = d.pop("receipt", UNSET)

        receipt_file = d.pop("receipt_file", UNSET)

        words = d.pop("words", UNSET)

        claim_in = cls(
            party=party,
            creator=creator,
            number=number,
            receipt=receipt,
            receipt_file=receipt_file,
            words=words,
        )

        return claim_in
