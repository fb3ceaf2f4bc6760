"""What the shops sell, as a brand takes it in: looked at first, refused row by row, by owner and manager alone."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from fanshare.store.server import Server
from tests.support.schema import schema_template
from tests.web.support.company import Company, founded
from tests.web.support.device import Device
from tests.web.support.serving import Answer

__all__ = ["schema_template"]
IMPORT, LIST = "/brand/linen/products/import", "/brand/linen/products"
FILE = b"""id,title,url,price,sold_out,weight
1,Shirt <b>,https://shop.example/shirt,59.00,no,1
2,Sock,https://shop.example/sock,9.90,yes,1
3,Cap,https://elsewhere.example/cap,5,no,1
,Bag,https://shop.example/bag,5,no,1
"""


@pytest.fixture(scope="module")
def company(schema_template: str, pg_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with founded(pg_server, schema_template, tmp_path_factory.mktemp("products")) as made:
        yield made


def words(answer: Answer) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def send(device: Device, content: bytes, **values: str) -> Answer:
    return device.upload(IMPORT, content, called="file", **{"do": "take", **values})


def count(company: Company) -> int:
    found: int = company.house.value("SELECT count(*) FROM product WHERE gone_at IS NULL")
    return found


def test_a_file_is_looked_at_taken_in_and_said_to_the_row(company: Company) -> None:
    mona = company.device("mona")
    assert "No products yet" in words(mona.get(LIST))
    looked = send(mona, FILE, do="look", whole="yes")
    assert (looked.status, count(company)) == (200, 0)
    assert "What would become of it new 2 changed 0 the same 0 gone 0 rows refused 2" in words(looked)
    assert "Columns that are not read: weight" in words(looked)
    assert "4 3 elsewhere.example is not one of this shop's addresses." in words(looked)
    taken = words(send(mona, FILE, whole="yes"))
    assert "What became of it new 2 changed 0 the same 0 gone 0 rows refused 2" in taken
    assert "Nothing is marked as gone" in taken
    assert "new 0 changed 0 the same 2" in words(send(mona, FILE))
    about = company.house.rows("SELECT about FROM audit WHERE what = 'products.take'")
    assert about == [("2 new, 0 changed, 0 gone",)], "what changes nothing leaves no line"


def test_the_list_is_searched_narrowed_and_exported(company: Company) -> None:
    send(company.device("bea"), FILE)
    rea = company.device("rea")
    page = words(rea.get(LIST))
    assert "Shirt <b> 1 59.00 € on sale none" in page
    assert "Sock 2 9.90 € sold out" in page
    assert "Take in" not in page, "what she may not is not offered"
    assert "Shirt" not in words(rea.get(f"{LIST}?q=sock"))
    assert "Sock" not in words(rea.get(f"{LIST}?state=on_sale"))
    assert "Sock,https://shop.example/sock,9.900000,EUR,yes" in rea.get(f"{LIST}?as=csv").text


def test_what_is_missing_from_all_of_it_is_gone_and_comes_back(company: Company) -> None:
    bea = company.device("bea")
    send(bea, FILE)
    first = b"\n".join(FILE.split(b"\n")[:2])
    assert "the same 1 gone 1" in words(send(bea, first, whole="yes"))
    assert "Sock 2 9.90 € gone" in words(bea.get(LIST))
    assert "changed 1 the same 1" in words(send(bea, FILE))
    assert count(company) == 2


@pytest.mark.parametrize("name", ["fina", "rea", "cleo", "finn", "dora"])
def test_nobody_else_takes_products_in(company: Company, name: str) -> None:
    assert send(company.device(name), FILE).status == 403


def test_another_brand_sees_none_of_them_and_has_its_own(company: Company) -> None:
    dora = company.device("dora")
    assert "Shirt" not in words(dora.get("/brand/wool/products"))
    assert "Shirt" not in words(dora.get(LIST))


@pytest.mark.parametrize(("content", "said"), [(b"", "no product in this file"), (b"PK\x03\x04\x00", "no CSV")])
def test_what_is_no_file_of_products_says_so(company: Company, content: bytes, said: str) -> None:
    answer = send(company.device("bea"), content)
    assert (answer.status, said in words(answer)) == (422, True)


def test_pictures_that_could_not_be_had_say_why_and_are_fetched_again_by_who_may(company: Company) -> None:
    bea = company.device("bea")
    send(bea, FILE)
    company.house.conn.execute("UPDATE product SET picture_url = 'https://cdn.example/a', picture_problem = 'It hid.'")
    assert "on sale It hid." in words(bea.get(f"{LIST}?state=no_picture"))
    assert "Fetch missing pictures again" in words(bea.get(LIST))
    assert "Fetch missing" not in words(company.device("rea").get(LIST))
    again = f"{LIST}/pictures"
    form = {"csrfmiddlewaretoken": bea.cookies["fanshare_form"]}
    assert bea.post(again, form).status == 302
    waiting = "SELECT count(*) FROM product WHERE picture_at IS NOT NULL"
    assert company.house.value(waiting) == count(company)
