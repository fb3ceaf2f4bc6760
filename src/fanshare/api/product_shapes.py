"""The shapes of what shops sell."""

from typing import Annotated, Literal

from ninja import Field, Schema
from pydantic import StringConstraints

from fanshare.api.money_shape import Money
from fanshare.api.shapes import Short, Strict

type Endpoint = Annotated[str, StringConstraints(max_length=128, pattern=r"^[A-Za-z0-9_-]*$")]


class ProductFacts(Strict):
    """What a shop says of a product. ``url`` leads to a host of a connected shop; ``gone``: no longer sold at all."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
    url: Annotated[str, StringConstraints(min_length=1, max_length=2_048, pattern=r"^[^\x00]+$")]
    price: Money | None = None
    sold_out: bool = False
    picture: Annotated[
        str, StringConstraints(max_length=2_048, pattern=r"^[^\x00]*$"), Field(description="Where its picture lies.")
    ] = ""
    gone: bool = False


class ProductIn(ProductFacts):
    """A product, by the shop's own id."""

    id: Short


class ProductPut(ProductFacts):
    """One product of one connected shop (``shop``: its endpoint) or of none."""

    shop: Endpoint = ""


class ProductsIn(Strict):
    """Products to take in, of one connected shop (``shop``: its endpoint) or of none."""

    products: Annotated[list[ProductIn], Field(min_length=1, max_length=500)]
    shop: Endpoint = ""


class ProductRefused(Schema):
    """A product that was not taken: its place in the list, from 1, and why."""

    place: int
    id: str
    code: str
    problem: str


class ProductsTaken(Schema):
    """What became of a list of products."""

    new: int
    changed: int
    same: int
    gone: int
    refused: list[ProductRefused]


class ProductOut(Schema):
    """A product as it is now. ``picture`` says what became of its picture, ``picture_problem`` why there is none."""

    id: str
    shop: str
    title: str
    url: str
    price: Money | None
    sold_out: bool
    picture: Literal["none", "waiting", "kept", "failed"]
    picture_url: str
    picture_problem: str
    updated_at: str
    gone_at: str | None
