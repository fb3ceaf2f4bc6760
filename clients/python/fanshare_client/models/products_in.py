from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.product_in import ProductIn


T = TypeVar("T", bound="ProductsIn")


@_attrs_define
class ProductsIn:
    """Products to take in, of one connected shop (``shop``: its endpoint) or of none.

    Attributes:
        products (list[ProductIn]):
        shop (str | Unset):  Default: ''.
    """

    products: list[ProductIn]
    shop: str | Unset = ""

    def to_dict(self) -> dict[str, Any]:
        products = []
        for products_item_data in self.products:
            products_item = products_item_data.to_dict()
            products.append(products_item)

        shop = self.shop

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "products": products,
            }
        )
        if shop is not UNSET:
            field_dict["shop"] = shop

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.product_in import ProductIn

        d = dict(src_dict)
        products = []
        _products = d.pop("products")
        for products_item_data in _products:
            products_item = ProductIn.from_dict(products_item_data)

            products.append(products_item)

        shop = d.pop("shop", UNSET)

        products_in = cls(
            products=products,
            shop=shop,
        )

        return products_in
