from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.step import Step

if TYPE_CHECKING:
    from ..models.money import Money
    from ..models.wait_out import WaitOut


T = TypeVar("T", bound="ClockOut")


@_attrs_define
class ClockOut:
    """Where a share is on its way, since or from when it is ready, and which day (``YYYY-MM-DD``) or run takes it.

    ``kept`` and ``given``: what of it left without a run, as a code of the shop or as a gift; where that is all of it,
    the ``step`` says so, and ``credit`` is the code's number.

        Attributes:
            credit (None | str):
            given (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
                5.31 EUR.
            kept (Money): An exact amount: millionths of the currency's major unit, as a string. ``5310000`` EUR micros are
                5.31 EUR.
            paid_at (None | str):
            pays_on (None | str):
            ready_at (None | str):
            run (None | str):
            step (Step): Where a share is on its way to whoever earned it.
            waits (list[WaitOut]):
    """

    credit: None | str
    given: Money
    kept: Money
    paid_at: None | str
    pays_on: None | str
    ready_at: None | str
    run: None | str
    step: Step
    waits: list[WaitOut]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        credit: None | str
        credit = self.credit

        given = self.given.to_dict()

        kept = self.kept.to_dict()

        paid_at: None | str
        paid_at = self.paid_at

        pays_on: None | str
        pays_on = self.pays_on

        ready_at: None | str
        ready_at = self.ready_at

        run: None | str
        run = self.run

        step = self.step.value

        waits = []
        for waits_item_data in self.waits:
            waits_item = waits_item_data.to_dict()
            waits.append(waits_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "credit": credit,
                "given": given,
                "kept": kept,
                "paid_at": paid_at,
                "pays_on": pays_on,
                "ready_at": ready_at,
                "run": run,
                "step": step,
                "waits": waits,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money
        from ..models.wait_out import WaitOut

        d = dict(src_dict)

        def _parse_credit(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        credit = _parse_credit(d.pop("credit"))

        given = Money.from_dict(d.pop("given"))

        kept = Money.from_dict(d.pop("kept"))

        def _parse_paid_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        paid_at = _parse_paid_at(d.pop("paid_at"))

        def _parse_pays_on(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pays_on = _parse_pays_on(d.pop("pays_on"))

        def _parse_ready_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        ready_at = _parse_ready_at(d.pop("ready_at"))

        def _parse_run(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        run = _parse_run(d.pop("run"))

        step = Step(d.pop("step"))

        waits = []
        _waits = d.pop("waits")
        for waits_item_data in _waits:
            waits_item = WaitOut.from_dict(waits_item_data)

            waits.append(waits_item)

        clock_out = cls(
            credit=credit,
            given=given,
            kept=kept,
            paid_at=paid_at,
            pays_on=pays_on,
            ready_at=ready_at,
            run=run,
            step=step,
            waits=waits,
        )

        clock_out.additional_properties = d
        return clock_out

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
