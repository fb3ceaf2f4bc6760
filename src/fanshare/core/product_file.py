"""Products in a CSV file: our own few columns, those of a product feed (Google Merchant), or Shopify's export.

Nothing is lost silently: a row is a product, or is refused with its number and a reason, or belongs to the product
above it (Shopify's further variants and pictures). Rows count from 1 with the header, as a spreadsheet numbers them.
Format: docs/reference/products.md.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fanshare.core.errors import BadInputError
from fanshare.core.money import Micros, parse_amount
from fanshare.core.products import Product, Taking, Told

MOST_BYTES, MOST_PRODUCTS = 6_000_000, 20_000
_SEPARATORS = ",;\t"
#: Our column -> the names it goes by.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("title",),
    "url": ("url", "link"),
    "price": ("price",),
    "currency": ("currency",),
    "sold_out": ("sold_out",),
    "availability": ("availability",),
    "picture": ("picture", "image_link"),
}
_SHOPIFY: Mapping[str, tuple[str, ...]] = {
    "handle": ("handle",),
    "title": ("title",),
    "price": ("variant_price",),
    "picture": ("image_src",),
    "stock": ("variant_inventory_qty",),
    "policy": ("variant_inventory_policy",),
    "status": ("status",),
}
_YES, _NO = frozenset({"yes", "true", "1", "ja", "x"}), frozenset({"", "no", "false", "0", "nein"})
_IN_STOCK = frozenset({"", "in stock", "in_stock", "preorder", "backorder"})
_SOLD_OUT = frozenset({"out of stock", "out_of_stock"})
#: A line with its end, which may be a part of a quoted cell.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_COMMA = re.compile(r"-?[0-9]+,[0-9]{1,2}", re.ASCII)
_WITH_CURRENCY = re.compile(r"(\S+)\s+([A-Za-z]{3})", re.ASCII)

type Row = tuple[int, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Shop:
    """What a file does not say: the currency of its prices, and the address of the shop, if it is known."""

    currency: str
    address: str = ""


def read(content: bytes, shop: Shop) -> Told:
    """The products of a file.

    Raises ``BadInputError``: ``not_text``, ``bad_csv``, ``no_header``, ``no_products``, ``too_many_products``,
    ``shop_needed`` (Shopify's export tells no address).
    """
    header, rows = _table(_text(content))
    shopify = {"handle", "variant_price"} <= set(header)
    columns = _columns(header, _SHOPIFY if shopify else _NAMES)
    missing = [] if shopify else [name for name in ("id", "title", "url") if name not in columns]
    if missing:
        raise BadInputError(
            "no_header", "The first row names the columns; %(missing)s is missing.", missing=", ".join(missing)
        )
    named = [(number, _named(cells, columns)) for number, cells in rows]
    if not named:
        raise BadInputError("no_products", "There is no product in this file.")
    taking = Taking()
    (_shopify if shopify else _plain)(named, shop, taking)
    if len(taking.kept) > MOST_PRODUCTS:
        raise BadInputError(
            "too_many_products", "At most %(most)s products go at once; cut the file.", most=MOST_PRODUCTS
        )
    read_ = set(columns.values())
    return taking.told(tuple(name for at, name in enumerate(header) if at not in read_ and name))


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise BadInputError(
            "file_too_large", "A file of products has at most %(most)s MB; cut it.", most=MOST_BYTES // 1000000
        )
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    refused = BadInputError("not_text", "This file is no CSV; save it as CSV (UTF-8) and send that.")
    if not wide and b"\x00" in content:
        raise refused
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise refused


def _table(text: str) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The folded header and the rows behind it, with the separator under which the header holds most known columns."""
    known = {name for names in (*_NAMES.values(), *_SHOPIFY.values()) for name in names}
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=lambda one: sum(_fold(cell) in known for cell in first.split(one)))
    reader = csv.reader(_LINE.findall(text), delimiter=separator, strict=True)
    try:
        found = [(number, cells) for number, cells in enumerate(reader, 1) if any(map(str.strip, cells))]
    except csv.Error:
        raise BadInputError("bad_csv", "This file can’t be read as a table; a quotation mark is open.") from None
    if not found:
        raise BadInputError("no_products", "There is no product in this file.")
    return [_fold(cell) for cell in found[0][1]], iter(found[1:])


def _fold(cell: str) -> str:
    return cell.strip().strip('"').casefold().replace(" ", "_")


def _columns(header: list[str], names: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    return {
        name: next(header.index(one) for one in spellings if one in header)
        for name, spellings in names.items()
        if any(one in header for one in spellings)
    }


def _named(cells: list[str], columns: Mapping[str, int]) -> dict[str, str]:
    return {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}


def _plain(rows: Iterable[Row], shop: Shop, taking: Taking) -> None:
    for number, row in rows:
        try:
            price, currency = _price(row.get("price", ""), row.get("currency", "") or shop.currency)
            product = Product(
                row["id"], row["title"], row["url"], price, currency, _is_sold_out(row), row.get("picture", "")
            )
            taking.take(number, product)
        except BadInputError as error:
            taking.refuse(number, row["id"], error)


def _price(text: str, currency: str) -> tuple[Micros | None, str]:
    """``19.90``, ``19,90`` or ``19.90 EUR``; nothing where no price is said."""
    said = _WITH_CURRENCY.fullmatch(text)
    amount, unit = (said.group(1), said.group(2)) if said else (text, currency)
    if not amount:
        return None, ""
    return parse_amount(amount.replace(",", ".") if _COMMA.fullmatch(amount) else amount), unit.upper()


def _is_sold_out(row: Mapping[str, str]) -> bool:
    said, stock = row.get("sold_out", "").casefold(), row.get("availability", "").casefold()
    if said not in _YES | _NO or stock not in _IN_STOCK | _SOLD_OUT:
        raise BadInputError(
            "bad_state", "Whether it is sold out is yes or no; availability is in stock or out of stock."
        )
    return said in _YES or stock in _SOLD_OUT


def _shopify(rows: Iterable[Row], shop: Shop, taking: Taking) -> None:
    if not shop.address:
        raise BadInputError("shop_needed", "Shopify’s export tells no addresses: say of which connected shop it is.")
    for variants in _by_handle(rows, taking):
        number, first = variants[0]
        try:
            if first.get("status", "").casefold() not in {"", "active"}:
                raise BadInputError("not_on_sale", "This product is a draft or archived, so it is not on sale.")
            taking.take(number, _of_variants([row for _, row in variants], shop))
        except BadInputError as error:
            taking.refuse(number, first["handle"], error)


def _by_handle(rows: Iterable[Row], taking: Taking) -> Iterator[list[Row]]:
    """Rows of one product stand below each other; what has no handle is nobody's."""
    group: list[Row] = []
    for number, row in rows:
        if not row["handle"]:
            taking.refuse(number, "", BadInputError("bad_product_id", "This row has no handle."))
            continue
        if group and group[0][1]["handle"] != row["handle"]:
            yield group
            group = []
        group.append((number, row))
    if group:
        yield group


def _of_variants(rows: list[dict[str, str]], shop: Shop) -> Product:
    """One product of its variants: the lowest price, the first picture, sold out when all of them are."""
    prices = [price for row in rows if (price := _price(row["price"], shop.currency)[0]) is not None]
    left = [_is_left(row) for row in rows if row["price"]]
    handle = rows[0]["handle"]
    return Product(
        handle,
        next((row["title"] for row in rows if row.get("title")), ""),
        f"{shop.address.rstrip('/')}/products/{quote(handle, safe='')}",
        min(prices, default=None),
        shop.currency if prices else "",
        bool(left) and not any(left),
        next((row["picture"] for row in rows if row.get("picture")), ""),
    )


def _is_left(variant: Mapping[str, str]) -> bool:
    """Whether a variant can be bought: its stock is not counted, or there is some, or it is sold without."""
    stock = variant.get("stock", "")
    if not stock or variant.get("policy", "").casefold() == "continue":
        return True
    if not re.fullmatch(r"-?[0-9]{1,12}", stock, re.ASCII):
        raise BadInputError("bad_stock", "A stock is a whole number.")
    return int(stock) > 0
