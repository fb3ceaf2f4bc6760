from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.programme_out_admission import ProgrammeOutAdmission

if TYPE_CHECKING:
    from ..models.joining_code_out import JoiningCodeOut
    from ..models.paid_out import PaidOut
    from ..models.pays_out import PaysOut
    from ..models.punctuality_out import PunctualityOut


T = TypeVar("T", bound="ProgrammeOut")


@_attrs_define
class ProgrammeOut:
    """The programme that the key belongs to.

    Attributes:
        about (str):
        admission (ProgrammeOutAdmission):
        country (str):
        currency (str):
        id (str):
        joining_code (JoiningCodeOut | None):
        name (str):
        paid (PaidOut): From which sum on somebody is paid in the programme's currency (0: from the smallest coin), and
            by which ways.
        pays (None | PaysOut):
        punctuality (None | PunctualityOut):
        scopes (list[str]):
        slug (str):
        terms_version (int | None):
        time_zone (str):
    """

    about: str
    admission: ProgrammeOutAdmission
    country: str
    currency: str
    id: str
    joining_code: JoiningCodeOut | None
    name: str
    paid: PaidOut
    pays: None | PaysOut
    punctuality: None | PunctualityOut
    scopes: list[str]
    slug: str
    terms_version: int | None
    time_zone: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.joining_code_out import JoiningCodeOut
        from ..models.pays_out import PaysOut
        from ..models.punctuality_out import PunctualityOut

        about = self.about

        admission = self.admission.value

        country = self.country

        currency = self.currency

        id = self.id

        joining_code: dict[str, Any] | None
        if isinstance(self.joining_code, JoiningCodeOut):
            joining_code = self.joining_code.to_dict()
        else:
            joining_code = self.joining_code

        name = self.name

        paid = self.paid.to_dict()

        pays: dict[str, Any] | None
        if isinstance(self.pays, PaysOut):
            pays = self.pays.to_dict()
        else:
            pays = self.pays

        punctuality: dict[str, Any] | None
        if isinstance(self.punctuality, PunctualityOut):
            punctuality = self.punctuality.to_dict()
        else:
            punctuality = self.punctuality

        scopes = self.scopes

        slug = self.slug

        terms_version: int | None
        terms_version = self.terms_version

        time_zone = self.time_zone

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "about": about,
                "admission": admission,
                "country": country,
                "currency": currency,
                "id": id,
                "joining_code": joining_code,
                "name": name,
                "paid": paid,
                "pays": pays,
                "punctuality": punctuality,
                "scopes": scopes,
                "slug": slug,
                "terms_version": terms_version,
                "time_zone": time_zone,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.joining_code_out import JoiningCodeOut
        from ..models.paid_out import PaidOut
        from ..models.pays_out import PaysOut
        from ..models.punctuality_out import PunctualityOut

        d = dict(src_dict)
        about = d.pop("about")

        admission = ProgrammeOutAdmission(d.pop("admission"))

        country = d.pop("country")

        currency = d.pop("currency")

        id = d.pop("id")

        def _parse_joining_code(data: object) -> JoiningCodeOut | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                joining_code_type_0 = JoiningCodeOut.from_dict(data)

                return joining_code_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(JoiningCodeOut | None, data)

        joining_code = _parse_joining_code(d.pop("joining_code"))

        name = d.pop("name")

        paid = PaidOut.from_dict(d.pop("paid"))

        def _parse_pays(data: object) -> None | PaysOut:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                pays_type_0 = PaysOut.from_dict(data)

                return pays_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PaysOut, data)

        pays = _parse_pays(d.pop("pays"))

        def _parse_punctuality(data: object) -> None | PunctualityOut:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                punctuality_type_0 = PunctualityOut.from_dict(data)

                return punctuality_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | PunctualityOut, data)

        punctuality = _parse_punctuality(d.pop("punctuality"))

        scopes = cast(list[str], d.pop("scopes"))

        slug = d.pop("slug")

        def _parse_terms_version(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        terms_version = _parse_terms_version(d.pop("terms_version"))

        time_zone = d.pop("time_zone")

        programme_out = cls(
            about=about,
            admission=admission,
            country=country,
            currency=currency,
            id=id,
            joining_code=joining_code,
            name=name,
            paid=paid,
            pays=pays,
            punctuality=punctuality,
            scopes=scopes,
            slug=slug,
            terms_version=terms_version,
            time_zone=time_zone,
        )

        programme_out.additional_properties = d
        return programme_out

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
