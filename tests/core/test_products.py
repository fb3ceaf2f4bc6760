"""What shops sell, read from files: nothing is lost silently, nothing unsound comes through."""

import contextlib
import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanshare.core.errors import BadInputError
from fanshare.core.product_file import MOST_BYTES, MOST_PRODUCTS, Shop, read
from fanshare.core.products import LONGEST_TITLE, Product, Told, checked

BEA = Shop("EUR", "https://shop.example")
PLAIN = """id,title,url,price,currency,sold_out,picture
1,Shirt,https://shop.example/shirt,59.00,,no,https://cdn.example/shirt.jpg
2,"Sock, long",https://shop.example/sock,"9,90",CHF,yes,
"""
SHOPIFY = """Handle,Title,Body (HTML),Variant Price,Variant Inventory Qty,Variant Inventory Policy,Image Src,Status
shirt,Shirt,"<p>two
lines</p>",59.00,0,deny,https://cdn.example/a.jpg,active
shirt,,,49.00,3,deny,https://cdn.example/b.jpg,
sock,Sock,,9.90,0,deny,,active
cap,Cap,,19.00,-2,continue,,active
bag,Bag,,19.00,5,deny,,draft
,Lost,,1.00,1,deny,,active
"""


def told(text: str, shop: Shop = BEA) -> Told:
    return read(text.encode(), shop)


def codes(found: Told) -> list[tuple[int, str]]:
    return [(one.row, one.code) for one in found.refused]


def test_a_plain_file_is_read_with_the_programmes_currency_where_none_is_said() -> None:
    found = told(PLAIN)
    assert found.products == (
        (2, Product("1", "Shirt", "https://shop.example/shirt", 59_000_000, "EUR", False, "https://cdn.example/shirt.jpg")),
        (3, Product("2", "Sock, long", "https://shop.example/sock", 9_900_000, "CHF", True)),
    )  # fmt: skip
    assert (found.refused, found.ignored) == ((), ())


def test_a_feed_is_read_by_the_names_that_feeds_use() -> None:
    text = "id\ttitle\tlink\tprice\tavailability\timage_link\tbrand\n"
    text += "1\tShirt\thttps://shop.example/s\t59.00 EUR\tout of stock\thttps://cdn.example/s.jpg\tBea\n"
    found = told(text)
    assert found.products[0][1] == Product(
        "1", "Shirt", "https://shop.example/s", 59_000_000, "EUR", True, "https://cdn.example/s.jpg"
    )
    assert found.ignored == ("brand",), "what is not read is said"


def test_shopifys_export_gives_one_product_of_its_variants() -> None:
    found = told(SHOPIFY)
    assert [one for _, one in found.products] == [
        Product(
            "shirt", "Shirt", "https://shop.example/products/shirt", 49_000_000, "EUR", False, "https://cdn.example/a.jpg"
        ),
        Product("sock", "Sock", "https://shop.example/products/sock", 9_900_000, "EUR", True),
        Product("cap", "Cap", "https://shop.example/products/cap", 19_000_000, "EUR", False),
    ]  # fmt: skip
    assert codes(found) == [(7, "bad_product_id"), (6, "not_on_sale")]
    with pytest.raises(BadInputError) as refused:
        told(SHOPIFY, Shop("EUR"))
    assert refused.value.code == "shop_needed"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (",Shirt,https://shop.example/a,1", "bad_product_id"),
        ("a\u202eb,Shirt,https://shop.example/a,1", "bad_product_id"),
        ("1,,https://shop.example/a,1", "bad_title"),
        (f"1,{'x' * (LONGEST_TITLE + 1)},https://shop.example/a,1", "bad_title"),
        ("1,Shirt,,1", "bad_destination"),
        ("1,Shirt,https://shop.example/a,-1", "bad_price"),
        ("1,Shirt,https://shop.example/a,1.234,50", "bad_state"),
        ('1,Shirt,https://shop.example/a,"1.234,50"', "bad_amount"),
        ("1,Shirt,https://shop.example/a,cheap", "bad_amount"),
        ("1,Shirt,https://shop.example/a,1 XXX", "unknown_currency"),
        ("1,Shirt,https://shop.example/a,1,maybe", "bad_state"),
        ("1,Shirt,https://shop.example/a,1,no,javascript:alert(1)", "bad_picture_address"),
        ("1,Shirt,https://shop.example/a,1,no,https://a@cdn.example/x", "bad_picture_address"),
        ("1,Shirt,https://shop.example/a,1,no,https://cdn.example:x/x", "bad_picture_address"),
        ("1,Shirt,https://shop.example/a,1,no,//cdn.example/x", "bad_picture_address"),
    ],
)
def test_a_bad_row_is_refused_with_its_number_and_keeps_nothing_else(row: str, code: str) -> None:
    text = f"id,title,url,price,sold_out,picture\n9,Cap,https://shop.example/cap\n\n{row}\n"
    found = told(text)
    assert [one.external_id for _, one in found.products] == ["9"]
    assert codes(found) == [(4, code)]


def test_a_second_row_of_one_product_is_refused() -> None:
    found = told("id,title,url\n1,A,https://shop.example/a\n1,B,https://shop.example/b\n")
    assert [one.title for _, one in found.products] == ["A"]
    assert codes(found) == [(3, "twice")]
    assert "row 2" in found.refused[0].problem


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "no_products"),
        (b"id,title,url\n", "no_products"),
        (b"title,url\nA,https://shop.example/a\n", "no_header"),
        (b"PK\x03\x04\x00\x00", "not_text"),
        (b"\xff\xfe\x00", "not_text"),
        (b'id,title,url\n1,"A,https://shop.example/a\n', "bad_csv"),
        (b"x" * (MOST_BYTES + 1), "file_too_large"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(content: bytes, code: str) -> None:
    with pytest.raises(BadInputError) as refused:
        read(content, BEA)
    assert refused.value.code == code


def test_more_products_than_go_at_once_are_refused() -> None:
    lines = "".join(f"{n},A,https://shop.example/a\n" for n in range(MOST_PRODUCTS + 1))
    with pytest.raises(BadInputError, match="cut the file"):
        told(f"id,title,url\n{lines}")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_what_spreadsheets_write_is_read(encoding: str) -> None:
    for separator in ",;\t":
        text = (
            separator.join(("id", "title", "url")) + "\r\n" + separator.join(("1", "Müsli", "https://shop.example/a"))
        )
        assert read(text.encode(encoding), BEA).products[0][1].title == "Müsli"


OURS = ("id", "title", "url", "price", "sold_out", "picture")
CELL = st.text(max_size=12) | st.sampled_from(["1", "shirt", "9,90", "59.00 EUR", "yes", "https://shop.example/a"])


@given(
    header=st.sampled_from([OURS, tuple(SHOPIFY.split("\n")[0].split(","))]),
    rows=st.lists(st.lists(CELL, max_size=8), max_size=8),
    separator=st.sampled_from(",;\t"),
)
def test_every_row_is_taken_or_refused_once_and_what_is_taken_is_sound(
    header: tuple[str, ...], rows: list[list[str]], separator: str
) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([header, *rows])
    try:
        found = read(out.getvalue().encode("utf-8", "replace"), BEA)
    except BadInputError:
        return
    assert all(checked(one) == one for _, one in found.products)
    numbers = [row for row, _ in found.products] + [one.row for one in found.refused]
    assert len(numbers) == len(set(numbers))
    if header[0] == "id":
        filled = [number for number, row in enumerate(rows, 2) if any(cell.strip() for cell in row)]
        assert len(numbers) == len(filled)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(BadInputError):
        read(content, BEA)
