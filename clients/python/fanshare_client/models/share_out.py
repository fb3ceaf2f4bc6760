from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.bucket import Bucket
from ..models.share_out_role import ShareOutRole

if TYPE_CHECKING:
    from ..models.clock_out import ClockOut
    from ..models.money import Money


T = TypeVar("T", bound="ShareOut")


@_attrs_define
class ShareOut:
    """One party's share, exact, with the sentence that says why.

    Attributes:
        amount (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        bucket (Bucket):
        clock (ClockOut): Where a share is on its way, since or from when it is ready, and which day (``YYYY-MM-DD``) or
            run takes it.

            ``kept`` and ``given``: what of it left without a run, as a code of the shop or as a gift; where that is all of
            it,
            the ``step`` says so, and ``credit`` is the code's number.
        creator (str):
        held_until (None | str):
        id (str):
        order (str):
        party (None | str):
        ready_at (None | str):
        role (ShareOutRole):
        sentence (str):
        settlement (int | None):
        why (str):
    """

    amount: Money
    bucket: Bucket
    clock: ClockOut
    creator: str
    held_until: None | str
    id: str
    order: str
    party: None | str
    ready_at: None | str
    role: ShareOutRole
    sentence: str
    settlement: int | None
    why: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount.to_dict()

        bucket = self.bucket.value

        clock = self.clock.to_dict()

        creator = self.creator

        held_until: None | str
        held_until = self.held_until

        id = self.id

        order = self.order

        party: None | str
        party = self.party

        ready_at: None | str
        ready_at = self.ready_at

        role = self.role.value

        sentence = self.sentence

        settlement: int | None
        settlement = self.settlement

        why = self.why

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "bucket": bucket,
                "clock": clock,
                "creator": creator,
                "held_until": held_until,
                "id": id,
                "order": order,
                "party": party,
                "ready_at": ready_at,
                "role": role,
                "sentence": sentence,
                "settlement": settlement,
                "why": why,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.clock_out import ClockOut
        from ..models.money import Money

        d = dict(src_dict)
        amount = Money.from_dict(d.pop("amount"))

        bucket = Bucket(d.pop("bucket"))

        clock = ClockOut.from_dict(d.pop("clock"))

        creator = d.pop("creator")

        def _parse_held_until(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        held_until = _parse_held_until(d.pop("held_until"))

        id = d.pop("id")

        order = d.pop("order")

        def _parse_party(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        party = _parse_party(d.pop("party"))

        def _parse_ready_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        ready_at = _parse_ready_at(d.pop("ready_at"))

        role = ShareOutRole(d.pop("role"))

        sentence = d.pop("sentence")

        def _parse_settlement(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        settlement = _parse_settlement(d.pop("settlement"))

        why = d.pop("why")

        share_out = cls(
            amount=amount,
            bucket=bucket,
            clock=clock,
            creator=creator,
            held_until=held_until,
            id=id,
            order=order,
            party=party,
            ready_at=ready_at,
            role=role,
            sentence=sentence,
            settlement=settlement,
            why=why,
        )

        share_out.additional_properties = d
        return share_out

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
