from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="TotalOut")


@_attrs_define
class TotalOut:
    """A run in one currency by each of its records, and what became of its payments.

    Attributes:
        back (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
            5.31 EUR.
        booked (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        confirmed (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        file (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
            5.31 EUR.
        looked (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        marked (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros
            are 5.31 EUR.
        open_ (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
            5.31 EUR.
        payments (int):
        run (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
            5.31 EUR.
    """

    back: Money
    booked: Money
    confirmed: Money
    file: Money
    looked: Money
    marked: Money
    open_: Money
    payments: int
    run: Money
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        back = self.back.to_dict()

        booked = self.booked.to_dict()

        confirmed = self.confirmed.to_dict()

        file = self.file.to_dict()

        looked = self.looked.to_dict()

        marked = self.marked.to_dict()

        open_ = self.open_.to_dict()

        payments = self.payments

        run = self.run.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "back": back,
                "booked": booked,
                "confirmed": confirmed,
                "file": file,
                "looked": looked,
                "marked": marked,
                "open": open_,
                "payments": payments,
                "run": run,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        back = Money.from_dict(d.pop("back"))

        booked = Money.from_dict(d.pop("booked"))

        confirmed = Money.from_dict(d.pop("confirmed"))

        file = Money.from_dict(d.pop("file"))

        looked = Money.from_dict(d.pop("looked"))

        marked = Money.from_dict(d.pop("marked"))

        open_ = Money.from_dict(d.pop("open"))

        payments = d.pop("payments")

        run = Money.from_dict(d.pop("run"))

        total_out = cls(
            back=back,
            booked=booked,
            confirmed=confirmed,
            file=file,
            looked=looked,
            marked=marked,
            open_=open_,
            payments=payments,
            run=run,
        )

        total_out.additional_properties = d
        return total_out

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
