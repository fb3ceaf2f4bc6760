from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.money import Money


T = TypeVar("T", bound="ProductIn")


@_attrs_define
class ProductIn:
    """A product, by the shop's own id.

    Attributes:
        id (str):
        title (str):
        url (str):
        gone (bool | Unset):  Default: False.
        picture (str | Unset): Where its picture lies. Default: ''.
        price (Money | None | Unset):
        sold_out (bool | Unset):  Default: False.
    """

    id: str
    title: str
    url: str
    gone: bool | Unset = False
    picture: str | Unset = ""
    price: Money | None | Unset = UNSET
    sold_out: bool | Unset = False

    def to_dict(self) -> dict[str, Any]:
        from ..models.money import Money

        id = self.id

        title = self.title

        url = self.url

        gone = self.gone

        picture = self.picture

        price: dict[str, Any] | None | Unset
        if isinstance(self.price, Unset):
            price = UNSET
        elif isinstance(self.price, Money):
            price = self.price.to_dict()
        else:
            price = self.price

        sold_out = self.sold_out

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "title": title,
                "url": url,
            }
        )
        if gone is not UNSET:
            field_dict["gone"] = gone
        if picture is not UNSET:
            field_dict["picture"] = picture
        if price is not UNSET:
            field_dict["price"] = price
        if sold_out is not UNSET:
            field_dict["sold_out"] = sold_out

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.money import Money

        d = dict(src_dict)
        id = d.pop("id")

        title = d.pop("title")

        url = d.pop("url")

        gone = d.pop("gone", UNSET)

        picture = d.pop("picture", UNSET)

        def _parse_price(data: object) -> Money | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                price_type_0 = Money.from_dict(data)

                return price_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Money | None | Unset, data)

        price = _parse_price(d.pop("price", UNSET))

        sold_out = d.pop("sold_out", UNSET)

        product_in = cls(
            id=id,
            title=title,
            url=url,
            gone=gone,
            picture=picture,
            price=price,
            sold_out=sold_out,
        )

        return product_in
