"""What the shops sell: told by a program, listed with what became of the pictures."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from ninja import Path, Query, Router
from pydantic import StringConstraints

from fanshare.api.gate import Desk, desk_of, operation
from fanshare.api.paging import Page, PageAsked, page
from fanshare.api.product_shapes import ProductFacts, ProductOut, ProductPut, ProductsIn, ProductsTaken
from fanshare.api.shapes import when
from fanshare.api.writing import write
from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.products import Product, Taking
from fanshare.flows import products as flow
from fanshare.store.queries import products
from fanshare.store.queries.products import ProductRow

router = Router(tags=["Products"])

#: Ids with other characters go by the list.
type ProductId = Annotated[str, StringConstraints(pattern=r"^[!-.0-~]{1,200}$")]


@router.get("/products", response=Page[ProductOut], summary="Products, oldest first")
@operation("api.products.list")
def list_products(
    request: Any, asked: Query[PageAsked], state: Literal["on_sale", "sold_out", "gone", "no_picture"] | None = None
) -> Any:
    """Products of all shops as they are now, gone ones among them."""
    desk = desk_of(request)

    def load(after: int, limit: int) -> list[ProductRow]:
        return products.paged(desk.access, state=state or "", after=after, limit=limit)

    return page(asked, [0], load, lambda row: [row.id], lambda rows: [_document(row) for row in rows])


@router.put("/products", response=ProductsTaken, summary="Take in products")
@operation("api.products.take")
def put_products(request: Any, body: ProductsIn) -> Any:
    """Say how products are now. Those that can't be taken are refused one by one; the others are taken."""

    def work(desk: Desk) -> Any:
        found = _take(desk, [(one.id, one) for one in body.products], body.shop)
        refused = [
            {"place": one.row, "id": one.external_id, "code": one.code, "problem": one.problem} for one in found.refused
        ]
        counts = {"new": found.new, "changed": found.changed, "same": found.same, "gone": found.gone}
        return {**counts, "refused": refused}

    return write(request, body, work, status=200)


@router.get("/products/{product}", response=ProductOut, summary="One product")
@operation("api.products.get")
def get_product(
    request: Any,
    product: Annotated[ProductId, Path()],
    # No alias of a type: the framework takes one for a form of fields, and the parameter would have no name.
    shop: Annotated[str, Query(max_length=128, pattern=r"^[A-Za-z0-9_-]*$")] = "",
) -> Any:
    """A product by the shop's id; of one connected shop (its endpoint) or of none."""
    return _one(desk_of(request), product, shop)


@router.put("/products/{product}", response=ProductOut, summary="Take in one product")
@operation("api.products.put")
def put_product(request: Any, body: ProductPut, product: Annotated[ProductId, Path()]) -> Any:
    """Say how a product is now. One that is not known is new, unless it is gone."""

    def work(desk: Desk) -> Any:
        found = _take(desk, [(product, body)], body.shop)
        for one in found.refused:
            raise BadInputError(one.code, one.problem)
        return _one(desk, product, body.shop)

    return write(request, body, work, status=200)


def _take(desk: Desk, told: Iterable[tuple[str, ProductFacts]], shop: str) -> flow.Taken:
    taking = Taking()
    for place, (external_id, facts) in enumerate(told, 1):
        try:
            taking.take(place, _product(external_id, facts))
        except BadInputError as error:
            taking.refuse(place, external_id, error)
    return flow.take(desk.programme, taking.told(), flow.Wish(shop), desk.now, desk.gate.destinations)


def _product(external_id: str, one: ProductFacts) -> Product:
    price, currency = (None, "") if one.price is None else (int(one.price.micros), one.price.currency)
    return Product(external_id, one.title, one.url, price, currency, one.sold_out, one.picture, one.gone)


def _one(desk: Desk, product: str, shop: str) -> dict[str, Any]:
    row = products.one(desk.access, flow.connection_of(desk.programme, shop), product)
    if row is None:
        raise FanshareError("unknown_product", f"There is no product {product!r} of this shop.", 404)
    return _document(row)


def _document(row: ProductRow) -> dict[str, Any]:
    return {
        "id": row.external_id,
        "shop": row.endpoint,
        "title": row.title,
        "url": row.url,
        "price": None if row.price is None else {"micros": str(row.price), "currency": row.currency},
        "sold_out": row.sold_out,
        "picture": _picture(row),
        "picture_url": row.picture_url,
        "picture_problem": row.problem,
        "updated_at": when(row.updated_at),
        "gone_at": None if row.gone_at is None else when(row.gone_at),
    }


def _picture(row: ProductRow) -> str:
    if row.fetching:
        return "waiting"
    return "failed" if row.problem else "kept" if row.picture else "none"
