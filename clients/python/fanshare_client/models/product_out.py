from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.product_out_picture import ProductOutPicture

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="ProductOut")


@_attrs_define
class ProductOut:
    """A product as it is now. ``picture`` says what became of its picture, ``picture_problem`` why there is none.

    Attributes:
        gone_at (None | str):
        id (str):
        picture (ProductOutPicture):
        picture_problem (str):
        picture_url (str):
        price (Money | None):
        shop (str):
        sold_out (bool):
        title (str):
        updated_at (str):
        url (str):
    """

    gone_at: None | str
    id: str
    picture: ProductOutPicture
    picture_problem: str
    picture_url: str
    price: Money | None
    shop: str
    sold_out: bool
    title: str
    updated_at: str
    url: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.money import Money

        gone_at: None | str
        gone_at = self.gone_at

        id = self.id

        picture = self.picture.value

        picture_problem = self.picture_problem

        picture_url = self.picture_url

        price: dict[str, Any] | None
        if isinstance(self.price, Money):
            price = self.price.to_dict()
        else:
            price = self.price

        shop = self.shop

        sold_out = self.sold_out

        title = self.title

        updated_at = self.updated_at

        url = self.url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "gone_at": gone_at,
                "id": id,
                "picture": picture,
                "picture_problem": picture_problem,
                "picture_url": picture_url,
                "price": price,
                "shop": shop,
                "sold_out": sold_out,
                "title": title,
                "updated_at": updated_at,
                "url": url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)

        def _parse_gone_at(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        gone_at = _parse_gone_at(d.pop("gone_at"))

        id = d.pop("id")

        picture = ProductOutPicture(d.pop("picture"))

        picture_problem = d.pop("picture_problem")

        picture_url = d.pop("picture_url")

        def _parse_price(data: object) -> Money | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                price_type_0 = Money.from_dict(data)

                return price_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Money | None, data)

        price = _parse_price(d.pop("price"))

        shop = d.pop("shop")

        sold_out = d.pop("sold_out")

        title = d.pop("title")

        updated_at = d.pop("updated_at")

        url = d.pop("url")

        product_out = cls(
            gone_at=gone_at,
            id=id,
            picture=picture,
            picture_problem=picture_problem,
            picture_url=picture_url,
            price=price,
            shop=shop,
            sold_out=sold_out,
            title=title,
            updated_at=updated_at,
            url=url,
        )

        product_out.additional_properties = d
        return product_out

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
